import type { Migration } from '../../../main/store/index.ts';

/** Takes a few hundred milliseconds in several statements, so that a kill falls into its middle. */
export const slowMigration: Migration = {
  id: 9_990,
  name: 'slow',
  up(sql) {
    for (const part of ['one', 'two', 'three']) {
      sql.exec(`
CREATE TABLE slow_${part} (n INTEGER PRIMARY KEY, text TEXT NOT NULL);
WITH RECURSIVE count (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 20000)
INSERT INTO slow_${part} SELECT n, hex(randomblob(100)) FROM count;`);
    }
  },
};
