// A clock that stands still until told otherwise.
import type { Clock } from '../../main/platform/index.ts';
import { toInstant } from '../../shared/kernel/time.ts';

export interface FakeClock extends Clock {
  advance(ms: number): void;
  /** Sets the wall clock alone, as a person or a time server would. */
  set(instant: string): void;
}

export function createFakeClock(start = '2026-11-23T09:00:00.000Z'): FakeClock {
  let wall = Date.parse(start);
  let monotonic = 0;
  return {
    nowMs: () => wall,
    now: () => toInstant(wall),
    monotonicMs: () => monotonic,
    advance(ms) {
      wall += ms;
      monotonic += ms;
    },
    set(instant) {
      wall = Date.parse(instant);
    },
  };
}
