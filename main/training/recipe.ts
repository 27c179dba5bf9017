/*
 * From the recipe a person chooses to the recipe a run carries out. Presets may change between versions,
 * so what is hashed and stored is the resolved document: the run can be made again from it alone.
 */
import { createHash } from 'node:crypto';
import type { Recipe } from '../../shared/contract/procedures/models.ts';
import { PRESETS, type TaggerRecipe } from '../models/index.ts';
import { canonicalJson, type JsonValue } from '../platform/index.ts';

export interface ResolvedRecipe {
  readonly recipe: Recipe;
  readonly resolved: TaggerRecipe;
  /** SHA-256 over the canonical JSON of `resolved`, hex. */
  readonly sha256: string;
}

export function resolveRecipe(recipe: Recipe): ResolvedRecipe {
  const { timeBudgetSeconds, leastSteps, ...preset }: TaggerRecipe = PRESETS[recipe.preset];
  const resolved: TaggerRecipe = {
    ...preset,
    seed: recipe.seed,
    threads: recipe.threads,
    ...(recipe.learningRate !== undefined && { learningRate: recipe.learningRate }),
    // Somebody who names the epochs wants these; only the preset's own number bends to the clock and
    // to the size of the data.
    ...(recipe.epochs !== undefined
      ? { epochs: recipe.epochs }
      : {
          ...(timeBudgetSeconds !== undefined && { timeBudgetSeconds }),
          ...(leastSteps !== undefined && { leastSteps }),
        }),
  };
  const sha256 = createHash('sha256')
    .update(canonicalJson(resolved as unknown as JsonValue))
    .digest('hex');
  return { recipe, resolved, sha256 };
}
