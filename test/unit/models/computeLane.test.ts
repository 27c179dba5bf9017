import { afterEach, describe, expect, it } from 'vitest';
import { createComputeLane, type LaneTiming } from '../../../main/models/computeLane.ts';
import { createFakeCompute, type Script } from '../../fakes/computeLink.ts';

const QUICK: LaneTiming = {
  cancelPatienceMs: 40,
  silenceMs: 60,
  backOffMs: 30,
  longestBackOffMs: 100,
  idleMs: 10_000,
};

const lanes: { close(): void }[] = [];
afterEach(() => {
  for (const lane of lanes.splice(0)) lane.close();
});

function laneOver(script: Script, timing: Partial<LaneTiming> = {}) {
  const compute = createFakeCompute(script);
  const restarts: number[] = [];
  const lane = createComputeLane({
    launch: compute.launch,
    timing: { ...QUICK, ...timing },
    onRestart: (attempt) => restarts.push(attempt),
  });
  lanes.push(lane);
  return { compute, lane, restarts };
}

const done = (id: unknown) => ({ v: 1, id, event: 'done', result: { kind: 'hello' } });
const failed = (id: unknown, code: string) => ({
  v: 1,
  id,
  event: 'failed',
  code,
  message: 'Because.',
  lastCheckpointStep: null,
});
const hello = { kind: 'hello' } as const;

describe('a lane', () => {
  it('starts its process for the first request and keeps it for the next', async () => {
    const { lane, compute } = laneOver(({ id }, process) => process.send(done(id)));
    expect(compute.launches()).toBe(0);
    expect(await lane.request(hello)).toMatchObject({ ok: true });
    expect(await lane.request(hello)).toMatchObject({ ok: true });
    expect(compute.launches()).toBe(1);
  });

  it('gives every answer to the request it belongs to', async () => {
    const { lane } = laneOver(({ id }, process) => {
      // The second request is answered first.
      if (id === 'c2') {
        process.send({ ...done('c2'), result: { kind: 'hello', mine: 2 } });
        process.send({ ...done('c1'), result: { kind: 'hello', mine: 1 } });
      }
    });
    const [first, second] = await Promise.all([lane.request(hello), lane.request(hello)]);
    expect(first).toMatchObject({ value: { mine: 1 } });
    expect(second).toMatchObject({ value: { mine: 2 } });
  });

  it('fails with COMPUTE_LOST when the process dies, and starts another for the next request', async () => {
    const { lane, compute, restarts } = laneOver(({ id }, process) =>
      process.number === 1 ? process.exit() : process.send(done(id)),
    );
    expect(await lane.request(hello)).toMatchObject({ ok: false, error: { code: 'COMPUTE_LOST' } });
    expect(await lane.request(hello)).toMatchObject({ ok: true });
    expect(compute.launches()).toBe(2);
    expect(restarts).toEqual([1]);
  });

  it('waits longer before every further restart', async () => {
    const { lane } = laneOver((_, process) => process.exit());
    const waits: number[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const began = performance.now();
      await lane.request(hello);
      waits.push(performance.now() - began);
    }
    // A first restart does not wait at all; of the next ones only the least wait is certain.
    expect(waits[2]).toBeGreaterThan(25);
    expect(waits[3]).toBeGreaterThan(55);
  });

  it('ends a process that says nothing while it has work', async () => {
    const { lane, compute } = laneOver(() => undefined);
    expect(await lane.request(hello)).toMatchObject({ error: { code: 'COMPUTE_LOST' } });
    expect(compute.kills()).toBe(1);
  });

  it('takes progress as a sign of life', async () => {
    const { lane, compute } = laneOver(
      ({ id }, process) => {
        for (let beat = 1; beat <= 4; beat += 1) {
          setTimeout(() => process.send({ v: 1, id, event: 'progress', progress: {} }), beat * 80);
        }
        setTimeout(() => process.send(done(id)), 400);
      },
      { silenceMs: 300 },
    );
    expect(await lane.request(hello)).toMatchObject({ ok: true });
    expect(compute.kills()).toBe(0);
  });

  it('asks a canceled job to stop and believes its answer', async () => {
    const { lane, compute } = laneOver(({ kind, target }, process) => {
      if (kind === 'cancel') process.send(failed(target, 'canceled'));
    });
    const controller = new AbortController();
    const asked = lane.request(hello, { signal: controller.signal });
    setTimeout(() => controller.abort(), 5);
    expect(await asked).toMatchObject({ error: { code: 'CANCELLED' } });
    expect(compute.kills()).toBe(0);
  });

  it('ends a process that does not obey in time, and still calls it cancelled', async () => {
    const { lane, compute } = laneOver(() => undefined, { silenceMs: 10_000 });
    const controller = new AbortController();
    const asked = lane.request(hello, { signal: controller.signal });
    setTimeout(() => controller.abort(), 5);
    expect(await asked).toMatchObject({ error: { code: 'CANCELLED' } });
    expect(compute.kills()).toBe(1);
  });

  it('does not start anything for a request that is already given up', async () => {
    const { lane, compute } = laneOver(() => undefined);
    expect(await lane.request(hello, { signal: AbortSignal.abort() })).toMatchObject({
      error: { code: 'CANCELLED' },
    });
    expect(compute.launches()).toBe(0);
  });

  it.each([
    ['diverged', 'TRAINING_DIVERGED'],
    ['out-of-memory', 'OUT_OF_MEMORY'],
    ['bad-data', 'RECIPE_INVALID'],
    ['bad-model', 'MODEL_BLOCKED'],
    ['unsupported-operator', 'MODEL_BLOCKED'],
    ['canceled', 'CANCELLED'],
  ])('translates %s to %s', async (code, expected) => {
    const { lane } = laneOver(({ id }, process) => process.send(failed(id, code)));
    expect(await lane.request(hello)).toMatchObject({ error: { code: expected } });
  });

  it.each(['internal', 'bad-request'])(
    'throws for %s: a defect is not for a person to mend',
    async (code) => {
      const { lane } = laneOver(({ id }, process) => process.send(failed(id, code)));
      await expect(lane.request(hello)).rejects.toThrow(code);
    },
  );

  it('stops a job whose listener fails and hands the error on', async () => {
    const { lane, compute } = laneOver(({ kind, id }, process) => {
      if (kind === 'hello') process.send({ v: 1, id, event: 'checkpoint', step: 1 });
    });
    const asked = lane.request(hello, {
      onEvent() {
        throw new Error('no room');
      },
    });
    await expect(asked).rejects.toThrow('no room');
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(compute.received.at(-1)).toMatchObject({ kind: 'cancel', target: 'c1' });
  });

  it('starts nothing more once it is closed', async () => {
    const { lane, compute } = laneOver(() => undefined);
    const open = lane.request(hello);
    await new Promise((resolve) => setImmediate(resolve));
    lane.close();
    expect(await open).toMatchObject({ error: { code: 'COMPUTE_LOST' } });
    expect(await lane.request(hello)).toMatchObject({ error: { code: 'COMPUTE_LOST' } });
    expect(compute.launches()).toBe(1);
  });

  it('gives the memory of an idle process back', async () => {
    const { lane, compute } = laneOver(({ id }, process) => process.send(done(id)), { idleMs: 20 });
    await lane.request(hello);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(compute.kills()).toBe(1);
    expect(await lane.request(hello)).toMatchObject({ ok: true });
    expect(compute.launches()).toBe(2);
  });
});
