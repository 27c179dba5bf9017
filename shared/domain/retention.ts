/**
 * How long a document may be kept, and when it has to go (GDPR Art. 5(1)(e)). A limit stands for one
 * purpose and one category: the shortest that applies decides for that purpose. Data may serve several
 * purposes, so it goes when the last of them has no use for it any more, unless a limit for every purpose
 * ends it before. A legal hold keeps it beyond that day and allows nothing.
 */
import type { Instant } from '../kernel/time.ts';
import type { Category } from './purpose.ts';

/** What a period is counted from. `documentDate`: the date the note itself carries. */
export const RETENTION_STARTS = ['import', 'documentDate', 'consentEnd'] as const;
export type RetentionStart = (typeof RETENTION_STARTS)[number];

export interface RetentionLimit {
  /** Null: the period that was declared with a purpose. */
  readonly ruleId: string | null;
  /** Null: every category. */
  readonly category: Category | null;
  readonly days: number;
  readonly start: RetentionStart;
}

/** What the periods of one document are counted from. */
export interface RetentionStarts {
  readonly importedAt: Instant;
  /** Null where the document carries no date that can be read. */
  readonly dateOfDocument: string | null;
  /** When consent to the purpose in question ended; null while it has not, or where there was none. */
  readonly consentEndedAt: Instant | null;
}

/** `never`: no limit, or one whose start has not come. `unknown`: the start should be there and is not. */
export type Due =
  | { readonly at: Instant; readonly limit: RetentionLimit }
  | { readonly never: true }
  | { readonly unknown: true };

export const DAY_MS = 86_400_000;

/** The metadata key that importers fill from a column or field of that name. */
export const DATE_KEY = 'date';

/** A calendar date at the head of the value, ISO 8601; anything else is no date. */
export function dateOfDocument(metadata: Readonly<Record<string, string>>): string | null {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(metadata[DATE_KEY] ?? '')?.[0];
  if (day === undefined) return null;
  const read = new Date(`${day}T00:00:00.000Z`);
  // JavaScript reads 30 February as 2 March; that is not what stands there.
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(day) ? day : null;
}

/** Null: not begun. NaN: should be known and is not. */
function startMs(start: RetentionStart, starts: RetentionStarts): number | null {
  switch (start) {
    case 'import':
      return Date.parse(starts.importedAt);
    case 'documentDate':
      return starts.dateOfDocument === null
        ? Number.NaN
        : Date.parse(`${starts.dateOfDocument}T00:00:00.000Z`);
    case 'consentEnd':
      return starts.consentEndedAt === null ? null : Date.parse(starts.consentEndedAt);
    default:
      return Number.NaN;
  }
}

const appliesTo = (limit: RetentionLimit, category: Category): boolean =>
  limit.category === null || limit.category === category;

/**
 * When a document may no longer be used for one purpose: the earliest of the limits that apply. A limit that
 * cannot be computed leaves the answer unknown unless another one has ended before `now`: what is due is due.
 */
export function dueFor(
  limits: readonly RetentionLimit[],
  category: Category,
  starts: RetentionStarts,
  now: Instant,
): Due {
  const nowMs = Date.parse(now);
  let earliest: { readonly ms: number; readonly limit: RetentionLimit } | null = null;
  let isUnknown = Number.isNaN(nowMs);
  for (const limit of limits) {
    if (!appliesTo(limit, category)) continue;
    const begun = startMs(limit.start, starts);
    if (begun === null) continue;
    const ms = begun + limit.days * DAY_MS;
    if (Number.isNaN(ms)) isUnknown = true;
    else if (earliest === null || ms < earliest.ms) earliest = { ms, limit };
  }
  if (isUnknown && !(earliest !== null && earliest.ms <= nowMs)) return { unknown: true };
  if (earliest === null) return { never: true };
  return { at: new Date(earliest.ms).toISOString(), limit: earliest.limit };
}

/** One purpose that a category of data serves, and until when. */
export interface PurposeLimits {
  readonly purposeId: string;
  readonly isActive: boolean;
  readonly limits: readonly RetentionLimit[];
}

/** When a document has to be deleted, and which purpose was the last to need it (null: none covers it). */
export type Deletion =
  | { readonly at: Instant; readonly limit: RetentionLimit; readonly purposeId: string | null }
  | { readonly never: true }
  | { readonly unknown: true };

/**
 * @param serving the purposes that cover the document's category. A retired purpose keeps nothing alive; only
 *   where all are retired does the longest of their periods still give the day, so that retiring the last
 *   purpose does not empty a vault overnight.
 * @param everyPurpose limits that stand whatever the purpose.
 * @param startsFor what is counted from, for a purpose (consent ends per purpose).
 */
export function deletionOf(
  serving: readonly PurposeLimits[],
  everyPurpose: readonly RetentionLimit[],
  category: Category,
  startsFor: (purposeId: string | null) => RetentionStarts,
  now: Instant,
): Deletion {
  const active = serving.filter(({ isActive }) => isActive);
  const counted = active.length > 0 ? active : serving;
  if (counted.length === 0) {
    const due = dueFor(everyPurpose, category, startsFor(null), now);
    return 'at' in due ? { ...due, purposeId: null } : due;
  }
  let last: Deletion | null = null;
  let isUnknown = false;
  for (const { purposeId, limits } of counted) {
    const due = dueFor([...limits, ...everyPurpose], category, startsFor(purposeId), now);
    if ('never' in due) return due;
    if ('unknown' in due) isUnknown = true;
    else if (last === null || ('at' in last && due.at > last.at)) last = { ...due, purposeId };
  }
  return isUnknown || last === null ? { unknown: true } : last;
}
