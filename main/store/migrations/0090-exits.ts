// Where what left went to, who was told, and the register of breaches. A notice points at an exit and at a
// request, never at a person: it outlives the erasure that it tells of.
import type { Migration } from './migration.ts';

export const exits: Migration = {
  id: 90,
  name: 'exits and breaches',
  up(sql) {
    sql.exec(`
ALTER TABLE exit_record ADD COLUMN party_id TEXT;
ALTER TABLE exit_record ADD COLUMN country TEXT;
ALTER TABLE exit_record ADD COLUMN ground TEXT NOT NULL DEFAULT 'home';
-- Handed to the person whose data it is, who is no recipient in the sense of Art. 19.
ALTER TABLE exit_record ADD COLUMN to_subject INTEGER NOT NULL DEFAULT 0;
CREATE TABLE exit_notice (
  id TEXT PRIMARY KEY, exit_id TEXT NOT NULL REFERENCES exit_record (id), request_id TEXT REFERENCES request (id), act TEXT NOT NULL,
  at TEXT NOT NULL, actor TEXT NOT NULL, UNIQUE (exit_id, request_id, act)
) WITHOUT ROWID;
CREATE TABLE exit_notice_sent (
  notice_id TEXT PRIMARY KEY REFERENCES exit_notice (id), at TEXT NOT NULL, actor TEXT NOT NULL, how TEXT NOT NULL, reference TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE breach (id TEXT PRIMARY KEY, opened_at TEXT NOT NULL) WITHOUT ROWID;
-- Bodies hold words and counts about what happened, never a person in the data.
CREATE TABLE breach_event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, breach_id TEXT NOT NULL REFERENCES breach (id), type TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
  body TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX breach_event_breach ON breach_event (breach_id, seq);
`);
  },
};
