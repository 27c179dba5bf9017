/*
 * Random search with successive halving (Jamieson and Talwalkar 2016; the bracket of Hyperband by Li et
 * al. 2018 without its outer loop), as arithmetic without I/O. Trials are drawn from the space by a seed;
 * all train to the first rung, the best 1 / eta of those that got there go on to the next, which is eta
 * times as long. What to do next depends on nothing but what the trials have reached and the time spent,
 * so a sweep that was cut short goes on as if it had not been.
 *
 * The minutes are kept by looking ahead: before a piece of work begins, it and everything that must
 * follow for the trials so far (at the pace measured until then) has to fit. The first trial always runs.
 */
import {
  Recipe,
  type SearchDimension,
  type SweepPlan,
  type SweepTrial,
} from '../../shared/contract/index.ts';
import { createRandom, type Random } from '../../shared/domain/random.ts';

export type Settings = SweepTrial['settings'];
type Value = Settings[number]['value'];

/** Epochs at which trials are compared, ascending; the last is where a recipe ends. */
export function rungsOf(epochs: number, eta: number, trials: number): number[] {
  const rungs = [epochs];
  // More rungs than it takes to get from all trials to one would compare nothing.
  const most = 1 + Math.ceil(Math.log(trials) / Math.log(eta) - 1e-9);
  while (rungs.length < most) {
    const below = Math.round((rungs[0] as number) / eta);
    if (below < 1 || below >= (rungs[0] as number)) break;
    rungs.unshift(below);
  }
  return rungs;
}

/** How often a trial that is no valid recipe, or was drawn already, is drawn again. */
const REDRAWS = 50;

export interface Drawn {
  readonly settings: Settings;
  readonly recipe: Recipe;
}

/**
 * Fewer than asked for where the space has no more to give. `problem` names the setting that never fits.
 */
export function drawTrials(
  base: Recipe,
  { space, trials, seed }: Pick<SweepPlan, 'space' | 'trials' | 'seed'>,
): { readonly drawn: readonly Drawn[]; readonly problem: string | null } {
  const random = createRandom(seed);
  const drawn: Drawn[] = [];
  const seen = new Set<string>();
  let problem: string | null = null;
  for (let misses = 0; drawn.length < trials && misses < REDRAWS;) {
    const settings = space.map((dimension) => ({
      setting: dimension.setting,
      value: draw(dimension, random),
    }));
    const key = JSON.stringify(settings);
    const candidate = Recipe.safeParse(withSettings(base, settings));
    if (candidate.success && !seen.has(key)) {
      seen.add(key);
      drawn.push({ settings, recipe: candidate.data });
      misses = 0;
      continue;
    }
    const [issue] = candidate.error?.issues ?? [];
    if (issue) problem = [...issue.path, issue.message].join(' ');
    misses += 1;
  }
  return { drawn, problem };
}

/** Rates are rounded to three digits: nobody reads, and no result depends on, the others. */
const rounded = (value: number): number => Number(value.toPrecision(3));

/** Settings that count something. */
const WHOLE = new Set<string>([
  'batchSize',
  'accumulation',
  'maxTokens',
  'mode.rank',
  'batchTokens',
  'towers',
  'embeddingDim',
  'hidden',
]);

function draw(dimension: SearchDimension, random: Random): Value {
  if (dimension.kind === 'choice') return random.pick(dimension.values);
  const { kind, low, high, setting } = dimension;
  const at = random.next();
  const value = kind === 'log' ? low * Math.pow(high / low, at) : low + at * (high - low);
  return WHOLE.has(setting) ? Math.round(value) : rounded(value);
}

/** The recipe with the settings in place; whether it is one is for the schema to say. */
export function withSettings(base: Recipe, settings: Settings): Record<string, unknown> {
  const recipe: Record<string, unknown> = { ...base };
  for (const { setting, value } of settings) {
    const [part, inner] = setting.split('.') as [string, string?];
    recipe[part] =
      inner === undefined ? value : { ...(recipe[part] as object | undefined), [inner]: value };
  }
  return recipe;
}

/** What a trial has reached: one score per rung, larger is better. */
export interface TrialState {
  readonly number: number;
  readonly rungs: readonly { readonly score: number; readonly seconds: number }[];
  /** It failed: nothing more comes of it. */
  readonly over: boolean;
}

export type NextStep =
  | { readonly kind: 'train'; readonly number: number; readonly rung: number }
  /** `outOfTime`: there was more to do than the minutes allowed. */
  | { readonly kind: 'end'; readonly outOfTime: boolean };

export interface Schedule {
  readonly rungs: readonly number[];
  readonly eta: number;
  readonly budgetSeconds: number;
}

/** @param spentSeconds since the sweep began, without the times it stood still. */
export function nextStep(
  schedule: Schedule,
  trials: readonly TrialState[],
  spentSeconds: number,
): NextStep {
  const { rungs, budgetSeconds } = schedule;
  const reached = Math.max(0, ...trials.map((trial) => trial.rungs.length - 1));
  const pace = secondsPerEpoch(schedule, trials);
  let outOfTime = false;
  for (let rung = reached; rung < rungs.length; rung += 1) {
    const wanted = candidates(schedule, trials, rung);
    const waiting = wanted.filter((trial) => trial.rungs.length === rung && !trial.over);
    const [next] = waiting;
    if (!next) {
      if (wanted.some((trial) => trial.rungs.length > rung)) continue;
      return { kind: 'end', outOfTime }; // Everybody failed on the way.
    }
    const done = wanted.length - waiting.length;
    const piece = pace * spanOf(rungs, rung);
    const rest = done === 0 ? 0 : pace * epochsAfter(schedule, rung, done + 1);
    if (pace === 0 || spentSeconds + piece + rest <= budgetSeconds) {
      return { kind: 'train', number: next.number, rung };
    }
    // Later rungs may still fit for those that are through this one.
    outOfTime = true;
    if (!wanted.some((trial) => trial.rungs.length > rung)) break;
  }
  return { kind: 'end', outOfTime };
}

/** Who may train to a rung, best first; on the first rung in the order drawn. */
export function candidates(
  { eta }: Pick<Schedule, 'eta'>,
  trials: readonly TrialState[],
  rung: number,
): readonly TrialState[] {
  if (rung === 0) return trials;
  const through = ranked(trials, rung - 1);
  return through.slice(0, Math.ceil(through.length / eta));
}

/** Those that finished a rung, best first; among equals the one drawn first. */
export const ranked = (trials: readonly TrialState[], rung: number): TrialState[] =>
  trials
    .filter((trial) => trial.rungs.length > rung)
    .sort(
      (a, b) => (b.rungs[rung]?.score ?? 0) - (a.rungs[rung]?.score ?? 0) || a.number - b.number,
    );

/** The best of those that got farthest. */
export function bestTrial(trials: readonly TrialState[]): TrialState | undefined {
  const farthest = Math.max(0, ...trials.map(({ rungs }) => rungs.length));
  return farthest === 0 ? undefined : ranked(trials, farthest - 1)[0];
}

const spanOf = (rungs: readonly number[], rung: number): number =>
  (rungs[rung] ?? 0) - (rung === 0 ? 0 : (rungs[rung - 1] ?? 0));

/** Epochs that must follow once `count` trials are through a rung. */
function epochsAfter({ rungs, eta }: Schedule, rung: number, count: number): number {
  let epochs = 0;
  for (let left = count, at = rung + 1; at < rungs.length; at += 1) {
    left = Math.ceil(left / eta);
    epochs += left * spanOf(rungs, at);
  }
  return epochs;
}

/** Mean over what was measured; 0 while nothing was. */
function secondsPerEpoch({ rungs }: Schedule, trials: readonly TrialState[]): number {
  let seconds = 0;
  let epochs = 0;
  for (const trial of trials) {
    trial.rungs.forEach((reached, rung) => {
      if (reached.seconds === 0) return; // Stopped early: it was not trained this far.
      seconds += reached.seconds;
      epochs += spanOf(rungs, rung);
    });
  }
  return epochs === 0 ? 0 : seconds / epochs;
}
