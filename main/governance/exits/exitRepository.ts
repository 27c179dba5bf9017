// SQL of the register of exits. Rows are never changed; the link to a person goes with the person.
import type { DestinationGround } from '../../../shared/domain/destinations.ts';
import type { Store } from '../../store/index.ts';

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
  readonly party_id: string | null;
  readonly country: string | null;
  readonly ground: DestinationGround;
  readonly to_subject: number;
}

type Listed = ExitRow & { readonly subjects: number };

export interface ExitRepository {
  insert(row: ExitRow): void;
  link(exitId: string, subjectIds: readonly string[]): void;
  get(exitId: string): Listed | undefined;
  /** Newest first; `before` is exclusive. */
  page(before: string | null, limit: number): readonly Listed[];
  total(): number;
  ofSubject(subjectId: string): readonly Listed[];
}

const SELECT = `SELECT x.id, x.at, x.actor, x.kind, x.object_id, x.recipient, x.purpose, x.sha256, x.bytes, x.audit_seq,
  x.party_id, x.country, x.ground, x.to_subject, (SELECT count(*) FROM exit_subject n WHERE n.exit_id = x.id) AS subjects
  FROM exit_record x`;

export function createExitRepository({ db }: Pick<Store, 'db'>): ExitRepository {
  const insert = db.prepare(`INSERT INTO exit_record
    (id, at, actor, kind, object_id, recipient, purpose, sha256, bytes, audit_seq, party_id, country, ground, to_subject)
    VALUES (@id, @at, @actor, @kind, @object_id, @recipient, @purpose, @sha256, @bytes, @audit_seq, @party_id, @country, @ground, @to_subject)`);
  const link = db.prepare(
    'INSERT OR IGNORE INTO exit_subject (exit_id, subject_id) SELECT ?, id FROM subject WHERE id IN (SELECT value FROM json_each(?))',
  );
  const get = db.prepare<Listed>(`${SELECT} WHERE x.id = ?`);
  const page = db.prepare<Listed>(`${SELECT} WHERE x.id < ? ORDER BY x.id DESC LIMIT ?`);
  const total = db.prepare<{ n: number }>('SELECT count(*) AS n FROM exit_record');
  const ofSubject = db.prepare<Listed>(
    `${SELECT} JOIN exit_subject s ON s.exit_id = x.id WHERE s.subject_id = ? ORDER BY x.id`,
  );
  return {
    insert: (row) => void insert.run({ ...row }),
    link: (exitId, subjectIds) => void link.run([exitId, JSON.stringify(subjectIds)]),
    get: (exitId) => get.get([exitId]),
    page: (before, limit) => page.all([before ?? '~', limit]),
    total: () => total.get()?.n ?? 0,
    ofSubject: (subjectId) => ofSubject.all([subjectId]),
  };
}
