// What pre-training leaves is an encoder like an imported one: fine-tuned by full
// training, by adapters and by its head alone, and the better for what it has read.
import { describe, expect, it } from 'vitest';
import { predict, pretrain, trainEncoder } from '../../../main/compute/loops/index.ts';
import type {
  EncoderRecipe,
  ModelBundle,
  PretrainingRecipe,
} from '../../../main/compute/protocol.ts';
import { LABELS, makeNotes, record } from './notes.ts';

const reading: PretrainingRecipe = {
  architecture: 'pretraining',
  seed: 4,
  epochs: 12,
  learningRate: 3e-3,
  schedule: 'linear',
  warmup: 0.1,
  weightDecay: 0.01,
  clipNorm: 1,
  patience: 0,
  checkpointSeconds: 1000,
  threads: 1,
  vocabularySize: 220,
  lowercase: false,
  layers: 2,
  hidden: 48,
  heads: 2,
  intermediate: 96,
  maxTokens: 64,
  batchSize: 8,
  accumulation: 1,
  maskShare: 0.15,
};

const tuning = (changes: Partial<EncoderRecipe> = {}): EncoderRecipe => ({
  architecture: 'encoder',
  base: 'own',
  task: 'spans',
  mode: { kind: 'full' },
  seed: 2,
  epochs: 6,
  learningRate: 2e-3,
  schedule: 'linear',
  warmup: 0.1,
  weightDecay: 0.01,
  clipNorm: 1,
  patience: 0,
  checkpointSeconds: 1000,
  threads: 1,
  batchSize: 8,
  accumulation: 1,
  maxTokens: 64,
  overlap: 16,
  bucketing: true,
  alignment: 'subwords',
  labelSmoothing: 0,
  classWeights: 'none',
  selectBy: 'f1',
  testAtEnd: false,
  ...changes,
});

const tune = (base: ModelBundle, recipe: EncoderRecipe) =>
  trainEncoder(
    { recipe, labels: LABELS, train: makeNotes(40), dev: makeNotes(12, 2), base },
    record(),
  );

describe('an encoder pre-trained here', () => {
  it('is fine-tuned like an imported one, and the better for what it has read', async () => {
    const texts = makeNotes(150, 9);
    const read = async (epochs: number) =>
      pretrain(
        {
          // Hardly moved: the same start without what reading taught.
          recipe: { ...reading, epochs, learningRate: epochs === 1 ? 1e-9 : reading.learningRate },
          labels: [],
          train: texts,
          dev: makeNotes(20, 8),
        },
        record(),
      );
    const [fresh, taught] = [await read(1), await read(reading.epochs)];
    expect(taught.best!.devLoss!).toBeLessThan(0.75 * fresh.best!.devLoss!);

    const full = await tune(taught.model, tuning());
    expect(full.best!.dev.f1).toBeGreaterThan(0.9);
    const [head, without] = await Promise.all([
      tune(taught.model, tuning({ mode: { kind: 'head' }, learningRate: 1e-2 })),
      tune(fresh.model, tuning({ mode: { kind: 'head' }, learningRate: 1e-2 })),
    ]);
    expect(head.best!.dev.f1).toBeGreaterThan(without.best?.dev.f1 ?? 0);
    const lora = await tune(
      taught.model,
      tuning({
        mode: { kind: 'lora', rank: 8, alpha: 16, targets: ['query', 'value'] },
        epochs: 12,
        learningRate: 2e-2,
      }),
    );
    expect(lora.best!.dev.f1).toBeGreaterThan(head.best!.dev.f1);

    const [note] = makeNotes(1, 5);
    const { documents } = await predict(
      { model: full.model, documents: [{ id: note!.id, text: note!.text }] },
      record(),
    );
    const found = documents[0]!.spans.map(({ start, end, label }) => ({ start, end, label }));
    expect(found).toContainEqual(note!.spans[1]);
  }, 120_000);
});
