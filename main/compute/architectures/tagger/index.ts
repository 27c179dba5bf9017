/** A span tagger trained from nothing: hashed subword features and gated convolutions. */
export { reach, tagNames, type TaggerConfig } from './config.ts';
export { decodeSpans, viterbiSpans, type Decoded, type ScoredSpan } from './decode.ts';
export { createFeaturizer, DROPPED_SLOTS, SLOTS, type Featurizer } from './features.ts';
export { buildTagger, MASKS, TABLE, type TaggerGraph } from './graph.ts';
export { alignSpans, tagRuns, type Alignment, type Span } from './tags.ts';
