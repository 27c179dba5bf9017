// What has to go, why, and what keeps it: the preview a steward looks at, the one number for the first screen,
// and the list a run takes its documents from. Nothing here deletes.
import type { OutputOf, RetentionPreview } from '../../../shared/contract/index.ts';
import { CATEGORIES, type Category } from '../../../shared/domain/purpose.ts';
import {
  DAY_MS,
  deletionOf,
  type PurposeLimits,
  type RetentionStart,
} from '../../../shared/domain/retention.ts';
import { toInstant } from '../../../shared/kernel/time.ts';
import type { Page, PageRequest, RoomContext } from '../context.ts';
import type { PurposePolicy } from '../gate/policy.ts';
import type { Purposes } from '../gate/purposes.ts';
import { createDueRepository, type CandidateRow, type Which } from './dueRepository.ts';
import { dueSql, type DuePolicy, type DueSql } from './dueSql.ts';
import type { Holds } from './holds.ts';
import type { RetentionRules } from './rules.ts';

/** What decides about a document: the limit that let the last purpose go. */
export interface Decided {
  readonly category: Category;
  readonly ruleId: string | null;
  readonly purposeId: string | null;
  readonly purpose: string | null;
  readonly days: number;
  readonly start: RetentionStart;
  readonly ground: string;
}

export interface DueDocument {
  readonly rowid: number;
  readonly subjectId: string | null;
  readonly dueAt: string;
  readonly decided: Decided;
}

export type DueList = Page<OutputOf<'retention.documents'>['items'][number]>;

export interface DueDocuments {
  preview(): RetentionPreview;
  /** Due now or within 30 days and under no hold, for the first screen. */
  reminder(): number;
  list(page: PageRequest & { readonly which: Which }): DueList;
  /** Due now and under no hold. */
  toDelete(): DueDocument[];
  /** What of these documents is still to be deleted, and which of the others a hold keeps. */
  recheck(rowids: readonly number[]): {
    readonly due: ReadonlySet<number>;
    readonly held: ReadonlySet<number>;
  };
  /** Documents a hold keeps beyond their day. */
  overdueOf(): ReadonlyMap<string, number>;
}

/** A reminder comes this long before the day. */
const REMIND_DAYS = 30;

export function createDueDocuments(
  { store, clock }: RoomContext,
  deps: {
    readonly purposes: Purposes;
    readonly rules: RetentionRules;
    readonly holds: Holds;
    readonly vaultTime: () => string;
  },
): DueDocuments {
  const { purposes, rules, holds, vaultTime } = deps;
  const repository = createDueRepository(store);
  const today = (): string => clock.now().slice(0, 10);

  function policyNow() {
    const all = purposes.list();
    const policies: PurposePolicy[] = all.map((purpose) => ({
      purpose,
      ancestors: purposes.above(purpose.purposeId),
      limits: rules.limitsOf(purpose),
    }));
    const everyPurpose = rules.everyPurpose();
    const policy = Object.fromEntries(
      CATEGORIES.map((category) => [
        category,
        {
          everyPurpose,
          serving: policies
            .filter(({ purpose }) => purpose.categories.includes(category))
            .map(({ purpose, limits }): PurposeLimits => ({
              purposeId: purpose.purposeId,
              isActive: purpose.state === 'active',
              limits,
            })),
        },
      ]),
    ) as unknown as DuePolicy;
    const now = vaultTime();
    const sqlAt = (at: string): DueSql => dueSql(policy, policies, { at, now });
    return {
      now,
      policy,
      names: new Map(all.map(({ purposeId, name }) => [purposeId, name])),
      grounds: new Map(rules.list().map(({ ruleId, ground }) => [ruleId, ground])),
      due: sqlAt(now),
      by: sqlAt(toInstant(Date.parse(now) + REMIND_DAYS * DAY_MS)),
    };
  }
  type Policy = ReturnType<typeof policyNow>;

  /** By the pure rule; `at` decides what is unknown and what has ended. */
  function judge({ policy, names, grounds, due }: Policy, row: CandidateRow, at: string) {
    const ended = JSON.parse(row.ended) as readonly (string | null)[];
    const { serving, everyPurpose } = policy[row.category];
    const deletion = deletionOf(
      serving,
      everyPurpose,
      row.category,
      (purposeId) => ({
        importedAt: row.imported_at,
        dateOfDocument: row.dated,
        consentEndedAt:
          ended[due.consentEnds.findIndex((each) => each.purposeId === purposeId)] ?? null,
      }),
      at,
    );
    if (!('at' in deletion)) return deletion;
    const { limit, purposeId } = deletion;
    return {
      at: deletion.at,
      decided: {
        ...{ category: row.category, ruleId: limit.ruleId, purposeId },
        purpose: purposeId === null ? null : (names.get(purposeId) ?? null),
        ...{ days: limit.days, start: limit.start },
        ground: limit.ruleId === null ? '' : (grounds.get(limit.ruleId) ?? ''),
      } satisfies Decided,
    };
  }

  function documentOf(policy: Policy, row: CandidateRow): DueDocument {
    const judged = judge(policy, row, policy.now);
    if (!('at' in judged) || judged.at > policy.now) {
      throw new Error('The filter and the rule of retention disagree');
    }
    return {
      ...{ rowid: row.rowid, subjectId: row.subject_id },
      ...{ dueAt: judged.at, decided: judged.decided },
    };
  }

  function toDelete(policy = policyNow()): DueDocument[] {
    const found: DueDocument[] = [];
    for (const row of repository.candidates(policy.due, today())) {
      if (row.kept === 0) found.push(documentOf(policy, row));
    }
    return found.sort((a, b) => a.rowid - b.rowid);
  }

  function heldRows(policy: Policy): number[] {
    if (!holds.any()) return [];
    const held: number[] = [];
    for (const row of repository.candidates(policy.due, today())) {
      if (row.kept === 1) held.push(row.rowid);
    }
    return held;
  }

  function byHold(rowids: readonly number[]): Map<string, RetentionPreview['held'][number]> {
    const found = new Map<string, RetentionPreview['held'][number]>();
    for (const rowid of rowids) {
      for (const { holdId, caseId, reviewOn } of holds.on(rowid)) {
        const documents = (found.get(holdId)?.documents ?? 0) + 1;
        found.set(holdId, { holdId, caseId, reviewOn, documents });
      }
    }
    return found;
  }

  return {
    preview() {
      const policy = policyNow();
      const due = toDelete(policy);
      const held = heldRows(policy);
      const rowids = due.map(({ rowid }) => rowid);
      const all = repository.closure(rowids);
      const soon = Math.max(0, repository.count(policy.by, today()) - due.length);
      return {
        asOf: policy.now,
        due: groupsOf(due),
        held: [...byHold(held).values()],
        totals: {
          ...{ due: due.length, held: held.length, soon },
          undated: repository.total({ ...policy, today: today() }, 'undated'),
        },
        along: {
          copies: all.length - rowids.length,
          ...repository.along(all),
          accessPacks: repository.packs(all).length,
        },
        models: repository
          .models(all)
          .map(({ id, name, state }) => ({ modelId: id, name, state: state ?? 'valid' })),
      };
    },
    reminder: () => repository.count(policyNow().by, today()),
    list({ which, cursor, limit }) {
      const policy = policyNow();
      const sql = { ...policy, today: today() };
      const rows = repository.page(sql, which, cursor === null ? 0 : Number(cursor), limit + 1);
      const shown = rows.slice(0, limit);
      return {
        items: shown.map((row) => {
          const judged = judge(policy, row, which === 'soon' ? addDays(policy.now) : policy.now);
          return {
            ...{ documentId: row.id, name: row.name.slice(0, 1000), collection: row.collection },
            ...{ category: row.category, importedAt: row.imported_at },
            dueOn: 'at' in judged ? judged.at.slice(0, 10) : null,
            purpose: 'at' in judged ? judged.decided.purpose : null,
            ruleId: 'at' in judged ? judged.decided.ruleId : null,
            holds:
              row.kept === 0
                ? []
                : holds
                    .on(row.rowid)
                    .slice(0, 50)
                    .map(({ holdId, caseId }) => ({ holdId, caseId })),
          };
        }),
        next: rows.length > limit ? String(shown.at(-1)?.rowid ?? 0) : null,
        total: repository.total(sql, which),
      };
    },
    toDelete: () => toDelete(),
    recheck(rowids) {
      const rows = repository.among(policyNow().due, today(), rowids);
      const of = (kept: 0 | 1): ReadonlySet<number> =>
        new Set(rows.filter((row) => row.kept === kept).map(({ rowid }) => rowid));
      return { due: of(0), held: of(1) };
    },
    overdueOf: () =>
      new Map(
        [...byHold(heldRows(policyNow()))].map(([holdId, { documents }]) => [holdId, documents]),
      ),
  };
}

const addDays = (now: string): string => toInstant(Date.parse(now) + REMIND_DAYS * DAY_MS);

const keyOf = ({ category, ruleId, purposeId, days, start }: Decided): string =>
  [category, ruleId, purposeId, days, start].join(' ');

/** By what decides, most documents first. */
function groupsOf(due: readonly DueDocument[]): RetentionPreview['due'] {
  return [...Map.groupBy(due, ({ decided }) => keyOf(decided)).values()]
    .map((documents) => {
      const days = documents.map(({ dueAt }) => dueAt.slice(0, 10)).sort();
      const people = new Set(documents.flatMap(({ subjectId }) => subjectId ?? []));
      return {
        ...(documents[0] as DueDocument).decided,
        ...{ documents: documents.length, subjects: people.size },
        ...{ firstDueOn: days[0] ?? '', lastDueOn: days.at(-1) ?? '' },
      };
    })
    .sort((a, b) => b.documents - a.documents)
    .slice(0, 500);
}
