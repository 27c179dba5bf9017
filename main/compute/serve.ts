/**
 * Binds jobs to a port: one at a time in order of arrival, every job answered exactly once. Cancel is
 * the only request that does not wait its turn.
 */
import { fault, toFault } from './fault.ts';
import {
  checkModel,
  probeProvider,
  inspect,
  parity,
  predict,
  pretrain,
  runtimeFacts,
  trainEncoder,
  trainTagger,
  type LoopHooks,
} from './loops/index.ts';
import {
  PROTOCOL_VERSION,
  type ComputeEvent,
  type ComputePort,
  type ComputeRequest,
  type ComputeResult,
  type TrainJob,
  type TrainResult,
} from './protocol.ts';
import { parseRequest } from './requests.ts';

type Job = Exclude<ComputeRequest, { kind: 'cancel' }>;

export function serveCompute(port: ComputePort): void {
  const canceled = new Set<string>();
  const pending = new Set<string>();
  let queue: Promise<void> = Promise.resolve();
  const post = (event: ComputeEvent): void => port.post(event);

  port.onMessage((message) => {
    let request: ComputeRequest;
    try {
      request = parseRequest(message);
    } catch (error) {
      const { code, message: reason } = toFault(error);
      post({
        v: 2,
        id: idOf(message),
        event: 'failed',
        code,
        message: reason,
        lastCheckpointStep: null,
      });
      return;
    }
    if (request.kind === 'cancel') {
      if (pending.has(request.target)) canceled.add(request.target);
      return;
    }
    const job = request;
    pending.add(job.id);
    queue = queue.then(() => answer(job));
  });

  async function answer(job: Job): Promise<void> {
    const { id } = job;
    let lastCheckpointStep: number | null = null;
    const hooks: LoopHooks = {
      progress: (progress) => post({ v: 2, id, event: 'progress', progress }),
      checkpoint(step, bytes) {
        lastCheckpointStep = step;
        post({ v: 2, id, event: 'checkpoint', step, bytes });
      },
      canceled: () => canceled.has(id),
      ...(port.flushed && { flushed: port.flushed }),
    };
    try {
      if (canceled.has(id)) throw fault('canceled', 'The job was canceled before it began.');
      post({ v: 2, id, event: 'done', result: await perform(job, hooks) });
    } catch (error) {
      const { code, message } = toFault(error);
      post({ v: 2, id, event: 'failed', code, message, lastCheckpointStep });
    } finally {
      pending.delete(id);
      canceled.delete(id);
    }
  }
}

async function perform(job: Job, hooks: LoopHooks): Promise<ComputeResult> {
  switch (job.kind) {
    case 'hello':
      return {
        kind: 'hello',
        protocol: PROTOCOL_VERSION,
        architectures: ['tagger', 'encoder', 'pretraining'],
        runtime: runtimeFacts(0),
      };
    case 'train':
      return train(job.job, hooks);
    case 'predict':
      return predict(job.job, hooks);
    case 'inspect':
      return inspect(job.model);
    case 'parity':
      return parity(job.job);
    case 'check':
      return checkModel(job.job);
    case 'provider':
      return probeProvider(job.provider);
  }
}

function train(job: TrainJob, hooks: LoopHooks): Promise<TrainResult> {
  const { recipe } = job;
  switch (recipe.architecture) {
    case 'tagger':
      return trainTagger({ ...job, recipe }, hooks);
    case 'encoder':
      return trainEncoder({ ...job, recipe }, hooks);
    case 'pretraining':
      return pretrain({ ...job, recipe }, hooks);
  }
}

const idOf = (message: unknown): string =>
  typeof message === 'object' && message !== null && 'id' in message ? String(message.id) : '';
