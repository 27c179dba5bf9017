/*
 * From the recipe a person chooses to the recipe a run carries out. Presets may change between versions,
 * so what is hashed and stored is the resolved document: the run can be made again from it alone.
 */
import { createHash } from 'node:crypto';
import type { PresetOrder, RecipeOrder } from '../../shared/contract/procedures/models.ts';
import type { Recipe } from '../../shared/contract/recipe.ts';
import { PRESETS, type TaggerRecipe } from '../models/index.ts';
import { canonicalJson, type JsonValue } from '../platform/index.ts';

export interface ResolvedRecipe {
  /** The preset the order named, null where it was a whole recipe. */
  readonly preset: string | null;
  readonly resolved: Recipe;
  /** SHA-256 over the canonical JSON of `resolved`, hex. */
  readonly sha256: string;
}

export function resolveRecipe(order: RecipeOrder): ResolvedRecipe {
  const preset = 'preset' in order ? order.preset : null;
  const resolved = 'preset' in order ? fromPreset(order) : order;
  const sha256 = createHash('sha256')
    .update(canonicalJson(resolved as unknown as JsonValue))
    .digest('hex');
  return { preset, resolved, sha256 };
}

function fromPreset(order: PresetOrder): Recipe {
  const { timeBudgetSeconds, leastSteps, ...preset }: TaggerRecipe = PRESETS[order.preset];
  return {
    ...preset,
    seed: order.seed,
    threads: order.threads,
    ...(order.learningRate !== undefined && { learningRate: order.learningRate }),
    // Somebody who names the epochs wants these; only the preset's own number bends to the clock and
    // to the size of the data.
    ...(order.epochs !== undefined
      ? { epochs: order.epochs }
      : {
          ...(timeBudgetSeconds !== undefined && { timeBudgetSeconds }),
          ...(leastSteps !== undefined && { leastSteps }),
        }),
  };
}
