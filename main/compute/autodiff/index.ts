/** Automatic differentiation over ONNX graphs: one rule table, one reverse walk. */
export type { Fact, Facts, Rule, RuleContext } from './context.ts';
export { differentiate, type Differentiated, type Gradient, type Target } from './differentiate.ts';
export {
  differentiatePerExample,
  NORMS,
  type PerExample,
  type PerExampleSettings,
} from './perExample.ts';
export { RULES } from './rules.ts';
