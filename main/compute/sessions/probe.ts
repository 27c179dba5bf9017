/**
 * Shapes by experiment: one run of the graph tells the concrete shape of every value, and the contents
 * of small integer values (reshape targets, slice bounds). That replaces shape inference for any
 * operator the runtime can run.
 *
 * Floats themselves stay inside: of each only the shape comes out, so that probing costs the memory of
 * one forward pass and not a copy of every intermediate value.
 */
import type { Fact } from '../autodiff/index.ts';
import {
  encodeModel,
  intsOf,
  isFloat,
  sizeOf,
  type ElementType,
  type Graph,
  type Model,
  type Node,
  type Port,
} from '../onnx/index.ts';
import { openSession, type HostTensor } from './session.ts';

/** Integer values up to this many elements can be shapes, axes or bounds; larger ones are data. */
const SMALL = 64;
const SHAPE_OF = 'probe/shape of ';

export async function probe(
  model: Model,
  feeds: Readonly<Record<string, HostTensor>>,
  threads: number,
): Promise<Map<string, Fact>> {
  const { graph } = model;
  const facts = new Map<string, Fact>();
  for (const [name, tensor] of graph.initializers) {
    const small = !isFloat(tensor.type) && sizeOf(tensor.dims) <= SMALL;
    const ints = small && /^(int64|int32|bool)$/.test(tensor.type) ? intsOf(tensor) : undefined;
    facts.set(name, { type: tensor.type, dims: tensor.dims, ...(ints ? { ints } : {}) });
  }
  // Fed values get no contents: they differ from batch to batch.
  for (const [name, { dims, data, bool }] of Object.entries(feeds))
    facts.set(name, { type: typeOf(data, bool), dims });

  const types = await knownTypes(model);
  const varying = dependents(graph, new Set(graph.inputs.map((port) => port.name)));
  const shown = [...types.keys()].filter(
    (name) => !isFloat(types.get(name) as ElementType) && !varying.has(name),
  );
  const measured = [...types.keys()].filter((name) => !shown.includes(name));
  const shapes = measured.map((name): Node => ({
    name: SHAPE_OF + name,
    op: 'Shape',
    domain: '',
    inputs: [name],
    outputs: [SHAPE_OF + name],
    attributes: {},
  }));
  const found = await run(
    {
      ...model,
      graph: {
        ...graph,
        nodes: [...graph.nodes, ...shapes],
        outputs: [...shown.map(untyped), ...shapes.map((n) => untyped(n.name))],
      },
    },
    feeds,
    threads,
  );
  for (const [name, type] of types) {
    const value = found[name];
    if (value) {
      const { dims, data } = value;
      const ints = data.length <= SMALL && Array.from<number | bigint, number>(data, Number);
      facts.set(name, { type, dims, ...(ints ? { ints } : {}) });
    } else {
      const shape = (found[SHAPE_OF + name] as HostTensor).data as BigInt64Array;
      facts.set(name, { type, dims: Array.from(shape, Number) });
    }
  }
  return facts;
}

/** The runtime infers the type of an output that is declared without one. */
const untyped = (name: string): Port => ({ name, type: 'float32', dims: [] });

const open = (model: Model, threads: number) =>
  openSession(encodeModel(model, { untypedOutputs: true }), {
    threads,
    optimize: 'none',
    memory: 'returned',
  });

/** Types are the same for every shape, and a graph is probed for many: its list of nodes is the key. */
const typesByNodes = new WeakMap<readonly Node[], Promise<ReadonlyMap<string, ElementType>>>();

function knownTypes(model: Model): Promise<ReadonlyMap<string, ElementType>> {
  const { nodes } = model.graph;
  const known = typesByNodes.get(nodes) ?? typesOf(model);
  typesByNodes.set(nodes, known);
  return known;
}

/** Element type of every value that a node makes, as the runtime infers them; nothing is run. */
async function typesOf(model: Model): Promise<ReadonlyMap<string, ElementType>> {
  const { graph } = model;
  const values = graph.nodes.flatMap((node) => node.outputs.filter((output) => output !== ''));
  const session = await open({ ...model, graph: { ...graph, outputs: values.map(untyped) } }, 1);
  try {
    return session.outputTypes;
  } finally {
    await session.dispose();
  }
}

async function run(
  model: Model,
  feeds: Readonly<Record<string, HostTensor>>,
  threads: number,
): Promise<Record<string, HostTensor>> {
  const session = await open(model, threads);
  try {
    return await session.run(feeds);
  } finally {
    await session.dispose();
  }
}

/**
 * Values whose contents depend on what is fed. Shape-like operators cut the dependence: their result
 * depends on the shape alone, which is fixed per bucket.
 */
function dependents(graph: Graph, fed: Set<string>): Set<string> {
  const varying = new Set(fed);
  for (const node of graph.nodes) {
    if (node.op === 'Shape' || node.op === 'Size') continue;
    if (node.inputs.some((input) => varying.has(input)))
      for (const output of node.outputs) varying.add(output);
  }
  return varying;
}

function typeOf(data: HostTensor['data'], bool = false): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof BigInt64Array) return 'int64';
  if (data instanceof Int32Array) return 'int32';
  return bool ? 'bool' : 'uint8';
}
