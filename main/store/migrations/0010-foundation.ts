// The first schema. State that can be disputed (consent, requests, labels, models, purposes) is kept as
// events and folded when read; nothing here is an editable flag. Every table that holds something about
// one person reaches that person by foreign key, so that erasure is a cascade and not a search.
import type { Migration } from './migration.ts';

export const foundation: Migration = {
  id: 10,
  name: 'foundation',
  up(sql) {
    sql.exec(`
CREATE TABLE vault_secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE setting (user_id TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (user_id)) WITHOUT ROWID;
CREATE TABLE incident (id TEXT PRIMARY KEY, at TEXT NOT NULL, correlation_id TEXT NOT NULL, stack TEXT NOT NULL);
CREATE TABLE job (
  id TEXT PRIMARY KEY, procedure TEXT NOT NULL, title TEXT NOT NULL, state TEXT NOT NULL, started_at TEXT NOT NULL,
  finished_at TEXT, progress TEXT, keeps TEXT NOT NULL, error_code TEXT, actor TEXT NOT NULL
);

-- Audit log: an RFC 6962 tree. Bodies may be pruned by retention; hashes stay.
CREATE TABLE audit_leaf (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, action TEXT NOT NULL, body BLOB, leaf_hash BLOB NOT NULL);
CREATE INDEX audit_leaf_action ON audit_leaf (action, seq);
CREATE TABLE audit_node (level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, idx)) WITHOUT ROWID;
CREATE TABLE audit_head (id INTEGER PRIMARY KEY CHECK (id = 1), size INTEGER NOT NULL, root BLOB NOT NULL, signed_note TEXT, at TEXT NOT NULL);

-- Weights and large blobs lie sealed beside the database; their keys lie here.
CREATE TABLE sealed_files (id TEXT PRIMARY KEY, kind TEXT NOT NULL, size INTEGER NOT NULL, sha256 BLOB NOT NULL, key BLOB NOT NULL, created_at TEXT NOT NULL);

-- People. ref_key makes the pseudonym used in the audit log; destroying it unlinks the leaves.
CREATE TABLE subject (id TEXT PRIMARY KEY, created_at TEXT NOT NULL, ref_key BLOB NOT NULL);
CREATE TABLE subject_identifier (
  subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE, scheme TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (scheme, value)
) WITHOUT ROWID;
CREATE INDEX subject_identifier_subject ON subject_identifier (subject_id);
CREATE INDEX subject_identifier_value ON subject_identifier (value);
CREATE TABLE subject_event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE,
  type TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX subject_event_subject ON subject_event (subject_id, seq);
-- Who was erased, as keyed hashes of the identifiers: an import must not bring the person back unseen.
CREATE TABLE erased_identifier (hmac BLOB PRIMARY KEY, at TEXT NOT NULL, order_id TEXT NOT NULL) WITHOUT ROWID;

-- Purposes, notices, consent.
CREATE TABLE purpose (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, body TEXT NOT NULL, declared_at TEXT NOT NULL, actor TEXT NOT NULL);
CREATE TABLE purpose_event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, purpose_id TEXT NOT NULL REFERENCES purpose (id), type TEXT NOT NULL, at TEXT NOT NULL,
  actor TEXT NOT NULL, reason TEXT NOT NULL DEFAULT ''
);
CREATE TABLE consent_event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE,
  purpose_id TEXT NOT NULL REFERENCES purpose (id), type TEXT NOT NULL, at TEXT NOT NULL, recorded_at TEXT NOT NULL, actor TEXT NOT NULL,
  notice_version TEXT NOT NULL, channel TEXT NOT NULL, evidence TEXT NOT NULL DEFAULT '', expires_at TEXT
);
-- The gate asks for the newest event per subject and purpose.
CREATE INDEX consent_event_newest ON consent_event (purpose_id, subject_id, at, seq);
CREATE TABLE gate_decision (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL, purpose_id TEXT NOT NULL, operation TEXT NOT NULL,
  policy_sha256 TEXT NOT NULL, allowed INTEGER NOT NULL, denied TEXT NOT NULL,
  -- How far the question reached: one person, a collection, or both null for everything.
  collection_id TEXT, subject_id TEXT REFERENCES subject (id) ON DELETE SET NULL
);
CREATE INDEX gate_decision_subject ON gate_decision (subject_id);

-- Documents. The text lies apart, behind the gate.
CREATE TABLE collection (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL, kind TEXT NOT NULL, derived_from TEXT REFERENCES collection (id), actor TEXT NOT NULL
);
CREATE TABLE import_batch (
  id TEXT PRIMARY KEY, collection_id TEXT NOT NULL REFERENCES collection (id), format TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT,
  report TEXT, actor TEXT NOT NULL
);
CREATE TABLE document (
  rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, collection_id TEXT NOT NULL REFERENCES collection (id), name TEXT NOT NULL,
  subject_id TEXT REFERENCES subject (id) ON DELETE CASCADE, language TEXT, category TEXT NOT NULL, kind TEXT NOT NULL,
  derived_from TEXT REFERENCES document (id) ON DELETE CASCADE, length INTEGER NOT NULL, sha256 TEXT NOT NULL,
  metadata TEXT NOT NULL DEFAULT '{}', import_id TEXT REFERENCES import_batch (id), imported_at TEXT NOT NULL,
  UNIQUE (collection_id, name)
);
CREATE INDEX document_subject ON document (subject_id);
CREATE INDEX document_collection ON document (collection_id, rowid);
CREATE INDEX document_derived ON document (derived_from);
CREATE TABLE document_text (document_rowid INTEGER PRIMARY KEY REFERENCES document (rowid) ON DELETE CASCADE, text TEXT NOT NULL);
-- Trigrams find words in scripts without spaces. secure-delete: FTS5 keeps terms of deleted rows otherwise.
CREATE VIRTUAL TABLE document_search USING fts5 (text, content='', contentless_delete=1, tokenize='trigram');
INSERT INTO document_search (document_search, rank) VALUES ('secure-delete', 1);
-- Labels as they came with an import, before any project adopts them.
CREATE TABLE source_span (
  document_rowid INTEGER NOT NULL REFERENCES document (rowid) ON DELETE CASCADE, ordinal INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
  label TEXT NOT NULL, annotator TEXT NOT NULL, attributes TEXT, PRIMARY KEY (document_rowid, ordinal)
) WITHOUT ROWID;

-- De-identification. Surrogates are consistent per person, so the map is personal data of that person.
CREATE TABLE deid_finding (
  document_rowid INTEGER NOT NULL REFERENCES document (rowid) ON DELETE CASCADE, ordinal INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
  label TEXT NOT NULL, rule TEXT NOT NULL, score REAL NOT NULL, replacement TEXT NOT NULL, PRIMARY KEY (document_rowid, ordinal)
) WITHOUT ROWID;
CREATE TABLE deid_surrogate (
  subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE, label TEXT NOT NULL, original_hmac BLOB NOT NULL, replacement TEXT NOT NULL,
  PRIMARY KEY (subject_id, label, original_hmac)
) WITHOUT ROWID;

-- Labeling. An annotation is what its events say; undo is an event too.
CREATE TABLE project (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, purpose_id TEXT NOT NULL REFERENCES purpose (id), collection_id TEXT NOT NULL REFERENCES collection (id),
  labels TEXT NOT NULL, created_at TEXT NOT NULL, actor TEXT NOT NULL
);
CREATE TABLE annotation_event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT NOT NULL REFERENCES project (id), document_rowid INTEGER NOT NULL REFERENCES document (rowid) ON DELETE CASCADE,
  batch INTEGER NOT NULL, annotator TEXT NOT NULL, at TEXT NOT NULL, type TEXT NOT NULL, annotation_id TEXT, start INTEGER, end INTEGER, label TEXT,
  origin TEXT, suggestion_id TEXT, reverts INTEGER
);
CREATE INDEX annotation_event_task ON annotation_event (project_id, document_rowid, seq);
CREATE INDEX annotation_event_document ON annotation_event (document_rowid);
-- The queue asks for the newest of these per document, the counts for the batches taken back.
CREATE INDEX annotation_event_completion ON annotation_event (project_id, document_rowid, seq) WHERE type IN ('complete', 'reopen');
CREATE INDEX annotation_event_reverts ON annotation_event (project_id, document_rowid, reverts, seq) WHERE reverts IS NOT NULL;
CREATE TABLE suggestion (
  id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES project (id), document_rowid INTEGER NOT NULL REFERENCES document (rowid) ON DELETE CASCADE,
  model_id TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, label TEXT NOT NULL, score REAL NOT NULL, at TEXT NOT NULL
);
CREATE INDEX suggestion_task ON suggestion (project_id, document_rowid);
CREATE INDEX suggestion_document ON suggestion (document_rowid);
CREATE TABLE snapshot (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, project_id TEXT NOT NULL REFERENCES project (id), purpose_id TEXT NOT NULL REFERENCES purpose (id),
  policy_sha256 TEXT NOT NULL, manifest_sha256 TEXT NOT NULL, summary TEXT NOT NULL, created_at TEXT NOT NULL, actor TEXT NOT NULL
);
CREATE TABLE snapshot_document (
  snapshot_id TEXT NOT NULL REFERENCES snapshot (id), position INTEGER NOT NULL, document_rowid INTEGER NOT NULL REFERENCES document (rowid) ON DELETE CASCADE,
  split TEXT NOT NULL, text_sha256 TEXT NOT NULL, spans TEXT NOT NULL, PRIMARY KEY (snapshot_id, position)
) WITHOUT ROWID;
CREATE INDEX snapshot_document_document ON snapshot_document (document_rowid);

-- Training, models, lineage.
CREATE TABLE run (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, snapshot_id TEXT NOT NULL REFERENCES snapshot (id), recipe TEXT NOT NULL, recipe_sha256 TEXT NOT NULL,
  provider TEXT NOT NULL DEFAULT '', started_at TEXT NOT NULL, actor TEXT NOT NULL
);
-- Whom a run learns from. A checkpoint carries the person's influence and goes with the permission.
CREATE TABLE run_subject (
  run_id TEXT NOT NULL REFERENCES run (id), subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE, documents INTEGER NOT NULL,
  PRIMARY KEY (run_id, subject_id)
) WITHOUT ROWID;
CREATE INDEX run_subject_subject ON run_subject (subject_id);
CREATE TABLE run_event (seq INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL REFERENCES run (id), type TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL DEFAULT '{}');
CREATE INDEX run_event_run ON run_event (run_id, seq);
CREATE TABLE run_point (
  run_id TEXT NOT NULL REFERENCES run (id), step INTEGER NOT NULL, epoch REAL NOT NULL, loss REAL NOT NULL, learning_rate REAL NOT NULL, dev_f1 REAL, at TEXT NOT NULL,
  PRIMARY KEY (run_id, step)
) WITHOUT ROWID;
CREATE TABLE run_checkpoint (run_id TEXT PRIMARY KEY REFERENCES run (id), sealed_id TEXT NOT NULL, step INTEGER NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE model (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, run_id TEXT NOT NULL REFERENCES run (id), architecture TEXT NOT NULL, labels TEXT NOT NULL, sha256 TEXT NOT NULL,
  documents INTEGER NOT NULL, created_at TEXT NOT NULL
);
CREATE TABLE model_file (model_id TEXT NOT NULL REFERENCES model (id), path TEXT NOT NULL, sealed_id TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (model_id, path)) WITHOUT ROWID;
-- Kept by the person's pseudonym after erasure; subject_id goes with the person.
CREATE TABLE model_subject (
  model_id TEXT NOT NULL REFERENCES model (id), subject_ref BLOB NOT NULL, subject_id TEXT REFERENCES subject (id) ON DELETE SET NULL, documents INTEGER NOT NULL,
  PRIMARY KEY (model_id, subject_ref)
) WITHOUT ROWID;
CREATE INDEX model_subject_subject ON model_subject (subject_id);
CREATE TABLE model_event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, model_id TEXT NOT NULL REFERENCES model (id), type TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '', audit_seq INTEGER
);
CREATE INDEX model_event_model ON model_event (model_id, seq);
CREATE TABLE evaluation (
  id TEXT PRIMARY KEY, model_id TEXT NOT NULL REFERENCES model (id), snapshot_id TEXT NOT NULL REFERENCES snapshot (id), split TEXT NOT NULL, at TEXT NOT NULL,
  body TEXT NOT NULL, sha256 TEXT NOT NULL, audit_seq INTEGER
);

-- Reports and the one exit.
CREATE TABLE report (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL, created_at TEXT NOT NULL, model_id TEXT REFERENCES model (id), request_id TEXT,
  subject_id TEXT REFERENCES subject (id) ON DELETE CASCADE, actor TEXT NOT NULL
);
CREATE TABLE report_file (
  report_id TEXT NOT NULL REFERENCES report (id) ON DELETE CASCADE, name TEXT NOT NULL, media_type TEXT NOT NULL, sealed_id TEXT NOT NULL, bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL, PRIMARY KEY (report_id, name)
) WITHOUT ROWID;
CREATE TABLE exit_record (
  id TEXT PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL, object_id TEXT NOT NULL, recipient TEXT NOT NULL, purpose TEXT,
  sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, audit_seq INTEGER NOT NULL
);
CREATE TABLE exit_subject (
  exit_id TEXT NOT NULL REFERENCES exit_record (id), subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE, PRIMARY KEY (exit_id, subject_id)
) WITHOUT ROWID;
CREATE INDEX exit_subject_subject ON exit_subject (subject_id);

-- Requests of the people in the data. subject_id goes with the person; the record of the request stays.
CREATE TABLE request (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, subject_id TEXT REFERENCES subject (id) ON DELETE SET NULL, subject_ref BLOB NOT NULL,
  received_on TEXT NOT NULL, due_on TEXT NOT NULL, opened_at TEXT NOT NULL, actor TEXT NOT NULL
);
CREATE TABLE request_event (seq INTEGER PRIMARY KEY AUTOINCREMENT, request_id TEXT NOT NULL REFERENCES request (id), type TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, body TEXT NOT NULL DEFAULT '{}');
CREATE INDEX request_event_request ON request_event (request_id, seq);
`);
  },
};
