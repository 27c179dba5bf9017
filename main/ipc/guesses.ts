// Makes somebody wait who guesses passphrases in a process whose vault is open. The vault file has a count
// of its own; this one guards everything that asks for a passphrase again.
import { failure, type Result } from '../../shared/kernel/result.ts';
import type { Clock } from '../platform/index.ts';

export interface Guesses {
  /** Runs `act` unless the person has to wait. Fails with THROTTLED (param `waitSeconds`). */
  guard<T>(act: () => Promise<Result<T>>): Promise<Result<T>>;
  /** Wrong ones since the last right one. */
  wrong(): number;
}

const FREE_ATTEMPTS = 3;
const MAX_WAIT_SECONDS = 60;

export function createGuesses(clock: Pick<Clock, 'monotonicMs'>): Guesses {
  let wrong = 0;
  let retryAtMs = 0;
  return {
    wrong: () => wrong,
    async guard(act) {
      const waitMs = retryAtMs - clock.monotonicMs();
      if (waitMs > 0) return throttled(Math.ceil(waitMs / 1000));
      const result = await act();
      if (result.ok) wrong = 0;
      else if (result.error.code === 'WRONG_PASSPHRASE') {
        wrong += 1;
        if (wrong >= FREE_ATTEMPTS) {
          const seconds = Math.min(MAX_WAIT_SECONDS, 2 ** (wrong - FREE_ATTEMPTS + 1));
          retryAtMs = clock.monotonicMs() + seconds * 1000;
        }
      }
      return result;
    },
  };
}

const throttled = (waitSeconds: number) =>
  failure(
    'THROTTLED',
    `Too many wrong passphrases. Nothing was changed. Try again in ${waitSeconds} seconds.`,
    { waitSeconds },
    true,
  );
