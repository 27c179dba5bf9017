/** Models trained from nothing: hashed subword features and gated convolutions, for spans and documents. */
export { buildClassifier } from './classifier.ts';
export { reach, tagNames, type ClassifierConfig, type TaggerConfig } from './config.ts';
export {
  bestChain,
  chainLattice,
  chainLoss,
  chainSpans,
  chainSurprise,
  decodeChain,
  transitionWeights,
  type Chain,
} from './crf.ts';
export { decodeSpans, viterbiSpans, type Decoded, type ScoredSpan } from './decode.ts';
export { createDocumentFeaturizer, DOCUMENT_SLOTS } from './documentFeatures.ts';
export { createFeaturizer, DROPPED_SLOTS, SLOTS, type Featurizer } from './features.ts';
export { buildTagger, MASKS, TRANSITIONS, type TaggerGraph } from './graph.ts';
export { TABLE } from './layers.ts';
export { alignSpans, tagRuns, type Alignment, type Span } from './tags.ts';
