// The compute process itself, over the wire: forked as core forks it, killed as a crash would.
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type {
  ComputeEvent,
  ComputeRequest,
  TrainJob,
  TrainResult,
} from '../../../main/compute/protocol.ts';
import { LABELS, makeNotes, tinyRecipe } from './notes.ts';

const ENTRY = fileURLToPath(new URL('../../../main/entries/compute.ts', import.meta.url));
const NODE = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url));

interface Compute {
  readonly child: ChildProcess;
  readonly events: ComputeEvent[];
  send(request: unknown): void;
  until(match: (event: ComputeEvent) => boolean): Promise<ComputeEvent>;
}

const running: ChildProcess[] = [];

function start(): Compute {
  const child = fork(ENTRY, [], { serialization: 'advanced', execPath: NODE, stdio: 'inherit' });
  running.push(child);
  const events: ComputeEvent[] = [];
  const waiting: {
    match: (event: ComputeEvent) => boolean;
    found: (event: ComputeEvent) => void;
  }[] = [];
  child.on('message', (message) => {
    const event = message as ComputeEvent;
    events.push(event);
    for (const entry of waiting.filter(({ match }) => match(event))) {
      waiting.splice(waiting.indexOf(entry), 1);
      entry.found(event);
    }
  });
  return {
    child,
    events,
    send: (request) => child.send(request as ComputeRequest),
    until: (match) =>
      new Promise((found) => {
        const known = events.find(match);
        if (known) found(known);
        else waiting.push({ match, found });
      }),
  };
}

const ended = (id: string) => (event: ComputeEvent) =>
  event.id === id && (event.event === 'done' || event.event === 'failed');

async function train(compute: Compute, id: string, job: TrainJob): Promise<TrainResult> {
  compute.send({ v: 2, id, kind: 'train', job });
  const event = await compute.until(ended(id));
  if (event.event !== 'done') throw new Error(JSON.stringify(event));
  return event.result as TrainResult;
}

const job: TrainJob = {
  recipe: tinyRecipe({ epochs: 12, checkpointSeconds: 0.05 }),
  labels: LABELS,
  train: makeNotes(40),
  dev: makeNotes(8, 2),
};

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

describe('the compute process', () => {
  it('answers hello and refuses what is not a request, naming the field', async () => {
    const compute = start();
    compute.send({ v: 2, id: 'a', kind: 'hello' });
    expect(await compute.until(ended('a'))).toMatchObject({
      result: {
        protocol: 2,
        architectures: ['tagger', 'encoder', 'pretraining'],
        runtime: { provider: 'cpu' },
      },
    });
    compute.send({
      v: 2,
      id: 'b',
      kind: 'train',
      job: { ...job, recipe: { ...job.recipe, epochs: 0 } },
    });
    expect(await compute.until(ended('b'))).toMatchObject({
      event: 'failed',
      code: 'bad-request',
      message: expect.stringContaining('job.recipe.epochs'),
    });
    compute.send({ nonsense: true, id: 'c' });
    expect(await compute.until(ended('c'))).toMatchObject({ code: 'bad-request' });
  });

  it('is killed in the middle of training and continues in a new process to the same bits', async () => {
    const whole = await train(start(), 'whole', job);

    const first = start();
    first.send({ v: 2, id: 'cut', kind: 'train', job });
    const late = await first.until((event) => event.event === 'checkpoint' && event.step >= 20);
    first.child.kill('SIGKILL');
    const resumeFrom = late.event === 'checkpoint' ? late.bytes : undefined;
    expect(first.events.some((event) => event.event === 'done')).toBe(false);

    const resumed = await train(start(), 'resumed', { ...job, resumeFrom: resumeFrom! });
    expect(resumed.steps).toBe(whole.steps);
    expect(resumed.lossCurve).toEqual(whole.lossCurve);
    expect(resumed.history).toEqual(whole.history);
    expect(
      Buffer.compare(
        resumed.model.files['onnx/model.onnx']!,
        whole.model.files['onnx/model.onnx']!,
      ),
    ).toBe(0);
  });

  it('cancels within a micro-batch, keeps a checkpoint, and goes on with the next job', async () => {
    const compute = start();
    const long = { ...job, recipe: tinyRecipe({ epochs: 900 }) };
    compute.send({ v: 2, id: 'long', kind: 'train', job: long });
    compute.send({ v: 2, id: 'next', kind: 'hello' });
    await compute.until(
      (event) =>
        event.event === 'progress' && event.progress.kind === 'train' && event.progress.step > 3,
    );
    compute.send({ v: 2, id: 'x', kind: 'cancel', target: 'long' });
    const end = await compute.until(ended('long'));
    expect(end).toMatchObject({ event: 'failed', code: 'canceled' });
    const kept = compute.events.findLast((event) => event.event === 'checkpoint');
    expect(kept).toMatchObject({ id: 'long' });
    expect(end).toMatchObject({
      lastCheckpointStep: kept?.event === 'checkpoint' ? kept.step : -1,
    });
    expect(await compute.until(ended('next'))).toMatchObject({ event: 'done' });
  });

  it('ends when its parent goes away', async () => {
    const compute = start();
    compute.send({ v: 2, id: 'a', kind: 'hello' });
    await compute.until(ended('a'));
    const gone = new Promise((resolve) => compute.child.once('exit', resolve));
    compute.child.disconnect();
    expect(await gone).toBe(0);
  });
});
