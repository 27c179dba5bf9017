/**
 * The graph as this library sees it: plain data, one type per ONNX message that matters.
 * Values are named by strings and every name is produced once (ONNX is in SSA form), so a graph is
 * rewritten by building new node lists, never by mutation from afar.
 * Source: https://github.com/onnx/onnx/blob/main/docs/IR.md
 */
import { fault } from '../fault.ts';

/** Element types by their number in TensorProto.DataType, with the bytes of one element. */
export const ELEMENT = {
  float32: { code: 1, bytes: 4 },
  uint8: { code: 2, bytes: 1 },
  int8: { code: 3, bytes: 1 },
  uint16: { code: 4, bytes: 2 },
  int16: { code: 5, bytes: 2 },
  int32: { code: 6, bytes: 4 },
  int64: { code: 7, bytes: 8 },
  bool: { code: 9, bytes: 1 },
  float16: { code: 10, bytes: 2 },
  float64: { code: 11, bytes: 8 },
  uint32: { code: 12, bytes: 4 },
  uint64: { code: 13, bytes: 8 },
  bfloat16: { code: 16, bytes: 2 },
} as const;
export type ElementType = keyof typeof ELEMENT;

export const elementTypeOf = (code: number): ElementType => {
  for (const [type, { code: known }] of Object.entries(ELEMENT)) {
    if (known === code) return type as ElementType;
  }
  throw fault(
    'bad-model',
    `The model uses the tensor element type ${code}, which is not read here.`,
  );
};

export const isFloat = (type: ElementType): boolean =>
  type === 'float32' || type === 'float64' || type === 'float16' || type === 'bfloat16';

/** `bytes` are the little-endian elements in row-major order, often a view into the file. */
export interface Tensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

export type Attribute =
  | { readonly kind: 'int' | 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints' | 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  /** Subgraphs and rarities: kept as bytes so that an unknown model survives a round trip. */
  | { readonly kind: 'opaque'; readonly value: Uint8Array };

export interface Node {
  readonly name: string;
  readonly op: string;
  readonly domain: string;
  /** An empty string stands for an optional input or output that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A graph input or output; a string dimension is symbolic, null is unknown. */
export interface Port {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | string | null)[];
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly initializers: ReadonlyMap<string, Tensor>;
}

export interface Model {
  readonly irVersion: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Names of the files beside the model that some tensors were read from. */
  readonly external?: readonly string[];
  readonly graph: Graph;
}

export const sizeOf = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

export const floatTensor = (dims: readonly number[], values: ArrayLike<number>): Tensor => ({
  type: 'float32',
  dims,
  bytes: bytesOf(values instanceof Float32Array ? values : Float32Array.from(values)),
});

export const intTensor = (dims: readonly number[], values: readonly number[]): Tensor => ({
  type: 'int64',
  dims,
  bytes: bytesOf(BigInt64Array.from(values, BigInt)),
});

/** The elements as float32; a view where alignment allows, else a copy. */
export function floatsOf(tensor: Tensor): Float32Array {
  if (tensor.type !== 'float32') throw new Error(`Expected a float32 tensor, got ${tensor.type}`);
  const { bytes } = tensor;
  // Not slice(): a Buffer's slice is a view and keeps the odd address.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

/** The elements of a small int64, int32 or bool tensor as numbers. */
export function intsOf(tensor: Tensor): number[] {
  const { bytes, type } = tensor;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = sizeOf(tensor.dims);
  if (type === 'int64')
    return Array.from({ length: count }, (_, i) => Number(view.getBigInt64(8 * i, true)));
  if (type === 'int32') return Array.from({ length: count }, (_, i) => view.getInt32(4 * i, true));
  if (type === 'bool') return Array.from(bytes);
  throw new Error(`Expected an integer tensor, got ${type}`);
}

export const attributeInt = (node: Node, name: string, fallback: number): number => {
  const found = node.attributes[name];
  return found?.kind === 'int' ? found.value : fallback;
};
export const attributeFloat = (node: Node, name: string, fallback: number): number => {
  const found = node.attributes[name];
  return found?.kind === 'float' ? found.value : fallback;
};
export const attributeInts = (node: Node, name: string): readonly number[] | undefined => {
  const found = node.attributes[name];
  return found?.kind === 'ints' ? found.value : undefined;
};
export const attributeText = (node: Node, name: string, fallback: string): string => {
  const found = node.attributes[name];
  return found?.kind === 'string' ? found.value : fallback;
};

/** How a message names a node: its own name where the exporter gave one, else what it produces. */
export const describeNode = (node: Node): string =>
  `${node.domain === '' ? '' : `${node.domain}.`}${node.op} "${node.name || node.outputs[0] || ''}"`;
