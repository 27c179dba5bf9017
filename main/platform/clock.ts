// Time comes in through this face, so that deadlines, throttling and expiry can be tested without waiting.
import { toInstant, type Instant } from '../../shared/kernel/time.ts';

export interface Clock {
  /** Milliseconds since 1970 in UTC, as the machine believes; it can jump in either direction. */
  nowMs(): number;
  now(): Instant;
  /** Milliseconds since an arbitrary start; never goes back. For durations only. */
  monotonicMs(): number;
}

export function createClock(): Clock {
  return {
    nowMs: () => Date.now(),
    now: () => toInstant(Date.now()),
    monotonicMs: () => performance.now(),
  };
}
