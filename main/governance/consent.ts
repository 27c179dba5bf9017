// Giving, refusing and withdrawing consent: events in one transaction per call, whatever the number of
// people. Withdrawing asks for no more than giving does (GDPR Art. 7(3)) and works from the next read on.
import type { OutputOf } from '../../shared/contract/index.ts';
import { consentAt, type ConsentStatus } from '../../shared/domain/consent.ts';
import type { Instant } from '../../shared/kernel/time.ts';
import { toInstant } from '../../shared/kernel/time.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { Actor, RoomContext } from './context.ts';
import { createConsentRepository, type ConsentRow } from './consentRepository.ts';
import type { Purposes } from './purposes.ts';
import type { SubjectSelector, Subjects } from './subjects.ts';

/** A decision as it is shown. */
export type ConsentEntry = OutputOf<'consent.status'>['events'][number];

export interface RecordConsent {
  readonly purposeId: string;
  readonly subjects: SubjectSelector;
  readonly decision: 'given' | 'refused';
  readonly channel: ConsentEntry['channel'];
  readonly evidence: string;
  /** When the person decided; now where absent. Not in the future. */
  readonly at?: Instant | undefined;
  readonly expiresAt: Instant | null;
}

export interface ConsentOutcome {
  readonly recorded: number;
  /** People whose state was already that. */
  readonly unchanged: number;
  readonly unknownKeys: string[];
}

/** Told inside the transaction, so that what depends on a consent changes with it or not at all. */
export type ConsentLostListener = (subjectIds: readonly string[], purposeId: string) => number;

export interface Consents {
  /** Fails with NOT_FOUND, PURPOSE_RETIRED, BAD_INPUT (dates). */
  record(actor: Actor, decision: RecordConsent): Result<ConsentOutcome>;
  /** Works for a retired purpose too. Fails with NOT_FOUND. */
  withdraw(
    actor: Actor,
    withdrawal: {
      readonly purposeId: string;
      readonly subjects: SubjectSelector;
      readonly reason: string;
    },
  ): Result<ConsentOutcome & { readonly staleModels: number }>;
  status(subjectId: string, purposeId: string): ConsentStatus;
  /** All decisions of a person, in the order recorded. */
  history(subjectId: string): ConsentEntry[];
  /** Consents that end within so many days. */
  ending(days: number): number;
  onLost(listener: ConsentLostListener): void;
  /**
   * The clock, but never behind the last recorded decision: a clock set back may not bring a withdrawn
   * consent to life again.
   */
  vaultTime(): Instant;
}

const DAY_MS = 86_400_000;
/** One JSON array of this many names goes back to the caller; the wire's limit. */
const MOST_UNKNOWN = 500;

export function createConsents(
  { store, clock }: RoomContext,
  { purposes, subjects }: { readonly purposes: Purposes; readonly subjects: () => Subjects },
): Consents {
  const repository = createConsentRepository(store);
  const listeners: ConsentLostListener[] = [];

  const vaultTime = (): Instant => {
    const now = clock.now();
    const last = repository.lastRecordedAt();
    return last !== undefined && last > now ? last : now;
  };

  function status(subjectId: string, purposeId: string): ConsentStatus {
    const notice = purposes.get(purposeId)?.noticeVersion ?? '';
    return consentAt(repository.events(subjectId, purposeId).map(eventOf), vaultTime(), notice);
  }

  function recordAll(
    actor: Actor,
    selector: SubjectSelector,
    event: {
      readonly purposeId: string;
      readonly type: ConsentEntry['type'];
      readonly at: Instant;
      readonly recordedAt: Instant;
      readonly noticeVersion: string;
      readonly channel: ConsentEntry['channel'];
      readonly evidence: string;
      readonly expiresAt: Instant | null;
    },
    isUnchanged: (status: ConsentStatus) => boolean,
  ): ConsentOutcome & { readonly changed: readonly string[] } {
    const { subjectIds, unknownKeys } = subjects().select(selector);
    const changed: string[] = [];
    for (const subjectId of subjectIds) {
      if (isUnchanged(status(subjectId, event.purposeId))) continue;
      repository.insert({
        subjectId,
        purposeId: event.purposeId,
        type: event.type,
        at: event.at,
        recorded_at: event.recordedAt,
        actor: actor.userId,
        notice_version: event.noticeVersion,
        channel: event.channel,
        evidence: event.evidence,
        expires_at: event.expiresAt,
      });
      changed.push(subjectId);
    }
    return {
      recorded: changed.length,
      unchanged: subjectIds.length - changed.length,
      unknownKeys: unknownKeys.slice(0, MOST_UNKNOWN),
      changed,
    };
  }

  const lost = (subjectIds: readonly string[], purposeId: string): number =>
    subjectIds.length === 0
      ? 0
      : listeners.reduce((sum, listener) => sum + listener(subjectIds, purposeId), 0);

  return {
    record: (actor, decision) =>
      store.transaction((): Result<ConsentOutcome> => {
        const found = purposes.require(decision.purposeId, { active: true });
        if (!found.ok) return found;
        const recordedAt = vaultTime();
        const at = decision.at === undefined ? recordedAt : sameSpelling(decision.at);
        const expiresAt = decision.expiresAt === null ? null : sameSpelling(decision.expiresAt);
        if (at > recordedAt) return badDate('The decision lies in the future.');
        if (expiresAt !== null && expiresAt <= at) {
          return badDate('The consent would end before it begins.');
        }
        const { noticeVersion } = found.value;
        const { changed, ...outcome } = recordAll(
          actor,
          decision.subjects,
          {
            purposeId: decision.purposeId,
            type: decision.decision,
            at,
            recordedAt,
            noticeVersion,
            channel: decision.channel,
            evidence: decision.evidence,
            expiresAt: decision.decision === 'given' ? expiresAt : null,
          },
          ({ state, decision: last }) =>
            last !== null &&
            state === decision.decision &&
            (state !== 'given' || last.expiresAt === expiresAt),
        );
        if (decision.decision === 'refused') lost(changed, decision.purposeId);
        return ok(outcome);
      }),
    withdraw: (actor, { purposeId, subjects: selector, reason }) =>
      store.transaction(() => {
        const found = purposes.require(purposeId);
        if (!found.ok) return found;
        const at = vaultTime();
        const { changed, ...outcome } = recordAll(
          actor,
          selector,
          {
            purposeId,
            type: 'withdrawn',
            at,
            recordedAt: at,
            noticeVersion: found.value.noticeVersion,
            channel: 'screen',
            evidence: reason,
            expiresAt: null,
          },
          ({ state }) => state === 'withdrawn',
        );
        return ok({ ...outcome, staleModels: lost(changed, purposeId) });
      }),
    status,
    history: (subjectId) => repository.events(subjectId).map(historyOf),
    ending(days) {
      const from = vaultTime();
      return repository.endingBetween(from, toInstant(Date.parse(from) + days * DAY_MS));
    },
    onLost: (listener) => void listeners.push(listener),
    vaultTime,
  };
}

/** ISO 8601 allows several spellings of an instant; SQL compares text. */
const sameSpelling = (at: string): Instant => toInstant(Date.parse(at));

const badDate = (what: string) =>
  failure('BAD_INPUT', `${what} Nothing was recorded. Correct the date.`, {});

const eventOf = (row: ConsentRow) => ({
  type: row.type,
  at: row.at,
  noticeVersion: row.notice_version,
  expiresAt: row.expires_at,
});

const historyOf = (row: ConsentRow): ConsentEntry => ({
  at: row.at,
  recordedAt: row.recorded_at,
  type: row.type,
  purposeId: row.purpose_id,
  purpose: row.purpose,
  noticeVersion: row.notice_version,
  channel: row.channel as ConsentEntry['channel'],
  evidence: row.evidence,
  expiresAt: row.expires_at,
  actor: row.actor,
});
