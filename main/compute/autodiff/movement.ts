/** Rules of operators that move elements without computing: shapes, slices, gathers. */
import { attributeInt, attributeInts, attributeText } from '../onnx/index.ts';
import type { Rule, RuleContext } from './context.ts';
import { normalAxis, reshape, scatterBack, sumOver, unbroadcast, zeros } from './shapes.ts';

const backToInput: Rule = (c) => [
  reshape(c.b, c.d, c.xDims(0)),
  ...c.node.inputs.slice(1).map(() => null),
];

interface AxisSlice {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly length: number;
}

/** Slice's inputs resolved per axis: negative indices count from the end, then bounds are clamped. */
function axisSlices(c: RuleContext): AxisSlice[] {
  const dims = c.xDims(0);
  const starts = c.ints(1);
  const axes = c.hasInput(3) ? c.ints(3) : starts.map((_, axis) => axis);
  const steps = c.hasInput(4) ? c.ints(4) : starts.map(() => 1);
  return axes.map((raw, i) => {
    const axis = normalAxis(raw, dims.length);
    const dim = dims[axis] as number;
    const step = steps[i] as number;
    const resolve = (index: number, low: number, high: number): number =>
      Math.min(Math.max(index < 0 ? index + dim : index, low), high);
    const start =
      step > 0 ? resolve(starts[i] as number, 0, dim) : resolve(starts[i] as number, 0, dim - 1);
    return { axis, start, step, length: c.yDims(0)[axis] as number };
  });
}

/** Unit steps are undone by one Pad; other steps by scattering along each such axis. */
function sliceGradient(c: RuleContext): string {
  const { b } = c;
  const dims = c.xDims(0);
  const slices = axisSlices(c);
  const reached = [...c.yDims(0)];
  let d = c.d;
  for (const { axis, start, step, length } of slices) {
    if (step === 1) continue;
    const indices = Array.from({ length }, (_, i) => start + i * step);
    reached[axis] = dims[axis] as number;
    d = scatterBack(b, d, b.ints(indices), length, reached, axis);
  }
  const begin = dims.map(() => 0);
  const end = dims.map(() => 0);
  for (const { axis, start, step, length } of slices) {
    if (step !== 1) continue;
    begin[axis] = start;
    end[axis] = (dims[axis] as number) - start - length;
  }
  return [...begin, ...end].some((pad) => pad !== 0)
    ? b.op('Pad', [d, b.ints([...begin, ...end])])
    : d;
}

export const movement: Readonly<Record<string, Rule>> = {
  Reshape: backToInput,
  Squeeze: backToInput,
  Unsqueeze: backToInput,
  Flatten: backToInput,
  Transpose: (c) => {
    const rank = c.xDims(0).length;
    const perm =
      attributeInts(c.node, 'perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
    const inverse = perm.map((_, axis) => perm.indexOf(axis));
    return [c.b.op('Transpose', [c.d], { perm: inverse })];
  },
  Expand: (c) => [unbroadcast(c.b, c.d, c.yDims(0), c.xDims(0)), null],
  Tile: (c) => {
    const dims = c.xDims(0);
    const repeats = c.ints(1);
    const split = dims.flatMap((dim, axis) => [repeats[axis] as number, dim]);
    const axes = dims.map((_, axis) => 2 * axis);
    return [reshape(c.b, sumOver(c.b, reshape(c.b, c.d, split), axes), dims), null];
  },
  Split: (c) => {
    const axis = attributeInt(c.node, 'axis', 0);
    const parts = c.grads.map((grad, index) => grad ?? zeros(c.b, c.yDims(index)));
    const whole = parts.length === 1 ? (parts[0] as string) : c.b.op('Concat', parts, { axis });
    return [whole, null];
  },
  Concat: (c) => {
    const axis = attributeInt(c.node, 'axis', 0);
    const count = c.node.inputs.length;
    if (count === 1) return [c.d];
    const sizes = c.node.inputs.map((_, index) => {
      const dims = c.xDims(index);
      return dims[normalAxis(axis, dims.length)] as number;
    });
    return c.b.ops('Split', [c.d, c.b.ints(sizes)], count, { axis });
  },
  Slice: (c) => [sliceGradient(c), null, null, null, null],
  Pad: (c) => {
    const { b } = c;
    if (attributeText(c.node, 'mode', 'constant') !== 'constant')
      return c.refuse('only constant padding has a gradient here');
    if (c.hasInput(3)) return c.refuse('padding of selected axes has no gradient here');
    const dims = c.xDims(0);
    const begin = c.ints(1).slice(0, dims.length);
    if (c.ints(1).some((pad) => pad < 0)) return c.refuse('negative padding has no gradient here');
    const ends = dims.map((dim, axis) => (begin[axis] as number) + dim);
    const axes = dims.map((_, axis) => axis);
    return [b.op('Slice', [c.d, b.ints(begin), b.ints(ends), b.ints(axes)]), null, null];
  },
  Gather: (c) => {
    const dims = c.xDims(0);
    const axis = normalAxis(attributeInt(c.node, 'axis', 0), dims.length);
    const count = c.xDims(1).reduce((a, b) => a * b, 1);
    return [scatterBack(c.b, c.d, c.x(1), count, dims, axis), null];
  },
  GatherElements: (c) => {
    const axis = attributeInt(c.node, 'axis', 0);
    const base = zeros(c.b, c.xDims(0));
    return [c.b.op('ScatterElements', [base, c.x(1), c.d], { axis, reduction: 'add' }), null];
  },
  GatherND: (c) => {
    if (attributeInt(c.node, 'batch_dims', 0) !== 0)
      return c.refuse('batch_dims has no gradient here');
    const base = zeros(c.b, c.xDims(0));
    return [c.b.op('ScatterND', [base, c.x(1), c.d], { reduction: 'add' }), null];
  },
  ScatterND: (c) => {
    const { b } = c;
    const reduction = attributeText(c.node, 'reduction', 'none');
    const updates = b.op('GatherND', [c.d, c.x(1)]);
    if (reduction === 'add') return [c.d, null, updates];
    if (reduction !== 'none') return c.refuse(`reduction "${reduction}" has no gradient here`);
    return [b.op('ScatterND', [c.d, c.x(1), zeros(b, c.xDims(2))]), null, updates];
  },
};
