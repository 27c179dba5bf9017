// The vault backs itself up when that is due: once, not again right after a failure, and never past a lock.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { BackupEntry } from '../../../main/governance/index.ts';
import { startUpkeep, type UpkeepDeps } from '../../../main/ipc/upkeep.ts';
import type { UserId } from '../../../shared/kernel/id.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';

const START = Date.parse('2026-11-24T09:00:00.000Z');
let dueAt: string | undefined;
let outcome: (signal: AbortSignal | undefined) => Promise<Result<BackupEntry>>;
let made: number;
let told: unknown[];

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  dueAt = new Date(START).toISOString();
  made = 0;
  told = [];
  outcome = () => {
    dueAt = new Date(Date.now() + 24 * 3_600_000).toISOString();
    return Promise.resolve(ok({ backupId: 'bak_1', bytes: 7 } as BackupEntry));
  };
});
afterEach(() => vi.useRealTimers());

const start = (more: Partial<UpkeepDeps> = {}) =>
  startUpkeep({
    backups: {
      state: () => ({ policy: undefined, newestAt: undefined, dueAt, overdue: false }),
      create(_actor, { signal }) {
        made += 1;
        return outcome(signal);
      },
    },
    actor: { userId: 'usr_1' as UserId, name: 'Ana', roles: [] },
    nowMs: () => Date.now(),
    onBackup: (each) => told.push(each),
    report: (error) => told.push(error),
    ...more,
  });

it('makes one backup a while after the unlock and the next when that is due', async () => {
  const upkeep = start();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(made).toBe(0);
  await vi.advanceTimersByTimeAsync(23 * 3_600_000);
  expect(told).toEqual([{ backupId: 'bak_1', bytes: 7 }]);
  await vi.advanceTimersByTimeAsync(2 * 3_600_000);
  expect(made).toBe(2);
  await upkeep.stop();
});

it('does nothing without a schedule', async () => {
  dueAt = undefined;
  const upkeep = start();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(made).toBe(0);
  await upkeep.stop();
});

it('tries again an hour after a failure, not every few minutes', async () => {
  outcome = () => Promise.resolve(failure('NO_PERMISSION', 'The stick is not there.'));
  const upkeep = start();
  await vi.advanceTimersByTimeAsync(50 * 60_000);
  expect(told).toEqual([{ code: 'NO_PERMISSION' }]);
  await vi.advanceTimersByTimeAsync(20 * 60_000);
  expect(made).toBe(2);
  await upkeep.stop();
});

it('gives a copy up when the vault is locked, and waits until it has cleaned up', async () => {
  let cleaned = false;
  outcome = (signal) =>
    new Promise((_, reject) =>
      signal?.addEventListener('abort', () => {
        setTimeout(() => {
          cleaned = true;
          reject(new Error('given up'));
        }, 500);
      }),
    );
  const upkeep = start();
  await vi.advanceTimersByTimeAsync(30_000);
  const stopped = upkeep.stop();
  await vi.advanceTimersByTimeAsync(600);
  await stopped;
  expect(cleaned).toBe(true);
  expect(told).toEqual([]); // Locking is no incident.
  await vi.advanceTimersByTimeAsync(24 * 3_600_000);
  expect(made).toBe(1);
});
