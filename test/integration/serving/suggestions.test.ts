// Suggestions beside a task, through the real gate.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createFakeCompute, type FakeCompute } from '../../fakes/computeLink.ts';
import { computeScript } from '../../fakes/computeScripts.ts';
import { createTrainingHouse, type TrainingHouse } from '../../fakes/trainingHouse.ts';

const note = (text: string) => ({ text, spans: [{ start: 0, end: 4, label: 'NAME' }] });
const signal = new AbortController().signal;

let house: TrainingHouse;
let compute: FakeCompute;
let modelId: string;
let call: { actor: TrainingHouse['actor']; signal: AbortSignal };

beforeEach(async () => {
  compute = createFakeCompute(computeScript());
  house = await createTrainingHouse({
    train: [note('Anna met Bert and Cara.'), note('Dora left.')],
    dev: [note('Emil sat.')],
    launch: compute.launch,
  });
  call = { actor: house.actor, signal };
  const { model } = unwrap(
    await house.rooms.training.run(
      { ...call, jobId: null, onProgress: () => undefined, onPoint: () => undefined },
      {
        snapshotId: house.snapshotId,
        recipe: { architecture: 'tagger', preset: 'quick', seed: 1, threads: 1 },
      },
    ),
  );
  modelId = model.modelId;
});
afterEach(() => house.dispose());

const taskOf = (index: number) => ({
  modelId,
  projectId: house.projectId,
  documentId: house.documents.train[index] ?? '',
});
const openTask = (index: number) =>
  unwrap(
    house.rooms.labeling.tasks.open(house.actor, {
      projectId: house.projectId,
      documentId: house.documents.train[index] ?? '',
      from: null,
      direction: 'nextOpen',
    }),
  );

describe('suggestions for a task', () => {
  it('are stored beside it, without what is marked already', async () => {
    const suggested = unwrap(await house.rooms.serving.suggestForDocument(call, taskOf(0)));
    // "Anna" came labeled with the import.
    expect(suggested.map(({ start, end }) => [start, end])).toEqual([
      [9, 13],
      [18, 23],
    ]);
    expect(openTask(0)?.suggestions).toMatchObject([
      { start: 9, end: 13, label: 'NAME', modelId, score: 0.9 },
      { start: 18, end: 23, label: 'NAME', modelId },
    ]);
    expect(openTask(0)?.annotations).toHaveLength(1);
  });

  it('replace the earlier ones of the same model', async () => {
    await house.rooms.serving.suggestForDocument(call, taskOf(0));
    await house.rooms.serving.suggestForDocument(call, taskOf(0));
    expect(openTask(0)?.suggestions).toHaveLength(2);
  });

  it('are refused by the gate for a person who withdrew, before compute sees the text', async () => {
    // The person is not behind a second model, so only the gate stands in between.
    const { governance } = house.rooms;
    const subjectId = house.subjects.train[1] ?? '';
    unwrap(governance.subjects.note(house.actor, subjectId, 'restricted', 'contested'));
    const before = compute.received.length;
    const refused = await house.rooms.serving.suggestForDocument(call, taskOf(1));
    expect(refused).toMatchObject({ error: { code: 'GATE_DENIED', params: { step: 'state' } } });
    expect(compute.received).toHaveLength(before);
  });

  it('are gone with the model that made them: nobody accepts what a stale model proposed', async () => {
    await house.rooms.serving.suggestForDocument(call, taskOf(0));
    const before = openTask(0);
    const suggestionId = before?.suggestions[0]?.suggestionId ?? '';
    house.rooms.models.leave([house.subjects.train[1] ?? ''], {
      ground: 'erasure',
    });
    expect(openTask(0)?.suggestions).toEqual([]);
    const accepted = house.rooms.labeling.tasks.apply(
      house.actor,
      { projectId: house.projectId, documentId: house.documents.train[0] ?? '' },
      before?.revision ?? 0,
      [{ do: 'accept', suggestionId }],
    );
    expect(accepted.ok).toBe(false);
  });

  it('name what is not there', async () => {
    const { serving } = house.rooms;
    const missing = { error: { code: 'NOT_FOUND' } };
    expect(
      await serving.suggestForDocument(call, { ...taskOf(0), modelId: 'mdl_00000000' }),
    ).toMatchObject(missing);
    expect(
      await serving.suggestForDocument(call, { ...taskOf(0), projectId: 'prj_00000000' }),
    ).toMatchObject(missing);
    expect(
      await serving.suggestForDocument(call, { ...taskOf(0), documentId: 'doc_00000000' }),
    ).toMatchObject(missing);
  });
});

describe('suggestions for a text from outside', () => {
  it('store nothing, and never cut a character a reader sees', async () => {
    const rows = () =>
      house.rooms.store.db.get<{ n: number }>('SELECT COUNT(*) AS n FROM suggestion')?.n;
    const before = rows();
    // Decomposed: the accent is a code point of its own and belongs to the letter before it.
    const text = 'Jose\u0301 came';
    const { spans } = unwrap(await house.rooms.serving.suggestForText(call, { modelId, text }));
    expect(spans).toMatchObject([{ start: 0, end: 5, label: 'NAME' }]);
    expect(rows()).toBe(before);
  });
});
