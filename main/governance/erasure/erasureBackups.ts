// Which copies of the vault still hold a person, and until when: every copy made before the erasure. The
// schedule removes its own copies one by one as newer ones are made; a copy somebody asked for stays until
// somebody removes it, and then no day can be named. A restore carries the erasure out again either way.
import type { ErasureCertificate } from '../../../shared/contract/index.ts';
import type { Store } from '../../store/index.ts';
import { createBackupRepository } from '../backups/backupRepository.ts';

export type BackupsWithPerson = NonNullable<ErasureCertificate['backups']>;

const HOUR = 3_600_000;

export function backupsHolding(store: Pick<Store, 'db'>, nowMs: number): BackupsWithPerson {
  const repository = createBackupRepository(store);
  const all = repository.all();
  const newestAt = all[0]?.madeAt ?? null;
  const policy = repository.policy();
  const byHand = all.some(({ scheduled }) => !scheduled);
  if (newestAt === null || policy === undefined || byHand) {
    return { count: all.length, newestAt, endsOn: null };
  }
  // The newest goes when `keep` newer ones are there; the first of them is due one interval after it, or now.
  const next = Math.max(Date.parse(newestAt) + policy.intervalHours * HOUR, nowMs);
  const lastGone = next + (policy.keep - 1) * policy.intervalHours * HOUR;
  return {
    count: all.length,
    newestAt,
    endsOn: new Date(lastGone).toISOString().slice(0, 10),
  };
}
