/** Rules of operators that act on each element by itself, with NumPy broadcasting where they take two. */
import {
  attributeFloat,
  attributeText,
  isFloat,
  elementTypeOf,
  attributeInt,
} from '../onnx/index.ts';
import type { Rule, RuleContext } from './context.ts';
import { scalar, unbroadcast } from './shapes.ts';

const mul = (c: RuleContext, left: string, right: string): string => c.b.op('Mul', [left, right]);
const fit = (c: RuleContext, value: string, input: number): string =>
  unbroadcast(c.b, value, c.yDims(0), c.xDims(input));

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/** Derivative of the exact Gelu: Phi(x) + x·phi(x). */
function geluSlope(c: RuleContext): string {
  const { b } = c;
  const x = c.x(0);
  const phi = mul(
    c,
    b.op('Exp', [mul(c, mul(c, x, x), scalar(b, -0.5))]),
    scalar(b, 1 / Math.sqrt(2 * Math.PI)),
  );
  const erf = b.op('Erf', [mul(c, x, scalar(b, Math.SQRT1_2))]);
  const cdf = mul(c, b.op('Add', [erf, scalar(b, 1)]), scalar(b, 0.5));
  return b.op('Add', [cdf, mul(c, x, phi)]);
}

/** Derivative of the tanh form, 0.5·x·(1 + tanh(u)) with u = sqrt(2/pi)·(x + 0.044715·x³). */
function tanhGeluSlope(c: RuleContext): string {
  const { b } = c;
  const x = c.x(0);
  const square = mul(c, x, x);
  const inner = b.op('Add', [x, mul(c, mul(c, square, x), scalar(b, 0.044715))]);
  const tanh = b.op('Tanh', [mul(c, inner, scalar(b, SQRT_2_OVER_PI))]);
  const slopeOfU = mul(
    c,
    b.op('Add', [mul(c, square, scalar(b, 3 * 0.044715)), scalar(b, 1)]),
    scalar(b, SQRT_2_OVER_PI),
  );
  const first = mul(c, b.op('Add', [tanh, scalar(b, 1)]), scalar(b, 0.5));
  const sech2 = b.op('Sub', [scalar(b, 1), mul(c, tanh, tanh)]);
  return b.op('Add', [first, mul(c, mul(c, mul(c, x, scalar(b, 0.5)), sech2), slopeOfU)]);
}

/** The gradient of a maximum or minimum goes to the operand it was taken from; ties share it. */
const selected: Rule = (c) => {
  const { b } = c;
  const hits = c.node.inputs.map((_, index) =>
    b.op('Cast', [b.op('Equal', [c.x(index), c.y(0)])], { to: 1 }),
  );
  const share = b.op('Div', [c.d, b.op('Sum', hits)]);
  return hits.map((hit, index) => fit(c, mul(c, share, hit), index));
};

export const elementwise: Readonly<Record<string, Rule>> = {
  Add: (c) => [fit(c, c.d, 0), fit(c, c.d, 1)],
  Sub: (c) => [fit(c, c.d, 0), fit(c, c.b.op('Neg', [c.d]), 1)],
  Mul: (c) => [fit(c, mul(c, c.d, c.x(1)), 0), fit(c, mul(c, c.d, c.x(0)), 1)],
  // -d·y/b instead of -d·a/b²: fewer nodes, and no b² that could underflow.
  Div: (c) => {
    const share = c.b.op('Div', [c.d, c.x(1)]);
    return [fit(c, share, 0), fit(c, c.b.op('Neg', [mul(c, share, c.y(0))]), 1)];
  },
  // The exponent is a constant in every model read here and gets no gradient.
  Pow: (c) => {
    const { b } = c;
    const less = b.op('Sub', [c.x(1), scalar(b, 1)]);
    const slope = mul(c, c.x(1), b.op('Pow', [c.x(0), less]));
    return [fit(c, mul(c, c.d, slope), 0), null];
  },
  Sum: (c) => c.node.inputs.map((_, index) => fit(c, c.d, index)),
  Max: selected,
  Min: selected,
  Sqrt: (c) => [c.b.op('Div', [mul(c, c.d, scalar(c.b, 0.5)), c.y(0)])],
  Reciprocal: (c) => [c.b.op('Neg', [mul(c, c.d, mul(c, c.y(0), c.y(0)))])],
  Neg: (c) => [c.b.op('Neg', [c.d])],
  Identity: (c) => [c.d],
  Cast: (c) => (isFloat(elementTypeOf(attributeInt(c.node, 'to', 1))) ? [c.d] : [null]),
  Exp: (c) => [mul(c, c.d, c.y(0))],
  Log: (c) => [c.b.op('Div', [c.d, c.x(0)])],
  Tanh: (c) => [mul(c, c.d, c.b.op('Sub', [scalar(c.b, 1), mul(c, c.y(0), c.y(0))]))],
  Sigmoid: (c) => [mul(c, c.d, mul(c, c.y(0), c.b.op('Sub', [scalar(c.b, 1), c.y(0)])))],
  Relu: (c) => [
    c.b.op('Where', [c.b.op('Greater', [c.x(0), scalar(c.b, 0)]), c.d, scalar(c.b, 0)]),
  ],
  Erf: (c) => {
    const bell = c.b.op('Exp', [c.b.op('Neg', [mul(c, c.x(0), c.x(0))])]);
    return [mul(c, c.d, mul(c, bell, scalar(c.b, 2 / Math.sqrt(Math.PI))))];
  },
  Gelu: (c) => {
    const tanh = attributeText(c.node, 'approximate', 'none') === 'tanh';
    return [mul(c, c.d, tanh ? tanhGeluSlope(c) : geluSlope(c))];
  },
  Sin: (c) => [mul(c, c.d, c.b.op('Cos', [c.x(0)]))],
  Cos: (c) => [c.b.op('Neg', [mul(c, c.d, c.b.op('Sin', [c.x(0)]))])],
  Abs: (c) => [mul(c, c.d, c.b.op('Sign', [c.x(0)]))],
  // Bounds may be left out. At a bound itself the subgradient 1 is taken, as ONNX Runtime does.
  Clip: (c) => {
    const { b } = c;
    let d = c.d;
    if (c.hasInput(1))
      d = b.op('Where', [b.op('GreaterOrEqual', [c.x(0), c.x(1)]), d, scalar(b, 0)]);
    if (c.hasInput(2)) d = b.op('Where', [b.op('LessOrEqual', [c.x(0), c.x(2)]), d, scalar(b, 0)]);
    return [d, null, null];
  },
  // Selects, so a NaN in the branch not taken stays there.
  Where: (c) => {
    const { b } = c;
    const none = scalar(b, 0);
    return [
      null,
      fit(c, b.op('Where', [c.x(0), c.d, none]), 1),
      fit(c, b.op('Where', [c.x(0), none, c.d]), 2),
    ];
  },
  // Outside training mode Dropout is the identity.
  Dropout: (c) => {
    const { b } = c;
    if (!c.hasInput(2) || c.ints(2)[0] !== 1) return [c.d, null, null];
    const kept = b.op('Cast', [c.extraOutput(1)], { to: 1 });
    const ratio = c.hasInput(1) ? c.x(1) : scalar(b, 0.5);
    const scale = b.op('Div', [scalar(b, 1), b.op('Sub', [scalar(b, 1), ratio])]);
    return [mul(c, mul(c, c.d, kept), scale), null, null];
  },
  // Piecewise constant: their slope is zero almost everywhere.
  Sign: () => [null],
  Ceil: () => [null],
  Floor: () => [null],
  Round: () => [null],
  LeakyRelu: (c) => {
    const leak = mul(c, c.d, scalar(c.b, attributeFloat(c.node, 'alpha', 0.01)));
    return [c.b.op('Where', [c.b.op('Greater', [c.x(0), scalar(c.b, 0)]), c.d, leak])];
  },
};
