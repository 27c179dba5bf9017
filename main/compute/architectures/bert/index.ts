/** A small BERT built here, for those who want an encoder that has read their own notes. */
export { huggingFaceConfig, type BertConfig } from './config.ts';
export { buildBert, buildMaskedBert } from './graph.ts';
