// SQL of the site's country and of its changes to the list of public holidays.
import type { Store } from '../../store/index.ts';

export interface HolidayRow {
  readonly country: string;
  readonly day: string;
  readonly kind: 'added' | 'removed';
  readonly name: string;
}

export interface CalendarRepository {
  site(name: string): string | undefined;
  /** Null removes the entry. */
  setSite(name: string, value: string | null): void;
  changes(country: string, year: number): readonly HolidayRow[];
  changeOn(country: string, day: string): HolidayRow['kind'] | undefined;
  change(row: HolidayRow): void;
  forget(country: string, day: string): void;
}

export function createCalendarRepository({ db }: Pick<Store, 'db'>): CalendarRepository {
  const site = db.prepare<{ value: string }>('SELECT value FROM site WHERE name = ?');
  const set = db.prepare(
    'INSERT INTO site (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const unset = db.prepare('DELETE FROM site WHERE name = ?');
  const changes = db.prepare<HolidayRow>(
    'SELECT country, day, kind, name FROM holiday WHERE country = ? AND day BETWEEN ? AND ? ORDER BY day',
  );
  const changeOn = db.prepare<Pick<HolidayRow, 'kind'>>(
    'SELECT kind FROM holiday WHERE country = ? AND day = ?',
  );
  const change = db.prepare(
    `INSERT INTO holiday (country, day, kind, name) VALUES (@country, @day, @kind, @name)
     ON CONFLICT (country, day) DO UPDATE SET kind = excluded.kind, name = excluded.name`,
  );
  const forget = db.prepare('DELETE FROM holiday WHERE country = ? AND day = ?');
  return {
    site: (name) => site.get([name])?.value,
    setSite: (name, value) => void (value === null ? unset.run([name]) : set.run([name, value])),
    changes: (country, year) => changes.all([country, `${year}-01-01`, `${year}-12-31`]),
    changeOn: (country, day) => changeOn.get([country, day])?.kind,
    change: (row) => void change.run({ ...row }),
    forget: (country, day) => void forget.run([country, day]),
  };
}
