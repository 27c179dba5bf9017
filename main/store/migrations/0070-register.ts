// Parties, notices, processing operations, assessments, and the signed policies of the organisation. Every
// row is a version or an event and is never changed; `audit_seq` is the leaf that shows it. Nothing here is
// about a person in the data.
import type { Migration } from './migration.ts';

export const register: Migration = {
  id: 70,
  name: 'register',
  up(sql) {
    sql.exec(`
CREATE TABLE party_version (
  seq INTEGER PRIMARY KEY, party_id TEXT NOT NULL, version INTEGER NOT NULL,
  role TEXT NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL, contact TEXT NOT NULL, country TEXT,
  state TEXT NOT NULL CHECK (state IN ('active', 'ended')),
  at TEXT NOT NULL, actor TEXT NOT NULL, audit_seq INTEGER NOT NULL,
  UNIQUE (party_id, version)
);
CREATE TABLE transfer_version (
  seq INTEGER PRIMARY KEY, country TEXT NOT NULL, version INTEGER NOT NULL,
  safeguard TEXT, reference TEXT NOT NULL,
  at TEXT NOT NULL, actor TEXT NOT NULL, audit_seq INTEGER NOT NULL,
  UNIQUE (country, version)
);
CREATE TABLE notice (
  id TEXT PRIMARY KEY, purpose_id TEXT NOT NULL REFERENCES purpose (id), version TEXT NOT NULL,
  language TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, sha256 TEXT NOT NULL,
  at TEXT NOT NULL, actor TEXT NOT NULL, audit_seq INTEGER NOT NULL,
  UNIQUE (purpose_id, version, language)
) WITHOUT ROWID;
CREATE TABLE notice_check (
  seq INTEGER PRIMARY KEY, notice_id TEXT NOT NULL REFERENCES notice (id), contains TEXT NOT NULL,
  at TEXT NOT NULL, actor TEXT NOT NULL, audit_seq INTEGER NOT NULL
);
CREATE INDEX notice_check_of ON notice_check (notice_id, seq);
CREATE TABLE processing_version (
  seq INTEGER PRIMARY KEY, purpose_id TEXT NOT NULL REFERENCES purpose (id), version INTEGER NOT NULL,
  body TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, audit_seq INTEGER NOT NULL,
  UNIQUE (purpose_id, version)
);
CREATE TABLE assessment_event (
  seq INTEGER PRIMARY KEY, purpose_id TEXT NOT NULL REFERENCES purpose (id), version INTEGER NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('written', 'approved', 'waived', 'waiverEnded')),
  body TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, audit_seq INTEGER NOT NULL
);
CREATE INDEX assessment_of ON assessment_event (purpose_id, seq);
CREATE TABLE policy_applied (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL UNIQUE, sha256 TEXT NOT NULL,
  key TEXT NOT NULL, file TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, audit_seq INTEGER NOT NULL
);
`);
  },
};
