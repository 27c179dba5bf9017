// The register of breaches (GDPR Art. 33, 34). Every one is kept, also one that nobody had to be told of
// (33(5)); what was known at which hour stands in its events. Whom it reaches is a question, not a list that
// is kept: the register itself names nobody.
import type { Breach, BreachScope as ScopeInput } from '../../../shared/contract/index.ts';
import {
  breachAt,
  breachGaps,
  hoursLeft,
  type BreachAssessment,
  type BreachDecisions,
  type BreachEvent,
  type BreachNotified,
  type BreachScope,
  type BreachView,
} from '../../../shared/domain/breaches.ts';
import { toInstant, type Instant } from '../../../shared/kernel/time.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import { createBreachRepository, type BreachEventRow } from './breachRepository.ts';
import type { Actor, Page, PageRequest, RoomContext } from '../context.ts';

/** Shown as it is, except that people of the staff are ids. */
export type BreachEntry = Breach;

export interface BreachHistory {
  readonly at: Instant;
  readonly by: string;
  readonly what: BreachEvent['type'];
}

export interface Breaches {
  /** Fails with BAD_INPUT for a moment of awareness in the future. */
  open(
    actor: Actor,
    breach: {
      readonly title: string;
      readonly awareAt?: Instant | undefined;
      readonly nature: string;
    },
  ): Result<BreachEntry>;
  /** Fails with NOT_FOUND. */
  get(breachId: string): Result<BreachEntry>;
  history(breachId: string): readonly BreachHistory[];
  /** Open ones first, by the end of their 72 hours; then the closed ones, newest first. */
  list(page: PageRequest): Page<BreachEntry>;
  /** Not closed; `dueAt` is null once the authority has been told or need not be. */
  unclosed(limit: number): readonly { readonly breachId: string; readonly dueAt: string | null }[];
  /** All of these fail with NOT_FOUND, and CONFLICT once it is closed. */
  assess(actor: Actor, breachId: string, assessment: BreachAssessment): Result<BreachEntry>;
  decide(actor: Actor, breachId: string, decisions: BreachDecisions): Result<BreachEntry>;
  /** Fails also with BAD_INPUT: a date in the future, or late without a reason (Art. 33(1)). */
  notify(
    actor: Actor,
    breachId: string,
    notification: {
      readonly to: BreachNotified;
      readonly at?: Instant | undefined;
      readonly reference: string;
      readonly delayReason: string;
    },
  ): Result<BreachEntry>;
  /** Fails also with CONFLICT while nothing is decided, or somebody who has to be told was not. */
  close(actor: Actor, breachId: string, conclusion: string): Result<BreachEntry>;
  count(scope: ScopeInput): {
    readonly people: number;
    readonly documents: number;
    readonly minors: number;
    readonly byCategory: readonly {
      readonly category: 'health' | 'finance' | 'other';
      readonly people: number;
    }[];
  };
  people(
    scope: ScopeInput,
    page: PageRequest,
  ): Page<{
    readonly subjectId: string;
    readonly key: string;
    readonly scheme: string;
    readonly documents: number;
  }>;
}

export function createBreaches({ store, clock, random }: RoomContext): Breaches {
  const repository = createBreachRepository(store);

  function viewOf(breachId: string): BreachView | undefined {
    const rows = repository.events(breachId);
    return rows.length === 0 ? undefined : breachAt(rows.map(eventOf));
  }

  function get(breachId: string): Result<BreachEntry> {
    const view = viewOf(breachId);
    return view ? ok(entryOf(breachId, view)) : noSuchBreach();
  }

  /** One event, where the breach is there and `check` has nothing against it. */
  function add(
    actor: Actor,
    breachId: string,
    event: { readonly type: BreachEvent['type']; readonly body: object },
    check: (view: BreachView) => Result<unknown> = () => ok(undefined),
  ): Result<BreachEntry> {
    return store.transaction(() => {
      const view = viewOf(breachId);
      if (!view) return noSuchBreach();
      if (view.closed) {
        return failure(
          'CONFLICT',
          'This breach is closed. Nothing was changed. Open a new one where something else came to light.',
        );
      }
      const checked = check(view);
      if (!checked.ok) return checked;
      repository.addEvent({ breachId, at: clock.now(), actor: actor.userId, ...event });
      return get(breachId);
    });
  }

  const inFuture = (at: Instant): boolean => at > clock.now();

  return {
    open: (actor, { title, awareAt, nature }) =>
      store.transaction((): Result<BreachEntry> => {
        const now = clock.now();
        const aware = awareAt === undefined ? now : toInstant(Date.parse(awareAt));
        if (inFuture(aware)) return badTime('The moment of awareness lies in the future.');
        const breachId = random.newId('breach');
        repository.insert(breachId, now);
        repository.addEvent({
          breachId,
          type: 'opened',
          at: now,
          actor: actor.userId,
          body: { title, awareAt: aware, nature },
        });
        return get(breachId);
      }),
    get,
    history: (breachId) =>
      repository.events(breachId).map(({ at, actor, type }) => ({ at, by: actor, what: type })),
    list({ cursor, limit }) {
      const all = allEntries();
      const from = cursor === null ? 0 : all.findIndex(({ breachId }) => breachId === cursor) + 1;
      const items = all.slice(from, from + limit);
      const last = items.at(-1);
      return {
        items,
        next: last && from + limit < all.length ? last.breachId : null,
        total: all.length,
      };
    },
    unclosed: (limit) =>
      repository
        .ids()
        .flatMap((breachId) => {
          const view = viewOf(breachId);
          return !view || view.closed
            ? []
            : [{ breachId, dueAt: hoursLeft(view, clock.now()) === null ? null : view.dueAt }];
        })
        .sort((a, b) => ((a.dueAt ?? '~') < (b.dueAt ?? '~') ? -1 : 1))
        .slice(0, limit),
    assess: (actor, breachId, assessment) =>
      add(actor, breachId, { type: 'assessed', body: assessment }),
    decide: (actor, breachId, { authority, subjects }) =>
      add(actor, breachId, { type: 'decided', body: { authority, subjects } }),
    notify(actor, breachId, { to, at, reference, delayReason }) {
      const told = at === undefined ? clock.now() : toInstant(Date.parse(at));
      if (inFuture(told)) return badTime('The notification lies in the future.');
      const body = { to, told, reference, delayReason };
      return add(actor, breachId, { type: 'notified', body }, (view) => {
        if (told < view.awareAt) return badTime('The notification lies before the awareness.');
        return to === 'authority' && told > view.dueAt && delayReason === ''
          ? failure(
              'BAD_INPUT',
              'The authority was told later than 72 hours after awareness, and the reasons have to go with it (GDPR Art. 33(1)). Nothing was recorded. Give the reasons for the delay.',
              { field: 'delayReason' },
            )
          : ok(undefined);
      });
    },
    close: (actor, breachId, conclusion) =>
      add(actor, breachId, { type: 'closed', body: { conclusion } }, (view) => {
        const open = breachGaps(view).filter((gap) => BLOCKING.includes(gap));
        return open.length === 0
          ? ok(undefined)
          : failure(
              'CONFLICT',
              'The breach cannot be closed yet: the decisions under Art. 33 and 34 are missing, or somebody who has to be told was not. Nothing was changed. Complete what is listed as missing.',
              { gaps: open.join(' ') },
            );
      }),
    count: (scope) => repository.count(scopeOf(scope), clock.now()),
    people(scope, { cursor, limit }) {
      const wanted = scopeOf(scope);
      const rows = repository.people(wanted, cursor ?? '', limit + 1);
      const items = rows.slice(0, limit);
      return {
        items: items.map(({ id, value, scheme, documents }) => ({
          subjectId: id,
          key: value ?? '',
          scheme: scheme ?? '',
          documents,
        })),
        next: rows.length > limit ? (items.at(-1)?.id ?? null) : null,
        total: repository.count(wanted, clock.now()).people,
      };
    },
  };

  /** Breaches are few; their order needs the fold. */
  function allEntries(): BreachEntry[] {
    const all = repository.ids().flatMap((breachId) => {
      const view = viewOf(breachId);
      return view ? [entryOf(breachId, view)] : [];
    });
    return [
      ...all.filter(({ closed }) => !closed).sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1)),
      ...all.filter(({ closed }) => closed),
    ];
  }
}

const BLOCKING: readonly string[] = ['decision', 'authority', 'subjects', 'delay'];

/** ISO 8601 allows several spellings of an instant; SQL compares text. */
const sameSpelling = (at: string | null): string | null =>
  at === null ? null : toInstant(Date.parse(at));
const scopeOf = (scope: ScopeInput): BreachScope => ({
  ...scope,
  from: sameSpelling(scope.from),
  to: sameSpelling(scope.to),
});

const eventOf = (row: BreachEventRow): BreachEvent =>
  ({ type: row.type, at: row.at, by: row.actor, body: JSON.parse(row.body) }) as BreachEvent;

const entryOf = (breachId: string, view: BreachView): BreachEntry => ({
  ...view,
  breachId,
  kinds: [...view.kinds],
  categories: [...view.categories],
  scope: { ...view.scope },
  notifications: view.notifications.map(({ to, told, by, reference, delayReason }) => ({
    ...{ to, by, reference, delayReason },
    at: told,
  })),
  gaps: [...breachGaps(view)],
});

const noSuchBreach = () => failure('NOT_FOUND', 'There is no such breach. Nothing was changed.');
const badTime = (what: string) =>
  failure('BAD_INPUT', `${what} Nothing was recorded. Correct the time.`, {});
