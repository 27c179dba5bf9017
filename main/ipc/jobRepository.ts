// Jobs in the vault: what ran, for whom, how it ended. A job still marked running when the vault is opened
// was cut short by a crash or a power cut and is shown as interrupted.
import type { Job } from '../../shared/contract/index.ts';
import type { Store } from '../store/index.ts';

interface JobRow {
  readonly id: string;
  readonly procedure: string;
  readonly title: string;
  readonly state: Job['state'];
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly progress: string | null;
  readonly keeps: Job['keeps'];
  readonly error_code: string | null;
}

export interface JobRepository {
  insert(job: Job, actor: string): void;
  update(job: Job): void;
  /** Newest first. */
  recent(limit: number): readonly Job[];
  /** Marks what a former process left running; returns how many. */
  interruptRunning(at: string): number;
}

const rowToJob = (row: JobRow): Job => ({
  jobId: row.id,
  procedure: row.procedure,
  title: row.title,
  state: row.state,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  progress: row.progress === null ? null : (JSON.parse(row.progress) as Job['progress']),
  keeps: row.keeps,
  errorCode: row.error_code,
});

export function createJobRepository({ db }: Pick<Store, 'db'>): JobRepository {
  const columns =
    'id, procedure, title, state, started_at, finished_at, progress, keeps, error_code';
  const insert = db.prepare(
    `INSERT INTO job (${columns}, actor) VALUES (@id, @procedure, @title, @state, @started, @finished, @progress, @keeps, @error, @actor)`,
  );
  const update = db.prepare(
    'UPDATE job SET title = @title, state = @state, finished_at = @finished, progress = @progress, error_code = @error WHERE id = @id',
  );
  const recent = db.prepare<JobRow>(
    `SELECT ${columns} FROM job ORDER BY started_at DESC, id DESC LIMIT ?`,
  );
  const interrupt = db.prepare(
    "UPDATE job SET state = 'interrupted', finished_at = ? WHERE state = 'running'",
  );
  const changing = (job: Job) => ({
    id: job.jobId,
    title: job.title,
    state: job.state,
    finished: job.finishedAt,
    progress: job.progress === null ? null : JSON.stringify(job.progress),
    error: job.errorCode,
  });
  return {
    insert: (job, actor) =>
      void insert.run({
        ...changing(job),
        procedure: job.procedure,
        started: job.startedAt,
        keeps: job.keeps,
        actor,
      }),
    update: (job) => void update.run(changing(job)),
    recent: (limit) => recent.all([limit]).map(rowToJob),
    interruptRunning: (at) => interrupt.run([at]).changes,
  };
}
