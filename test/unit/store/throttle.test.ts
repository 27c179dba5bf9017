import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attempt } from '../../../main/platform/index.ts';
import { createThrottle, waitAfter } from '../../../main/store/throttle.ts';
import { createFakeClock } from '../../fakes/clock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloister-throttle-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('throttle', () => {
  it('lets three misses go free, then doubles up to a minute', () => {
    expect([0, 1, 2, 3, 4, 5, 8, 9, 30].map(waitAfter)).toEqual([
      0, 0, 0, 1_000, 2_000, 4_000, 32_000, 60_000, 60_000,
    ]);
  });

  it('makes the next try wait, also in another process, and forgets on success', () => {
    const clock = createFakeClock();
    const throttle = createThrottle(clock);
    for (let miss = 0; miss < 5; miss += 1) throttle.failed(folder);
    const restarted = createThrottle(clock);
    for (const one of [throttle, restarted]) {
      expect(attempt(() => one.check(folder))).toMatchObject({
        ok: false,
        error: { code: 'THROTTLED', params: { waitSeconds: 4 }, retryable: true },
      });
    }
    clock.advance(4_000);
    expect(attempt(() => restarted.check(folder)).ok).toBe(true);
    restarted.opened(folder);
    restarted.failed(folder);
    expect(attempt(() => restarted.check(folder)).ok).toBe(true);
    expect(restarted.lastOpenedAt(folder)).toBe('2026-11-23T09:00:04.000Z');
  });

  it('counts in memory where the folder cannot be written', () => {
    const clock = createFakeClock();
    const throttle = createThrottle(clock);
    const nowhere = join(folder, 'missing');
    for (let miss = 0; miss < 4; miss += 1) throttle.failed(nowhere);
    expect(attempt(() => throttle.check(nowhere)).ok).toBe(false);
  });

  it('does not lock the owner out for long when the clock was set back', () => {
    const clock = createFakeClock();
    const throttle = createThrottle(clock);
    for (let miss = 0; miss < 4; miss += 1) throttle.failed(folder);
    clock.set('2020-01-01T00:00:00.000Z');
    expect(attempt(() => throttle.check(folder)).ok).toBe(false);
    clock.advance(2_000);
    expect(attempt(() => throttle.check(folder)).ok).toBe(true);
  });
});
