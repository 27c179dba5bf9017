// The schedule of a sweep as arithmetic: who trains how far, in which order, within which minutes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bestTrial,
  candidates,
  drawTrials,
  nextStep,
  ranked,
  rungsOf,
  withSettings,
  type Schedule,
  type TrialState,
} from '../../../main/training/sweepPlan.ts';
import {
  ENCODER_PRESETS,
  TAGGER_PRESETS,
  type Recipe,
  type SearchDimension,
} from '../../../shared/contract/index.ts';

const ENCODER: Recipe = {
  ...ENCODER_PRESETS.lora,
  mode: { kind: 'lora', rank: 8, alpha: 16, targets: ['query', 'value'] },
  base: 'bas_00000001',
};
const TAGGER: Recipe = { ...TAGGER_PRESETS.quick, dilations: [...TAGGER_PRESETS.quick.dilations] };
const SPACE: SearchDimension[] = [
  { kind: 'log', setting: 'learningRate', low: 1e-5, high: 1e-3 },
  { kind: 'choice', setting: 'mode.rank', values: [4, 8, 16] },
  { kind: 'uniform', setting: 'warmup', low: 0, high: 0.2 },
];

describe('rungs', () => {
  it.each([
    [9, 3, 9, [1, 3, 9]],
    [9, 3, 200, [1, 3, 9]],
    [9, 3, 3, [3, 9]],
    [8, 2, 8, [1, 2, 4, 8]],
    [5, 3, 9, [1, 2, 5]],
    [1, 3, 9, [1]],
    [27, 3, 27, [1, 3, 9, 27]],
  ])('of %i epochs by %i for %i trials are %j', (epochs, eta, trials, rungs) => {
    expect(rungsOf(epochs, eta, trials)).toEqual(rungs);
  });

  it('always ascend and end with the recipe', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 2, max: 4 }),
        fc.integer({ min: 2, max: 200 }),
        (epochs, eta, trials) => {
          const rungs = rungsOf(epochs, eta, trials);
          expect(rungs.at(-1)).toBe(epochs);
          expect(rungs.every((rung, at) => rung > (rungs[at - 1] ?? 0))).toBe(true);
        },
      ),
    );
  });
});

describe('drawing', () => {
  it('gives the same trials for the same seed, and others for another', () => {
    const plan = { space: SPACE, trials: 12, seed: 5 };
    const first = drawTrials(ENCODER, plan).drawn;
    expect(first).toHaveLength(12);
    expect(drawTrials(ENCODER, plan).drawn).toEqual(first);
    expect(drawTrials(ENCODER, { ...plan, seed: 6 }).drawn).not.toEqual(first);
  });

  it('stays inside the space and puts settings where they belong', () => {
    const { drawn } = drawTrials(ENCODER, { space: SPACE, trials: 60, seed: 1 });
    for (const { recipe } of drawn) {
      if (recipe.architecture !== 'encoder' || recipe.mode.kind !== 'lora') throw new Error('lost');
      expect(recipe.learningRate).toBeGreaterThanOrEqual(1e-5);
      expect(recipe.learningRate).toBeLessThanOrEqual(1e-3);
      expect([4, 8, 16]).toContain(recipe.mode.rank);
      expect(recipe.mode.targets).toEqual(['query', 'value']);
    }
    // Even on the logarithmic scale: about half lie in each decade.
    const low = drawn.filter(({ recipe }) => recipe.learningRate < 1e-4).length;
    expect(low).toBeGreaterThan(15);
    expect(low).toBeLessThan(45);
  });

  it('draws nothing twice and ends where the space does', () => {
    const { drawn } = drawTrials(TAGGER, {
      space: [{ kind: 'choice', setting: 'dropout', values: [0.1, 0.2, 0.3] }],
      trials: 9,
      seed: 1,
    });
    expect(drawn.map(({ settings }) => settings[0]?.value).sort()).toEqual([0.1, 0.2, 0.3]);
  });

  it('says which setting never makes a recipe', () => {
    const { drawn, problem } = drawTrials(TAGGER, {
      space: [{ kind: 'choice', setting: 'mode.rank', values: [4, 8] }],
      trials: 4,
      seed: 1,
    });
    expect(drawn).toEqual([]);
    expect(problem).toContain('mode');
  });

  it('counts in whole numbers what is counted', () => {
    const { drawn } = drawTrials(ENCODER, {
      space: [{ kind: 'uniform', setting: 'batchSize', low: 4, high: 32 }],
      trials: 5,
      seed: 1,
    });
    expect(drawn.every(({ settings }) => Number.isInteger(settings[0]?.value))).toBe(true);
    expect(withSettings(TAGGER, [{ setting: 'dropout', value: 0.5 }])).toMatchObject({
      dropout: 0.5,
    });
  });
});

/** Plays a sweep whose trials score as told and cost one second per epoch. */
function play(
  schedule: Schedule,
  scores: readonly number[],
  options: { readonly failing?: readonly number[]; readonly secondsPerEpoch?: number } = {},
) {
  const { failing = [], secondsPerEpoch = 1 } = options;
  let trials: TrialState[] = scores.map((_score, index) => ({
    number: index + 1,
    rungs: [],
    over: false,
  }));
  let spent = 0;
  const order: [number, number][] = [];
  for (;;) {
    const step = nextStep(schedule, trials, spent);
    if (step.kind === 'end') return { trials, spent, order, outOfTime: step.outOfTime };
    const { number, rung } = step;
    order.push([number, rung]);
    const seconds =
      secondsPerEpoch * ((schedule.rungs[rung] ?? 0) - (schedule.rungs[rung - 1] ?? 0));
    spent += seconds;
    trials = trials.map((trial) => {
      if (trial.number !== number) return trial;
      if (failing.includes(number)) return { ...trial, over: true };
      return { ...trial, rungs: [...trial.rungs, { score: scores[number - 1] ?? 0, seconds }] };
    });
  }
}

const NINE = [0.1, 0.9, 0.3, 0.8, 0.5, 0.7, 0.2, 0.4, 0.6];
const SCHEDULE: Schedule = { rungs: [1, 3, 9], eta: 3, budgetSeconds: Infinity };

describe('the schedule', () => {
  it('halves by scores and trains nothing twice', () => {
    const { trials, spent, order } = play(SCHEDULE, NINE);
    expect(order.slice(0, 9)).toEqual(NINE.map((_, index) => [index + 1, 0]));
    expect(order.slice(9)).toEqual([
      [2, 1],
      [4, 1],
      [6, 1],
      [2, 2],
    ]);
    expect(spent).toBe(9 * 1 + 3 * 2 + 1 * 6);
    expect(bestTrial(trials)?.number).toBe(2);
  });

  it('breaks ties by the order drawn', () => {
    const { order } = play(SCHEDULE, [0.5, 0.5, 0.5, 0.5]);
    expect(order.slice(4)).toEqual([
      [1, 1],
      [2, 1],
      [1, 2],
    ]);
  });

  it('goes on without those that fail', () => {
    const { order, trials } = play(SCHEDULE, NINE, { failing: [2, 4] });
    expect(order.filter(([number]) => number === 2)).toEqual([[2, 0]]);
    expect(bestTrial(trials)?.number).toBe(6);
    expect(play(SCHEDULE, NINE, { failing: [1, 2, 3, 4, 5, 6, 7, 8, 9] }).order).toHaveLength(9);
  });

  it('does not depend on where it was cut', () => {
    const whole = play(SCHEDULE, NINE).order;
    for (let cut = 0; cut <= whole.length; cut += 1) {
      const trials: TrialState[] = NINE.map((score, index) => ({
        number: index + 1,
        over: false,
        rungs: whole
          .slice(0, cut)
          .filter(([number]) => number === index + 1)
          .map(([, rung]) => ({
            score,
            seconds: (SCHEDULE.rungs[rung] ?? 0) - (SCHEDULE.rungs[rung - 1] ?? 0),
          })),
      }));
      const step = nextStep(SCHEDULE, trials, cut);
      const next = whole[cut];
      expect(step).toEqual(
        next
          ? { kind: 'train', number: next[0], rung: next[1] }
          : { kind: 'end', outOfTime: false },
      );
    }
  });

  it('starts fewer trials where the minutes do not suffice for all, and still reaches the last rung', () => {
    const { spent, trials, order } = play({ ...SCHEDULE, budgetSeconds: 16 }, NINE);
    expect(spent).toBeLessThanOrEqual(16);
    expect(order.filter(([, rung]) => rung === 0).length).toBeLessThan(9);
    expect(trials.some(({ rungs }) => rungs.length === 3)).toBe(true);
  });

  it('runs at least one trial, however few the minutes', () => {
    const { order, outOfTime } = play({ ...SCHEDULE, budgetSeconds: 0.001 }, NINE);
    expect(order).toEqual([[1, 0]]);
    expect(outOfTime).toBe(true);
  });

  it('never spends more than one piece beyond its minutes, whatever the scores', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 30 }),
        fc.integer({ min: 1, max: 27 }),
        fc.integer({ min: 2, max: 4 }),
        fc.double({ min: 1, max: 200, noNaN: true }),
        (scores, epochs, eta, budgetSeconds) => {
          const rungs = rungsOf(epochs, eta, scores.length);
          const { spent, trials } = play({ rungs, eta, budgetSeconds }, scores);
          expect(spent).toBeLessThanOrEqual(Math.max(budgetSeconds, rungs[0] ?? 0) + 1e-9);
          for (let rung = 1; rung < rungs.length; rung += 1) {
            const through = ranked(trials, rung - 1);
            const allowed = new Set(candidates({ eta }, trials, rung).map(({ number }) => number));
            expect(allowed.size).toBe(Math.ceil(through.length / eta));
            for (const { number } of ranked(trials, rung)) expect(allowed.has(number)).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
