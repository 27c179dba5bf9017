// SQL of the register of exits. Rows are never changed; the link to a person goes with the person.
import type { Store } from '../store/index.ts';

export interface ExitRow {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly kind: string;
  readonly object_id: string;
  readonly recipient: string;
  readonly purpose: string | null;
  readonly sha256: string;
  readonly bytes: number;
  readonly audit_seq: number;
}

export interface ExitRepository {
  insert(row: ExitRow): void;
  link(exitId: string, subjectIds: readonly string[]): void;
  /** Newest first; `before` is exclusive. */
  page(before: string | null, limit: number): readonly ExitRow[];
  total(): number;
  ofSubject(subjectId: string): readonly ExitRow[];
}

const COLUMNS =
  'x.id, x.at, x.actor, x.kind, x.object_id, x.recipient, x.purpose, x.sha256, x.bytes, x.audit_seq';

export function createExitRepository({ db }: Pick<Store, 'db'>): ExitRepository {
  const insert = db.prepare(`INSERT INTO exit_record
    (id, at, actor, kind, object_id, recipient, purpose, sha256, bytes, audit_seq)
    VALUES (@id, @at, @actor, @kind, @object_id, @recipient, @purpose, @sha256, @bytes, @audit_seq)`);
  const link = db.prepare(
    'INSERT OR IGNORE INTO exit_subject (exit_id, subject_id) SELECT ?, id FROM subject WHERE id IN (SELECT value FROM json_each(?))',
  );
  const page = db.prepare<ExitRow>(
    `SELECT ${COLUMNS} FROM exit_record x WHERE x.id < ? ORDER BY x.id DESC LIMIT ?`,
  );
  const total = db.prepare<{ n: number }>('SELECT count(*) AS n FROM exit_record');
  const ofSubject = db.prepare<ExitRow>(
    `SELECT ${COLUMNS} FROM exit_record x JOIN exit_subject s ON s.exit_id = x.id WHERE s.subject_id = ? ORDER BY x.id`,
  );
  return {
    insert: (row) => void insert.run({ ...row }),
    link: (exitId, subjectIds) => void link.run([exitId, JSON.stringify(subjectIds)]),
    page: (before, limit) => page.all([before ?? '~', limit]),
    total: () => total.get()?.n ?? 0,
    ofSubject: (subjectId) => ofSubject.all([subjectId]),
  };
}
