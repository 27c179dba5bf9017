/**
 * The last linear layer for a new set of labels: replaces the one a model came with, or is added to an
 * encoder that only gives hidden states. It starts as Hugging Face's do: normal with deviation 0.02, no
 * bias.
 */
import { fault } from '../fault.ts';
import {
  createBuilder,
  floatTensor,
  producersOf,
  prune,
  type Graph,
  type Port,
  type Tensor,
} from '../onnx/index.ts';
import { stream } from '../random.ts';

const DEVIATION = 0.02;
const LOGITS = 'logits';
const NEW_MODULE = 'classifier';

/** A parameter that is trained whole and travels with an adapter. */
export interface SavedParameter {
  /** Initializer of the graph. */
  readonly name: string;
  /** Name in a PyTorch state dict. */
  readonly torchName: string;
  /** Stored as the transpose of PyTorch's weight. */
  readonly transposed: boolean;
}

export interface HeadWeights {
  readonly weight: string;
  readonly bias: string | null;
  readonly module: string;
  /** The weight is stored as [in, out]. */
  readonly transposed: boolean;
}

export interface Headed {
  readonly graph: Graph;
  readonly head: HeadWeights;
  /** The graph's output: [batch, sequence, classes] for spans, [batch, classes] for documents. */
  readonly logits: string;
}

export interface HeadPlan {
  readonly task: 'spans' | 'documents';
  readonly classes: number;
  readonly seed: number;
}

function randomWeight(dims: readonly number[], seed: number): Tensor {
  const random = stream(seed, 'head');
  const size = dims.reduce((a, b) => a * b, 1);
  return floatTensor(
    dims,
    Float32Array.from({ length: size }, () => DEVIATION * random.normal()),
  );
}

/** Gives the found classifier new weights of the right size. */
export function replaceHead(
  graph: Graph,
  found: HeadWeights & { readonly width: number },
  logits: string,
  { classes, seed }: HeadPlan,
): Headed {
  const { weight, bias, width, transposed } = found;
  const initializers = new Map(graph.initializers);
  initializers.set(weight, randomWeight(transposed ? [width, classes] : [classes, width], seed));
  if (bias !== null) initializers.set(bias, floatTensor([classes], new Float32Array(classes)));
  const outputs = graph.outputs
    .filter(({ name }) => name === logits)
    .map((port): Port => ({ ...port, dims: [...port.dims.slice(0, -1), classes] }));
  return { graph: prune({ ...graph, initializers, outputs }), head: found, logits };
}

/**
 * Appends a classifier to hidden states [batch, sequence, width]: over each token for spans, over the
 * first token for documents, which is where such encoders gather a text.
 */
export function appendHead(
  graph: Graph,
  hidden: string,
  { task, classes, seed }: HeadPlan,
): Headed {
  const width = widthOf(graph, hidden);
  const free = (name: string): string =>
    graph.initializers.has(name) || producersOf(graph.nodes).has(name) ? `cloister/${name}` : name;
  const head: HeadWeights = {
    weight: free(`${NEW_MODULE}.weight`),
    bias: free(`${NEW_MODULE}.bias`),
    module: NEW_MODULE,
    transposed: true,
  };
  const b = createBuilder('cloister/head');
  const weight = b.parameter(head.weight, randomWeight([width, classes], seed));
  const bias = b.parameter(head.bias as string, floatTensor([classes], new Float32Array(classes)));
  const read = task === 'spans' ? hidden : b.op('Gather', [hidden, b.ints([0], [])], { axis: 1 });
  const logits = b.alias(b.op('Add', [b.op('MatMul', [read, weight]), bias]), free(LOGITS));
  const dims =
    task === 'spans' ? ['batch_size', 'sequence_length', classes] : ['batch_size', classes];
  return {
    graph: prune({
      ...graph,
      nodes: [...graph.nodes, ...b.nodes],
      initializers: new Map([...graph.initializers, ...b.initializers]),
      outputs: [{ name: logits, type: 'float32', dims }],
    }),
    head,
    logits,
  };
}

/** Width of hidden states: declared, or that of the normalization or bias that ends them. */
function widthOf(graph: Graph, hidden: string): number {
  const declared = graph.outputs.find(({ name }) => name === hidden)?.dims.at(-1);
  if (typeof declared === 'number') return declared;
  const producer = producersOf(graph.nodes).get(hidden);
  for (const input of producer?.inputs ?? []) {
    const width = graph.initializers.get(input)?.dims.at(-1);
    if (width !== undefined && width > 1) return width;
  }
  throw fault(
    'bad-model',
    'The width of the hidden states of the model cannot be told. Bring an export for token classification or features.',
  );
}
