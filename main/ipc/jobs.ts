// Long work, independent of who asked for it: the job goes on when the page is closed, can be cancelled
// by anyone who may, beats every few seconds so that silence means trouble, and is remembered in the vault.
import type { Job, JobName, Progress } from '../../shared/contract/index.ts';
import { contract } from '../../shared/contract/index.ts';
import type { Clock, Random } from '../platform/index.ts';
import type { JobRepository } from './jobRepository.ts';
import { createThrottle } from './throttle.ts';

export const PROGRESS_INTERVAL_MS = 100;
const HEARTBEAT_MS = 5_000;

export interface JobsDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Tells every client. */
  readonly announce: (job: Job) => void;
  readonly heartbeatMs?: number;
}

export interface RunningJob {
  readonly jobId: string;
  progress(progress: Progress): void;
  title(text: string): void;
  finish(state: Exclude<Job['state'], 'running'>, errorCode: string | null): void;
}

export interface StartJob {
  readonly procedure: JobName;
  readonly actor: string;
  readonly repository: JobRepository;
  readonly controller: AbortController;
  /** Progress for the client that started it, until it leaves. */
  readonly onProgress: (progress: Progress) => void;
}

export interface Jobs {
  start(request: StartJob): RunningJob;
  list(repository: JobRepository): readonly Job[];
  /** False when no such job is running. */
  cancel(jobId: string): boolean;
  runningCount(): number;
  /** Settles when nothing is running. */
  idle(): Promise<void>;
  /** Asks all to stop and waits; what has not stopped by then is written down as interrupted. */
  interruptAll(patienceMs: number): Promise<void>;
}

interface Entry {
  job: Job;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
  readonly finish: RunningJob['finish'];
}

export function createJobs(deps: JobsDeps): Jobs {
  const running = new Map<string, Entry>();

  function start(request: StartJob): RunningJob {
    const { repository } = request;
    const jobId = deps.random.newId('job');
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const entry: Entry = {
      job: {
        jobId,
        procedure: request.procedure,
        title: '',
        state: 'running',
        startedAt: deps.clock.now(),
        finishedAt: null,
        progress: null,
        keeps: contract[request.procedure].keeps ?? 'nothing',
        errorCode: null,
      },
      controller: request.controller,
      ended,
      finish,
    };
    const set = (change: Partial<Job>): void => {
      entry.job = { ...entry.job, ...change };
    };
    const throttle = createThrottle<Progress>(PROGRESS_INTERVAL_MS, (progress) => {
      request.onProgress(progress);
      deps.announce(entry.job);
    });
    const heartbeat = setInterval(() => {
      if (entry.job.progress) request.onProgress(entry.job.progress);
      deps.announce(entry.job);
    }, deps.heartbeatMs ?? HEARTBEAT_MS);
    heartbeat.unref();

    function finish(state: Exclude<Job['state'], 'running'>, errorCode: string | null): void {
      if (!running.delete(jobId)) return; // Already written down as interrupted.
      clearInterval(heartbeat);
      throttle.flush();
      throttle.dispose();
      set({ state, errorCode, finishedAt: deps.clock.now() });
      try {
        repository.update(entry.job);
      } finally {
        end();
        deps.announce(entry.job);
      }
    }

    repository.insert(entry.job, request.actor);
    running.set(jobId, entry);
    deps.announce(entry.job);
    return {
      jobId,
      progress(progress) {
        if (entry.job.state !== 'running') return;
        set({ progress });
        throttle.push(progress);
      },
      title(text) {
        if (entry.job.state !== 'running') return;
        set({ title: text.slice(0, 200) });
        repository.update(entry.job);
        deps.announce(entry.job);
      },
      finish,
    };
  }

  return {
    start,
    list(repository) {
      return repository.recent(200).map((job) => running.get(job.jobId)?.job ?? job);
    },
    cancel(jobId) {
      const entry = running.get(jobId);
      entry?.controller.abort('caller');
      return entry !== undefined;
    },
    runningCount: () => running.size,
    async idle() {
      while (running.size > 0) await Promise.all([...running.values()].map(({ ended }) => ended));
    },
    async interruptAll(patienceMs) {
      const entries = [...running.values()];
      for (const entry of entries) entry.controller.abort('lock');
      const { promise: patience, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, patienceMs);
      await Promise.race([patience, Promise.all(entries.map((entry) => entry.ended))]);
      clearTimeout(timer);
      for (const entry of running.values()) entry.finish('interrupted', null);
    },
  };
}
