// What a steward does with a request, in the stub's memory.
import type { DataRequest, OutputOf } from '../../../shared/contract/index.ts';
import {
  extendedReadings,
  extendedAnswerDueOn,
  monthFrom,
  skippedDays,
} from '../../../shared/domain/deadlines.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { keptOf } from './erasuresHandlers.ts';
import { at, digest, id, NOW } from './fixtures.ts';
import { entry, isHoliday, type LedgerEntry } from './requestFixtures.ts';

function change(
  requestId: string,
  context: StubContext,
  changes: Partial<DataRequest>,
  ...happened: readonly LedgerEntry[]
): DataRequest {
  const request = context.vault.requests.find((each) => each.requestId === requestId);
  if (!request) throw new Refusal('NOT_FOUND', 'There is no such request.');
  Object.assign(request, changes);
  if (request.state === 'closed' && changes.state === 'closed') {
    happened = [...happened, entry(at(0), 'closed', request.outcome)];
  }
  context.vault.ledgers.set(requestId, [
    ...(context.vault.ledgers.get(requestId) ?? []),
    ...happened,
  ]);
  context.changed('requests', 'reports');
  return { ...request };
}

const closed = (outcome: string, inForce = false) => ({
  state: 'closed' as const,
  closedAt: at(0),
  outcome,
  inForce,
});

function letter(context: StubContext, requestId: string, title: string): string {
  const reportId = id('rep', 10 + context.vault.reports.length);
  context.vault.reports.push({
    reportId,
    kind: 'letter',
    title: `Letter 2026-11-23: ${title}`,
    createdAt: at(0),
    modelId: null,
    requestId,
    files: [
      { name: 'letter.html', mediaType: 'text/html', bytes: 4_180, sha256: digest('letter') },
    ],
  });
  return reportId;
}

function reading(endsOn: string): OutputOf<'request.show'>['deadline']['month'] {
  const skipped = skippedDays(endsOn, isHoliday).map((each) => ({ ...each, name: '' }));
  const last = skipped.at(-1)?.day;
  return {
    endsOn,
    dueOn: last ? new Date(Date.parse(last) + 86_400_000).toISOString().slice(0, 10) : endsOn,
    skipped,
  };
}

export const requestHandlers: HandlersOf<
  | 'request.show'
  | 'request.identify'
  | 'request.extend'
  | 'request.refuse'
  | 'request.close'
  | 'request.carryOut'
  | 'request.portability'
  | 'request.noticeLifting'
  | 'request.lift'
> = {
  'request.show'({ requestId }, { vault }) {
    const request = vault.requests.find((each) => each.requestId === requestId);
    if (!request) throw new Refusal('NOT_FOUND', 'There is no such request.');
    const ledger = vault.ledgers.get(requestId) ?? [];
    const readings = extendedReadings(request.receivedOn);
    const restricted = ledger.findLast(({ what }) => what === 'restricted');
    const when = (what: string) => ledger.findLast((each) => each.what === what)?.at ?? null;
    return {
      request: { ...request },
      deadline: {
        country: 'DE',
        month: reading(monthFrom(request.receivedOn)),
        fromIdentity: request.identity && reading(monthFrom(request.identity.at.slice(0, 10))),
        threeMonthsFromReceipt: reading(readings.fromReceipt),
        twoMonthsAfterTheFirst: reading(readings.afterFirst),
      },
      daysUsed: Math.floor(
        ((request.closedAt ? Date.parse(request.closedAt) : NOW) - Date.parse(request.receivedOn)) /
          86_400_000,
      ),
      ledger,
      restriction: restricted
        ? {
            ground: restricted.code ?? '',
            since: restricted.at,
            noticedAt: when('liftNoticed'),
            liftedAt: when('lifted'),
          }
        : null,
      kept: [...keptOf(requestId)],
      models:
        request.subjectId === null
          ? []
          : [{ modelId: id('mdl', 1), name: 'Ward 7 tagger, standard', state: 'valid' }],
    };
  },
  'request.identify': ({ requestId, how }, context) =>
    change(
      requestId,
      context,
      { identity: { at: at(0), how } },
      entry(at(0), 'identityChecked', how),
    ),
  'request.extend'({ requestId, ground }, context) {
    const { receivedOn } = change(requestId, context, {});
    const dueOn = extendedAnswerDueOn(receivedOn, isHoliday);
    const reportId = letter(context, requestId, 'Your request needs more time');
    return {
      request: change(
        requestId,
        context,
        { extendedAt: at(0), dueOn },
        entry(at(0), 'extended', ground, dueOn),
      ),
      reportId,
    };
  },
  'request.refuse'({ requestId, code }, context) {
    const reportId = letter(context, requestId, 'Your request is refused');
    return {
      request: change(requestId, context, closed('refused'), entry(at(0), 'refused', code)),
      reportId,
    };
  },
  'request.close': ({ requestId, outcome }, context) => change(requestId, context, closed(outcome)),
  'request.carryOut'(input, context) {
    const { requestId, kind } = input;
    const request =
      kind === 'restriction'
        ? change(
            requestId,
            context,
            closed('restricted', true),
            entry(at(0), 'restricted', input.ground),
          )
        : kind === 'objection'
          ? change(requestId, context, closed(input.outcome, input.outcome === 'upheld'))
          : change(requestId, context, closed('withdrawn'));
    if (kind === 'withdrawal') {
      for (const subject of context.vault.subjects) {
        if (subject.subjectId === request.subjectId) subject.consent = 'withdrawn';
      }
      context.changed('consent', 'subjects', 'models');
    }
    const one = kind === 'withdrawal' ? 1 : 0;
    return { request, withdrawn: one, staleModels: one };
  },
  async 'request.portability'({ requestId }, context) {
    await context.progress('packing', 4, 'documents');
    change(requestId, context, closed('answered'), entry(at(0), 'accessed'));
    return {
      requestId,
      reportId: id('rep', 3),
      provided: 7,
      derived: 41,
      redacted: 6,
      sha256: digest('portable'),
      bytes: 31_402,
    };
  },
  'request.noticeLifting'({ requestId }, context) {
    const reportId = letter(context, requestId, 'The restriction of your data will be lifted');
    return {
      request: change(requestId, context, {}, entry(at(0), 'liftNoticed')),
      reportId,
    };
  },
  'request.lift': ({ requestId }, context) => ({
    request: change(requestId, context, { inForce: false }, entry(at(0), 'lifted')),
    stillRestricted: false,
  }),
};
