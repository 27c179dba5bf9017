// SQL of the schedule of backups and of the register of those made.
import type { Store } from '../../store/index.ts';

export interface BackupPolicy {
  /** Absolute. */
  readonly folder: string;
  readonly intervalHours: number;
  /** How many of its own the schedule leaves. */
  readonly keep: number;
  readonly changedAt: string;
}

export interface BackupRow {
  readonly backupId: string;
  readonly madeAt: string;
  /** Absolute, as it was when written. */
  readonly folder: string;
  readonly bytes: number;
  readonly logSize: number;
  readonly generation: number;
  readonly scheduled: boolean;
  readonly verifiedAt: string;
  readonly drilledAt: string | undefined;
  readonly removedAt: string | undefined;
}

interface Row {
  readonly id: string;
  readonly made_at: string;
  readonly folder: string;
  readonly bytes: number;
  readonly log_size: number;
  readonly generation: number;
  readonly scheduled: number;
  readonly verified_at: string;
  readonly drilled_at: string | null;
  readonly removed_at: string | null;
}

const rowOf = (row: Row): BackupRow => ({
  backupId: row.id,
  madeAt: row.made_at,
  folder: row.folder,
  bytes: row.bytes,
  logSize: row.log_size,
  generation: row.generation,
  scheduled: row.scheduled === 1,
  verifiedAt: row.verified_at,
  drilledAt: row.drilled_at ?? undefined,
  removedAt: row.removed_at ?? undefined,
});

export interface BackupRepository {
  policy(): BackupPolicy | undefined;
  setPolicy(policy: BackupPolicy | undefined, actor: string): void;
  add(row: BackupRow, actor: string): void;
  find(backupId: string): BackupRow | undefined;
  /** Not removed, newest first. */
  all(): readonly BackupRow[];
  scheduled(): readonly BackupRow[];
  newestAt(): string | undefined;
  drilled(backupId: string, at: string): void;
  removed(backupId: string, at: string): void;
}

export function createBackupRepository({ db }: Pick<Store, 'db'>): BackupRepository {
  const all = (): BackupRow[] =>
    db
      .all<Row>('SELECT * FROM backup WHERE removed_at IS NULL ORDER BY made_at DESC, id DESC')
      .map(rowOf);
  return {
    policy: () =>
      db.get<BackupPolicy>(
        'SELECT folder, interval_hours AS intervalHours, keep, changed_at AS changedAt FROM backup_policy WHERE id = 1',
      ),
    setPolicy(policy, actor) {
      if (!policy) {
        db.run('DELETE FROM backup_policy');
        return;
      }
      db.run(
        `INSERT OR REPLACE INTO backup_policy (id, folder, interval_hours, keep, changed_at, actor)
         VALUES (1, ?, ?, ?, ?, ?)`,
        [policy.folder, policy.intervalHours, policy.keep, policy.changedAt, actor],
      );
    },
    add: (row, actor) =>
      void db.run(
        `INSERT INTO backup (id, made_at, folder, bytes, log_size, generation, scheduled, verified_at, actor)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          row.backupId,
          row.madeAt,
          row.folder,
          row.bytes,
          row.logSize,
          row.generation,
          row.scheduled ? 1 : 0,
          row.verifiedAt,
          actor,
        ],
      ),
    find(backupId) {
      const row = db.get<Row>('SELECT * FROM backup WHERE id = ?', [backupId]);
      return row && rowOf(row);
    },
    all,
    scheduled: () => all().filter((row) => row.scheduled),
    newestAt: () =>
      db.get<{ at: string | null }>('SELECT max(made_at) AS at FROM backup')?.at ?? undefined,
    drilled: (backupId, at) =>
      void db.run('UPDATE backup SET drilled_at = ? WHERE id = ?', [at, backupId]),
    removed: (backupId, at) =>
      void db.run('UPDATE backup SET removed_at = ? WHERE id = ?', [at, backupId]),
  };
}
