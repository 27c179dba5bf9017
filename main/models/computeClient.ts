/*
 * The client side of compute: typed calls over two processes, one that trains and one that predicts,
 * because a suggestion asked for while a model trains must not wait for the training to end.
 */
import type {
  CheckJob,
  CheckResult,
  InspectResult,
  ModelBundle,
  ParityJob,
  ParityResult,
  PredictJob,
  PredictProgress,
  PredictResult,
  TrainJob,
  TrainProgress,
  TrainResult,
} from '../compute/protocol.ts';
import type { Result } from '../../shared/kernel/result.ts';
import { createComputeLane, type LaneDeps, type LaneRequest } from './computeLane.ts';

export interface TrainHooks {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TrainProgress) => void;
  /** Called before compute goes on; what it throws ends the job with that error. */
  readonly onCheckpoint: (checkpoint: {
    readonly step: number;
    readonly bytes: Uint8Array;
  }) => void;
}

export interface PredictHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PredictProgress) => void;
}

const TRAINING_IDLE_MS = 1_000;

export interface ComputeClient {
  /**
   * Fails with CANCELLED, COMPUTE_LOST, TRAINING_DIVERGED, OUT_OF_MEMORY, RECIPE_INVALID. A canceled
   * job hands over a last checkpoint first, unless it has to be ended by force.
   */
  train(job: TrainJob, hooks: TrainHooks): Promise<Result<TrainResult>>;
  /** Fails with CANCELLED, COMPUTE_LOST, OUT_OF_MEMORY, MODEL_BLOCKED (a bundle compute cannot run). */
  predict(job: PredictJob, hooks?: PredictHooks): Promise<Result<PredictResult>>;
  /**
   * What a bundle is made of and whether it can be trained. Fails with CANCELLED, COMPUTE_LOST,
   * OUT_OF_MEMORY, and with MODEL_BLOCKED (param `detail`) where compute cannot make sense of it.
   */
  inspect(model: ModelBundle, signal?: AbortSignal): Promise<Result<InspectResult>>;
  /** Fails as `inspect`. */
  parity(job: ParityJob, signal?: AbortSignal): Promise<Result<ParityResult>>;
  /** Fails as `inspect`. */
  check(job: CheckJob, signal?: AbortSignal): Promise<Result<CheckResult>>;
  /** Ends both processes for good: when the vault is locked no text may stay in their memory. */
  close(): void;
}

export function createComputeClient(deps: LaneDeps): ComputeClient {
  // The memory of a training process is large and never shrinks: the next run starts from a clean one.
  const training = createComputeLane({
    ...deps,
    timing: { idleMs: TRAINING_IDLE_MS, ...deps.timing },
  });
  const predicting = createComputeLane(deps);

  const ask = (request: LaneRequest, signal: AbortSignal | undefined) =>
    predicting.request(request, { ...(signal && { signal }) });

  return {
    async train(job, hooks) {
      const result = await training.request({ kind: 'train', job } as LaneRequest, {
        signal: hooks.signal,
        onEvent(event) {
          if (event.event === 'checkpoint') hooks.onCheckpoint(event);
          else if (event.progress.kind === 'train') hooks.onProgress(event.progress);
        },
      });
      return result as Result<TrainResult>;
    },
    async predict(job, hooks = {}) {
      const result = await predicting.request({ kind: 'predict', job } as LaneRequest, {
        ...(hooks.signal && { signal: hooks.signal }),
        onEvent(event) {
          if (event.event === 'progress' && event.progress.kind === 'predict') {
            hooks.onProgress?.(event.progress);
          }
        },
      });
      return result as Result<PredictResult>;
    },
    inspect: async (model, signal) =>
      (await ask({ kind: 'inspect', model }, signal)) as Result<InspectResult>,
    parity: async (job, signal) =>
      (await ask({ kind: 'parity', job }, signal)) as Result<ParityResult>,
    check: async (job, signal) =>
      (await ask({ kind: 'check', job }, signal)) as Result<CheckResult>,
    close() {
      training.close();
      predicting.close();
    },
  };
}
