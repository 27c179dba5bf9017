/*
 * What has become of a sweep, folded from its events: its state, what each trial has reached, the time it
 * has used. Like a run, one that claims to be running although nobody runs it is closed at the next unlock.
 */
import type { Sweep, SweepPlan, SweepTrial, Recipe } from '../../shared/contract/index.ts';
import {
  bestTrial,
  candidates,
  type Schedule,
  type Settings,
  type TrialState,
} from './sweepPlan.ts';

/** What a sweep was ordered to be, with everything that was drawn for it. */
export interface StoredPlan {
  readonly plan: SweepPlan;
  readonly preset: string | null;
  readonly base: Recipe;
  readonly rungs: readonly number[];
  readonly scoredBy: Sweep['scoredBy'];
  readonly drawn: readonly { readonly settings: Settings; readonly recipe: Recipe }[];
}

export type SweepEvent = { readonly at: string } & (
  | { readonly type: 'started' | 'resumed'; readonly jobId: string | null }
  | {
      /** A trial reached the end of a rung. */
      readonly type: 'reached';
      readonly number: number;
      readonly rung: number;
      readonly score: number;
      /** 0 where it had stopped early and was not trained any further. */
      readonly seconds: number;
    }
  | { readonly type: 'trialFailed'; readonly number: number; readonly code: string }
  | { readonly type: 'promoted'; readonly number: number }
  | { readonly type: 'done'; readonly seconds: number }
  | { readonly type: 'failed'; readonly seconds: number; readonly code: string }
  | { readonly type: 'cancelled' | 'interrupted'; readonly seconds: number }
);
type WithoutAt<E> = E extends SweepEvent ? Omit<E, 'at'> : never;
export type SweepEventBody = WithoutAt<SweepEvent>;

export interface FoldedTrial extends TrialState {
  readonly errorCode: string | null;
  readonly promoted: boolean;
}

export interface FoldedSweep {
  readonly state: Sweep['state'];
  readonly jobId: string | null;
  readonly finishedAt: string | null;
  readonly errorCode: string | null;
  /** Spent so far, without the current stretch. */
  readonly seconds: number;
  /** Begin of the current stretch; null unless running. */
  readonly since: string | null;
  readonly lastAt: string | null;
  readonly trials: readonly FoldedTrial[];
}

export function foldSweep(count: number, events: readonly SweepEvent[]): FoldedSweep {
  const trials = new Map<number, FoldedTrial>();
  for (let number = 1; number <= count; number += 1) {
    trials.set(number, { number, rungs: [], over: false, errorCode: null, promoted: false });
  }
  const change = (number: number, more: (old: FoldedTrial) => Partial<FoldedTrial>): void => {
    const old = trials.get(number);
    if (old) trials.set(number, { ...old, ...more(old) });
  };
  let sweep: Omit<FoldedSweep, 'trials'> = {
    state: 'running',
    jobId: null,
    finishedAt: null,
    errorCode: null,
    seconds: 0,
    since: null,
    lastAt: null,
  };
  for (const event of events) {
    sweep = { ...sweep, lastAt: event.at };
    switch (event.type) {
      case 'started':
      case 'resumed':
        sweep = {
          ...sweep,
          state: 'running',
          jobId: event.jobId,
          finishedAt: null,
          errorCode: null,
          since: event.at,
        };
        break;
      case 'reached':
        change(event.number, ({ rungs }) => ({
          rungs: [...rungs, { score: event.score, seconds: event.seconds }],
        }));
        break;
      case 'trialFailed':
        change(event.number, () => ({ over: true, errorCode: event.code }));
        break;
      case 'promoted':
        change(event.number, () => ({ promoted: true }));
        break;
      case 'done':
      case 'failed':
      case 'cancelled':
      case 'interrupted':
        sweep = {
          ...sweep,
          state: event.type,
          finishedAt: event.at,
          since: null,
          seconds: sweep.seconds + event.seconds,
          errorCode: event.type === 'failed' ? event.code : null,
        };
        break;
    }
  }
  return { ...sweep, trials: [...trials.values()] };
}

export const scheduleOf = ({ plan, rungs }: StoredPlan): Schedule => ({
  rungs,
  eta: plan.eta,
  budgetSeconds: 60 * plan.budgetMinutes,
});

export function trialsOf(
  stored: StoredPlan,
  folded: FoldedSweep,
  runs: ReadonlyMap<number, string>,
  active: number | null,
): SweepTrial[] {
  const schedule = scheduleOf(stored);
  return folded.trials.map((trial) => ({
    number: trial.number,
    runId: runs.get(trial.number) ?? null,
    settings: stored.drawn[trial.number - 1]?.settings ?? [],
    rungs: trial.rungs.map(({ score, seconds }, rung) => ({
      epochs: stored.rungs[rung] ?? 0,
      score,
      seconds,
    })),
    state: stateOf(trial, schedule, folded, active),
    errorCode: trial.errorCode,
  }));
}

function stateOf(
  trial: FoldedTrial,
  schedule: Schedule,
  { state, trials }: FoldedSweep,
  active: number | null,
): SweepTrial['state'] {
  if (trial.promoted) return 'promoted';
  if (trial.over) return 'failed';
  if (trial.number === active) return 'running';
  const reached = trial.rungs.length;
  if (reached === schedule.rungs.length) return 'finished';
  const isOver = state === 'done';
  if (reached === 0) return isOver || furthest(trials) > 1 ? 'outOfTime' : 'waiting';
  // Who goes on is known once nobody trains on the rung below any more.
  const settled = isOver || furthest(trials) > reached;
  if (!settled) return 'paused';
  const goesOn = candidates(schedule, trials, reached).some(
    ({ number }) => number === trial.number,
  );
  if (!goesOn) return 'dropped';
  return isOver || furthest(trials) > reached + 1 ? 'outOfTime' : 'paused';
}

const furthest = (trials: readonly FoldedTrial[]): number =>
  Math.max(0, ...trials.map(({ rungs }) => rungs.length));

export function bestOf(folded: FoldedSweep, runs: ReadonlyMap<number, string>): Sweep['best'] {
  const best = bestTrial(folded.trials);
  const runId = best && runs.get(best.number);
  const score = best?.rungs.at(-1)?.score;
  return best && runId !== undefined && score !== undefined
    ? { number: best.number, runId, score }
    : null;
}
