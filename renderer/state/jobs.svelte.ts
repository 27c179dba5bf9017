/** Long work, as the core reports it. A job belongs to the core: reloading the page only asks again. */
import type { Client, Job, Progress } from '../../shared/contract/index.ts';

export class Jobs {
  #byId = $state.raw<ReadonlyMap<string, Job>>(new Map());
  trayOpen = $state(false);
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
    client.on('job.changed', (job) => this.#put([job]));
  }

  /** Newest first. */
  readonly all = $derived(
    [...this.#byId.values()].sort((a, b) => b.startedAt.localeCompare(a.startedAt)),
  );
  readonly running = $derived(this.all.filter((job) => job.state === 'running'));
  readonly finished = $derived(this.all.filter((job) => job.state !== 'running'));

  async refresh(): Promise<void> {
    const result = await this.#client.call('job.list', {});
    if (result.ok) this.#put(result.value.items);
  }

  async cancel(jobId: string): Promise<void> {
    await this.#client.call('job.cancel', { jobId });
  }

  forget(): void {
    this.#byId = new Map();
    this.trayOpen = false;
  }

  #put(jobs: readonly Job[]): void {
    const next = new Map(this.#byId);
    for (const job of jobs) next.set(job.jobId, job);
    this.#byId = next;
  }
}

/** 0-1, or null while the amount of work is unknown. */
/** 0-1; null while the amount of work is not known. */
export const fractionOf = ({ done, total }: Pick<Progress, 'done' | 'total'>): number | null =>
  total ? Math.min(1, done / total) : null;

export const jobFraction = (job: Job): number | null =>
  job.progress ? fractionOf(job.progress) : null;
