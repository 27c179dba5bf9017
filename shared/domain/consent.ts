/**
 * What a person's decisions about one purpose amount to at an instant. The state is never stored: it is
 * a fold over events, so that a correction is a new event and the past stays provable (GDPR Art. 7(1)).
 * Only `given` justifies processing.
 */
import type { CalendarDay, Instant } from '../kernel/time.ts';

export const CONSENT_STATES = [
  'never',
  'given',
  'refused',
  'withdrawn',
  'expired',
  'lapsed',
  'guardianMissing',
  'outgrown',
  'notSeparate',
  'conditional',
] as const;
/**
 * `lapsed`: given to another version of the notice than the one now in force (PIPL Art. 14).
 * `guardianMissing`: given by somebody too young to give it alone (GDPR Art. 8, PIPL Art. 31).
 * `outgrown`: given by a guardian for somebody who has come of age since and is asked again.
 * `notSeparate`: given together with other things where a consent of its own is asked for (PIPL Art. 29).
 * `conditional`: something depended on it that did not need it (GDPR Art. 7(4)).
 */
export type ConsentState = (typeof CONSENT_STATES)[number];

/** How the person said it. */
export const CONSENT_METHODS = ['written', 'spoken', 'electronic'] as const;
export type ConsentMethod = (typeof CONSENT_METHODS)[number];

export const GUARDIAN_RELATIONS = ['parent', 'guardian', 'custodian', 'other'] as const;
export type GuardianRelation = (typeof GUARDIAN_RELATIONS)[number];

/** One decision about one (subject, purpose), in the order in which it was recorded. */
export interface ConsentEvent {
  readonly type: 'given' | 'refused' | 'withdrawn';
  /** When the person decided, which may be before it was recorded. */
  readonly at: Instant;
  readonly noticeVersion: string;
  /** From this instant on a given consent no longer counts; null: until withdrawn. */
  readonly expiresAt: Instant | null;
  /** By whoever holds parental responsibility, for the person. */
  readonly byGuardian: boolean;
  /** For this purpose alone, apart from every other declaration. */
  readonly separate: boolean;
  /** A service depended on it. */
  readonly conditional: boolean;
  /** When the steward confirmed that it was free nevertheless; null: nobody has. */
  readonly confirmedAt: Instant | null;
}

/** What a consent to one purpose has to be, and what is known of the person; nothing of it is a decision. */
export interface ConsentTerms {
  /** Version of the notice now in force. */
  readonly noticeVersion: string;
  readonly needsSeparate: boolean;
  /** In years; younger people need a guardian. */
  readonly age: number;
  /** Whether a guardian's consent ends when the person comes of that age. */
  readonly guardianLapses: boolean;
  /** Null where nobody has given it: then the person counts as of age. */
  readonly birthDate: CalendarDay | null;
}

export interface ConsentStatus {
  readonly state: ConsentState;
  /** When this state began; null for `never`, and for `lapsed`, whose notice carries no date here. */
  readonly since: Instant | null;
  /** The decision that counts; null for `never`. */
  readonly decision: ConsentEvent | null;
}

/**
 * The day on which somebody reaches an age; born on 29 February, on 1 March where there is no such day
 * (the later reading protects). It begins at midnight UTC: a day knows no time zone.
 */
export function comesOfAgeOn(birthDate: CalendarDay, age: number): CalendarDay {
  const [year = 0, month = 1, day = 1] = birthDate.split('-').map(Number);
  return new Date(Date.UTC(year + age, month - 1, day)).toISOString().slice(0, 10);
}

export const isMinor = (birthDate: CalendarDay | null, age: number, at: Instant): boolean =>
  birthDate !== null && at < comesOfAgeOn(birthDate, age);

/**
 * @param events of one subject and one purpose, in the order recorded. The decision with the latest `at`
 *   counts, among equals the one recorded last: a consent entered late cannot revive one withdrawn
 *   since. Decisions dated after `at` do not count yet.
 */
export function consentAt(
  events: readonly ConsentEvent[],
  at: Instant,
  terms: ConsentTerms,
): ConsentStatus {
  let decision: ConsentEvent | null = null;
  for (const event of events) {
    if (event.at <= at && (decision === null || event.at >= decision.at)) decision = event;
  }
  if (decision === null) return { state: 'never', since: null, decision };
  if (decision.type !== 'given') return { state: decision.type, since: decision.at, decision };
  if (decision.expiresAt !== null && decision.expiresAt <= at) {
    return { state: 'expired', since: decision.expiresAt, decision };
  }
  if (decision.noticeVersion !== terms.noticeVersion) {
    return { state: 'lapsed', since: null, decision };
  }
  const since = decision.at;
  if (terms.birthDate !== null) {
    if (!decision.byGuardian && isMinor(terms.birthDate, terms.age, decision.at)) {
      return { state: 'guardianMissing', since, decision };
    }
    // One given for somebody who was of age already is not ended by an age: that is an adult's guardian.
    if (
      terms.guardianLapses &&
      decision.byGuardian &&
      isMinor(terms.birthDate, terms.age, decision.at) &&
      !isMinor(terms.birthDate, terms.age, at)
    ) {
      const day = comesOfAgeOn(terms.birthDate, terms.age);
      return { state: 'outgrown', since: `${day}T00:00:00.000Z`, decision };
    }
  }
  if (terms.needsSeparate && !decision.separate) return { state: 'notSeparate', since, decision };
  if (decision.conditional && (decision.confirmedAt === null || decision.confirmedAt > at)) {
    return { state: 'conditional', since, decision };
  }
  return { state: 'given', since, decision };
}
