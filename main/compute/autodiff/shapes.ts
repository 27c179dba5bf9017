/** Shape arithmetic that many rules share; every shape here is concrete. */
import { ELEMENT, sizeOf, type Builder } from '../onnx/index.ts';

export const sameDims = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((dim, index) => dim === b[index]);

export const reshape = (b: Builder, value: string, dims: readonly number[]): string =>
  b.op('Reshape', [value, b.ints(dims)]);

export const scalar = (b: Builder, value: number): string => b.floats([value], []);

/**
 * A tensor of zeros, made in the graph so that a large one costs no bytes in the file. The fill is
 * float32, the only element type trained here.
 */
export const zeros = (b: Builder, dims: readonly number[]): string =>
  b.op('ConstantOfShape', [b.ints(dims)]);

export const sumOver = (b: Builder, value: string, axes: readonly number[]): string =>
  axes.length === 0 ? value : b.op('ReduceSum', [value, b.ints(axes)], { keepdims: 1 });

/**
 * Sums a gradient of shape `from` down to the operand's shape `to`: broadcasting copied the operand
 * along leading axes it lacks and along axes where it has one element, so its gradient is their sum.
 */
export function unbroadcast(
  b: Builder,
  value: string,
  from: readonly number[],
  to: readonly number[],
): string {
  if (sameDims(from, to)) return value;
  const lead = from.length - to.length;
  const axes = from.flatMap((dim, axis) =>
    axis < lead || (to[axis - lead] === 1 && dim !== 1) ? [axis] : [],
  );
  const summed = sumOver(b, value, axes);
  return lead === 0 ? summed : reshape(b, summed, to);
}

export const broadcastDims = (a: readonly number[], c: readonly number[]): number[] => {
  const rank = Math.max(a.length, c.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = c[i - rank + c.length] ?? 1;
    return left === 1 ? right : left;
  });
};

export const normalAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

export const swapLast = (rank: number): number[] => [
  ...Array.from({ length: rank - 2 }, (_, i) => i),
  rank - 1,
  rank - 2,
];

/**
 * Adds rows of `d` back to where a Gather along `axis` took them from: zeros, then ScatterND with
 * addition, because the same index may occur many times. Other axes than 0 are moved to the front.
 */
export function scatterBack(
  b: Builder,
  d: string,
  indices: string,
  count: number,
  dims: readonly number[],
  axis: number,
): string {
  const before = sizeOf(dims.slice(0, axis));
  const length = dims[axis] as number;
  const after = sizeOf(dims.slice(axis + 1));
  const rows = reshape(b, d, [before, count, after]);
  const front = before === 1 ? rows : b.op('Transpose', [rows], { perm: [1, 0, 2] });
  const summed = b.op(
    'ScatterND',
    [
      zeros(b, [length, before * after]),
      // Gather takes 32-bit indices, ScatterND only 64-bit ones.
      reshape(b, b.op('Cast', [indices], { to: ELEMENT.int64.code }), [count, 1]),
      reshape(b, front, [count, before * after]),
    ],
    { reduction: 'add' },
  );
  if (before === 1) return reshape(b, summed, dims);
  const split = reshape(b, summed, [length, before, after]);
  return reshape(b, b.op('Transpose', [split], { perm: [1, 0, 2] }), dims);
}
