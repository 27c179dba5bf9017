// What is done with a request beside access and erasure: identity, extension, refusal, restriction,
// objection, withdrawal. Events of a request hold codes only; words about a person go into letters and into
// the person's own events, so that they go with the person.
import { deadlinesOf } from '../../../shared/domain/deadlines.ts';
import type {
  ExtensionGround,
  IDENTITY_CHECKS,
  RefusalCode,
  RequestKind,
  RestrictionGround,
} from '../../../shared/domain/requests.ts';
import type { DataRequest } from '../../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Calendar } from './calendar.ts';
import type { Consents } from '../consent/consent.ts';
import type { Actor, RoomContext } from '../context.ts';
import { createKeptRepository } from '../erasure/keptRepository.ts';
import type { RequestEventType, RequestRepository, RequestRow } from './requestRepository.ts';
import type { Requests } from './requests.ts';
import type { Subjects } from '../subjects.ts';

export interface RequestActs {
  /** Records how, never the document. Fails with NOT_FOUND, REQUEST_CLOSED. */
  identify(
    actor: Actor,
    requestId: string,
    how: (typeof IDENTITY_CHECKS)[number],
  ): Result<DataRequest>;
  /**
   * Two further months by the earlier reading. Fails with CONFLICT once the first month is over (Art. 12(3):
   * the person must hear of it within that month), or when it was extended before.
   */
  extend(actor: Actor, requestId: string, ground: ExtensionGround): Result<DataRequest>;
  /** Fails with CONFLICT where an erasure was ordered. Ends the stop of a refused objection. */
  refuse(actor: Actor, requestId: string, code: RefusalCode): Result<DataRequest>;
  /** Without an answer of this vault: taken back by the person, or answered in another system. */
  close(
    actor: Actor,
    requestId: string,
    outcome: 'takenBack' | 'answeredElsewhere',
  ): Result<DataRequest>;
  restrict(actor: Actor, requestId: string, ground: RestrictionGround): Result<DataRequest>;
  /** Art. 18(3): the person is told first. Fails with CONFLICT where this request restricts nothing. */
  noticeLifting(actor: Actor, requestId: string): Result<DataRequest>;
  /** Fails with CONFLICT before the notice. Other restrictions of the person stay in force. */
  lift(
    actor: Actor,
    requestId: string,
  ): Result<{ readonly request: DataRequest; readonly stillRestricted: boolean }>;
  /** `upheld` stops the use for good; `overridden` ends the stop, with the balance on record. */
  decideObjection(
    actor: Actor,
    requestId: string,
    decision: { readonly outcome: 'upheld' | 'overridden'; readonly balance: string },
  ): Result<DataRequest>;
  withdraw(
    actor: Actor,
    requestId: string,
    purposeIds: readonly string[],
  ): Result<{
    readonly request: DataRequest;
    readonly withdrawn: number;
    readonly staleModels: number;
  }>;
}

export function createRequestActs(
  { store, clock }: RoomContext,
  deps: {
    readonly requests: Requests;
    readonly repository: RequestRepository;
    readonly subjects: Subjects;
    readonly consent: Consents;
    readonly calendar: Calendar;
    /** Puts whoever received the person's data on the list of those to be told (Art. 19). */
    readonly queueNotices: (
      actor: Actor,
      about: { readonly requestId: string; readonly subjectId: string },
    ) => void;
  },
): RequestActs {
  const { requests, repository, subjects, consent, calendar } = deps;
  const kept = createKeptRepository(store);

  const add = (actor: Actor, requestId: string, type: RequestEventType, body: object): void =>
    repository.addEvent({ requestId, type, at: clock.now(), actor: actor.userId, body });

  /** Of any kind, not closed, and no erasure under way. */
  function answerable(requestId: string): Result<DataRequest> {
    const found = requests.get(requestId);
    if (!found.ok) return found;
    const open = requests.requireOpen(requestId, found.value.kind);
    if (!open.ok || open.value.state === 'open') return open;
    return conflict('An erasure was ordered for this request and runs to its end.');
  }

  function openFor(
    requestId: string,
    kind: RequestKind,
  ): Result<DataRequest & { subjectId: string }> {
    const open = requests.requireOpen(requestId, kind);
    if (!open.ok) return open;
    const { subjectId } = open.value;
    if (subjectId === null) throw new Error('An open request has lost its person');
    return ok({ ...open.value, subjectId });
  }

  const note = (
    actor: Actor,
    subjectId: string,
    type: Parameters<Subjects['note']>[2],
    reason: string,
  ): void => {
    const noted = subjects.note(actor, subjectId, type, reason);
    if (!noted.ok) throw new Error(noted.error.message);
  };

  const done = (actor: Actor, requestId: string, outcome: string): Result<DataRequest> => {
    add(actor, requestId, 'closed', { outcome });
    return requests.get(requestId);
  };

  const has = (row: RequestRow, type: RequestEventType): boolean =>
    repository.events(row.id).some((event) => event.type === type);

  const restricts = (row: RequestRow): boolean => has(row, 'restricted') && !has(row, 'lifted');

  /** Still stopping the use: not decided yet, or decided for the person. */
  const stops = (row: RequestRow): boolean => {
    if (row.kind !== 'objection') return false;
    const { outcome, state } = requestOf(row);
    return state !== 'closed' || outcome === 'upheld';
  };

  function requestOf(row: RequestRow): DataRequest {
    const found = requests.get(row.id);
    if (!found.ok) throw new Error('A request has vanished');
    return found.value;
  }

  /** An objection that ends leaves the stop standing where another one of the same person holds it. */
  function endStop(actor: Actor, { requestId, subjectId }: DataRequest, reason: string): void {
    if (subjectId === null) return;
    const others = repository.ofSubject(subjectId).filter(({ id }) => id !== requestId);
    if (!others.some(stops)) note(actor, subjectId, 'objectionResolved', reason);
  }

  return {
    identify: (actor, requestId, how) =>
      store.transaction(() => {
        const open = answerable(requestId);
        if (!open.ok) return open;
        add(actor, requestId, 'identityChecked', { how });
        return requests.get(requestId);
      }),
    extend: (actor, requestId, ground) =>
      store.transaction(() => {
        const open = answerable(requestId);
        if (!open.ok) return open;
        if (open.value.extendedAt !== null) {
          return conflict('This request was extended before, and there is no second extension.');
        }
        if (clock.now().slice(0, 10) > open.value.dueOn) {
          return conflict(
            'The first month is over, and an extension must be told within it (GDPR Art. 12(3)).',
          );
        }
        const { extendedDueOn } = deadlinesOf(open.value.receivedOn, calendar.isHoliday);
        add(actor, requestId, 'extended', { ground, dueOn: extendedDueOn });
        return requests.get(requestId);
      }),
    refuse: (actor, requestId, code) =>
      store.transaction(() => {
        const open = answerable(requestId);
        if (!open.ok) return open;
        add(actor, requestId, 'refused', { code });
        const closed = done(actor, requestId, 'refused');
        if (open.value.kind === 'objection') endStop(actor, open.value, code);
        return closed;
      }),
    close: (actor, requestId, outcome) =>
      store.transaction(() => {
        const open = answerable(requestId);
        if (!open.ok) return open;
        const closed = done(actor, requestId, outcome);
        if (open.value.kind === 'objection') endStop(actor, open.value, outcome);
        return closed;
      }),
    restrict: (actor, requestId, ground) =>
      store.transaction(() => {
        const open = openFor(requestId, 'restriction');
        if (!open.ok) return open;
        note(actor, open.value.subjectId, 'restricted', ground);
        add(actor, requestId, 'restricted', { ground });
        deps.queueNotices(actor, { requestId, subjectId: open.value.subjectId });
        return done(actor, requestId, 'restricted');
      }),
    noticeLifting: (actor, requestId) =>
      store.transaction(() => {
        const row = repository.get(requestId);
        if (!row) return requests.get(requestId);
        if (!restricts(row)) return conflict('This request restricts nothing now.');
        add(actor, requestId, 'liftNoticed', {});
        return requests.get(requestId);
      }),
    lift: (actor, requestId) =>
      store.transaction(() => {
        const row = repository.get(requestId);
        if (!row) return requests.get(requestId) as Result<never>;
        if (row.subject_id === null || !restricts(row)) {
          return conflict('This request restricts nothing now.');
        }
        if (!has(row, 'liftNoticed')) {
          return conflict(
            'The person was not told yet, and must be before the restriction is lifted (GDPR Art. 18(3)).',
          );
        }
        add(actor, requestId, 'lifted', {});
        // What an erasure has kept may be stored and nothing else, whatever else is lifted.
        const stillRestricted =
          repository.ofSubject(row.subject_id).some(restricts) ||
          kept.ofSubject(row.subject_id).length > 0;
        if (!stillRestricted) note(actor, row.subject_id, 'restrictionLifted', '');
        return ok({ request: requestOf(row), stillRestricted });
      }),
    decideObjection: (actor, requestId, { outcome, balance }) =>
      store.transaction(() => {
        const open = openFor(requestId, 'objection');
        if (!open.ok) return open;
        const closed = done(actor, requestId, outcome);
        if (outcome === 'overridden') endStop(actor, open.value, balance);
        else note(actor, open.value.subjectId, 'objected', balance);
        return closed;
      }),
    withdraw: (actor, requestId, purposeIds) =>
      store.transaction(() => {
        const open = openFor(requestId, 'withdrawal');
        if (!open.ok) return open;
        // Asked for before the first is recorded: all of them or none.
        const unknown = purposeIds.find((id) => !purposeExists(id));
        if (unknown !== undefined) return failure('NOT_FOUND', NO_PURPOSE);
        let withdrawn = 0;
        let staleModels = 0;
        for (const purposeId of new Set(purposeIds)) {
          const subjectIds = [open.value.subjectId];
          const lost = consent.withdraw(actor, { purposeId, subjects: { subjectIds }, reason: '' });
          if (!lost.ok) throw new Error(lost.error.message);
          withdrawn += lost.value.recorded;
          staleModels += lost.value.staleModels;
        }
        const closed = done(actor, requestId, 'withdrawn');
        return closed.ok ? ok({ request: closed.value, withdrawn, staleModels }) : closed;
      }),
  };

  function purposeExists(purposeId: string): boolean {
    return store.db.get('SELECT 1 AS n FROM purpose WHERE id = ?', [purposeId]) !== undefined;
  }
}

const NO_PURPOSE =
  'One of the purposes is not in this vault. Nothing was withdrawn. Choose from the list.';

const conflict = (what: string) => failure('CONFLICT', `${what} Nothing was changed.`);
