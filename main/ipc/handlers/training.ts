// Training runs over the wire.
import { ok, type Result } from '../../../shared/kernel/result.ts';
import type { RunCall, Trained, Training } from '../../training/index.ts';
import type { CallContext, Handlers } from './types.ts';

type TrainingName = 'train.run' | 'train.resume' | 'run.list' | 'run.get';

export function trainingHandlers({
  training,
}: {
  readonly training: Training;
}): Pick<Handlers, TrainingName> {
  const callOf = (context: CallContext): RunCall => ({
    actor: context.session.actor,
    jobId: context.jobId ?? null,
    signal: context.signal,
    onProgress: context.progress,
    onPoint: (runId, point) => context.emit('run.progressed', { runId, point }),
    onStarted(run) {
      context.title(run.name);
      context.changed('runs');
    },
  });

  function told(context: CallContext, trained: Result<Trained>): Result<Trained> {
    // Also a run that failed or was cancelled is in the list, and its checkpoint with it.
    context.changed('runs', 'models', 'audit');
    if (trained.ok) {
      const { run, model } = trained.value;
      const { documents, subjects, purposeId } = model;
      context.note({
        object: model.modelId,
        purposeId,
        counts: { documents, subjects, steps: run.steps },
      });
    }
    return trained;
  }

  return {
    'train.run': async ({ snapshotId, recipe, name }, context) =>
      told(
        context,
        await training.run(callOf(context), {
          snapshotId,
          recipe,
          ...(name !== undefined && { name }),
        }),
      ),
    'train.resume': async ({ runId }, context) =>
      told(context, await training.resume(callOf(context), runId)),
    'run.list': () => ok({ items: training.list() }),
    'run.get'({ runId, points }) {
      const found = training.get(runId);
      return found.ok ? ok({ run: found.value.run, curve: training.curve(runId, points) }) : found;
    },
  };
}
