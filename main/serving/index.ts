/*
 * The face of the serving room: what a model says about a text.
 */
export {
  createServing,
  type ScoredSpan,
  type Serving,
  type ServingDeps,
  type SuggestCall,
  type Suggested,
} from './suggestions.ts';
