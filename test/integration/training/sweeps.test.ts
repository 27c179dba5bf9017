// Sweeps over a real vault and the real compute process: trials wait at rungs, go on from their checkpoints,
// go with the permission, survive a restart, and the best becomes a model.
import { afterEach, describe, expect, it } from 'vitest';
import { launchComputeByFork } from '../../../main/ipc/launchCompute.ts';
import type { SweepCall } from '../../../main/training/index.ts';
import type { SweepPlan } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createTrainingHouse, type TrainingHouse } from '../../fakes/trainingHouse.ts';
import { makeNotes } from '../compute/notes.ts';

const notes = (count: number, seed: number) =>
  makeNotes(count, seed).map(({ text, spans }) => ({ text, spans }));

const PLAN: SweepPlan = {
  recipe: { architecture: 'tagger', preset: 'quick', epochs: 4, seed: 3, threads: 1 },
  space: [
    { kind: 'log', setting: 'learningRate', low: 1e-4, high: 1e-2 },
    { kind: 'uniform', setting: 'dropout', low: 0, high: 0.6 },
  ],
  trials: 4,
  eta: 2,
  budgetMinutes: 30,
  seed: 11,
};

const houses: TrainingHouse[] = [];
afterEach(() => {
  for (const house of houses.splice(0)) house.dispose();
});

async function openHouse(): Promise<TrainingHouse> {
  const house = await createTrainingHouse({
    train: notes(12, 1),
    dev: notes(6, 2),
    launch: launchComputeByFork,
  });
  houses.push(house);
  return house;
}

const callBy = (house: TrainingHouse, more: Partial<SweepCall> = {}): SweepCall => ({
  actor: house.actor,
  jobId: null,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  onPoint: () => undefined,
  ...more,
});
const order = (house: TrainingHouse, plan = PLAN) => ({ snapshotId: house.snapshotId, plan });
const checkpoints = (house: TrainingHouse): number =>
  house.rooms.store.db.all('SELECT run_id FROM run_checkpoint').length;

describe('a sweep', () => {
  it('halves, keeps what goes on, and promotes the best without training it twice', async () => {
    const house = await openHouse();
    const { sweeps } = house.rooms.training;
    const { sweep, trials } = unwrap(await sweeps.start(callBy(house), order(house)));
    expect(sweep).toMatchObject({ state: 'done', rungs: [1, 2, 4], started: 4, scoredBy: 'f1' });
    expect(trials.map(({ rungs }) => rungs.length).sort()).toEqual([1, 1, 2, 3]);
    expect(trials.filter(({ state }) => state === 'finished')).toHaveLength(1);
    expect(trials.filter(({ state }) => state === 'dropped')).toHaveLength(3);
    const best = trials.find(({ number }) => number === sweep.best?.number);
    expect(best?.state).toBe('finished');
    // Only the last rung keeps its checkpoints.
    expect(checkpoints(house)).toBe(1);
    expect(house.rooms.training.list()).toEqual([]);
    expect(house.rooms.training.list(sweep.sweepId)).toHaveLength(4);
    expect(house.rooms.models.list()).toEqual([]);

    const { run, model } = unwrap(
      await sweeps.promote(callBy(house), { sweepId: sweep.sweepId, name: 'tuned' }),
    );
    expect(run).toMatchObject({ runId: sweep.best?.runId, name: 'tuned', state: 'done' });
    expect(run.devF1).toBe(sweep.best?.score);
    expect(checkpoints(house)).toBe(0);
    // The same recipe without any pause gives the very same weights.
    const alone = unwrap(
      await house.rooms.training.run(callBy(house), {
        snapshotId: house.snapshotId,
        recipe: run.recipe,
      }),
    );
    expect(alone.model.sha256).toBe(model.sha256);
    expect(unwrap(sweeps.get(sweep.sweepId)).trials[best!.number - 1]?.state).toBe('promoted');
    expect(
      await sweeps.promote(callBy(house), { sweepId: sweep.sweepId, runId: run.runId }),
    ).toMatchObject({ error: { code: 'CONFLICT' } });
  });

  it('that is cancelled keeps its trials and goes on to the same result, also after a restart', async () => {
    const whole = await openHouse();
    const reference = unwrap(await whole.rooms.training.sweeps.start(callBy(whole), order(whole)));

    const house = await openHouse();
    const controller = new AbortController();
    let trials = 0;
    const cut = await house.rooms.training.sweeps.start(
      callBy(house, {
        signal: controller.signal,
        onTrial: () => void (trials += 1),
        onProgress: ({ done }) => {
          if (trials === 2 && done > 2) controller.abort('caller');
        },
      }),
      order(house),
    );
    expect(cut).toMatchObject({ error: { code: 'CANCELLED' } });
    const [sweep] = house.rooms.training.sweeps.list();
    expect(sweep).toMatchObject({ state: 'cancelled', resumable: true });
    await house.restart();
    const { sweeps } = house.rooms.training;
    const ended = unwrap(await sweeps.resume(callBy(house), sweep?.sweepId ?? ''));
    const scores = (table: typeof ended) =>
      table.trials.map(({ settings, rungs, state }) => [
        settings,
        rungs.map(({ score }) => score),
        state,
      ]);
    expect(scores(ended)).toEqual(scores(reference));
    expect(await sweeps.resume(callBy(house), ended.sweep.sweepId)).toMatchObject({
      error: { code: 'CONFLICT' },
    });
  });

  it('ends with the permission of anybody it learned from, and no checkpoint is left', async () => {
    const house = await openHouse();
    let withdrawn = false;
    const ended = await house.rooms.training.sweeps.start(
      callBy(house, {
        onTrial() {
          if (withdrawn) return;
          withdrawn = true;
          house.withdraw(house.subjects.train[4] ?? '');
        },
      }),
      order(house),
    );
    expect(ended).toMatchObject({ error: { code: 'GATE_DENIED' } });
    expect(checkpoints(house)).toBe(0);
    expect(house.rooms.store.db.all('SELECT * FROM sealed_files')).toEqual([]);
    const [sweep] = house.rooms.training.sweeps.list();
    expect(sweep).toMatchObject({ state: 'failed', resumable: false });
    expect(
      await house.rooms.training.sweeps.promote(callBy(house), { sweepId: sweep?.sweepId ?? '' }),
    ).toMatchObject({ ok: false });
    expect(house.rooms.models.list()).toEqual([]);
  });

  it('stops in time, with at least one trial', async () => {
    const house = await openHouse();
    const { sweep, trials } = unwrap(
      await house.rooms.training.sweeps.start(
        callBy(house),
        order(house, { ...PLAN, budgetMinutes: 0.001 }),
      ),
    );
    expect(sweep).toMatchObject({ state: 'done', started: 1 });
    expect(trials.filter(({ state }) => state === 'outOfTime').length).toBeGreaterThanOrEqual(3);
  });

  it.each([
    [
      'a private recipe',
      {
        ...PLAN,
        recipe: {
          architecture: 'encoder',
          preset: 'head',
          base: 'bas_00000001',
          seed: 1,
          threads: 1,
          privacy: { clipNorm: 1, delta: 1e-5, noiseMultiplier: 1 },
        },
      },
    ],
    [
      'a setting the recipe does not have',
      { ...PLAN, space: [{ kind: 'choice', setting: 'mode.rank', values: [1, 2] }] },
    ],
  ])('is refused before anything runs for %s', async (_, plan) => {
    const house = await openHouse();
    const refused = await house.rooms.training.sweeps.start(
      callBy(house),
      order(house, plan as SweepPlan),
    );
    expect(refused).toMatchObject({ error: { code: 'RECIPE_INVALID' } });
    expect(house.rooms.training.sweeps.list()).toEqual([]);
  });
});
