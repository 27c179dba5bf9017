// The registry of models, and how one leaves the vault, over the wire.
import { ok } from '../../../shared/kernel/result.ts';
import type { Models } from '../../models/index.ts';
import type { Handlers } from './types.ts';

export function modelHandlers({
  models,
}: {
  readonly models: Pick<Models, 'list' | 'handOut'>;
}): Pick<Handlers, 'model.list' | 'model.export' | 'model.exportRead'> {
  return {
    'model.list': () => ok({ items: models.list() }),
    'model.export'(order, context) {
      const left = models.handOut.register(context.session.actor, order);
      if (!left.ok) return left;
      const { exitId, files, sizeBytes } = left.value;
      context.note({ object: exitId, counts: { files: files.length, bytes: sizeBytes } });
      context.changed('audit', 'exits');
      return left;
    },
    'model.exportRead': (place, { session }) => models.handOut.read(session.actor, place),
  };
}
