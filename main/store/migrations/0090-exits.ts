// Where what left went to, who was told, and the register of breaches.
import type { Migration } from './migration.ts';

export const exits: Migration = {
  id: 90,
  name: 'exits and breaches',
  up(sql) {
    sql.exec('');
  },
};
