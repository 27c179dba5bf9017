// What of a person stays although they asked for erasure (GDPR Art. 17(3)): decided part by part before the
// order, each with a ground of the closed list, words, and the day on which it comes up again. What stays is
// stored and nothing else: the person is restricted from then on. The words lie with the person's data and go
// with it; what two people sign and what the log and the certificate repeat are codes and ids.
import type { KeepScope, KeptPart, OutputOf } from '../../../shared/contract/index.ts';
import { KEEP_GROUNDS } from '../../../shared/domain/erasures.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Actor, RoomContext } from '../context.ts';
import { createKeptRepository, type KeptRow } from './keptRepository.ts';
import type { Requests } from '../requests/requests.ts';
import type { Subjects } from '../subjects.ts';

export interface KeptParts {
  /**
   * Replaces the list. Fails with NOT_FOUND (request or collection), REQUEST_CLOSED, CONFLICT (ordered
   * before, or the same part twice), BAD_INPUT (an end date that is not in the future).
   */
  decide(
    actor: Actor,
    requestId: string,
    parts: readonly KeptPart[],
  ): Result<OutputOf<'request.decideKept'>>;
  /** In a restored copy: what an order carried out since has kept, also past its end date. */
  adopt(
    actor: Actor,
    request: { readonly requestId: string; readonly subjectId: string },
    lines: readonly string[],
  ): void;
  /** `approvedBy` is an id. */
  list(dueOnly: boolean): OutputOf<'request.kept'>;
  ofRequest(requestId: string): readonly KeptPart[];
}

export const partOf = ({ scope, target, ground, text, until }: KeptRow): KeptPart => ({
  scope: scopeOf(scope, target),
  ground,
  text,
  until,
});

function scopeOf(of: KeepScope['of'], target: string): KeepScope {
  if (of === 'collection') return { of, collectionId: target };
  if (of === 'category') return { of, category: target as 'health' | 'finance' | 'other' };
  return { of };
}

const targetOf = (scope: KeepScope): string =>
  scope.of === 'collection' ? scope.collectionId : scope.of === 'category' ? scope.category : '';

/** One line per part: what two people sign, what an old copy of the vault is told. No word about the person. */
export const keepLine = ({ scope, ground, until }: KeptPart): string =>
  `${scope.of} ${targetOf(scope)}`.trim() + `: ${ground}, until ${until}`;

const LINE = /^(collection|category|consents)(?: (\S+))?: ([A-Za-z]+), until (\d{4}-\d\d-\d\d)$/;

/** The part a line speaks of; undefined for anything else. The words of the ground are not in it. */
export function partOfLine(line: string, text: string): KeptPart | undefined {
  const [, of, target = '', ground, until] = LINE.exec(line) ?? [];
  if (of === undefined || ground === undefined || until === undefined) return undefined;
  if (!Object.hasOwn(KEEP_GROUNDS, ground)) return undefined;
  return {
    scope: scopeOf(of as KeepScope['of'], target),
    ground: ground as KeptPart['ground'],
    text,
    until,
  };
}

export function createKeptParts(
  { store, clock }: RoomContext,
  { requests, subjects }: { readonly requests: Requests; readonly subjects: Subjects },
): KeptParts {
  const repository = createKeptRepository(store);

  const put = (
    actor: Actor,
    { requestId, subjectId }: { readonly requestId: string; readonly subjectId: string },
    parts: readonly KeptPart[],
  ): void =>
    repository.replace(
      requestId,
      parts.map(({ scope, ground, text, until }) => ({
        request_id: requestId,
        subject_id: subjectId,
        scope: scope.of,
        target: targetOf(scope),
        ...{ ground, text, until },
        at: clock.now(),
        actor: actor.userId,
      })),
    );

  return {
    adopt: (actor, request, lines) =>
      put(
        actor,
        request,
        lines.flatMap(
          (line) => partOfLine(line, 'As ordered before this copy was restored.') ?? [],
        ),
      ),
    decide: (actor, requestId, parts) =>
      store.transaction(() => {
        const open = requests.requireOpen(requestId, 'erasure');
        if (!open.ok) return open;
        const { subjectId, state } = open.value;
        if (subjectId === null || state !== 'open') {
          return failure(
            'CONFLICT',
            'The erasure was ordered, and what stays was signed with it. Nothing was changed.',
          );
        }
        const today = clock.now().slice(0, 10);
        if (parts.some(({ until }) => until <= today)) {
          return failure(
            'BAD_INPUT',
            'What is kept comes up again on a day to come. Nothing was changed. Choose a later end date.',
            { field: 'until' },
          );
        }
        const lines = parts.map(({ scope }) => `${scope.of} ${targetOf(scope)}`);
        if (new Set(lines).size < lines.length) {
          return failure('CONFLICT', 'The same part is listed twice. Nothing was changed.');
        }
        const unknown = parts.some(
          ({ scope }) =>
            scope.of === 'collection' &&
            repository.collectionName(scope.collectionId) === undefined,
        );
        if (unknown) {
          return failure('NOT_FOUND', 'There is no such collection. Nothing was changed.');
        }
        put(actor, { requestId, subjectId }, parts);
        return ok({ request: open.value, parts: [...parts] });
      }),
    ofRequest: (requestId) => repository.ofRequest(requestId).map(partOf),
    list(dueOnly) {
      const today = clock.now().slice(0, 10);
      const all = repository.inForce().map((row) => ({
        requestId: row.request_id,
        subjectId: row.subject_id,
        subjectKey: (subjects.keyOf(row.subject_id) ?? '').slice(0, 200),
        part: partOf(row),
        collection:
          row.scope === 'collection' ? (repository.collectionName(row.target) ?? null) : null,
        documents: repository.countIn(row.subject_id, row.scope, row.target),
        keptAt: row.kept_at ?? '',
        approvedBy: row.approved_by,
        due: row.until <= today,
      }));
      return {
        items: all.filter(({ due }) => due || !dueOnly),
        due: all.filter(({ due }) => due).length,
      };
    },
  };
}
