// What an open vault does by itself: a backup when one is due. It looks a little after the unlock and every
// few minutes from then on, so that a laptop that is opened once a day gets its backup too.
import type { Backups } from '../governance/index.ts';
import type { Actor } from './handlers/types.ts';

export interface UpkeepDeps {
  readonly backups: Pick<Backups, 'state' | 'create'>;
  readonly nowMs: () => number;
  readonly actor: Actor;
  /** A leaf and a sign on the screen; the failure's code where there was one. */
  readonly onBackup: (
    outcome: { readonly backupId: string; readonly bytes: number } | { readonly code: string },
  ) => void;
  readonly report: (error: unknown) => void;
  readonly firstMs?: number;
  readonly everyMs?: number;
}

export interface Upkeep {
  /** Gives up what is under way and waits until it has cleaned up. */
  stop(): Promise<void>;
}

const FIRST_MS = 20_000;
const EVERY_MS = 5 * 60_000;
/** After a failure (the stick is not there) the next try waits, or the log fills with the same line. */
const RETRY_MS = 60 * 60_000;

export function startUpkeep(deps: UpkeepDeps): Upkeep {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  let notBeforeMs = 0;

  async function backUp(): Promise<void> {
    const made = await deps.backups.create(deps.actor, {
      scheduled: true,
      signal: stopping.signal,
    });
    if (made.ok) deps.onBackup({ backupId: made.value.backupId, bytes: made.value.bytes });
    else {
      notBeforeMs = deps.nowMs() + RETRY_MS;
      deps.onBackup({ code: made.error.code });
    }
  }

  function look(): void {
    const { dueAt } = deps.backups.state();
    const due = dueAt !== undefined && Date.parse(dueAt) <= deps.nowMs();
    if (busy || !due || deps.nowMs() < notBeforeMs || stopping.signal.aborted) return;
    busy = true;
    running = backUp()
      .catch((error: unknown) => {
        notBeforeMs = deps.nowMs() + RETRY_MS;
        if (!stopping.signal.aborted) deps.report(error);
      })
      .finally(() => {
        busy = false;
      });
  }

  const first = setTimeout(look, deps.firstMs ?? FIRST_MS);
  const every = setInterval(look, deps.everyMs ?? EVERY_MS);
  first.unref();
  every.unref();
  return {
    async stop() {
      clearTimeout(first);
      clearInterval(every);
      stopping.abort('lock');
      await running;
    },
  };
}
