// SQL of legal holds. A hold and its scope are written once; review and release are events.
import type { SqlValue, Store } from '../../store/index.ts';

export interface HoldRow {
  readonly id: string;
  readonly case_id: string;
  readonly approver: string;
  readonly set_at: string;
  readonly actor: string;
}

export interface HoldEventRow {
  readonly hold_id: string;
  readonly type: 'set' | 'reviewed' | 'released';
  readonly at: string;
  readonly actor: string;
  readonly review_on: string | null;
  readonly ends_on: string | null;
  readonly reason: string;
}

export interface BlockingRow {
  readonly hold_id: string;
  readonly case_id: string;
}

/** Released once is released for good. */
const ACTIVE =
  "NOT EXISTS (SELECT 1 FROM hold_event e WHERE e.hold_id = h.hold_id AND e.type = 'released')";

/**
 * True where a hold in force names the document, its person, its collection or its category. The conditions
 * that refer to no row are evaluated once: where no hold is about collections, none is looked up.
 */
export const isHeldSql = (d: string): string =>
  `((EXISTS (SELECT 1 FROM hold_subject) AND EXISTS (SELECT 1 FROM hold_subject h WHERE h.subject_id = ${d}.subject_id AND ${ACTIVE}))
    OR (EXISTS (SELECT 1 FROM hold_collection) AND EXISTS (SELECT 1 FROM hold_collection h WHERE h.collection_id = ${d}.collection_id AND ${ACTIVE}))
    OR (EXISTS (SELECT 1 FROM hold_category) AND EXISTS (SELECT 1 FROM hold_category h WHERE h.category = ${d}.category AND ${ACTIVE})))`;

/** The ids of the holds in force on a document, as rows `hold_id`. */
export const holdsOnSql = (d: string): string =>
  `SELECT h.hold_id FROM hold_subject h WHERE h.subject_id = ${d}.subject_id AND ${ACTIVE}
   UNION SELECT h.hold_id FROM hold_collection h WHERE h.collection_id = ${d}.collection_id AND ${ACTIVE}
   UNION SELECT h.hold_id FROM hold_category h WHERE h.category = ${d}.category AND ${ACTIVE}`;

/** Deleting a document deletes what was derived from it: a hold on a copy keeps the original too. */
export const isKeptSql = (d: string): string =>
  `(${isHeldSql(d)} OR EXISTS (
    WITH RECURSIVE copy (rowid, id) AS (
      SELECT x.rowid, x.id FROM document x WHERE x.derived_from = ${d}.id
      UNION SELECT x.rowid, x.id FROM document x JOIN copy y ON x.derived_from = y.id)
    SELECT 1 FROM copy y JOIN document x ON x.rowid = y.rowid WHERE ${isHeldSql('x')}))`;

export interface HoldRepository {
  insert(row: HoldRow): void;
  scope(
    holdId: string,
    scope: {
      readonly subjectIds: readonly string[];
      readonly collectionIds: readonly string[];
      readonly categories: readonly string[];
    },
  ): void;
  event(row: HoldEventRow): void;
  get(holdId: string): HoldRow | undefined;
  /** Newest first. */
  page(options: {
    readonly before: string | null;
    readonly limit: number;
    readonly released: boolean;
  }): readonly HoldRow[];
  count(released: boolean): number;
  events(holdId: string): readonly HoldEventRow[];
  people(holdId: string): number;
  collections(holdId: string): readonly { readonly id: string; readonly name: string }[];
  categories(holdId: string): readonly string[];
  /** Documents the scope names, whether the hold is in force or not. */
  documents(holdId: string): number;
  any(): boolean;
  /** Holds in force that keep something of a person: by name, or by their notes or copies of them. */
  blocking(subjectId: string): readonly BlockingRow[];
  /** Holds in force that keep a document, its copies included. */
  on(rowid: number): readonly BlockingRow[];
  knownCollections(ids: readonly string[]): number;
}

export function createHoldRepository({ db }: Pick<Store, 'db'>): HoldRepository {
  const insert = db.prepare(
    'INSERT INTO hold (id, case_id, approver, set_at, actor) VALUES (@id, @case_id, @approver, @set_at, @actor)',
  );
  const subject = db.prepare('INSERT INTO hold_subject (hold_id, subject_id) VALUES (?, ?)');
  const collection = db.prepare(
    'INSERT INTO hold_collection (hold_id, collection_id) VALUES (?, ?)',
  );
  const category = db.prepare('INSERT INTO hold_category (hold_id, category) VALUES (?, ?)');
  const event = db.prepare(
    `INSERT INTO hold_event (hold_id, type, at, actor, review_on, ends_on, reason)
     VALUES (@hold_id, @type, @at, @actor, @review_on, @ends_on, @reason)`,
  );
  const get = db.prepare<HoldRow>('SELECT * FROM hold WHERE id = ?');
  const shown = (released: boolean): string =>
    released ? '' : `AND ${ACTIVE.replaceAll('h.hold_id', 'hold.id')}`;
  const events = db.prepare<HoldEventRow>(
    'SELECT hold_id, type, at, actor, review_on, ends_on, reason FROM hold_event WHERE hold_id = ? ORDER BY seq',
  );
  const count = (sql: string) => {
    const statement = db.prepare<{ n: number }>(sql);
    return (params: readonly SqlValue[] | Readonly<Record<string, SqlValue>>): number =>
      statement.get(params as never)?.n ?? 0;
  };
  const people = count('SELECT count(*) AS n FROM hold_subject WHERE hold_id = ?');
  const documents = count(
    `SELECT count(*) AS n FROM (
       SELECT d.rowid FROM hold_subject h JOIN document d ON d.subject_id = h.subject_id WHERE h.hold_id = @hold
       UNION SELECT d.rowid FROM hold_collection h JOIN document d ON d.collection_id = h.collection_id WHERE h.hold_id = @hold
       UNION SELECT d.rowid FROM hold_category h JOIN document d ON d.category = h.category WHERE h.hold_id = @hold)`,
  );
  const collections = db.prepare<{ id: string; name: string }>(
    `SELECT k.id, k.name FROM hold_collection h JOIN collection k ON k.id = h.collection_id
     WHERE h.hold_id = ? ORDER BY k.name`,
  );
  const categories = db.prepare<{ category: string }>(
    'SELECT category FROM hold_category WHERE hold_id = ? ORDER BY category',
  );
  const anyActive = db.prepare(
    `SELECT 1 FROM hold WHERE ${ACTIVE.replaceAll('h.hold_id', 'hold.id')} LIMIT 1`,
  );
  const blocking = db.prepare<BlockingRow>(
    `WITH RECURSIVE own (rowid, id) AS (
       SELECT rowid, id FROM document WHERE subject_id = @subject
       UNION SELECT x.rowid, x.id FROM document x JOIN own o ON x.derived_from = o.id)
     SELECT hold.id AS hold_id, hold.case_id FROM hold
     WHERE hold.id IN (SELECT h.hold_id FROM hold_subject h WHERE h.subject_id = @subject AND ${ACTIVE})
        OR hold.id IN (SELECT h.hold_id FROM hold_collection h WHERE ${ACTIVE} AND EXISTS (
             SELECT 1 FROM own o JOIN document d ON d.rowid = o.rowid WHERE d.collection_id = h.collection_id))
        OR hold.id IN (SELECT h.hold_id FROM hold_category h WHERE ${ACTIVE} AND EXISTS (
             SELECT 1 FROM own o JOIN document d ON d.rowid = o.rowid WHERE d.category = h.category))
     ORDER BY hold.id`,
  );
  const on = db.prepare<BlockingRow>(
    `WITH RECURSIVE kept (rowid, id) AS (
       SELECT rowid, id FROM document WHERE rowid = @rowid
       UNION SELECT x.rowid, x.id FROM document x JOIN kept k ON x.derived_from = k.id)
     SELECT DISTINCT hold.id AS hold_id, hold.case_id FROM kept k JOIN document d ON d.rowid = k.rowid
     JOIN hold ON hold.id IN (${holdsOnSql('d')}) ORDER BY hold.id`,
  );
  const known = count(
    'SELECT count(*) AS n FROM collection WHERE id IN (SELECT value FROM json_each(?))',
  );
  return {
    insert: (row) => void insert.run({ ...row }),
    scope(holdId, { subjectIds, collectionIds, categories: named }) {
      for (const id of subjectIds) subject.run([holdId, id]);
      for (const id of collectionIds) collection.run([holdId, id]);
      for (const name of named) category.run([holdId, name]);
    },
    event: (row) => void event.run({ ...row }),
    get: (holdId) => get.get([holdId]),
    page: ({ before, limit, released }) =>
      db.all<HoldRow>(
        `SELECT * FROM hold WHERE (@before IS NULL OR id < @before) ${shown(released)} ORDER BY id DESC LIMIT @limit`,
        { before, limit },
      ),
    count: (released) =>
      db.get<{ n: number }>(`SELECT count(*) AS n FROM hold WHERE 1 ${shown(released)}`)?.n ?? 0,
    events: (holdId) => events.all([holdId]),
    people: (holdId) => people([holdId]),
    collections: (holdId) => collections.all([holdId]),
    categories: (holdId) => categories.all([holdId]).map((row) => row.category),
    documents: (holdId) => documents({ hold: holdId }),
    any: () => anyActive.get() !== undefined,
    blocking: (subjectId) => blocking.all({ subject: subjectId }),
    on: (rowid) => on.all({ rowid }),
    knownCollections: (ids) => known([JSON.stringify(ids)]),
  };
}
