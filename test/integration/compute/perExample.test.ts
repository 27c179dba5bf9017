// Attacks: "each sequence moves the weights by at most C". The graph that bounds a whole batch at once is
// held against brute force: every sequence run alone, its gradient clipped in double precision, summed.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  differentiate,
  differentiatePerExample,
  type Gradient,
} from '../../../main/compute/autodiff/index.ts';
import { injectLora } from '../../../main/compute/adapters/index.ts';
import { admit } from '../../../main/compute/architectures/encoder/index.ts';
import {
  appendLoss,
  LOSS,
  TARGETS,
} from '../../../main/compute/architectures/encoder/objective.ts';
import {
  createBuilder,
  encodeModel,
  floatTensor,
  liftParameters,
  sizeOf,
  specialize,
  type Model,
} from '../../../main/compute/onnx/index.ts';
import { stream } from '../../../main/compute/random.ts';
import { openSession, probe, type HostTensor } from '../../../main/compute/sessions/index.ts';

const EXPORTS = new URL('../../../../shared/data/onnx-exports/', import.meta.url);
type Feeds = Record<string, HostTensor>;
interface Target {
  readonly name: string;
  readonly rows?: boolean;
}

interface Case {
  readonly model: Model;
  readonly loss: string;
  readonly targets: readonly Target[];
  /** One feed per example, batch of one; the batch is their concatenation. */
  readonly examples: readonly Feeds[];
}

const numbers = (tensor: HostTensor): number[] =>
  Array.from(tensor.data as Iterable<number | bigint>, Number);

async function run(model: Model, feeds: Feeds, graph = model.graph): Promise<Feeds> {
  const session = await openSession(encodeModel({ ...model, graph }), { threads: 1 });
  try {
    return await session.run(
      Object.fromEntries(session.inputs.map((name) => [name, feeds[name] as HostTensor])),
    );
  } finally {
    await session.dispose();
  }
}

/** Dense values of one gradient, rows added up. */
function denseOf(gradient: Gradient, out: Feeds, feeds: Feeds, size: number): Float64Array {
  const dense = new Float64Array(size);
  if (gradient.kind === 'dense') dense.set(numbers(out[gradient.value] as HostTensor));
  else
    for (const { indices, value, repeat } of gradient.parts) {
      const rows = out[value] as HostTensor;
      const width = rows.dims.at(-1) as number;
      numbers((out[indices] ?? feeds[indices]) as HostTensor).forEach((row, k) => {
        for (let i = 0; i < width; i++)
          dense[row * width + i]! += Number(rows.data[Math.floor(k / repeat) * width + i]);
      });
    }
  return dense;
}

function prepared({ model, targets, examples }: Case) {
  const names = targets.map(({ name }) => name);
  const weights = Object.fromEntries(
    names.map((name) => {
      const { dims, bytes } = model.graph.initializers.get(name)!;
      return [name, { dims, data: new Float32Array(new Uint8Array(bytes).buffer) }];
    }),
  );
  const lifted = liftParameters(model.graph, names);
  const shaped = (feeds: Feeds): Model => {
    const dims: Record<string, number> = {};
    for (const port of lifted.inputs)
      port.dims.forEach((dim, axis) => {
        if (typeof dim === 'string') dims[dim] = feeds[port.name]?.dims[axis] ?? 1;
      });
    return { ...model, graph: specialize(lifted, dims) };
  };
  const inputs = Object.keys(examples[0] as Feeds);
  const batch: Feeds = Object.fromEntries(
    inputs.map((name) => {
      const parts = examples.map((feeds) => feeds[name] as HostTensor);
      const dims = [parts.length, ...(parts[0] as HostTensor).dims.slice(1)];
      const data =
        parts[0]?.data instanceof BigInt64Array
          ? BigInt64Array.from(parts.flatMap(({ data: d }) => [...(d as BigInt64Array)]))
          : Float32Array.from(parts.flatMap(({ data: d }) => [...(d as Float32Array)]));
      return [name, { dims, data }];
    }),
  );
  return { weights, shaped, inputs, batch };
}

/** Norms and clipped sum, each example by itself and in double precision. */
async function bruteForce(testCase: Case, clipNorm: number) {
  const { weights, shaped } = prepared(testCase);
  const sums = new Map<string, Float64Array>();
  const norms: number[] = [];
  for (const feeds of testCase.examples) {
    const model = shaped(feeds);
    const all = { ...feeds, ...weights };
    const facts = await probe(model, all, 1);
    const targets = testCase.targets.map(({ name }) => ({ name }));
    const { graph, gradients } = differentiate(model.graph, facts, testCase.loss, targets);
    const out = await run(model, all, graph);
    const own = [...gradients].map(
      ([name, g]) => [name, denseOf(g, out, all, sizeOf(weights[name]!.dims))] as const,
    );
    const norm = Math.sqrt(own.reduce((a, [, g]) => a + g.reduce((s, x) => s + x * x, 0), 0));
    norms.push(norm);
    const factor = Math.min(1, clipNorm / (norm + 1e-6));
    for (const [name, g] of own) {
      const sum = sums.get(name) ?? new Float64Array(g.length);
      g.forEach((x, i) => (sum[i]! += factor * x));
      sums.set(name, sum);
    }
  }
  return { norms, sums };
}

async function inOneGraph(testCase: Case, clipNorm: number) {
  const { weights, shaped, inputs, batch } = prepared(testCase);
  const model = shaped(batch);
  const all = { ...batch, ...weights };
  const facts = await probe(model, all, 1);
  const { graph, gradients, norms } = differentiatePerExample(
    model.graph,
    facts,
    testCase.loss,
    testCase.targets,
    { examples: inputs, clipNorm },
  );
  const out = await run(model, all, graph);
  return {
    norms: numbers(out[norms] as HostTensor),
    loss: Number(out[testCase.loss]!.data[0]),
    sums: new Map(
      [...gradients].map(
        ([name, g]) => [name, denseOf(g, out, all, sizeOf(weights[name]!.dims))] as const,
      ),
    ),
  };
}

async function expectExact(testCase: Case): Promise<void> {
  // The middle of the norms, so that some examples are clipped and some are not.
  const probed = await bruteForce(testCase, 1);
  const sorted = probed.norms.toSorted((a, b) => a - b);
  const clipNorm = sorted[Math.floor(sorted.length / 2)]! * 0.9;
  const expected = await bruteForce(testCase, clipNorm);
  const found = await inOneGraph(testCase, clipNorm);
  found.norms.forEach((norm, i) => expect(norm).toBeCloseTo(expected.norms[i]!, 4));
  expect([...found.sums.keys()].toSorted()).toEqual([...expected.sums.keys()].toSorted());
  let [difference, size] = [0, 0];
  for (const [name, sum] of expected.sums)
    sum.forEach((x, i) => {
      difference += (x - found.sums.get(name)![i]!) ** 2;
      size += x * x;
    });
  expect(Math.sqrt(difference / size)).toBeLessThan(1e-6);
}

/** Sequences of different length in one shape, with repeated tokens, ignored positions, an empty row. */
function encoderCase(file: string, mode: 'full' | 'frozen' | 'head' | 'lora', rows = true): Case {
  const admission = admit(readFileSync(new URL(file, EXPORTS)));
  const random = stream(7, file);
  const length = 11;
  const perToken = admission.task === 'spans';
  const { classes } = admission.head!;
  let { model } = admission;
  let targets: Target[] = admission.parameters.map((p) => ({ name: p.name, rows: rows && p.rows }));
  const headNames = [admission.head!.weight, admission.head!.bias];
  if (mode === 'frozen')
    targets = admission.parameters
      .filter(({ kind }) => kind !== 'embedding')
      .map(({ name }) => ({ name }));
  if (mode === 'head') targets = targets.filter(({ name }) => headNames.includes(name));
  if (mode === 'lora') {
    const linear = admission.parameters.filter(
      ({ kind, name }) => kind === 'linear' && !headNames.includes(name),
    );
    const settings = { rank: 4, alpha: 8, targets: ['query', 'value'] };
    const { graph, sites } = injectLora(model.graph, linear, settings, 3);
    const initializers = new Map(graph.initializers);
    // B starts at zero, where A has no gradient: move it.
    for (const { b } of sites) {
      const { dims } = initializers.get(b)!;
      const values = Float32Array.from({ length: sizeOf(dims) }, () => 0.1 * random.normal());
      initializers.set(b, floatTensor(dims, values));
    }
    model = { ...model, graph: { ...graph, initializers } };
    targets = [
      ...targets.filter(({ name }) => headNames.includes(name)),
      ...sites.flatMap(({ a, b }) => [{ name: a }, { name: b }]),
    ];
  }
  model = appendLoss(model, admission.logits!, classes, perToken ? 3 : 2);
  const { ids, mask, types, positions } = admission.inputs;
  const examples = [11, 6, 9, 1, 11].map((tokens, row): Feeds => {
    const ints = (value: (t: number) => number): HostTensor => ({
      dims: [1, length],
      data: BigInt64Array.from({ length }, (_, t) => BigInt(value(t))),
    });
    const positionsCount = perToken ? length : 1;
    const target = new Float32Array(positionsCount * classes);
    for (let t = 0; t < (perToken ? tokens : 1); t++)
      if (row !== 3 && t % 3 !== 1) target[t * classes + random.below(classes)] = 1 + (row % 2);
    const feeds: Feeds = {
      [ids]: ints((t) => (t < tokens ? 1 + random.below(9) : 0)),
      [TARGETS]: { dims: perToken ? [1, length, classes] : [1, classes], data: target },
    };
    if (mask) feeds[mask] = ints((t) => (t < tokens ? 1 : 0));
    if (types) feeds[types] = ints((t) => (t > 4 ? 1 : 0));
    if (positions) feeds[positions] = ints((t) => t);
    return feeds;
  });
  return { model, loss: LOSS, targets, examples };
}

const here = existsSync(EXPORTS);
if (!here) it.skip('per-example clipping on ../shared/data/onnx-exports: the folder is missing');

describe.runIf(here)('clipping each sequence in one graph, on ../shared/data/onnx-exports', () => {
  const files = [
    'bert_tok_14.onnx',
    'bert_tok_17.onnx',
    'bert_seqcls_14.onnx',
    'bert_seqcls_17.onnx',
    'bert_sdpa_mask_17.onnx',
    'roberta_17.onnx',
    'distilbert_17.onnx',
    'modernbert_17.onnx',
  ];
  for (const file of files)
    it(`${file}, all weights`, async () => {
      await expectExact(encoderCase(file, 'full'));
      await expectExact(encoderCase(file, 'full', false));
    });
  for (const mode of ['frozen', 'head', 'lora'] as const)
    for (const file of ['bert_tok_17.onnx', 'bert_seqcls_14.onnx'])
      it(`${file}, ${mode}`, () => expectExact(encoderCase(file, mode)));

  it('deberta_v3_17.onnx, whose keys also project the table of distances, is refused by name', async () => {
    const shared = encoderCase('deberta_v3_17.onnx', 'full');
    await expect(inOneGraph(shared, 1)).rejects.toThrow(/Private training .*(weight|not known) /);
  });

  it('deberta_v3_17.onnx, one sequence at a time', async () => {
    const shared = encoderCase('deberta_v3_17.onnx', 'full');
    const alone = { ...shared, examples: shared.examples.slice(0, 1) };
    await expectExact(alone);
  });
});

/** x [batch, 3, 4] through a graph that `build` makes; the loss sums `build`'s result against targets. */
function smallCase(
  build: (b: ReturnType<typeof createBuilder>, x: string) => string,
  weights: Readonly<Record<string, readonly number[]>>,
): Case {
  const b = createBuilder('small');
  const random = stream(11, 'small');
  const normal = (dims: readonly number[]): Float32Array =>
    Float32Array.from({ length: sizeOf(dims) }, () => 1 + 0.3 * random.normal());
  const x = b.input('x', 'float32', ['batch', 3, 4]);
  for (const [name, dims] of Object.entries(weights))
    b.parameter(name, floatTensor(dims, normal(dims)));
  const y = build(b, x);
  b.output(
    b.alias(b.op('ReduceSum', [b.op('Mul', [y, y])], { keepdims: 0 }), 'loss'),
    'float32',
    [],
  );
  const model: Model = {
    irVersion: 8,
    opsets: { '': 17 },
    producer: 'test',
    metadata: {},
    graph: b.finish('small'),
  };
  return {
    model,
    loss: 'loss',
    targets: Object.keys(weights).map((name) => ({ name })),
    examples: Array.from({ length: 4 }, () => ({
      x: { dims: [1, 3, 4], data: normal([1, 3, 4]) },
    })),
  };
}

describe('clipping each example in one graph', () => {
  it('adds up the gradients of a weight that is used twice before taking their norm', () =>
    expectExact(
      smallCase((b, x) => b.op('MatMul', [b.op('Tanh', [b.op('MatMul', [x, 'w'])]), 'w']), {
        w: [4, 4],
      }),
    ));

  it('takes rows of tokens laid end to end, a transposed weight, a scale and a bias', () =>
    expectExact(
      smallCase(
        (b, x) => {
          const rows = b.op('Reshape', [x, b.ints([-1, 4])]);
          const y = b.op('Gemm', [rows, 'w', 'bias'], { transB: 1 });
          const scaled = b.op('Mul', [b.op('Tanh', [y]), 'scale']);
          return b.op('MatMul', [scaled, b.op('Transpose', ['v'], { perm: [1, 0] })]);
        },
        { w: [5, 4], bias: [5], scale: [5], v: [2, 5] },
      ),
    ));

  it('takes a bias that broadcasts over tokens or over channels, and one that divides', () =>
    expectExact(
      smallCase((b, x) => b.op('Div', [b.op('Sub', [b.op('Add', [x, 'a']), 'c']), 'd']), {
        a: [3, 1],
        c: [1, 1, 4],
        d: [4],
      }),
    ));

  it.each<[string, (b: ReturnType<typeof createBuilder>, x: string) => string]>([
    [
      'a mean over the batch',
      (b, x) => b.op('Sub', [b.op('MatMul', [x, 'w']), b.op('ReduceMean', [x], { axes: [0] })]),
    ],
    [
      'a softmax over the batch',
      (b, x) => b.op('Softmax', [b.op('MatMul', [x, 'w'])], { axis: 0 }),
    ],
    [
      'a batch turned into the tokens of one sequence',
      (b, x) => {
        const turned = b.op('Transpose', [b.op('MatMul', [x, 'w'])], { perm: [1, 0, 2] });
        return b.op('Softmax', [b.op('Reshape', [turned, b.ints([3, -1])])], { axis: 1 });
      },
    ],
    [
      'attention from one example to another',
      (b, x) => {
        const rows = b.op('Reshape', [b.op('MatMul', [x, 'w']), b.ints([-1, 4])]);
        return b.op('MatMul', [rows, b.op('Transpose', [rows], { perm: [1, 0] })]);
      },
    ],
  ])('refuses %s', async (_, build) => {
    await expect(inOneGraph(smallCase(build, { w: [4, 4] }), 1)).rejects.toMatchObject({
      code: 'unsupported-operator',
      message: expect.stringContaining('cannot influence each other'),
    });
  });

  it('refuses a loss that is a mean over the batch', async () => {
    const sum = smallCase((b, x) => b.op('MatMul', [x, 'w']), { w: [4, 4] });
    const nodes = sum.model.graph.nodes.map((node) =>
      node.op === 'ReduceSum'
        ? { ...node, op: 'ReduceMean', inputs: node.inputs.slice(0, 1) }
        : node,
    );
    const mean = { ...sum, model: { ...sum.model, graph: { ...sum.model.graph, nodes } } };
    await expect(inOneGraph(mean, 1)).rejects.toThrow(/not known to keep them apart/);
  });

  it('refuses a weight that goes through a function of its own, and names it', async () => {
    const own = smallCase((b, x) => b.op('MatMul', [x, b.op('Tanh', ['w'])]), { w: [4, 4] });
    await expect(inOneGraph(own, 1)).rejects.toThrow(/the weight "w"/);
  });
});
