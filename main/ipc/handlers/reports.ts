// Reports over the wire.
import { ok } from '../../../shared/kernel/result.ts';
import type { Reports } from '../../reports/index.ts';
import type { Handlers } from './types.ts';

type ReportName = 'report.write' | 'report.list' | 'report.read' | 'report.export';

export function reportHandlers({
  reports,
}: {
  readonly reports: Pick<Reports, 'write' | 'list' | 'read' | 'export'>;
}): Pick<Handlers, ReportName> {
  return {
    'report.write'({ modelId, kinds }, context) {
      const written = reports.write(context.session.actor, { modelId, kinds });
      if (!written.ok) return written;
      context.note({ object: modelId, counts: { reports: written.value.length } });
      context.changed('reports');
      return ok({ reports: written.value });
    },
    'report.list': (_, { session }) => ok({ items: reports.list(session.actor) }),
    'report.read'({ reportId, file }, { session, note }) {
      note({ object: reportId });
      return reports.read(session.actor, { reportId, file });
    },
    'report.export'({ reportId, recipient, partyId, country }, context) {
      const exported = reports.export(context.session.actor, {
        reportId,
        ...{ recipient, partyId, country },
      });
      if (!exported.ok) return exported;
      const { exitId, files } = exported.value;
      context.note({ object: exitId, counts: { files: files.length } });
      context.changed('audit', 'exits');
      return ok({ exitId, files: [...files] });
    },
  };
}
