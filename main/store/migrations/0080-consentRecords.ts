// What ISO/IEC TS 27560 and the GDPR ask of a consent beyond its decision. What the gate decides by stands
// with the event; what only proves it stands beside. Everything goes with the person.
import type { Migration } from './migration.ts';

export const consentRecords: Migration = {
  id: 80,
  name: 'consent records',
  up(sql) {
    sql.exec(`
ALTER TABLE consent_event ADD COLUMN guardian INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consent_event ADD COLUMN separate INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consent_event ADD COLUMN conditional INTEGER NOT NULL DEFAULT 0;
CREATE TABLE consent_detail (
  consent_seq INTEGER PRIMARY KEY REFERENCES consent_event (seq) ON DELETE CASCADE, language TEXT, method TEXT, present TEXT NOT NULL DEFAULT '',
  received_at TEXT, guardian_name TEXT, guardian_relation TEXT, guardian_authority TEXT
);
-- That a consent on which something seemed to depend was free nevertheless (GDPR Art. 7(4)).
CREATE TABLE consent_confirmation (
  consent_seq INTEGER PRIMARY KEY REFERENCES consent_event (seq) ON DELETE CASCADE, at TEXT NOT NULL, actor TEXT NOT NULL, ground TEXT NOT NULL
);
CREATE TABLE consent_record (
  id TEXT PRIMARY KEY, subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE, purpose_id TEXT NOT NULL REFERENCES purpose (id),
  opened_at TEXT NOT NULL, UNIQUE (subject_id, purpose_id)
) WITHOUT ROWID;
INSERT INTO consent_record (id, subject_id, purpose_id, opened_at)
  SELECT 'con_' || hex(randomblob(13)), subject_id, purpose_id, min(recorded_at) FROM consent_event GROUP BY subject_id, purpose_id;
CREATE TABLE consent_receipt (
  id TEXT PRIMARY KEY, consent_seq INTEGER NOT NULL REFERENCES consent_event (seq) ON DELETE CASCADE,
  report_id TEXT NOT NULL REFERENCES report (id) ON DELETE CASCADE, at TEXT NOT NULL, actor TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX consent_receipt_consent ON consent_receipt (consent_seq);
-- Only where the person gave it; decides whether a guardian has to consent.
CREATE TABLE subject_birth (subject_id TEXT PRIMARY KEY REFERENCES subject (id) ON DELETE CASCADE, birth_date TEXT NOT NULL) WITHOUT ROWID;
`);
  },
};
