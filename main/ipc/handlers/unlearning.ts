// What happens to a model after a person has left it.
import { ok } from '../../../shared/kernel/result.ts';
import type { Training } from '../../training/index.ts';
import type { Handlers } from './types.ts';

type UnlearningName =
  | 'unlearning.list'
  | 'unlearning.get'
  | 'unlearning.block'
  | 'unlearning.retrain'
  | 'unlearning.destroy'
  | 'unlearning.policy'
  | 'unlearning.setPolicy';

export function unlearningHandlers({
  training: { unlearning },
}: {
  readonly training: Pick<Training, 'unlearning'>;
}): Pick<Handlers, UnlearningName> {
  return {
    'unlearning.list': () => ok({ items: unlearning.list() }),
    'unlearning.get': ({ modelId }) => unlearning.get(modelId),
    'unlearning.block'({ modelId }, { session, note, changed }) {
      const blocked = unlearning.block(session.actor, modelId);
      if (!blocked.ok) return blocked;
      note({ object: modelId });
      changed('models', 'bases', 'audit');
      return blocked;
    },
    async 'unlearning.retrain'({ modelId, old, name }, context) {
      const done = await unlearning.retrain(
        {
          actor: context.session.actor,
          jobId: context.jobId ?? null,
          signal: context.signal,
          onProgress: context.progress,
          onPoint: (runId, point) => context.emit('run.progressed', { runId, point }),
          onStarted(run) {
            context.title(run.name);
            context.changed('runs', 'snapshots');
          },
        },
        { modelId, old, ...(name !== undefined && { name }) },
      );
      context.changed('runs', 'models', 'bases', 'snapshots', 'audit');
      if (done.ok) {
        const { documents, subjects, purposeId } = done.value.model;
        context.note({ object: modelId, purposeId, counts: { documents, subjects } });
      }
      return done;
    },
    async 'unlearning.destroy'(order, context) {
      const found = unlearning.get(order.modelId);
      if (!found.ok) return found;
      context.title(found.value.model.name);
      const done = await unlearning.destroy(
        { actor: context.session.actor, onProgress: context.progress },
        order,
      );
      context.changed('models', 'bases', 'audit');
      if (done.ok) {
        const { destruction } = done.value;
        context.note({
          object: order.modelId,
          counts: { files: destruction?.files ?? 0, bytes: destruction?.bytes ?? 0 },
        });
      }
      return done;
    },
    'unlearning.policy': () => ok({ decisionDays: unlearning.decisionDays() }),
    'unlearning.setPolicy'({ decisionDays }, { session, note, changed }) {
      unlearning.setDecisionDays(session.actor, decisionDays);
      note({ counts: { decisionDays } });
      changed('models', 'audit');
      return ok({ decisionDays });
    },
  };
}
