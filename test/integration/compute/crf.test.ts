// Training through the CRF: the gradient that leaves the recursions and enters the graph is that of the
// whole loss, and runs learn, resume and predict like any other.
import { describe, expect, it } from 'vitest';
import {
  buildTagger,
  MASKS,
  SLOTS,
  TRANSITIONS,
} from '../../../main/compute/architectures/tagger/index.ts';
import { createChainLearner } from '../../../main/compute/loops/crfLearning.ts';
import { predict, trainTagger } from '../../../main/compute/loops/index.ts';
import { createTrainer } from '../../../main/compute/loops/trainer.ts';
import { stream } from '../../../main/compute/random.ts';
import type { HostTensor } from '../../../main/compute/sessions/index.ts';
import { job, record, tinyRecipe } from './notes.ts';

const crf = (changes = {}) => job({ recipe: tinyRecipe({ crf: true, towers: 2, ...changes }) });

describe('a tagger with a CRF', () => {
  it('has the gradient of the sequence loss, checked by finite differences', async () => {
    const random = stream(3, 'crf gradient');
    const length = 12;
    const graph = buildTagger(
      {
        architecture: 'tagger',
        version: 1,
        labels: ['A', 'B'],
        ...{ buckets: 40, embeddingDim: 8, hidden: 12, dilations: [1], towers: 2 },
        temperature: 1,
        crf: true,
      },
      { seed: 3, seen: new Uint8Array(40).fill(1), training: true },
    );
    const trainer = createTrainer({
      model: graph.model,
      loss: 'loss',
      parameters: [...graph.model.graph.initializers.keys()]
        .filter((name) => !name.startsWith('tagger/'))
        .map((name) => ({ name, decay: false, rows: false })),
      settings: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: 0 },
      threads: 1,
    });
    const chains = await createChainLearner(graph, trainer, 2, 1);
    const ints = (size: number, below: number): Int32Array =>
      Int32Array.from({ length: size }, () => random.below(below));
    const feeds: Record<string, HostTensor> = {
      features: { dims: [1, length, SLOTS], data: ints(length * SLOTS, 40) },
      mask: { dims: [1, length, 1], data: new Float32Array(length).fill(1) },
      labels: {
        dims: [1, length],
        data: Int32Array.from([0, 1, 2, 2, 0, 3, 4, 1, 3, 0, 0, 1]),
      },
      segments: { dims: [1, length], data: ints(length, MASKS) },
    };
    for (const { name, rows, width } of graph.inputs.dropout)
      feeds[name] = {
        dims: [rows, width],
        data: Float32Array.from({ length: rows * width }, () =>
          random.uniform() < 0.2 ? 0 : 1.25,
        ),
      };
    // Two parts of one document: the second does not begin a text.
    const strip = [
      { document: 0, first: 0, last: 7, keepFirst: 0, keepLast: 7, offset: 0 },
      { document: 0, first: 7, last: 12, keepFirst: 7, keepLast: 12, offset: 7 },
    ];
    const batch = { feeds, strip, counted: length };
    const transitions = trainer.arena.parameters.find(({ name }) => name === TRANSITIONS)!;
    const scores = trainer.arena.view(transitions, 'w');
    scores.set(Float32Array.from(scores, () => 0.5 * random.normal()));

    await chains.learn(batch);
    const directions = trainer.arena.parameters.map((parameter) => {
      const gradient = trainer.arena.view(parameter, 'g').slice();
      return { parameter, gradient };
    });
    const norm = Math.sqrt(
      directions.reduce((sum, { gradient }) => sum + gradient.reduce((s, g) => s + g * g, 0), 0),
    );
    expect(norm).toBeGreaterThan(0.1);
    const origin = directions.map(({ parameter }) => trainer.arena.view(parameter, 'w').slice());
    const at = async (step: number): Promise<number> => {
      directions.forEach(({ parameter, gradient }, k) =>
        trainer.arena
          .view(parameter, 'w')
          .set(origin[k]!.map((value, i) => value + (step * gradient[i]!) / norm)),
      );
      return chains.learn(batch);
    };
    const h = 0.01;
    const numeric =
      ((await at(h)) - (await at(-h))) * (8 / (12 * h)) -
      ((await at(2 * h)) - (await at(-2 * h))) * (1 / (12 * h));
    expect(Math.abs(numeric - norm) / norm).toBeLessThan(2e-3);
    await chains.dispose();
    await trainer.dispose();
  });

  it('learns, and gives spans with probabilities', async () => {
    const result = await trainTagger(crf(), record());
    expect(result.best?.dev.f1).toBeGreaterThan(0.95);
    const { documents } = await predict(
      { model: result.model, documents: [{ id: 'a', text: 'Patient: Anna Adler\nCity: Ulm' }] },
      record(),
    );
    expect(documents[0]!.spans.map(({ label }) => label)).toEqual(['NAME', 'PLACE']);
    for (const { score } of documents[0]!.spans) {
      expect(score).toBeGreaterThan(0.3);
      expect(score).toBeLessThanOrEqual(1);
    }
  });

  it('continues after a cancel to the same bits', async () => {
    const whole = await trainTagger(crf({ epochs: 3 }), record());
    const log = record(7);
    await expect(trainTagger(crf({ epochs: 3 }), log)).rejects.toMatchObject({ code: 'canceled' });
    const resumed = await trainTagger(
      { ...crf({ epochs: 3 }), resumeFrom: log.checkpoints.at(-1)!.bytes },
      record(),
    );
    expect(resumed.lossCurve).toEqual(whole.lossCurve);
    expect(resumed.model.files['onnx/model.onnx']).toEqual(whole.model.files['onnx/model.onnx']);
  });

  it('keeps to a time budget with the cost of the recursions counted', async () => {
    const result = await trainTagger(crf({ epochs: 1000, timeBudgetSeconds: 0.5 }), record());
    expect(result.epochs).toBeLessThan(1000);
  });
});
