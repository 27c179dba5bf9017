// The promise of exact unlearning, on bytes: a model trained again without people is the file that a vault
// makes in which these people never were. The second vault is built from nothing, without them; it shares
// neither rows nor identifiers with the first. With the real compute process, on made-up notes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchComputeByFork } from '../../../main/ipc/launchCompute.ts';
import type { RunCall } from '../../../main/training/index.ts';
import type { RecipeOrder } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import {
  createTrainingHouse,
  type LabeledNote,
  type TrainingHouse,
} from '../../fakes/trainingHouse.ts';
import { makeNotes } from '../compute/notes.ts';

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

/** Two notes for every third person; the people of other vaults keep their record numbers. */
const NOTES: readonly LabeledNote[] = makeNotes(16, 5).map(({ text, spans }, index) => ({
  record: `record-${index % 12}`,
  text,
  spans,
}));
/** With four notes of two people; one of them is the only one who says what a WARD is. */
const GONE = ['record-2', 'record-3'];
const labelOfHerOwn = ({ text, spans, record }: LabeledNote): LabeledNote =>
  record === 'record-2'
    ? { record, text: `${text}\nWard 7`, spans: [...spans, wardAt(text)] }
    : { ...(record !== undefined && { record }), text, spans };
const wardAt = (text: string) => ({
  start: text.length + 1,
  end: text.length + 7,
  label: 'WARD',
});
const ALL = NOTES.map(labelOfHerOwn);
const STAYING = ALL.filter(({ record }) => !GONE.includes(record ?? ''));

/** Small, and yet with everything that could remember somebody: dropout, best epoch, early stopping. */
const recipe = (seed: number): RecipeOrder => ({
  architecture: 'tagger',
  seed,
  epochs: 3,
  learningRate: 0.005,
  schedule: 'linear',
  warmup: 0.1,
  weightDecay: 0.01,
  clipNorm: 1,
  patience: 2,
  checkpointSeconds: 600,
  threads: 1,
  leastSteps: 12,
  batchTokens: 192,
  dropout: 0.2,
  wordDropout: 0.2,
  buckets: 512,
  embeddingDim: 8,
  hidden: 16,
  dilations: [1, 2],
  towers: 1,
  averaging: 0.9,
});

const callBy = (house: TrainingHouse): RunCall => ({
  actor: house.actor,
  jobId: null,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  onPoint: () => undefined,
});

const houseOf = (train: readonly LabeledNote[], dev: number): Promise<TrainingHouse> =>
  createTrainingHouse({
    train,
    dev: makeNotes(3, 9).map(({ text, spans }) => ({ text, spans })),
    launch: launchComputeByFork,
    split: { dev, test: 0.1, seed: 4 },
  });

async function erase(house: TrainingHouse, subjectId: string): Promise<void> {
  const { governance } = house.rooms;
  const key = governance.subjects.keyOf(subjectId) ?? '';
  const { requestId } = unwrap(
    governance.requests.open(house.actor, { kind: 'erasure', subject: { subjectId } } as never),
  );
  unwrap(await governance.erasure.erase(house.actor, { requestId, confirmation: key }));
}

describe.each([
  { name: 'withdrew', leave: (house: TrainingHouse, ids: string[]) => house.withdraw(...ids) },
  {
    name: 'were erased',
    async leave(house: TrainingHouse, ids: string[]) {
      for (const subjectId of ids) await erase(house, subjectId);
    },
  },
])('a tagger trained again after people $name', ({ name, leave }) => {
  const seeds = name === 'withdrew' ? SEEDS : SEEDS.slice(0, 4);
  let house: TrainingHouse;
  let other: TrainingHouse;
  const models = new Map<number, string>();

  beforeAll(async () => {
    house = await houseOf(ALL, 0.25);
    other = await houseOf(STAYING, 0.25);
    for (const seed of seeds) {
      const { model } = unwrap(
        await house.rooms.training.run(callBy(house), {
          snapshotId: house.snapshotId,
          recipe: recipe(seed),
        }),
      );
      models.set(seed, model.modelId);
    }
    const ids = GONE.map((record) => house.rooms.governance.subjects.byKey(record) as string);
    await leave(house, ids);
  }, 240_000);
  afterAll(() => {
    house.dispose();
    other.dispose();
  });

  it.each(seeds)('is the file of a vault that never knew them (seed %i)', async (seed) => {
    const modelId = models.get(seed) as string;
    const before = unwrap(house.rooms.models.get(modelId));
    expect(before.state).toBe('stale');
    const { model, run, certificate } = unwrap(
      await house.rooms.training.unlearning.retrain(callBy(house), { modelId, old: 'keep' }),
    );
    const never = unwrap(
      await other.rooms.training.run(callBy(other), {
        snapshotId: other.snapshotId,
        recipe: recipe(seed),
      }),
    );
    expect(model.sha256).toBe(never.model.sha256);
    expect(model.sha256).not.toBe(before.sha256);
    expect(model.labels).not.toContain('WARD');
    expect(run.recipeSha256).toBe(never.run.recipeSha256);
    expect(unwrap(house.rooms.models.get(modelId)).state).toBe('superseded');
    expect(certificate).toMatchObject({
      decision: 'retrained',
      exactness: 'weights',
      model: { sha256: before.sha256 },
      successor: { sha256: never.model.sha256 },
      recipeSha256: never.run.recipeSha256,
      notes: [],
    });
  });
});

describe('what the others are given does not depend on who left', () => {
  it('where the one who left stood in for an empty split', async () => {
    // With so small a share nobody is drawn for development; somebody is moved there, and it may be anybody.
    const people = ALL.slice(0, 6);
    for (const gone of people.map(({ record }) => record as string)) {
      const house = await houseOf(people, 0.0001);
      const other = await houseOf(
        people.filter(({ record }) => record !== gone),
        0.0001,
      );
      try {
        const subjectId = house.rooms.governance.subjects.byKey(gone) as string;
        const derived = unwrap(
          house.rooms.labeling.snapshots.derive(house.actor, {
            snapshotId: house.snapshotId,
            without: new Set([subjectId]),
            name: 'without',
          }),
        );
        const textsOf = (of: TrainingHouse, snapshotId: string) => {
          const reader = unwrap(
            of.rooms.labeling.snapshots.open(snapshotId, { actor: of.actor, operation: 'train' }),
          );
          return (['train', 'dev', 'test'] as const).map((split) =>
            [...reader.documents(split)].map(({ text }) => text),
          );
        };
        expect(textsOf(house, derived.snapshotId)).toEqual(textsOf(other, other.snapshotId));
      } finally {
        house.dispose();
        other.dispose();
      }
    }
  });
});
