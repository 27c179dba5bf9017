// Requests of the people in the data (GDPR Art. 15 to 21): opened with the legal deadline, and from then on
// what their events say. A request outlives the person it is about, with a pseudonym in the person's place.
import type { DataRequest } from '../../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Actor, Page, PageRequest, RoomContext } from '../context.ts';
import { answerDueOn, type IsHoliday } from '../../../shared/domain/deadlines.ts';
import type {
  RequestEventRow,
  RequestEventType,
  RequestPlace,
  RequestRepository,
  RequestRow,
} from './requestRepository.ts';
import type { Subjects } from '../subjects.ts';

export type SubjectName = { readonly subjectId: string } | { readonly key: string };

type Identity = NonNullable<DataRequest['identity']>;

export interface Requests {
  /** Fails with NOT_FOUND (nobody, or several people by that key), BAD_INPUT (received in the future). */
  open(
    actor: Actor,
    request: {
      readonly kind: DataRequest['kind'];
      readonly subject: SubjectName;
      readonly receivedOn?: string | undefined;
    },
  ): Result<DataRequest>;
  /** Fails with NOT_FOUND. */
  get(requestId: string): Result<DataRequest>;
  /** Those not answered by the day they are due, then the answered ones, newest first. */
  list(page: PageRequest): Page<DataRequest>;
  /** What is not answered yet, the most urgent first. */
  unanswered(limit: number): readonly DataRequest[];
  /** Fails with NOT_FOUND, REQUEST_CLOSED, CONFLICT (a request of the other kind). */
  requireOpen(requestId: string, kind: DataRequest['kind']): Result<DataRequest>;
  /** The pack was written: the request is answered. Fails as `requireOpen`. */
  closeAccess(
    actor: Actor,
    requestId: string,
    pack: { readonly reportId: string; readonly sha256: string },
    kind?: 'access' | 'portability',
  ): Result<DataRequest>;
}

export function createRequests(
  { store, clock, random }: RoomContext,
  deps: {
    readonly subjects: Subjects;
    readonly repository: RequestRepository;
    readonly isHoliday?: IsHoliday | undefined;
  },
): Requests {
  const { subjects, repository } = deps;

  function requestOf(row: RequestRow): DataRequest {
    const folded = foldRequest(repository.events(row.id), row.due_on);
    return {
      requestId: row.id,
      kind: row.kind,
      subjectId: row.subject_id,
      subjectKey: row.subject_id === null ? null : (subjects.keyOf(row.subject_id) ?? null),
      receivedOn: row.received_on,
      ...folded,
      inForce: folded.inForce && row.subject_id !== null,
    };
  }

  function get(requestId: string): Result<DataRequest> {
    const row = repository.get(requestId);
    return row ? ok(requestOf(row)) : noSuchRequest();
  }

  function requireOpen(requestId: string, kind: DataRequest['kind']): Result<DataRequest> {
    const found = get(requestId);
    if (!found.ok) return found;
    if (found.value.kind !== kind) {
      return failure(
        'CONFLICT',
        `This is a request for ${found.value.kind}, not for ${kind}. Nothing was changed.`,
        { kind: found.value.kind },
      );
    }
    if (found.value.state === 'closed') {
      return failure(
        'REQUEST_CLOSED',
        'This request was answered before and is closed. Nothing was changed. Open a new one if the person asks again.',
        { requestId },
      );
    }
    return found;
  }

  return {
    open: (actor, { kind, subject, receivedOn }) =>
      store.transaction((): Result<DataRequest> => {
        const today = clock.now().slice(0, 10);
        const received = receivedOn ?? today;
        if (received > today) {
          return failure(
            'BAD_INPUT',
            'The request would have been received in the future. Nothing was opened. Correct the date.',
            { field: 'receivedOn' },
          );
        }
        const subjectId = 'key' in subject ? subjects.byKey(subject.key) : subject.subjectId;
        const row = subjectId === undefined ? undefined : subjects.row(subjectId);
        if (!row) {
          return failure(
            'NOT_FOUND',
            'Nobody in this vault is known by that name, or more than one person is. Nothing was opened. Check the record number.',
          );
        }
        const id = random.newId('request');
        repository.insert({
          id,
          kind,
          subject_id: row.subjectId,
          subject_ref: subjects.subjectRef(row.subjectId),
          received_on: received,
          due_on: answerDueOn(received, deps.isHoliday),
          opened_at: clock.now(),
          actor: actor.userId,
        });
        // Art. 18(1)(d), 21(1): the use stops while it is being decided.
        if (kind === 'objection') {
          const stopped = subjects.note(actor, row.subjectId, 'objected', '');
          if (!stopped.ok) return stopped;
        }
        return get(id);
      }),
    get,
    list({ cursor, limit }) {
      const rows = repository.page(cursor === null ? null : placeOf(cursor), limit + 1);
      const items = rows.slice(0, limit);
      const last = rows.length > limit ? items.at(-1) : undefined;
      return {
        items: items.map(requestOf),
        next: last ? [last.closed, last.due, last.id].join(' ') : null,
        total: repository.total(),
      };
    },
    unanswered: (limit) =>
      repository
        .page(null, limit)
        .filter(({ closed }) => closed === 0)
        .map(requestOf),
    requireOpen,
    closeAccess: (actor, requestId, pack, kind = 'access') =>
      store.transaction(() => {
        const open = requireOpen(requestId, kind);
        if (!open.ok) return open;
        const at = clock.now();
        repository.addEvent({ requestId, type: 'accessed', at, actor: actor.userId, body: pack });
        repository.addEvent({
          requestId,
          type: 'closed',
          at,
          actor: actor.userId,
          body: { outcome: 'answered' },
        });
        return get(requestId);
      }),
  };
}

/** The state of a request is what its events add up to. */
export function foldRequest(
  events: readonly Pick<RequestEventRow, 'type' | 'at' | 'body'>[],
  firstDueOn: string,
): Pick<
  DataRequest,
  'state' | 'closedAt' | 'outcome' | 'dueOn' | 'identity' | 'extendedAt' | 'inForce'
> {
  const last = (types: readonly RequestEventType[]) =>
    events.findLast(({ type }) => types.includes(type));
  const checked = last(['identityChecked']);
  const extended = last(['extended']);
  const common = {
    dueOn: extended ? (JSON.parse(extended.body) as { readonly dueOn: string }).dueOn : firstDueOn,
    extendedAt: extended?.at ?? null,
    identity: checked
      ? { at: checked.at, ...(JSON.parse(checked.body) as Pick<Identity, 'how'>) }
      : null,
  };
  const closed = last(['closed']);
  if (closed) {
    const { outcome } = JSON.parse(closed.body) as { readonly outcome?: string };
    return {
      ...common,
      state: 'closed',
      closedAt: closed.at,
      outcome: outcome ?? null,
      inForce: last(['restricted', 'lifted'])?.type === 'restricted' || outcome === 'upheld',
    };
  }
  const decisive = last(['ordered', 'failed'])?.type;
  return {
    ...common,
    state: decisive === undefined ? 'open' : decisive === 'failed' ? 'failed' : 'ordered',
    closedAt: null,
    outcome: null,
    inForce: false,
  };
}

function placeOf(cursor: string): RequestPlace {
  const [closed, due = '', id = ''] = cursor.split(' ');
  return { closed: closed === '1' ? 1 : 0, due, id };
}

export const noSuchRequest = () =>
  failure('NOT_FOUND', 'There is no such request in this vault. Nothing was changed.');
