// Giving, refusing and withdrawing consent: events in one transaction per call, whatever the number of
// people. Withdrawing asks for no more than giving does (GDPR Art. 7(3)) and works from the next read on.
import type { Guardian, OutputOf } from '../../../shared/contract/index.ts';
import {
  consentAt,
  type ConsentEvent,
  type ConsentMethod,
  type ConsentStatus,
  type ConsentTerms,
} from '../../../shared/domain/consent.ts';
import type { Instant } from '../../../shared/kernel/time.ts';
import { toInstant } from '../../../shared/kernel/time.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Actor, RoomContext } from '../context.ts';
import { createConsentRepository, type ConsentRow } from './consentRepository.ts';
import { createConsentRules, type ConsentRules } from './consentRules.ts';
import type { Purposes } from '../gate/purposes.ts';
import type { SubjectSelector, Subjects } from '../subjects.ts';

/** A decision as it is shown. */
export type ConsentEntry = OutputOf<'consent.status'>['events'][number];

/** How a decision was taken, where somebody wrote it down. */
export interface Capture {
  /** In which language the notice was shown or read out. */
  readonly language?: string | null;
  readonly method?: ConsentMethod | null;
  /** Who else was present. */
  readonly present?: string;
}

export interface RecordConsent extends Capture {
  readonly purposeId: string;
  readonly subjects: SubjectSelector;
  readonly decision: 'given' | 'refused';
  readonly channel: ConsentEntry['channel'];
  readonly evidence: string;
  /** When the person decided; now where absent. Not in the future. */
  readonly at?: Instant | undefined;
  readonly expiresAt: Instant | null;
  /** The version that was shown; the one in force where absent. */
  readonly noticeVersion?: string | undefined;
  /** When the form reached the site. */
  readonly receivedAt?: Instant | null;
  readonly guardian?: Guardian | null;
  readonly separate?: boolean;
  readonly conditional?: boolean;
}

export interface ConsentOutcome {
  readonly recorded: number;
  /** People whose state was already that. */
  readonly unchanged: number;
  readonly unknownKeys: string[];
}

/**
 * Told inside the transaction, so that what depends on a consent changes with it or not at all. `retention`:
 * nobody took anything back, the time for the texts is over.
 */
export type ConsentLostListener = (
  subjectIds: readonly string[],
  purposeId: string,
  ground?: 'withdrawal' | 'retention',
) => number;

export interface Consents {
  /** Fails with NOT_FOUND, PURPOSE_RETIRED, BAD_INPUT (dates, a version of the notice nobody declared). */
  record(actor: Actor, decision: RecordConsent): Result<ConsentOutcome>;
  /** Works for a retired purpose too. Fails with NOT_FOUND. */
  withdraw(
    actor: Actor,
    withdrawal: {
      readonly purposeId: string;
      readonly subjects: SubjectSelector;
      readonly reason: string;
    } & Capture,
  ): Result<ConsentOutcome & { readonly staleModels: number }>;
  /** That a conditional consent was free. Fails with NOT_FOUND, CONFLICT where nothing waits for it. */
  confirm(
    actor: Actor,
    confirmation: {
      readonly subjectId: string;
      readonly purposeId: string;
      readonly ground: string;
    },
  ): Result<ConsentStatus>;
  readonly rules: ConsentRules;
  birthDate(subjectId: string): string | null;
  /** Fails with NOT_FOUND, BAD_INPUT for a day in the future. */
  setBirthDate(subjectId: string, birthDate: string | null): Result<void>;
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
  { store, clock, random }: RoomContext,
  { purposes, subjects }: { readonly purposes: Purposes; readonly subjects: () => Subjects },
): Consents {
  const repository = createConsentRepository(store);
  const rules = createConsentRules({ store });
  const listeners: ConsentLostListener[] = [];

  const vaultTime = (): Instant => {
    const now = clock.now();
    const last = repository.lastRecordedAt();
    return last !== undefined && last > now ? last : now;
  };

  const statusUnder = (
    subjectId: string,
    purposeId: string,
    terms: Omit<ConsentTerms, 'birthDate'>,
  ): ConsentStatus =>
    consentAt(repository.events(subjectId, purposeId).map(eventOf), vaultTime(), {
      ...terms,
      birthDate: repository.birthDate(subjectId),
    });

  function status(subjectId: string, purposeId: string): ConsentStatus {
    const purpose = purposes.get(purposeId);
    return purpose
      ? statusUnder(subjectId, purposeId, rules.terms(purpose))
      : { state: 'never', since: null, decision: null };
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
      readonly separate?: boolean | undefined;
      readonly conditional?: boolean | undefined;
      readonly guardian?: Guardian | null | undefined;
      readonly receivedAt?: Instant | null | undefined;
      readonly capture: Capture;
      readonly terms: Omit<ConsentTerms, 'birthDate'>;
    },
    isUnchanged: (status: ConsentStatus) => boolean,
  ): ConsentOutcome & { readonly changed: readonly string[] } {
    const { subjectIds, unknownKeys } = subjects().select(selector);
    const { capture, guardian = null, receivedAt = null } = event;
    const changed: string[] = [];
    for (const subjectId of subjectIds) {
      if (isUnchanged(statusUnder(subjectId, event.purposeId, event.terms))) continue;
      const seq = repository.insert({
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
        guardian: guardian === null ? 0 : 1,
        separate: event.separate === true ? 1 : 0,
        conditional: event.conditional === true ? 1 : 0,
      });
      repository.openRecord({
        id: random.newId('consent'),
        subjectId,
        purposeId: event.purposeId,
        at: event.recordedAt,
      });
      repository.insertDetail(seq, {
        language: capture.language ?? null,
        method: capture.method ?? null,
        present: capture.present ?? '',
        received_at: receivedAt,
        guardian_name: guardian?.name ?? null,
        guardian_relation: guardian?.relation ?? null,
        guardian_authority: guardian?.authority ?? null,
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
        const receivedAt =
          decision.receivedAt === undefined || decision.receivedAt === null
            ? null
            : sameSpelling(decision.receivedAt);
        if (receivedAt !== null && (receivedAt > recordedAt || receivedAt < at)) {
          return badDate('The form would have arrived before it was signed, or in the future.');
        }
        const noticeVersion = decision.noticeVersion ?? found.value.noticeVersion;
        if (!repository.noticeVersions(decision.purposeId).includes(noticeVersion)) {
          return failure(
            'BAD_INPUT',
            `The purpose "${found.value.name}" never had a version "${noticeVersion}" of its notice. Nothing was recorded. Correct the version.`,
            { noticeVersion },
          );
        }
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
            separate: decision.separate,
            conditional: decision.conditional,
            guardian: decision.guardian,
            receivedAt,
            capture: decision,
            terms: rules.terms(found.value),
          },
          ({ state, decision: last }) =>
            last !== null &&
            state === decision.decision &&
            (state !== 'given' || last.expiresAt === expiresAt),
        );
        if (decision.decision === 'refused') lost(changed, decision.purposeId);
        return ok(outcome);
      }),
    withdraw: (actor, { purposeId, subjects: selector, reason, ...capture }) =>
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
            capture,
            terms: rules.terms(found.value),
          },
          ({ state }) => state === 'withdrawn',
        );
        return ok({ ...outcome, staleModels: lost(changed, purposeId) });
      }),
    confirm: (actor, { subjectId, purposeId, ground }) =>
      store.transaction((): Result<ConsentStatus> => {
        const found = purposes.require(purposeId);
        if (!found.ok) return found;
        const { state, decision } = status(subjectId, purposeId);
        const row = repository
          .events(subjectId, purposeId)
          .findLast((event) => event.type === 'given' && event.at === decision?.at);
        if (row === undefined || row.conditional === 0 || row.confirmed_at !== null) {
          return failure(
            'CONFLICT',
            'The consent in force depends on nothing. Nothing was changed.',
            { state },
          );
        }
        repository.confirm({ seq: row.seq, at: vaultTime(), actor: actor.userId, ground });
        return ok(status(subjectId, purposeId));
      }),
    rules,
    birthDate: (subjectId) => repository.birthDate(subjectId),
    setBirthDate(subjectId, birthDate) {
      if (birthDate !== null && birthDate > vaultTime().slice(0, 10)) {
        return badDate('The person would be born in the future.');
      }
      if (!subjects().row(subjectId)) {
        return failure('NOT_FOUND', 'There is no such person in this vault. Nothing was changed.');
      }
      repository.setBirthDate(subjectId, birthDate);
      return ok(undefined);
    },
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

export const eventOf = (row: ConsentRow): ConsentEvent => ({
  type: row.type,
  at: row.at,
  noticeVersion: row.notice_version,
  expiresAt: row.expires_at,
  byGuardian: row.guardian === 1,
  separate: row.separate === 1,
  conditional: row.conditional === 1,
  confirmedAt: row.confirmed_at,
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
