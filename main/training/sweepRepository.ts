/*
 * SQL of sweeps: the plan with the trials that were drawn, what happened, which run carries which trial.
 */
import type { Db } from '../store/index.ts';

export interface SweepRow {
  readonly id: string;
  readonly name: string;
  readonly snapshot_id: string;
  readonly snapshot: string;
  /** JSON of `StoredPlan`. */
  readonly plan: string;
  readonly started_at: string;
  readonly actor: string;
}

export interface SweepEventRow {
  readonly sweep_id: string;
  readonly type: string;
  readonly at: string;
  /** JSON. */
  readonly body: string;
}

export interface TrialRow {
  readonly number: number;
  readonly run_id: string;
  readonly has_checkpoint: number;
}

const SWEEP = `SELECT sweep.*, snapshot.name AS snapshot FROM sweep
  JOIN snapshot ON snapshot.id = sweep.snapshot_id`;

export type SweepRepository = ReturnType<typeof createSweepRepository>;

export function createSweepRepository(db: Db) {
  const byId = db.prepare<SweepRow>(`${SWEEP} WHERE sweep.id = ?`);
  const newest = db.prepare<SweepRow>(
    `${SWEEP} ORDER BY sweep.started_at DESC, sweep.id DESC LIMIT 500`,
  );
  const insert = db.prepare(
    `INSERT INTO sweep (id, name, snapshot_id, plan, started_at, actor)
     VALUES (@id, @name, @snapshot_id, @plan, @started_at, @actor)`,
  );
  const insertEvent = db.prepare(
    'INSERT INTO sweep_event (sweep_id, type, at, body) VALUES (@sweep_id, @type, @at, @body)',
  );
  const events = db.prepare<SweepEventRow>(
    'SELECT sweep_id, type, at, body FROM sweep_event WHERE sweep_id = ? ORDER BY seq',
  );
  const insertTrial = db.prepare(
    'INSERT INTO sweep_trial (sweep_id, number, run_id) VALUES (?, ?, ?)',
  );
  const trials = db.prepare<TrialRow>(
    `SELECT number, run_id, EXISTS (SELECT 1 FROM run_checkpoint WHERE run_id = sweep_trial.run_id) AS has_checkpoint
     FROM sweep_trial WHERE sweep_id = ? ORDER BY number`,
  );
  return {
    byId: (id: string) => byId.get([id]),
    newest: () => newest.all(),
    insert: (row: Omit<SweepRow, 'snapshot'>) => void insert.run({ ...row }),
    insertEvent: (event: SweepEventRow) => void insertEvent.run({ ...event }),
    events: (sweepId: string) => events.all([sweepId]),
    insertTrial: (sweepId: string, number: number, runId: string) =>
      void insertTrial.run([sweepId, number, runId]),
    trials: (sweepId: string) => trials.all([sweepId]),
  };
}
