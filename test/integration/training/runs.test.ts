// Runs against a compute process that does what the test tells it, over a real vault and a real gate.
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Progress, TrainingPoint } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import type { RunCall } from '../../../main/training/index.ts';
import { diskFull } from '../../../main/platform/index.ts';
import { createFakeCompute, type FakeCompute } from '../../fakes/computeLink.ts';
import { computeScript, STEPS, type ScriptOptions } from '../../fakes/computeScripts.ts';
import { createTrainingHouse, type TrainingHouse } from '../../fakes/trainingHouse.ts';

const note = (text: string) => ({ text, spans: [{ start: 0, end: 4, label: 'NAME' }] });
const TRAIN = [note('Anna came.'), note('Bert left.'), note('Cara sat.')];
const DEV = [note('Dora saw Emil.')];
const RECIPE = { architecture: 'tagger', preset: 'quick', seed: 1, threads: 1 } as const;

let house: TrainingHouse | undefined;
afterEach(() => {
  house?.dispose();
  house = undefined;
  vi.restoreAllMocks();
});

async function houseWith(
  options: ScriptOptions = {},
): Promise<{ house: TrainingHouse; compute: FakeCompute }> {
  const compute = createFakeCompute(computeScript(options));
  house = await createTrainingHouse({
    train: TRAIN,
    dev: DEV,
    launch: compute.launch,
    timing: { cancelPatienceMs: 80, silenceMs: 1500, backOffMs: 5, idleMs: 10_000 },
  });
  return { house, compute };
}

function callBy(of: TrainingHouse, signal = new AbortController().signal) {
  const points: TrainingPoint[] = [];
  const progress: Progress[] = [];
  const call: RunCall = {
    actor: of.actor,
    jobId: null,
    signal,
    onProgress: (one) => progress.push(one),
    onPoint: (_, point) => points.push(point),
  };
  return { call, points, progress };
}

const order = (of: TrainingHouse) => ({ snapshotId: of.snapshotId, recipe: RECIPE });
const checkpointOf = (of: TrainingHouse) =>
  of.rooms.store.db.get<{ step: number; sealed_id: string }>('SELECT * FROM run_checkpoint');
const sealedFiles = (of: TrainingHouse) =>
  of.rooms.store.db.all<{ kind: string }>('SELECT kind FROM sealed_files').map(({ kind }) => kind);

describe('a run', () => {
  it('ends in a sealed model with its lineage, its curve and a leaf', async () => {
    const { house } = await houseWith();
    const { call, points, progress } = callBy(house);
    const { run, model } = unwrap(await house.rooms.training.run(call, order(house)));
    expect(run).toMatchObject({ state: 'done', steps: STEPS, totalSteps: STEPS, devF1: 2 / 3 });
    expect(run).toMatchObject({ modelId: model.modelId, resumable: false, errorCode: null });
    expect(model).toMatchObject({ state: 'valid', subjects: 4, documents: 4, labels: ['NAME'] });
    expect(house.rooms.training.curve(run.runId, 1000)).toHaveLength(STEPS);
    expect(points.at(-1)).toMatchObject({ step: STEPS, devF1: 2 / 3 });
    expect(progress.map(({ stage }) => stage)).toContain('training');
    // The checkpoint has done its work; only the model's files are left.
    expect(checkpointOf(house)).toBeUndefined();
    expect(sealedFiles(house)).toEqual(['model', 'model']);
    const leaf = house.rooms.audit.list({ limit: 1, action: 'model.create' }).items[0];
    expect(leaf?.body).toMatchObject({
      object: { type: 'model', id: model.modelId },
      counts: { subjects: 4, documents: 4 },
      commitments: { model: model.sha256 },
    });
  });

  it('hands compute made-up ids and never a person', async () => {
    const { house, compute } = await houseWith();
    await house.rooms.training.run(callBy(house).call, order(house));
    const sent = JSON.stringify(compute.received);
    expect(sent).toContain(house.documents.train[0]);
    for (const subjectId of house.subjects.train) expect(sent).not.toContain(subjectId);
    expect(sent).not.toContain('train-0'); // The record number.
  });

  it('trains one at a time', async () => {
    const { house } = await houseWith();
    const first = house.rooms.training.run(callBy(house).call, order(house));
    const second = await house.rooms.training.run(callBy(house).call, order(house));
    expect(second).toMatchObject({ error: { code: 'CONFLICT' } });
    expect(await first).toMatchObject({ ok: true });
  });

  it('starts nothing where nobody may be learned from', async () => {
    const { house } = await houseWith();
    house.withdraw(...house.subjects.train);
    const result = await house.rooms.training.run(callBy(house).call, order(house));
    expect(result).toMatchObject({ error: { code: 'SNAPSHOT_EMPTY' } });
    expect(house.rooms.training.list()).toEqual([]);
  });

  it('leaves out who withdrew before it began', async () => {
    const { house, compute } = await houseWith();
    house.withdraw(house.subjects.train[1] ?? '');
    const { model } = unwrap(await house.rooms.training.run(callBy(house).call, order(house)));
    expect(model).toMatchObject({ subjects: 3, documents: 3 });
    expect(JSON.stringify(compute.received)).not.toContain('Bert');
  });

  it('fails with the loss that is no number, and keeps no model', async () => {
    const { house } = await houseWith({
      loss: (step) => (step > 4 ? NaN : 1),
      at({ step, next, process, id }) {
        if (step < 6) return next();
        process.send({
          v: 2,
          id,
          event: 'failed',
          code: 'diverged',
          message: 'The loss is not a number.',
          lastCheckpointStep: 3,
        });
      },
    });
    const result = await house.rooms.training.run(callBy(house).call, order(house));
    expect(result).toMatchObject({ error: { code: 'TRAINING_DIVERGED' } });
    const [run] = house.rooms.training.list();
    expect(run).toMatchObject({
      state: 'failed',
      errorCode: 'TRAINING_DIVERGED',
      resumable: false,
    });
    // Not one stored point of the curve is NaN.
    expect(house.rooms.training.curve(run?.runId ?? '', 100).map(({ loss }) => loss)).toEqual([
      1, 1, 1, 1,
    ]);
    expect(house.rooms.models.list()).toEqual([]);
  });
});

describe('a run that is cut short', () => {
  it('goes on by itself once after compute died, to the same bytes', async () => {
    const whole = await houseWith();
    const { model: reference } = unwrap(
      await whole.house.rooms.training.run(callBy(whole.house).call, order(whole.house)),
    );
    whole.house.dispose();

    const { house, compute } = await houseWith({
      at({ step, process, next }) {
        if (process.number === 1 && step === 8) process.exit();
        else next();
      },
    });
    const { run, model } = unwrap(await house.rooms.training.run(callBy(house).call, order(house)));
    expect(compute.launches()).toBe(2);
    expect(model.sha256).toBe(reference.sha256);
    const second = compute.received.filter(({ kind }) => kind === 'train')[1];
    expect(second?.['job']).toMatchObject({ resumeFrom: Uint8Array.of(6, 7, 7) });
    expect(house.rooms.training.curve(run.runId, 100).map(({ step }) => step)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });

  it('fails after the second loss, and a person can resume it', async () => {
    const { house, compute } = await houseWith({
      at({ step, process, next }) {
        if (process.number <= 2 && step === 8) process.exit();
        else next();
      },
    });
    const failed = await house.rooms.training.run(callBy(house).call, order(house));
    expect(failed).toMatchObject({ error: { code: 'COMPUTE_LOST', params: { step: 6 } } });
    const [run] = house.rooms.training.list();
    expect(run).toMatchObject({ state: 'failed', errorCode: 'COMPUTE_LOST', resumable: true });
    const resumed = await house.rooms.training.resume(callBy(house).call, run?.runId ?? '');
    expect(resumed).toMatchObject({ ok: true, value: { run: { state: 'done' } } });
    expect(compute.launches()).toBe(3);
    expect(checkpointOf(house)).toBeUndefined();
  });

  it('starts from the beginning where compute died before the first checkpoint', async () => {
    const { house, compute } = await houseWith({
      at({ step, process, next }) {
        if (process.number === 1 && step === 2) process.exit();
        else next();
      },
    });
    expect(await house.rooms.training.run(callBy(house).call, order(house))).toMatchObject({
      ok: true,
    });
    expect(compute.received.filter(({ kind }) => kind === 'train')[1]?.['job']).not.toHaveProperty(
      'resumeFrom',
    );
  });

  it('ends compute that hangs, and resumes', async () => {
    const { house, compute } = await houseWith({
      at({ step, process, next }) {
        if (process.number > 1 || step < 5) next();
      },
    });
    expect(await house.rooms.training.run(callBy(house).call, order(house))).toMatchObject({
      ok: true,
    });
    expect(compute.kills()).toBe(1);
  });

  it('keeps the checkpoint when cancelled, and says where it stands', async () => {
    const controller = new AbortController();
    const { house } = await houseWith({
      at({ step, next }) {
        if (step === 5) controller.abort('caller');
        setTimeout(next, step === 5 ? 20 : 0);
      },
    });
    const { call } = callBy(house, controller.signal);
    const result = await house.rooms.training.run(call, order(house));
    expect(result).toMatchObject({ ok: false, error: { code: 'CANCELLED' } });
    if (!result.ok) expect(result.error.message).toContain('checkpoint at step 5');
    const [run] = house.rooms.training.list();
    expect(run).toMatchObject({ state: 'cancelled', resumable: true });
    expect(checkpointOf(house)).toMatchObject({ step: 5 });
    // One checkpoint, not two: the earlier file went when the later one was durable.
    expect(sealedFiles(house)).toEqual(['checkpoint']);
    expect(await house.rooms.training.resume(callBy(house).call, run?.runId ?? '')).toMatchObject({
      ok: true,
    });
  });

  it('keeps the last checkpoint when compute does not obey and is ended', async () => {
    const controller = new AbortController();
    const { house, compute } = await houseWith({
      at({ step, next }) {
        if (step === 5) controller.abort('caller');
        else next();
      },
    });
    const { call } = callBy(house, controller.signal);
    const result = await house.rooms.training.run(call, order(house));
    expect(result).toMatchObject({ error: { code: 'CANCELLED' } });
    expect(compute.kills()).toBe(1);
    expect(checkpointOf(house)).toMatchObject({ step: 3 });
  });

  it('is interrupted, not cancelled, when the vault is locked', async () => {
    const controller = new AbortController();
    const { house } = await houseWith({
      at({ step, next }) {
        if (step === 5) controller.abort('lock');
        setTimeout(next, step === 5 ? 20 : 0);
      },
    });
    await house.rooms.training.run(callBy(house, controller.signal).call, order(house));
    expect(house.rooms.training.list()[0]).toMatchObject({ state: 'interrupted', resumable: true });
  });

  it('is found interrupted after the core was restarted, and resumes', async () => {
    const { house } = await houseWith({
      at({ step, process, next }) {
        if (process.number > 1 || step < 5) next();
      },
    });
    const cut = house.rooms.training.run(callBy(house).call, order(house)).catch(() => 'gone');
    await vi.waitFor(() => expect(checkpointOf(house)).toMatchObject({ step: 3 }));
    await house.restart();
    expect(house.rooms.training.list()[0]).toMatchObject({ state: 'running' });
    expect(house.rooms.training.recover()).toBe(1);
    const [run] = house.rooms.training.list();
    expect(run).toMatchObject({ state: 'interrupted', resumable: true });
    expect(house.rooms.training.recover()).toBe(0);
    expect(await house.rooms.training.resume(callBy(house).call, run?.runId ?? '')).toMatchObject({
      ok: true,
    });
    await cut;
  });

  it('keeps the previous checkpoint when the disk has no room for the next, and trains on', async () => {
    const { house } = await houseWith({
      at({ step, next, process }) {
        if (step === 8) process.exit();
        else next();
      },
      checkpoints: [3, 6],
    });
    const { sealed } = house.rooms.store;
    const put = sealed.put.bind(sealed);
    vi.spyOn(sealed, 'put').mockImplementation((kind, pieces) => {
      const bytes = [...pieces];
      if (kind === 'checkpoint' && bytes[0]?.[0] === 6) throw diskFull('checkpoint');
      return put(kind, bytes);
    });
    await house.rooms.training.run(callBy(house).call, order(house));
    expect(checkpointOf(house)).toMatchObject({ step: 3 });
    const noted = house.rooms.store.db.all<{ body: string }>(
      "SELECT body FROM run_event WHERE type = 'checkpointRefused'",
    );
    expect(JSON.parse(noted[0]?.body ?? '{}')).toEqual({ step: 6, code: 'DISK_FULL' });
  });

  it('keeps its checkpoint when the disk has no room for the model', async () => {
    const { house } = await houseWith();
    const { sealed } = house.rooms.store;
    const put = sealed.put.bind(sealed);
    const full = vi.spyOn(sealed, 'put').mockImplementation((kind, pieces) => {
      if (kind === 'model') throw diskFull('model');
      return put(kind, pieces);
    });
    const result = await house.rooms.training.run(callBy(house).call, order(house));
    expect(result).toMatchObject({ error: { code: 'DISK_FULL' } });
    expect(house.rooms.models.list()).toEqual([]);
    const [run] = house.rooms.training.list();
    expect(run).toMatchObject({ state: 'failed', resumable: true });
    full.mockRestore();
    expect(await house.rooms.training.resume(callBy(house).call, run?.runId ?? '')).toMatchObject({
      ok: true,
    });
  });

  it('does not resume what is finished', async () => {
    const { house } = await houseWith();
    const { run } = unwrap(await house.rooms.training.run(callBy(house).call, order(house)));
    expect(await house.rooms.training.resume(callBy(house).call, run.runId)).toMatchObject({
      error: { code: 'CONFLICT' },
    });
  });
});

describe('permission', () => {
  it('lost while a run learns ends it at once: no model, no checkpoint, a leaf', async () => {
    let withdraw = (): void => undefined;
    const { house } = await houseWith({
      at({ step, next }) {
        if (step === 7) withdraw();
        setTimeout(next, step === 7 ? 20 : 0);
      },
    });
    withdraw = () => void house.withdraw(house.subjects.train[2] ?? '');
    const result = await house.rooms.training.run(callBy(house).call, order(house));
    expect(result).toMatchObject({ error: { code: 'GATE_DENIED', params: { count: 1 } } });
    expect(house.rooms.models.list()).toEqual([]);
    expect(checkpointOf(house)).toBeUndefined();
    expect(sealedFiles(house)).toEqual([]);
    expect(house.rooms.training.list()[0]).toMatchObject({
      state: 'failed',
      errorCode: 'GATE_DENIED',
      resumable: false,
    });
    expect(house.rooms.audit.list({ limit: 1, action: 'run.refuse' }).items[0]?.body).toMatchObject(
      {
        counts: { lost: 1 },
      },
    );
  });

  it.each(['train', 'dev'] as const)(
    'is asked again when the model is committed, also where nobody told the run (%s)',
    async (split) => {
      let lose = (): void => undefined;
      const { house } = await houseWith({
        at({ step, next }) {
          if (step === 9) lose();
          next();
        },
      });
      // A restriction under Art. 18 reaches the gate without passing the consent listeners.
      lose = () =>
        void unwrap(
          house.rooms.governance.subjects.note(
            house.actor,
            house.subjects[split][0] ?? '',
            'restricted',
            'accuracy contested',
          ),
        );
      const result = await house.rooms.training.run(callBy(house).call, order(house));
      expect(result).toMatchObject({ error: { code: 'GATE_DENIED' } });
      expect(house.rooms.models.list()).toEqual([]);
      expect(sealedFiles(house)).toEqual([]);
    },
  );

  it('lost between stop and resume destroys the checkpoint', async () => {
    const controller = new AbortController();
    const { house } = await houseWith({
      at({ step, next }) {
        if (step === 5) controller.abort('caller');
        setTimeout(next, step === 5 ? 20 : 0);
      },
    });
    await house.rooms.training.run(callBy(house, controller.signal).call, order(house));
    expect(checkpointOf(house)).toBeDefined();
    house.withdraw(house.subjects.dev[0] ?? '');
    expect(checkpointOf(house)).toBeUndefined();
    expect(sealedFiles(house)).toEqual([]);
    const [run] = house.rooms.training.list();
    expect(run?.resumable).toBe(false);
  });

  it('lost without a word to this room is found when the run is resumed', async () => {
    const controller = new AbortController();
    const { house } = await houseWith({
      at({ step, next }) {
        if (step === 5) controller.abort('caller');
        setTimeout(next, step === 5 ? 20 : 0);
      },
    });
    await house.rooms.training.run(callBy(house, controller.signal).call, order(house));
    const subjectId = house.subjects.train[0] ?? '';
    unwrap(house.rooms.governance.subjects.note(house.actor, subjectId, 'restricted', 'contested'));
    const runId = house.rooms.training.list()[0]?.runId ?? '';
    const resumed = await house.rooms.training.resume(callBy(house).call, runId);
    expect(resumed).toMatchObject({ error: { code: 'GATE_DENIED' } });
    expect(checkpointOf(house)).toBeUndefined();
  });

  it('that was not lost after all, because the withdrawal failed, leaves a run alone', async () => {
    let withdraw = (): void => undefined;
    const { house } = await houseWith({
      at({ step, next }) {
        if (step === 5) withdraw();
        next();
      },
    });
    withdraw = () =>
      expect(() =>
        house.rooms.store.transaction(() => {
          house.withdraw(house.subjects.train[0] ?? '');
          throw new Error('rolled back');
        }),
      ).toThrow('rolled back');
    expect(await house.rooms.training.run(callBy(house).call, order(house))).toMatchObject({
      value: { model: { state: 'valid' } },
    });
  });

  it('of somebody else leaves a run alone', async () => {
    let withdraw = (): void => undefined;
    const { house } = await houseWith({
      at({ step, next }) {
        if (step === 5) withdraw();
        next();
      },
    });
    const other = unwrap(
      house.rooms.governance.purposes.declare(house.actor, {
        name: 'Another purpose',
        description: '',
        operations: ['read'],
        categories: ['health'],
        basis: { article6: '6(1)(a)', article9: '9(2)(a)', piplSeparateConsent: false },
        noticeVersion: '1',
        retentionDays: null,
      }),
    );
    withdraw = () => void house.rooms.training.consentLost(house.subjects.train, other.purposeId);
    expect(await house.rooms.training.run(callBy(house).call, order(house))).toMatchObject({
      ok: true,
    });
  });
});
