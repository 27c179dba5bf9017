// Exact unlearning of encoders on bytes, with the real compute process: a model trained again without people
// is the file of a vault in which they never were. Over ../shared/data/onnx-exports (skipped where that
// folder is missing), with all weights moving and with adapters.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchComputeByFork } from '../../../main/ipc/launchCompute.ts';
import { sha256Of } from '../../../main/models/index.ts';
import type { RunCall } from '../../../main/training/index.ts';
import type { EncoderOrder } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import {
  createTrainingHouse,
  type LabeledNote,
  type TrainingHouse,
} from '../../fakes/trainingHouse.ts';
import { hasExports } from '../compute/encoder/exports.ts';
import { baseFolder } from '../compute/encoder/house.ts';
import { makeNotes } from '../compute/notes.ts';

const NOTES: readonly LabeledNote[] = makeNotes(12, 1).map(({ text, spans }, index) => ({
  record: `record-${index % 9}`,
  text,
  spans,
}));
const GONE = ['record-1', 'record-5'];
type Order = z.output<typeof EncoderOrder>;
const folder = mkdtempSync(join(tmpdir(), 'cloister-exact-'));
const houses: TrainingHouse[] = [];

beforeAll(async () => {
  if (!hasExports) return;
  const { files } = await baseFolder('bert_tok_14');
  for (const [path, bytes] of Object.entries(files)) {
    const place = join(folder, 'small-bert', path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, bytes);
  }
});
afterAll(() => {
  for (const house of houses) house.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const callBy = (house: TrainingHouse): RunCall => ({
  ...{ actor: house.actor, jobId: null, signal: new AbortController().signal },
  onProgress: () => undefined,
  onPoint: () => undefined,
});

async function houseOf(train: readonly LabeledNote[]) {
  const house = await createTrainingHouse({
    train,
    dev: makeNotes(2, 9).map(({ text, spans }) => ({ text, spans })),
    split: { dev: 0.2, test: 0, seed: 2 },
    launch: launchComputeByFork,
  });
  houses.push(house);
  const imported = unwrap(
    await house.rooms.models.bases.import(
      {
        ...{ actor: house.actor, signal: new AbortController().signal },
        onProgress: () => undefined,
      },
      {
        source: { kind: 'path', path: join(folder, 'small-bert') },
        inferenceOnly: false,
      },
    ),
  );
  const order = (more: Pick<Order, 'preset' | 'seed'>): Order => ({
    ...{ architecture: 'encoder', base: imported.base.baseId, threads: 1, epochs: 2 },
    ...{ batchSize: 4, maxTokens: 48, classWeights: 'balanced', testAtEnd: false },
    ...more,
  });
  const teach = async (more: Pick<Order, 'preset' | 'seed'>) =>
    unwrap(
      await house.rooms.training.run(callBy(house), {
        snapshotId: house.snapshotId,
        recipe: order(more),
      }),
    );
  return { house, train: teach };
}

/**
 * Hashes of all files. PEFT's adapter names its base, and a base has another identifier in every vault: that
 * one word is taken out.
 */
function filesOf(house: TrainingHouse, modelId: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(house.rooms.models.bundle(modelId)).map(([path, bytes]) => [
      path,
      path === 'adapter/adapter_config.json'
        ? Buffer.from(bytes)
            .toString('utf8')
            .replace(/bas_\w+/, 'base')
        : sha256Of(bytes),
    ]),
  );
}

it.skipIf(!hasExports)(
  'an encoder trained again is the file of a vault that never knew them',
  async () => {
    const first = await houseOf(NOTES);
    const other = await houseOf(NOTES.filter(({ record }) => !GONE.includes(record ?? '')));
    const recipes = [
      { preset: 'classic', seed: 1 },
      { preset: 'lora', seed: 2 },
      { preset: 'head', seed: 3 },
    ] as const;
    const before = [];
    for (const recipe of recipes) before.push((await first.train(recipe)).model);
    const { subjects } = first.house.rooms.governance;
    first.house.withdraw(...GONE.map((record) => subjects.byKey(record) as string));
    for (const [index, old] of before.entries()) {
      const { model, certificate } = unwrap(
        await first.house.rooms.training.unlearning.retrain(callBy(first.house), {
          ...{ modelId: old.modelId, old: 'keep' },
        }),
      );
      const never = await other.train(recipes[index] as (typeof recipes)[number]);
      expect(filesOf(first.house, model.modelId)).toEqual(
        filesOf(other.house, never.model.modelId),
      );
      expect(model.sha256).not.toBe(old.sha256);
      expect(certificate).toMatchObject({ exactness: 'weights', notes: [] });
    }
  },
  240_000,
);
