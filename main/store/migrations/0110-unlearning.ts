// What was decided for a model after a person left it, and shards by subject.
import type { Migration } from './migration.ts';

export const unlearning: Migration = {
  id: 110,
  name: 'unlearning',
  up(sql) {
    sql.exec('');
  },
};
