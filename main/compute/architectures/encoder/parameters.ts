/**
 * Which tensors of an exported graph PyTorch would train, decided by what they do in the graph. A file
 * does not say: exporters write parameters, rotary frequencies, masks and scales alike as initializers.
 *
 * The rule: a stream of activations starts where tables are looked up by token. A tensor is a parameter
 * when it meets this stream as the weight of a product, as a bias added to it, as the scale of a
 * normalization, or is itself looked up and added. Everything else is fixed: what only meets positions
 * (rotary frequencies), what multiplies the stream after a lookup (rotary tables), tables of sines,
 * scalars, masks.
 */
import {
  attributeInt,
  floatsOf,
  isGivenName,
  isUniform,
  modulesOf,
  producersOf,
  sizeOf,
  type Graph,
  type Node,
  type Tensor,
} from '../../onnx/index.ts';

export type ParameterKind = 'embedding' | 'linear' | 'bias' | 'norm' | 'other';

export interface EncoderParameter {
  /** Name of the initializer in the prepared graph. */
  readonly name: string;
  /** Name in a PyTorch state dict, as far as the file tells ("bert.encoder.layer.0.output.dense.weight"). */
  readonly torchName: string;
  /** Stored as [in, out], the transpose of PyTorch's weight. */
  readonly transposed: boolean;
  readonly kind: ParameterKind;
  /** Whether weight decay applies by custom: not to biases and normalizations. */
  readonly decay: boolean;
  /** A table used by row lookup alone, whose gradient can be kept as rows. */
  readonly rows: boolean;
  /** Path of the module it belongs to ("bert.encoder.layer.0.output.dense"). */
  readonly module: string;
}

/** One place where an initializer enters the computation, looked up through reshapes and transposes. */
interface Use {
  readonly node: Node;
  readonly index: number;
  /** An odd number of transposes lies between the tensor and its use. */
  readonly flipped: boolean;
  readonly direct: boolean;
}

/** Operators that hand a tensor on without computing with it. */
const CARRIERS = new Set([
  'Identity',
  'Cast',
  'Transpose',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
  'Expand',
  'Tile',
  'Slice',
]);
/** Results that are integers or booleans: nothing flows through them that could be trained. */
const INTEGER_RESULTS = new Set([
  'Shape',
  'Size',
  'Equal',
  'Less',
  'LessOrEqual',
  'Greater',
  'GreaterOrEqual',
  'And',
  'Or',
  'Not',
  'Xor',
  'IsNaN',
  'IsInf',
  'ArgMax',
  'ArgMin',
  'NonZero',
  'OneHot',
]);
const FLOAT_CODES = new Set([1, 10, 11, 16]);

/** Whether a node may carry a float that depends on float inputs. */
const carriesFloats = (node: Node): boolean =>
  !INTEGER_RESULTS.has(node.op) &&
  (node.op !== 'Cast' || FLOAT_CODES.has(attributeInt(node, 'to', 1)));

export interface ParameterSurvey {
  readonly parameters: readonly EncoderParameter[];
  /** Values that depend on a token lookup, in graph order. */
  readonly stream: ReadonlySet<string>;
}

export function surveyParameters(graph: Graph): ParameterSurvey {
  const { initializers, nodes } = graph;
  const tensors = new Map([...initializers].filter(([, tensor]) => tensor.type === 'float32'));
  const consumers = consumersOf(nodes);
  const producers = producersOf(nodes);
  const moduleOf = modulesOf(graph);

  const usesOf = (name: string, flipped = false, direct = true): Use[] =>
    (consumers.get(name) ?? []).flatMap(({ node, index }): Use[] => {
      if (index > 0 || !CARRIERS.has(node.op) || !carriesFloats(node))
        return [{ node, index, flipped, direct }];
      const flips = node.op === 'Transpose';
      return usesOf(node.outputs[0] as string, flips ? !flipped : flipped, false);
    });
  const uses = new Map([...tensors.keys()].map((name) => [name, usesOf(name)]));

  /** The initializer behind an input, through carriers. */
  const rootOf = (value: string): string | undefined => {
    for (let name = value; ;) {
      if (tensors.has(name)) return name;
      const node = producers.get(name);
      if (!node || !CARRIERS.has(node.op) || !carriesFloats(node)) return undefined;
      name = node.inputs[0] as string;
    }
  };

  const byContent = contentIndices(graph);
  const tables = lookedUpTables();
  const stream = new Set<string>();
  const flow = (seeds: readonly string[]): void => {
    for (const seed of seeds) stream.add(seed);
    for (const node of nodes)
      if (carriesFloats(node) && node.inputs.some((input) => stream.has(input)))
        for (const output of node.outputs) if (output !== '') stream.add(output);
  };
  flow(
    [...tables].flatMap((name) =>
      (uses.get(name) ?? [])
        .filter(({ node, index }) => node.op === 'Gather' && index === 0)
        .map(({ node }) => node.outputs[0] as string),
    ),
  );
  // Tables that enter as they are, without lookup: relative positions that the weights of the stream
  // are applied to as well, or that a product of their own brings into it.
  const whole = wholeTables();
  flow(
    whole.flatMap((name) => [
      name,
      ...(uses.get(name) ?? []).map(({ node }) => node.outputs[0] as string),
    ]),
  );

  const parameters = [...tensors].flatMap(([name, tensor]): EncoderParameter[] => {
    const found = tables.has(name) || whole.includes(name) ? embedding(name) : roleOf(name, tensor);
    return found ? [found] : [];
  });
  return { parameters, stream };

  function embedding(name: string): EncoderParameter {
    const own = uses.get(name) ?? [];
    const rows = own.every(({ node, index, direct }) => direct && isRowLookup(node, index));
    return describe(name, 'embedding', own[0], { transposed: false, rows });
  }

  /** Tables read by Gather with computed indices, except those that are no parameters. */
  function lookedUpTables(): Set<string> {
    const found = new Set<string>();
    for (const [name, tensor] of tensors) {
      if (tensor.dims.length !== 2) continue;
      const lookups = (uses.get(name) ?? []).filter(({ node, index }) => isRowLookup(node, index));
      const byToken = lookups.some(({ node }) => !initializers.has(node.inputs[1] as string));
      if (!byToken || isSinusoidal(tensor)) continue;
      const rotary = lookups.some(
        ({ node }) =>
          !byContent.has(node.inputs[1] as string) && multiplies(node.outputs[0] as string),
      );
      if (rotary) continue;
      found.add(name);
    }
    return found;
  }

  /** Whether what comes next, past carriers, is a plain product element by element (rotary tables). */
  function multiplies(value: string): boolean {
    return usesOf(value).every(({ node }) => node.op === 'Mul' || node.op === 'Neg');
  }

  function wholeTables(): string[] {
    const found = new Set<string>();
    for (const node of nodes) {
      if (node.op !== 'MatMul' && node.op !== 'Gemm') continue;
      const [left, right] = [node.inputs[0] as string, node.inputs[1] as string];
      const weight = rootOf(right);
      if (stream.has(left) || weight === undefined || !isMatrix(weight)) continue;
      for (const root of floatRoots(left)) if (isMatrix(root)) found.add(root);
    }
    return [...found];
  }

  function isMatrix(name: string): boolean {
    const dims = tensors.get(name)?.dims ?? [];
    return dims.length === 2 && dims.every((dim) => dim > 1);
  }

  /** Float initializers a value is computed from; empty when integers of the input take part. */
  function floatRoots(value: string): string[] {
    const found = new Set<string>();
    const seen = new Set<string>();
    const pending = [value];
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (seen.has(name) || name === '') continue;
      seen.add(name);
      if (tensors.has(name)) found.add(name);
      const node = producers.get(name);
      if (!node || !carriesFloats(node)) continue;
      pending.push(...(CARRIERS.has(node.op) ? node.inputs.slice(0, 1) : node.inputs));
    }
    return [...found];
  }

  function roleOf(name: string, tensor: Tensor): EncoderParameter | null {
    const { dims } = tensor;
    for (const use of uses.get(name) ?? []) {
      const { node, index, flipped } = use;
      const meets = node.inputs.some((input, other) => other !== index && stream.has(input));
      if (!meets) continue;
      switch (node.op) {
        case 'MatMul':
          if (dims.length === 2)
            return describe(name, 'linear', use, { transposed: (index === 1) !== flipped });
          break;
        case 'Gemm': {
          if (index === 2) return describe(name, 'bias', use);
          const stored = attributeInt(node, index === 1 ? 'transB' : 'transA', 0) === 1;
          if (dims.length === 2)
            return describe(name, 'linear', use, {
              transposed: (index === 1) !== (flipped !== stored),
            });
          break;
        }
        case 'LayerNormalization':
          if (index > 0) return describe(name, 'norm', use);
          break;
        case 'Conv':
          return describe(name, index === 2 ? 'bias' : 'other', use);
        case 'Mul':
          if (isRow(dims)) return describe(name, 'norm', use);
          break;
        case 'Add':
        case 'Sum':
          if (isRow(dims) || followsOneColumn(node, index, dims))
            return describe(name, afterNorm(node, index) ? 'norm' : 'bias', use);
          if (isPositionTable(name, tensor)) return describe(name, 'embedding', use);
          break;
        default:
      }
    }
    return null;
  }

  /** A bias of one number is told from a scalar by the one-column weight before it. */
  function followsOneColumn(node: Node, index: number, dims: readonly number[]): boolean {
    if (sizeOf(dims) !== 1 || dims.length === 0) return false;
    const product = producers.get(node.inputs[1 - index] ?? '');
    const weight = product?.op === 'MatMul' ? rootOf(product.inputs[1] as string) : undefined;
    return weight !== undefined && tensors.get(weight)?.dims.at(-1) === 1;
  }

  /** The shift of a normalization written out: what it is added to was just scaled by a row. */
  function afterNorm(node: Node, index: number): boolean {
    const scaled = producers.get(node.inputs[1 - index] ?? '');
    return (
      scaled?.op === 'Mul' &&
      scaled.inputs.some((input) => isRow(tensors.get(rootOf(input) ?? '')?.dims ?? []))
    );
  }

  /** Added as it is, [1, positions, width]: a position embedding, unless its values make it a mask. */
  function isPositionTable(name: string, tensor: Tensor): boolean {
    const { dims } = tensor;
    const flat = dims.filter((dim) => dim > 1);
    if (flat.length !== 2 || dims.length > 3 || !isGivenName(name)) return false;
    return !isUniform(tensor) && !isSinusoidal(tensor) && isModest(tensor);
  }

  function describe(
    name: string,
    kind: ParameterKind,
    use: Use | undefined,
    { transposed = false, rows = false } = {},
  ): EncoderParameter {
    const given = isGivenName(name) && /\.[^./]+$/.test(name);
    const suffix = kind === 'bias' || (kind === 'norm' && isShift(use)) ? 'bias' : 'weight';
    let module = given ? name.slice(0, name.lastIndexOf('.')) : '';
    if (!given && use) module = moduleByBias(use.node) ?? moduleOf(use.node);
    const torchName = given || module === '' ? name : `${module}.${suffix}`;
    const decay = kind !== 'bias' && kind !== 'norm';
    return { name, torchName, transposed, kind, decay, rows, module };
  }

  /** The bias after a product keeps its state-dict name even where the weight lost it. */
  function moduleByBias(product: Node): string | undefined {
    if (product.op !== 'MatMul') return undefined;
    for (const { node } of consumers.get(product.outputs[0] as string) ?? []) {
      if (node.op !== 'Add') continue;
      for (const input of node.inputs)
        if (tensors.has(input) && isGivenName(input) && input.endsWith('.bias'))
          return input.slice(0, -'.bias'.length);
    }
    return undefined;
  }
}

/** Values computed from what the tokens are, not from where they stand. */
function contentIndices({ inputs, nodes }: Graph): Set<string> {
  const found = new Set(
    inputs.map(({ name }) => name).filter((name) => !/position|mask/i.test(name)),
  );
  for (const node of nodes)
    if (node.op !== 'Shape' && node.inputs.some((input) => found.has(input)))
      for (const output of node.outputs) found.add(output);
  return found;
}

const isShift = (use: Use | undefined): boolean =>
  use?.node.op === 'Add' || (use?.node.op === 'LayerNormalization' && use.index === 2);

const isRowLookup = (node: Node, index: number): boolean =>
  node.op === 'Gather' && index === 0 && attributeInt(node, 'axis', 0) === 0;

/** One number per channel: [width], or that with leading ones. */
const isRow = (dims: readonly number[]): boolean =>
  dims.length > 0 && (dims.at(-1) as number) > 1 && sizeOf(dims) === dims.at(-1);

function consumersOf(nodes: readonly Node[]): Map<string, { node: Node; index: number }[]> {
  const found = new Map<string, { node: Node; index: number }[]>();
  for (const node of nodes)
    node.inputs.forEach((input, index) => {
      const list = found.get(input) ?? [];
      list.push({ node, index });
      found.set(input, list);
    });
  return found;
}

/** Masks hold infinities or very large numbers; trained tables never do. */
function isModest(tensor: Tensor): boolean {
  return floatsOf(tensor).every((value) => Math.abs(value) < 1e3);
}

/**
 * A table of sines and cosines (Vaswani et al. 2017): sine and cosine of one angle lie side by side or
 * half a row apart, so their squares add up to one in every row. Chance does not make that.
 */
function isSinusoidal(tensor: Tensor): boolean {
  const [rows, width] = tensor.dims.slice(-2) as [number, number];
  if (width % 2 !== 0 || rows < 2) return false;
  const values = floatsOf(tensor);
  const checked = Math.min(rows, 16);
  const holds = (pair: (column: number) => readonly [number, number]): boolean => {
    for (let row = 0; row < checked; row += 1)
      for (let column = 0; column < width / 2; column += 1) {
        const [first, second] = pair(column);
        const [a, b] = [values[row * width + first]!, values[row * width + second]!];
        if (Math.abs(a * a + b * b - 1) > 1e-3) return false;
      }
    return true;
  };
  return (
    holds((column) => [2 * column, 2 * column + 1]) ||
    holds((column) => [column, column + width / 2])
  );
}
