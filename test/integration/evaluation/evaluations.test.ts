// Evaluations over a real vault, with a compute process whose answers are known.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Evaluation } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createFakeCompute, type FakeCompute } from '../../fakes/computeLink.ts';
import { computeScript } from '../../fakes/computeScripts.ts';
import { createTrainingHouse, type TrainingHouse } from '../../fakes/trainingHouse.ts';

const name = (start: number, end: number) => ({ start, end, label: 'NAME' });
let house: TrainingHouse;
let compute: FakeCompute;
let modelId: string;
let call: { actor: TrainingHouse['actor']; signal: AbortSignal; onProgress: () => void };

beforeEach(async () => {
  compute = createFakeCompute(computeScript());
  house = await createTrainingHouse({
    train: [{ text: 'Anna came.', spans: [name(0, 4)] }],
    dev: [
      // The fake finds every capitalized word: two of three names here, and one that is none.
      { text: 'Bert saw Cara and emil', spans: [name(0, 4), name(9, 13), name(18, 22)] },
      { text: 'Monday came to Dora', spans: [name(15, 19)] },
    ],
    launch: compute.launch,
  });
  call = { actor: house.actor, signal: new AbortController().signal, onProgress: () => undefined };
  const { model } = unwrap(
    await house.rooms.training.run(
      { ...call, jobId: null, onPoint: () => undefined },
      {
        snapshotId: house.snapshotId,
        recipe: { architecture: 'tagger', preset: 'quick', seed: 1, threads: 1 },
      },
    ),
  );
  modelId = model.modelId;
});
afterEach(() => house.dispose());

describe('an evaluation', () => {
  it('counts what was found on the split, as the contract spells it', async () => {
    const measured = unwrap(await house.rooms.evaluation.run(call, { modelId, split: 'dev' }));
    expect(Evaluation.parse(measured)).toEqual(measured);
    expect(measured).toMatchObject({ documents: 2, withheld: 0, tokens: 9, split: 'dev' });
    expect(measured.exact).toMatchObject({ gold: 4, predicted: 4, correct: 3 });
    expect(measured.exact.micro).toMatchObject({ precision: 0.75, recall: 0.75, f1: 0.75 });
    expect(measured.confusions).toEqual([
      { gold: 'NAME', predicted: 'O', count: 1 },
      { gold: 'O', predicted: 'NAME', count: 1 },
    ]);
    expect(house.rooms.evaluation.list(modelId)).toEqual([measured]);
    expect(house.rooms.evaluation.list(null)).toEqual([measured]);
  });

  it('is stored whole, hashed, and named in the log', async () => {
    const measured = unwrap(await house.rooms.evaluation.run(call, { modelId, split: 'dev' }));
    const row = house.rooms.store.db.get<{ body: string }>('SELECT body FROM evaluation');
    expect(
      createHash('sha256')
        .update(row?.body ?? '')
        .digest('hex'),
    ).toBe(measured.sha256);
    const [details] = house.rooms.evaluation.details(modelId);
    const leaf = house.rooms.audit.leaf(details?.auditSeq ?? -1);
    expect(leaf?.body).toMatchObject({
      action: 'evaluation.store',
      object: { id: measured.evaluationId },
      commitments: { evaluation: measured.sha256 },
      counts: { documents: 2, withheld: 0 },
    });
  });

  it('leaves out who may not be used for it now, and says how many', async () => {
    const subjectId = house.subjects.dev[0] ?? '';
    unwrap(house.rooms.governance.subjects.note(house.actor, subjectId, 'restricted', 'contested'));
    const measured = unwrap(await house.rooms.evaluation.run(call, { modelId, split: 'dev' }));
    expect(measured).toMatchObject({ documents: 1, withheld: 1 });
    expect(measured.exact).toMatchObject({ gold: 1, correct: 1 });
  });

  it('refuses a split without documents', async () => {
    expect(await house.rooms.evaluation.run(call, { modelId, split: 'test' })).toMatchObject({
      error: { code: 'SNAPSHOT_EMPTY', params: { split: 'test' } },
    });
  });

  it('refuses a snapshot whose texts were changed, and measures nothing', async () => {
    house.rooms.store.db.run("UPDATE document SET sha256 = 'other' WHERE id = ?", [
      house.documents.dev[0] ?? '',
    ]);
    const before = compute.received.length;
    expect(await house.rooms.evaluation.run(call, { modelId, split: 'dev' })).toMatchObject({
      error: { code: 'SNAPSHOT_CHANGED' },
    });
    expect(compute.received).toHaveLength(before);
  });

  it('stores nothing when the model goes stale while it is measured', async () => {
    const asked = house.rooms.evaluation.run(call, { modelId, split: 'dev' });
    house.withdraw(house.subjects.train[0] ?? '');
    expect(await asked).toMatchObject({ error: { code: 'MODEL_BLOCKED' } });
    expect(house.rooms.evaluation.list(null)).toEqual([]);
  });

  it('can be cancelled', async () => {
    const controller = new AbortController();
    const asked = house.rooms.evaluation.run(
      { ...call, signal: controller.signal },
      { modelId, split: 'dev' },
    );
    controller.abort('caller');
    expect(await asked).toMatchObject({ error: { code: 'CANCELLED' } });
    expect(house.rooms.evaluation.list(null)).toEqual([]);
  });
});
