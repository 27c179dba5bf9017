// An encoder run in the compute process, over the wire, killed as a crash would kill it. Over
// ../shared/data/onnx-exports (skipped where that folder is missing).
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { ComputeEvent, TrainJob, TrainResult } from '../../../../main/compute/protocol.ts';
import { hasExports } from './exports.ts';
import { encoderJob } from './house.ts';

const ENTRY = fileURLToPath(new URL('../../../../main/entries/compute.ts', import.meta.url));
const NODE = fileURLToPath(new URL('../../../../node_modules/.bin/node', import.meta.url));

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

function start(): ChildProcess {
  const child = fork(ENTRY, [], { serialization: 'advanced', execPath: NODE, stdio: 'inherit' });
  running.push(child);
  return child;
}

/** Sends a job and hands on its events until it ends or `stop` says so. */
async function follow(
  child: ChildProcess,
  job: TrainJob,
  stop: (event: ComputeEvent) => boolean = () => false,
): Promise<ComputeEvent[]> {
  const events: ComputeEvent[] = [];
  child.send({ v: 2, id: 'run', kind: 'train', job });
  for (;;) {
    const [event] = (await once(child, 'message')) as [ComputeEvent];
    events.push(event);
    if (event.event === 'done' || event.event === 'failed' || stop(event)) return events;
  }
}

const resultOf = (events: readonly ComputeEvent[]): TrainResult => {
  const last = events.at(-1)!;
  if (last.event !== 'done') throw new Error(JSON.stringify(last));
  return last.result as TrainResult;
};

describe.skipIf(!hasExports)('a killed encoder run (../shared/data/onnx-exports)', () => {
  it('goes on from the last checkpoint to the very same weights and losses', async () => {
    const mode = { kind: 'lora', rank: 4, alpha: 8, targets: ['query', 'value'] } as const;
    const job = await encoderJob('bert_tok_14', {
      ...{ mode: { ...mode, targets: [...mode.targets] }, checkpointSteps: 3 },
    });
    const whole = resultOf(await follow(start(), job));
    const child = start();
    const seen = await follow(
      child,
      job,
      (event) => event.event === 'checkpoint' && event.step > 3,
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    const checkpoint = seen.findLast((event) => event.event === 'checkpoint')!;
    expect(checkpoint.step).toBe(6);
    const resumed = resultOf(await follow(start(), { ...job, resumeFrom: checkpoint.bytes }));
    expect(resumed.lossCurve).toEqual(whole.lossCurve);
    expect(resumed.history).toEqual(whole.history);
    expect(Object.keys(resumed.model.files)).toEqual(Object.keys(whole.model.files));
    for (const [path, bytes] of Object.entries(whole.model.files))
      expect(Buffer.compare(bytes, resumed.model.files[path]!)).toBe(0);
  });

  it('refuses the checkpoint of another base, recipe or data', async () => {
    const job = await encoderJob('bert_tok_14', { checkpointSteps: 3 });
    const child = start();
    const seen = await follow(child, job, (event) => event.event === 'checkpoint');
    child.kill('SIGKILL');
    const resumeFrom = seen.findLast((event) => event.event === 'checkpoint')!.bytes;
    const other = start();
    const refusal = async (changed: Partial<TrainJob>): Promise<string> => {
      const events = await follow(other, { ...job, resumeFrom, ...changed } as TrainJob);
      const last = events.at(-1)!;
      return last.event === 'failed' ? `${last.code}: ${last.message}` : last.event;
    };
    const base = (await encoderJob('bert_tok_17')).base!;
    expect(await refusal({ base })).toMatch(/bad-request: .*other training data/);
    expect(await refusal({ train: job.train.slice(1) })).toMatch(/other training data/);
    expect(await refusal({ recipe: { ...job.recipe, epochs: 4 } })).toMatch(/another recipe/);
    expect(await refusal({ resumeFrom: resumeFrom.subarray(0, 999) })).toMatch(/damaged/);
  });
});
