/*
 * SQL of bases: imported encoders with their sealed files, and which runs started from what.
 */
import type { Db, SealedId } from '../store/index.ts';
import type { ModelFileRow } from './modelRepository.ts';

export interface BaseRow {
  readonly id: string;
  readonly name: string;
  readonly verdict: string;
  readonly sha256: string;
  readonly licence: string | null;
  /** JSON of `BaseReport`. */
  readonly report: string;
  readonly imported_at: string;
  readonly actor: string;
  readonly bytes: number;
  readonly runs: number;
}

const BASE = `
  SELECT base.*, (SELECT COALESCE(SUM(bytes), 0) FROM base_file WHERE base_id = base.id) AS bytes,
    (SELECT COUNT(*) FROM run_base WHERE run_base.base_id = base.id) AS runs
  FROM base`;

export type BaseRepository = ReturnType<typeof createBaseRepository>;

export function createBaseRepository(db: Db) {
  const byId = db.prepare<BaseRow>(`${BASE} WHERE base.id = ?`);
  const bySha256 = db.prepare<BaseRow>(`${BASE} WHERE base.sha256 = ?`);
  const byName = db.prepare<BaseRow>(`${BASE} WHERE base.name = ?`);
  const newest = db.prepare<BaseRow>(
    `${BASE} ORDER BY base.imported_at DESC, base.id DESC LIMIT 500`,
  );
  const insert = db.prepare(
    `INSERT INTO base (id, name, verdict, sha256, licence, report, imported_at, actor)
     VALUES (@id, @name, @verdict, @sha256, @licence, @report, @imported_at, @actor)`,
  );
  const insertFile = db.prepare(
    'INSERT INTO base_file (base_id, path, sealed_id, sha256, bytes) VALUES (?, ?, ?, ?, ?)',
  );
  const files = db.prepare<ModelFileRow>(
    'SELECT path, sealed_id, sha256, bytes FROM base_file WHERE base_id = ? ORDER BY path',
  );
  const remove = db.prepare('DELETE FROM base WHERE id = ?');
  const runsFrom = db.prepare<{ readonly runs: number }>(
    'SELECT COUNT(*) AS runs FROM run_base WHERE base_id = ?',
  );
  // A run needs its base while it runs, while it can go on, and as long as there is a model to explain.
  const neededBy = db.prepare<{ readonly name: string }>(
    `SELECT run.name FROM run_base JOIN run ON run.id = run_base.run_id
     WHERE run_base.base_id = ? AND (
       EXISTS (SELECT 1 FROM run_checkpoint WHERE run_id = run.id)
       OR EXISTS (SELECT 1 FROM model WHERE run_id = run.id AND NOT EXISTS (
         SELECT 1 FROM model_event WHERE model_id = model.id AND type = 'destroyed'))
       OR (SELECT type FROM run_event WHERE run_id = run.id
           AND type IN ('started', 'resumed', 'paused', 'done', 'failed', 'cancelled', 'interrupted')
           ORDER BY seq DESC LIMIT 1) IN ('started', 'resumed'))
     ORDER BY run.id LIMIT 1`,
  );
  return {
    byId: (id: string) => byId.get([id]),
    bySha256: (sha256: string) => bySha256.get([sha256]),
    byName: (name: string) => byName.get([name]),
    newest: () => newest.all(),
    insert: (row: Omit<BaseRow, 'bytes' | 'runs'>) => void insert.run({ ...row }),
    insertFile: (baseId: string, file: ModelFileRow) =>
      void insertFile.run([baseId, file.path, file.sealed_id, file.sha256, file.bytes]),
    files: (baseId: string) => files.all([baseId]),
    sealedOf: (baseId: string): readonly SealedId[] =>
      files.all([baseId]).map(({ sealed_id }) => sealed_id),
    remove: (baseId: string) => void remove.run([baseId]),
    runsFrom: (baseId: string) => runsFrom.get([baseId])?.runs ?? 0,
    neededBy: (baseId: string) => neededBy.get([baseId])?.name,
  };
}
