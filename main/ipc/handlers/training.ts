// Runs and sweeps over the wire.
import { ok, type Result } from '../../../shared/kernel/result.ts';
import type { RunCall, SweepCall, SweepTable, Trained, Training } from '../../training/index.ts';
import type { CallContext, Handlers } from './types.ts';

type TrainingName =
  | 'recipe.preview'
  | 'train.run'
  | 'train.resume'
  | 'run.list'
  | 'run.get'
  | 'sweep.start'
  | 'sweep.resume'
  | 'sweep.list'
  | 'sweep.get'
  | 'sweep.promote';

export function trainingHandlers({
  training,
}: {
  readonly training: Training;
}): Pick<Handlers, TrainingName> {
  const { sweeps } = training;

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
  const sweepCallOf = (context: CallContext): SweepCall => ({
    ...callOf(context),
    onSweep(sweep) {
      context.title(sweep.name);
      context.changed('sweeps', 'runs');
    },
    onTrial: () => context.changed('sweeps', 'runs'),
  });

  function told(context: CallContext, trained: Result<Trained>): Result<Trained> {
    // Also a run that failed or was cancelled is in the list, and its checkpoint with it.
    context.changed('runs', 'models', 'bases', 'audit');
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

  function swept(context: CallContext, table: Result<SweepTable>): Result<SweepTable> {
    context.changed('sweeps', 'runs', 'audit');
    if (table.ok) {
      const { sweepId, started } = table.value.sweep;
      context.note({ object: sweepId, counts: { trials: started } });
    }
    return table;
  }

  return {
    'recipe.preview'({ recipe, snapshotId }) {
      const found = training.preview(recipe, snapshotId ?? null);
      if (!found.ok) return found;
      const { resolved, preset, sha256, problems } = found.value;
      return ok({ recipe: resolved, preset, sha256, problems });
    },
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
    'run.list': ({ sweepId }) => ok({ items: training.list(sweepId ?? undefined) }),
    'run.get'({ runId, points }) {
      const found = training.get(runId);
      return found.ok ? ok({ run: found.value.run, curve: training.curve(runId, points) }) : found;
    },
    'sweep.start': async ({ snapshotId, plan, name }, context) =>
      swept(
        context,
        await sweeps.start(sweepCallOf(context), {
          snapshotId,
          plan,
          ...(name !== undefined && { name }),
        }),
      ),
    'sweep.resume': async ({ sweepId }, context) =>
      swept(context, await sweeps.resume(sweepCallOf(context), sweepId)),
    'sweep.list': () => ok({ items: sweeps.list() }),
    'sweep.get': ({ sweepId }) => sweeps.get(sweepId),
    async 'sweep.promote'({ sweepId, runId, name }, context) {
      const trained = await sweeps.promote(callOf(context), {
        sweepId,
        ...(runId !== undefined && { runId }),
        ...(name !== undefined && { name }),
      });
      context.changed('sweeps');
      return told(context, trained);
    },
  };
}
