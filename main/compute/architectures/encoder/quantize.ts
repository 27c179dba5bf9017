/**
 * Eight-bit inference for processors: the weight of each large product is stored as integers with one
 * scale per output, and its input is quantized as it comes (DynamicQuantizeLinear, MatMulInteger), which
 * ONNX Runtime fuses into one kernel. Embeddings, normalizations, biases and the head stay in float32.
 *
 * Weights use 7 of the 8 bits. On AVX2 without VNNI the kernel adds pairs of products in 16 bits, which
 * saturate: 2·255·127 does not fit, 2·255·64 does (ONNX Runtime calls this reduce_range).
 * Source: https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
 */
import {
  createBuilder,
  floatsOf,
  floatTensor,
  prune,
  sizeOf,
  type Model,
  type Node,
  type Tensor,
} from '../../onnx/index.ts';

const LEVELS = 64;
/** Smaller products are not worth the quantization of their input. */
const LEAST_SIZE = 1024;
const LEAST_OUTPUTS = 16;

export interface QuantizedModel {
  readonly model: Model;
  readonly products: number;
}

/** @param keep initializers to leave as they are: the head, whose few numbers decide. */
export function quantize(model: Model, keep: ReadonlySet<string>): QuantizedModel {
  const { graph } = model;
  const b = createBuilder('cloister/int8');
  const inputs = new Map<string, readonly string[]>();
  let products = 0;
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const weight = graph.initializers.get(node.inputs[1] ?? '');
    if (node.op !== 'MatMul' || node.domain !== '' || !weight) return [node];
    if (!isWorthIt(weight) || keep.has(node.inputs[1] as string)) return [node];
    products += 1;
    const before = b.nodes.length;
    const source = node.inputs[0] as string;
    const [values, scale, zero] = (inputs.get(source) ??
      b.ops('DynamicQuantizeLinear', [source], 3)) as [string, string, string];
    inputs.set(source, [values, scale, zero]);
    const stored = storeWeight(b.initializers, node.inputs[1] as string, weight);
    const sums = b.op('MatMulInteger', [values, stored.values, zero]);
    const scales = b.op('Mul', [scale, stored.scales]);
    b.op('Mul', [b.op('Cast', [sums], { to: 1 }), scales]);
    const added = b.nodes.slice(before);
    const last = added.pop() as Node;
    return [...added, { ...last, outputs: node.outputs }];
  });
  const initializers = new Map([...graph.initializers, ...b.initializers]);
  return { model: { ...model, graph: prune({ ...graph, nodes, initializers }) }, products };
}

const isWorthIt = ({ type, dims }: Tensor): boolean =>
  type === 'float32' &&
  dims.length === 2 &&
  sizeOf(dims) >= LEAST_SIZE &&
  (dims[1] as number) >= LEAST_OUTPUTS;

/** Symmetric, one scale per column of [in, out]; a weight used twice is stored once. */
function storeWeight(
  initializers: Map<string, Tensor>,
  name: string,
  weight: Tensor,
): { values: string; scales: string } {
  const names = { values: `${name}/int8`, scales: `${name}/scale` };
  if (initializers.has(names.values)) return names;
  const [rows, columns] = weight.dims as [number, number];
  const from = floatsOf(weight);
  const scales = new Float32Array(columns);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      scales[c] = Math.max(scales[c] as number, Math.abs(from[r * columns + c] as number));
  for (let c = 0; c < columns; c++) scales[c] = (scales[c] as number) / LEVELS || 1;
  const to = new Int8Array(from.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const i = r * columns + c;
      to[i] = Math.round((from[i] as number) / (scales[c] as number));
    }
  initializers.set(names.values, {
    type: 'int8',
    dims: weight.dims,
    bytes: new Uint8Array(to.buffer),
  });
  initializers.set(names.scales, floatTensor([columns], scales));
  return names;
}
