/**
 * The step graph of private training: the gradient of each example is bounded before the gradients of a
 * batch are added up, all in one run and with one backward pass.
 *
 * A backward pass knows, wherever a parameter meets the examples (a leaf), what came in (x) and the
 * gradient of what went out (d), both still per example. From these the norm of each example's gradient
 * follows without forming it ("ghost norms", exampleNorms.ts). Scaling d by min(1, C/norm) of its example
 * and pulling only these scaled d back to the parameters gives the sum of clipped gradients
 * ("book-keeping": Bu, Wang, Zha and Karypis 2023, https://arxiv.org/abs/2210.00038; ghost norms: Li,
 * Tramèr, Liang and Hashimoto 2022, https://arxiv.org/abs/2110.05679).
 */
import { fault } from '../fault.ts';
import {
  createBuilder,
  describeNode,
  isFloat,
  orderNodes,
  prune,
  sizeOf,
  type Builder,
  type Graph,
  type Node,
  type Port,
} from '../onnx/index.ts';
import type { Fact, Facts } from './context.ts';
import {
  differentiate,
  pullBack,
  type Differentiated,
  type Gradient,
  type Target,
} from './differentiate.ts';
import { exampleAxes, type ExampleAxis } from './exampleAxis.ts';
import { squaredNorm, type Leaf } from './exampleNorms.ts';
import { reshape, scalar } from './shapes.ts';

export interface PerExampleSettings {
  /** Names of the inputs of the graph whose first axis is the batch. */
  readonly examples: readonly string[];
  /** Largest norm of one example's gradient over all targets together. */
  readonly clipNorm: number;
}

export interface PerExample extends Differentiated {
  /** Value of the step graph: norm of each example's gradient before clipping, [batch]. */
  readonly norms: string;
}

export const NORMS = 'private/norms';
/** Keeps the factor finite; it only ever makes the bound stricter. */
const EPSILON = 1e-6;

/**
 * As `differentiate`, but each example's gradient is scaled to a norm of at most `clipNorm` before the sum.
 * @param loss a sum over the examples.
 * @throws Fault 'unsupported-operator' naming the node or parameter whose share per example cannot be
 *   told; a batch of one example is never refused.
 */
export function differentiatePerExample(
  graph: Graph,
  facts: Facts,
  loss: string,
  targets: readonly Target[],
  settings: PerExampleSettings,
): PerExample {
  const size = batchSize(facts, settings.examples);
  if (size === 1) return clipWhole(graph, facts, loss, targets, settings.clipNorm);

  const axes = exampleAxes(graph, facts, loss, new Set(settings.examples), size);
  const { boundary, leaves } = findLeaves(graph, facts, loss, targets, axes);
  const backward = differentiate(
    graph,
    facts,
    loss,
    boundary.map((node) => ({ name: node.outputs[0] as string })),
  );
  const b = createBuilder('private');
  const cut = cutGraph(graph, facts, boundary, axes, b);
  const gradients = new Map(
    [...backward.gradients].flatMap(([output, gradient]) =>
      gradient.kind === 'dense' ? [[output, gradient.value] as const] : [],
    ),
  );
  const squares = [...leaves].map(([target, found]) =>
    squaredNorm({ b, facts, size, target, leaves: found, gradients, pull: cut.pull }),
  );
  const factor = clipFactor(b, squares, settings.clipNorm, size);
  const seeds = new Map(
    [...gradients].map(([output, gradient]) => {
      const { dims } = facts.get(output) as Fact;
      const rows = reshape(b, gradient, [size, sizeOf(dims) / size]);
      return [output, reshape(b, b.op('Mul', [rows, factor]), dims)] as const;
    }),
  );
  const clipped = cut.pull(seeds, targets);
  const lossPort = backward.graph.outputs.filter((port) => port.name === loss);
  return {
    graph: prune({
      ...backward.graph,
      nodes: [...cut.extended(backward.graph.nodes), ...cut.added()],
      inputs: graph.inputs,
      outputs: [...lossPort, ...clipped.graph.outputs, normsPort(size)],
      initializers: new Map([
        ...graph.initializers,
        ...backward.graph.initializers,
        ...b.initializers,
      ]),
    }),
    gradients: clipped.gradients,
    norms: NORMS,
  };
}

const normsPort = (size: number): Port => ({ name: NORMS, type: 'float32', dims: [size] });

function batchSize(facts: Facts, examples: readonly string[]): number {
  const sizes = new Set(examples.flatMap((name) => facts.get(name)?.dims[0] ?? []));
  const [size] = sizes;
  if (sizes.size !== 1 || size === undefined)
    throw new Error(`The inputs ${examples.join(', ')} do not share a first axis`);
  return size;
}

/** min(1, C / (norm + 1e-6)) of each example as a column; the norms become a value of the graph. */
function clipFactor(
  b: Builder,
  squares: readonly string[],
  clipNorm: number,
  size: number,
): string {
  if (squares.length === 0)
    throw fault('bad-model', 'The loss depends on none of the weights that are to be trained.');
  const total = squares.length === 1 ? (squares[0] as string) : b.op('Sum', squares);
  // Rounding may leave a sum of products a little below zero.
  const norms = b.op('Sqrt', [b.op('Max', [reshape(b, total, [size]), scalar(b, 0)])]);
  b.alias(norms, NORMS);
  const ratio = b.op('Div', [scalar(b, clipNorm), b.op('Add', [norms, scalar(b, EPSILON)])]);
  return reshape(b, b.op('Min', [ratio, scalar(b, 1)]), [size, 1]);
}

/** One example: its gradient is the whole gradient, so any model that can be trained can be clipped. */
function clipWhole(
  graph: Graph,
  facts: Facts,
  loss: string,
  targets: readonly Target[],
  clipNorm: number,
): PerExample {
  // Rows of one table may repeat within the example, and their norm is that of their sum.
  const whole = differentiate(
    graph,
    facts,
    loss,
    targets.map(({ name }) => ({ name })),
  );
  const b = createBuilder('private');
  const dense = [...whole.gradients].flatMap(([name, gradient]) =>
    gradient.kind === 'dense' ? [[name, gradient.value] as const] : [],
  );
  const squares = dense.map(([, value]) => b.op('ReduceSumSquare', [value], { keepdims: 0 }));
  const factor = reshape(b, clipFactor(b, squares, clipNorm, 1), []);
  const gradients = new Map<string, Gradient>();
  const outputs: Port[] = whole.graph.outputs.filter((port) => port.name === loss);
  for (const [name, gradient] of dense) {
    const value = b.op('Mul', [gradient, factor]);
    gradients.set(name, { kind: 'dense', value });
    outputs.push({ name: value, type: 'float32', dims: (facts.get(name) as Fact).dims });
  }
  return {
    graph: prune({
      ...whole.graph,
      nodes: [...whole.graph.nodes, ...b.nodes],
      outputs: [...outputs, normsPort(1)],
      initializers: new Map([...whole.graph.initializers, ...b.initializers]),
    }),
    gradients,
    norms: NORMS,
  };
}

/** Where parameters, or values computed from parameters alone, meet values that hold examples. */
function findLeaves(
  graph: Graph,
  facts: Facts,
  loss: string,
  targets: readonly Target[],
  axes: ReadonlyMap<string, ExampleAxis>,
): { readonly boundary: readonly Node[]; readonly leaves: ReadonlyMap<string, readonly Leaf[]> } {
  const forward = orderNodes(graph.nodes, [loss]);
  /** Of each value computed from parameters alone: how it comes from which target. */
  const origins = new Map<string, readonly { target: string; path: Leaf['path'] }[]>(
    targets.map(({ name }) => [name, [{ target: name, path: [] }]]),
  );
  const boundary: Node[] = [];
  const leaves = new Map<string, Leaf[]>();
  for (const node of forward) {
    const output = node.outputs[0] as string;
    const axis = axes.get(output) ?? null;
    const reached = node.inputs.flatMap((name, input) => {
      const found = origins.get(name);
      return found ? [{ input, found }] : [];
    });
    if (reached.length === 0) continue;
    if (axis === null) {
      for (const each of node.outputs) {
        if (each === '' || !isFloat((facts.get(each) as Fact).type)) continue;
        origins.set(
          each,
          reached.flatMap(({ input, found }) =>
            found.map(({ target, path }) => ({ target, path: [...path, { node, input }] })),
          ),
        );
      }
      continue;
    }
    if (axis !== 0 || node.outputs.filter((each) => each !== '').length > 1)
      throw fault(
        'unsupported-operator',
        `Private training cannot take several sequences at once here: ${describeNode(node)} brings the weight "${reached[0]?.found[0]?.target ?? ''}" in where sequences do not lie along the first axis.`,
      );
    boundary.push(node);
    for (const { input, found } of reached)
      for (const { target, path } of found) {
        const list = leaves.get(target) ?? [];
        list.push({ node, input, path });
        leaves.set(target, list);
      }
  }
  return { boundary, leaves };
}

const CUT = 'cut/';
const uncut = (name: string): string => name.replace(CUT, '');

/**
 * The graph in which only parameters move: what they go through by themselves, and the boundary nodes.
 * These hand their result to nobody (it gets another name), so that a walk back from one never passes
 * through another; what they read of the examples is there already, computed by the first pass.
 */
function cutGraph(
  graph: Graph,
  facts: Facts,
  boundary: readonly Node[],
  axes: ReadonlyMap<string, ExampleAxis>,
  b: Builder,
) {
  const nodes = [
    ...graph.nodes.filter((node) => node.outputs.every((output) => axes.get(output) === null)),
    ...boundary.map((node) => ({ ...node, outputs: [`${CUT}${node.outputs[0] as string}`] })),
  ];
  const known = new Map(facts);
  for (const { outputs } of boundary)
    known.set(`${CUT}${outputs[0] as string}`, facts.get(outputs[0] as string) as Fact);
  /** Optional outputs that a rule asked of a boundary node, by its first one. */
  const extras = new Map<string, readonly string[]>();

  return {
    /** Pulls gradients of boundary outputs back to targets; `changed` facts replace known ones. */
    pull(
      seeds: ReadonlyMap<string, string>,
      targets: readonly Target[],
      changed: Facts = new Map(),
    ): Differentiated {
      const result = pullBack({
        graph: { ...graph, nodes },
        facts: new Map([...known, ...changed]),
        seeds: new Map([...seeds].map(([output, gradient]) => [`${CUT}${output}`, gradient])),
        targets,
        builder: b,
        keep: [],
      });
      for (const { outputs } of result.graph.nodes)
        if (outputs.length > 1 && outputs[0]?.startsWith(CUT))
          extras.set(uncut(outputs[0]), outputs.map(uncut));
      return result;
    },
    /** The nodes of the first pass with the optional outputs that were asked for here. */
    extended: (first: readonly Node[]): Node[] =>
      first.map((node) => {
        const more = extras.get(node.outputs[0] as string);
        return more && more.length > node.outputs.length ? { ...node, outputs: more } : node;
      }),
    /** What was added, reading the real results of boundary nodes. */
    added: (): Node[] => b.nodes.map((node) => ({ ...node, inputs: node.inputs.map(uncut) })),
  };
}
