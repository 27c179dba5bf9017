// SQL of what is due: counts by index, rows for the preview, and what hangs on the documents that would go.
import { CATEGORIES, type Category } from '../../../shared/domain/purpose.ts';
import type { Store } from '../../store/index.ts';
import { dueInAny, documentDateSql, type DueSql } from './dueSql.ts';
import { isKeptSql } from './holdRepository.ts';

export interface CandidateRow {
  readonly rowid: number;
  readonly category: Category;
  readonly subject_id: string | null;
  readonly imported_at: string;
  readonly dated: string | null;
  /** When consent ended, for each purpose of `DueSql.consentEnds`, as a JSON array. */
  readonly ended: string;
  readonly kept: 0 | 1;
}

export interface ListedRow extends CandidateRow {
  readonly id: string;
  readonly name: string;
  readonly collection: string;
}

export type Which = 'due' | 'held' | 'soon' | 'undated';

export interface DueRepository {
  /** Documents due under a rule that no hold keeps. */
  count(due: DueSql, today: string): number;
  /** Due documents, held or not, in no order. */
  candidates(due: DueSql, today: string): IterableIterator<CandidateRow>;
  /** Of the given documents, those that are due. */
  among(due: DueSql, today: string, rowids: readonly number[]): readonly CandidateRow[];
  /** Documents that lack the date their period starts with, whether they are due otherwise or not. */
  undated(due: DueSql, today: string): IterableIterator<CandidateRow>;
  page(
    sql: { readonly due: DueSql; readonly by: DueSql; readonly today: string },
    which: Which,
    after: number,
    limit: number,
  ): readonly ListedRow[];
  total(
    sql: { readonly due: DueSql; readonly by: DueSql; readonly today: string },
    which: Which,
  ): number;
  /** The documents and everything derived from them. */
  closure(rowids: readonly number[]): readonly number[];
  along(rowids: readonly number[]): {
    readonly annotations: number;
    readonly snapshotEntries: number;
  };
  /** Access packs made while one of the documents was there: they hold a copy of it. */
  packs(rowids: readonly number[]): readonly { readonly id: string }[];
  /** Whose documents were frozen for which purpose: what a model may have learned from them under. */
  learnedFrom(
    rowids: readonly number[],
  ): readonly { readonly subject_id: string; readonly purpose_id: string }[];
  models(
    rowids: readonly number[],
  ): readonly { readonly id: string; readonly name: string; readonly state: string | null }[];
}

/** A part that stays after an erasure on a ground of Art. 17(3) is stored until the day it was promised for. */
const PROMISED = `EXISTS (SELECT 1 FROM kept_part p WHERE p.subject_id = d.subject_id AND p.kept_at IS NOT NULL AND p.until >= @today)`;

const LIST = '(SELECT value FROM json_each(@rowids))';

export function createDueRepository({ db }: Pick<Store, 'db'>): DueRepository {
  const anyHold = db.prepare(
    "SELECT 1 FROM hold h WHERE NOT EXISTS (SELECT 1 FROM hold_event e WHERE e.hold_id = h.id AND e.type = 'released') LIMIT 1",
  );
  /** Where no hold is in force nothing is asked per document. */
  const kept = (): string => (anyHold.get() === undefined ? '0' : isKeptSql('d'));

  const columns = (due: DueSql): string =>
    `d.rowid, d.category, d.subject_id, d.imported_at, ${documentDateSql('d')} AS dated,
     json_array(${due.consentEnds.map(({ sql }) => sql).join(', ')}) AS ended, ${kept()} AS kept`;
  const bind = (due: DueSql, today: string) => ({ ...due.params, today });

  function* perCategory(
    due: DueSql,
    today: string,
    what: 'condition' | 'undated',
  ): IterableIterator<CandidateRow> {
    for (const category of CATEGORIES) {
      const condition = due[what](category);
      if (condition === null) continue;
      yield* db.iterate<CandidateRow>(
        `SELECT ${columns(due)} FROM document d ${due.joins}
         WHERE d.category = '${category}' AND (${condition}) AND NOT ${PROMISED}`,
        bind(due, today),
      );
    }
  }

  const whichSql = (due: DueSql, by: DueSql, which: Which): string => {
    const now = dueInAny(due, 'condition');
    switch (which) {
      case 'due':
        return `(${now}) AND NOT ${kept()}`;
      case 'held':
        return `(${now}) AND ${kept()}`;
      case 'soon':
        return `(${dueInAny(by, 'condition')}) IS TRUE AND (${now}) IS NOT TRUE AND NOT ${kept()}`;
      case 'undated':
        return `(${dueInAny(by, 'undated')}) AND (${dueInAny(by, 'condition')}) IS NOT TRUE`;
    }
  };
  const both = (due: DueSql, by: DueSql, today: string) => ({
    ...bind(due, today),
    ...Object.fromEntries(Object.entries(by.params).map(([name, value]) => [`by_${name}`, value])),
  });
  /** The same rule at two instants stands in one statement under two sets of names. */
  const renamed = (by: DueSql): DueSql => {
    const rename = (sql: string | null): string | null =>
      sql === null ? null : sql.replaceAll(/@dueCut/g, '@by_dueCut');
    return {
      ...by,
      condition: (category) => rename(by.condition(category)),
      undated: (category) => rename(by.undated(category)),
    };
  };

  const closure = db.prepare<{ rowid: number }>(
    `WITH RECURSIVE own (rowid, id) AS (
       SELECT rowid, id FROM document WHERE rowid IN ${LIST}
       UNION SELECT d.rowid, d.id FROM document d JOIN own o ON d.derived_from = o.id)
     SELECT rowid FROM own ORDER BY rowid`,
  );
  const count = (table: string) =>
    db.prepare<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE document_rowid IN ${LIST}`);
  const annotations = count('annotation_event');
  const snapshotEntries = count('snapshot_document');
  const packs = db.prepare<{ id: string }>(
    `SELECT DISTINCT r.id FROM document d JOIN report r ON r.subject_id = d.subject_id
     WHERE d.rowid IN ${LIST} AND r.kind = 'accessPack' AND r.created_at >= d.imported_at`,
  );
  const learnedFrom = db.prepare<{ subject_id: string; purpose_id: string }>(
    `SELECT DISTINCT d.subject_id, s.purpose_id FROM snapshot_document x
     JOIN document d ON d.rowid = x.document_rowid JOIN snapshot s ON s.id = x.snapshot_id
     WHERE x.document_rowid IN ${LIST} AND d.subject_id IS NOT NULL`,
  );
  const models = db.prepare<{ id: string; name: string; state: string | null }>(
    `SELECT DISTINCT m.id, m.name,
       (SELECT e.type FROM model_event e WHERE e.model_id = m.id AND e.type <> 'created' ORDER BY e.seq DESC LIMIT 1) AS state
     FROM snapshot_document x JOIN run r ON r.snapshot_id = x.snapshot_id JOIN model m ON m.run_id = r.id
     WHERE x.document_rowid IN ${LIST} ORDER BY m.id LIMIT 500`,
  );
  const list = (rowids: readonly number[]) => ({ rowids: JSON.stringify(rowids) });

  return {
    count(due, today) {
      let sum = 0;
      for (const category of CATEGORIES) {
        const condition = due.condition(category);
        if (condition === null) continue;
        sum +=
          db.get<{ n: number }>(
            `SELECT count(*) AS n FROM document d ${due.joins} WHERE d.category = '${category}' AND (${condition}) AND NOT ${kept()} AND NOT ${PROMISED}`,
            bind(due, today),
          )?.n ?? 0;
      }
      return sum;
    },
    candidates: (due, today) => perCategory(due, today, 'condition'),
    undated: (due, today) => perCategory(due, today, 'undated'),
    among: (due, today, rowids) =>
      db.all<CandidateRow>(
        `SELECT ${columns(due)} FROM document d ${due.joins}
         WHERE d.rowid IN ${LIST} AND (${dueInAny(due, 'condition')}) AND NOT ${PROMISED}`,
        { ...bind(due, today), ...list(rowids) },
      ),
    page: ({ due, by, today }, which, after, limit) =>
      db.all<ListedRow>(
        `SELECT ${columns(due)}, d.id, d.name, k.name AS collection FROM document d
         JOIN collection k ON k.id = d.collection_id ${due.joins}
         WHERE d.rowid > @after AND ${whichSql(due, renamed(by), which)} AND NOT ${PROMISED}
         ORDER BY d.rowid LIMIT @limit`,
        { ...both(due, by, today), after, limit },
      ),
    total: ({ due, by, today }, which) =>
      db.get<{ n: number }>(
        `SELECT count(*) AS n FROM document d ${due.joins}
         WHERE ${whichSql(due, renamed(by), which)} AND NOT ${PROMISED}`,
        both(due, by, today),
      )?.n ?? 0,
    closure: (rowids) => closure.all(list(rowids)).map(({ rowid }) => rowid),
    along: (rowids) => ({
      annotations: annotations.get(list(rowids))?.n ?? 0,
      snapshotEntries: snapshotEntries.get(list(rowids))?.n ?? 0,
    }),
    packs: (rowids) => packs.all(list(rowids)),
    learnedFrom: (rowids) => learnedFrom.all(list(rowids)),
    models: (rowids) => models.all(list(rowids)),
  };
}
