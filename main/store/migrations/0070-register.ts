// Parties, notices, processing operations, assessments, and the signed policies of the organisation.
import type { Migration } from './migration.ts';

export const register: Migration = {
  id: 70,
  name: 'register',
  up(sql) {
    sql.exec('');
  },
};
