/*
 * Carries runs, one at a time on a machine. The gate is asked when a run starts, for every document it
 * reads, and once more in the transaction that commits the model: a person who withdrew in between ends
 * in no model (governance, gate step 7). A withdrawal that reaches a running run ends it at once instead
 * of at the end. Checkpoints carry the same influence as a model, so they go with the permission.
 */
import type { Model, Progress, Run, TrainingPoint } from '../../shared/contract/index.ts';
import { failure, ok, unwrap, type Result } from '../../shared/kernel/result.ts';
import type { Actor } from '../governance/index.ts';
import type { EpochEvaluation, TrainResult } from '../models/index.ts';
import { attemptAsync, failureOf, type Random } from '../platform/index.ts';
import { createOutcomes, type Ended, type OutcomeDeps, type Outcomes } from './outcome.ts';
import type { PreparationDeps, Prepared } from './preparation.ts';
import type { ResolvedRecipe } from './recipe.ts';
import type { RunDetails } from './runs.ts';
import { trainShards } from './sharding/trainShards.ts';
import { trainThrough, type Stretch, type StretchDeps } from './stretch.ts';

/** Who asks, and the lines of the job that carries the run. */
export interface RunCall {
  readonly actor: Actor;
  readonly jobId: string | null;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly onPoint: (runId: string, point: TrainingPoint) => void;
  /** The run exists from here on. */
  readonly onStarted?: (run: Run) => void;
}

export interface Trained {
  readonly run: Run;
  readonly model: Model;
}

export interface Paused {
  readonly run: Run;
  readonly best: EpochEvaluation | null;
  /** It stopped by itself and will not get better: going on would change nothing. */
  readonly early: boolean;
  /** Of this stretch. */
  readonly seconds: number;
}

export interface RunnerDeps extends StretchDeps, OutcomeDeps, PreparationDeps {
  readonly random: Random;
  readonly bases: OutcomeDeps['bases'] & PreparationDeps['bases'];
}

export interface Runner {
  readonly outcomes: Outcomes;
  /** Fails with CONFLICT while another run or sweep has the machine. */
  alone<T>(act: () => Promise<Result<T>>): Promise<Result<T>>;
  /** Writes the run down, with whom it learns from, before its first step. */
  begin(
    call: Pick<RunCall, 'actor' | 'jobId'>,
    prepared: Prepared,
    order: { readonly name: string; readonly recipe: ResolvedRecipe },
  ): string;
  /** Notes that the run goes on; points after its checkpoint are drawn anew. */
  goOn(call: Pick<RunCall, 'jobId'>, runId: string, prepared: Prepared): void;
  /** From its checkpoint, or from its beginning, to a model. */
  finish(call: RunCall, runId: string, prepared: Prepared): Promise<Result<Trained>>;
  /** The same up to the end of an epoch, where it waits. */
  trainUpTo(
    call: RunCall,
    runId: string,
    prepared: Prepared,
    epoch: number,
  ): Promise<Result<Paused>>;
  /** The people may no longer be used, for one purpose or for any: ends the run that learns from them. */
  losePermission(subjectIds: readonly string[], purposeId?: string): void;
  /**
   * A person's data may be kept and not used (GDPR Art. 18, 21): ends the run that learns from them. Waiting
   * checkpoints stay; whoever goes on from one asks the gate first.
   */
  stopUse(subjectId: string): void;
}

interface ActiveRun {
  readonly runId: string;
  readonly purposeId: string;
  readonly subjects: ReadonlyMap<string, number>;
  readonly controller: AbortController;
  /** People who lost permission while it ran. */
  lost: number;
}

const ASK_EVERY_MS = 5_000;
/** Asking takes at most this share of the time: a million documents are not looked up five times a second. */
const ASK_SHARE = 50;

/** Asks when forced to, or when it was long enough ago for what it costs. */
function createQuestion(
  clock: Pick<RunnerDeps['clock'], 'monotonicMs'>,
  ask: () => void,
): (force: boolean) => void {
  let nextAt = clock.monotonicMs() + ASK_EVERY_MS;
  return (force) => {
    const began = clock.monotonicMs();
    if (!force && began < nextAt) return;
    ask();
    const ended = clock.monotonicMs();
    nextAt = ended + Math.max(ASK_EVERY_MS, ASK_SHARE * (ended - began));
  };
}

export function createRunner(deps: RunnerDeps): Runner {
  const { store, clock, random, repository, runs, checkpoints, bases } = deps;
  const outcomes = createOutcomes(deps);
  let busy = false;
  let active: ActiveRun | undefined;

  const details = (runId: string): RunDetails => unwrap(runs.get(runId));

  async function carry<T>(
    call: RunCall,
    runId: string,
    prepared: Prepared,
    pauseAfterEpoch: number | null,
    keep: (ended: Ended, result: TrainResult) => Result<T>,
  ): Promise<Result<T>> {
    const { reader, data, subjects, base, recipe, shards, kept } = prepared;
    const { purposeId } = reader.snapshot;
    const controller = new AbortController();
    const current: ActiveRun = { runId, purposeId, subjects, controller, lost: 0 };
    active = current;
    // What comes without an act (a consent or a retention that ends) is found by asking again.
    const askAgain = createQuestion(clock, () => {
      if (current.lost === 0) lose(current, reader.recheck().lost.length);
    });
    const stop = (): void => controller.abort(call.signal.reason);
    if (call.signal.aborted) stop();
    call.signal.addEventListener('abort', stop, { once: true });
    const began = clock.monotonicMs();
    const { name } = details(runId).run;
    const ended = (): Ended => ({
      actor: call.actor,
      runId,
      name,
      seconds: Math.round(clock.monotonicMs() - began) / 1000,
    });
    try {
      call.onStarted?.(details(runId).run);
      // A trial of a sweep begins with what was read when the sweep began.
      askAgain(true);
      if (current.lost > 0) return outcomes.refuse(ended(), purposeId, current.lost);
      const stretch: Stretch = {
        runId,
        recipe,
        data,
        baseFiles: base && (() => bases.bundle(base.base.baseId)),
        pauseAfterEpoch,
        signal: controller.signal,
        isForbidden() {
          askAgain(true);
          return current.lost > 0;
        },
        onProgress(progress) {
          askAgain(false);
          call.onProgress(progress);
        },
        onPoint: (point) => call.onPoint(runId, point),
      };
      const outcome = await attemptAsync<TrainResult>(() =>
        shards ? trainShards(deps, { ...stretch, shards, kept }) : trainThrough(deps, stretch),
      );
      if (current.lost > 0) return outcomes.refuse(ended(), purposeId, current.lost);
      if (!outcome.ok) return outcomes.close(ended(), outcome.error, call.signal);
      return keep(ended(), outcome.value);
    } catch (error) {
      const found = failureOf(error);
      if (found) return outcomes.close(ended(), found, call.signal);
      runs.note(runId, { type: 'failed', code: 'INTERNAL', seconds: ended().seconds });
      throw error;
    } finally {
      active = undefined;
      call.signal.removeEventListener('abort', stop);
    }
  }

  /** A withdrawal that rolls back took nothing away, so this waits for its commit. */
  function endActive(subjectIds: readonly string[], purposeId?: string): void {
    store.afterCommit(() => {
      if (!active) return;
      if (purposeId !== undefined && active.purposeId !== purposeId) return;
      const { subjects } = active;
      lose(active, subjectIds.filter((subjectId) => subjects.has(subjectId)).length);
    });
  }

  function lose(run: ActiveRun, people: number): void {
    if (people === 0) return;
    run.lost += people;
    run.controller.abort('permission');
  }

  return {
    outcomes,
    async alone(act) {
      if (busy) {
        return failure(
          'CONFLICT',
          'Another model is being trained. Nothing was changed. Wait for it or cancel it first.',
        );
      }
      busy = true;
      try {
        return await act();
      } finally {
        busy = false;
      }
    },
    begin({ actor, jobId }, { reader, data, base, subjects }, { name, recipe }) {
      const { preset, resolved, sha256 } = recipe;
      const runId = random.newId('run');
      store.transaction(() => {
        repository.insertRun({
          id: runId,
          name: name.slice(0, 200),
          snapshot_id: reader.snapshot.snapshotId,
          recipe: JSON.stringify({ recipe: { preset }, resolved }),
          recipe_sha256: sha256,
          started_at: clock.now(),
          actor: actor.userId,
        });
        for (const [subjectId, documents] of subjects) {
          repository.insertSubject(runId, subjectId, documents);
        }
        if (base) repository.insertBase(runId, base.base);
        runs.note(runId, { type: 'started', jobId, data: data.sha256 });
      });
      return runId;
    },
    goOn({ jobId }, runId, { data }) {
      store.transaction(() => {
        repository.dropPointsAfter(runId, checkpoints.step(runId) ?? 0);
        runs.note(runId, { type: 'resumed', jobId, data: data.sha256 });
      });
    },
    finish: (call, runId, prepared) =>
      carry(call, runId, prepared, null, (ended, result) => {
        const { steps } = result;
        call.onProgress({
          stage: 'saving',
          done: steps,
          total: steps,
          unit: 'steps',
          etaSeconds: null,
        });
        const model = outcomes.commit(ended, prepared, result);
        return model.ok ? ok({ run: details(runId).run, model: model.value }) : model;
      }),
    trainUpTo: (call, runId, prepared, epoch) =>
      carry(call, runId, prepared, epoch, (ended, result) => {
        const kept = outcomes.pause(ended, prepared, result);
        if (!kept.ok) return kept;
        const early = result.stopped === 'early';
        const { run } = details(runId);
        return ok({ run, best: result.best, early, seconds: ended.seconds });
      }),
    stopUse: (subjectId) => endActive([subjectId]),
    losePermission(subjectIds, purposeId) {
      for (const { id, purpose_id } of subjectIds.flatMap((subjectId) =>
        repository.ofSubject(subjectId),
      )) {
        if (purposeId === undefined || purpose_id === purposeId) {
          outcomes.destroyCheckpoint(id, 'permissionLost');
        }
      }
      endActive(subjectIds, purposeId);
    },
  };
}
