// Corrections and what stood there before, decisions about redactions in copies, and what an erasure leaves
// on a ground. All of it is the person's and goes with them; requests, which stay, are named, never described.
import type { Migration } from './migration.ts';

export const erasures: Migration = {
  id: 100,
  name: 'rectification',
  up(sql) {
    sql.exec(`
-- The commitments stand in the audit log; the salt dies with the row, and then they commit to nothing.
CREATE TABLE rectification (
  id TEXT PRIMARY KEY, subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE,
  request_id TEXT NOT NULL REFERENCES request (id), at TEXT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,
  document_rowid INTEGER REFERENCES document (rowid) ON DELETE CASCADE, field TEXT, start INTEGER,
  salt BLOB NOT NULL, set_aside TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX rectification_subject ON rectification (subject_id, id);
CREATE INDEX rectification_document ON rectification (document_rowid);
-- The words themselves, apart and behind the gate.
CREATE TABLE text_version (
  rectification_id TEXT PRIMARY KEY REFERENCES rectification (id) ON DELETE CASCADE, before TEXT, after TEXT
) WITHOUT ROWID;
-- The text that a de-identified copy was made again from.
CREATE TABLE copy_source (
  document_rowid INTEGER PRIMARY KEY REFERENCES document (rowid) ON DELETE CASCADE, source_sha256 TEXT NOT NULL
);
-- A decision is about a text as it was read: another hash, and it counts no more.
CREATE TABLE redaction_decision (
  request_id TEXT NOT NULL REFERENCES request (id), document_rowid INTEGER NOT NULL REFERENCES document (rowid) ON DELETE CASCADE,
  start INTEGER NOT NULL, end INTEGER NOT NULL, text_sha256 TEXT NOT NULL, decision TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
  PRIMARY KEY (request_id, document_rowid, start, end)
) WITHOUT ROWID;
CREATE INDEX redaction_decision_document ON redaction_decision (document_rowid);
CREATE TABLE own_name (
  subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE, value TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
  PRIMARY KEY (subject_id, value)
) WITHOUT ROWID;
-- kept_at and approved_by are empty until the erasure that keeps it is done.
CREATE TABLE kept_part (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, request_id TEXT NOT NULL REFERENCES request (id),
  subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE, scope TEXT NOT NULL, target TEXT NOT NULL DEFAULT '',
  ground TEXT NOT NULL, text TEXT NOT NULL, until TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
  approved_by TEXT NOT NULL DEFAULT '', kept_at TEXT
);
CREATE INDEX kept_part_subject ON kept_part (subject_id);
CREATE INDEX kept_part_request ON kept_part (request_id);
`);
  },
};
