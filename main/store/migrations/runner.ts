// Brings a database to the schema of this program. Each migration runs in one transaction together with
// its record, so that a power cut leaves the old or the new schema, never a mixture. The record holds a
// hash of the migration's text: a database made by another line of the program is refused, not repaired.
import { createHash } from 'node:crypto';
import { fault, type Clock } from '../../platform/index.ts';
import type { Database } from '../database.ts';
import type { Migration } from './migration.ts';

const RECORDS = `CREATE TABLE IF NOT EXISTS schema_migration (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  hash BLOB NOT NULL,
  applied_at TEXT NOT NULL
) STRICT`;

/** The schema's number afterwards. Throws VAULT_TOO_NEW. */
export function migrate(
  database: Database,
  migrations: readonly Migration[],
  clock: Clock,
): number {
  const { db } = database;
  assertOrdered(migrations);
  db.exec(RECORDS);
  const applied = db.all<{ id: number; name: string; hash: Buffer }>(
    'SELECT id, name, hash FROM schema_migration ORDER BY id',
  );
  const known = new Map(migrations.map((migration) => [migration.id, migration]));
  for (const { id, name, hash } of applied) {
    const migration = known.get(id);
    if (!migration || !hashOf(migration).equals(hash)) throw tooNew(id, name);
  }
  const last = applied.at(-1)?.id ?? 0;
  for (const migration of migrations) {
    if (migration.id <= last) continue;
    database.transaction(() => {
      migration.up(db);
      db.run('INSERT INTO schema_migration (id, name, hash, applied_at) VALUES (?, ?, ?, ?)', [
        migration.id,
        migration.name,
        hashOf(migration),
        clock.now(),
      ]);
    });
  }
  return Math.max(last, migrations.at(-1)?.id ?? 0);
}

/** Of the SQL a migration issues, so that bundling and reformatting the program do not change it. */
export function hashOf(migration: Migration): Buffer {
  const hash = createHash('sha256');
  migration.up({
    exec(sql) {
      hash.update(sql.replace(/\s+/g, ' ').trim()).update('\0');
    },
  });
  return hash.digest();
}

function assertOrdered(migrations: readonly Migration[]): void {
  migrations.reduce((previous, { id, name }) => {
    if (!Number.isInteger(id) || id <= previous || id % 10 !== 0) {
      throw new Error(
        `Migration ${id} "${name}" is out of order: they are numbered in tens, ascending`,
      );
    }
    return id;
  }, 0);
}

const tooNew = (id: number, name: string) =>
  fault(
    'VAULT_TOO_NEW',
    `This vault was last opened by another version of Cloister (schema ${id} "${name}"). Nothing was changed. Update Cloister, or open the vault with the version that wrote it.`,
    { schema: id },
  );
