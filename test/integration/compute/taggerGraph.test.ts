// The tagger's graph as a whole: its gradients, the row form of the table's gradient, and the promise
// that documents in one strip do not see each other.
import { describe, expect, it } from 'vitest';
import {
  buildTagger,
  MASKS,
  reach,
  SLOTS,
  TABLE,
  type TaggerConfig,
} from '../../../main/compute/architectures/tagger/index.ts';
import { differentiate } from '../../../main/compute/autodiff/index.ts';
import { checkGradients } from '../../../main/compute/loops/gradientCheck.ts';
import {
  encodeModel,
  floatsOf,
  liftParameters,
  specialize,
  type Model,
} from '../../../main/compute/onnx/index.ts';
import { stream } from '../../../main/compute/random.ts';
import { openSession, probe, type HostTensor } from '../../../main/compute/sessions/index.ts';

const CONFIG: TaggerConfig = {
  architecture: 'tagger',
  version: 1,
  labels: ['A', 'B'],
  buckets: 40,
  embeddingDim: 8,
  hidden: 12,
  dilations: [1, 3],
  towers: 2,
  temperature: 1,
};
const LENGTH = 14;
const random = stream(5, 'tagger graph');
const ints = (size: number, below: number): Int32Array =>
  Int32Array.from({ length: size }, () => random.below(below));
const seen = new Uint8Array(CONFIG.buckets).fill(1);

function training(): { model: Model; feeds: Record<string, HostTensor>; parameters: string[] } {
  const { model, inputs } = buildTagger(CONFIG, { seed: 3, seen, training: true });
  const parameters = [...model.graph.initializers.keys()].filter(
    (name) => !name.startsWith('tagger/'),
  );
  const feeds: Record<string, HostTensor> = {
    features: { dims: [1, LENGTH, SLOTS], data: ints(LENGTH * SLOTS, CONFIG.buckets) },
    mask: {
      dims: [1, LENGTH, 1],
      data: Float32Array.from({ length: LENGTH }, (_, t) => (t === 9 ? 0 : 1)),
    },
    labels: { dims: [1, LENGTH], data: ints(LENGTH, 5).map((tag, t) => (t === 9 ? -100 : tag)) },
    segments: { dims: [1, LENGTH], data: ints(LENGTH, MASKS) },
  };
  for (const { name, width } of inputs.dropout)
    feeds[name] = {
      dims: [MASKS, width],
      data: Float32Array.from({ length: MASKS * width }, () => (random.uniform() < 0.2 ? 0 : 1.25)),
    };
  for (const name of parameters) {
    const tensor = model.graph.initializers.get(name)!;
    feeds[name] = { dims: tensor.dims, data: floatsOf(tensor).slice() };
  }
  const graph = specialize(liftParameters(model.graph, parameters), { batch: 1, tokens: LENGTH });
  return { model: { ...model, graph }, feeds, parameters };
}

describe('the tagger graph', () => {
  it('has correct gradients for all parameters together', async () => {
    const { model, feeds, parameters } = training();
    const found = await checkGradients({ model, feeds, loss: 'loss', targets: parameters });
    expect(Math.abs(found.slope)).toBeGreaterThan(0.1);
    expect(found.relativeError).toBeLessThan(2e-3);
  });

  it('gives the table the same gradient as rows and as a dense tensor, one row per token', async () => {
    const { model, feeds } = training();
    const facts = await probe(model, feeds, 1);
    const gradientOf = async (rows: boolean) => {
      const { graph, gradients } = differentiate(model.graph, facts, 'loss', [
        { name: TABLE, rows },
      ]);
      const session = await openSession(encodeModel({ ...model, graph }), { threads: 1 });
      const used = Object.fromEntries(
        Object.entries(feeds).filter(([k]) => session.inputs.includes(k)),
      );
      const out = await session.run(used);
      await session.dispose();
      return { gradient: gradients.get(TABLE)!, out };
    };
    const dense = await gradientOf(false);
    const sparse = await gradientOf(true);
    if (dense.gradient.kind !== 'dense' || sparse.gradient.kind !== 'rows')
      throw new Error('kinds');
    const expected = dense.out[dense.gradient.value]!.data as Float32Array;
    const part = sparse.gradient.parts[0]!;
    expect(part.repeat).toBe(SLOTS);
    const rows = sparse.out[part.value]!;
    expect(rows.dims).toEqual([1, LENGTH, 1, CONFIG.embeddingDim]);
    const sum = new Float32Array(expected.length);
    (feeds['features']!.data as Int32Array).forEach((row, k) => {
      const token = Math.floor(k / SLOTS);
      for (let i = 0; i < CONFIG.embeddingDim; i++)
        sum[row * CONFIG.embeddingDim + i]! += (rows.data as Float32Array)[
          token * CONFIG.embeddingDim + i
        ]!;
    });
    sum.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4));
  });

  it('keeps two documents in one strip apart, and looks exactly as far as it says', async () => {
    const { model } = buildTagger(CONFIG, { seed: 3, seen, training: false });
    const session = await openSession(encodeModel(model), { threads: 1 });
    const length = 40;
    const logits = async (features: Int32Array, mask: Float32Array): Promise<Float32Array> => {
      const out = await session.run({
        features: { dims: [1, length, SLOTS], data: features },
        mask: { dims: [1, length, 1], data: mask },
      });
      return out['logits']!.data as Float32Array;
    };
    const changedTokens = (a: Float32Array, b: Float32Array): number[] =>
      Array.from({ length }, (_, t) => t).filter((t) =>
        a.subarray(5 * t, 5 * t + 5).some((value, k) => value !== b[5 * t + k]),
      );
    const features = ints(length * SLOTS, CONFIG.buckets);
    const other = features.slice();
    other.fill(1, 20 * SLOTS, 21 * SLOTS);
    const open = new Float32Array(length).fill(1);
    const near = changedTokens(await logits(features, open), await logits(other, open));
    expect(near).toEqual(
      Array.from({ length: 2 * reach(CONFIG) + 1 }, (_, k) => 20 - reach(CONFIG) + k),
    );
    // A gap of the widest dilation just before the changed token shields everything ahead of it.
    const gap = open.slice().fill(0, 17, 20);
    const shielded = changedTokens(await logits(features, gap), await logits(other, gap));
    expect(shielded.filter((t) => t < 17)).toEqual([]);
    expect(shielded).toContain(20);
    await session.dispose();
  });
});
