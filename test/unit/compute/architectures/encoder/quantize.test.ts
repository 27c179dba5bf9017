import { describe, expect, it } from 'vitest';
import { quantize } from '../../../../../main/compute/architectures/encoder/index.ts';
import {
  createBuilder,
  floatsOf,
  floatTensor,
  type Model,
  type Tensor,
} from '../../../../../main/compute/onnx/index.ts';
import { stream } from '../../../../../main/compute/random.ts';

const random = stream(1, 'weights');
const matrix = (rows: number, columns: number): Tensor =>
  floatTensor(
    [rows, columns],
    // Columns of very different size: one scale for all would lose the small ones.
    Float32Array.from(
      { length: rows * columns },
      (_, i) => random.normal() * 10 ** ((i % columns) % 4),
    ),
  );

function model(): Model {
  const b = createBuilder('test');
  const x = b.input('x', 'float32', ['rows', 48]);
  const left = b.op('MatMul', [x, b.parameter('left', matrix(48, 32))]);
  const right = b.op('MatMul', [x, b.parameter('right', matrix(48, 32))]);
  const sum = b.op('Add', [left, right]);
  const again = b.op('MatMul', [sum, b.parameter('head', matrix(32, 48))]);
  b.output(b.op('MatMul', [again, b.parameter('tiny', matrix(48, 4))]), 'float32', ['rows', 4]);
  const graph = b.finish('test');
  return { irVersion: 8, opsets: { '': 17 }, producer: '', metadata: {}, graph };
}

describe('eight-bit products', () => {
  const source = model();
  const { model: small, products } = quantize(source, new Set(['head']));
  const { nodes, initializers } = small.graph;

  it('are made of large weights only, the head left as it is', () => {
    expect(products).toBe(2);
    expect([...initializers.keys()].toSorted()).toEqual([
      ...['head', 'left/int8', 'left/scale', 'right/int8', 'right/scale', 'tiny'],
    ]);
    expect(nodes.filter(({ op }) => op === 'MatMulInteger')).toHaveLength(2);
    expect(nodes.filter(({ op }) => op === 'MatMul')).toHaveLength(2);
  });

  it('share the quantization of an input they have in common', () => {
    expect(nodes.filter(({ op }) => op === 'DynamicQuantizeLinear')).toHaveLength(1);
  });

  it('keep every weight within half a step of its column, and never leave seven bits', () => {
    for (const name of ['left', 'right']) {
      const values = new Int8Array(initializers.get(`${name}/int8`)!.bytes);
      const scales = floatsOf(initializers.get(`${name}/scale`)!);
      floatsOf(source.graph.initializers.get(name)!).forEach((weight, i) => {
        const scale = scales[i % 32]!;
        expect(Math.abs(values[i]!)).toBeLessThanOrEqual(64);
        expect(Math.abs(values[i]! * scale - weight)).toBeLessThanOrEqual(scale * 0.5001);
      });
      // The largest of a column uses the whole range.
      for (let column = 0; column < 32; column++)
        expect(Math.max(...values.filter((_, i) => i % 32 === column).map(Math.abs))).toBe(64);
    }
  });

  it('do nothing to a model that has none', () => {
    expect(quantize(source, new Set(['left', 'right', 'head'])).products).toBe(0);
  });
});
