/** Predictions by a model folder, whatever architecture its config.json names. */
import type { PredictJob, PredictResult } from '../protocol.ts';
import type { LoopHooks } from './hooks.ts';
import { predictTagger } from './predictTagger.ts';

/** @throws Fault 'bad-model', 'canceled'. Long documents are windowed with overlap, never cut. */
export const predict = (job: PredictJob, hooks: LoopHooks): Promise<PredictResult> =>
  predictTagger(job, hooks);
