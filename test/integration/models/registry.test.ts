// The registry over a real vault: what is sealed, who is behind a model, and when it may not be used.
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createFakeCompute } from '../../fakes/computeLink.ts';
import { computeScript } from '../../fakes/computeScripts.ts';
import { createTrainingHouse, type TrainingHouse } from '../../fakes/trainingHouse.ts';

const note = (text: string) => ({ text, spans: [{ start: 0, end: 4, label: 'NAME' }] });
const RECIPE = { architecture: 'tagger', preset: 'quick', seed: 1, threads: 1 } as const;

let house: TrainingHouse;
afterEach(() => house.dispose());

async function trained() {
  const compute = createFakeCompute(computeScript());
  house = await createTrainingHouse({
    train: [note('Anna came.'), note('Bert left.')],
    dev: [note('Cara sat.')],
    launch: compute.launch,
  });
  const call = {
    actor: house.actor,
    jobId: null,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onPoint: () => undefined,
  };
  const { model } = unwrap(
    await house.rooms.training.run(call, { snapshotId: house.snapshotId, recipe: RECIPE }),
  );
  return { model, call, compute };
}

describe('a model', () => {
  it('has its files sealed, hashed and back in clear', async () => {
    const { model } = await trained();
    const files = house.rooms.models.files(model.modelId);
    const bundle = house.rooms.models.bundle(model.modelId);
    expect(Object.keys(bundle)).toEqual(['config.json', 'onnx/model.onnx']);
    for (const { path, sha256, bytes } of files) {
      const content = bundle[path] as Uint8Array;
      expect(content.byteLength).toBe(bytes);
      expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
    }
    // Spelled out here once more: anybody can check the hash of a model from its files alone.
    const manifest = `{"files":[${files
      .map(({ path, sha256, bytes }) => `{"bytes":${bytes},"path":"${path}","sha256":"${sha256}"}`)
      .join(',')}],"version":1}`;
    expect(model.sha256).toBe(createHash('sha256').update(manifest).digest('hex'));
  });

  it('keeps who it learned from under pseudonyms', async () => {
    const { model } = await trained();
    const rows = house.rooms.store.db.all<{ subject_ref: Buffer; subject_id: string }>(
      'SELECT subject_ref, subject_id FROM model_subject WHERE model_id = ?',
      [model.modelId],
    );
    expect(rows.map((row) => row.subject_id).sort()).toEqual(
      [...house.subjects.train, ...house.subjects.dev].sort(),
    );
    for (const { subject_ref, subject_id } of rows) {
      expect(subject_ref).toEqual(
        Buffer.from(house.rooms.governance.subjects.subjectRef(subject_id)),
      );
    }
  });

  it.each(['train', 'dev'] as const)(
    'turns stale when somebody of its %s documents withdraws, and is refused by name',
    async (split) => {
      const { model } = await trained();
      expect(house.rooms.models.requireUsable(model.modelId)).toMatchObject({ ok: true });
      const { staleModels } = house.withdraw(house.subjects[split][0] ?? '');
      expect(staleModels).toBe(1);
      const refused = house.rooms.models.requireUsable(model.modelId);
      expect(refused).toMatchObject({
        error: {
          code: 'MODEL_BLOCKED',
          params: { state: 'stale', reason: 'a consent was withdrawn' },
        },
      });
      if (!refused.ok) expect(refused.error.message).toContain(model.name);
      expect(
        house.rooms.audit.list({ limit: 1, action: 'model.stale' }).items[0]?.body,
      ).toMatchObject({
        object: { type: 'model', id: model.modelId },
      });
    },
  );

  it('is refused for evaluation, tasks and texts once it is stale', async () => {
    const { model, call, compute } = await trained();
    house.withdraw(house.subjects.train[0] ?? '');
    const before = compute.received.length;
    const { modelId } = model;
    const { evaluation, serving } = house.rooms;
    const refused = { error: { code: 'MODEL_BLOCKED' } };
    expect(await evaluation.run(call, { modelId, split: 'dev' })).toMatchObject(refused);
    expect(await serving.suggestForText(call, { modelId, text: 'Anna' })).toMatchObject(refused);
    const task = {
      modelId,
      projectId: house.projectId,
      documentId: house.documents.train[1] ?? '',
    };
    expect(await serving.suggestForDocument(call, task)).toMatchObject(refused);
    expect(compute.received).toHaveLength(before);
  });

  it('goes stale while it answers: the answer is not used', async () => {
    const { model, call } = await trained();
    const asked = house.rooms.serving.suggestForText(call, {
      modelId: model.modelId,
      text: 'Anna',
    });
    house.withdraw(house.subjects.train[0] ?? '');
    expect(await asked).toMatchObject({ error: { code: 'MODEL_BLOCKED' } });
  });

  it('does not care for another purpose', async () => {
    const { model } = await trained();
    expect(house.rooms.models.consentLost(house.subjects.train, 'pur_00000000another')).toBe(0);
    expect(house.rooms.models.get(model.modelId)).toMatchObject({ value: { state: 'valid' } });
  });

  it('is stale once, and notes everyone who goes: when, on which ground, never who', async () => {
    const { model } = await trained();
    expect(house.withdraw(...house.subjects.train).staleModels).toBe(1);
    expect(house.withdraw(...house.subjects.dev).staleModels).toBe(0);
    expect(house.rooms.models.history(model.modelId).map(({ type }) => type)).toEqual([
      'created',
      'stale',
      'stale',
    ]);
    const departures = house.rooms.models.departures(model.modelId);
    expect(departures.every(({ ground }) => ground === 'withdrawal')).toBe(true);
    expect(departures.reduce((sum, { people }) => sum + people, 0)).toBe(
      house.subjects.train.length + house.subjects.dev.length,
    );
    expect(JSON.stringify(departures)).not.toContain('sub_');
  });

  it('outlives an erased person as a stale model whose lineage names nobody', async () => {
    const { model } = await trained();
    const subjectId = house.subjects.train[0] ?? '';
    const { store, models } = house.rooms;
    expect(models.follower.models?.(subjectId)).toEqual([
      { modelId: model.modelId, name: model.name, state: 'valid' },
    ]);
    store.transaction(() => {
      models.follower.erase?.(subjectId);
      store.db.run('DELETE FROM subject WHERE id = ?', [subjectId]);
    });
    expect(models.get(model.modelId)).toMatchObject({
      value: { state: 'stale', stateReason: 'a person was erased', subjects: 3 },
    });
    expect(models.lineage(model.modelId).filter((entry) => entry.subjectId === null)).toHaveLength(
      1,
    );
  });

  it('tells a changed byte instead of running it', async () => {
    const { model } = await trained();
    const { sealed, db } = house.rooms.store;
    const row = db.get<{ sealed_id: string }>('SELECT sealed_id FROM model_file LIMIT 1');
    db.run('UPDATE sealed_files SET sha256 = zeroblob(32), key = zeroblob(32) WHERE id = ?', [
      row?.sealed_id ?? '',
    ]);
    expect(() => house.rooms.models.bundle(model.modelId)).toThrow(/missing or was changed/);
    expect(sealed.sweep()).toBe(0);
  });
});
