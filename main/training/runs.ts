/*
 * Runs as the contract shows them, and the one way to write an event of a run.
 */
import type { Recipe, Run, TrainingPoint } from '../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { Clock } from '../platform/index.ts';
import { pointOf, thin } from './curve.ts';
import type { RunEventRow, RunRepository, RunRow } from './runRepository.ts';
import {
  foldRun,
  isResumable,
  type FoldedRun,
  type RunEvent,
  type RunEventBody,
} from './runState.ts';

export interface StoredRecipe {
  /** The order; of it only the preset is of use once it is resolved. */
  readonly recipe: { readonly preset: string | null };
  readonly resolved: Recipe;
}

export interface RunDetails {
  readonly run: Run;
  readonly folded: FoldedRun;
  readonly stored: StoredRecipe;
}

export interface Runs {
  note(runId: string, event: RunEventBody): void;
  /** Newest first, at most 500, without trials of sweeps; or the trials of one sweep in their order. */
  list(sweepId?: string): Run[];
  /** Fails with NOT_FOUND. */
  get(runId: string): Result<RunDetails>;
  /** At most `limit` points. */
  curve(runId: string, limit: number): TrainingPoint[];
  /** Ids of runs whose events say that they run. */
  running(): readonly string[];
}

export function createRuns(deps: {
  readonly clock: Clock;
  readonly repository: RunRepository;
}): Runs {
  const { clock, repository } = deps;

  function detailsOf(row: RunRow, events: readonly RunEvent[]): RunDetails {
    const folded = foldRun(events);
    const stored = JSON.parse(row.recipe) as StoredRecipe;
    const current =
      folded.since === null ? 0 : Math.max(0, clock.nowMs() - Date.parse(folded.since)) / 1000;
    return {
      folded,
      stored,
      run: {
        runId: row.id,
        name: row.name,
        snapshotId: row.snapshot_id,
        snapshot: row.snapshot,
        recipe: stored.resolved,
        preset: stored.recipe.preset,
        recipeSha256: row.recipe_sha256,
        base:
          row.base_id === null
            ? null
            : {
                baseId: row.base_id,
                name: row.base_name as string,
                sha256: row.base_sha256 as string,
              },
        sweepId: row.sweep_id,
        state: folded.state,
        startedAt: row.started_at,
        finishedAt: folded.finishedAt,
        steps: row.last_step ?? 0,
        totalSteps: folded.totalSteps,
        lastLoss: row.last_loss,
        devF1: folded.facts?.devF1 ?? row.dev_f1,
        test: folded.facts?.test ?? null,
        privacy: folded.facts?.privacy ?? null,
        modelId: folded.modelId,
        resumable: isResumable(folded, row.checkpoint_step !== null),
        provider: row.provider,
        errorCode: folded.errorCode,
        jobId: folded.jobId,
        seconds: folded.seconds + current,
      },
    };
  }

  return {
    note(runId, { type, ...body }) {
      repository.insertEvent({ run_id: runId, type, at: clock.now(), body: JSON.stringify(body) });
    },
    list(sweepId) {
      const events = Map.groupBy(repository.allEvents(), (event) => event.run_id);
      const rows = sweepId === undefined ? repository.newest() : repository.ofSweep(sweepId);
      return rows.map((row) => detailsOf(row, (events.get(row.id) ?? []).map(eventOf)).run);
    },
    get(runId) {
      const row = repository.byId(runId);
      return row
        ? ok(detailsOf(row, repository.events(runId).map(eventOf)))
        : failure('NOT_FOUND', 'There is no such training run in this vault. Nothing was changed.');
    },
    curve: (runId, limit) => thin(repository.points(runId).map(pointOf), limit),
    running: () =>
      [...Map.groupBy(repository.allEvents(), (event) => event.run_id)]
        .filter(([, events]) => foldRun(events.map(eventOf)).state === 'running')
        .map(([runId]) => runId),
  };
}

const eventOf = ({ type, at, body }: RunEventRow): RunEvent =>
  ({ ...(JSON.parse(body) as object), type, at }) as RunEvent;
