// Rectified texts, redactions of third persons, and what an erasure leaves on a ground.
import type { Migration } from './migration.ts';

export const erasures: Migration = {
  id: 100,
  name: 'rectification',
  up(sql) {
    sql.exec('');
  },
};
