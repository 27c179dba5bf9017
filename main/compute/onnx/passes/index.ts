/**
 * Whole-graph rewrites, each in a file of its own. `prepare` applies those that make a foreign file
 * trainable, in this order; each relies on the ones before it:
 *
 *  1. constants   everything fixed becomes an initializer, so that later passes look in one place
 *  2. opset       the file speaks opset 17 or later; operators whose meaning changed are rewritten
 *  3. decompose   fused operators become those with gradient rules
 *  4. untie       one initializer per parameter
 *  5. prune       what no output needs goes
 *
 * Then, per training job and shape of batch: `liftParameters` before any folding, `specialize`, and at
 * the end `withValues`, which writes what was learned into the prepared graph.
 */
import type { Model } from '../model.ts';
import { prune } from '../order.ts';
import { hoistConstants } from './constants.ts';
import { decompose } from './decompose.ts';
import { bumpOpset } from './opset.ts';
import { untie } from './untie.ts';

export { hoistConstants } from './constants.ts';
export { decompose } from './decompose.ts';
export { liftParameters } from './lift.ts';
export { bumpOpset, OLDEST_OPSET, TARGET_OPSET } from './opset.ts';
export { specialize } from './specialize.ts';
export { isUniform, untie } from './untie.ts';
export { withValues } from './values.ts';

/** Control flow refers to outer values by name from within, so its graph is not rewritten. */
export const hasSubgraphs = ({ graph }: Model): boolean =>
  graph.nodes.some(({ op }) => op === 'If' || op === 'Loop' || op === 'Scan');

export function prepare(model: Model): Model {
  if (hasSubgraphs(model)) return model;
  const hoisted = { ...model, graph: hoistConstants(model.graph) };
  const bumped = bumpOpset(hoisted);
  return { ...bumped, graph: prune(untie(decompose(bumped.graph))) };
}
