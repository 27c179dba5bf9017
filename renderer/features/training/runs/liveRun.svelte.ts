/** A run with what has happened since it was last stored: a running run is stored with its checkpoints alone. */
import type { TrainingPoint } from '../../../../shared/contract/index.ts';
import { getApp, useQuery } from '../../../state/index.ts';

export class LiveRun {
  readonly #app = getApp();
  readonly #runId: () => string;
  readonly query;
  /** Points that came after the last answer of the query. */
  #fresh = $state.raw<readonly TrainingPoint[]>([]);

  constructor(runId: () => string) {
    this.#runId = runId;
    this.query = useQuery('run.get', () => ({ runId: runId() }), ['runs']);
    $effect(() => {
      const wanted = this.#runId();
      this.#fresh = [];
      return this.#app.client.on('run.progressed', ({ runId: of, point }) => {
        if (of === wanted) this.#fresh = [...this.#fresh, point];
      });
    });
  }

  readonly curve: readonly TrainingPoint[] = $derived.by(() => {
    const known = this.query.data?.curve ?? [];
    const last = known.at(-1)?.step ?? -1;
    return [...known, ...this.#fresh.filter((point) => point.step > last)];
  });
  readonly latest: TrainingPoint | null = $derived(this.curve.at(-1) ?? null);
  readonly job = $derived(
    this.#app.jobs.running.find(({ jobId }) => jobId === this.query.data?.run.jobId) ?? null,
  );
  /** Of the whole run, as far as the clock of its last point tells. */
  readonly seconds: number = $derived.by(() => {
    const stored = this.query.data?.run.seconds ?? 0;
    if (!this.job || !this.latest) return stored;
    return Math.max(stored, (Date.parse(this.latest.at) - Date.parse(this.job.startedAt)) / 1000);
  });
}
