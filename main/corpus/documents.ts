// Lists and single documents for people. The gate's rule is part of the list's SQL, so a page of five hundred
// rows is one query; text leaves only through the gate's reader.
import type { DocumentRow, OutputOf, ParsedInputOf } from '../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { Actor, CompiledGate, Gate } from '../governance/index.ts';
import type { SqlValue, Store } from '../store/index.ts';
import type { CorpusRepository } from './corpusRepository.ts';
import type { Collection } from './types.ts';

export type DocumentQuery = ParsedInputOf<'corpus.list'>;
export type DocumentPage = OutputOf<'corpus.list'>;
export type DocumentRead = OutputOf<'document.read'>;

export interface Documents {
  /** Fails with NOT_FOUND, PURPOSE_RETIRED, GATE_DENIED (a search without the right to read). */
  list(actor: Actor, query: DocumentQuery): Result<DocumentPage>;
  /** Fails with NOT_FOUND, GATE_DENIED, PURPOSE_RETIRED. */
  read(actor: Actor, documentId: string, purposeId: string): Result<DocumentRead>;
  collections(): Collection[];
}

interface Row {
  readonly rowid: number;
  readonly id: string;
  readonly name: string;
  readonly collection_id: string;
  readonly collection: string;
  readonly subject_id: string | null;
  readonly subject_key: string | null;
  readonly language: string | null;
  readonly category: DocumentRow['category'];
  readonly kind: DocumentRow['kind'];
  readonly length: number;
  readonly spans: number;
  readonly imported_at: string;
  readonly denial: string | null;
}

/** Where nobody chose a purpose nothing is said about access. */
const NO_GATE: CompiledGate = { joins: '', denial: 'NULL', params: {} };
const MAX_METADATA_VALUE = 2000;

const fields = (gate: CompiledGate): string =>
  `d.rowid, d.id, d.name, d.collection_id, k.name AS collection, d.subject_id,
   (SELECT i.value FROM subject_identifier i WHERE i.subject_id = d.subject_id ORDER BY i.scheme, i.value LIMIT 1) AS subject_key,
   d.language, d.category, d.kind, d.length, d.imported_at,
   (SELECT count(*) FROM source_span s WHERE s.document_rowid = d.rowid) AS spans, ${gate.denial} AS denial`;

export function createDocuments(deps: {
  readonly store: Pick<Store, 'db'>;
  readonly gate: Gate;
  readonly repository: CorpusRepository;
}): Documents {
  const { gate, repository } = deps;
  const { db } = deps.store;

  return {
    list(actor, query) {
      const { purposeId, collectionId, search, cursor, limit } = query;
      let compiled = NO_GATE;
      let withheld: DocumentPage['withheld'] = { total: 0, byStep: [] };
      if (purposeId !== null) {
        const found = gate.compile({ actor, purposeId, operation: 'read' });
        if (!found.ok) return found;
        compiled = found.value;
        const summary = gate.summary({
          actor,
          purposeId,
          operation: 'read',
          ...(collectionId !== null && { collectionId }),
        });
        if (!summary.ok) return summary;
        const byStep = summary.value.withheld.map(({ step, reason, count }) => ({
          step,
          reason,
          count,
        }));
        withheld = { total: byStep.reduce((sum, { count }) => sum + count, 0), byStep };
      }
      const where = ['1'];
      const params: Record<string, SqlValue> = { ...compiled.params };
      if (collectionId !== null) {
        where.push('d.collection_id = @collectionId');
        params['collectionId'] = collectionId;
      }
      if (search !== '') {
        if (purposeId === null) {
          return failure(
            'BAD_INPUT',
            'A search discloses text and needs a purpose. Nothing was read. Choose one first.',
            { field: 'purposeId' },
          );
        }
        const hits = gate.search(
          { actor, purposeId, operation: 'read', ...(collectionId !== null && { collectionId }) },
          search,
        );
        if (!hits.ok) return hits;
        where.push('d.id IN (SELECT value FROM json_each(@hits))');
        params['hits'] = JSON.stringify(hits.value);
      }
      if (query.access !== 'all' && purposeId !== null) {
        where.push(`(${compiled.denial}) IS ${query.access === 'permitted' ? '' : 'NOT'} NULL`);
      }
      const from = `FROM document d JOIN collection k ON k.id = d.collection_id ${compiled.joins}`;
      const filter = `WHERE ${where.join(' AND ')}`;
      const rows = db.all<Row>(
        `SELECT ${fields(compiled)} ${from} ${filter} AND d.rowid > @after ORDER BY d.rowid LIMIT @limit`,
        { ...params, after: cursor === null ? 0 : Number(cursor), limit: limit + 1 },
      );
      const total = db.get<{ n: number }>(`SELECT count(*) AS n ${from} ${filter}`, params)?.n ?? 0;
      const shown = rows.slice(0, limit);
      return ok({
        items: shown.map((row) => rowOf(row, purposeId !== null)),
        next: rows.length > limit ? String(shown.at(-1)?.rowid ?? 0) : null,
        total,
        withheld,
      });
    },

    read(actor, documentId, purposeId) {
      const opened = gate.open({ actor, purposeId, operation: 'read', documentIds: [documentId] });
      if (!opened.ok) return opened;
      const read = opened.value.read(documentId);
      if (!read.ok) return read;
      const { rowid, text, sha256, metadata } = read.value;
      const row = db.get<Row>(
        `SELECT ${fields(NO_GATE)} FROM document d JOIN collection k ON k.id = d.collection_id WHERE d.rowid = ?`,
        [rowid],
      );
      if (row === undefined) throw new Error('A document that was just read has no row');
      return ok({
        document: rowOf(row, true),
        text,
        sha256,
        spans: repository
          .spans(rowid)
          .map(({ start, end, label, annotator }) => ({ start, end, label, annotator })),
        metadata: Object.fromEntries(
          Object.entries(metadata)
            .filter(([key]) => !key.startsWith('_'))
            .map(([key, value]) => [key, value.slice(0, MAX_METADATA_VALUE)]),
        ),
      });
    },

    collections() {
      const labels = Map.groupBy(repository.labels(null), (row) => row.collection_id);
      return repository.collections().map((row) => {
        const own = labels.get(row.id) ?? [];
        return {
          collectionId: row.id,
          name: row.name,
          documents: row.documents,
          subjects: row.subjects,
          spans: own.reduce((sum, { n }) => sum + n, 0),
          labels: own.slice(0, 500).map(({ label, n }) => ({ label, count: n })),
          createdAt: row.created_at,
          derivedFrom: row.derived_from,
          kind: row.kind,
        };
      });
    },
  };
}

function rowOf(row: Row, asked: boolean): DocumentRow {
  const permitted = row.denial === null;
  return {
    documentId: row.id,
    name: row.name.slice(0, 1000),
    collectionId: row.collection_id,
    collection: row.collection,
    subjectId: permitted ? row.subject_id : null,
    subjectKey: permitted ? row.subject_key : null,
    language: row.language,
    category: row.category,
    kind: row.kind,
    length: row.length,
    spans: row.spans,
    importedAt: row.imported_at,
    access: !asked ? null : permitted ? 'permitted' : 'withheld',
    withheldStep: permitted ? null : (row.denial?.split(':')[0] as DocumentRow['withheldStep']),
  };
}
