/**
 * Shapes by experiment: one run of the graph with every intermediate value as an output tells the
 * concrete type and shape of each, and the contents of small integer values (reshape targets, slice
 * bounds). That replaces shape inference for any operator the runtime can run.
 */
import type { Fact } from '../autodiff/index.ts';
import { encodeModel, isFloat, sizeOf, type Graph, type Model } from '../onnx/index.ts';
import { intsOf } from '../onnx/index.ts';
import { openSession, type HostTensor } from './session.ts';

/** Integer values up to this many elements can be shapes, axes or bounds; larger ones are data. */
const SMALL = 64;

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
  for (const [name, tensor] of Object.entries(feeds)) facts.set(name, factOf(tensor, false));

  const values = graph.nodes.flatMap((node) => node.outputs.filter((output) => output !== ''));
  const open: Graph = {
    ...graph,
    // The runtime infers the type of an output that is declared without a shape.
    outputs: values.map((name) => ({ name, type: 'float32', dims: [] })),
  };
  const session = await openSession(
    encodeModel({ ...model, graph: open }, { untypedOutputs: true }),
    {
      threads,
      optimize: 'none',
    },
  );
  try {
    const found = await session.run(feeds);
    const varying = dependents(graph, new Set(graph.inputs.map((port) => port.name)));
    for (const [name, tensor] of Object.entries(found))
      facts.set(name, factOf(tensor, !varying.has(name)));
  } finally {
    await session.dispose();
  }
  return facts;
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

function factOf(tensor: HostTensor, contents: boolean): Fact {
  const { data, dims } = tensor;
  const type =
    data instanceof Float32Array
      ? 'float32'
      : data instanceof BigInt64Array
        ? 'int64'
        : data instanceof Int32Array
          ? 'int32'
          : tensor.bool
            ? 'bool'
            : 'uint8';
  if (!contents || type === 'float32' || data.length > SMALL) return { type, dims };
  return { type, dims, ints: Array.from(data as Iterable<number | bigint>, Number) };
}
