// What becomes of a model after a person has left it, how a snapshot was split (so that it can be split
// again without a person, as if they had never been there), and which run trains which model anew. No table
// points at a person but model_subject, which keeps a pseudonym and when and why its person left.
import type { Migration } from './migration.ts';

export const unlearning: Migration = {
  id: 110,
  name: 'unlearning',
  up(sql) {
    sql.exec(`
ALTER TABLE model_subject ADD COLUMN left_at TEXT;
ALTER TABLE model_subject ADD COLUMN left_ground TEXT;
CREATE TABLE snapshot_split (
  snapshot_id TEXT PRIMARY KEY REFERENCES snapshot (id), split TEXT NOT NULL, derived_from TEXT REFERENCES snapshot (id)
) WITHOUT ROWID;
CREATE TABLE unlearning_run (
  run_id TEXT PRIMARY KEY REFERENCES run (id), model_id TEXT NOT NULL REFERENCES model (id), old TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX unlearning_run_model ON unlearning_run (model_id);
CREATE TABLE model_successor (
  model_id TEXT PRIMARY KEY REFERENCES model (id), successor_id TEXT NOT NULL UNIQUE REFERENCES model (id), at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE unlearning_certificate (
  id TEXT PRIMARY KEY, model_id TEXT NOT NULL REFERENCES model (id), at TEXT NOT NULL, body TEXT NOT NULL, sha256 TEXT NOT NULL, audit_seq INTEGER NOT NULL
);
CREATE INDEX unlearning_certificate_model ON unlearning_certificate (model_id);
CREATE TABLE unlearning_policy (seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL, decision_days INTEGER NOT NULL);
`);
  },
};
