// SQL of documents, collections, imports and the labels that came with them. Texts are written through the
// governance room and read through its gate; no statement here touches them.
import type { Store } from '../store/index.ts';
import type { ImportReport, ParsedSpan, SpanAttributes } from './types.ts';

export interface CollectionRow {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly kind: 'original' | 'deidentified';
  readonly derived_from: string | null;
}

export interface KnownDocument {
  readonly rowid: number;
  readonly id: string;
  readonly sha256: string;
  readonly subject_id: string | null;
}

export interface NewDocument {
  readonly id: string;
  readonly collectionId: string;
  readonly name: string;
  readonly subjectId: string | null;
  readonly language: string | null;
  readonly category: string;
  readonly kind: 'original' | 'deidentified';
  readonly derivedFrom: string | null;
  readonly length: number;
  readonly sha256: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly importId: string | null;
  readonly at: string;
}

export interface SourceSpan extends ParsedSpan {
  readonly annotator: string;
}

interface SpanRow {
  readonly document_rowid: number;
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly annotator: string;
  readonly attributes: string | null;
}

export interface CollectionCounts extends CollectionRow {
  readonly documents: number;
  readonly subjects: number;
}

export type CorpusRepository = ReturnType<typeof createCorpusRepository>;

export function createCorpusRepository({ db }: Pick<Store, 'db'>) {
  const collectionById = db.prepare<CollectionRow>('SELECT * FROM collection WHERE id = ?');
  const collectionByName = db.prepare<CollectionRow>('SELECT * FROM collection WHERE name = ?');
  const insertCollection = db.prepare(
    `INSERT INTO collection (id, name, created_at, kind, derived_from, actor)
     VALUES (@id, @name, @at, @kind, @derivedFrom, @actor)`,
  );
  const collections = db.prepare<CollectionCounts>(
    `SELECT c.*, count(d.rowid) AS documents, count(DISTINCT d.subject_id) AS subjects
     FROM collection c LEFT JOIN document d ON d.collection_id = c.id GROUP BY c.id ORDER BY c.created_at, c.id`,
  );
  const labels = db.prepare<{ collection_id: string; label: string; n: number }>(
    `SELECT d.collection_id, s.label, count(*) AS n FROM source_span s JOIN document d ON d.rowid = s.document_rowid
     WHERE ? IS NULL OR d.collection_id = ? GROUP BY d.collection_id, s.label ORDER BY n DESC, s.label`,
  );
  const known = db.prepare<KnownDocument>(
    'SELECT rowid, id, sha256, subject_id FROM document WHERE collection_id = ? AND name = ?',
  );
  const insertDocument = db.prepare(
    `INSERT INTO document (id, collection_id, name, subject_id, language, category, kind, derived_from, length, sha256, metadata, import_id, imported_at)
     VALUES (@id, @collectionId, @name, @subjectId, @language, @category, @kind, @derivedFrom, @length, @sha256, @metadata, @importId, @at)`,
  );
  const updateText = db.prepare(
    `UPDATE document SET length = @length, sha256 = @sha256, metadata = @metadata, import_id = @importId, imported_at = @at WHERE rowid = @rowid`,
  );
  const link = db.prepare('UPDATE document SET subject_id = ? WHERE rowid = ?');
  // What other rooms built on a text stands on its offsets: then the text may not change under it.
  const inUse = db.prepare(
    `SELECT 1 WHERE EXISTS (SELECT 1 FROM annotation_event WHERE document_rowid = @rowid)
       OR EXISTS (SELECT 1 FROM snapshot_document WHERE document_rowid = @rowid)
       OR EXISTS (SELECT 1 FROM document c WHERE c.derived_from = (SELECT id FROM document WHERE rowid = @rowid))`,
  );
  const dropSuggestions = db.prepare('DELETE FROM suggestion WHERE document_rowid = ?');
  const spansOf = db.prepare<SpanRow>(
    'SELECT * FROM source_span WHERE document_rowid = ? ORDER BY ordinal',
  );
  const spansOfAll = db.prepare<SpanRow>(
    `SELECT * FROM source_span WHERE document_rowid IN (SELECT value FROM json_each(?)) ORDER BY document_rowid, ordinal`,
  );
  const nextOrdinal = db.prepare<{ n: number }>(
    'SELECT coalesce(max(ordinal) + 1, 0) AS n FROM source_span WHERE document_rowid = ?',
  );
  const insertSpan = db.prepare(
    'INSERT INTO source_span (document_rowid, ordinal, start, end, label, annotator, attributes) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const deleteSpans = db.prepare(
    'DELETE FROM source_span WHERE document_rowid = @rowid AND (@annotator IS NULL OR annotator = @annotator)',
  );
  const insertImport = db.prepare(
    `INSERT INTO import_batch (id, collection_id, format, started_at, actor) VALUES (@id, @collectionId, @format, @at, @actor)`,
  );
  const updateImport = db.prepare(
    'UPDATE import_batch SET report = @report, finished_at = @finishedAt WHERE id = @id',
  );
  const imports = db.prepare<{ id: string; report: string }>(
    'SELECT id, report FROM import_batch WHERE report IS NOT NULL AND id < ? ORDER BY id DESC LIMIT ?',
  );
  const countImports = db.prepare<{ n: number }>(
    'SELECT count(*) AS n FROM import_batch WHERE report IS NOT NULL',
  );

  return {
    collection: (id: string) => collectionById.get([id]),
    collectionNamed: (name: string) => collectionByName.get([name]),
    insertCollection(row: {
      id: string;
      name: string;
      at: string;
      kind: 'original' | 'deidentified';
      derivedFrom: string | null;
      actor: string;
    }): void {
      insertCollection.run({ ...row });
    },
    collections: () => collections.all(),
    labels: (collectionId: string | null) => labels.all([collectionId, collectionId]),

    known: (collectionId: string, name: string) => known.get([collectionId, name]),
    insertDocument: (row: NewDocument): number =>
      Number(
        insertDocument.run({ ...row, metadata: JSON.stringify(row.metadata) }).lastInsertRowid,
      ),
    updateText(row: {
      rowid: number;
      length: number;
      sha256: string;
      metadata: Readonly<Record<string, string>>;
      importId: string;
      at: string;
    }): void {
      updateText.run({ ...row, metadata: JSON.stringify(row.metadata) });
      dropSuggestions.run([row.rowid]);
    },
    link: (rowid: number, subjectId: string) => void link.run([subjectId, rowid]),
    inUse: (rowid: number): boolean => inUse.get({ rowid }) !== undefined,

    spans: (rowid: number): SourceSpan[] => spansOf.all([rowid]).map(spanOf),
    spansOfAll(rowids: readonly number[]): Map<number, SourceSpan[]> {
      const found = new Map<number, SourceSpan[]>();
      for (const row of spansOfAll.all([JSON.stringify(rowids)])) {
        const list = found.get(row.document_rowid);
        if (list === undefined) found.set(row.document_rowid, [spanOf(row)]);
        else list.push(spanOf(row));
      }
      return found;
    },
    addSpans(rowid: number, spans: readonly ParsedSpan[], annotator: string): void {
      let ordinal = nextOrdinal.get([rowid])?.n ?? 0;
      for (const { start, end, label, attributes } of spans) {
        const json = attributes === null ? null : JSON.stringify(attributes);
        insertSpan.run([rowid, ordinal, start, end, label, annotator, json]);
        ordinal += 1;
      }
    },
    /** Of one annotator, or of all. */
    deleteSpans: (rowid: number, annotator: string | null) =>
      void deleteSpans.run({ rowid, annotator }),

    insertImport(row: {
      id: string;
      collectionId: string;
      format: string;
      at: string;
      actor: string;
    }): void {
      insertImport.run({ ...row });
    },
    updateImport: (id: string, report: ImportReport, finished: boolean) =>
      void updateImport.run({
        id,
        report: JSON.stringify(report),
        finishedAt: finished ? report.finishedAt : null,
      }),
    imports: (before: string | null, limit: number): ImportReport[] =>
      imports
        // '~' sorts behind every identifier.
        .all([before ?? '~', limit])
        .map(({ report }) => JSON.parse(report) as ImportReport),
    countImports: (): number => countImports.get()?.n ?? 0,
  };
}

const spanOf = ({ start, end, label, annotator, attributes }: SpanRow): SourceSpan => ({
  start,
  end,
  label,
  annotator,
  attributes: attributes === null ? null : (JSON.parse(attributes) as SpanAttributes),
});
