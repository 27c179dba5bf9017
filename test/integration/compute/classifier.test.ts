// A tagger for whole documents: it learns, says how sure it is, judges long texts window by window, and
// refuses data from which nothing can be learned.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  buildClassifier,
  DOCUMENT_SLOTS,
  type ClassifierConfig,
} from '../../../main/compute/architectures/tagger/index.ts';
import { checkGradients } from '../../../main/compute/loops/gradientCheck.ts';
import { inspect, predict, trainTagger } from '../../../main/compute/loops/index.ts';
import { floatsOf, liftParameters, specialize } from '../../../main/compute/onnx/index.ts';
import type { TaggerRecipe, TrainJob, WireDocument } from '../../../main/compute/protocol.ts';
import { stream } from '../../../main/compute/random.ts';
import type { HostTensor } from '../../../main/compute/sessions/index.ts';
import { record, tinyRecipe } from './notes.ts';

const TOPICS = {
  card: ['card', 'pin', 'chip', 'terminal', 'lost', 'stolen', 'block'],
  loan: ['loan', 'rate', 'mortgage', 'repay', 'interest', 'house', 'term'],
  transfer: ['transfer', 'account', 'abroad', 'sent', 'pending', 'receiver', 'iban'],
} as const;
const LABELS = Object.keys(TOPICS);
const FILLER = ['please', 'help', 'me', 'with', 'my', 'the', 'I', 'have', 'a', 'question', 'about'];

function makeMails(count: number, seed = 1, words = 12): WireDocument[] {
  const random = stream(seed, 'mails');
  const pick = (items: readonly string[]): string => items[random.below(items.length)] as string;
  return Array.from({ length: count }, (_, index) => {
    const label = LABELS[index % LABELS.length] as keyof typeof TOPICS;
    const text = Array.from({ length: words }, () =>
      random.uniform() < 0.25 ? pick(TOPICS[label]) : pick(FILLER),
    ).join(' ');
    return { id: `mail-${index}`, text: `${text} ${pick(TOPICS[label])}?`, spans: [], label };
  });
}

const job = (changes: Partial<TrainJob<TaggerRecipe>> = {}): TrainJob<TaggerRecipe> => ({
  recipe: tinyRecipe({ task: 'documents', dilations: [1] }),
  labels: LABELS,
  train: makeMails(90),
  dev: makeMails(30, 2),
  ...changes,
});

describe('a tagger for documents', () => {
  it('has correct gradients for all parameters together', async () => {
    const config: ClassifierConfig = {
      architecture: 'tagger',
      version: 1,
      task: 'documents',
      labels: LABELS,
      ...{ buckets: 40, embeddingDim: 8, hidden: 12, dilations: [1, 2], towers: 2 },
      window: 14,
      temperature: 1,
    };
    const rows = 3;
    const { model, inputs } = buildClassifier(config, {
      seed: 3,
      seen: new Uint8Array(40).fill(1),
      training: true,
      rows,
    });
    const random = stream(5, 'classifier graph');
    const ints = (size: number, below: number): Int32Array =>
      Int32Array.from({ length: size }, () => random.below(below));
    // Two documents, a gap of two tokens, and a row of the batch that holds none.
    const owner = (t: number): number => (t < 6 ? 0 : t < 8 ? -1 : 1);
    const tokens = Array.from({ length: 14 }, (_, t) => owner(t));
    const feeds: Record<string, HostTensor> = {
      features: {
        dims: [1, 14, DOCUMENT_SLOTS],
        data: ints(14 * DOCUMENT_SLOTS, 40).map((row, i) =>
          tokens[Math.floor(i / DOCUMENT_SLOTS)] === -1 ? 0 : row,
        ),
      },
      mask: { dims: [1, 14, 1], data: Float32Array.from(tokens, (own) => (own < 0 ? 0 : 1)) },
      pool: {
        dims: [rows, 14],
        data: Float32Array.from([0, 1, 2].flatMap((row) => tokens.map((o) => Number(o === row)))),
      },
      owners: { dims: [1, 14], data: Int32Array.from(tokens, (own) => Math.max(0, own)) },
      labels: { dims: [rows], data: Int32Array.of(2, 0, -100) },
      weights: { dims: [rows], data: Float32Array.of(1, 0.5, 0) },
    };
    for (const table of inputs.dropout)
      feeds[table.name] = {
        dims: [table.rows, table.width],
        data: Float32Array.from({ length: table.rows * table.width }, () =>
          random.uniform() < 0.2 ? 0 : 1.25,
        ),
      };
    const parameters = [...model.graph.initializers.keys()].filter(
      (name) => !name.startsWith('tagger/'),
    );
    for (const name of parameters) {
      const tensor = model.graph.initializers.get(name)!;
      feeds[name] = { dims: tensor.dims, data: floatsOf(tensor).slice() };
    }
    const graph = specialize(liftParameters(model.graph, parameters), {
      batch: 1,
      tokens: 14,
      documents: rows,
    });
    const found = await checkGradients({
      model: { ...model, graph },
      feeds,
      loss: 'loss',
      targets: parameters,
    });
    expect(Math.abs(found.slope)).toBeGreaterThan(0.1);
    expect(found.relativeError).toBeLessThan(2e-3);
  });

  it('learns labels, and gives every label its probability, likeliest first', async () => {
    const result = await trainTagger(job(), record());
    expect(result.best!.dev.f1).toBeGreaterThan(0.95);
    expect(result.best!.macroF1).toBeGreaterThan(0.95);
    const { precision, recall, f1, gold, correct } = result.best!.dev;
    expect([precision, recall]).toEqual([f1, f1]);
    expect(correct / gold).toBe(f1);
    expect(result.history.at(-1)!.devLoss).toBeLessThan(result.history[0]!.devLoss!);
    expect(await inspect(result.model)).toMatchObject({
      architecture: 'tagger',
      task: 'documents',
    });

    const mails = makeMails(12, 3);
    const { documents, labels } = await predict(
      { model: result.model, documents: mails.map(({ id, text }) => ({ id, text })) },
      record(),
    );
    expect(labels).toEqual(LABELS);
    documents.forEach(({ id, classes, spans }, index) => {
      expect(id).toBe(mails[index]!.id);
      expect(spans).toEqual([]);
      expect(classes!.map(({ label }) => label).sort()).toEqual([...LABELS].sort());
      const scores = classes!.map(({ score }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      expect(scores.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    });
    const right = documents.filter(({ classes }, i) => classes![0]!.label === mails[i]!.label);
    expect(right.length).toBeGreaterThanOrEqual(11);
  });

  it('tells the kinds of the sample notes apart, in four languages', async () => {
    const read = (split: string): WireDocument[] =>
      readdirSync(join('resources/samples', split), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.txt'))
        .sort()
        .map((id) => ({
          id,
          text: readFileSync(join('resources/samples', split, id), 'utf8'),
          spans: [],
          label: basename(id).split('-')[1] ?? '',
        }));
    const [train, dev] = [read('train'), read('dev')];
    const labels = [...new Set(train.map(({ label }) => label ?? ''))].sort();
    expect(labels.length).toBeGreaterThan(4);
    const recipe = tinyRecipe({ task: 'documents', dilations: [1], batchTokens: 1024, epochs: 4 });
    const result = await trainTagger({ recipe, labels, train, dev }, record());
    expect(result.best!.dev.f1).toBeGreaterThan(0.9);
  });

  it('judges a document far longer than a batch window by window, whoever lies beside it', async () => {
    // Long documents in training too: each counts once, however many windows it is.
    const long = makeMails(6, 4, 700);
    const { model } = await trainTagger(job({ train: [...makeMails(60), ...long] }), record());
    const classify = async (texts: readonly string[]) =>
      (
        await predict(
          { model, documents: texts.map((text, index) => ({ id: `${index}`, text })) },
          record(),
        )
      ).documents.map(({ classes }) => classes!);
    const texts = makeMails(3, 5, 9000).map(({ text }) => text);
    const together = await classify(['a question', ...texts, '', ' \n ']);
    expect(together.slice(1, 4).map((classes) => classes[0]!.label)).toEqual(LABELS);
    for (const [index, text] of texts.entries()) {
      const [alone] = await classify([text]);
      alone!.forEach(({ label, score }, k) => {
        expect(together[index + 1]![k]!.label).toBe(label);
        expect(together[index + 1]![k]!.score).toBeCloseTo(score, 4);
      });
    }
    // Nothing was read, so nothing is known.
    for (const classes of together.slice(4))
      for (const { score } of classes) expect(score).toBeCloseTo(1 / 3, 9);
  });

  it.each([2, 11])('continues after a cancel before batch %i to the same bits', async (at) => {
    const whole = await trainTagger(job(), record());
    const log = record(at);
    await expect(trainTagger(job(), log)).rejects.toMatchObject({ code: 'canceled' });
    const { bytes } = log.checkpoints.at(-1)!;
    const resumed = await trainTagger(job({ resumeFrom: bytes }), record());
    expect(resumed.lossCurve).toEqual(whole.lossCurve);
    expect(resumed.history).toEqual(whole.history);
    expect(resumed.model.files).toEqual(whole.model.files);
    const relabeled = job().train.map((mail, i) => (i === 0 ? { ...mail, label: 'loan' } : mail));
    await expect(
      trainTagger(job({ resumeFrom: bytes, train: relabeled }), record()),
    ).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringMatching(/other training data/),
    });
  });

  it('leaves out documents without text and counts them', async () => {
    const empty = { id: 'empty', text: ' \t ', spans: [], label: 'loan' };
    const result = await trainTagger(
      job({ train: [empty, ...makeMails(30), empty], dev: [empty, ...makeMails(9, 2)] }),
      record(),
    );
    expect(result.data).toMatchObject({ documents: 30, skipped: 2 });
    expect(result.best!.dev.gold).toBe(9);
  });

  it('says what is wrong with the data', async () => {
    const mail = makeMails(1)[0]!;
    const { label: _label, ...unlabeled } = mail;
    const attempts: [readonly WireDocument[], RegExp][] = [
      [[], /nothing to train on/],
      [[{ ...mail, text: '' }], /nothing to train on/],
      [[mail, { ...mail, id: 'mail-7', label: 'crypto' }], /mail-7 has the label "crypto"/],
      [[mail, unlabeled], /mail-0 has no label/],
      [makeMails(9).filter(({ label }) => label === 'loan'), /one class only, "loan"/],
    ];
    for (const [train, message] of attempts)
      await expect(trainTagger(job({ train }), record())).rejects.toMatchObject({
        code: 'bad-data',
        message: expect.stringMatching(message),
      });
  });

  it('stops when the loss is no longer a number and says where', async () => {
    const recipe = { ...job().recipe, learningRate: 1e25, clipNorm: 0, warmup: 0, epochs: 30 };
    await expect(trainTagger(job({ recipe }), record())).rejects.toMatchObject({
      code: 'diverged',
      message: expect.stringMatching(/at step \d+, epoch \d+/),
    });
  });
});
