/*
 * From what a person orders to a sweep that is decided: the recipe that all trials share, the rungs at
 * which they are compared and by what, and every trial, drawn before the first one trains.
 */
import type { Recipe, Sweep, SweepPlan } from '../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { EpochEvaluation } from '../models/index.ts';
import { resolveRecipe } from './recipe.ts';
import { shardCount } from './sharding/shards.ts';
import { drawTrials, rungsOf } from './sweepPlan.ts';
import type { StoredPlan } from './sweepState.ts';

/** Fails with RECIPE_INVALID (param `field`). */
export function planOf(plan: SweepPlan): Result<StoredPlan> {
  const resolved = resolveRecipe(plan.recipe);
  if (!resolved.ok) return resolved;
  const base = comparable(resolved.value.resolved);
  if ('privacy' in base && base.privacy) {
    return failure(
      'RECIPE_INVALID',
      'A sweep cannot be private: every trial would spend privacy on the same people, and choosing by their scores more. Nothing was changed. Find the settings without privacy on other data, then train one private run.',
      { field: 'privacy' },
    );
  }
  if (shardCount(base) !== undefined) {
    return failure(
      'RECIPE_INVALID',
      'A sweep compares trials on the development documents, which a model in shards does not have in common. Nothing was changed. Find the settings without shards, then train one run with them.',
      { field: 'shards' },
    );
  }
  const { drawn, problem } = drawTrials(base, plan);
  if (drawn.length < 2) {
    return failure(
      'RECIPE_INVALID',
      problem === null
        ? 'The search space holds fewer than two different recipes. Nothing was changed. Widen it.'
        : `The search space makes no valid recipes: ${problem}. Nothing was changed. Change the space.`,
      { field: 'space' },
    );
  }
  return ok({
    plan,
    preset: resolved.value.preset,
    base,
    rungs: rungsOf(base.epochs, plan.eta, drawn.length),
    scoredBy: scoredBy(base),
    drawn,
  });
}

/** Trials are compared at the same epochs, so nothing may change their number. */
function comparable(recipe: Recipe): Recipe {
  const rest: Record<string, unknown> = { ...recipe };
  delete rest['timeBudgetSeconds'];
  delete rest['leastSteps'];
  return rest as Recipe;
}

function scoredBy(recipe: Recipe): Sweep['scoredBy'] {
  switch (recipe.architecture) {
    case 'encoder':
      return recipe.selectBy;
    case 'pretraining':
      return 'loss';
    case 'tagger':
      return 'f1';
  }
}

/** Larger is better, also of a loss. */
export function scoreOf(best: EpochEvaluation | null, by: Sweep['scoredBy']): number {
  if (!best) return -Number.MAX_VALUE;
  if (by === 'loss') return -(best.devLoss ?? best.trainLoss);
  return by === 'macroF1' ? (best.macroF1 ?? best.dev.f1) : best.dev.f1;
}

/** Epochs of all trials where nothing fails and the minutes suffice. */
export function epochsPlanned({ drawn, rungs, plan }: StoredPlan): number {
  let left = drawn.length;
  return rungs.reduce((sum, rung, at) => {
    if (at > 0) left = Math.ceil(left / plan.eta);
    return sum + left * (rung - (rungs[at - 1] ?? 0));
  }, 0);
}
