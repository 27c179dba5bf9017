// Every rule of the table, checked against finite differences of the forward operator itself. A rule
// without a case here fails the last test, so the table cannot grow unchecked.
import { describe, expect, it } from 'vitest';
import { differentiate, RULES } from '../../../main/compute/autodiff/index.ts';
import { checkGradients } from '../../../main/compute/loops/gradientCheck.ts';
import { stream } from '../../../main/compute/random.ts';
import {
  createBuilder,
  encodeModel,
  float,
  sizeOf,
  type AttributeValue,
  type Builder,
} from '../../../main/compute/onnx/index.ts';
import { openSession, probe, type HostTensor } from '../../../main/compute/sessions/index.ts';

interface Case {
  readonly op: string;
  readonly note?: string;
  /** Shapes of the float inputs that are checked. */
  readonly shapes: readonly (readonly number[])[];
  readonly build: (b: Builder, x: readonly string[]) => string;
  /** Maps a standard normal to the operator's domain. */
  readonly domain?: (value: number) => number;
  readonly opset?: number;
  readonly tolerance?: number;
}

const positive = (value: number): number => 0.5 + Math.abs(value);
/** Keeps away from zero, where some operators have a kink. */
const awayFromZero = (value: number): number => value + Math.sign(value) * 0.3;

const unary = (
  op: string,
  domain?: Case['domain'],
  attributes?: Record<string, AttributeValue>,
) => ({
  op,
  shapes: [[3, 4]],
  build: (b: Builder, x: readonly string[]) => b.op(op, x, attributes),
  ...(domain ? { domain } : {}),
});

const x0 = (x: readonly string[]): string => x[0] as string;

const CASES: readonly Case[] = [
  ...['Add', 'Sub', 'Mul', 'Div'].flatMap((op): Case[] => [
    {
      op,
      note: 'equal shapes',
      shapes: [
        [2, 3],
        [2, 3],
      ],
      build: (b, x) => b.op(op, x),
      domain: positive,
    },
    {
      op,
      note: 'broadcast both ways',
      shapes: [
        [4, 1, 3],
        [2, 1],
      ],
      build: (b, x) => b.op(op, x),
      domain: positive,
    },
    {
      op,
      note: 'same tensor twice',
      shapes: [[5]],
      build: (b, x) => b.op('Add', [b.op(op, [x0(x), x0(x)]), x0(x)]),
      domain: positive,
    },
  ]),
  { op: 'Sum', shapes: [[2, 3], [3], [1, 1]], build: (b, x) => b.op('Sum', x) },
  ...['Max', 'Min'].map((op): Case => ({
    op,
    // Operands whole apart, so that no step of the check crosses from one to another.
    shapes: [[2, 3], [3], [1, 1]],
    build: (b, x) =>
      b.op(op, [x[0] as string, b.op('Mul', [x[1] as string, b.floats([4], [])]), x[2] as string]),
    domain: (value) => Math.round(value * 3) + 0.4 * Math.sign(value),
    tolerance: 2e-3,
  })),
  ...[2, 3, 0.5, -1].map((power): Case => ({
    op: 'Pow',
    note: `power ${power}`,
    shapes: [[6]],
    build: (b, x) => b.op('Pow', [x0(x), b.floats([power], [])]),
    domain: positive,
  })),
  unary('Sqrt', positive),
  unary('Reciprocal', positive),
  unary('Neg'),
  unary('Identity'),
  unary('Cast', undefined, { to: 1 }),
  unary('Exp'),
  unary('Log', positive),
  unary('Tanh'),
  unary('Sigmoid'),
  unary('Relu', awayFromZero),
  unary('LeakyRelu', awayFromZero, { alpha: float(0.2) }),
  unary('Erf'),
  { ...unary('Gelu'), opset: 20 },
  { ...unary('Gelu', undefined, { approximate: 'tanh' }), note: 'tanh form', opset: 20 },
  unary('Sin'),
  unary('Cos'),
  unary('Abs', awayFromZero),
  ...['Sign', 'Ceil', 'Floor', 'Round'].map((op): Case => ({
    op,
    shapes: [[3]],
    // Piecewise constant beside a path that does carry a gradient.
    build: (b, x) => b.op('Add', [b.op(op, x), b.op('Mul', [x0(x), x0(x)])]),
    domain: (value) => Math.round(value * 2) + 0.3,
    tolerance: 1e-3,
  })),
  {
    op: 'Clip',
    shapes: [[8]],
    build: (b, x) => b.op('Clip', [x0(x), b.floats([-1], []), b.floats([1], [])]),
    domain: (value) => (Math.abs(Math.abs(value) - 1) < 0.1 ? value + 0.4 : value),
  },
  {
    op: 'Where',
    shapes: [[2, 3], [3]],
    build: (b, x) =>
      b.op('Where', [b.op('Cast', [b.ints([1, 0, 0, 0, 1, 1], [2, 3])], { to: 9 }), ...x]),
  },
  {
    op: 'Dropout',
    note: 'inference mode',
    shapes: [[4]],
    build: (b, x) => b.op('Dropout', [x0(x), b.floats([0.4], [])]),
  },
  {
    op: 'MatMul',
    note: '2-D weight',
    shapes: [
      [2, 3, 4],
      [4, 5],
    ],
    build: (b, x) => b.op('MatMul', x),
  },
  {
    op: 'MatMul',
    note: 'batched',
    shapes: [
      [2, 3, 4],
      [2, 4, 5],
    ],
    build: (b, x) => b.op('MatMul', x),
  },
  {
    op: 'MatMul',
    note: 'broadcast batch',
    shapes: [
      [2, 1, 3, 4],
      [3, 4, 5],
    ],
    build: (b, x) => b.op('MatMul', x),
  },
  {
    op: 'MatMul',
    note: 'matrix and vector',
    shapes: [[2, 3, 4], [4]],
    build: (b, x) => b.op('MatMul', x),
  },
  {
    op: 'MatMul',
    note: 'vector and matrix',
    shapes: [[4], [4, 5]],
    build: (b, x) => b.op('MatMul', x),
  },
  ...[0, 1].flatMap((transA) =>
    [0, 1].map((transB): Case => ({
      op: 'Gemm',
      note: `transA=${transA} transB=${transB}`,
      shapes: [transA ? [4, 3] : [3, 4], transB ? [5, 4] : [4, 5], [5]],
      build: (b, x) => b.op('Gemm', x, { transA, transB, alpha: float(0.7), beta: float(1.3) }),
    })),
  ),
  {
    op: 'Reshape',
    shapes: [[2, 6]],
    build: (b, x) => b.op('Reshape', [x0(x), b.ints([0, 3, -1])]),
  },
  { op: 'Squeeze', shapes: [[2, 1, 3]], build: (b, x) => b.op('Squeeze', [x0(x), b.ints([1])]) },
  { op: 'Unsqueeze', shapes: [[2, 3]], build: (b, x) => b.op('Unsqueeze', [x0(x), b.ints([1])]) },
  { op: 'Flatten', shapes: [[2, 3, 2]], build: (b, x) => b.op('Flatten', x, { axis: 1 }) },
  {
    op: 'Transpose',
    shapes: [[2, 3, 4]],
    build: (b, x) => b.op('Transpose', x, { perm: [2, 0, 1] }),
  },
  { op: 'Transpose', note: 'default', shapes: [[2, 3, 4]], build: (b, x) => b.op('Transpose', x) },
  { op: 'Expand', shapes: [[3, 1]], build: (b, x) => b.op('Expand', [x0(x), b.ints([2, 3, 4])]) },
  { op: 'Tile', shapes: [[2, 3]], build: (b, x) => b.op('Tile', [x0(x), b.ints([3, 2])]) },
  {
    op: 'Split',
    note: 'one part unused',
    shapes: [[2, 6]],
    build: (b, x) => {
      const [first, , last] = b.ops('Split', [x0(x), b.ints([1, 2, 3])], 3, { axis: 1 });
      return b.op('Concat', [first as string, b.op('Exp', [last as string])], { axis: 1 });
    },
  },
  {
    op: 'Concat',
    shapes: [
      [2, 1],
      [2, 3],
    ],
    build: (b, x) => b.op('Concat', x, { axis: -1 }),
  },
  {
    op: 'Slice',
    shapes: [[4, 5]],
    build: (b, x) => b.op('Slice', [x0(x), b.ints([-3, 1]), b.ints([2 ** 31, -1]), b.ints([0, 1])]),
  },
  {
    op: 'Slice',
    note: 'steps',
    shapes: [[5, 6, 2]],
    build: (b, x) =>
      b.op('Slice', [
        x0(x),
        b.ints([-1, 1, 1]),
        b.ints([-(2 ** 31), 6, 2]),
        b.ints([0, 1, 2]),
        b.ints([-1, 2, 1]),
      ]),
  },
  { op: 'Pad', shapes: [[2, 3]], build: (b, x) => b.op('Pad', [x0(x), b.ints([1, 0, 2, 1])]) },
  {
    op: 'Gather',
    note: 'repeated rows',
    shapes: [[4, 3]],
    build: (b, x) => b.op('Gather', [x0(x), b.ints([1, 3, 1, 1], [2, 2])]),
  },
  {
    op: 'Gather',
    note: '32-bit indices',
    shapes: [[4, 3]],
    build: (b, x) =>
      b.op('Gather', [x0(x), b.op('Cast', [b.ints([1, 3, 1])], { to: 6 })], { axis: 0 }),
  },
  {
    op: 'Gather',
    note: 'scalar on a middle axis',
    shapes: [[2, 4, 3]],
    build: (b, x) => b.op('Gather', [x0(x), b.ints([2], [])], { axis: 1 }),
  },
  {
    op: 'GatherElements',
    shapes: [[2, 3]],
    build: (b, x) => b.op('GatherElements', [x0(x), b.ints([0, 0, 2, 1], [2, 2])], { axis: 1 }),
  },
  {
    op: 'GatherND',
    shapes: [[3, 2]],
    build: (b, x) => b.op('GatherND', [x0(x), b.ints([2, 2, 0], [3, 1])]),
  },
  {
    op: 'ScatterND',
    shapes: [
      [4, 2],
      [2, 2],
    ],
    build: (b, x) => b.op('ScatterND', [x0(x), b.ints([3, 1], [2, 1]), x[1] as string]),
  },
  {
    op: 'ScatterND',
    note: 'addition',
    shapes: [
      [4, 2],
      [3, 2],
    ],
    build: (b, x) =>
      b.op('ScatterND', [x0(x), b.ints([3, 1, 3], [3, 1]), x[1] as string], { reduction: 'add' }),
  },
  ...[1, 0].flatMap((keepdims): Case[] => [
    {
      op: 'ReduceMean',
      note: `keepdims=${keepdims}`,
      shapes: [[2, 3, 4]],
      build: (b, x) => b.op('ReduceMean', x, { axes: [0, -1], keepdims }),
    },
    {
      op: 'ReduceSum',
      note: `keepdims=${keepdims}`,
      shapes: [[2, 3, 4]],
      build: (b, x) => b.op('ReduceSum', [x0(x), b.ints([1])], { keepdims }),
    },
    {
      op: 'ReduceL2',
      note: `keepdims=${keepdims}`,
      shapes: [[2, 5]],
      build: (b, x) => b.op('ReduceL2', x, { axes: [1], keepdims }),
    },
    {
      op: 'ReduceMax',
      note: `keepdims=${keepdims}`,
      shapes: [[2, 5]],
      build: (b, x) => b.op('ReduceMax', x, { axes: [1], keepdims }),
    },
  ]),
  {
    op: 'ReduceMean',
    note: 'axes as an input',
    shapes: [[2, 3]],
    build: (b, x) => b.op('ReduceMean', [x0(x), b.ints([1])]),
    opset: 18,
  },
  unary('Softmax'),
  { ...unary('Softmax', undefined, { axis: 0 }), note: 'first axis', tolerance: 5e-3 },
  unary('LogSoftmax'),
  {
    op: 'LayerNormalization',
    shapes: [[2, 3, 5], [5], [5]],
    build: (b, x) => b.op('LayerNormalization', x, { epsilon: float(1e-5) }),
  },
  {
    op: 'LayerNormalization',
    note: 'two axes, no bias',
    shapes: [
      [2, 3, 5],
      [3, 5],
    ],
    build: (b, x) => b.op('LayerNormalization', x, { axis: 1 }),
  },
  ...['sum', 'mean', 'none'].flatMap((reduction): Case[] => [
    {
      op: 'SoftmaxCrossEntropyLoss',
      note: `${reduction}, one ignored`,
      shapes: [[4, 3]],
      build: (b, x) =>
        b.op('SoftmaxCrossEntropyLoss', [x0(x), b.ints([2, -100, 0, 1])], {
          reduction,
          ignore_index: -100,
        }),
    },
    {
      op: 'SoftmaxCrossEntropyLoss',
      note: `${reduction}, class weights, extra axis`,
      shapes: [[2, 3, 2]],
      build: (b, x) =>
        b.op(
          'SoftmaxCrossEntropyLoss',
          [x0(x), b.ints([2, 0, 1, 1], [2, 2]), b.floats([0.5, 1, 2])],
          { reduction },
        ),
    },
  ]),
];

async function relativeError(example: Case): Promise<number> {
  const random = stream(7, example.op, example.note ?? '');
  const b = createBuilder('case');
  const feeds: Record<string, HostTensor> = {};
  const inputs = example.shapes.map((dims, index) => {
    const data = Float32Array.from({ length: sizeOf(dims) }, () =>
      (example.domain ?? ((value) => value))(random.normal()),
    );
    feeds[`x${index}`] = { dims, data };
    return b.input(`x${index}`, 'float32', dims);
  });
  // A second use of y makes the gradient that arrives at it depend on y.
  const y = example.build(b, inputs);
  const bent = b.op('Add', [y, b.op('Mul', [b.op('Sin', [y]), b.floats([0.5], [])])]);
  const loss = b.op('ReduceSum', [bent], { keepdims: 0 });
  b.output(loss, 'float32', []);
  const result = await checkGradients({
    model: {
      irVersion: 9,
      opsets: { '': example.opset ?? 17 },
      producer: 'test',
      metadata: {},
      graph: b.finish('case'),
    },
    feeds,
    loss,
    targets: inputs,
  });
  expect(Math.abs(result.slope)).toBeGreaterThan(1e-3);
  return result.relativeError;
}

describe('gradient rules', () => {
  for (const example of CASES) {
    it(`${example.op}${example.note ? `, ${example.note}` : ''}`, async () => {
      expect(await relativeError(example)).toBeLessThan(example.tolerance ?? 1e-3);
    });
  }

  it('Dropout, training mode: the gradient takes the mask of the same run', async () => {
    const b = createBuilder('case');
    const x = b.input('x', 'float32', [200]);
    const on = b.op('Cast', [b.ints([1], [])], { to: 9 });
    const [y] = b.ops('Dropout', [x, b.floats([0.25], []), on], 1, { seed: 5 });
    const loss = b.op('ReduceSum', [y as string], { keepdims: 0 });
    b.output(loss, 'float32', []);
    const model = {
      irVersion: 8,
      opsets: { '': 17 },
      producer: 'test',
      metadata: {},
      graph: b.finish('case'),
    };
    const feeds = { x: { dims: [200], data: new Float32Array(200).fill(3) } };
    const { graph, gradients } = differentiate(model.graph, await probe(model, feeds, 1), loss, [
      { name: 'x' },
    ]);
    const gradient = gradients.get('x');
    if (gradient?.kind !== 'dense') throw new Error('kind');
    const outputs = [
      ...graph.outputs,
      { name: y as string, type: 'float32' as const, dims: [200] },
    ];
    const session = await openSession(encodeModel({ ...model, graph: { ...graph, outputs } }), {
      threads: 1,
    });
    const out = await session.run(feeds);
    await session.dispose();
    const [kept, slope] = [out[y as string]!.data, out[gradient.value]!.data] as Float32Array[];
    const dropped = kept!.filter((value) => value === 0).length;
    expect(dropped).toBeGreaterThan(20);
    expect(dropped).toBeLessThan(90);
    kept!.forEach((value, i) => expect(slope![i]).toBeCloseTo(value === 0 ? 0 : 1 / 0.75, 5));
  });

  it('names the node and the operator that has no rule, and never assumes zero', async () => {
    const b = createBuilder('case');
    const x = b.input('x', 'float32', [3]);
    const loss = b.op('ReduceSum', [b.op('Selu', [x])], { keepdims: 0 });
    b.output(loss, 'float32', []);
    const graph = b.finish('case');
    const model = { irVersion: 8, opsets: { '': 17 }, producer: 'test', metadata: {}, graph };
    const facts = await probe(model, { x: { dims: [3], data: new Float32Array(3) } }, 1);
    expect(() => differentiate(graph, facts, loss, [{ name: 'x' }])).toThrow(
      /no gradient rule for Selu "case\/Selu_0"/,
    );
  });

  it('has a case for every rule of the table', () => {
    const covered = new Set(CASES.map((example) => example.op));
    expect(Object.keys(RULES).filter((op) => !covered.has(op))).toEqual([]);
  });
});
