/*
 * A training run from start to model, and back from every way it can be cut short.
 */
import type { Recipe, RecipeOrder, RecipeProblem } from '../../shared/contract/index.ts';
import { failure, ok, unwrap, type Result } from '../../shared/kernel/result.ts';
import { driftOf, prepare } from './preparation.ts';
import { problemsOf } from './problems.ts';
import { resolveRecipe, type ResolvedRecipe } from './recipe.ts';
import type { RunCall, Runner, RunnerDeps, Trained } from './runner.ts';
import type { RunDetails } from './runs.ts';

export interface TrainingDeps extends RunnerDeps {
  readonly runner: Runner;
}

export interface RunOrder {
  readonly snapshotId: string;
  readonly recipe: RecipeOrder;
  readonly name?: string;
}

export interface Training {
  /**
   * Fails with CONFLICT (one run at a time), NOT_FOUND, SNAPSHOT_EMPTY, SNAPSHOT_CHANGED, MODEL_BLOCKED,
   * PURPOSE_RETIRED, GATE_DENIED, RECIPE_INVALID, TRAINING_DIVERGED, COMPUTE_LOST, OUT_OF_MEMORY,
   * DISK_FULL, CANCELLED. After the last six a checkpoint may be left to resume from.
   */
  run(call: RunCall, order: RunOrder): Promise<Result<Trained>>;
  /** Goes on from the checkpoint, bit for bit. Fails like `run`, and with CONFLICT where there is none. */
  resume(call: RunCall, runId: string): Promise<Result<Trained>>;
  /**
   * Makes a model of a run that waits or was cut short, from its checkpoint or, where that is gone, from
   * its beginning; both give the same weights. Fails like `run`.
   */
  finish(call: RunCall, runId: string, name?: string): Promise<Result<Trained>>;
  /** As `resume`, for whoever has the machine already. */
  goOn(call: RunCall, runId: string, details: RunDetails): Promise<Result<Trained>>;
  /** What an order comes to and what stands against it; reads no text. Fails with RECIPE_INVALID, NOT_FOUND. */
  preview(
    order: RecipeOrder,
    snapshotId: string | null,
  ): Result<ResolvedRecipe & { readonly problems: RecipeProblem[] }>;
  /** Closes runs that a crash cut short. Called once when the vault opens; returns how many. */
  recover(): number;
}

export function createTraining(deps: TrainingDeps): Training {
  const { store, clock, repository, runs, runner } = deps;
  const { outcomes } = runner;

  async function run(call: RunCall, order: RunOrder): Promise<Result<Trained>> {
    const recipe = resolveRecipe(order.recipe);
    if (!recipe.ok) return recipe;
    const { preset, resolved } = recipe.value;
    const prepared = prepare(deps, call.actor, order.snapshotId, resolved);
    if (!prepared.ok) return prepared;
    const name =
      order.name ??
      `${prepared.value.reader.snapshot.name}, ${preset ?? resolved.architecture}`.slice(0, 200);
    const runId = runner.begin(call, prepared.value, { name, recipe: recipe.value });
    return runner.finish(call, runId, prepared.value);
  }

  async function goOn(call: RunCall, runId: string, details: RunDetails): Promise<Result<Trained>> {
    const { run: old, folded, stored } = details;
    const prepared = prepareAgain(call, old.snapshotId, stored.resolved);
    if (!prepared.ok) {
      const { code } = prepared.error;
      if (code === 'SNAPSHOT_CHANGED') outcomes.destroyCheckpoint(runId, 'snapshotChanged');
      if (code === 'SNAPSHOT_EMPTY') outcomes.destroyCheckpoint(runId, 'permissionLost');
      return prepared;
    }
    const drift = driftOf(prepared.value, folded.data);
    if (drift) {
      outcomes.destroyCheckpoint(runId, drift.reason);
      return { ok: false, error: drift.error };
    }
    runner.goOn(call, runId, prepared.value);
    return runner.finish(call, runId, prepared.value);
  }

  const prepareAgain = (call: RunCall, snapshotId: string, recipe: Recipe) =>
    prepare(deps, call.actor, snapshotId, recipe);

  return {
    run: (call, order) => runner.alone(() => run(call, order)),
    resume: (call, runId) =>
      runner.alone(async () => {
        const found = runs.get(runId);
        if (!found.ok) return found;
        const { run: old } = found.value;
        if (!old.resumable) {
          return failure(
            'CONFLICT',
            `The run "${old.name}" cannot be resumed: it ${old.state === 'done' ? 'is finished' : 'has no checkpoint to go on from'}. Nothing was changed. Start a new run.`,
            { run: old.name },
          );
        }
        return goOn(call, runId, found.value);
      }),
    finish: (call, runId, name) =>
      runner.alone(async () => {
        const found = runs.get(runId);
        if (!found.ok) return found;
        if (name !== undefined) repository.rename(runId, name);
        return goOn(call, runId, found.value);
      }),
    goOn,
    preview(order, snapshotId) {
      const recipe = resolveRecipe(order);
      if (!recipe.ok) return recipe;
      const snapshot = snapshotId === null ? null : deps.snapshots.get(snapshotId);
      if (snapshot === undefined) {
        return failure('NOT_FOUND', 'There is no such snapshot. Nothing was changed.');
      }
      const { resolved } = recipe.value;
      const base = resolved.architecture === 'encoder' ? deps.bases.find(resolved.base) : undefined;
      return ok({ ...recipe.value, problems: problemsOf(resolved, snapshot, base) });
    },
    recover() {
      const cut = runs.running();
      store.transaction(() => {
        for (const runId of cut) {
          const row = repository.byId(runId);
          const { folded } = unwrap(runs.get(runId));
          const until = Date.parse(row?.last_at ?? folded.since ?? clock.now());
          const since = Date.parse(folded.since ?? clock.now());
          runs.note(runId, { type: 'interrupted', seconds: Math.max(0, until - since) / 1000 });
        }
      });
      return cut.length;
    },
  };
}
