import { describe, expect, it } from 'vitest';
import { createClock } from '../../../main/platform/index.ts';

describe('clock', () => {
  it('spells instants in UTC with milliseconds, so that they sort as text', () => {
    expect(createClock().now()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('offers a monotonic time that never goes back', () => {
    const clock = createClock();
    const readings = Array.from({ length: 1_000 }, () => clock.monotonicMs());
    expect(readings).toEqual([...readings].sort((a, b) => a - b));
  });
});
