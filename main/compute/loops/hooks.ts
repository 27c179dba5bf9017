/** What a loop may do to the outside: report, hand out a checkpoint, ask whether to go on. */
import { fault } from '../fault.ts';
import { RUNTIME } from '../sessions/index.ts';
import type { PredictProgress, RuntimeFacts, TrainProgress } from '../protocol.ts';

export interface LoopHooks {
  progress(progress: TrainProgress | PredictProgress): void;
  checkpoint(step: number, bytes: Uint8Array): void;
  canceled(): boolean;
  /** Resolves when what was handed out has left the process. */
  flushed?(): Promise<void>;
}

/**
 * Lets messages in and stops if one of them was a cancel. `run` blocks the event loop, so without this
 * pause between micro-batches a cancel would wait for the end of the job.
 */
export async function breathe(hooks: LoopHooks): Promise<void> {
  await hooks.flushed?.();
  await new Promise<void>((resolve) => setImmediate(resolve));
  if (hooks.canceled()) throw fault('canceled', 'The job was canceled.');
}

/** What is reported before the number of steps is known. */
export const preparing = (epochs: number): TrainProgress => ({
  kind: 'train',
  phase: 'preparing',
  epoch: 1,
  epochs,
  step: 0,
  totalSteps: 0,
  loss: null,
  learningRate: 0,
  gradientNorm: null,
  stepsPerSecond: 0,
  tokensPerSecond: 0,
  etaSeconds: null,
});

export const runtimeFacts = (threads: number): RuntimeFacts => ({
  engine: RUNTIME,
  provider: 'cpu',
  threads,
  node: process.versions.node,
  platform: `${process.platform}-${process.arch}`,
});
