// SQL of corrections. The words before and after lie behind the gate (`gateRepository.versions`).
import type { Store } from '../../store/index.ts';
import { OWN_DOCUMENTS } from '../personTables.ts';

export interface HoldingRow {
  readonly rowid: number;
  readonly id: string;
  readonly name: string;
  readonly collection_id: string;
  readonly collection: string;
  readonly kind: 'original' | 'deidentified';
  readonly language: string | null;
  readonly category: 'health' | 'finance' | 'other';
  readonly length: number;
  readonly metadata: string;
  readonly corrections: number;
  readonly out_of_date: 0 | 1;
}

export interface RectificationRow {
  readonly id: string;
  readonly subject_id: string;
  readonly request_id: string;
  readonly at: string;
  readonly actor: string;
  readonly kind: 'passage' | 'metadata' | 'name' | 'identifier';
  readonly document_rowid: number | null;
  readonly field: string | null;
  readonly start: number | null;
}

export interface CopyRow {
  readonly rowid: number;
  readonly id: string;
  readonly subject_id: string | null;
  readonly language: string | null;
  readonly collection: string;
}

/**
 * A copy whose original was corrected and which was not made again since. A correction after the copy was
 * made is known by its time: corrections and copies are made one after the other, on one clock.
 */
const OUT_OF_DATE = `EXISTS (SELECT 1 FROM document o WHERE o.id = d.derived_from
  AND EXISTS (SELECT 1 FROM rectification r WHERE r.document_rowid = o.rowid AND r.kind = 'passage' AND r.at >= d.imported_at)
  AND coalesce((SELECT s.source_sha256 FROM copy_source s WHERE s.document_rowid = d.rowid), '') <> o.sha256)`;

export type RectificationRepository = ReturnType<typeof createRectificationRepository>;

export function createRectificationRepository({ db }: Pick<Store, 'db'>) {
  const holdings = db.prepare<HoldingRow>(
    `SELECT d.rowid, d.id, d.name, d.collection_id, k.name AS collection, d.kind, d.language, d.category, d.length, d.metadata,
       (SELECT count(*) FROM rectification r WHERE r.document_rowid = d.rowid) AS corrections, ${OUT_OF_DATE} AS out_of_date
     FROM document d JOIN collection k ON k.id = d.collection_id
     WHERE d.rowid IN (${OWN_DOCUMENTS}) AND d.rowid > @after ORDER BY d.rowid LIMIT @limit`,
  );
  const countHoldings = db.prepare<{ n: number }>(
    `SELECT count(*) AS n FROM document WHERE rowid IN (${OWN_DOCUMENTS})`,
  );
  const insert = db.prepare(
    `INSERT INTO rectification (id, subject_id, request_id, at, actor, kind, document_rowid, field, start, salt, set_aside)
     VALUES (@id, @subject_id, @request_id, @at, @actor, @kind, @document_rowid, @field, @start, @salt, @set_aside)`,
  );
  const page = db.prepare<RectificationRow & { document: string | null; name: string | null }>(
    `SELECT r.id, r.subject_id, r.request_id, r.at, r.actor, r.kind, r.document_rowid, r.field, r.start,
       d.id AS document, d.name AS name
     FROM rectification r LEFT JOIN document d ON d.rowid = r.document_rowid
     WHERE r.subject_id = @subject AND r.id < @before ORDER BY r.id DESC LIMIT @limit`,
  );
  const count = db.prepare<{ n: number }>(
    'SELECT count(*) AS n FROM rectification WHERE subject_id = ?',
  );
  const describe = db.prepare('UPDATE document SET length = ?, sha256 = ? WHERE rowid = ?');
  const setMetadata = db.prepare('UPDATE document SET metadata = ? WHERE rowid = ?');
  const rename = db.prepare('UPDATE document SET name = ? WHERE rowid = ?');
  const nameTaken = db.prepare(
    `SELECT 1 FROM document d WHERE d.name = ? AND d.rowid <> ?
     AND d.collection_id = (SELECT collection_id FROM document WHERE rowid = ?)`,
  );
  const identifier = db.prepare(
    'UPDATE subject_identifier SET value = @value WHERE subject_id = @subject AND scheme = @scheme AND value = @was',
  );
  const copies = db.prepare<CopyRow>(
    `SELECT d.rowid, d.id, d.subject_id, d.language, k.name AS collection FROM document d
     JOIN collection k ON k.id = d.collection_id WHERE d.derived_from = ? ORDER BY d.rowid`,
  );
  const madeFrom = db.prepare(
    `INSERT INTO copy_source (document_rowid, source_sha256) VALUES (?, ?)
     ON CONFLICT (document_rowid) DO UPDATE SET source_sha256 = excluded.source_sha256`,
  );
  const snapshots = db.prepare<{ snapshotId: string; name: string }>(
    `SELECT DISTINCT s.id AS snapshotId, s.name FROM snapshot_document m JOIN snapshot s ON s.id = m.snapshot_id
     WHERE m.document_rowid IN (SELECT value FROM json_each(?)) ORDER BY s.id`,
  );
  const models = db.prepare<{ modelId: string; name: string }>(
    `SELECT DISTINCT m.id AS modelId, m.name FROM model m JOIN run r ON r.id = m.run_id
     JOIN snapshot_document t ON t.snapshot_id = r.snapshot_id
     WHERE t.document_rowid IN (SELECT value FROM json_each(?)) ORDER BY m.id`,
  );

  return {
    holdings: (subject: string, after: number, limit: number) =>
      holdings.all({ subject, after, limit }),
    countHoldings: (subject: string): number => countHoldings.get({ subject })?.n ?? 0,
    insert: (row: RectificationRow & { readonly salt: Uint8Array; readonly set_aside: string }) =>
      void insert.run({ ...row }),
    page: (subject: string, before: string | null, limit: number) =>
      page.all({ subject, before: before ?? '~', limit }),
    count: (subject: string): number => count.get([subject])?.n ?? 0,
    /** Of a text that was replaced; when it was imported does not change. */
    describe: (rowid: number, length: number, sha256: string) =>
      void describe.run([length, sha256, rowid]),
    setMetadata: (rowid: number, metadata: Readonly<Record<string, string>>) =>
      void setMetadata.run([JSON.stringify(metadata), rowid]),
    rename: (rowid: number, name: string) => void rename.run([name, rowid]),
    isNameTaken: (rowid: number, name: string): boolean =>
      nameTaken.get([name, rowid, rowid]) !== undefined,
    changeIdentifier: (subject: string, scheme: string, was: string, value: string) =>
      void identifier.run({ subject, scheme, was, value }),
    copies: (documentId: string) => copies.all([documentId]),
    madeFrom: (rowid: number, sha256: string) => void madeFrom.run([rowid, sha256]),
    snapshots: (rowids: readonly number[]) => snapshots.all([JSON.stringify(rowids)]),
    models: (rowids: readonly number[]) => models.all([JSON.stringify(rowids)]),
  };
}
