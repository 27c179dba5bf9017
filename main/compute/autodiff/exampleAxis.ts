/**
 * Where the examples of a batch lie in every value of a graph. Private training bounds the share of each
 * example, which means something only if no example can influence another's part of the computation; so
 * each operator that a batch passes through must be known here to keep examples apart, and one that is
 * not is refused by name. Shapes alone cannot tell: a batch of 8 sequences of 8 tokens fits either way.
 */
import { fault } from '../fault.ts';
import {
  attributeInt,
  attributeInts,
  attributeText,
  describeNode,
  orderNodes,
  type Graph,
  type Node,
} from '../onnx/index.ts';
import type { Facts } from './context.ts';
import { normalAxis } from './shapes.ts';

/**
 * The axis whose length is a multiple of the batch, all entries of one example side by side; `null` for a
 * value that is the same whatever the examples are; `'sum'` for a sum over examples.
 */
export type ExampleAxis = number | 'sum' | null;

/** Act on each element by itself, with broadcasting. */
const ELEMENTWISE = new Set(
  `Add Sub Mul Div Pow Sum Max Min Sqrt Reciprocal Neg Identity Cast Exp Log Tanh Sigmoid Relu Erf Gelu
  Sin Cos Abs Clip Where Sign Ceil Floor Round Equal Less LessOrEqual Greater GreaterOrEqual And Or Not
  IsNaN Dropout`.split(/\s+/),
);
/** Depend on the shape of their input, not on what it holds. */
const SHAPE_ONLY = new Set(['Shape', 'Size', 'ConstantOfShape']);
/** Keep a sum over examples a sum over examples, if all else they take is constant. */
const LINEAR = new Set(['Identity', 'Cast', 'Neg', 'Add', 'Sub', 'Sum', 'Mul', 'Div', 'Reshape']);

/**
 * @param examples names of the graph inputs whose first axis is the batch.
 * @param size of the batch; at least 2, since one example lies along every axis at once.
 * @throws Fault 'unsupported-operator' naming the node that may let examples influence each other.
 */
export function exampleAxes(
  graph: Graph,
  facts: Facts,
  target: string,
  examples: ReadonlySet<string>,
  size: number,
): ReadonlyMap<string, ExampleAxis> {
  const axes = new Map<string, ExampleAxis>([...examples].map((name) => [name, 0]));
  const axisOf = (name: string): ExampleAxis => axes.get(name) ?? null;
  const dimsOf = (name: string): readonly number[] => facts.get(name)?.dims ?? [];

  for (const node of orderNodes(graph.nodes, [target])) {
    const axis = node.inputs.every((input) => axisOf(input) === null) ? null : through(node);
    for (const output of node.outputs) axes.set(output, axis);
  }
  return axes;

  function through(node: Node): ExampleAxis {
    const refuse = (): never => {
      throw fault(
        'unsupported-operator',
        `Private training takes several sequences at once only where they cannot influence each other; ${describeNode(node)} is not known to keep them apart.`,
      );
    };
    if (node.domain !== '') return refuse();
    if (SHAPE_ONLY.has(node.op)) return null;
    const [first, second] = node.inputs as readonly [string, string?];
    const at = axisOf(first);
    if (node.inputs.some((input) => axisOf(input) === 'sum')) return summed(node) ?? refuse();
    const output = dimsOf(node.outputs[0] as string);
    const rank = dimsOf(first).length;
    const own = (name: string, fallback: number): number =>
      normalAxis(attributeInt(node, name, fallback), rank);
    // What follows the first input only: shapes, axes and bounds must not depend on the examples.
    const alone = (): number =>
      typeof at === 'number' && node.inputs.slice(1).every((input) => axisOf(input) === null)
        ? at
        : refuse();
    const apart = (axis: number): number => (alone() === axis ? refuse() : alone());

    if (ELEMENTWISE.has(node.op)) return aligned(node.inputs, output.length) ?? refuse();
    switch (node.op) {
      case 'Transpose': {
        const perm = attributeInts(node, 'perm') ?? dimsOf(first).map((_, i) => rank - 1 - i);
        return perm.indexOf(alone());
      }
      case 'Reshape':
      case 'Flatten':
      case 'Squeeze':
      case 'Unsqueeze':
        return reshaped(dimsOf(first), alone(), output) ?? refuse();
      case 'Expand':
        return alone() + output.length - rank;
      case 'Softmax':
      case 'LogSoftmax':
        return apart(own('axis', -1));
      case 'CumSum': {
        const axis = facts.get(second ?? '')?.ints?.[0];
        return axis === undefined ? refuse() : apart(normalAxis(axis, rank));
      }
      case 'LayerNormalization':
        return alone() < own('axis', -1) ? alone() : refuse();
      case 'Split':
        return apart(own('axis', 0));
      case 'Concat': {
        const axis = aligned(node.inputs, rank);
        return axis === null || axis === own('axis', 0) ? refuse() : axis;
      }
      case 'Slice':
      case 'Pad':
      case 'Tile':
        return dimsOf(first)[alone()] === output[alone()] && keeps(node, alone())
          ? alone()
          : refuse();
      case 'ReduceSum':
      case 'ReduceMean':
      case 'ReduceMax':
        return reduced(node, alone()) ?? refuse();
      case 'Gather': {
        const axis = own('axis', 0);
        const from = second === undefined ? null : axisOf(second);
        if (at === null && typeof from === 'number') return axis + from;
        if (from !== null || typeof at !== 'number' || at === axis) return refuse();
        return at < axis ? at : at - 1 + dimsOf(second ?? '').length;
      }
      case 'MatMul':
        return product(node, output.length) ?? refuse();
      case 'Gemm':
        return at === 0 &&
          attributeInt(node, 'transA', 0) === 0 &&
          node.inputs.slice(1).every((input) => axisOf(input) === null)
          ? 0
          : refuse();
      case 'SoftmaxCrossEntropyLoss':
        return at === 0 &&
          axisOf(second ?? '') === 0 &&
          attributeText(node, 'reduction', 'mean') === 'sum'
          ? 'sum'
          : refuse();
      default:
        return refuse();
    }
  }

  /** All operands with examples must have them along the same axis, counted from the last. */
  function aligned(inputs: readonly string[], rank: number): number | null {
    const found = new Set(
      inputs.flatMap((input) => {
        const axis = axisOf(input);
        return typeof axis === 'number' ? [axis + rank - dimsOf(input).length] : [];
      }),
    );
    const lengths = new Set(
      inputs.flatMap((input) => {
        const axis = axisOf(input);
        return typeof axis === 'number' ? [dimsOf(input)[axis]] : [];
      }),
    );
    return found.size === 1 && lengths.size === 1 ? ([...found][0] as number) : null;
  }

  /** Row-major order keeps the entries of an example together as long as what lies before them stays. */
  function reshaped(from: readonly number[], axis: number, to: readonly number[]): number | null {
    const before = from.slice(0, axis).reduce((a, b) => a * b, 1);
    let product = 1;
    for (const [index, dim] of to.entries()) {
      if (product === before && dim % size === 0) return index;
      product *= dim;
    }
    return null;
  }

  /** A slice, padding or repetition along the axis itself would drop or copy examples. */
  function keeps(node: Node, axis: number): boolean {
    if (node.op === 'Tile') return facts.get(node.inputs[1] as string)?.ints?.[axis] === 1;
    if (node.op === 'Pad') {
      const pads = facts.get(node.inputs[1] as string)?.ints;
      return pads !== undefined && pads[axis] === 0 && pads[axis + pads.length / 2] === 0;
    }
    const steps = node.inputs[4];
    return steps === undefined || facts.get(steps)?.ints?.every((step) => step > 0) === true;
  }

  function reduced(node: Node, axis: number): ExampleAxis {
    const rank = dimsOf(node.inputs[0] as string).length;
    const given =
      attributeInts(node, 'axes') ??
      (node.inputs[1] ? facts.get(node.inputs[1])?.ints : undefined) ??
      (node.inputs[1] || attributeInt(node, 'noop_with_empty_axes', 0) === 1 ? null : []);
    if (given === null) return null;
    const every = given.length === 0;
    const gone = new Set(given.map((each) => normalAxis(each, rank)));
    if (every || gone.has(axis)) return node.op === 'ReduceSum' ? 'sum' : null;
    if (attributeInt(node, 'keepdims', 1) === 1) return axis;
    return axis - [...gone].filter((each) => each < axis).length;
  }

  function product(node: Node, rank: number): number | null {
    const places = node.inputs.map((input, side): number | 'none' | 'mixed' => {
      const axis = axisOf(input);
      if (typeof axis !== 'number') return 'none';
      const own = dimsOf(input).length;
      // The last axis of the left and the one before the last of the right are summed over.
      if (axis === (side === 0 ? own - 1 : Math.max(0, own - 2))) return 'mixed';
      return axis + rank - own;
    });
    const found = new Set(places.filter((place) => place !== 'none'));
    const [place] = found;
    if (found.size !== 1 || typeof place !== 'number') return null;
    // With examples in both factors they must lie along a leading axis, where entries pair up.
    return places.includes('none') || place < rank - 2 ? place : null;
  }

  function summed(node: Node): 'sum' | null {
    if (!LINEAR.has(node.op)) return null;
    const kinds = node.inputs.map(axisOf);
    if (kinds.some((kind) => typeof kind === 'number')) return null;
    const sums = kinds.filter((kind) => kind === 'sum').length;
    if (node.op === 'Mul') return sums === 1 ? 'sum' : null;
    if (node.op === 'Div') return kinds[0] === 'sum' && sums === 1 ? 'sum' : null;
    return 'sum';
  }
}
