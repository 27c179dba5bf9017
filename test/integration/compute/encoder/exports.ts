// The encoder exports in ../shared/data, and small batches for them.
import { existsSync, readFileSync } from 'node:fs';
import { admit, type Admission } from '../../../../main/compute/architectures/encoder/index.ts';
import { stream } from '../../../../main/compute/random.ts';

const FOLDER = new URL('../../../../../shared/data/onnx-exports/', import.meta.url);

export const hasExports = existsSync(FOLDER);

/** Words in the vocabulary of every export. */
export const VOCABULARY = 120;

export const EXPORTS = [
  'bert_tok_14',
  'bert_tok_17',
  'bert_seqcls_17',
  'bert_sdpa_mask_17',
  'distilbert_17',
  'roberta_17',
  'deberta_v3_17',
  'modernbert_17',
] as const;

export const readExport = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`${name}.onnx`, FOLDER)));

export const admitExport = (name: string): Admission => admit(readExport(name));

/** Token ids of texts of the given lengths; 0 and 1 are left to padding in every export. */
export function randomIds(lengths: readonly number[], seed = 1): Int32Array[] {
  const random = stream(seed, 'ids');
  return lengths.map((length) =>
    Int32Array.from({ length }, () => 5 + random.below(VOCABULARY - 5)),
  );
}
