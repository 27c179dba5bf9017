// Evaluations over the wire.
import { ok } from '../../../shared/kernel/result.ts';
import type { Evaluations } from '../../evaluation/index.ts';
import type { Models } from '../../models/index.ts';
import type { Handlers } from './types.ts';

export function evaluationHandlers({
  evaluation,
  models,
}: {
  readonly evaluation: Evaluations;
  readonly models: Pick<Models, 'get'>;
}): Pick<Handlers, 'evaluate.run' | 'evaluate.list'> {
  return {
    async 'evaluate.run'({ modelId, snapshotId, split }, context) {
      const model = models.get(modelId);
      if (!model.ok) return model;
      context.title(model.value.name);
      const measured = await evaluation.run(
        { actor: context.session.actor, signal: context.signal, onProgress: context.progress },
        { modelId, split, ...(snapshotId !== undefined && { snapshotId }) },
      );
      if (measured.ok) {
        const { evaluationId, documents, withheld } = measured.value;
        context.note({
          object: evaluationId,
          purposeId: model.value.purposeId,
          counts: { documents, withheld },
        });
        context.changed('evaluations', 'audit');
      }
      return measured;
    },
    'evaluate.list': ({ modelId }) => ok({ items: evaluation.list(modelId) }),
  };
}
