// Encoders from outside over the wire.
import { ok } from '../../../shared/kernel/result.ts';
import type { BaseCall, Models } from '../../models/index.ts';
import type { CallContext, Handlers } from './types.ts';

type BaseName = 'base.inspect' | 'base.import' | 'base.list' | 'base.get' | 'base.remove';

export function baseHandlers({
  models: { bases },
}: {
  readonly models: Pick<Models, 'bases'>;
}): Pick<Handlers, BaseName> {
  const callOf = (context: CallContext): BaseCall => ({
    actor: context.session.actor,
    signal: context.signal,
    onProgress: context.progress,
  });
  return {
    async 'base.inspect'({ source }, context) {
      const report = await bases.inspect(callOf(context), source);
      if (report.ok) context.title(report.value.name);
      return report;
    },
    async 'base.import'({ source, name, licence, inferenceOnly }, context) {
      if (name !== undefined) context.title(name);
      const imported = await bases.import(callOf(context), {
        source,
        inferenceOnly,
        ...(name !== undefined && { name }),
        ...(licence !== undefined && { licence }),
      });
      if (!imported.ok) return imported;
      const { base, report } = imported.value;
      context.title(base.name);
      const kept = report.files.filter(({ sha256 }) => sha256 !== null).length;
      context.note({ object: base.baseId, counts: { files: kept, bytes: base.sizeBytes } });
      context.changed('bases', 'audit');
      return imported;
    },
    'base.list': () => ok({ items: bases.list() }),
    'base.get': ({ baseId }) => bases.get(baseId),
    'base.remove'({ baseId }, context) {
      const removed = bases.remove(context.session.actor, baseId);
      if (!removed.ok) return removed;
      context.note({ object: baseId });
      context.changed('bases', 'audit');
      return ok({});
    },
  };
}
