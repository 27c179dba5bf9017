/*
 * The loss curve of a run: points come as fast as compute steps, go to the page a few times a second,
 * and reach the disk about once a second, because every commit costs an fsync.
 */
import type { TrainingPoint } from '../../shared/contract/index.ts';
import { attempt, type Clock } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import type { TrainProgress } from '../models/index.ts';
import type { PointRow, RunRepository } from './runRepository.ts';

const EMIT_MS = 200;
const STORE_MS = 1_000;

export interface CurveRecorder {
  take(progress: TrainProgress): void;
  /** Stores what is waiting. */
  flush(): void;
}

export function createCurveRecorder(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly repository: RunRepository;
  readonly runId: string;
  readonly emit: (point: TrainingPoint) => void;
}): CurveRecorder {
  const { store, clock, repository, runId } = deps;
  let waiting: PointRow[] = [];
  let emittedAt = -Infinity;
  let storedAt = clock.monotonicMs();

  function flush(): void {
    storedAt = clock.monotonicMs();
    if (waiting.length === 0) return;
    // A full disk must not end the training over a point of its curve: they stay and are tried again.
    const stored = attempt(() =>
      store.transaction(() => {
        for (const point of waiting) repository.upsertPoint(runId, point);
      }),
    );
    if (stored.ok) waiting = [];
  }

  return {
    take(progress) {
      const loss = progress.loss ?? progress.evaluation?.trainLoss;
      if (loss === undefined || !Number.isFinite(loss)) return;
      const row: PointRow = {
        step: progress.evaluation?.step ?? progress.step,
        epoch: epochOf(progress),
        loss,
        learning_rate: progress.learningRate,
        dev_f1: progress.evaluation?.dev.f1 ?? null,
        at: clock.now(),
      };
      waiting.push(row);
      const now = clock.monotonicMs();
      if (progress.evaluation || now - emittedAt >= EMIT_MS) {
        emittedAt = now;
        deps.emit(pointOf(row));
      }
      if (now - storedAt >= STORE_MS) flush();
    },
    flush,
  };
}

/** Epochs as a fraction, so that the axis runs evenly. */
const epochOf = ({ step, totalSteps, epoch, epochs }: TrainProgress): number =>
  totalSteps > 0 ? Math.round((1000 * epochs * step) / totalSteps) / 1000 : epoch;

export const pointOf = (row: PointRow): TrainingPoint => ({
  step: row.step,
  epoch: row.epoch,
  loss: row.loss,
  learningRate: row.learning_rate,
  devF1: row.dev_f1,
  at: row.at,
});

/**
 * At most `limit` points, evenly spread. Those with a development score and the last always stay,
 * as far as the limit allows.
 */
export function thin(points: readonly TrainingPoint[], limit: number): TrainingPoint[] {
  if (points.length <= limit) return [...points];
  const kept = new Set<number>([points.length - 1]);
  points.forEach((point, index) => {
    if (point.devF1 !== null && kept.size < limit) kept.add(index);
  });
  const room = limit - kept.size;
  for (let slot = 0; slot < room; slot += 1) kept.add(Math.floor((slot * points.length) / room));
  return points.filter((_, index) => kept.has(index));
}
