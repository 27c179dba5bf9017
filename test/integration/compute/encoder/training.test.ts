// Whole runs of encoders over ../shared/data/onnx-exports (skipped where that folder is missing).
import { describe, expect, it } from 'vitest';
import { predict, trainEncoder } from '../../../../main/compute/loops/index.ts';
import {
  decodeModel,
  encodeModel,
  floatsOf,
  floatTensor,
  withValues,
  type Tensor,
} from '../../../../main/compute/onnx/index.ts';
import { readTokenizer } from '../../../../main/compute/tokenizers/index.ts';
import type { EncoderRecipe, TrainResult } from '../../../../main/compute/protocol.ts';
import { makeNotes } from '../notes.ts';
import { hasExports } from './exports.ts';
import { encoderJob, makeQuestions, watch } from './house.ts';

const LORA: EncoderRecipe['mode'] = {
  kind: 'lora',
  rank: 4,
  alpha: 8,
  targets: ['query', 'value'],
};
const quiet = { progress: () => undefined, checkpoint: () => undefined, canceled: () => false };

/** What must be the same to the last bit. */
const numbers = ({ model, history, lossCurve, steps, best }: TrainResult) => ({
  files: Object.entries(model.files).map(([path, bytes]) => [
    path,
    Buffer.from(bytes).toString('base64'),
  ]),
  history,
  lossCurve,
  steps,
  best,
});

describe.skipIf(!hasExports)('training an encoder (../shared/data/onnx-exports)', () => {
  it.each([
    ['bert_tok_17', 'words'],
    ['distilbert_14', 'subwords'],
    ['roberta_17', 'characters'],
  ] as const)('teaches %s to find spans by %s', async (name, alignment) => {
    const job = await encoderJob(name, { alignment, epochs: 25, maxTokens: 128, overlap: 16 });
    const result = await trainEncoder({ ...job, train: makeNotes(80) }, quiet);
    expect(result.history).toHaveLength(25);
    expect(result.history.at(-1)!.trainLoss).toBeLessThan(result.history[0]!.trainLoss / 2);
    expect(result.best!.dev.f1).toBeGreaterThan(0.6);
  });

  it.each(['bert_sdpa_mask_14', 'deberta_v3_14', 'modernbert_14'])(
    'learns with %s, which names and masks things in its own way',
    async (name) => {
      const job = await encoderJob(name, { epochs: 4, schedule: 'cosine' });
      const { history } = await trainEncoder(job, quiet);
      expect(history.at(-1)!.trainLoss).toBeLessThan(0.8 * history[0]!.trainLoss);
    },
  );

  it.each(['bert_seqcls_17', 'bert_tok_17'])('teaches %s to tell intents', async (name) => {
    const job = await encoderJob(name, { task: 'documents', epochs: 20 });
    const { best } = await trainEncoder({ ...job, train: makeQuestions(120) }, quiet);
    expect(best!.dev.f1).toBeGreaterThan(0.9);
    expect(best!.macroF1).toBeGreaterThan(0.8);
  });

  it.each<[string, Partial<EncoderRecipe>]>([
    ['all weights', { mode: { kind: 'full' } }],
    ['the head', { mode: { kind: 'head' }, learningRate: 0.02 }],
    [
      'LoRA on two threads',
      { mode: LORA, learningRate: 0.02, accumulation: 2, batchSize: 4, threads: 2 },
    ],
  ])('goes on from a checkpoint within an epoch bit for bit (%s)', async (_, changes) => {
    const job = await encoderJob('bert_tok_17', { ...changes, checkpointSteps: 4 });
    const whole = watch();
    const expected = await trainEncoder(job, whole);
    expect(whole.checkpoints[1]!.step).toBe(8);
    expect(expected.steps).toBe(30);
    const resumed = await trainEncoder({ ...job, resumeFrom: whole.checkpoints[1]!.bytes }, quiet);
    expect(numbers(resumed)).toEqual(numbers(expected));
  });

  it('goes through the same losses however passes are cut', async () => {
    const run = async (changes: Partial<EncoderRecipe>): Promise<number[]> => {
      const job = await encoderJob('bert_tok_17', {
        maxTokens: 64,
        learningRate: 1e-3,
        ...changes,
      });
      const { lossCurve } = await trainEncoder({ ...job, dev: [] }, quiet);
      return lossCurve.map(({ loss }) => loss);
    };
    const whole = await run({ bucketing: false });
    expect(whole.length).toBeGreaterThan(10);
    for (const changes of [
      { bucketing: true },
      { bucketing: false, batchSize: 2, accumulation: 4 },
      { bucketing: true, batchSize: 4, accumulation: 2 },
    ])
      for (const [step, loss] of (await run(changes)).entries())
        expect(Math.abs(loss - whole[step]!)).toBeLessThan(step === 0 ? 1e-6 : 1e-3);
  });

  it('pauses after an epoch and goes on bit for bit', async () => {
    const job = await encoderJob('bert_tok_17');
    const expected = await trainEncoder(job, quiet);
    const paused = watch();
    const first = await trainEncoder({ ...job, pauseAfterEpoch: 1 }, paused);
    expect(first).toMatchObject({ stopped: 'paused', epochs: 1 });
    const resumeFrom = paused.checkpoints.at(-1)!.bytes;
    expect(numbers(await trainEncoder({ ...job, resumeFrom }, quiet))).toEqual(numbers(expected));
  });

  it('stops within a pass when canceled, and leaves a checkpoint', async () => {
    const job = await encoderJob('bert_tok_17', {
      batchSize: 2,
      accumulation: 4,
      bucketing: false,
    });
    // Asked before each of three sets is read and before each of the four passes of an update: canceled
    // in the second pass of the second update.
    let asked = 0;
    const watched = watch(() => ++asked > 3 + 5);
    await expect(trainEncoder(job, watched)).rejects.toMatchObject({ code: 'canceled' });
    expect(watched.checkpoints.map(({ step }) => step)).toEqual([1]);
  });

  it('reads what is longer than the model through windows that count every word once', async () => {
    const notes = makeNotes(12);
    const long = {
      ...notes[0]!,
      id: 'long',
      text: '',
      spans: [] as (typeof notes)[0]['spans'][number][],
    };
    for (const note of notes) {
      long.spans.push(
        ...note.spans.map((span) => ({
          ...span,
          start: span.start + long.text.length,
          end: span.end + long.text.length,
        })),
      );
      long.text += `${note.text}\n`;
    }
    const job = await encoderJob('bert_tok_17', { epochs: 25, maxTokens: 64, overlap: 16 });
    const result = await trainEncoder(
      { ...job, train: [long, ...makeNotes(40, 3)], dev: [long] },
      quiet,
    );
    expect(result.history.at(-1)!.dev.gold).toBe(long.spans.length);
    expect(result.best!.dev.f1).toBeGreaterThan(0.5);
    const { documents } = await predict(
      { model: result.model, documents: [{ id: 'long', text: long.text }], threads: 1 },
      quiet,
    );
    const last = Math.max(...documents[0]!.spans.map(({ end }) => end));
    expect(last).toBeGreaterThan(long.text.length * 0.9);
  });

  it('stops early on the chosen metric, and scores the test documents with the best weights', async () => {
    const job = await encoderJob('bert_seqcls_17', {
      task: 'documents',
      epochs: 60,
      patience: 2,
      selectBy: 'loss',
      testAtEnd: true,
      labelSmoothing: 0.1,
      classWeights: 'balanced',
    });
    const result = await trainEncoder({ ...job, test: makeQuestions(20, 7) }, quiet);
    expect(result.stopped).toBe('early');
    const losses = result.history.map(({ devLoss }) => devLoss!);
    expect(result.best!.devLoss).toBe(Math.min(...losses));
    expect(result.history.length - result.best!.epoch).toBe(2);
    expect(result.test!.gold).toBe(20);
  });

  it('leaves out empty documents and says how many', async () => {
    const job = await encoderJob('bert_tok_17', { epochs: 1 });
    const empty = ['', '  \n'].map((text, k) => ({ id: `empty-${k}`, text, spans: [] }));
    const { data } = await trainEncoder({ ...job, train: [...job.train, ...empty] }, quiet);
    expect(data).toMatchObject({ documents: 40, skipped: 2 });
  });

  it('stops where the loss is no longer a number, names the place and keeps the checkpoint', async () => {
    const job = await encoderJob('bert_tok_17', { checkpointSteps: 1 });
    const tokenizer = readTokenizer(job.base!.files);
    const model = decodeModel(job.base!.files['onnx/model.onnx']!);
    // The sum of these two rows overflows: one word at one place, which one note alone has.
    const overflowing = (name: string, row: number): [string, Tensor] => {
      const tensor = model.graph.initializers.get(name)!;
      const values = floatsOf(tensor)
        .slice()
        .fill(3e38, row * 32, row * 32 + 1);
      return [name, floatTensor(tensor.dims, values)];
    };
    const graph = withValues(
      model.graph,
      new Map([overflowing('we.weight', tokenizer.idOf('loan')!), overflowing('pe.weight', 40)]),
    );
    const files = { ...job.base!.files, 'onnx/model.onnx': encodeModel({ ...model, graph }) };
    const train = job.train.map((note, index) =>
      index === 11 ? { ...note, text: 'loan '.repeat(46), spans: [] } : note,
    );
    const watched = watch();
    await expect(trainEncoder({ ...job, base: { files }, train }, watched)).rejects.toMatchObject({
      code: 'diverged',
      message: expect.stringMatching(
        /at step \d+, epoch 1: .* no longer a number, in a batch of .*note-11.*newest checkpoint/,
      ) as string,
    });
    expect(watched.checkpoints.length).toBeGreaterThan(0);
  });

  it.each<[string, Parameters<typeof encoderJob>, Partial<TrainResult> | RegExp]>([
    [
      'a label the schema lacks',
      ['bert_tok_17', {}, { labels: ['DATE', 'NAME'] }],
      /"PLACE", which the schema lacks/,
    ],
    [
      'one class only',
      [
        'bert_seqcls_17',
        { task: 'documents' },
        { train: makeQuestions(40).filter(({ label }) => label === 'loan') },
      ],
      /all training documents have the label "loan"/,
    ],
    [
      'a document without a class',
      ['bert_seqcls_17', { task: 'documents' }, { train: makeNotes(3) }],
      /note-0 has no label/,
    ],
    [
      'no text',
      ['bert_tok_17', {}, { train: [{ id: 'a', text: ' ', spans: [] }] }],
      /nothing to train on/,
    ],
    [
      'no spans',
      ['bert_tok_17', {}, { train: [{ id: 'a', text: 'words', spans: [] }] }],
      /nothing to learn/,
    ],
    [
      'more tokens than the model reads',
      ['bert_tok_17', { maxTokens: 1024 }],
      /at most 512 tokens/,
    ],
    [
      'an unknown adapter target',
      ['bert_tok_17', { mode: { ...LORA, targets: ['q_proj'] } as EncoderRecipe['mode'] }],
      /no layer named "q_proj".*dense, inter, key, out, query, value/,
    ],
  ])('refuses %s', async (_, args, message) => {
    const job = await encoderJob(...args);
    await expect(trainEncoder(job, quiet)).rejects.toThrow(message as RegExp);
  });

  it('never passes over a promise: privacy and a graphics processor are kept or refused', async () => {
    const job = await encoderJob('bert_tok_17', { provider: 'webgpu' });
    await expect(trainEncoder(job, quiet)).rejects.toThrow(/on the processor/);
  });

  it('refuses a missing base, and one whose tokenizer does not fit', async () => {
    const job = await encoderJob('bert_tok_17');
    const { base: _base, ...without } = job;
    await expect(trainEncoder(without, quiet)).rejects.toThrow(/needs a base model/);
    const file = JSON.parse(new TextDecoder().decode(job.base!.files['tokenizer.json'])) as {
      model: { vocab: Record<string, number> };
    };
    file.model.vocab['foreign'] = 5000;
    const base = {
      files: {
        ...job.base!.files,
        'tokenizer.json': new TextEncoder().encode(JSON.stringify(file)),
      },
    };
    await expect(trainEncoder({ ...job, base }, quiet)).rejects.toThrow(/do not belong together/);
  });
});
