/*
 * SQL of reports and of what only a report asks for.
 */
import type { Db, SealedId } from '../store/index.ts';
import type { Report } from '../../shared/contract/index.ts';

export interface ReportRow {
  readonly id: string;
  readonly kind: Report['kind'];
  readonly title: string;
  readonly created_at: string;
  readonly model_id: string | null;
  readonly request_id: string | null;
  readonly subject_id: string | null;
  readonly actor: string;
}

export interface ReportFileRow {
  readonly report_id: string;
  readonly name: string;
  readonly media_type: string;
  readonly sealed_id: SealedId;
  readonly bytes: number;
  readonly sha256: string;
}

export interface CompositionRow {
  readonly split: 'train' | 'dev' | 'test';
  readonly language: string | null;
  readonly category: string;
  readonly kind: string;
  readonly documents: number;
}

export type ReportRepository = ReturnType<typeof createReportRepository>;

export function createReportRepository(db: Db) {
  const insert = db.prepare(
    `INSERT INTO report (id, kind, title, created_at, model_id, request_id, subject_id, actor)
     VALUES (@id, @kind, @title, @created_at, @model_id, @request_id, @subject_id, @actor)`,
  );
  const insertFile = db.prepare(
    `INSERT INTO report_file (report_id, name, media_type, sealed_id, bytes, sha256)
     VALUES (@report_id, @name, @media_type, @sealed_id, @bytes, @sha256)`,
  );
  const byId = db.prepare<ReportRow>('SELECT * FROM report WHERE id = ?');
  const newest = db.prepare<ReportRow>(
    'SELECT * FROM report ORDER BY created_at DESC, id DESC LIMIT 500',
  );
  const ofSubject = db.prepare<ReportRow>('SELECT * FROM report WHERE subject_id = ? ORDER BY id');
  const remove = db.prepare('DELETE FROM report WHERE id = ?');
  const files = db.prepare<ReportFileRow>(
    'SELECT * FROM report_file WHERE report_id = ? ORDER BY name',
  );
  const composition = db.prepare<CompositionRow>(
    `SELECT snapshot_document.split, document.language, document.category, document.kind, COUNT(*) AS documents
     FROM snapshot_document JOIN document ON document.rowid = snapshot_document.document_rowid
     WHERE snapshot_document.snapshot_id = ? GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, 5 DESC, 2, 3, 4`,
  );
  return {
    insert: (row: ReportRow) => void insert.run({ ...row }),
    insertFile: (row: ReportFileRow) => void insertFile.run({ ...row }),
    byId: (id: string) => byId.get([id]),
    newest: () => newest.all(),
    ofSubject: (subjectId: string) => ofSubject.all([subjectId]),
    remove: (id: string) => void remove.run([id]),
    files: (reportId: string) => files.all([reportId]),
    /** What a snapshot is made of now; documents of erased people are gone from it. */
    composition: (snapshotId: string) => composition.all([snapshotId]),
  };
}
