/** The encoders that the numbers are about, by the dimensions of the published ones. */
export interface Size {
  readonly name: string;
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly intermediate: number;
  readonly vocabulary: number;
  readonly positions: number;
}

/** sentence-transformers/all-MiniLM-L6: 22.7 M parameters. */
export const MINILM: Size = {
  name: 'MiniLM-L6',
  layers: 6,
  hidden: 384,
  heads: 12,
  intermediate: 1536,
  vocabulary: 30_522,
  positions: 512,
};

/** bert-base: 109 M parameters. */
export const BERT_BASE: Size = {
  name: 'BERT-base',
  layers: 12,
  hidden: 768,
  heads: 12,
  intermediate: 3072,
  vocabulary: 30_522,
  positions: 512,
};

export const CLASSES = 9;
export const BATCH = 8;
export const LENGTH = 128;
