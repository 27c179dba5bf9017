/**
 * What shards by subject cost and save (Bourtoule et al. 2021): the score of the models together on people
 * nobody trained on, and the work of unlearning one person, against one model over everybody. Made-up notes,
 * so the scores tell the direction and not what a ward would see.
 */
import { launchComputeByFork } from '../../../main/ipc/launchCompute.ts';
import type { RecipeOrder } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createTrainingHouse } from '../../fakes/trainingHouse.ts';
import { makeNotes } from '../../integration/compute/notes.ts';
import type { Measure } from '../report.ts';

const NOTES = 160;
const PEOPLE = 120;
const EPOCHS = 5;
const SHARDS = [1, 2, 4, 8] as const;

export async function measures(): Promise<readonly Measure[]> {
  const notes = makeNotes(NOTES, 5).map(({ text, spans }, index) => ({
    ...{ record: `record-${index % PEOPLE}`, text, spans },
  }));
  const house = await createTrainingHouse({
    train: notes,
    dev: makeNotes(2, 9).map(({ text, spans }) => ({ text, spans })),
    split: { dev: 0.1, test: 0.25, seed: 4 },
    launch: launchComputeByFork,
  });
  const { training, evaluation, governance } = house.rooms;
  const call = {
    ...{ actor: house.actor, jobId: null, signal: new AbortController().signal },
    onProgress: () => undefined,
    onPoint: () => undefined,
  };
  const recipe = (shards: number): RecipeOrder => ({
    ...{ architecture: 'tagger', preset: 'quick', seed: 1, threads: 1, epochs: EPOCHS },
    ...(shards > 1 && { shards }),
  });
  try {
    const models = [];
    for (const shards of SHARDS) {
      const { model, run } = unwrap(
        await training.run(call, { snapshotId: house.snapshotId, recipe: recipe(shards) }),
      );
      const { modelId } = model;
      const measured = unwrap(await evaluation.run(call, { modelId, split: 'test' }));
      models.push({ shards, modelId, steps: run.steps, f1: measured.exact.micro.f1 });
    }
    house.withdraw(governance.subjects.byKey('record-4') as string);
    const found: Measure[] = [];
    for (const { shards, modelId, steps, f1 } of models) {
      const again = unwrap(await training.unlearning.retrain(call, { modelId, old: 'keep' }));
      const kind = shards === 1 ? 'one model over everybody' : `${shards} shards by subject`;
      found.push(
        {
          name: `F1 of ${kind}`,
          value: f1,
          unit: '',
          note: `${NOTES} made-up notes, ${EPOCHS} epochs`,
        },
        {
          name: `unlearning one person, ${kind}`,
          value: again.run.steps,
          unit: 'steps',
          note: `of ${steps}; ${again.run.seconds.toFixed(1)} s`,
        },
      );
    }
    return found;
  } finally {
    house.dispose();
  }
}
