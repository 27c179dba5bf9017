// De-identification over the wire.
import type { Deid } from '../../deid/index.ts';
import type { Handlers } from './types.ts';

export function deidHandlers({
  deid,
}: {
  readonly deid: Deid;
}): Pick<Handlers, 'deid.preview' | 'deid.run'> {
  return {
    'deid.preview'(asked, { session, note }) {
      note({ object: asked.documentId, purposeId: asked.purposeId });
      return deid.preview(session.actor, asked);
    },
    async 'deid.run'(order, context) {
      context.title(order.name ?? '');
      const done = await deid.run(context.session.actor, order, context);
      // Finished documents stay also where the whole was cancelled.
      context.changed('documents', 'deid');
      if (done.ok) {
        const { collectionId, documents, withheld, findings } = done.value;
        context.note({
          object: collectionId,
          purposeId: order.purposeId,
          counts: { documents, withheld, findings },
        });
      }
      return done;
    },
  };
}
