/** A trained encoder as a plain Hugging Face folder, and what a base folder must hold to become one. */
import {
  writeConfig,
  type EncoderBuild,
  type EncoderConfig,
  type OwnConfig,
} from '../architectures/encoder/index.ts';
import type { ModelBundle } from '../protocol.ts';
import type { Weights } from './checkpoint.ts';

/** Copied as they are: another tool must tokenize as the base's does. */
const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'vocab.txt',
  'vocab.json',
  'merges.txt',
  'added_tokens.json',
  'sentencepiece.bpe.model',
  'spm.model',
];

export const MODEL_PATH = 'onnx/model.onnx';
export const QUANTIZED_PATH = 'onnx/model_quantized.onnx';

export interface FolderParts {
  readonly base: ModelBundle;
  readonly config: EncoderConfig;
  readonly own: OwnConfig;
  readonly classes: readonly string[];
  readonly build: EncoderBuild;
  readonly weights: Weights;
  readonly onnx: Uint8Array;
  /** The eight-bit file, where it is offered. */
  readonly int8?: Uint8Array | undefined;
}

export function packEncoder(parts: FolderParts): ModelBundle {
  const { base, config, own, classes, build, weights, onnx, int8 } = parts;
  const copied = Object.fromEntries(
    TOKENIZER_FILES.flatMap((name) => (base.files[name] ? [[name, base.files[name]]] : [])),
  );
  const adapter = Object.fromEntries(
    Object.entries(build.adapterFiles(weights)).map(([name, bytes]) => [`adapter/${name}`, bytes]),
  );
  return {
    files: {
      ...copied,
      'config.json': writeConfig(config, classes, own),
      [MODEL_PATH]: onnx,
      ...(int8 && { [QUANTIZED_PATH]: int8 }),
      ...adapter,
    },
  };
}
