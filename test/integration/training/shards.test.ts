// Training in shards with the real compute process: who leaves is unlearned by training one shard again; the
// others are the very bytes they were, and the whole is the model of a vault that never knew the person.
import { afterEach, describe, expect, it } from 'vitest';
import { launchComputeByFork } from '../../../main/ipc/launchCompute.ts';
import type { ComputeLink } from '../../../main/models/index.ts';
import type { RunCall } from '../../../main/training/index.ts';
import type { RecipeOrder } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import {
  createTrainingHouse,
  type LabeledNote,
  type TrainingHouse,
} from '../../fakes/trainingHouse.ts';
import { makeNotes } from '../compute/notes.ts';

const SHARDS = 3;
const NOTES: readonly LabeledNote[] = makeNotes(24, 5).map(({ text, spans }, index) => ({
  record: `record-${index % 18}`,
  text,
  spans,
}));
const GONE = 'record-4';

const RECIPE: RecipeOrder = {
  ...{ architecture: 'tagger', seed: 7, epochs: 12, learningRate: 0.01, schedule: 'linear' },
  ...{ warmup: 0.1, weightDecay: 0.01, clipNorm: 1, patience: 0, checkpointSeconds: 600 },
  ...{ threads: 1, batchTokens: 192, dropout: 0.1, wordDropout: 0.1, buckets: 512 },
  ...{ embeddingDim: 8, hidden: 24, dilations: [1, 2], towers: 1, averaging: 0.9 },
  shards: SHARDS,
};

const houses: TrainingHouse[] = [];
afterEach(() => {
  for (const house of houses.splice(0)) house.dispose();
});

async function houseOf(train: readonly LabeledNote[]) {
  const links: ComputeLink[] = [];
  const house = await createTrainingHouse({
    train,
    dev: makeNotes(2, 9).map(({ text, spans }) => ({ text, spans })),
    split: { dev: 0.2, test: 0.1, seed: 4 },
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
  onStep: (step: number, total: number | null) => void = () => undefined,
): RunCall => ({
  ...{ actor: house.actor, jobId: null, signal: new AbortController().signal },
  onProgress: ({ stage, done, total }) => stage === 'training' && onStep(done, total),
  onPoint: () => undefined,
});
const train = async (house: TrainingHouse, call = callBy(house)) =>
  unwrap(await house.rooms.training.run(call, { snapshotId: house.snapshotId, recipe: RECIPE }));

describe('a model in shards', () => {
  it('trains one shard again when somebody leaves, and is the model that never saw them', async () => {
    const { house } = await houseOf(NOTES);
    const { model, run } = await train(house);
    const paths = house.rooms.models.files(model.modelId).map(({ path }) => path);
    expect(paths).toContain('shards.json');
    expect(paths.filter((path) => path.endsWith('onnx/model.onnx'))).toHaveLength(SHARDS);
    expect(run.steps).toBeGreaterThan(0);

    house.withdraw(house.rooms.governance.subjects.byKey(GONE) as string);
    const { unlearning } = house.rooms.training;
    expect(unwrap(unlearning.get(model.modelId)).retraining).toMatchObject({
      ...{ obstacle: null, exactness: 'perShard' },
      shards: { total: SHARDS, touched: 1 },
    });
    const done = unwrap(
      await unlearning.retrain(callBy(house), { modelId: model.modelId, old: 'keep' }),
    );
    const { shards, exactness } = done.certificate;
    expect(exactness).toBe('perShard');
    expect(shards.filter(({ retrained }) => retrained)).toHaveLength(1);
    for (const { before, after, retrained } of shards) expect(after === before).toBe(!retrained);
    // A third of the work or so, not all of it.
    expect(done.run.steps).toBeLessThan(run.steps / 2);

    const { house: other } = await houseOf(NOTES.filter(({ record }) => record !== GONE));
    const never = await train(other);
    expect(done.model.sha256).toBe(never.model.sha256);
    expect(done.model.sha256).not.toBe(model.sha256);
  }, 120_000);

  it('answers as one, is measured as one, and is nothing to build on', async () => {
    const { house } = await houseOf(NOTES);
    const { model, run } = await train(house);
    expect(run.devF1).toBeNull();
    const { modelId } = model;
    const measured = unwrap(
      await house.rooms.evaluation.run(callBy(house), { modelId, split: 'train' }),
    );
    expect(measured.exact.micro.f1).toBeGreaterThan(0.3);
    expect(measured.tokenScores.accuracy).toBeGreaterThan(0.6);
    const { spans } = unwrap(
      await house.rooms.serving.suggestForText(callBy(house), {
        modelId,
        text: NOTES[0]?.text ?? '',
      }),
    );
    for (const { score } of spans) expect(score).toBeLessThanOrEqual(1);
    expect(house.rooms.models.bases.find(modelId)).toBeUndefined();
  }, 120_000);

  it('goes on from the shard at work when compute is killed, to the same bytes', async () => {
    const whole = await houseOf(NOTES);
    const reference = await train(whole.house);
    const { house, links } = await houseOf(NOTES);
    let killed = false;
    const { model, run } = await train(
      house,
      callBy(house, (step) => {
        if (killed || step < 0.6 * reference.run.steps) return;
        killed = true;
        links.at(-1)?.kill();
      }),
    );
    expect(killed).toBe(true);
    expect(model.sha256).toBe(reference.model.sha256);
    expect(run.steps).toBe(reference.run.steps);
  }, 120_000);

  it('is refused in a sweep, whose trials have no development documents in common', async () => {
    const { house } = await houseOf(NOTES);
    const started = await house.rooms.training.sweeps.start(callBy(house), {
      snapshotId: house.snapshotId,
      plan: {
        ...{ recipe: RECIPE, trials: 2, eta: 3, budgetMinutes: 1, seed: 1 },
        space: [{ kind: 'choice', setting: 'dropout', values: [0.1, 0.2] }],
      },
    });
    expect(started).toMatchObject({
      error: { code: 'RECIPE_INVALID', params: { field: 'shards' } },
    });
  });
});
