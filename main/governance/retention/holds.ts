// Legal holds: a case keeps what it names from being deleted, by whoever and for whatever reason. A hold never
// widens use: what is past its period stays denied (`heldPastRetention`). It ends when two people release it;
// the day on which it was expected to end only reminds, because a date alone must not let go of evidence.
import type { LegalHold } from '../../../shared/contract/index.ts';
import type { Category } from '../../../shared/domain/purpose.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Actor, Page, PageRequest, RoomContext } from '../context.ts';
import type { SubjectSelector, Subjects } from '../subjects.ts';
import { createHoldRepository, type HoldRow } from './holdRepository.ts';

export interface BlockingHold {
  readonly holdId: string;
  readonly caseId: string;
  /** The day on which somebody is to look whether it is still needed. */
  readonly reviewOn: string;
}

export interface SetHold {
  readonly caseId: string;
  readonly approver: string;
  readonly reason: string;
  readonly reviewOn: string;
  readonly endsOn: string | null;
  readonly subjects: SubjectSelector | null;
  readonly collectionIds: readonly string[];
  readonly categories: readonly Category[];
}

/** A hold without what only the list of due documents can say. */
export type Hold = Omit<LegalHold, 'overdue' | 'setBy'> & { readonly setBy: string };

export interface Holds {
  /** Fails with BAD_INPUT (an empty scope, a review in the past, nobody known by the names), NOT_FOUND. */
  set(actor: Actor, hold: SetHold): Result<{ readonly hold: Hold; readonly unknownKeys: string[] }>;
  /** Fails with NOT_FOUND, CONFLICT (released), BAD_INPUT (a review in the past). */
  review(
    actor: Actor,
    holdId: string,
    review: {
      readonly reviewOn: string;
      readonly endsOn: string | null;
      readonly reason: string;
    },
  ): Result<Hold>;
  /** The second person's signature is the caller's to see to. Fails with NOT_FOUND, CONFLICT (released). */
  release(actor: Actor, holdId: string, reason: string): Result<Hold>;
  /** Newest first. */
  list(page: PageRequest & { readonly released: boolean }): Page<Hold>;
  /** Holds in force that keep something of a person; empty where the person may be erased. */
  blocking(subjectId: string): readonly BlockingHold[];
  /** Holds in force that keep a document or a copy of it. */
  on(rowid: number): readonly BlockingHold[];
  /** Whether any hold is in force. */
  any(): boolean;
}

const MOST_UNKNOWN = 500;

export function createHolds({ store, clock, random }: RoomContext, subjects: Subjects): Holds {
  const repository = createHoldRepository(store);
  const today = (): string => clock.now().slice(0, 10);

  /** The state is what the events say, in the order in which they came. */
  function fold(row: HoldRow): Hold {
    const events = repository.events(row.id);
    const dated = events.findLast(({ type }) => type !== 'released');
    const released = events.find(({ type }) => type === 'released');
    return {
      holdId: row.id,
      caseId: row.case_id,
      approver: row.approver,
      reason: events[0]?.reason ?? '',
      state: released ? 'released' : 'active',
      setAt: row.set_at,
      setBy: row.actor,
      reviewOn: dated?.review_on ?? row.set_at.slice(0, 10),
      endsOn: dated?.ends_on ?? null,
      reviewedAt: events.findLast(({ type }) => type === 'reviewed')?.at ?? null,
      releasedAt: released?.at ?? null,
      people: repository.people(row.id),
      collections: repository
        .collections(row.id)
        .map(({ id, name }) => ({ collectionId: id, name })),
      categories: repository.categories(row.id) as Category[],
      documents: released ? 0 : repository.documents(row.id),
    };
  }

  function active(holdId: string): Result<HoldRow> {
    const row = repository.get(holdId);
    if (!row) return failure('NOT_FOUND', 'There is no such hold. Nothing was changed.');
    return repository.events(holdId).some(({ type }) => type === 'released')
      ? failure(
          'CONFLICT',
          `The hold for "${row.case_id}" was released before. Nothing was changed. Set a new one where the case goes on.`,
          { caseId: row.case_id },
        )
      : ok(row);
  }

  const checkDay = (reviewOn: string): Result<unknown> =>
    reviewOn < today()
      ? failure(
          'BAD_INPUT',
          'The day of review has passed already. Nothing was changed. Choose a day from today on.',
          { problem: 'reviewPast' },
        )
      : ok(undefined);

  const blockingOf = (
    rows: readonly { readonly hold_id: string; readonly case_id: string }[],
  ): BlockingHold[] =>
    rows.map(({ hold_id, case_id }) => ({
      holdId: hold_id,
      caseId: case_id,
      reviewOn:
        repository.events(hold_id).findLast(({ type }) => type !== 'released')?.review_on ?? '',
    }));

  return {
    set: (actor, wanted) =>
      store.transaction(() => {
        const { collectionIds, categories, reviewOn, endsOn, reason } = wanted;
        const checked = checkDay(reviewOn);
        if (!checked.ok) return checked;
        const chosen =
          wanted.subjects === null
            ? { subjectIds: [], unknownKeys: [] }
            : subjects.select(wanted.subjects);
        if (repository.knownCollections(collectionIds) < new Set(collectionIds).size) {
          return failure('NOT_FOUND', 'There is no such collection. Nothing was changed.');
        }
        const { subjectIds, unknownKeys } = chosen;
        if (subjectIds.length + collectionIds.length + categories.length === 0) {
          return failure(
            'BAD_INPUT',
            'The hold names nobody and nothing that is in this vault. Nothing was changed. Name people, collections or categories.',
            { problem: 'scopeEmpty', unknown: unknownKeys.length },
          );
        }
        const row: HoldRow = {
          id: random.newId('hold'),
          case_id: wanted.caseId,
          approver: wanted.approver,
          set_at: clock.now(),
          actor: actor.userId,
        };
        repository.insert(row);
        repository.scope(row.id, {
          subjectIds: [...new Set(subjectIds)],
          collectionIds: [...new Set(collectionIds)],
          categories: [...new Set(categories)],
        });
        repository.event({
          hold_id: row.id,
          type: 'set',
          at: row.set_at,
          actor: actor.userId,
          review_on: reviewOn,
          ends_on: endsOn,
          reason,
        });
        return ok({ hold: fold(row), unknownKeys: unknownKeys.slice(0, MOST_UNKNOWN) });
      }),
    review: (actor, holdId, { reviewOn, endsOn, reason }) =>
      store.transaction(() => {
        const found = active(holdId);
        if (!found.ok) return found;
        const checked = checkDay(reviewOn);
        if (!checked.ok) return checked;
        repository.event({
          hold_id: holdId,
          type: 'reviewed',
          at: clock.now(),
          actor: actor.userId,
          review_on: reviewOn,
          ends_on: endsOn,
          reason,
        });
        return ok(fold(found.value));
      }),
    release: (actor, holdId, reason) =>
      store.transaction(() => {
        const found = active(holdId);
        if (!found.ok) return found;
        repository.event({
          hold_id: holdId,
          type: 'released',
          at: clock.now(),
          actor: actor.userId,
          review_on: null,
          ends_on: null,
          reason,
        });
        return ok(fold(found.value));
      }),
    list({ cursor, limit, released }) {
      const rows = repository.page({ before: cursor, limit: limit + 1, released });
      const shown = rows.slice(0, limit);
      return {
        items: shown.map(fold),
        next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
        total: repository.count(released),
      };
    },
    blocking: (subjectId) => blockingOf(repository.blocking(subjectId)),
    on: (rowid) => blockingOf(repository.on(rowid)),
    any: () => repository.any(),
  };
}
