// What left, whom it went to, and the notices under Art. 19 GDPR.
import type { ExitEntry, ExitNotice } from '../../../shared/contract/index.ts';
import { failure, ok } from '../../../shared/kernel/result.ts';
import type { Clock } from '../../platform/index.ts';
import type { Governance, Staff } from '../../governance/index.ts';
import { noticeFiles, noticeTitle, type ReportArchive } from '../../reports/index.ts';
import type { Store } from '../../store/index.ts';
import type { Handlers } from './types.ts';

type ExitName =
  | 'exit.list'
  | 'exit.recipients'
  | 'exit.destination'
  | 'exit.notices'
  | 'exit.queueNotices'
  | 'exit.noticeLetter'
  | 'exit.noticeSent';

export interface ExitHandlerDeps {
  readonly store: Pick<Store, 'transaction'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly governance: Pick<
    Governance,
    'exits' | 'exitNotices' | 'purposes' | 'register' | 'requests' | 'subjects'
  >;
  readonly staff: Pick<Staff, 'nameOf'>;
  readonly reports: { readonly archive: Pick<ReportArchive, 'put'> };
}

export function exitsHandlers(deps: ExitHandlerDeps): Pick<Handlers, ExitName> {
  const { exits, exitNotices, purposes, register, requests, subjects } = deps.governance;

  const entryOf = (exit: ExitEntry): ExitEntry => ({
    ...exit,
    actor: deps.staff.nameOf(exit.actor),
    purpose: exit.purpose === null ? null : (purposes.get(exit.purpose)?.name ?? exit.purpose),
  });
  const noticeOf = (notice: ExitNotice): ExitNotice => ({
    ...notice,
    sent: notice.sent && { ...notice.sent, by: deps.staff.nameOf(notice.sent.by) },
  });

  return {
    'exit.list'(page) {
      const listed = exits.list(page);
      return ok({ ...listed, items: listed.items.map(entryOf) });
    },
    'exit.recipients'({ subject }) {
      const subjectId = 'key' in subject ? subjects.byKey(subject.key) : subject.subjectId;
      return subjectId !== undefined && subjects.row(subjectId)
        ? ok({ items: exits.recipientsOf(subjectId).map(entryOf) })
        : failure(
            'NOT_FOUND',
            'Nobody, or more than one person, is known by this number. Check the number.',
          );
    },
    'exit.destination': ({ country }) => ok({ ...exits.destination(country) }),
    'exit.notices'(page) {
      const listed = exitNotices.list(page);
      return ok({ ...listed, items: listed.items.map(noticeOf) });
    },
    'exit.queueNotices'({ requestId, act }, context) {
      const request = requests.get(requestId);
      if (!request.ok) return request;
      const { subjectId } = request.value;
      if (subjectId === null) {
        return failure(
          'CONFLICT',
          'The person of this request was erased; whoever received their data was put on the list then. Nothing was changed.',
        );
      }
      const queued = exitNotices.queue(context.session.actor, { requestId, subjectId, act });
      context.note({ object: requestId, counts: { ...queued } });
      context.changed('exits');
      return ok(queued);
    },
    'exit.noticeLetter'({ noticeId }, context) {
      const notice = exitNotices.get(noticeId);
      if (!notice) return failure('NOT_FOUND', 'There is no such notice. Nothing was written.');
      const request = notice.requestId === null ? undefined : requests.get(notice.requestId);
      const subjectId = request?.ok ? request.value.subjectId : null;
      const controller = register.parties.active('controller')[0];
      const letter = {
        notice,
        person: subjectId === null ? null : (subjects.keyOf(subjectId) ?? null),
        controller: controller?.name || null,
        contact: controller?.contact || null,
        writtenAt: deps.clock.now(),
      };
      const { reportId } = deps.reports.archive.put({
        kind: 'recipientNotice',
        title: noticeTitle(letter),
        actor: context.session.actor,
        ...(notice.requestId !== null && { requestId: notice.requestId }),
        ...(subjectId !== null && { subjectId }),
        files: noticeFiles(letter),
      });
      context.note({ object: noticeId });
      context.changed('reports');
      return ok({ reportId });
    },
    'exit.noticeSent'(notice, context) {
      const sent = exitNotices.sent(context.session.actor, notice);
      if (!sent.ok) return sent;
      context.note({ object: notice.noticeId });
      context.changed('exits');
      return ok(noticeOf(sent.value));
    },
  };
}
