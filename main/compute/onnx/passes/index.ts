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
import { untie } from './untie.ts';

export { hoistConstants } from './constants.ts';
export { liftParameters } from './lift.ts';
export { specialize } from './specialize.ts';
export { isUniform, untie } from './untie.ts';
export { withValues } from './values.ts';

export function prepare(model: Model): Model {
  const graph = prune(untie(hoistConstants(model.graph)));
  return {
    ...model,
    opsets: { ...model.opsets, '': Math.max(17, model.opsets[''] ?? 1) },
    graph,
  };
}
