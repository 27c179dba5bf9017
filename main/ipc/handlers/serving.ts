// Suggestions over the wire.
import { ok } from '../../../shared/kernel/result.ts';
import type { Serving } from '../../serving/index.ts';
import type { Handlers } from './types.ts';

export function servingHandlers({
  serving,
}: {
  readonly serving: Serving;
}): Pick<Handlers, 'suggest.document' | 'suggest.text'> {
  return {
    async 'suggest.document'({ modelId, projectId, documentId }, context) {
      const { session, signal } = context;
      const suggested = await serving.suggestForDocument(
        { actor: session.actor, signal },
        { modelId, projectId, documentId },
      );
      if (!suggested.ok) return suggested;
      context.note({ object: documentId, counts: { suggestions: suggested.value.length } });
      context.changed('annotations');
      return ok({ suggestions: [...suggested.value] });
    },
    async 'suggest.text'({ modelId, text }, context) {
      const { session, signal } = context;
      const suggested = await serving.suggestForText(
        { actor: session.actor, signal },
        { modelId, text },
      );
      if (!suggested.ok) return suggested;
      const { spans, classes } = suggested.value;
      context.note({ object: modelId, counts: { spans: spans.length } });
      return ok({ spans: [...spans], classes: [...classes] });
    },
  };
}
