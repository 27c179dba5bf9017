/**
 * The rows of tokenizers: tokens per second beside @huggingface/tokenizers on the same files and texts,
 * in turn in one process, the best of each side's turns. Ours also says where every token stands.
 */
import * as library from '@huggingface/tokenizers';
import { readTokenizer, trainWordPiece } from '../../../main/compute/tokenizers/index.ts';
import {
  FAMILIES,
  filesOf,
  sampleTexts,
  type TokenizerFixture,
} from '../../integration/compute/tokenizers/families.ts';
import type { Measure } from '../report.ts';

const TURNS = 5;
const SHOWN = ['BERT cased', 'RoBERTa', 'XLM-RoBERTa', 'DeBERTa-v3'] as const;

/** The package's declarations import without extensions, which NodeNext refuses. */
const { Tokenizer: Reference } = library as unknown as {
  Tokenizer: new (
    tokenizer: unknown,
    config: unknown,
  ) => {
    encode(text: string): { ids: number[] };
  };
};

export async function measures(): Promise<Measure[]> {
  const rows: Measure[] = [];
  const texts = sampleTexts();
  for (const family of SHOWN) {
    const fixture: TokenizerFixture = await FAMILIES[family]();
    const reference = new Reference(fixture.tokenizer, fixture.config);
    const own = readTokenizer(filesOf(fixture));
    const speed = (encode: (text: string) => { readonly ids: ArrayLike<number> }): number => {
      const started = performance.now();
      const tokens = texts.reduce((sum, text) => sum + encode(text).ids.length, 0);
      return tokens / (performance.now() - started);
    };
    let [ours, theirs] = [0, 0];
    for (let turn = 0; turn < TURNS; turn++) {
      theirs = Math.max(theirs, speed(reference.encode.bind(reference)));
      ours = Math.max(ours, speed(own.encode));
    }
    rows.push({
      name: `tokenizing as ${family}`,
      value: ours / theirs,
      unit: 'times',
      bound: { least: 1 },
      note: `${ours.toFixed(0)} against ${theirs.toFixed(0)} thousand tokens/s`,
    });
  }
  const megabytes = 4;
  const copies = Math.ceil((megabytes * 2 ** 20) / texts.join('').length);
  const corpus = Array.from({ length: copies }, (_, copy) =>
    texts.map((text) => text.replaceAll(/\p{L}{7,}/gu, (word) => `${word}${copy}`)),
  ).flat();
  const started = performance.now();
  await trainWordPiece(corpus, { vocabularySize: 16_000, lowercase: false });
  rows.push({
    name: `learning 16,000 pieces from ${megabytes} MiB`,
    value: (performance.now() - started) / 1000,
    unit: 's',
    bound: { most: 30 },
  });
  return rows;
}
