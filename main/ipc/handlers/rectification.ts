// Corrections over the wire. The letter to the person and the corrections are written together or not at all.
// Names of whoever corrected come from the list of people: rows hold ids.
import type { Correction, OutputOf } from '../../../shared/contract/index.ts';
import { ok, type Result } from '../../../shared/kernel/result.ts';
import type { Governance, Staff } from '../../governance/index.ts';
import { letterFiles, letterTitle, type Letter, type ReportArchive } from '../../reports/index.ts';
import type { Store } from '../../store/index.ts';
import type { Handlers } from './types.ts';

type RectificationName =
  | 'request.holdings'
  | 'request.readText'
  | 'request.previewRectification'
  | 'request.rectify'
  | 'request.versions';

export interface RectificationHandlerDeps {
  readonly store: Pick<Store, 'transaction'>;
  readonly governance: Pick<Governance, 'rectification'>;
  readonly reports: { readonly archive: Pick<ReportArchive, 'put'> };
  readonly staff: Pick<Staff, 'nameOf'>;
}

export function rectificationHandlers({
  store,
  governance: { rectification },
  reports,
  staff,
}: RectificationHandlerDeps): Pick<Handlers, RectificationName> {
  return {
    'request.holdings': ({ requestId, cursor, limit }) =>
      rectification.holdings(requestId, { cursor, limit }),
    'request.readText'({ requestId, documentId }, context) {
      const read = rectification.readText(context.session.actor, requestId, documentId);
      if (read.ok) context.note({ object: requestId, counts: { documents: 1 } });
      return read;
    },
    'request.previewRectification': ({ requestId, corrections }, { session }) =>
      rectification.preview(session.actor, requestId, corrections),
    'request.rectify'({ requestId, corrections, reason }, context) {
      const { actor } = context.session;
      const rectified = store.transaction((): Result<OutputOf<'request.rectify'>> => {
        const done = rectification.rectify(actor, requestId, corrections);
        if (!done.ok) return done;
        const { request, snapshots, models, recipients } = done.value;
        const letter: Letter = {
          about: 'rectification',
          requestId,
          kind: request.kind,
          person: request.subjectKey ?? '',
          receivedOn: request.receivedOn,
          writtenOn: new Date(context.nowMs).toISOString().slice(0, 10),
          reason,
          corrected: corrections.map(correctedLine),
          snapshots: snapshots.map(({ name }) => name),
          models: models.map(({ name }) => name),
          recipients: recipients.map(({ recipient }) => recipient),
        };
        const { reportId } = reports.archive.put({
          kind: 'letter',
          title: letterTitle(letter),
          actor,
          requestId,
          ...(request.subjectId !== null && { subjectId: request.subjectId }),
          files: letterFiles(letter),
        });
        return ok({ ...done.value, reportId });
      });
      if (!rectified.ok) return rectified;
      const { shifted, setAside, reopened, copies, snapshots, models, notices } = rectified.value;
      context.note({
        object: requestId,
        counts: {
          corrections: corrections.length,
          shifted,
          setAside,
          reopened,
          copies: copies.length,
          snapshots: snapshots.length,
          models: models.length,
          notices,
        },
      });
      context.changed(
        'requests',
        'reports',
        'documents',
        'subjects',
        'annotations',
        'projects',
        'snapshots',
        'deid',
        'exits',
      );
      return rectified;
    },
    'request.versions'({ requestId, cursor, limit }, context) {
      const page = rectification.versions(context.session.actor, requestId, { cursor, limit });
      if (!page.ok) return page;
      context.note({ object: requestId, counts: { versions: page.value.items.length } });
      const items = page.value.items.map((each) => ({ ...each, by: staff.nameOf(each.by) }));
      return ok({ ...page.value, items });
    },
  };
}

/** For the letter: where, and what stands there now. */
function correctedLine(correction: Correction): { readonly what: string; readonly now: string } {
  const { replacement } = correction;
  const now = replacement === null || replacement === '' ? 'taken out' : replacement;
  switch (correction.kind) {
    case 'passage':
      return { what: 'A passage of a text', now };
    case 'metadata':
      return { what: `The field "${correction.field}"`, now };
    case 'name':
      return { what: 'The name of a text', now };
    case 'identifier':
      return { what: `Your number (${correction.scheme})`, now };
  }
}
