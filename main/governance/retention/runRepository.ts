// SQL of deletion runs: the order, the documents left to do, and the events from which a killed process knows
// where to go on. Bodies hold counts and codes, never a name.
import type { Store } from '../../store/index.ts';

export interface RunRow {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly ordered: number;
  /** What decided, as JSON: categories, rules, grounds, counts. */
  readonly decided_by: string;
  readonly order_leaf: number;
  readonly journal: string;
}

export type RunEventType = 'batch' | 'compacted' | 'rekeyed' | 'unproven' | 'done';

export interface RunEventRow {
  readonly type: RunEventType;
  readonly at: string;
  readonly body: string;
}

export interface RunRepository {
  insert(row: RunRow, rowids: readonly number[]): void;
  event(
    runId: string,
    event: {
      readonly type: RunEventType;
      readonly at: string;
      readonly actor: string;
      readonly body: object;
    },
  ): void;
  get(runId: string): RunRow | undefined;
  /** Newest first. */
  page(before: string | null, limit: number): readonly RunRow[];
  count(): number;
  events(runId: string): readonly RunEventRow[];
  /** The run that is not done, if there is one. */
  unfinished(): RunRow | undefined;
  /** Documents still to be looked at, in order. */
  left(runId: string, limit: number): readonly number[];
  leave(runId: string, rowids: readonly number[]): void;
  deleteDocuments(rowids: readonly number[]): void;
  names(rowids: readonly number[]): readonly string[];
  sealedOf(reportIds: readonly string[]): readonly string[];
  deleteReports(reportIds: readonly string[]): void;
}

const LIST = '(SELECT value FROM json_each(?))';

export function createRunRepository({ db }: Pick<Store, 'db'>): RunRepository {
  const insert = db.prepare(
    `INSERT INTO retention_run (id, at, actor, ordered, decided_by, order_leaf, journal)
     VALUES (@id, @at, @actor, @ordered, @decided_by, @order_leaf, @journal)`,
  );
  const documents = db.prepare(
    'INSERT INTO retention_run_document (run_id, document_rowid) SELECT ?, value FROM json_each(?)',
  );
  const event = db.prepare(
    'INSERT INTO retention_run_event (run_id, type, at, actor, body) VALUES (?, ?, ?, ?, ?)',
  );
  const get = db.prepare<RunRow>('SELECT * FROM retention_run WHERE id = ?');
  const page = db.prepare<RunRow>(
    'SELECT * FROM retention_run WHERE (@before IS NULL OR id < @before) ORDER BY id DESC LIMIT @limit',
  );
  const count = db.prepare<{ n: number }>('SELECT count(*) AS n FROM retention_run');
  const events = db.prepare<RunEventRow>(
    'SELECT type, at, body FROM retention_run_event WHERE run_id = ? ORDER BY seq',
  );
  const unfinished = db.prepare<RunRow>(
    `SELECT * FROM retention_run r WHERE NOT EXISTS
     (SELECT 1 FROM retention_run_event e WHERE e.run_id = r.id AND e.type = 'done') ORDER BY r.id LIMIT 1`,
  );
  const left = db.prepare<{ document_rowid: number }>(
    'SELECT document_rowid FROM retention_run_document WHERE run_id = ? ORDER BY document_rowid LIMIT ?',
  );
  return {
    insert(row, rowids) {
      insert.run({ ...row });
      documents.run([row.id, JSON.stringify(rowids)]);
    },
    event: (runId, { type, at, actor, body }) =>
      void event.run([runId, type, at, actor, JSON.stringify(body)]),
    get: (runId) => get.get([runId]),
    page: (before, limit) => page.all({ before, limit }),
    count: () => count.get()?.n ?? 0,
    events: (runId) => events.all([runId]),
    unfinished: () => unfinished.get(),
    left: (runId, limit) => left.all([runId, limit]).map((row) => row.document_rowid),
    leave: (runId, rowids) =>
      void db.run(
        `DELETE FROM retention_run_document WHERE run_id = ? AND document_rowid IN ${LIST}`,
        [runId, JSON.stringify(rowids)],
      ),
    deleteDocuments: (rowids) =>
      void db.run(`DELETE FROM document WHERE rowid IN ${LIST}`, [JSON.stringify(rowids)]),
    names: (rowids) =>
      db
        .all<{ name: string }>(`SELECT name FROM document WHERE rowid IN ${LIST}`, [
          JSON.stringify(rowids),
        ])
        .map(({ name }) => name),
    sealedOf: (reportIds) =>
      db
        .all<{ sealed_id: string }>(
          `SELECT sealed_id FROM report_file WHERE report_id IN ${LIST}`,
          [JSON.stringify(reportIds)],
        )
        .map((row) => row.sealed_id),
    deleteReports: (reportIds) =>
      void db.run(`DELETE FROM report WHERE id IN ${LIST}`, [JSON.stringify(reportIds)]),
  };
}
