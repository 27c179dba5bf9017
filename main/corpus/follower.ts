// What the corpus holds about a person beside text and identifiers: the labels that came with an import,
// what the files said about the notes, and the names of their files in import reports. Rows cascade with the
// person's documents; the reports are cleaned here, because a file is often named after the patient.
import type { SubjectFollower } from '../governance/index.ts';
import type { Store } from '../store/index.ts';
import { createMoveLabels } from './moved.ts';
import type { ImportReport } from './types.ts';

export function corpusFollower({ store }: { readonly store: Pick<Store, 'db'> }): SubjectFollower {
  const { db } = store;
  const names = db.prepare<{ name: string }>('SELECT name FROM document WHERE subject_id = ?');
  const documents = db.prepare<{
    name: string;
    collection: string;
    imported_at: string;
    category: string;
    metadata: string;
  }>(
    `SELECT d.name, k.name AS collection, d.imported_at, d.category, d.metadata
     FROM document d JOIN collection k ON k.id = d.collection_id WHERE d.subject_id = ? ORDER BY d.rowid`,
  );
  const spans = db.prepare<{
    name: string;
    start: number;
    end: number;
    label: string;
    annotator: string;
  }>(
    `SELECT d.name, s.start, s.end, s.label, s.annotator FROM source_span s
     JOIN document d ON d.rowid = s.document_rowid WHERE d.subject_id = ? ORDER BY d.rowid, s.ordinal`,
  );
  const countSpans = db.prepare<{ n: number }>(
    'SELECT count(*) AS n FROM source_span s JOIN document d ON d.rowid = s.document_rowid WHERE d.subject_id = ?',
  );
  const reports = db.prepare<{ id: string; report: string }>(
    'SELECT id, report FROM import_batch WHERE report IS NOT NULL',
  );
  const updateReport = db.prepare('UPDATE import_batch SET report = ? WHERE id = ?');

  /** Where an import report names a file of the document; `to` undefined takes the mention out. */
  function renameInReports(names: readonly string[], to?: string): number {
    let rows = 0;
    for (const { id, report } of reports.all()) {
      const parsed = JSON.parse(report) as ImportReport;
      const own = (file: string) => names.find((name) => isFileOf(file, name));
      if (!parsed.issues.some(({ file }) => own(file) !== undefined)) continue;
      const issues = parsed.issues.flatMap((issue) => {
        const name = own(issue.file);
        if (name === undefined) return issue;
        return to === undefined ? [] : { ...issue, file: to + issue.file.slice(name.length) };
      });
      updateReport.run([JSON.stringify({ ...parsed, issues }), id]);
      rows += 1;
    }
    return rows;
  }

  return {
    name: 'corpus',
    moved: createMoveLabels(store),
    renamed: ({ before, after }) => void renameInReports([before], after),
    access: (subjectId) => [
      {
        what: 'importedNotes',
        columns: ['document', 'collection', 'importedAt', 'category', 'metadata'],
        rows: documents
          .all([subjectId])
          .map((row) => [row.name, row.collection, row.imported_at, row.category, row.metadata]),
      },
      {
        what: 'importedLabels',
        columns: ['document', 'start', 'end', 'label', 'annotator'],
        rows: spans
          .all([subjectId])
          .map(({ name, start, end, label, annotator }) => [name, start, end, label, annotator]),
      },
    ],
    erasureCounts: (subjectId) => [
      { what: 'importedLabels', count: countSpans.get([subjectId])?.n ?? 0 },
    ],
    erase(subjectId) {
      const rows = renameInReports(names.all([subjectId]).map(({ name }) => name));
      return [{ table: 'import_batch', rows }];
    },
    eraseDocuments(rowids) {
      const going = store.db
        .all<{ name: string }>(
          'SELECT name FROM document WHERE rowid IN (SELECT value FROM json_each(?))',
          [JSON.stringify(rowids)],
        )
        .map(({ name }) => name);
      return [{ table: 'import_batch', rows: renameInReports(going) }];
    },
  };
}

/** `note.txt` and `note.ann` are files of the document `note`; `table.csv` is of many. */
const isFileOf = (file: string, name: string): boolean =>
  file === name || file.startsWith(`${name}.`);
