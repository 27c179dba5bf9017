/** What ties a checkpoint to its run: the recipe, the data and the runtime. */
import type { Recipe } from '../protocol.ts';
import { RUNTIME } from '../sessions/index.ts';
import type { RunIdentity } from './checkpoint.ts';

/** Neither changes the numbers of a run, only how much of it a crash can cost. */
const UNCOUNTED = ['checkpointSeconds', 'checkpointSteps'];

/** Independent of key order and of how often checkpoints are taken. */
const canonical = (recipe: Recipe): unknown =>
  Object.entries(recipe)
    .filter(([key]) => !UNCOUNTED.includes(key))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));

export const identify = (recipe: Recipe, labels: readonly string[], data: string): RunIdentity => ({
  recipe: JSON.stringify([canonical(recipe), labels]),
  data,
  runtime: RUNTIME,
});
