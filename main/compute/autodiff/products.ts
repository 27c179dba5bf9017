/** Rules of matrix products. */
import { attributeFloat, attributeInt, sizeOf } from '../onnx/index.ts';
import type { Rule, RuleContext } from './context.ts';
import { broadcastDims, reshape, scalar, swapLast, unbroadcast } from './shapes.ts';

const transpose = (c: RuleContext, value: string, rank: number): string =>
  c.b.op('Transpose', [value], { perm: swapLast(rank) });

/**
 * x·W with a 2-D weight, the case of every linear layer. The weight's gradient flattens the batch
 * into rows and is one Gemm; the batched form would make one weight-sized product per example.
 */
function linear(c: RuleContext): readonly string[] {
  const { b, d } = c;
  const [inner, outer] = c.xDims(1) as [number, number];
  const rows = sizeOf(c.xDims(0)) / inner;
  const flatX = reshape(b, c.x(0), [rows, inner]);
  const flatD = reshape(b, d, [rows, outer]);
  return [
    b.op('MatMul', [d, transpose(c, c.x(1), 2)]),
    b.op('Gemm', [flatX, flatD], { transA: 1 }),
  ];
}

function batched(c: RuleContext): readonly string[] {
  const { b } = c;
  // A vector is a matrix with one row (left) or one column (right); the product drops that axis.
  const [a, w] = [c.xDims(0), c.xDims(1)];
  const left = a.length === 1 ? [1, ...a] : a;
  const right = w.length === 1 ? [...w, 1] : w;
  const batch = broadcastDims(left.slice(0, -2), right.slice(0, -2));
  const full = [...batch, left.at(-2) as number, right.at(-1) as number];
  const d = reshape(b, c.d, full);
  const l = reshape(b, c.x(0), left);
  const r = reshape(b, c.x(1), right);
  const dl = b.op('MatMul', [d, transpose(c, r, right.length)]);
  const dr = b.op('MatMul', [transpose(c, l, left.length), d]);
  const dlDims = [...batch, left.at(-2) as number, left.at(-1) as number];
  const drDims = [...batch, right.at(-2) as number, right.at(-1) as number];
  return [
    reshape(b, unbroadcast(b, dl, dlDims, left), a),
    reshape(b, unbroadcast(b, dr, drDims, right), w),
  ];
}

export const products: Readonly<Record<string, Rule>> = {
  MatMul: (c) => (c.xDims(1).length === 2 && c.xDims(0).length >= 2 ? linear(c) : batched(c)),
  // y = alpha·A'·B' + beta·C. With transA the stored matrix is the transpose, so its gradient is too.
  Gemm: (c) => {
    const { b, node } = c;
    const transA = attributeInt(node, 'transA', 0);
    const transB = attributeInt(node, 'transB', 0);
    const alpha = attributeFloat(node, 'alpha', 1);
    const beta = attributeFloat(node, 'beta', 1);
    const d = alpha === 1 ? c.d : b.op('Mul', [c.d, scalar(b, alpha)]);
    const da = transA
      ? b.op('Gemm', [c.x(1), d], { transA: transB, transB: 1 })
      : b.op('Gemm', [d, c.x(1)], { transB: transB ? 0 : 1 });
    const db = transB
      ? b.op('Gemm', [d, c.x(0)], { transA: 1, transB: transA })
      : b.op('Gemm', [c.x(0), d], { transA: transA ? 0 : 1 });
    if (!c.hasInput(2)) return [da, db];
    const scaled = beta === 1 ? c.d : b.op('Mul', [c.d, scalar(b, beta)]);
    return [da, db, unbroadcast(b, scaled, c.yDims(0), c.xDims(2))];
  },
};
