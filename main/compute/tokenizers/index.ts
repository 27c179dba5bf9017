/** From text to tokens with character offsets, and from spans to tags on tokens and back. */
export { fineTokens, type Token } from './fineTokens.ts';
export type { Encoding, FramedEncoding } from './encoding.ts';
export { readTokenizer, type EncodeOptions, type SpecialIds, type Tokenizer } from './tokenizer.ts';
export type { Window, WindowOptions } from './windows.ts';
export {
  IGNORED_TAG,
  spansOf,
  tagsOf,
  unitsOf,
  type AlignedTags,
  type Alignment,
  type Unit,
} from './alignment.ts';
export { trainWordPiece, type WordPieceTraining } from './trainWordPiece.ts';
