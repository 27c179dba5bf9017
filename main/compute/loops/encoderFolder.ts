/** A trained encoder as a plain Hugging Face folder, and what a base folder must hold to become one. */
import {
  writeConfig,
  type EncoderBuild,
  type EncoderConfig,
  type OwnConfig,
} from '../architectures/encoder/index.ts';
import { encodeModel } from '../onnx/index.ts';
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

export function packEncoder(
  base: ModelBundle,
  config: EncoderConfig,
  own: OwnConfig,
  classes: readonly string[],
  build: EncoderBuild,
  weights: Weights,
): ModelBundle {
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
      [MODEL_PATH]: encodeModel(build.finished(weights)),
      ...adapter,
    },
  };
}
