// SQL of snapshots: which documents, with which labels and the hash of which text. The text itself stays
// behind the gate.
import type { Snapshot } from '../../shared/contract/index.ts';
import type { Span } from '../../shared/domain/spans.ts';
import type { Store } from '../store/index.ts';

export type Split = Snapshot['splits'][number]['split'];

export interface SnapshotRow {
  readonly id: string;
  readonly summary: string;
}

export interface SnapshotDocument {
  readonly rowid: number;
  readonly documentId: string;
  readonly split: Split;
  readonly textSha256: string;
  readonly spans: readonly Span[];
}

/** A document that may go into a snapshot, without its text. */
export interface FreezableDocument {
  readonly rowid: number;
  readonly documentId: string;
  readonly subjectId: string | null;
  readonly length: number;
  readonly sha256: string;
  /** What the split is drawn by: the person's identifier, or the document's name where nobody is known. */
  readonly key: string;
}

export function createSnapshotRepository({ db }: Pick<Store, 'db'>) {
  const insert = db.prepare(
    `INSERT INTO snapshot (id, name, project_id, purpose_id, policy_sha256, manifest_sha256, summary, created_at, actor)
     VALUES (@id, @name, @projectId, @purposeId, @policySha256, @manifestSha256, @summary, @at, @actor)`,
  );
  const insertDocument = db.prepare(
    'INSERT INTO snapshot_document (snapshot_id, position, document_rowid, split, text_sha256, spans) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const insertSplit = db.prepare(
    'INSERT INTO snapshot_split (snapshot_id, split, derived_from) VALUES (?, ?, ?)',
  );
  const split = db.prepare<{ readonly split: string }>(
    'SELECT split FROM snapshot_split WHERE snapshot_id = ?',
  );
  const byId = db.prepare<SnapshotRow>('SELECT id, summary FROM snapshot WHERE id = ?');
  const all = db.prepare<SnapshotRow>(
    'SELECT id, summary FROM snapshot ORDER BY id DESC LIMIT 500',
  );
  const documents = db.prepare<{
    rowid: number;
    id: string;
    split: Split;
    text_sha256: string;
    spans: string;
  }>(
    `SELECT s.document_rowid AS rowid, d.id, s.split, s.text_sha256, s.spans FROM snapshot_document s
     JOIN document d ON d.rowid = s.document_rowid WHERE s.snapshot_id = ? ORDER BY s.position`,
  );
  const changed = db.prepare<{ n: number }>(
    `SELECT count(*) AS n FROM snapshot_document s JOIN document d ON d.rowid = s.document_rowid
     WHERE s.snapshot_id = ? AND s.text_sha256 <> d.sha256`,
  );
  const freezable = db.prepare<FreezableDocument>(
    `SELECT d.rowid, d.id AS documentId, d.subject_id AS subjectId, d.length, d.sha256,
       coalesce((SELECT i.scheme || char(31) || i.value FROM subject_identifier i WHERE i.subject_id = d.subject_id
         ORDER BY i.scheme, i.value LIMIT 1), d.name) AS key
     FROM document d WHERE d.id IN (SELECT value FROM json_each(?)) ORDER BY d.rowid`,
  );
  return {
    insert(row: {
      id: string;
      name: string;
      projectId: string;
      purposeId: string;
      policySha256: string;
      manifestSha256: string;
      summary: string;
      at: string;
      actor: string;
    }): void {
      insert.run({ ...row });
    },
    insertDocument(snapshotId: string, position: number, document: SnapshotDocument): void {
      const { rowid, split, textSha256, spans } = document;
      const places = spans.map(({ start, end, label }) => [start, end, label]);
      insertDocument.run([snapshotId, position, rowid, split, textSha256, JSON.stringify(places)]);
    },
    /** How it was split, as JSON, so that it can be split again without somebody. */
    insertSplit: (snapshotId: string, order: string, derivedFrom: string | null) =>
      void insertSplit.run([snapshotId, order, derivedFrom]),
    /** Undefined for snapshots from before this was kept. */
    split: (snapshotId: string) => split.get([snapshotId])?.split,
    byId: (id: string) => byId.get([id]),
    all: () => all.all(),
    documents: (snapshotId: string): SnapshotDocument[] =>
      documents.all([snapshotId]).map(({ rowid, id, split, text_sha256, spans }) => ({
        rowid,
        documentId: id,
        split,
        textSha256: text_sha256,
        spans: (JSON.parse(spans) as [number, number, string][]).map(([start, end, label]) => ({
          start,
          end,
          label,
        })),
      })),
    changedTexts: (snapshotId: string): number => changed.get([snapshotId])?.n ?? 0,
    freezable: (documentIds: readonly string[]) => freezable.all([JSON.stringify(documentIds)]),
  };
}
