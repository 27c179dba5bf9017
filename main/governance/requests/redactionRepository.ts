// SQL of decisions about redactions, and of the names confirmed to be a person's own.
import type { Store } from '../../store/index.ts';

export interface DecisionRow {
  readonly start: number;
  readonly end: number;
  readonly decision: 'redact' | 'keep';
}

export function createRedactionRepository({ db }: Pick<Store, 'db'>) {
  const put = db.prepare(
    `INSERT INTO redaction_decision (request_id, document_rowid, start, end, text_sha256, decision, at, actor)
     VALUES (@request, @rowid, @start, @end, @sha256, @decision, @at, @actor)
     ON CONFLICT (request_id, document_rowid, start, end) DO UPDATE
     SET text_sha256 = excluded.text_sha256, decision = excluded.decision, at = excluded.at, actor = excluded.actor`,
  );
  // Of a request whose person asked before, the newest request's word counts.
  const decisions = db.prepare<DecisionRow>(
    `SELECT start, end, decision FROM redaction_decision
     WHERE request_id = ? AND document_rowid = ? AND text_sha256 = ? ORDER BY start, end`,
  );
  const dropNames = db.prepare('DELETE FROM own_name WHERE subject_id = ?');
  const putName = db.prepare(
    'INSERT OR IGNORE INTO own_name (subject_id, value, at, actor) VALUES (?, ?, ?, ?)',
  );
  const names = db.prepare<{ value: string }>(
    'SELECT value FROM own_name WHERE subject_id = ? ORDER BY value',
  );
  return {
    put: (row: {
      readonly request: string;
      readonly rowid: number;
      readonly start: number;
      readonly end: number;
      readonly sha256: string;
      readonly decision: 'redact' | 'keep';
      readonly at: string;
      readonly actor: string;
    }) => void put.run({ ...row }),
    decisions: (requestId: string, rowid: number, sha256: string) =>
      decisions.all([requestId, rowid, sha256]),
    replaceNames(subjectId: string, values: readonly string[], at: string, actor: string): void {
      dropNames.run([subjectId]);
      for (const value of new Set(values)) putName.run([subjectId, value, at, actor]);
    },
    names: (subjectId: string): string[] => names.all([subjectId]).map(({ value }) => value),
  };
}
