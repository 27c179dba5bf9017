// SQL of the transfers: versions are added, never changed.
import type { Safeguard } from '../../../shared/domain/register.ts';
import type { Store } from '../../store/index.ts';

export interface TransferRow {
  readonly country: string;
  readonly version: number;
  /** Null: taken back. */
  readonly safeguard: Safeguard | null;
  readonly reference: string;
  readonly at: string;
  readonly actor: string;
  readonly audit_seq: number;
}

export interface TransferRepository {
  insert(row: TransferRow): void;
  newest(country: string): TransferRow | undefined;
  /** The newest version of each country, by country. */
  current(): readonly TransferRow[];
  /** Newest first. */
  all(): readonly TransferRow[];
  home(): string | null;
  setHome(country: string | null): void;
}

const COLUMNS = 'country, version, safeguard, reference, at, actor, audit_seq';

export function createTransferRepository({ db }: Pick<Store, 'db'>): TransferRepository {
  const insert = db.prepare(
    `INSERT INTO transfer_version (${COLUMNS})
     VALUES (@country, @version, @safeguard, @reference, @at, @actor, @audit_seq)`,
  );
  const newest = db.prepare<TransferRow>(
    `SELECT ${COLUMNS} FROM transfer_version WHERE country = ? ORDER BY version DESC LIMIT 1`,
  );
  const current = db.prepare<TransferRow>(
    `SELECT ${COLUMNS} FROM transfer_version v
     WHERE version = (SELECT max(version) FROM transfer_version w WHERE w.country = v.country)
     ORDER BY country LIMIT 250`,
  );
  const all = db.prepare<TransferRow>(
    `SELECT ${COLUMNS} FROM transfer_version ORDER BY seq DESC LIMIT 2000`,
  );
  const home = db.prepare<{ value: string }>("SELECT value FROM site WHERE name = 'home'");
  const setHome = db.prepare(
    "INSERT INTO site (name, value) VALUES ('home', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
  );
  const unsetHome = db.prepare("DELETE FROM site WHERE name = 'home'");
  return {
    insert: (row) => void insert.run({ ...row }),
    newest: (country) => newest.get([country]),
    current: () => current.all(),
    all: () => all.all(),
    home: () => home.get()?.value ?? null,
    setHome: (country) => void (country === null ? unsetHome.run() : setHome.run([country])),
  };
}
