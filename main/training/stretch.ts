/*
 * One stretch of a run: compute trains from the newest checkpoint, if there is one, to its end or to a
 * pause, and goes on once by itself after compute was lost. What arrives on the way is kept here: the
 * curve, and checkpoints as fast as they come.
 */
import type { Progress, Recipe, TrainingPoint } from '../../shared/contract/index.ts';
import type { ComputeClient, TrainProgress, TrainResult } from '../models/index.ts';
import { attempt, failureOf, Fault, type Clock } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import type { Checkpoints } from './checkpoints.ts';
import { createCurveRecorder } from './curve.ts';
import type { RunRepository } from './runRepository.ts';
import type { Runs } from './runs.ts';
import type { TrainingData } from './trainingData.ts';

export interface StretchDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly compute: Pick<ComputeClient, 'train'>;
  readonly repository: RunRepository;
  readonly runs: Runs;
  readonly checkpoints: Checkpoints;
}

export interface Part {
  readonly stepsBefore: number;
  readonly epochsBefore: number;
  /** Parts that are not done, this one included; how long the others take is taken from this one. */
  readonly left: number;
}

export interface Stretch {
  readonly runId: string;
  readonly recipe: Recipe;
  readonly data: TrainingData;
  /** Read when it begins: hundreds of megabytes are not held for longer than needed. */
  readonly baseFiles: (() => Readonly<Record<string, Uint8Array>>) | null;
  readonly pauseAfterEpoch: number | null;
  /** Which part of a longer run this is; left out, the whole. */
  readonly part?: Part;
  readonly signal: AbortSignal;
  /** True once somebody it learns from lost permission: no checkpoint may be kept from then on. */
  readonly isForbidden: () => boolean;
  readonly onProgress: (progress: Progress) => void;
  readonly onPoint: (point: TrainingPoint) => void;
}

/** After the first loss of compute the run goes on by itself; a second one asks for a person. */
const AUTOMATIC_RESUMES = 1;

/** Throws the fault that ended it. */
export async function trainThrough(deps: StretchDeps, stretch: Stretch): Promise<TrainResult> {
  const { store, clock, compute, repository, runs, checkpoints } = deps;
  const { runId, recipe, data, signal, pauseAfterEpoch } = stretch;
  const curve = createCurveRecorder({ store, clock, repository, runId, emit: stretch.onPoint });
  let planned = false;

  const onProgress = (reported: TrainProgress): void => {
    const progress = stretch.part ? within(reported, stretch.part) : reported;
    if (!planned && progress.totalSteps > 0) {
      planned = true;
      runs.note(runId, { type: 'planned', totalSteps: progress.totalSteps });
    }
    curve.take(progress);
    stretch.onProgress(stepsOf(progress));
  };
  const onCheckpoint = ({ step, bytes }: { step: number; bytes: Uint8Array }): void => {
    if (stretch.isForbidden()) return; // It holds what may no longer be kept.
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
        recipe,
        labels: data.labels,
        train: data.train,
        dev: data.dev,
        ...(data.test.length > 0 && { test: data.test }),
        ...(stretch.baseFiles && { base: { files: stretch.baseFiles() } }),
        ...(pauseAfterEpoch !== null && { pauseAfterEpoch }),
        ...(resumeFrom && { resumeFrom }),
      },
      { signal, onProgress, onCheckpoint },
    );
    curve.flush();
    if (result.ok) return result.value;
    const lost = result.error.code === 'COMPUTE_LOST' && !signal.aborted;
    if (!lost || losses >= AUTOMATIC_RESUMES) throw new Fault(result.error);
    const step = checkpoints.step(runId) ?? 0;
    store.transaction(() => {
      repository.dropPointsAfter(runId, step);
      runs.note(runId, { type: 'computeLost', step });
    });
  }
}

/** Without the score of the part on its own development documents, which is not one of the whole. */
function within(
  { evaluation, ...progress }: TrainProgress,
  { stepsBefore, epochsBefore, left }: Part,
): TrainProgress {
  const { step, totalSteps, epoch, epochs, etaSeconds } = progress;
  const whole = (etaSeconds ?? 0) * (totalSteps / Math.max(1, totalSteps - step));
  return {
    ...progress,
    loss: progress.loss ?? evaluation?.trainLoss ?? null,
    step: stepsBefore + step,
    totalSteps: totalSteps > 0 ? stepsBefore + left * totalSteps : 0,
    epoch: epochsBefore + epoch,
    epochs: epochsBefore + left * epochs,
    etaSeconds: etaSeconds === null ? null : etaSeconds + (left - 1) * whole,
  };
}

const STAGE: Readonly<Record<TrainProgress['phase'], string>> = {
  preparing: 'preparing',
  training: 'training',
  evaluating: 'evaluating',
  exporting: 'saving',
};

const stepsOf = ({ phase, step, totalSteps, etaSeconds }: TrainProgress): Progress => ({
  stage: STAGE[phase],
  done: step,
  total: totalSteps > 0 ? totalSteps : null,
  unit: 'steps',
  etaSeconds,
});
