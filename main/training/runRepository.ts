/*
 * SQL of training runs: the run, its events, its curve, its one checkpoint.
 */
import type { Db, SealedId } from '../store/index.ts';

export interface RunRow {
  readonly id: string;
  readonly name: string;
  readonly snapshot_id: string;
  readonly snapshot: string;
  /** JSON of `StoredRecipe`. */
  readonly recipe: string;
  readonly recipe_sha256: string;
  readonly provider: string;
  readonly started_at: string;
  readonly actor: string;
  readonly checkpoint_step: number | null;
  readonly last_step: number | null;
  readonly last_loss: number | null;
  readonly last_at: string | null;
  readonly dev_f1: number | null;
  /** What it started from; all three are null for what is trained from nothing. */
  readonly base_id: string | null;
  readonly base_name: string | null;
  readonly base_sha256: string | null;
  readonly sweep_id: string | null;
}

export interface RunEventRow {
  readonly run_id: string;
  readonly type: string;
  readonly at: string;
  /** JSON. */
  readonly body: string;
}

export interface PointRow {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly learning_rate: number;
  readonly dev_f1: number | null;
  readonly at: string;
}

export interface CheckpointRow {
  readonly run_id: string;
  readonly sealed_id: SealedId;
  readonly step: number;
  readonly at: string;
}

const RUN = `
  SELECT run.*, snapshot.name AS snapshot, run_checkpoint.step AS checkpoint_step,
    last.step AS last_step, last.loss AS last_loss, last.at AS last_at,
    run_base.base_id, run_base.name AS base_name, run_base.sha256 AS base_sha256, sweep_trial.sweep_id,
    (SELECT dev_f1 FROM run_point WHERE run_id = run.id AND dev_f1 IS NOT NULL ORDER BY step DESC LIMIT 1) AS dev_f1
  FROM run
  JOIN snapshot ON snapshot.id = run.snapshot_id
  LEFT JOIN run_base ON run_base.run_id = run.id
  LEFT JOIN sweep_trial ON sweep_trial.run_id = run.id
  LEFT JOIN run_checkpoint ON run_checkpoint.run_id = run.id
  LEFT JOIN run_point AS last ON last.run_id = run.id
    AND last.step = (SELECT MAX(step) FROM run_point WHERE run_id = run.id)`;

export type RunRepository = ReturnType<typeof createRunRepository>;

export function createRunRepository(db: Db) {
  const byId = db.prepare<RunRow>(`${RUN} WHERE run.id = ?`);
  const newest = db.prepare<RunRow>(
    `${RUN} WHERE sweep_trial.sweep_id IS NULL ORDER BY run.started_at DESC, run.id DESC LIMIT 500`,
  );
  const ofSweep = db.prepare<RunRow>(
    `${RUN} WHERE sweep_trial.sweep_id = ? ORDER BY sweep_trial.number LIMIT 500`,
  );
  const insertRun = db.prepare(
    `INSERT INTO run (id, name, snapshot_id, recipe, recipe_sha256, started_at, actor)
     VALUES (@id, @name, @snapshot_id, @recipe, @recipe_sha256, @started_at, @actor)`,
  );
  const insertBase = db.prepare(
    'INSERT INTO run_base (run_id, base_id, name, sha256) VALUES (?, ?, ?, ?)',
  );
  const rename = db.prepare('UPDATE run SET name = ? WHERE id = ?');
  const setProvider = db.prepare('UPDATE run SET provider = ? WHERE id = ?');
  const insertEvent = db.prepare(
    'INSERT INTO run_event (run_id, type, at, body) VALUES (@run_id, @type, @at, @body)',
  );
  const events = db.prepare<RunEventRow>(
    'SELECT run_id, type, at, body FROM run_event WHERE run_id = ? ORDER BY seq',
  );
  const allEvents = db.prepare<RunEventRow>(
    'SELECT run_id, type, at, body FROM run_event ORDER BY seq',
  );
  const upsertPoint = db.prepare(
    `INSERT INTO run_point (run_id, step, epoch, loss, learning_rate, dev_f1, at)
     VALUES (@run_id, @step, @epoch, @loss, @learning_rate, @dev_f1, @at)
     ON CONFLICT (run_id, step) DO UPDATE SET epoch = excluded.epoch, loss = excluded.loss,
       learning_rate = excluded.learning_rate, dev_f1 = COALESCE(excluded.dev_f1, dev_f1), at = excluded.at`,
  );
  const points = db.prepare<PointRow>(
    'SELECT step, epoch, loss, learning_rate, dev_f1, at FROM run_point WHERE run_id = ? ORDER BY step',
  );
  const dropAfter = db.prepare('DELETE FROM run_point WHERE run_id = ? AND step > ?');
  const checkpoint = db.prepare<CheckpointRow>('SELECT * FROM run_checkpoint WHERE run_id = ?');
  const upsertCheckpoint = db.prepare(
    `INSERT INTO run_checkpoint (run_id, sealed_id, step, at) VALUES (@run_id, @sealed_id, @step, @at)
     ON CONFLICT (run_id) DO UPDATE SET sealed_id = excluded.sealed_id, step = excluded.step, at = excluded.at`,
  );
  const dropCheckpoint = db.prepare('DELETE FROM run_checkpoint WHERE run_id = ?');
  const ofSubject = db.prepare<{
    readonly id: string;
    readonly name: string;
    readonly started_at: string;
    readonly purpose: string;
    readonly purpose_id: string;
    readonly documents: number;
    readonly checkpoint: number | null;
  }>(
    `SELECT run.id, run.name, run.started_at, purpose.name AS purpose, snapshot.purpose_id, run_subject.documents,
       (SELECT 1 FROM run_checkpoint WHERE run_id = run.id) AS checkpoint
     FROM run_subject
     JOIN run ON run.id = run_subject.run_id
     JOIN snapshot ON snapshot.id = run.snapshot_id
     JOIN purpose ON purpose.id = snapshot.purpose_id
     WHERE run_subject.subject_id = ? ORDER BY run.id`,
  );
  const insertSubject = db.prepare(
    'INSERT INTO run_subject (run_id, subject_id, documents) VALUES (?, ?, ?)',
  );

  return {
    byId: (id: string) => byId.get([id]),
    newest: () => newest.all(),
    ofSweep: (sweepId: string) => ofSweep.all([sweepId]),
    insertRun(
      row: Pick<
        RunRow,
        'id' | 'name' | 'snapshot_id' | 'recipe' | 'recipe_sha256' | 'started_at' | 'actor'
      >,
    ) {
      insertRun.run({ ...row });
    },
    insertSubject: (runId: string, subjectId: string, documents: number) =>
      void insertSubject.run([runId, subjectId, documents]),
    insertBase: (
      runId: string,
      base: { readonly baseId: string; readonly name: string; readonly sha256: string },
    ) => void insertBase.run([runId, base.baseId, base.name, base.sha256]),
    rename: (id: string, name: string) => void rename.run([name, id]),
    setProvider: (id: string, provider: string) => void setProvider.run([provider, id]),
    insertEvent: (event: RunEventRow) => void insertEvent.run({ ...event }),
    events: (runId: string) => events.all([runId]),
    allEvents: () => allEvents.all(),
    upsertPoint: (runId: string, point: PointRow) =>
      void upsertPoint.run({ run_id: runId, ...point }),
    points: (runId: string) => points.all([runId]),
    /** What a resumed run will compute again. */
    dropPointsAfter: (runId: string, step: number) => void dropAfter.run([runId, step]),
    checkpoint: (runId: string) => checkpoint.get([runId]),
    upsertCheckpoint: (row: CheckpointRow) => void upsertCheckpoint.run({ ...row }),
    dropCheckpoint: (runId: string) => void dropCheckpoint.run([runId]),
    /** Runs that learn or learned from the person. */
    ofSubject: (subjectId: string) => ofSubject.all([subjectId]),
  };
}
