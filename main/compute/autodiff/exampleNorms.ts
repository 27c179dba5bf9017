/**
 * The squared norm of each example's gradient of one parameter, from what came into its leaf (x) and the
 * gradient of what went out (d), summed over the positions s, t of the example:
 *
 *   product x·W          Σ (x_s·x_t)(d_s·d_t), or the product itself where it is the smaller one
 *   looked-up table      Σ d_s·d_t over pairs that look up the same row
 *   bias, scale, …       the gradient itself, which is no larger than the parameter
 *
 * A parameter with several leaves gets the sum of its gradients formed example by example, because norms
 * do not add up; where that cannot be done the parameter is refused by name.
 */
import { fault } from '../fault.ts';
import {
  attributeFloat,
  attributeInt,
  describeNode,
  ELEMENT,
  sizeOf,
  type Builder,
  type Node,
} from '../onnx/index.ts';
import type { Fact, Facts } from './context.ts';
import type { Differentiated, Target } from './differentiate.ts';
import { reshape, scalar, sumOver } from './shapes.ts';

/** One place where a parameter meets the examples. */
export interface Leaf {
  readonly node: Node;
  readonly input: number;
  /** The nodes it went through before, first to last, and the input by which. */
  readonly path: readonly { readonly node: Node; readonly input: number }[];
}

export interface NormRequest {
  readonly b: Builder;
  readonly facts: Facts;
  /** Number of examples, at least 2. */
  readonly size: number;
  readonly target: string;
  readonly leaves: readonly Leaf[];
  /** Gradient of each leaf's output. */
  readonly gradients: ReadonlyMap<string, string>;
  /** Pulls gradients of leaf outputs back to values before them, at changed shapes. */
  readonly pull: (
    seeds: ReadonlyMap<string, string>,
    targets: readonly Target[],
    changed: Facts,
  ) => Differentiated;
}

/** Hand every number on to exactly one place, so the norm of a gradient is the same before and after. */
const KEEPS_NORM = new Set([
  'Identity',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Slice',
]);
const KEEPS_ORDER = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/** @returns a value of shape [size]. @throws Fault 'unsupported-operator' naming the parameter. */
export function squaredNorm(request: NormRequest): string {
  const { b, leaves, size, target, facts } = request;
  const used = leaves.filter(({ node }) => request.gradients.has(node.outputs[0] as string));
  const [leaf] = used;
  // A node that takes the parameter twice would be counted twice below.
  const twice = used.find(
    ({ node }, index) => used.findLastIndex((u) => u.node === node) !== index,
  );
  if (twice) return refuse(request, twice);
  if (!leaf) return b.op('ConstantOfShape', [b.ints([size])]);
  if (used.length === 1) return ghostNorm(request, leaf);
  const { dims } = factOf(facts, target);
  const parts = used.map((each) => explicit(request, each, dims));
  return squares(b, b.op('Sum', parts), [size, sizeOf(dims)]);
}

function ghostNorm(request: NormRequest, leaf: Leaf): string {
  const { b, facts, size, target } = request;
  const { node, input, path } = leaf;
  const [first, ...later] = path;
  if (first && isLookup(first)) {
    // Rows picked by indices that are the same for every example: positions.
    if (!later.every(({ node: step, input: from }) => from === 0 && KEEPS_ORDER.has(step.op)))
      return refuse(request, leaf);
    const rows = perExample(request, leaf);
    const indices = first.node.inputs[1] as string;
    const width = sizeOf(factOf(facts, target).dims.slice(1));
    const count = rows.each / width;
    const many = sizeOf(factOf(facts, indices).dims);
    if (many !== count && many !== count * size) return refuse(request, leaf);
    const table = reshape(b, indices, many === count ? [1, count] : [size, count]);
    const every = many === count ? b.op('Expand', [table, b.ints([size, count])]) : table;
    return lookupNorm(b, every, reshape(b, rows.value, [size, count, width]));
  }
  if (!path.every(({ node: step, input: from }) => from === 0 && KEEPS_NORM.has(step.op)))
    return refuse(request, leaf);
  if (isLookup(leaf)) {
    if (path.length > 0) return refuse(request, leaf);
    const indices = node.inputs[1] as string;
    const count = sizeOf(factOf(facts, indices).dims) / size;
    const width = sizeOf(factOf(facts, target).dims.slice(1));
    const d = reshape(b, gradientOf(request, leaf), [size, count, width]);
    return lookupNorm(b, reshape(b, indices, [size, count]), d);
  }
  const product = productOf(request, leaf);
  if (!product) {
    const rows = perExample(request, leaf);
    return squares(b, rows.value, [size, rows.each]);
  }
  const { x, d, count, inner, outer } = product;
  if (2 * count * count > inner * outer)
    return squares(b, outerProducts(request, product), [size, inner * outer]);
  const gram = (value: string): string =>
    b.op('MatMul', [value, b.op('Transpose', [value], { perm: [0, 2, 1] })]);
  if (input !== 1) return refuse(request, leaf);
  const both = b.op('Mul', [gram(x), gram(d)]);
  return reshape(b, sumOver(b, both, [1, 2]), [size]);
}

interface Product {
  /** [size, count, inner] and [size, count, outer]. */
  readonly x: string;
  readonly d: string;
  readonly count: number;
  readonly inner: number;
  readonly outer: number;
  /** The weight lies as [outer, inner]. */
  readonly flipped: boolean;
}

/** x·W with the examples in the rows of x; undefined for any other leaf. */
function productOf(request: NormRequest, leaf: Leaf): Product | undefined {
  const { b, facts, size } = request;
  const { node, input } = leaf;
  if ((node.op !== 'MatMul' && node.op !== 'Gemm') || input === 2) return undefined;
  const dims = factOf(facts, node.inputs[1] as string).dims;
  if (input !== 1 || dims.length !== 2) return refuse(request, leaf);
  const flipped = node.op === 'Gemm' && attributeInt(node, 'transB', 0) === 1;
  const [inner, outer] = (flipped ? dims.toReversed() : dims) as [number, number];
  const from = node.inputs[0] as string;
  const count = sizeOf(factOf(facts, from).dims) / inner / size;
  const alpha = node.op === 'Gemm' ? attributeFloat(node, 'alpha', 1) : 1;
  const plain = gradientOf(request, leaf);
  const d = alpha === 1 ? plain : b.op('Mul', [plain, scalar(b, alpha)]);
  return {
    x: reshape(b, from, [size, count, inner]),
    d: reshape(b, d, [size, count, outer]),
    count,
    inner,
    outer,
    flipped,
  };
}

/** The gradient of the weight for each example, as the weight lies. */
function outerProducts({ b }: NormRequest, { x, d, flipped }: Product): string {
  const [left, right] = flipped ? [d, x] : [x, d];
  return b.op('MatMul', [b.op('Transpose', [left], { perm: [0, 2, 1] }), right]);
}

/** The gradient of a parameter for each example, [size, ...dims]. */
function explicit(request: NormRequest, leaf: Leaf, dims: readonly number[]): string {
  const { b, size } = request;
  if (leaf.path.length > 0 || isLookup(leaf)) return refuse(request, leaf);
  const product = productOf(request, leaf);
  const value = product ? outerProducts(request, product) : perExample(request, leaf).value;
  return reshape(b, value, [size, ...dims]);
}

/**
 * The gradient of what a parameter became before its leaf, example by example: the rule of the operator
 * is asked at a shape in which this value has a row for each entry of the example axis, so that it does
 * not sum over them.
 */
function perExample(
  request: NormRequest,
  leaf: Leaf,
): { readonly value: string; readonly each: number } {
  const { b, facts, size, pull } = request;
  const { node, input } = leaf;
  const output = node.outputs[0] as string;
  const name = node.inputs[input] as string;
  const full = factOf(facts, output).dims;
  const fact = factOf(facts, name);
  const padded = [...Array<number>(full.length - fact.dims.length).fill(1), ...fact.dims];
  const rows = full[0] as number;
  if (padded[0] !== 1 && padded[0] !== rows) return refuse(request, leaf);
  // A value that already has a row per example was repeated for each; only a lookup is known to do so.
  if (padded[0] === rows && !leaf.path.some(isLookup)) return refuse(request, leaf);
  const dims = [rows, ...padded.slice(1)];
  const { gradients } = pull(
    new Map([[output, gradientOf(request, leaf)]]),
    [{ name }],
    new Map([[name, { type: fact.type, dims }]]),
  );
  const found = gradients.get(name);
  if (found?.kind !== 'dense') return refuse(request, leaf);
  const each = sizeOf(dims) / rows;
  const copies = rows / size;
  const split = reshape(b, found.value, [size, copies, each]);
  // Rows of one example share the value, unless it has a row for each of them.
  if (padded[0] === rows)
    return { value: reshape(b, split, [size, copies * each]), each: copies * each };
  return { value: reshape(b, sumOver(b, split, copies === 1 ? [] : [1]), [size, each]), each };
}

function lookupNorm(b: Builder, indices: string, d: string): string {
  const same = b.op('Equal', [
    b.op('Unsqueeze', [indices, b.ints([2])]),
    b.op('Unsqueeze', [indices, b.ints([1])]),
  ]);
  const gram = b.op('MatMul', [d, b.op('Transpose', [d], { perm: [0, 2, 1] })]);
  const kept = b.op('Mul', [gram, b.op('Cast', [same], { to: ELEMENT.float32.code })]);
  return b.op('ReduceSum', [kept, b.ints([1, 2])], { keepdims: 0 });
}

const squares = (b: Builder, value: string, dims: readonly [number, number]): string => {
  const rows = reshape(b, value, dims);
  return b.op('ReduceSum', [b.op('Mul', [rows, rows]), b.ints([1])], { keepdims: 0 });
};

const isLookup = ({ node, input }: { readonly node: Node; readonly input: number }): boolean =>
  node.op === 'Gather' && input === 0 && attributeInt(node, 'axis', 0) === 0;

const gradientOf = ({ gradients }: NormRequest, { node }: Leaf): string =>
  gradients.get(node.outputs[0] as string) as string;

const factOf = (facts: Facts, name: string): Fact => facts.get(name) as Fact;

function refuse({ target }: NormRequest, { node }: Leaf): never {
  throw fault(
    'unsupported-operator',
    `Private training cannot tell how much of the weight "${target}" one sequence moves when it takes several at once: it enters through ${describeNode(node)} in a way, or more often, than is known here.`,
  );
}
