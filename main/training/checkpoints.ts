/*
 * The one checkpoint of a run: replaced whole, never half. The new file is durable before the old one
 * goes, and a disk that has no room for the new one keeps the old.
 */
import type { Clock } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import type { RunRepository } from './runRepository.ts';

export interface Checkpoints {
  /** Throws DISK_FULL and keeps the previous one. */
  save(runId: string, step: number, bytes: Uint8Array): void;
  /** Undefined where the run has none. Throws VAULT_DAMAGED. */
  read(runId: string): Uint8Array | undefined;
  step(runId: string): number | null;
  /** Joins the caller's transaction; the file goes when it commits. False where there was none. */
  destroy(runId: string): boolean;
}

export function createCheckpoints(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly repository: RunRepository;
}): Checkpoints {
  const { store, clock, repository } = deps;
  return {
    save(runId, step, bytes) {
      store.transaction(() => {
        const previous = repository.checkpoint(runId);
        const file = store.sealed.put('checkpoint', [bytes]);
        repository.upsertCheckpoint({ run_id: runId, sealed_id: file.id, step, at: clock.now() });
        if (previous) store.sealed.remove(previous.sealed_id);
      });
    },
    read(runId) {
      const row = repository.checkpoint(runId);
      return row && store.sealed.read(row.sealed_id);
    },
    step: (runId) => repository.checkpoint(runId)?.step ?? null,
    destroy(runId) {
      const row = repository.checkpoint(runId);
      if (!row) return false;
      repository.dropCheckpoint(runId);
      store.sealed.remove(row.sealed_id);
      return true;
    },
  };
}
