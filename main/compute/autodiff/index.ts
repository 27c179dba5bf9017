/**
 * Automatic differentiation over ONNX graphs: one rule table, one reverse walk.
 *
 * Read `context` (what a rule sees and returns), `rules` (the table) with `elementwise`, `products`,
 * `movement` and `statistics` (its entries, over the arithmetic in `shapes`), then `differentiate` (the
 * walk). `perExample` bounds the share of each example in the same graph, for private training.
 */
export type { Fact, Facts, Rule, RuleContext } from './context.ts';
export { differentiate, type Differentiated, type Gradient, type Target } from './differentiate.ts';
export {
  differentiatePerExample,
  NORMS,
  type PerExample,
  type PerExampleSettings,
} from './perExample.ts';
export { RULES } from './rules.ts';
