// Where a bug's stack goes: into the encrypted vault, under the correlation id that the caller is shown.
// A stack may quote data, so it exists nowhere else; while the vault is locked a few wait in memory.
import type { Clock, Random } from '../platform/index.ts';
import type { Store } from '../store/index.ts';

export interface Incidents {
  /** Returns the correlation id. Never throws: reporting a failure must not cause another. */
  report(error: unknown, where: string): string;
  /** Writes what has waited, and from then on at once; `undefined` when the vault is locked. */
  attach(store: Pick<Store, 'db'> | undefined): void;
}

const MAX_WAITING = 20;
const MAX_STORED = 500;

export function createIncidents(deps: {
  readonly clock: Clock;
  readonly random: Random;
}): Incidents {
  const waiting: { at: string; id: string; stack: string }[] = [];
  let store: Pick<Store, 'db'> | undefined;
  const flush = (): void => {
    while (store && waiting.length > 0) {
      const next = waiting[0];
      if (!next) return;
      store.db.run('INSERT INTO incident (id, at, correlation_id, stack) VALUES (?, ?, ?, ?)', [
        next.id,
        next.at,
        next.id,
        next.stack,
      ]);
      waiting.shift();
    }
    store?.db.run(
      'DELETE FROM incident WHERE id NOT IN (SELECT id FROM incident ORDER BY at DESC LIMIT ?)',
      [MAX_STORED],
    );
  };
  return {
    report(error, where) {
      const id = `clo-${deps.random.bytes(6).toString('hex')}`;
      const stack = `${where}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
      waiting.push({ at: deps.clock.now(), id, stack: stack.slice(0, 20_000) });
      if (waiting.length > MAX_WAITING) waiting.shift();
      try {
        flush();
      } catch {
        // A full disk or a vault closing underneath: the entry stays in memory for the next chance.
      }
      return id;
    },
    attach(next) {
      store = next;
      try {
        flush();
      } catch {
        // As above.
      }
    },
  };
}
