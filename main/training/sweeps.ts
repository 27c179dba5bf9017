/*
 * Sweeps: many runs that share a snapshot and a recipe and differ in some of its settings. What to do next
 * is decided in sweepPlan.ts; here it is done, one trial at a time. Each trial is an ordinary run with a
 * checkpoint of its own, so that it can wait at a rung and go on bit for bit, and so that its checkpoint
 * goes when somebody it learned from withdraws. No trial becomes a model by itself: that is `promote`.
 */
import type { OutputOf, Sweep, SweepPlan, SweepTrial } from '../../shared/contract/index.ts';
import { failure, ok, type Failure, type Result } from '../../shared/kernel/result.ts';
import { driftOf, prepare, type Prepared } from './preparation.ts';
import { recipeSha256 } from './recipe.ts';
import type { RunCall, Runner, RunnerDeps, Trained } from './runner.ts';
import { epochsPlanned, planOf, scoreOf } from './sweepOrder.ts';
import { candidates, nextStep } from './sweepPlan.ts';
import type { SweepRepository, SweepRow } from './sweepRepository.ts';
import {
  bestOf,
  foldSweep,
  scheduleOf,
  trialsOf,
  type FoldedSweep,
  type StoredPlan,
  type SweepEvent,
  type SweepEventBody,
} from './sweepState.ts';
import type { Training } from './training.ts';

export type SweepTable = OutputOf<'sweep.get'>;

export interface SweepCall extends RunCall {
  /** The sweep exists from here on. */
  readonly onSweep?: (sweep: Sweep) => void;
  /** A trial reached a rung or failed. */
  readonly onTrial?: () => void;
}

export interface SweepOrder {
  readonly snapshotId: string;
  readonly plan: SweepPlan;
  readonly name?: string;
}

export interface Sweeps {
  /** Fails like `train.run`; a trial that fails by its own settings does not end the sweep. */
  start(call: SweepCall, order: SweepOrder): Promise<Result<SweepTable>>;
  /** Fails like `start`, and with CONFLICT where there is nothing to go on with. */
  resume(call: SweepCall, sweepId: string): Promise<Result<SweepTable>>;
  /** Newest first, at most 500. */
  list(): Sweep[];
  /** Fails with NOT_FOUND. */
  get(sweepId: string): Result<SweepTable>;
  /** Fails like `train.run`, and with CONFLICT where there is no trial to promote. */
  promote(
    call: RunCall,
    order: { readonly sweepId: string; readonly runId?: string; readonly name?: string },
  ): Promise<Result<Trained>>;
  /** Closes sweeps that a crash cut short. Called once when the vault opens. */
  recover(): void;
}

export interface SweepsDeps extends RunnerDeps {
  readonly sweeps: SweepRepository;
  readonly runner: Runner;
  readonly training: Pick<Training, 'finish'>;
}

/** These come from the settings of one trial; whatever else goes wrong would go wrong for all. */
const OF_ONE_TRIAL = new Set([
  'TRAINING_DIVERGED',
  'OUT_OF_MEMORY',
  'COMPUTE_LOST',
  'RECIPE_INVALID',
]);

export function createSweeps(deps: SweepsDeps): Sweeps {
  const { store, clock, random, sweeps: repository, runs, runner, training } = deps;
  /** Which trial of which sweep trains now. */
  let active: { readonly sweepId: string; readonly number: number } | undefined;

  const note = (sweepId: string, { type, ...body }: SweepEventBody): void =>
    repository.insertEvent({
      sweep_id: sweepId,
      type,
      at: clock.now(),
      body: JSON.stringify(body),
    });

  const storedOf = (row: SweepRow): StoredPlan => JSON.parse(row.plan) as StoredPlan;
  const foldedOf = (row: SweepRow): FoldedSweep =>
    foldSweep(
      storedOf(row).drawn.length,
      repository
        .events(row.id)
        .map(({ type, at, body }) => ({ ...(JSON.parse(body) as object), type, at }) as SweepEvent),
    );
  const runsOf = (sweepId: string): ReadonlyMap<number, string> =>
    new Map(repository.trials(sweepId).map(({ number, run_id }) => [number, run_id]));

  function sweepOf(row: SweepRow): Sweep {
    const stored = storedOf(row);
    const folded = foldedOf(row);
    const runIds = runsOf(row.id);
    const { state, since } = folded;
    const current = since === null ? 0 : Math.max(0, clock.nowMs() - Date.parse(since)) / 1000;
    const seconds = folded.seconds + current;
    return {
      sweepId: row.id,
      name: row.name,
      snapshotId: row.snapshot_id,
      snapshot: row.snapshot,
      architecture: stored.base.architecture,
      plan: stored.plan,
      rungs: [...stored.rungs],
      scoredBy: stored.scoredBy,
      state,
      startedAt: row.started_at,
      finishedAt: folded.finishedAt,
      seconds,
      started: runIds.size,
      best: bestOf(folded, runIds),
      resumable:
        state !== 'running' &&
        state !== 'done' &&
        folded.errorCode !== 'GATE_DENIED' &&
        nextStep(scheduleOf(stored), folded.trials, seconds).kind === 'train',
      errorCode: folded.errorCode,
      jobId: folded.jobId,
    };
  }

  function tableOf(row: SweepRow): SweepTable {
    const number = active?.sweepId === row.id ? active.number : null;
    const trials: SweepTrial[] = trialsOf(storedOf(row), foldedOf(row), runsOf(row.id), number);
    return { sweep: sweepOf(row), trials };
  }

  const rowOf = (sweepId: string): SweepRow => repository.byId(sweepId) as SweepRow;

  async function start(call: SweepCall, order: SweepOrder): Promise<Result<SweepTable>> {
    const planned = planOf(order.plan);
    if (!planned.ok) return planned;
    const stored = planned.value;
    const prepared = prepare(deps, call.actor, order.snapshotId, stored.base);
    if (!prepared.ok) return prepared;
    if (prepared.value.data.dev.length === 0) return nothingToCompareBy();
    const sweepId = random.newId('sweep');
    store.transaction(() => {
      repository.insert({
        id: sweepId,
        name: (
          order.name ??
          `${prepared.value.reader.snapshot.name}, sweep of ${stored.base.architecture}`
        ).slice(0, 200),
        snapshot_id: order.snapshotId,
        plan: JSON.stringify(stored),
        started_at: clock.now(),
        actor: call.actor.userId,
      });
      note(sweepId, { type: 'started', jobId: call.jobId });
    });
    return carry(call, sweepId, prepared.value);
  }

  async function resume(call: SweepCall, sweepId: string): Promise<Result<SweepTable>> {
    const row = repository.byId(sweepId);
    if (!row) return unknownSweep();
    if (!sweepOf(row).resumable) {
      return failure(
        'CONFLICT',
        `The sweep "${row.name}" has nothing left to go on with. Nothing was changed.`,
        { sweep: row.name },
      );
    }
    const prepared = prepare(deps, call.actor, row.snapshot_id, storedOf(row).base);
    if (!prepared.ok) return prepared;
    note(sweepId, { type: 'resumed', jobId: call.jobId });
    return carry(call, sweepId, prepared.value);
  }

  /** Trains piece after piece until the schedule says that it is over. */
  async function carry(
    call: SweepCall,
    sweepId: string,
    prepared: Prepared,
  ): Promise<Result<SweepTable>> {
    const stored = storedOf(rowOf(sweepId));
    const schedule = scheduleOf(stored);
    const before = foldedOf(rowOf(sweepId)).seconds;
    const began = clock.monotonicMs();
    const stretch = (): number => Math.round(clock.monotonicMs() - began) / 1000;
    call.onSweep?.(sweepOf(rowOf(sweepId)));
    try {
      for (;;) {
        const { trials } = foldedOf(rowOf(sweepId));
        const step = nextStep(schedule, trials, before + stretch());
        if (step.kind === 'end') break;
        const { number, rung } = step;
        active = { sweepId, number };
        dropBelow(sweepId, stored, rung);
        const outcome = await trainTrial(call, sweepId, stored, prepared, number, rung);
        active = undefined;
        call.onTrial?.();
        if (outcome) return end(sweepId, outcome, call, stretch());
      }
      note(sweepId, { type: 'done', seconds: stretch() });
      return ok(tableOf(rowOf(sweepId)));
    } catch (error) {
      note(sweepId, { type: 'failed', code: 'INTERNAL', seconds: stretch() });
      throw error;
    } finally {
      active = undefined;
    }
  }

  /** Undefined where the sweep goes on. */
  async function trainTrial(
    call: SweepCall,
    sweepId: string,
    stored: StoredPlan,
    prepared: Prepared,
    number: number,
    rung: number,
  ): Promise<Failure | undefined> {
    const drawn = stored.drawn[number - 1] as StoredPlan['drawn'][number];
    const own: Prepared = { ...prepared, recipe: drawn.recipe };
    const runId = runFor(call, sweepId, stored, own, number);
    if (!runId.ok) return runId.error;
    const epochs = stored.rungs[rung] as number;
    const doneBefore = epochsDone(sweepId, stored);
    const planned = epochsPlanned(stored);
    const from = stored.rungs[rung - 1] ?? 0;
    const trial: RunCall = {
      actor: call.actor,
      jobId: call.jobId,
      signal: call.signal,
      onPoint: call.onPoint,
      onProgress({ stage, done, total }) {
        const reached = total ? (done / total) * (stored.rungs.at(-1) ?? 0) : from;
        const here = Math.min(epochs, Math.max(from, reached)) - from;
        const all = Math.max(planned, doneBefore + epochs - from);
        call.onProgress({
          stage,
          done: Math.round(10 * (doneBefore + here)) / 10,
          total: all,
          unit: 'epochs',
          etaSeconds: null,
        });
      },
    };
    const result = await runner.trainUpTo(trial, runId.value, own, epochs);
    if (!result.ok) {
      const { error } = result;
      if (!OF_ONE_TRIAL.has(error.code)) return error;
      store.transaction(() => {
        note(sweepId, { type: 'trialFailed', number, code: error.code });
        runner.outcomes.destroyCheckpoint(runId.value, 'trialFailed');
      });
      return undefined;
    }
    const { best, early, seconds } = result.value;
    const score = scoreOf(best, stored.scoredBy);
    const reached = early ? stored.rungs.length - 1 : rung;
    store.transaction(() => {
      for (let at = rung; at <= reached; at += 1) {
        note(sweepId, {
          ...{ type: 'reached', number, rung: at, score, seconds: at === rung ? seconds : 0 },
        } as SweepEventBody);
      }
    });
    return undefined;
  }

  /** The run of a trial, made at its first turn, taken up again at later ones. */
  function runFor(
    call: SweepCall,
    sweepId: string,
    stored: StoredPlan,
    prepared: Prepared,
    number: number,
  ): Result<string> {
    const known = runsOf(sweepId).get(number);
    if (known === undefined) {
      const { name } = rowOf(sweepId);
      const { recipe } = prepared;
      return ok(
        store.transaction(() => {
          const runId = runner.begin(call, prepared, {
            name: `${name.slice(0, 180)}, trial ${number}`,
            recipe: { preset: stored.preset, resolved: recipe, sha256: recipeSha256(recipe) },
          });
          repository.insertTrial(sweepId, number, runId);
          return runId;
        }),
      );
    }
    const run = runs.get(known);
    if (!run.ok) return run;
    const drift = driftOf(prepared, run.value.folded.data);
    if (drift) {
      for (const runId of runsOf(sweepId).values()) {
        runner.outcomes.destroyCheckpoint(runId, drift.reason);
      }
      return { ok: false, error: drift.error };
    }
    runner.goOn(call, known, prepared);
    return ok(known);
  }

  /** A checkpoint can be larger than its model: those of trials that do not go on are let go. */
  function dropBelow(sweepId: string, stored: StoredPlan, rung: number): void {
    if (rung === 0) return;
    const { trials } = foldedOf(rowOf(sweepId));
    const staying = new Set(
      candidates(scheduleOf(stored), trials, rung).map(({ number }) => number),
    );
    for (const { number, run_id, has_checkpoint } of repository.trials(sweepId)) {
      if (has_checkpoint && !staying.has(number)) {
        runner.outcomes.destroyCheckpoint(run_id, 'trialDropped');
      }
    }
  }

  function epochsDone(sweepId: string, { rungs }: StoredPlan): number {
    const { trials } = foldedOf(rowOf(sweepId));
    return trials.reduce((sum, trial) => sum + (rungs[trial.rungs.length - 1] ?? 0), 0);
  }

  function end(
    sweepId: string,
    error: Failure,
    call: SweepCall,
    seconds: number,
  ): Result<SweepTable> {
    if (error.code === 'CANCELLED') {
      note(sweepId, { type: call.signal.reason === 'lock' ? 'interrupted' : 'cancelled', seconds });
    } else {
      note(sweepId, { type: 'failed', code: error.code, seconds });
    }
    const finished = foldedOf(rowOf(sweepId)).trials.filter(({ rungs }) => rungs.length > 0).length;
    return {
      ok: false,
      error: {
        ...error,
        message: `${error.message} ${finished} ${finished === 1 ? 'trial of the sweep is' : 'trials of the sweep are'} kept with what they reached.`,
        params: { ...error.params, sweepId, trials: finished },
      },
    };
  }

  return {
    start: (call, order) => runner.alone(() => start(call, order)),
    resume: (call, sweepId) => runner.alone(() => resume(call, sweepId)),
    list: () => repository.newest().map(sweepOf),
    get(sweepId) {
      const row = repository.byId(sweepId);
      return row ? ok(tableOf(row)) : unknownSweep();
    },
    async promote(call, { sweepId, runId, name }) {
      const row = repository.byId(sweepId);
      if (!row) return unknownSweep();
      const { sweep, trials } = tableOf(row);
      const wanted = runId ?? sweep.best?.runId;
      const trial = trials.find((one) => one.runId === wanted);
      if (
        !trial ||
        wanted === undefined ||
        trial.state === 'promoted' ||
        trial.state === 'failed'
      ) {
        return nothingToPromote(row.name, trial?.state);
      }
      const trained = await training.finish(call, wanted, name);
      if (trained.ok) note(sweepId, { type: 'promoted', number: trial.number });
      return trained;
    },
    recover() {
      for (const row of repository.newest()) {
        const { state, since, lastAt } = foldedOf(row);
        if (state !== 'running') continue;
        const seconds = (Date.parse(lastAt ?? '') - Date.parse(since ?? '')) / 1000;
        note(row.id, { type: 'interrupted', seconds: Math.max(0, seconds || 0) });
      }
    },
  };
}

const unknownSweep = (): Result<never> =>
  failure('NOT_FOUND', 'There is no such sweep in this vault. Nothing was changed.');

const nothingToCompareBy = (): Result<never> =>
  failure(
    'RECIPE_INVALID',
    'The snapshot has no development documents to compare trials by. Nothing was changed. Freeze a snapshot with a development split.',
    { field: 'snapshotId' },
  );

const nothingToPromote = (name: string, state: string | undefined): Result<never> =>
  failure(
    'CONFLICT',
    state === 'promoted'
      ? `That trial of "${name}" is a model already. Nothing was changed.`
      : state === 'failed'
        ? `That trial of "${name}" failed, so no model can come of it. Nothing was changed. Choose another.`
        : `No trial of "${name}" has been measured yet. Nothing was changed.`,
    { sweep: name },
  );
