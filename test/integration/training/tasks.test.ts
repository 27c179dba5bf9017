// What is learned beside spans, with the real compute process: the class of a whole document from a field
// that came with it, and a small encoder from text alone that others are then built on.
import { afterEach, describe, expect, it } from 'vitest';
import { launchComputeByFork } from '../../../main/ipc/launchCompute.ts';
import type { RunCall } from '../../../main/training/index.ts';
import { PRETRAINING_PRESETS, type Recipe } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createTrainingHouse, type TrainingHouse } from '../../fakes/trainingHouse.ts';
import { makeNotes } from '../compute/notes.ts';

const ASKED = { card: 'my card is lost', loan: 'I need a loan' } as const;
const question = (index: number) => {
  const intent = index % 2 === 0 ? 'card' : 'loan';
  const text = `Question ${index}: ${ASKED[intent]}`;
  return { text, spans: [{ start: 0, end: 8, label: 'HEAD' }] };
};
const notes = (count: number, seed: number) =>
  makeNotes(count, seed).map(({ text, spans }) => ({ text, spans }));

const houses: TrainingHouse[] = [];
afterEach(() => {
  for (const house of houses.splice(0)) house.dispose();
});

async function houseOf(options: Parameters<typeof createTrainingHouse>[0]) {
  const house = await createTrainingHouse(options);
  houses.push(house);
  return house;
}

const callBy = (house: TrainingHouse): RunCall => ({
  actor: house.actor,
  jobId: null,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  onPoint: () => undefined,
});

describe('classes of whole documents', () => {
  it('are learned from a field of the import, told for a text, and never taken for spans', async () => {
    const house = await houseOf({
      train: Array.from({ length: 40 }, (_, index) => question(index)),
      dev: Array.from({ length: 10 }, (_, index) => question(index + 40)),
      launch: launchComputeByFork,
    });
    const { rooms, snapshotId } = house;
    // As an import of a table leaves it: every column that is not the text.
    for (const ids of [house.documents.train, house.documents.dev]) {
      ids.forEach((id, index) =>
        rooms.store.db.run('UPDATE document SET metadata = ? WHERE id = ?', [
          JSON.stringify({ intent: index % 2 === 0 ? 'card' : 'loan', note: 'x' }),
          id,
        ]),
      );
    }
    const recipe = {
      architecture: 'tagger',
      preset: 'quick',
      task: 'documents',
      epochs: 4,
      seed: 1,
      threads: 1,
    } as const;
    const lost = await rooms.training.run(callBy(house), { snapshotId, recipe });
    expect(lost).toMatchObject({
      error: { code: 'RECIPE_INVALID', message: expect.stringContaining('intent, note') },
    });
    expect(rooms.training.list()).toEqual([]);
    const one = { ...recipe, labelField: 'note' };
    expect(await rooms.training.run(callBy(house), { snapshotId, recipe: one })).toMatchObject({
      error: { message: expect.stringContaining('nothing to tell apart') },
    });

    const { run, model } = unwrap(
      await rooms.training.run(callBy(house), {
        snapshotId,
        recipe: { ...recipe, labelField: 'intent' },
      }),
    );
    expect(model).toMatchObject({ task: 'documents', labels: ['card', 'loan'], subjects: 50 });
    expect(run.devF1).toBeGreaterThan(0.9);
    const { modelId } = model;
    const said = unwrap(
      await rooms.serving.suggestForText(callBy(house), { modelId, text: 'my card is lost' }),
    );
    expect(said.spans).toEqual([]);
    expect(said.classes[0]).toMatchObject({ label: 'card' });
    expect(said.classes.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 5);
    const task = {
      modelId,
      projectId: house.projectId,
      documentId: house.documents.train[0] ?? '',
    };
    expect(await rooms.serving.suggestForDocument(callBy(house), task)).toMatchObject({
      error: { code: 'MODEL_BLOCKED' },
    });
    const measure = { ...callBy(house), onProgress: () => undefined };
    expect(await rooms.evaluation.run(measure, { modelId, split: 'dev' })).toMatchObject({
      error: { code: 'RECIPE_INVALID' },
    });
    unwrap(rooms.reports.write(house.actor, { modelId, kinds: ['modelCard'] }));
  });
});

describe('an encoder from the vault’s own notes', () => {
  it('learns from unfinished notes too, is built on, and takes its people along', async () => {
    const house = await houseOf({
      train: notes(20, 1),
      dev: notes(6, 2),
      launch: launchComputeByFork,
    });
    const { rooms, actor, projectId } = house;
    const all = unwrap(
      rooms.labeling.snapshots.freeze(actor, {
        projectId,
        name: 'All text',
        documents: 'all',
        split: { dev: 0.2, test: 0, seed: 1 },
      }),
    );
    expect(all.unfinished).toBe(0); // Everything came labeled here.
    const recipe: Recipe = {
      ...PRETRAINING_PRESETS.small,
      epochs: 2,
      threads: 1,
      vocabularySize: 300,
      layers: 1,
      hidden: 16,
      heads: 2,
      intermediate: 32,
      maxTokens: 48,
      batchSize: 8,
    };
    const { model: base } = unwrap(
      await rooms.training.run(callBy(house), { snapshotId: all.snapshotId, recipe }),
    );
    expect(base).toMatchObject({ architecture: 'pretraining', task: 'features', labels: [] });
    expect(base.subjects).toBe(20);
    expect(rooms.models.predictors.require(base.modelId)).toMatchObject({
      error: { code: 'MODEL_BLOCKED' },
    });
    const [listed] = rooms.models.bases.list();
    expect(listed).toMatchObject({
      baseId: base.modelId,
      origin: 'model',
      family: 'bert',
      hidden: 16,
      layers: 1,
      verdict: 'trainable',
    });
    const order = {
      architecture: 'encoder',
      preset: 'classic',
      base: base.modelId,
      epochs: 1,
      maxTokens: 48,
      seed: 1,
      threads: 1,
      testAtEnd: false,
    } as const;
    const { model, run } = unwrap(
      await rooms.training.run(callBy(house), { snapshotId: house.snapshotId, recipe: order }),
    );
    expect(run.base).toMatchObject({ baseId: base.modelId, sha256: base.sha256 });
    expect(model.subjects).toBe(26); // Twenty people of the base, who are here too, and six more.
    house.withdraw(house.subjects.train[3] ?? '');
    for (const { modelId } of [base, model]) {
      expect(unwrap(rooms.models.get(modelId)).state).toBe('stale');
    }
  });
});
