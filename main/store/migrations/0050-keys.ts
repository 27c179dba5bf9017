// Keys beside the passphrase and the succession of log keys.
import type { Migration } from './migration.ts';

export const keys: Migration = {
  id: 50,
  name: 'keys',
  up(sql) {
    sql.exec('');
  },
};
