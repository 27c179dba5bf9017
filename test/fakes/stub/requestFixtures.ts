// The requests of the stub's vault: one of every kind, in the states a steward meets, with what happened to
// each. People are the numbers of `notes.ts`.
import type { DataRequest, OutputOf } from '../../../shared/contract/index.ts';
import { answerDueOn, extendedAnswerDueOn } from '../../../shared/domain/deadlines.ts';
import { publicHolidays } from '../../../shared/domain/holidays.ts';

type File = OutputOf<'request.show'>;
export type LedgerEntry = File['ledger'][number];

export interface StubRequest {
  readonly request: DataRequest;
  readonly ledger: LedgerEntry[];
}

/** The stub's site is in Germany, with a day of its own that no deadline here touches. */
export const isHoliday = (day: string): boolean =>
  publicHolidays('DE', Number(day.slice(0, 4))).includes(day);

const READER = 'usr_01KAR000001';

export const entry = (
  at: string,
  what: string,
  code: string | null = null,
  until: string | null = null,
): LedgerEntry => ({ at, what, by: READER, code, until });

export function stubRequest(
  n: number,
  kind: DataRequest['kind'],
  subject: { readonly n: number; readonly key: string } | null,
  receivedOn: string,
  changes: Partial<DataRequest> = {},
  happened: readonly LedgerEntry[] = [],
): StubRequest {
  return {
    request: {
      requestId: `req_01KAR${String(n).padStart(6, '0')}`,
      kind,
      subjectId: subject && `sub_01KAR${String(subject.n).padStart(6, '0')}`,
      subjectKey: subject?.key ?? null,
      receivedOn,
      dueOn: answerDueOn(receivedOn, isHoliday),
      extendedAt: null,
      identity: null,
      closedAt: null,
      state: 'open',
      outcome: null,
      inForce: false,
      ...changes,
    },
    ledger: [entry(`${receivedOn}T09:12:00.000Z`, 'opened'), ...happened],
  };
}

export function stubRequests(): StubRequest[] {
  const identified = (at: string) =>
    ({ identity: { at, how: 'inPerson' } }) satisfies Partial<DataRequest>;
  const closed = (at: string, outcome: string, inForce = false) =>
    ({ state: 'closed', closedAt: at, outcome, inForce }) satisfies Partial<DataRequest>;
  return [
    stubRequest(
      1,
      'erasure',
      { n: 6, key: '902340' },
      '2026-10-27',
      identified('2026-10-29T10:00:00.000Z'),
      [entry('2026-10-29T10:00:00.000Z', 'identityChecked', 'inPerson')],
    ),
    stubRequest(2, 'access', { n: 4, key: '680774' }, '2026-11-12'),
    stubRequest(
      4,
      'rectification',
      { n: 1, key: '771204' },
      '2026-11-02',
      identified('2026-11-04T08:30:00.000Z'),
      [entry('2026-11-04T08:30:00.000Z', 'identityChecked', 'documentShown')],
    ),
    stubRequest(
      6,
      'portability',
      { n: 3, key: '680551' },
      '2026-08-31',
      {
        ...identified('2026-09-02T15:40:00.000Z'),
        dueOn: extendedAnswerDueOn('2026-08-31', isHoliday),
        extendedAt: '2026-09-24T11:05:00.000Z',
      },
      [
        entry('2026-09-02T15:40:00.000Z', 'identityChecked', 'signedOnline'),
        entry('2026-09-24T11:05:00.000Z', 'extended', 'complexity', '2026-11-30'),
      ],
    ),
    stubRequest(7, 'objection', { n: 5, key: '902216' }, '2026-11-16'),
    stubRequest(8, 'withdrawal', { n: 1, key: '771204' }, '2026-11-20'),
    stubRequest(9, 'restriction', { n: 2, key: '771318' }, '2026-11-19'),
    stubRequest(
      5,
      'restriction',
      { n: 4, key: '680774' },
      '2026-10-05',
      closed('2026-10-07T09:00:00.000Z', 'restricted', true),
      [
        entry('2026-10-06T09:00:00.000Z', 'identityChecked', 'knownToStaff'),
        entry('2026-10-07T09:00:00.000Z', 'restricted', 'accuracy'),
        entry('2026-10-07T09:00:00.000Z', 'closed', 'restricted'),
      ],
    ),
    stubRequest(
      3,
      'erasure',
      null,
      '2026-09-02',
      {
        ...closed('2026-09-22T14:02:00.000Z', 'erased'),
        ...identified('2026-09-04T09:30:00.000Z'),
      },
      [
        entry('2026-09-04T09:30:00.000Z', 'identityChecked', 'inPerson'),
        entry('2026-09-22T13:58:00.000Z', 'ordered'),
        entry('2026-09-22T14:02:00.000Z', 'certificate'),
        entry('2026-09-22T14:02:00.000Z', 'closed', 'erased'),
      ],
    ),
  ];
}
