// Purposes as a tree, retention rules per category and purpose, legal holds, deletion runs. A rule and a hold
// are written once; what happens to them later is an event. A run names its documents by foreign key, so what
// is deleted takes its own mention along, and an interrupted run knows what is left.
import type { Migration } from './migration.ts';

export const retention: Migration = {
  id: 60,
  name: 'retention',
  up(sql) {
    sql.exec(`
ALTER TABLE purpose ADD COLUMN parent_id TEXT REFERENCES purpose (id);
CREATE INDEX purpose_parent ON purpose (parent_id);

CREATE TABLE retention_rule (
  id TEXT PRIMARY KEY, category TEXT NOT NULL, purpose_id TEXT REFERENCES purpose (id), days INTEGER NOT NULL CHECK (days > 0), start TEXT NOT NULL,
  ground TEXT NOT NULL, source TEXT NOT NULL CHECK (source IN ('site', 'organisation')), set_at TEXT NOT NULL, actor TEXT NOT NULL
);
CREATE TABLE retention_rule_event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, rule_id TEXT NOT NULL REFERENCES retention_rule (id), type TEXT NOT NULL CHECK (type = 'ended'), at TEXT NOT NULL,
  actor TEXT NOT NULL, reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX retention_rule_event_rule ON retention_rule_event (rule_id);

CREATE TABLE hold (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, approver TEXT NOT NULL, set_at TEXT NOT NULL, actor TEXT NOT NULL);
CREATE TABLE hold_event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, hold_id TEXT NOT NULL REFERENCES hold (id), type TEXT NOT NULL CHECK (type IN ('set', 'reviewed', 'released')),
  at TEXT NOT NULL, actor TEXT NOT NULL, review_on TEXT, ends_on TEXT, reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX hold_event_hold ON hold_event (hold_id, seq);
-- The scope: a document is held when any row of any of the three names it, its person or its category.
CREATE TABLE hold_subject (
  hold_id TEXT NOT NULL REFERENCES hold (id), subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE, PRIMARY KEY (subject_id, hold_id)
) WITHOUT ROWID;
CREATE INDEX hold_subject_hold ON hold_subject (hold_id);
CREATE TABLE hold_collection (
  hold_id TEXT NOT NULL REFERENCES hold (id), collection_id TEXT NOT NULL REFERENCES collection (id), PRIMARY KEY (hold_id, collection_id)
) WITHOUT ROWID;
CREATE TABLE hold_category (hold_id TEXT NOT NULL REFERENCES hold (id), category TEXT NOT NULL, PRIMARY KEY (hold_id, category)) WITHOUT ROWID;

CREATE TABLE retention_run (
  id TEXT PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, ordered INTEGER NOT NULL, decided_by TEXT NOT NULL, order_leaf INTEGER NOT NULL,
  journal TEXT NOT NULL
);
CREATE TABLE retention_run_document (
  run_id TEXT NOT NULL REFERENCES retention_run (id), document_rowid INTEGER NOT NULL REFERENCES document (rowid) ON DELETE CASCADE,
  PRIMARY KEY (document_rowid, run_id)
) WITHOUT ROWID;
CREATE INDEX retention_run_document_run ON retention_run_document (run_id, document_rowid);
CREATE TABLE retention_run_event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL REFERENCES retention_run (id), type TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
  body TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX retention_run_event_run ON retention_run_event (run_id, seq);

-- Everything the gate asks of a document, person by person, and what is due by category.
CREATE INDEX document_gate ON document (subject_id, category, kind, imported_at, collection_id);
CREATE INDEX document_due ON document (category, imported_at);
`);
  },
};
