/** Rules of reductions, normalizations and the loss. */
import { attributeInt, attributeInts, attributeText, sizeOf } from '../onnx/index.ts';
import type { Rule, RuleContext } from './context.ts';
import { normalAxis, reshape, scalar, sumOver, unbroadcast } from './shapes.ts';

/** Axes are an attribute up to opset 17 (ReduceSum: 12) and an input since; none means all. */
function reducedAxes(c: RuleContext): number[] {
  const rank = c.xDims(0).length;
  const given = attributeInts(c.node, 'axes') ?? (c.hasInput(1) ? c.ints(1) : []);
  if (given.length > 0) return given.map((axis) => normalAxis(axis, rank));
  if (attributeInt(c.node, 'noop_with_empty_axes', 0) === 1) return [];
  return Array.from({ length: rank }, (_, axis) => axis);
}

const keptDims = (dims: readonly number[], axes: readonly number[]): number[] =>
  dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim));

const spread = (c: RuleContext, value: string): string =>
  c.b.op('Expand', [
    reshape(c.b, value, keptDims(c.xDims(0), reducedAxes(c))),
    c.b.ints(c.xDims(0)),
  ]);

const times = (c: RuleContext, left: string, right: string): string => c.b.op('Mul', [left, right]);

/** d/dx of LayerNormalization with xh = (x - mean)·inv, both of which the forward node hands out. */
function layerNormalization(c: RuleContext): readonly (string | null)[] {
  const { b, d } = c;
  const dims = c.xDims(0);
  const first = normalAxis(attributeInt(c.node, 'axis', -1), dims.length);
  const axes = dims.map((_, axis) => axis).slice(first);
  const inverse = c.extraOutput(2);
  const centered = b.op('Sub', [c.x(0), c.extraOutput(1)]);
  const hat = times(c, centered, inverse);
  const g = times(c, d, c.x(1));
  const share = scalar(b, 1 / sizeOf(dims.slice(first)));
  const meanG = times(c, sumOver(b, g, axes), share);
  const meanGHat = times(c, sumOver(b, times(c, g, hat), axes), share);
  const rest = b.op('Sub', [b.op('Sub', [g, meanG]), times(c, hat, meanGHat)]);
  return [
    times(c, inverse, rest),
    unbroadcast(b, times(c, d, hat), dims, c.xDims(1)),
    c.hasInput(2) ? unbroadcast(b, d, dims, c.xDims(2)) : null,
  ];
}

/**
 * (softmax - one-hot)·weight of the position; ignored positions weigh nothing. With the mean the
 * weights are divided by their sum, so an all-ignored batch has no gradient to define (NaN), as in
 * PyTorch; callers use the sum and divide once per optimizer step.
 */
function crossEntropy(c: RuleContext): readonly (string | null)[] {
  const { b } = c;
  const dims = c.xDims(0);
  const labels = c.x(1);
  const ignored = c.node.attributes['ignore_index'];
  const reduction = attributeText(c.node, 'reduction', 'mean');
  let target = labels;
  let weight: string | undefined;
  if (ignored?.kind === 'int') {
    const zero = b.op('Cast', [b.ints([0], [])], { to: 7 });
    const wide = b.op('Cast', [labels], { to: 7 });
    const dropped = b.op('Equal', [wide, b.ints([ignored.value], [])]);
    target = b.op('Where', [dropped, zero, wide]);
    weight = b.op('Cast', [b.op('Not', [dropped])], { to: 1 });
  }
  if (c.hasInput(2)) {
    const perLabel = b.op('Gather', [c.x(2), target]);
    weight = weight === undefined ? perLabel : times(c, weight, perLabel);
  }
  const oneHot = b.op('OneHot', [target, b.ints([dims[1] as number], []), b.floats([0, 1])], {
    axis: 1,
  });
  let gradient = b.op('Sub', [b.op('Exp', [c.extraOutput(1)]), oneHot]);
  const classAxis = b.ints([1]);
  if (weight !== undefined) gradient = times(c, gradient, b.op('Unsqueeze', [weight, classAxis]));
  if (reduction === 'mean') {
    const total =
      weight === undefined
        ? scalar(b, sizeOf(dims) / (dims[1] as number))
        : b.op('ReduceSum', [weight], { keepdims: 0 });
    gradient = b.op('Div', [gradient, total]);
  }
  const d = reduction === 'none' ? b.op('Unsqueeze', [c.d, classAxis]) : c.d;
  return [times(c, gradient, d), null, null];
}

export const statistics: Readonly<Record<string, Rule>> = {
  ReduceSum: (c) => [spread(c, c.d), null],
  ReduceMean: (c) => {
    const dims = c.xDims(0);
    const count = reducedAxes(c).reduce((product, axis) => product * (dims[axis] as number), 1);
    return [spread(c, times(c, c.d, scalar(c.b, 1 / count))), null];
  },
  // x / norm; a vector of zeros, where the norm has no slope, gets zero as in PyTorch.
  ReduceL2: (c) => {
    const norm = c.b.op('Max', [c.y(0), scalar(c.b, 1e-30)]);
    return [times(c, c.x(0), spread(c, c.b.op('Div', [c.d, norm]))), null];
  },
  // Elements that tie for the maximum share the gradient.
  ReduceMax: (c) => {
    const { b } = c;
    const axes = reducedAxes(c);
    const kept = keptDims(c.xDims(0), axes);
    const hit = b.op('Cast', [b.op('Equal', [c.x(0), reshape(b, c.y(0), kept)])], { to: 1 });
    const share = b.op('Div', [reshape(b, c.d, kept), sumOver(b, hit, axes)]);
    return [times(c, hit, share), null];
  },
  Softmax: (c) => {
    const axis = normalAxis(attributeInt(c.node, 'axis', -1), c.xDims(0).length);
    const t = times(c, c.d, c.y(0));
    return [c.b.op('Sub', [t, times(c, c.y(0), sumOver(c.b, t, [axis]))])];
  },
  LogSoftmax: (c) => {
    const axis = normalAxis(attributeInt(c.node, 'axis', -1), c.xDims(0).length);
    const probability = c.b.op('Exp', [c.y(0)]);
    return [c.b.op('Sub', [c.d, times(c, probability, sumOver(c.b, c.d, [axis]))])];
  },
  LayerNormalization: layerNormalization,
  SoftmaxCrossEntropyLoss: crossEntropy,
};
