// The whole way with the real compute process: train, kill -9 in the middle, resume to the same bytes,
// evaluate, suggest, write the card. On made-up notes that can be learned in seconds.
import { afterEach, describe, expect, it } from 'vitest';
import { launchComputeByFork } from '../../../main/ipc/launchCompute.ts';
import type { ComputeLink } from '../../../main/models/index.ts';
import type { RunCall } from '../../../main/training/index.ts';
import type { RecipeOrder } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createTrainingHouse, type TrainingHouse } from '../../fakes/trainingHouse.ts';
import { makeNotes } from '../compute/notes.ts';

const RECIPE: RecipeOrder = {
  architecture: 'tagger',
  preset: 'quick',
  seed: 3,
  threads: 1,
  epochs: 8,
};
const notes = (count: number, seed: number) =>
  makeNotes(count, seed).map(({ text, spans }) => ({ text, spans }));
const TRAIN = notes(24, 1);
const DEV = notes(6, 2);

const houses: TrainingHouse[] = [];
afterEach(() => {
  for (const house of houses.splice(0)) house.dispose();
});

/** A house whose compute processes can be killed by the test. */
async function houseWithCompute() {
  const links: ComputeLink[] = [];
  const house = await createTrainingHouse({
    train: TRAIN,
    dev: DEV,
    launch() {
      const link = launchComputeByFork();
      links.push(link);
      return link;
    },
  });
  houses.push(house);
  return { house, links };
}

const callBy = (
  house: TrainingHouse,
  onStep: (step: number) => void = () => undefined,
): RunCall => ({
  actor: house.actor,
  jobId: null,
  signal: new AbortController().signal,
  onProgress: ({ stage, done }) => stage === 'training' && onStep(done),
  onPoint: () => undefined,
});
const order = (house: TrainingHouse) => ({ snapshotId: house.snapshotId, recipe: RECIPE });

describe('with the real compute process', () => {
  it('a model is trained, measured, used and described', async () => {
    const { house } = await houseWithCompute();
    const call = callBy(house);
    const { run, model } = unwrap(await house.rooms.training.run(call, order(house)));
    expect(run).toMatchObject({ state: 'done', provider: expect.stringContaining('onnxruntime') });
    expect(run.steps).toBe(run.totalSteps);
    expect(model.labels).toEqual(['DATE', 'NAME', 'PLACE']);

    const measured = unwrap(
      await house.rooms.evaluation.run(call, { modelId: model.modelId, split: 'dev' }),
    );
    expect(measured.documents).toBe(DEV.length);
    expect(measured.exact.gold).toBe(DEV.reduce((sum, { spans }) => sum + spans.length, 0));
    expect(measured.exact.micro.f1).toBeGreaterThan(0.5);
    expect(measured.tokens).toBeGreaterThan(100);
    // What compute scored while it trained and what is scored here are the same notes and weights.
    expect(measured.exact.micro.f1).toBeCloseTo(run.devF1 ?? -1, 9);

    const [unseen] = notes(1, 77);
    const { spans } = unwrap(
      await house.rooms.serving.suggestForText(call, {
        modelId: model.modelId,
        text: unseen?.text ?? '',
      }),
    );
    expect(spans.length).toBeGreaterThan(0);
    for (const { score } of spans) {
      expect(score).toBeGreaterThan(0);
      expect(score).toBeLessThanOrEqual(1);
    }
    const reports = unwrap(
      house.rooms.reports.write(house.actor, {
        modelId: model.modelId,
        kinds: ['modelCard', 'evaluation'],
      }),
    );
    expect(reports).toHaveLength(2);
  });

  it('a run whose process is killed goes on to the same weights as one that is not', async () => {
    const whole = await houseWithCompute();
    const reference = unwrap(
      await whole.house.rooms.training.run(callBy(whole.house), order(whole.house)),
    );

    const { house, links } = await houseWithCompute();
    let killed = false;
    const call = callBy(house, (step) => {
      if (killed || step < (reference.run.totalSteps ?? 0) / 2) return;
      killed = true;
      links.at(-1)?.kill();
    });
    const { run, model } = unwrap(await house.rooms.training.run(call, order(house)));
    expect(killed).toBe(true);
    expect(links).toHaveLength(2);
    expect(run.steps).toBe(reference.run.steps);
    const weights = (of: TrainingHouse, modelId: string) =>
      of.rooms.models.files(modelId).find(({ path }) => path.endsWith('.onnx'))?.sha256;
    expect(weights(house, model.modelId)).toBe(weights(whole.house, reference.model.modelId));
    expect(model.sha256).toBe(reference.model.sha256);
  });

  it('a run that is cancelled, resumed and killed goes on from its checkpoint to the same weights', async () => {
    const whole = await houseWithCompute();
    const reference = unwrap(
      await whole.house.rooms.training.run(callBy(whole.house), order(whole.house)),
    );

    const { house, links } = await houseWithCompute();
    const controller = new AbortController();
    const call = {
      ...callBy(house, (step) => step >= 4 && controller.abort('caller')),
      signal: controller.signal,
    };
    const cut = await house.rooms.training.run(call, order(house));
    expect(cut).toMatchObject({ error: { code: 'CANCELLED' } });
    const [run] = house.rooms.training.list();
    expect(run).toMatchObject({ state: 'cancelled', resumable: true });
    const runId = run?.runId ?? '';
    let killed = false;
    const killing = callBy(house, (step) => {
      if (killed || step < 6) return;
      killed = true;
      links.at(-1)?.kill();
    });
    const { model } = unwrap(await house.rooms.training.resume(killing, runId));
    expect(killed).toBe(true);
    const lost = house.rooms.store.db.get<{ body: string }>(
      "SELECT body FROM run_event WHERE type = 'computeLost'",
    );
    expect((JSON.parse(lost?.body ?? '{}') as { step: number }).step).toBeGreaterThan(0);
    expect(model.sha256).toBe(reference.model.sha256);
  });

  it('a withdrawal while it trains leaves no model, no checkpoint and no running job', async () => {
    const { house } = await houseWithCompute();
    let withdrawn = false;
    const call = callBy(house, (step) => {
      if (withdrawn || step < 3) return;
      withdrawn = true;
      house.withdraw(house.subjects.train[5] ?? '');
    });
    const refused = await house.rooms.training.run(call, order(house));
    expect(refused).toMatchObject({ error: { code: 'GATE_DENIED' } });
    expect(house.rooms.models.list()).toEqual([]);
    expect(house.rooms.store.db.all('SELECT * FROM run_checkpoint')).toEqual([]);
    expect(house.rooms.store.db.all('SELECT * FROM sealed_files')).toEqual([]);
    expect(house.rooms.training.list()[0]).toMatchObject({
      state: 'failed',
      errorCode: 'GATE_DENIED',
    });
  });
});
