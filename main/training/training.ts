/*
 * A training run from start to model, and back from every way it can be cut short.
 *
 * The gate is asked when the run starts, for every document it reads, and once more in the transaction
 * that commits the model: a person who withdrew in between ends in no model (governance, gate step 7).
 * A withdrawal that reaches a running run ends it at once instead of at the end. Checkpoints carry the
 * same influence as a model, so they are destroyed with the permission.
 */
import type {
  Model,
  Progress,
  RecipeOrder,
  Run,
  TrainingPoint,
} from '../../shared/contract/index.ts';
import { failure, ok, unwrap, type Failure, type Result } from '../../shared/kernel/result.ts';
import type { Actor, AuditLog } from '../governance/index.ts';
import type { SnapshotReader, Snapshots } from '../labeling/index.ts';
import type { ComputeClient, ModelRegistry, TrainProgress, TrainResult } from '../models/index.ts';
import {
  attempt,
  attemptAsync,
  failureOf,
  Fault,
  type Clock,
  type Random,
} from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import type { Checkpoints } from './checkpoints.ts';
import { createCurveRecorder } from './curve.ts';
import { resolveRecipe } from './recipe.ts';
import type { RunRepository } from './runRepository.ts';
import type { RunFacts } from './runState.ts';
import type { RunDetails, Runs } from './runs.ts';
import { collectTrainingData, type TrainingData } from './trainingData.ts';

export interface TrainingDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly snapshots: Pick<Snapshots, 'open'>;
  readonly models: ModelRegistry;
  readonly compute: Pick<ComputeClient, 'train'>;
  readonly repository: RunRepository;
  readonly runs: Runs;
  readonly checkpoints: Checkpoints;
}

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

export interface Training {
  /**
   * Fails with CONFLICT (one run at a time), NOT_FOUND, SNAPSHOT_EMPTY, SNAPSHOT_CHANGED,
   * PURPOSE_RETIRED, GATE_DENIED, RECIPE_INVALID, TRAINING_DIVERGED, COMPUTE_LOST, OUT_OF_MEMORY,
   * DISK_FULL, CANCELLED. After the last six a checkpoint may be left to resume from.
   */
  run(
    call: RunCall,
    order: { readonly snapshotId: string; readonly recipe: RecipeOrder; readonly name?: string },
  ): Promise<Result<Trained>>;
  /** Goes on from the checkpoint, bit for bit. Fails like `run`, and with CONFLICT where there is none. */
  resume(call: RunCall, runId: string): Promise<Result<Trained>>;
  /** The people may no longer be used, for one purpose or for any: ends the run that learns from them. */
  losePermission(subjectIds: readonly string[], purposeId?: string): void;
  /** Closes runs that a crash cut short. Called once when the vault opens; returns how many. */
  recover(): number;
}

interface ActiveRun {
  readonly runId: string;
  readonly purposeId: string;
  readonly subjects: ReadonlyMap<string, number>;
  readonly controller: AbortController;
  /** People who lost permission while it ran. */
  lost: number;
}

/** After the first loss of compute the run goes on by itself; a second one asks for a person. */
const AUTOMATIC_RESUMES = 1;

export function createTraining(deps: TrainingDeps): Training {
  const { store, clock, random, audit, snapshots, models, compute, repository, runs, checkpoints } =
    deps;
  let active: ActiveRun | 'starting' | undefined;

  async function alone(act: () => Promise<Result<Trained>>): Promise<Result<Trained>> {
    if (active) {
      return failure(
        'CONFLICT',
        'Another model is being trained. Nothing was changed. Wait for it or cancel it first.',
      );
    }
    active = 'starting';
    try {
      return await act();
    } finally {
      active = undefined;
    }
  }

  async function run(
    call: RunCall,
    order: { readonly snapshotId: string; readonly recipe: RecipeOrder; readonly name?: string },
  ): Promise<Result<Trained>> {
    const opened = read(call.actor, order.snapshotId);
    if (!opened.ok) return opened;
    const { reader, data } = opened.value;
    const recipe = resolveRecipe(order.recipe);
    if (!recipe.ok) return recipe;
    const { preset, resolved, sha256 } = recipe.value;
    const runId = random.newId('run');
    store.transaction(() => {
      repository.insertRun({
        id: runId,
        name:
          order.name ?? `${reader.snapshot.name}, ${preset ?? resolved.architecture}`.slice(0, 200),
        snapshot_id: order.snapshotId,
        recipe: JSON.stringify({ recipe: { preset }, resolved }),
        recipe_sha256: sha256,
        started_at: clock.now(),
        actor: call.actor.userId,
      });
      for (const [subjectId, documents] of data.subjects) {
        repository.insertSubject(runId, subjectId, documents);
      }
      runs.note(runId, { type: 'started', jobId: call.jobId, data: data.sha256 });
    });
    return carryOut(call, runId, reader, data);
  }

  async function resume(call: RunCall, runId: string): Promise<Result<Trained>> {
    const found = runs.get(runId);
    if (!found.ok) return found;
    const { run, folded } = found.value;
    if (!run.resumable) {
      return failure(
        'CONFLICT',
        `The run "${run.name}" cannot be resumed: it ${run.state === 'done' ? 'is finished' : 'has no checkpoint to go on from'}. Nothing was changed. Start a new run.`,
        { run: run.name },
      );
    }
    const opened = read(call.actor, run.snapshotId);
    if (!opened.ok) {
      const { code } = opened.error;
      if (code === 'SNAPSHOT_CHANGED') destroyCheckpoint(runId, 'snapshotChanged');
      if (code === 'SNAPSHOT_EMPTY') destroyCheckpoint(runId, 'permissionLost');
      return opened;
    }
    const { reader, data } = opened.value;
    if (data.sha256 !== folded.data) {
      destroyCheckpoint(runId, data.withheld > 0 ? 'permissionLost' : 'snapshotChanged');
      return data.withheld > 0
        ? failure(
            'GATE_DENIED',
            `${countOf(data.withheld, 'document')} of this run may no longer be used, and its checkpoint has learned from them, so it was destroyed. Freeze a new snapshot and start a new run.`,
            { step: 'basis', reason: 'withdrawn', count: data.withheld },
          )
        : failure(
            'SNAPSHOT_CHANGED',
            'The documents of this run are not the ones it began with, so its checkpoint was destroyed. Freeze a new snapshot and start a new run.',
          );
    }
    store.transaction(() => {
      repository.dropPointsAfter(runId, checkpoints.step(runId) ?? 0);
      runs.note(runId, { type: 'resumed', jobId: call.jobId, data: data.sha256 });
    });
    return carryOut(call, runId, reader, data);
  }

  /** Reads what the run learns from, and refuses before a run exists. */
  function read(
    actor: Actor,
    snapshotId: string,
  ): Result<{ readonly reader: SnapshotReader; readonly data: TrainingData }> {
    const opened = snapshots.open(snapshotId, { actor, operation: 'train' });
    if (!opened.ok) return opened;
    // A text that is not the frozen one comes as a fault from inside the iteration.
    const collected = attempt(() => collectTrainingData(opened.value));
    const data = collected.ok ? collected.value : collected;
    return data.ok ? ok({ reader: opened.value, data: data.value }) : data;
  }

  async function carryOut(
    call: RunCall,
    runId: string,
    reader: SnapshotReader,
    data: TrainingData,
  ): Promise<Result<Trained>> {
    const controller = new AbortController();
    const current: ActiveRun = {
      runId,
      purposeId: reader.snapshot.purposeId,
      subjects: data.subjects,
      controller,
      lost: 0,
    };
    active = current;
    const stop = (): void => controller.abort(call.signal.reason);
    if (call.signal.aborted) stop();
    call.signal.addEventListener('abort', stop, { once: true });
    const began = clock.monotonicMs();
    const seconds = (): number => Math.round(clock.monotonicMs() - began) / 1000;
    try {
      call.onStarted?.(details(runId).run);
      const outcome = await attemptAsync(() => trainThrough(call, current, data, details(runId)));
      if (current.lost > 0) return refuse(call.actor, current, seconds(), current.lost);
      if (!outcome.ok) return close(runId, outcome.error, call.signal, seconds());
      call.onProgress(progressOf('saving', outcome.value.steps, outcome.value.steps, null));
      const model = commit(call.actor, current, reader, data, outcome.value, seconds());
      return model.ok ? ok({ run: details(runId).run, model: model.value }) : model;
    } catch (error) {
      const found = failureOf(error);
      if (found) return close(runId, found, call.signal, seconds());
      runs.note(runId, { type: 'failed', code: 'INTERNAL', seconds: seconds() });
      throw error;
    } finally {
      call.signal.removeEventListener('abort', stop);
    }
  }

  /** Trains, and goes on once by itself after compute was lost. */
  async function trainThrough(
    call: RunCall,
    current: ActiveRun,
    data: TrainingData,
    { stored }: RunDetails,
  ): Promise<TrainResult> {
    const { runId, controller } = current;
    const labels = labelsOf(data);
    const curve = createCurveRecorder({
      store,
      clock,
      repository,
      runId,
      emit: (point) => call.onPoint(runId, point),
    });
    let planned = false;
    const onProgress = (progress: TrainProgress): void => {
      if (!planned && progress.totalSteps > 0) {
        planned = true;
        runs.note(runId, { type: 'planned', totalSteps: progress.totalSteps });
      }
      curve.take(progress);
      const stage = STAGE[progress.phase];
      call.onProgress(progressOf(stage, progress.step, progress.totalSteps, progress.etaSeconds));
    };
    const onCheckpoint = ({ step, bytes }: { step: number; bytes: Uint8Array }): void => {
      if (current.lost > 0) return; // It holds what may no longer be kept.
      curve.flush();
      try {
        checkpoints.save(runId, step, bytes);
      } catch (error) {
        const found = failureOf(error);
        if (found?.code !== 'DISK_FULL') throw error;
        // The previous checkpoint is still whole; training itself needs no disk.
        const { code } = found;
        attempt(() => runs.note(runId, { type: 'checkpointRefused', step, code }));
      }
    };
    for (let losses = 0; ; losses += 1) {
      const resumeFrom = checkpoints.read(runId);
      const result = await compute.train(
        {
          recipe: stored.resolved,
          labels,
          train: data.train,
          dev: data.dev,
          ...(resumeFrom && { resumeFrom }),
        },
        { signal: controller.signal, onProgress, onCheckpoint },
      );
      curve.flush();
      if (result.ok) return result.value;
      const lost = result.error.code === 'COMPUTE_LOST' && !controller.signal.aborted;
      if (!lost || losses >= AUTOMATIC_RESUMES) throw new Fault(result.error);
      const step = checkpoints.step(runId) ?? 0;
      store.transaction(() => {
        repository.dropPointsAfter(runId, step);
        runs.note(runId, { type: 'computeLost', step });
      });
    }
  }

  /** The last look at the gate and the model are one transaction: nothing comes between. */
  function commit(
    actor: Actor,
    current: ActiveRun,
    reader: SnapshotReader,
    data: TrainingData,
    result: TrainResult,
    seconds: number,
  ): Result<Model> {
    const { runId } = current;
    return store.transaction(() => {
      const { lost } = reader.recheck();
      if (lost.length > 0) return refuse(actor, current, seconds, lost.length, lost[0]);
      const { snapshot } = reader;
      const { runtime } = result;
      const model = models.create(actor, {
        name: details(runId).run.name,
        runId,
        architecture: 'tagger',
        labels: labelsOf(data),
        files: result.model.files,
        subjects: [...data.subjects].map(([subjectId, documents]) => ({ subjectId, documents })),
        documents: data.documents,
        purposeId: snapshot.purposeId,
        policySha256: reader.policySha256,
        manifestSha256: snapshot.manifestSha256,
      });
      repository.setProvider(
        runId,
        `${runtime.engine}, ${runtime.provider}, ${countOf(runtime.threads, 'thread')}`.slice(
          0,
          100,
        ),
      );
      checkpoints.destroy(runId);
      runs.note(runId, {
        type: 'done',
        seconds,
        modelId: model.modelId,
        facts: factsOf(result, data),
      });
      return ok(model);
    });
  }

  /** No model, no checkpoint, and a leaf that says so. */
  function refuse(
    actor: Actor,
    { runId, purposeId }: ActiveRun,
    seconds: number,
    lost: number,
    first?: { readonly step: string; readonly reason: string },
  ): Result<never> {
    store.transaction(() => {
      checkpoints.destroy(runId);
      runs.note(runId, { type: 'failed', code: 'GATE_DENIED', seconds });
      audit.append({
        action: 'run.refuse',
        actor: actor.userId,
        roles: actor.roles,
        object: { type: 'run', id: runId },
        purpose: purposeId,
        counts: { lost },
      });
    });
    return failure(
      'GATE_DENIED',
      `No model was made: while it trained, ${lost} ${lost === 1 ? 'person or document' : 'people or documents'} it learned from lost permission. The checkpoint was destroyed; the documents are safe. Freeze a new snapshot, which leaves them out, and train again.`,
      { step: first?.step ?? 'basis', reason: first?.reason ?? 'withdrawn', count: lost },
    );
  }

  function close(
    runId: string,
    error: Failure,
    signal: AbortSignal,
    seconds: number,
  ): Result<never> {
    const kept = checkpoints.step(runId);
    if (error.code === 'CANCELLED') {
      const type = signal.reason === 'lock' ? 'interrupted' : 'cancelled';
      runs.note(runId, { type, seconds });
    } else {
      runs.note(runId, { type: 'failed', code: error.code, seconds });
    }
    const rest =
      kept === null
        ? 'There is no checkpoint yet; start again when ready.'
        : `The checkpoint at step ${kept} is kept; resume the run to go on from there.`;
    return {
      ok: false,
      error: {
        ...error,
        message: `${error.message} ${rest}`,
        params: { ...error.params, runId, ...(kept !== null && { step: kept }) },
      },
    };
  }

  function destroyCheckpoint(runId: string, reason: string): void {
    store.transaction(() => {
      if (checkpoints.destroy(runId)) runs.note(runId, { type: 'checkpointDestroyed', reason });
    });
  }

  const details = (runId: string): RunDetails => unwrap(runs.get(runId));

  return {
    run: (call, order) => alone(() => run(call, order)),
    resume: (call, runId) => alone(() => resume(call, runId)),
    losePermission(subjectIds, purposeId) {
      for (const { id, purpose_id } of subjectIds.flatMap((subjectId) =>
        repository.ofSubject(subjectId),
      )) {
        if (purposeId === undefined || purpose_id === purposeId) {
          destroyCheckpoint(id, 'permissionLost');
        }
      }
      // A withdrawal that rolls back took nothing away.
      store.afterCommit(() => {
        if (!active || active === 'starting') return;
        if (purposeId !== undefined && active.purposeId !== purposeId) return;
        const { subjects } = active;
        const lost = subjectIds.filter((subjectId) => subjects.has(subjectId)).length;
        if (lost === 0) return;
        active.lost += lost;
        active.controller.abort('permission');
      });
    },
    recover() {
      const cut = runs.running();
      store.transaction(() => {
        for (const runId of cut) {
          const row = repository.byId(runId);
          const { folded } = details(runId);
          const until = Date.parse(row?.last_at ?? folded.since ?? clock.now());
          const since = Date.parse(folded.since ?? clock.now());
          runs.note(runId, { type: 'interrupted', seconds: Math.max(0, until - since) / 1000 });
        }
      });
      return cut.length;
    },
  };
}

const STAGE: Readonly<Record<TrainProgress['phase'], string>> = {
  preparing: 'preparing',
  training: 'training',
  evaluating: 'evaluating',
  exporting: 'saving',
};

const progressOf = (
  stage: string,
  done: number,
  total: number,
  etaSeconds: number | null,
): Progress => ({ stage, done, total: total > 0 ? total : null, unit: 'steps', etaSeconds });

/** Sorted, because the order of labels is the order of the model's classes. */
function labelsOf({ train, dev }: TrainingData): string[] {
  const labels = [...train, ...dev].flatMap(({ spans }) => spans.map(({ label }) => label));
  return [...new Set(labels)].sort();
}

function factsOf(result: TrainResult, data: TrainingData): RunFacts {
  const { data: seen, runtime, best } = result;
  return {
    steps: result.steps,
    epochs: result.epochs,
    stopped: result.stopped,
    parameters: result.parameters,
    devF1: best?.dev.f1 ?? null,
    bestEpoch: best?.epoch ?? null,
    trainDocuments: data.train.length,
    devDocuments: data.dev.length,
    tokens: seen.tokens,
    spans: seen.spans,
    misaligned: seen.misaligned,
    overlapping: seen.overlapping,
    engine: runtime.engine,
    threads: runtime.threads,
    node: runtime.node,
    platform: runtime.platform,
  };
}

const countOf = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;
