/**
 * What a person's decisions about one purpose amount to at an instant. The state is never stored: it is
 * a fold over events, so that a correction is a new event and the past stays provable (GDPR Art. 7(1)).
 * Only `given` justifies processing.
 */
import type { Instant } from '../kernel/time.ts';

export const CONSENT_STATES = [
  'never',
  'given',
  'refused',
  'withdrawn',
  'expired',
  'lapsed',
] as const;
/** `lapsed`: given to another version of the notice than the one now in force (PIPL Art. 14). */
export type ConsentState = (typeof CONSENT_STATES)[number];

/** One decision about one (subject, purpose), in the order in which it was recorded. */
export interface ConsentEvent {
  readonly type: 'given' | 'refused' | 'withdrawn';
  /** When the person decided, which may be before it was recorded. */
  readonly at: Instant;
  readonly noticeVersion: string;
  /** From this instant on a given consent no longer counts; null: until withdrawn. */
  readonly expiresAt: Instant | null;
}

export interface ConsentStatus {
  readonly state: ConsentState;
  /** When this state began; null for `never`, and for `lapsed`, whose notice carries no date here. */
  readonly since: Instant | null;
  /** The decision that counts; null for `never`. */
  readonly decision: ConsentEvent | null;
}

/**
 * @param events of one subject and one purpose, in the order recorded. The decision with the latest `at`
 *   counts, among equals the one recorded last: a consent entered late cannot revive one withdrawn
 *   since. Decisions dated after `at` do not count yet.
 * @param noticeVersion the version now in force for the purpose.
 */
export function consentAt(
  events: readonly ConsentEvent[],
  at: Instant,
  noticeVersion: string,
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
  if (decision.noticeVersion !== noticeVersion) return { state: 'lapsed', since: null, decision };
  return { state: 'given', since: decision.at, decision };
}
