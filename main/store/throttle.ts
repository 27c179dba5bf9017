// Guessing a passphrase through the application gets slower with every miss: free for three, then 1, 2,
// 4 … 60 seconds. The count survives a restart in a sidecar. It guards the screen; a thief of the folder
// meets Argon2id instead.
import { join } from 'node:path';
import { fault, readFileIfThere, writeFileAtomic, type Clock } from '../platform/index.ts';
import type { Instant } from '../../shared/kernel/time.ts';

export const UNLOCK_FILE = 'unlock.json';

interface UnlockState {
  readonly failures: number;
  readonly lastFailureMs: number;
  readonly lastOpenedAt?: Instant;
}

export interface Throttle {
  /** Throws THROTTLED while the waiting time has not passed. */
  check(folder: string): void;
  failed(folder: string): void;
  opened(folder: string): void;
  lastOpenedAt(folder: string): Instant | undefined;
}

const FREE_FAILURES = 3;
const MOST_WAIT_MS = 60_000;

export const waitAfter = (failures: number): number =>
  failures < FREE_FAILURES ? 0 : Math.min(MOST_WAIT_MS, 1_000 * 2 ** (failures - FREE_FAILURES));

export function createThrottle(clock: Clock): Throttle {
  // The stricter of file and memory counts: the file may be on a medium that cannot be written.
  const remembered = new Map<string, UnlockState>();

  function read(folder: string): UnlockState {
    const kept = remembered.get(folder);
    const stored = parse(readFileIfThere(join(folder, UNLOCK_FILE)));
    return kept && kept.failures > stored.failures ? kept : stored;
  }

  function write(folder: string, state: UnlockState): void {
    remembered.set(folder, state);
    try {
      writeFileAtomic(join(folder, UNLOCK_FILE), JSON.stringify(state));
    } catch {
      // Memory still counts; unlocking itself reports what is wrong with the folder.
    }
  }

  return {
    check(folder) {
      const state = read(folder);
      const passed = clock.nowMs() - state.lastFailureMs;
      // A clock set back must not lock the owner out for longer than the rule says.
      if (passed < 0) write(folder, { ...state, lastFailureMs: clock.nowMs() });
      const wait = waitAfter(state.failures) - Math.max(0, passed);
      if (wait <= 0) return;
      const waitSeconds = Math.ceil(wait / 1_000);
      throw fault(
        'THROTTLED',
        `Too many wrong passphrases. Nothing was changed. Try again in ${waitSeconds} s.`,
        { waitSeconds },
        { retryable: true },
      );
    },
    failed(folder) {
      const state = read(folder);
      write(folder, { ...state, failures: state.failures + 1, lastFailureMs: clock.nowMs() });
    },
    opened(folder) {
      write(folder, { failures: 0, lastFailureMs: 0, lastOpenedAt: clock.now() });
    },
    lastOpenedAt: (folder) => read(folder).lastOpenedAt,
  };
}

function parse(bytes: Buffer | undefined): UnlockState {
  try {
    const found = JSON.parse(String(bytes)) as Partial<UnlockState>;
    const failures = Math.max(0, Math.floor(Number(found.failures)) || 0);
    const lastFailureMs = Number(found.lastFailureMs) || 0;
    const lastOpenedAt = typeof found.lastOpenedAt === 'string' ? found.lastOpenedAt : undefined;
    return { failures, lastFailureMs, ...(lastOpenedAt && { lastOpenedAt }) };
  } catch {
    return { failures: 0, lastFailureMs: 0 };
  }
}
