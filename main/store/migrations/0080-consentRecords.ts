// What ISO/IEC TS 27560 and the GDPR ask of a consent beyond its decision.
import type { Migration } from './migration.ts';

export const consentRecords: Migration = {
  id: 80,
  name: 'consent records',
  up(sql) {
    sql.exec('');
  },
};
