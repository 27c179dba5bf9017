/** Predictions by a model folder, whatever architecture its config.json names. */
import { fault } from '../fault.ts';
import type { PredictJob, PredictResult } from '../protocol.ts';
import type { LoopHooks } from './hooks.ts';
import { predictEncoder } from './predictEncoder.ts';
import { isSharded, predictShards } from './predictShards.ts';
import { predictTagger } from './predictTagger.ts';

/** @throws Fault 'bad-model', 'canceled'. Long documents are windowed with overlap, never cut. */
export async function predict(job: PredictJob, hooks: LoopHooks): Promise<PredictResult> {
  if (isSharded(job.model)) return predictShards(job, hooks, predict);
  return isTagger(job) ? predictTagger(job, hooks) : predictEncoder(job, hooks);
}

function isTagger({ model }: PredictJob): boolean {
  const bytes = model.files['config.json'];
  if (!bytes) throw fault('bad-model', 'The model folder lacks config.json.');
  try {
    const { model_type: type } = JSON.parse(new TextDecoder().decode(bytes)) as {
      model_type?: unknown;
    };
    return type === 'cloister-tagger';
  } catch {
    throw fault('bad-model', 'The config.json of the model is not readable.');
  }
}
