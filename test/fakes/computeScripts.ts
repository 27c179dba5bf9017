// Compute that "trains" ten steps and "predicts" by looking words up: enough to drive the rooms around
// it. The model's bytes depend on the data alone, so a resumed run can be compared with a whole one.
import { createHash } from 'node:crypto';
import type { PredictJob, TrainJob, WireSpan } from '../../main/models/index.ts';
import type { FakeProcess, Script } from './computeLink.ts';

export const STEPS = 10;
const RUNTIME = { engine: 'fake', provider: 'cpu', threads: 1, node: 'v24', platform: 'test' };

export interface Happening {
  readonly step: number;
  readonly process: FakeProcess;
  readonly id: string;
  /** Goes on with the next step; without it the job stands still. */
  next(): void;
}

export interface ScriptOptions {
  /** Called before each step; the default goes on at once. */
  readonly at?: (happening: Happening) => void;
  /** Steps after which a checkpoint is sent. */
  readonly checkpoints?: readonly number[];
  readonly loss?: (step: number) => number;
}

interface Message {
  readonly id: string;
  readonly kind: string;
  readonly target?: string;
  readonly job?: unknown;
}

export function computeScript(options: ScriptOptions = {}): Script {
  const { at = ({ next }) => next(), checkpoints = [3, 6, 9], loss = (step) => 1 / step } = options;
  const cancelled = new Set<string>();

  function train({ id, job }: { id: string; job: TrainJob }, process: FakeProcess): void {
    const send = (event: object): void => process.send({ v: 1, id, ...event });
    const from = job.resumeFrom ? (job.resumeFrom[0] ?? 0) : 0;
    const progress = (step: number, more: object = {}): void =>
      send({
        event: 'progress',
        progress: {
          kind: 'train',
          phase: 'training',
          epoch: 1,
          epochs: 1,
          step,
          totalSteps: STEPS,
          loss: loss(step),
          learningRate: 0.01,
          gradientNorm: 1,
          stepsPerSecond: 10,
          tokensPerSecond: 100,
          etaSeconds: STEPS - step,
          ...more,
        },
      });
    const checkpoint = (step: number): void =>
      send({ event: 'checkpoint', step, bytes: Uint8Array.of(step, 7, 7) });
    const run = (step: number): void => {
      if (cancelled.has(id)) {
        if (step > 1) checkpoint(step - 1);
        send({
          event: 'failed',
          code: 'canceled',
          message: 'Canceled.',
          lastCheckpointStep: step - 1,
        });
        return;
      }
      if (step > STEPS) return finish();
      at({
        step,
        process,
        id,
        next() {
          progress(step);
          if (checkpoints.includes(step)) checkpoint(step);
          setImmediate(() => run(step + 1));
        },
      });
    };
    const finish = (): void => {
      const dev = { precision: 1, recall: 0.5, f1: 2 / 3, gold: 4, predicted: 2, correct: 2 };
      const best = { epoch: 1, step: STEPS, trainLoss: loss(STEPS), dev, best: true };
      progress(STEPS, { phase: 'evaluating', evaluation: best });
      const contents = (list: TrainJob['train']) => list.map(({ text, spans }) => [text, spans]);
      const seen = [job.recipe, job.labels, contents(job.train), contents(job.dev)];
      const weights = createHash('sha256').update(JSON.stringify(seen)).digest();
      send({
        event: 'done',
        result: {
          kind: 'train',
          model: {
            files: {
              'config.json': Buffer.from(JSON.stringify({ labels: job.labels })),
              'onnx/model.onnx': new Uint8Array(weights),
            },
          },
          steps: STEPS,
          epochs: 1,
          stopped: 'finished',
          seconds: 1,
          parameters: 1234,
          history: [best],
          best,
          lossCurve: [],
          data: { documents: 1, tokens: 99, spans: 9, misaligned: 0, overlapping: 0, hash: 'x' },
          runtime: RUNTIME,
        },
      });
    };
    run(from + 1);
  }

  return (raw, process) => {
    const message = raw as unknown as Message;
    if (message.kind === 'cancel') cancelled.add(message.target ?? '');
    else if (message.kind === 'train')
      train({ id: message.id, job: message.job as TrainJob }, process);
    else if (message.kind === 'predict') {
      process.send({
        v: 1,
        id: message.id,
        event: 'done',
        result: predict(message.job as PredictJob),
      });
    }
  };
}

/** Words are tokens; a capital letter is a NAME. */
function predict(job: PredictJob) {
  return {
    kind: 'predict',
    labels: ['NAME'],
    documents: job.documents.map(({ id, text, gold }) => {
      const words = [...text.matchAll(/\S+/g)].map((match) => ({
        start: match.index,
        end: match.index + match[0].length,
      }));
      const spans = words
        .filter(({ start }) => /\p{Lu}/u.test(text[start] ?? ''))
        .map((word) => ({ ...word, label: 'NAME', score: 0.9 }));
      const tags = (list: readonly WireSpan[]): string[] =>
        words.map((word) => {
          const inside = list.find(({ start, end }) => start <= word.start && word.end <= end);
          if (!inside) return 'O';
          return `${inside.start === word.start ? 'B' : 'I'}-${inside.label}`;
        });
      return {
        id,
        spans,
        ...(job.tokens && {
          tokens: {
            starts: Int32Array.from(words, ({ start }) => start),
            ends: Int32Array.from(words, ({ end }) => end),
            tags: tags(spans),
            ...(gold && { gold: tags(gold) }),
          },
        }),
      };
    }),
    seconds: 0.01,
    runtime: RUNTIME,
  };
}
