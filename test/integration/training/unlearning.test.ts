// What the steward can do with a model that people left: states and their times, blocking, retraining that is
// cut short and goes on, destruction down to the bytes. Compute is played; the vault is real.
import { afterEach, describe, expect, it } from 'vitest';
import type { RunCall } from '../../../main/training/index.ts';
import { scanForNeedles } from '../../../main/store/index.ts';
import type { Model } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createFakeCompute } from '../../fakes/computeLink.ts';
import { computeScript, type ScriptOptions } from '../../fakes/computeScripts.ts';
import { createTrainingHouse, type TrainingHouse } from '../../fakes/trainingHouse.ts';

const note = (index: number) => ({
  text: `Patient number ${index} is called Anna.`,
  spans: [{ start: 27, end: 31, label: 'NAME' }],
});
const DAY_MS = 86_400_000;

const houses: TrainingHouse[] = [];
afterEach(() => {
  for (const house of houses.splice(0)) house.dispose();
});

async function houseWithModel(options: ScriptOptions = {}) {
  const compute = createFakeCompute(computeScript(options));
  const house = await createTrainingHouse({
    train: [0, 1, 2, 3, 4].map(note),
    dev: [7, 8].map(note),
    launch: compute.launch,
  });
  houses.push(house);
  const { model } = unwrap(
    await house.rooms.training.run(callBy(house), {
      snapshotId: house.snapshotId,
      recipe: { architecture: 'tagger', preset: 'quick', seed: 1, threads: 1 },
    }),
  );
  return { house, model, compute };
}

const callBy = (house: TrainingHouse, signal = new AbortController().signal): RunCall => ({
  ...{ actor: house.actor, jobId: null, signal },
  onProgress: () => undefined,
  onPoint: () => undefined,
});
const stateOf = (house: TrainingHouse, { modelId }: Model) =>
  unwrap(house.rooms.models.get(modelId)).state;
const caseOf = (house: TrainingHouse, { modelId }: Model) =>
  unwrap(house.rooms.training.unlearning.get(modelId));
const person = (house: TrainingHouse, index: number): string =>
  house.subjects.train[index] as string;

describe('a model that somebody left', () => {
  it('is refused at once, and the steward has the days of the policy to decide', async () => {
    const { house, model } = await houseWithModel();
    expect(caseOf(house, model)).toMatchObject({
      since: null,
      decideBy: null,
      left: [],
      retraining: { obstacle: 'nobodyLeft' },
    });
    const began = performance.now();
    house.withdraw(person(house, 1));
    const asked = await house.rooms.serving.suggestForText(callBy(house), {
      modelId: model.modelId,
      text: 'Anna',
    });
    // A stale model is refused for scoring within a second.
    expect(performance.now() - began).toBeLessThan(1000);
    expect(asked).toMatchObject({ error: { code: 'MODEL_BLOCKED', params: { state: 'stale' } } });
    const found = caseOf(house, model);
    expect(found).toMatchObject({
      left: [{ ground: 'withdrawal', people: 1 }],
      documents: 1,
      retraining: { obstacle: null, exactness: 'weights', documents: 6, people: 6 },
    });
    expect(Date.parse(found.decideBy ?? '') - Date.parse(found.since ?? '')).toBe(14 * DAY_MS);
    expect(JSON.stringify(found)).not.toContain('sub_');
    expect(house.rooms.training.unlearning.list()).toHaveLength(1);
  });

  it('is blocked by the steward, or by itself once the time is over', async () => {
    const { house, model } = await houseWithModel();
    const { unlearning } = house.rooms.training;
    expect(unlearning.block(house.actor, model.modelId)).toMatchObject({
      error: { code: 'CONFLICT' },
    });
    house.withdraw(person(house, 1));
    expect(unlearning.blockOverdue()).toBe(0);
    house.pass(14 * DAY_MS + 1);
    await house.restart();
    house.rooms.training.recover();
    expect(stateOf(house, model)).toBe('blocked');
    expect(caseOf(house, model)).toMatchObject({ decideBy: null, retraining: { obstacle: null } });

    const second = await houseWithModel();
    second.house.rooms.training.unlearning.setDecisionDays(second.house.actor, 0);
    second.house.withdraw(person(second.house, 0));
    expect(stateOf(second.house, second.model)).toBe('blocked');

    const third = await houseWithModel();
    third.house.withdraw(person(third.house, 0));
    unwrap(third.house.rooms.training.unlearning.block(third.house.actor, third.model.modelId));
    expect(stateOf(third.house, third.model)).toBe('blocked');
  });

  it('stays without whoever left, also when they agree again later', async () => {
    const { house, model, compute } = await houseWithModel();
    house.withdraw(person(house, 2));
    unwrap(
      house.rooms.governance.consent.record(house.actor, {
        ...{ purposeId: house.purposeId, subjects: { subjectIds: [person(house, 2)] } },
        ...{ decision: 'given', channel: 'paper', evidence: '', expiresAt: null },
      }),
    );
    expect(stateOf(house, model)).toBe('stale');
    const { model: fresh } = unwrap(
      await house.rooms.training.unlearning.retrain(callBy(house), {
        modelId: model.modelId,
        old: 'keep',
      }),
    );
    const last = compute.received.findLast((message) => message['kind'] === 'train');
    expect(JSON.stringify(last)).not.toContain('Patient number 2');
    expect(house.rooms.models.lineage(fresh.modelId)).toHaveLength(6);
  });
});

describe('retraining', () => {
  it('puts the new model in the place of the old one with a certificate, in one commit', async () => {
    const { house, model } = await houseWithModel();
    house.withdraw(person(house, 1), person(house, 3));
    const { unlearning } = house.rooms.training;
    const done = unwrap(
      await unlearning.retrain(callBy(house), { modelId: model.modelId, old: 'keep' }),
    );
    expect(stateOf(house, model)).toBe('superseded');
    expect(stateOf(house, done.model)).toBe('valid');
    expect(caseOf(house, model)).toMatchObject({
      successor: { modelId: done.model.modelId, state: 'valid' },
      retraining: { obstacle: 'superseded' },
      certificates: [done.certificate],
    });
    expect(caseOf(house, done.model).predecessor).toMatchObject({ modelId: model.modelId });
    const { certificate } = done;
    expect(certificate).toMatchObject({
      data: { documentsBefore: 7, documentsAfter: 5, peopleBefore: 7, peopleAfter: 5 },
      left: [{ ground: 'withdrawal', people: 2 }],
      destruction: null,
    });
    expect(certificate.data?.before).not.toBe(certificate.data?.after);
    // The old weights may not be used, but they are there.
    expect(Object.keys(house.rooms.models.bundle(model.modelId))).toContain('onnx/model.onnx');
    expect(
      await unlearning.retrain(callBy(house), { modelId: model.modelId, old: 'keep' }),
    ).toMatchObject({ error: { code: 'CONFLICT' } });
  });

  it('goes on from its checkpoint after a cancel, and begins anew where somebody else left', async () => {
    const stop = { at: 0, controller: new AbortController() };
    const { house, model, compute } = await houseWithModel({
      at({ step, next }) {
        if (step === stop.at) stop.controller.abort();
        setTimeout(next, 1);
      },
    });
    const { unlearning } = house.rooms.training;
    const order = { modelId: model.modelId, old: 'keep' } as const;
    house.withdraw(person(house, 1));
    const cancel = async (step: number) => {
      stop.at = step;
      stop.controller = new AbortController();
      const result = await unlearning.retrain(callBy(house, stop.controller.signal), order);
      expect(result).toMatchObject({ error: { code: 'CANCELLED' } });
      stop.at = 0;
    };
    await cancel(5);
    const pending = caseOf(house, model).retraining.runId;
    expect(pending).not.toBeNull();
    await cancel(8);
    expect(caseOf(house, model).retraining.runId).toBe(pending);
    const trainings = () => compute.received.filter((message) => message['kind'] === 'train');
    expect((trainings().at(-1)?.['job'] as { resumeFrom?: unknown }).resumeFrom).toBeDefined();

    house.withdraw(person(house, 2));
    expect(caseOf(house, model).retraining.runId).toBeNull();
    const done = unwrap(await unlearning.retrain(callBy(house), order));
    expect(done.run.runId).not.toBe(pending);
    const job = trainings().at(-1)?.['job'] as { resumeFrom?: unknown };
    expect(job.resumeFrom).toBeUndefined();
    expect(JSON.stringify(job)).not.toMatch(/Patient number [12] /);
    expect(stateOf(house, model)).toBe('superseded');
  });

  it('takes the place of the old model also when it was resumed like any other run', async () => {
    const controller = new AbortController();
    let armed = false;
    const { house, model } = await houseWithModel({
      at({ step, next }) {
        if (armed && step === 5) controller.abort();
        setTimeout(next, 1);
      },
    });
    house.withdraw(person(house, 1));
    armed = true;
    await house.rooms.training.unlearning.retrain(callBy(house, controller.signal), {
      modelId: model.modelId,
      old: 'keep',
    });
    armed = false;
    const runId = caseOf(house, model).retraining.runId ?? '';
    unwrap(await house.rooms.training.resume(callBy(house), runId));
    expect(stateOf(house, model)).toBe('superseded');
    expect(caseOf(house, model).certificates).toHaveLength(1);
  });

  it('ends in no model where somebody leaves while it trains', async () => {
    let leave = (): void => undefined;
    const { house, model } = await houseWithModel({
      at({ step, next }) {
        if (step === 4) leave();
        setTimeout(next, 1);
      },
    });
    house.withdraw(person(house, 1));
    leave = () => void house.withdraw(person(house, 4));
    const { unlearning } = house.rooms.training;
    expect(
      await unlearning.retrain(callBy(house), { modelId: model.modelId, old: 'destroy' }),
    ).toMatchObject({ error: { code: 'GATE_DENIED' } });
    expect(stateOf(house, model)).toBe('stale');
    expect(house.rooms.models.list()).toHaveLength(1);
  });
});

describe('destroying', () => {
  it('leaves no key and no byte of the weights, and a record with the hash', async () => {
    const { house, model } = await houseWithModel();
    const { models, training, store } = house.rooms;
    const traces = models.traces(model.modelId).map((trace) => Buffer.from(trace));
    expect(traces.length).toBeGreaterThan(2);
    // The search would find them: the keys in the clear pages, the pieces in the files.
    const before = scanForNeedles(store, traces);
    expect(new Set(before.hits.map(({ needleIndex }) => needleIndex)).size).toBe(traces.length);

    const wrong = { modelId: model.modelId, confirmation: 'something else' };
    const call = { actor: house.actor, onProgress: () => undefined };
    expect(await training.unlearning.destroy(call, wrong)).toMatchObject({
      error: { code: 'CONFIRMATION_MISMATCH' },
    });
    const certificate = unwrap(
      await training.unlearning.destroy(call, { ...wrong, confirmation: model.name }),
    );
    expect(certificate).toMatchObject({
      decision: 'destroyed',
      model: { sha256: model.sha256 },
      destruction: { files: 2, scan: { needles: traces.length, hits: 0 } },
    });
    expect(scanForNeedles(store, traces).hits).toEqual([]);
    expect(unwrap(models.get(model.modelId))).toMatchObject({
      state: 'destroyed',
      sha256: model.sha256,
    });
    expect(() => models.bundle(model.modelId)).toThrow();
    expect(
      await house.rooms.serving.suggestForText(callBy(house), {
        modelId: model.modelId,
        text: 'Anna',
      }),
    ).toMatchObject({ error: { code: 'MODEL_BLOCKED', params: { state: 'destroyed' } } });
    await house.restart();
    expect(stateOf(house, model)).toBe('destroyed');
  });

  it('follows a retraining where that was asked for', async () => {
    const { house, model } = await houseWithModel();
    const traces = house.rooms.models.traces(model.modelId).map((trace) => Buffer.from(trace));
    house.withdraw(person(house, 1));
    unwrap(
      await house.rooms.training.unlearning.retrain(callBy(house), {
        modelId: model.modelId,
        old: 'destroy',
      }),
    );
    expect(stateOf(house, model)).toBe('destroyed');
    expect(caseOf(house, model).certificates.map(({ decision }) => decision)).toEqual([
      'destroyed',
      'retrained',
    ]);
    expect(scanForNeedles(house.rooms.store, traces).hits).toEqual([]);
  });
});
