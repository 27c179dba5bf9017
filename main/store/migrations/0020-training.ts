// Encoders brought from outside, what each run started from, and sweeps. Bases hold nothing about a person;
// a model of this vault that another was built on is named by its own id, and its people are counted among
// those of the new run (run_subject) and the new model (model_subject).
import type { Migration } from './migration.ts';

export const training: Migration = {
  id: 20,
  name: 'training',
  up(sql) {
    sql.exec(`
CREATE TABLE base (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, verdict TEXT NOT NULL, sha256 TEXT NOT NULL, licence TEXT, report TEXT NOT NULL,
  imported_at TEXT NOT NULL, actor TEXT NOT NULL
);
CREATE TABLE base_file (
  base_id TEXT NOT NULL REFERENCES base (id) ON DELETE CASCADE, path TEXT NOT NULL, sealed_id TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL,
  PRIMARY KEY (base_id, path)
) WITHOUT ROWID;
-- No foreign key: a base may go when nothing can come of the run any more; name and hash stay here.
CREATE TABLE run_base (run_id TEXT PRIMARY KEY REFERENCES run (id), base_id TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX run_base_base ON run_base (base_id);

CREATE TABLE sweep (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, snapshot_id TEXT NOT NULL REFERENCES snapshot (id), plan TEXT NOT NULL, started_at TEXT NOT NULL, actor TEXT NOT NULL
);
CREATE TABLE sweep_event (seq INTEGER PRIMARY KEY AUTOINCREMENT, sweep_id TEXT NOT NULL REFERENCES sweep (id), type TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL DEFAULT '{}');
CREATE INDEX sweep_event_sweep ON sweep_event (sweep_id, seq);
-- A trial is a run like any other: its checkpoint goes with the permission as every checkpoint does.
CREATE TABLE sweep_trial (
  sweep_id TEXT NOT NULL REFERENCES sweep (id), number INTEGER NOT NULL, run_id TEXT NOT NULL UNIQUE REFERENCES run (id), PRIMARY KEY (sweep_id, number)
) WITHOUT ROWID;
`);
  },
};
