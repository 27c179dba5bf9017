// A damaged vault: everything that can still be read goes into a new one, under the same key and with the
// same users, and what cannot is listed. The source is only read. A page whose authentication fails takes
// the rows on it along; rows before and after it are found by their keys.
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Random } from '../platform/index.ts';
import { breathe } from './backupFolder.ts';
import { createDatabase } from './database.ts';
import type { Db, SqlValue } from './db.ts';
import { DATABASE_FILE, guarded, openHandle, openReadOnly, type Handle } from './driver.ts';
import type { Header } from './header.ts';
import { writeHeader } from './header.ts';
import { migrations as product } from './migrations/index.ts';
import { firstUnreadablePage } from './pages.ts';
import { migrate } from './migrations/runner.ts';
import { createSealedFiles, type SealedId } from './sealed.ts';
import type { DatabaseKey } from './slots.ts';

export interface SalvagedTable {
  readonly table: string;
  readonly copied: number;
  /** Key ranges in which rows may have stood that cannot be read, first and last included. */
  readonly gaps: readonly { readonly from: string; readonly to: string }[];
}

export interface Salvage {
  readonly tables: readonly SalvagedTable[];
  /** Rows left out or unlinked because what they belong to is lost. */
  readonly orphans: readonly { readonly table: string; readonly rows: number }[];
  readonly sealedLost: readonly { readonly id: string; readonly kind: string }[];
  /** The first database page that cannot be read, counted from 1; the cipher refuses all after it at once. */
  readonly firstPage: number | undefined;
}

export interface SalvageDeps {
  readonly source: string;
  readonly target: string;
  readonly header: Header;
  readonly key: DatabaseKey;
  readonly clock: Clock;
  readonly random: Random;
}

const SIDECARS = ['head.json', 'erasures.json'];

/** Throws VAULT_DAMAGED where not even the schema can be read: page 1 is lost, and with it the map. */
export async function salvage(deps: SalvageDeps): Promise<Salvage> {
  const { header, key, source, target } = deps;
  const { cipher } = header.vault;
  const from = guarded(() => openReadOnly(join(source, DATABASE_FILE), { cipher, key: key.bytes }));
  const to = createDatabase(
    openHandle(join(target, DATABASE_FILE), { cipher, key: key.bytes, create: true }),
  );
  try {
    const applied = schemaOf(from);
    migrate(
      to,
      product.filter(({ id }) => id <= applied),
      deps.clock,
    );
    to.db.exec('PRAGMA foreign_keys = OFF');
    const tables: SalvagedTable[] = [];
    for (const table of plainTables(to.db)) {
      tables.push(to.transaction(() => copyTable(from, to.db, table)));
      await breathe();
    }
    const orphans = to.transaction(() => adoptOrphans(to.db));
    to.db.exec('PRAGMA foreign_keys = ON');
    const sealedLost = await copySealed(deps, to);
    writeHeader(target, header, [key]);
    for (const name of SIDECARS) {
      if (existsSync(join(source, name))) copyFileSync(join(source, name), join(target, name));
    }
    return {
      tables,
      orphans,
      sealedLost,
      firstPage: firstUnreadablePage(guarded(() => from.serialize())),
    };
  } finally {
    from.close();
    to.close();
  }
}

function schemaOf(from: Handle): number {
  try {
    const row = from.prepare('SELECT max(id) AS id FROM schema_migration').get();
    return (row as { readonly id: number | null }).id ?? Infinity;
  } catch {
    return Infinity;
  }
}

interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
  /** Empty for a table with row numbers. */
  readonly key: readonly string[];
}

/** Search indexes are virtual tables, rebuilt from what they index. */
function plainTables(db: Db): TableShape[] {
  const rows = db.all<{ name: string; type: string; wr: number }>(
    `SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
     AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'schema_migration' ORDER BY name`,
  );
  return rows.map(({ name, wr }) => {
    const columns = db.all<{ name: string; pk: number }>(
      `SELECT name, pk FROM pragma_table_info('${name}') ORDER BY cid`,
    );
    const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
    return {
      name,
      columns: columns.map((column) => column.name),
      key: wr === 1 ? key.map((column) => column.name) : [],
    };
  });
}

type Row = Readonly<Record<string, SqlValue>>;

function copyTable(from: Handle, to: Db, { name, columns, key }: TableShape): SalvagedTable {
  const quoted = columns.map((column) => `"${column}"`);
  const numbered = key.length === 0;
  const named = numbered && !columns.includes('rowid') ? ['rowid', ...quoted] : quoted;
  const insert = `INSERT OR IGNORE INTO "${name}" (${named.join(', ')}) VALUES (${named.map(() => '?').join(', ')})`;
  let copied = 0;
  const take = (row: Row): void => {
    const values = numbered && named.length > quoted.length ? [row['__row'] as SqlValue] : [];
    copied += to.run(insert, [
      ...values,
      ...columns.map((column) => row[column] as SqlValue),
    ]).changes;
  };
  const gaps = numbered
    ? byRowNumber(from, `SELECT rowid AS __row, ${quoted.join(', ')} FROM "${name}"`, take)
    : byKey(from, `SELECT ${quoted.join(', ')} FROM "${name}"`, key, take);
  return { table: name, copied, gaps };
}

const MOST = 9_007_199_254_740_991n;

/** Ascending; where a page cannot be read, the first row number after it that can is searched for. */
function byRowNumber(
  from: Handle,
  select: string,
  take: (row: Row) => void,
): { from: string; to: string }[] {
  const gaps: { from: string; to: string }[] = [];
  let next = -MOST;
  for (;;) {
    try {
      const rows = from.prepare(`${select} WHERE rowid >= ? ORDER BY rowid`).safeIntegers(true);
      for (const row of rows.iterate(next) as IterableIterator<Row>) {
        const at = BigInt(row['__row'] as bigint);
        take(row);
        next = at + 1n;
      }
      return gaps;
    } catch (error) {
      const onward = readableAfter(from, select, next);
      gaps.push({ from: String(next), to: onward === undefined ? 'end' : String(onward - 1n) });
      if (onward === undefined) return gaps;
      next = onward;
      if (!(error instanceof Error)) throw error;
    }
  }
}

/** Doubling steps until a read succeeds, then halving back to the first that does. */
function readableAfter(from: Handle, select: string, at: bigint): bigint | undefined {
  const statement = from.prepare(`${select} WHERE rowid >= ? ORDER BY rowid LIMIT 1`);
  statement.safeIntegers(true);
  const readable = (number: bigint): boolean => {
    try {
      statement.get(number);
      return true;
    } catch {
      return false;
    }
  };
  const origin = at < 0n ? 0n : at;
  let low = at;
  let high: bigint | undefined;
  for (let step = 1n; step <= MOST; step *= 2n) {
    if (readable(origin + step)) {
      high = origin + step;
      break;
    }
    low = origin + step;
  }
  if (high === undefined) return undefined;
  while (high - low > 1n) {
    const middle: bigint = (low + high) / 2n;
    if (readable(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** From both ends towards the damage: keys that are words cannot be counted over. */
function byKey(
  from: Handle,
  select: string,
  key: readonly string[],
  take: (row: Row) => void,
): { from: string; to: string }[] {
  const ends: string[] = [];
  for (const direction of ['ASC', 'DESC']) {
    let last = direction === 'ASC' ? 'start' : 'end';
    const order = key.map((column) => `"${column}" ${direction}`).join(', ');
    try {
      for (const row of from.prepare(`${select} ORDER BY ${order}`).iterate() as Iterable<Row>) {
        take(row);
        // Keys may name people; a place is told by its hash-like parts only, so nothing is.
        last = direction === 'ASC' ? 'after the readable start' : 'before the readable end';
      }
      return [];
    } catch {
      ends.push(last);
    }
  }
  return [{ from: ends[0] ?? 'start', to: ends[1] ?? 'end' }];
}

interface ForeignKey {
  readonly id: number;
  readonly table: string;
  readonly from: string;
  readonly to: string;
  readonly on_delete: string;
}

/** What hangs in the air follows what it hung on, as if that had been deleted. */
function adoptOrphans(db: Db): { table: string; rows: number }[] {
  const total = new Map<string, number>();
  for (let changed = true; changed;) {
    changed = false;
    for (const { name } of plainTables(db)) {
      const keys = db.all<ForeignKey>(`SELECT * FROM pragma_foreign_key_list('${name}')`);
      for (const { table, from, to, on_delete } of keys) {
        const missing = `"${from}" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "${table}" AS parent WHERE parent."${to}" = "${name}"."${from}")`;
        const { changes } = db.run(
          on_delete === 'SET NULL'
            ? `UPDATE "${name}" SET "${from}" = NULL WHERE ${missing}`
            : `DELETE FROM "${name}" WHERE ${missing}`,
        );
        if (changes === 0) continue;
        changed = true;
        total.set(name, (total.get(name) ?? 0) + changes);
      }
    }
  }
  return [...total].map(([table, rows]) => ({ table, rows }));
}

async function copySealed(
  { source, target, clock, random }: SalvageDeps,
  to: ReturnType<typeof createDatabase>,
): Promise<{ id: string; kind: string }[]> {
  const lost: { id: string; kind: string }[] = [];
  const sealed = createSealedFiles({
    folder: join(source, 'sealed'),
    database: to,
    clock,
    random,
    discard: () => undefined,
  });
  for (const { id, kind } of to.db.all<{ id: SealedId; kind: string }>(
    'SELECT id, kind FROM sealed_files ORDER BY id',
  )) {
    try {
      sealed.verify(id);
      copyFileSync(join(source, 'sealed', id), join(target, 'sealed', id));
    } catch {
      lost.push({ id, kind });
      to.db.run('DELETE FROM sealed_files WHERE id = ?', [id]);
    }
    await breathe();
  }
  return lost;
}
