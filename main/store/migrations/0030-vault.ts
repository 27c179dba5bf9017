// The people who work in a vault, the orders that two of them sign. Names of staff lie here and not in the
// audit log, so that they can be forgotten after their own retention without breaking a proof.
import type { Migration } from './migration.ts';

export const vaultPeople: Migration = {
  id: 30,
  name: 'vault',
  up(sql) {
    sql.exec(`
CREATE TABLE staff (
  user_id TEXT PRIMARY KEY, name TEXT NOT NULL, roles TEXT NOT NULL, added_at TEXT NOT NULL, removed_at TEXT
) WITHOUT ROWID;
-- What was asked for, as the bytes that both people signed. Facts are ids, counts and settings, never a person in the data.
CREATE TABLE dual_order (
  id TEXT PRIMARY KEY, procedure TEXT NOT NULL, statement TEXT NOT NULL, facts_sha256 TEXT NOT NULL, reason TEXT NOT NULL,
  requested_by TEXT NOT NULL, requested_at TEXT NOT NULL, expires_at TEXT NOT NULL, signature BLOB NOT NULL, signing_key BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX dual_order_open ON dual_order (procedure, requested_by, expires_at);
CREATE TABLE dual_order_event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, order_id TEXT NOT NULL REFERENCES dual_order (id), type TEXT NOT NULL, at TEXT NOT NULL,
  actor TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', signature BLOB, signing_key BLOB
);
CREATE INDEX dual_order_event_order ON dual_order_event (order_id, seq);

-- Which leaves of the log a pruning emptied; its own leaf commits to these ranges.
CREATE TABLE audit_prune (leaf_seq INTEGER PRIMARY KEY, ranges TEXT NOT NULL);

-- Why a state that was put back was accepted; the leaf commits to the words with this salt.
CREATE TABLE head_acceptance (leaf_seq INTEGER PRIMARY KEY, salt BLOB NOT NULL, reason TEXT NOT NULL);

-- Where backups go and how often; which were made. What a backup holds is said by the backup itself.
CREATE TABLE backup_policy (
  id INTEGER PRIMARY KEY CHECK (id = 1), folder TEXT NOT NULL, interval_hours INTEGER NOT NULL, keep INTEGER NOT NULL, changed_at TEXT NOT NULL,
  actor TEXT NOT NULL
);
CREATE TABLE backup (
  id TEXT PRIMARY KEY, made_at TEXT NOT NULL, folder TEXT NOT NULL, bytes INTEGER NOT NULL, log_size INTEGER NOT NULL, generation INTEGER NOT NULL,
  scheduled INTEGER NOT NULL, verified_at TEXT NOT NULL, drilled_at TEXT, removed_at TEXT, actor TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX backup_made ON backup (made_at);
`);
  },
};
