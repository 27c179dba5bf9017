// When documents have to be deleted, as SQL (`deletionOf` of shared/domain/retention.ts): true for a document
// whose day has come by a given instant. The day itself and what decides it come from the pure function, asked
// for the rows that this finds.
import { CATEGORIES, type Category } from '../../../shared/domain/purpose.ts';
import {
  DAY_MS,
  type PurposeLimits,
  type RetentionLimit,
} from '../../../shared/domain/retention.ts';
import type { SqlValue } from '../../store/index.ts';
import { consentSql, documentDateSql, endedSql, undatedSql } from '../gate/gateSql.ts';
import type { PurposePolicy } from '../gate/policy.ts';

export type DuePolicy = Readonly<Record<Category, CategoryPolicy>>;

export interface CategoryPolicy {
  readonly serving: readonly PurposeLimits[];
  readonly everyPurpose: readonly RetentionLimit[];
}

export interface DueSql {
  /** To follow `FROM document d`. */
  readonly joins: string;
  readonly params: Readonly<Record<string, SqlValue>>;
  /** Whether a document of the category is due; null where none can be. */
  condition(category: Category): string | null;
  /** Whether a document of the category may lack the date that its period starts with; null: never. */
  undated(category: Category): string | null;
  /** Columns `ended_0`... of when consent ended, and the purpose each is about. */
  readonly consentEnds: readonly { readonly purposeId: string; readonly sql: string }[];
}

/** @param at by when; `now` is what the state of consent is asked at. */
export function dueSql(
  policy: DuePolicy,
  policies: readonly PurposePolicy[],
  { at, now }: { readonly at: string; readonly now: string },
): DueSql {
  const params: Record<string, SqlValue> = {};
  const joins: string[] = [];
  const consentEnds: { purposeId: string; sql: string }[] = [];
  for (const { purpose, ancestors, limits } of policies) {
    if (!purpose.needsConsent || !limits.some(({ start }) => start === 'consentEnd')) continue;
    const consent = consentSql({ purpose, ancestors, now }, `e${consentEnds.length}_`);
    joins.push(consent.joins('d'));
    Object.assign(params, consent.params);
    consentEnds.push({ purposeId: purpose.purposeId, sql: consent.endedAt });
  }
  const endOf = (purposeId: string | null): string =>
    consentEnds.find((each) => each.purposeId === purposeId)?.sql ?? 'NULL';

  const cuts = new Map<number, string>();
  const cutOf = (days: number): string => {
    const known = cuts.get(days);
    if (known !== undefined) return `@${known}`;
    const name = `dueCut${cuts.size}`;
    cuts.set(days, name);
    params[name] = new Date(Date.parse(at) - days * DAY_MS).toISOString();
    return `@${name}`;
  };

  /** As `deletionOf` groups them: for each purpose that counts, the limits of which one has to have ended. */
  function groupsOf(category: Category): { purposeId: string | null; limits: RetentionLimit[] }[] {
    const { serving, everyPurpose } = policy[category];
    const active = serving.filter(({ isActive }) => isActive);
    const counted = active.length > 0 ? active : serving;
    const applying = (limits: readonly RetentionLimit[]) =>
      limits.filter((limit) => limit.category === null || limit.category === category);
    return counted.length === 0
      ? [{ purposeId: null, limits: applying(everyPurpose) }]
      : counted.map(({ purposeId, limits }) => ({
          purposeId,
          limits: applying([...limits, ...everyPurpose]),
        }));
  }

  return {
    joins: joins.join(' '),
    params,
    consentEnds,
    condition(category) {
      const groups = groupsOf(category);
      if (groups.some(({ limits }) => limits.length === 0)) return null;
      if (groups.every(({ limits }) => limits.every(({ start }) => start === 'import'))) {
        // One bound that the index `document_due` can seek: the longest of the shortest periods.
        const days = Math.max(
          ...groups.map(({ limits }) => Math.min(...limits.map((limit) => limit.days))),
        );
        return `d.imported_at <= ${cutOf(days)}`;
      }
      return groups
        .map(({ purposeId, limits }) => {
          const ended = limits.map((limit) =>
            endedSql({ ...limit, category: null }, cutOf(limit.days), 'd', endOf(purposeId)),
          );
          return `(${ended.join(' OR ')})`;
        })
        .join(' AND ');
    },
    undated(category) {
      const dated = groupsOf(category).some(({ limits }) =>
        limits.some(({ start }) => start === 'documentDate'),
      );
      return dated
        ? undatedSql({ ruleId: null, category: null, days: 1, start: 'documentDate' }, 'd')
        : null;
    },
  };
}

/** True for a due document of any category; for lists that go over all of them. */
export function dueInAny(due: DueSql, what: 'condition' | 'undated'): string {
  const cases = CATEGORIES.flatMap((category) => {
    const condition = due[what](category);
    return condition === null ? [] : [`WHEN '${category}' THEN (${condition})`];
  });
  return cases.length === 0 ? '0' : `CASE d.category ${cases.join(' ')} ELSE 0 END`;
}

export { documentDateSql };
