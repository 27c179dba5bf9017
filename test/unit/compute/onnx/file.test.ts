import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createBuilder,
  decodeModel,
  encodeModel,
  float,
  floatsOf,
  floatTensor,
  intsOf,
  intTensor,
  liftParameters,
  orderNodes,
  prune,
  specialize,
  type Model,
  type Node,
} from '../../../../main/compute/onnx/index.ts';

function sample(): Model {
  const b = createBuilder('g');
  const x = b.input('x', 'float32', ['batch', 3, null]);
  const w = b.parameter('w', floatTensor([3, 2], [1, -2, 0.5, 1e-8, 3e38, -0]));
  const y = b.op('MatMul', [x, w]);
  const [a] = b.ops('Split', [y, b.ints([1, 1])], 2, { axis: -1 });
  b.op('Selu', [a as string], {
    alpha: float(1.5),
    gamma: float(-2),
    note: 'öß',
    axes: [-1, 2 ** 40],
  });
  b.output(b.alias(y, 'out'), 'float32', ['batch', 3, 2]);
  return {
    irVersion: 8,
    opsets: { '': 17, 'com.microsoft': 1 },
    producer: 'test',
    metadata: { key: 'väl' },
    graph: b.finish('graph'),
  };
}

describe('ONNX files', () => {
  it('reads back what it wrote', () => {
    const model = sample();
    const back = decodeModel(encodeModel(model));
    expect(back).toEqual(model);
    expect([...floatsOf(back.graph.initializers.get('w')!)]).toEqual([
      ...floatsOf(model.graph.initializers.get('w')!),
    ]);
  });

  it('hands out weights as views into the file', () => {
    const bytes = encodeModel(sample());
    expect(decodeModel(bytes).graph.initializers.get('w')!.bytes.buffer).toBe(bytes.buffer);
  });

  it('keeps 64-bit integers, negative ones too', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { maxLength: 20 }), (values) => {
        const b = createBuilder('g');
        b.parameter('n', intTensor([values.length], values));
        const model = { ...sample(), graph: b.finish('ints') };
        expect(intsOf(decodeModel(encodeModel(model)).graph.initializers.get('n')!)).toEqual(
          values,
        );
      }),
    );
  });

  it('refuses every truncation with a sentence, and never hangs', () => {
    const bytes = encodeModel(sample());
    let refused = 0;
    for (let length = 0; length < bytes.length; length++) {
      try {
        decodeModel(bytes.subarray(0, length));
      } catch (error) {
        expect(error).toMatchObject({ code: 'bad-model' });
        refused += 1;
      }
    }
    expect(refused).toBe(bytes.length);
  });

  it('refuses random bytes with the same kind of fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeModel(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-model' });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a header that lies about a tensor', () => {
    const model = sample();
    const lying = new Map(model.graph.initializers);
    lying.set('w', { ...lying.get('w')!, dims: [3, 200] });
    const bytes = encodeModel({ ...model, graph: { ...model.graph, initializers: lying } });
    expect(() => decodeModel(bytes)).toThrow(/"w" should have 2400 bytes/);
  });
});

describe('graphs', () => {
  const node = (name: string, inputs: string[], outputs: string[]): Node => ({
    name,
    op: 'Op',
    domain: '',
    inputs,
    outputs,
    attributes: {},
  });

  it('orders producers first and drops what nothing needs', () => {
    const nodes = [node('c', ['b'], ['c']), node('z', ['x'], ['z']), node('b', ['x'], ['b'])];
    expect(orderNodes(nodes, ['c']).map(({ name }) => name)).toEqual(['b', 'c']);
  });

  it('refuses a cycle and a value with two producers, by name', () => {
    const cycle = [node('p', ['q'], ['p']), node('q', ['p'], ['q'])];
    expect(() => orderNodes(cycle, ['p'])).toThrow(/in a circle through Op "[pq]"/);
    const twice = [node('p', [], ['v']), node('q', [], ['v'])];
    expect(() => orderNodes(twice, ['v'])).toThrow(/produce the value "v"/);
  });

  it('orders a chain of a hundred thousand nodes without recursion', () => {
    const nodes = Array.from({ length: 100_000 }, (_, i) =>
      node(`n${i}`, [`v${i}`], [`v${i + 1}`]),
    );
    expect(orderNodes(nodes.toReversed(), ['v100000'])[0]?.name).toBe('n0');
  });

  it('lifts parameters to inputs and fixes symbolic dimensions', () => {
    const graph = specialize(liftParameters(sample().graph, ['w']), { batch: 4 });
    expect(graph.initializers.has('w')).toBe(false);
    expect(graph.inputs.map(({ name, dims }) => [name, dims])).toEqual([
      ['x', [4, 3, null]],
      ['w', [3, 2]],
    ]);
    expect(prune(sample().graph).nodes.map(({ op }) => op)).toEqual(['MatMul', 'Identity']);
  });
});
