// What the site decides for itself about deadlines: the country whose public holidays count, and days added
// to or taken from that country's list. Nothing here is about a person.
import type { Migration } from './migration.ts';

export const governance: Migration = {
  id: 40,
  name: 'governance',
  up(sql) {
    sql.exec(`
CREATE TABLE site (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE holiday (
  country TEXT NOT NULL, day TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('added', 'removed')), name TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (country, day)
) WITHOUT ROWID;
`);
  },
};
