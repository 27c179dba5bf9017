/**
 * ModelProto to Model and back. Field numbers are those of onnx.proto3
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3); anything not needed to run, train or
 * rewrite a model (documentation strings, inferred shapes) is dropped on reading.
 */
import { fault } from '../fault.ts';
import {
  ELEMENT,
  elementTypeOf,
  sizeOf,
  type Attribute,
  type Graph,
  type Model,
  type Node,
  type Port,
  type Tensor,
} from './model.ts';
import { checkGraph } from './order.ts';
import { readExternal, refuseOtherFormats, type FilesBeside } from './surroundings.ts';
import {
  asDoubles,
  asFloat,
  asFloats,
  asInt,
  asInts,
  asText,
  createWriter,
  readFields,
  type Writer,
} from './wire.ts';

/** A protobuf message cannot be longer, so neither can a file without external data. */
export const MOST_BYTES = 2 ** 31 - 1;

/**
 * @param files the files beside the model by name, for tensors kept outside of it.
 * @throws Fault 'bad-model' when the bytes are not a readable ONNX model.
 */
export function decodeModel(bytes: Uint8Array, files: FilesBeside = {}): Model {
  refuseOtherFormats(bytes);
  if (bytes.length > MOST_BYTES)
    throw fault(
      'bad-model',
      `The file has ${gigabytes(bytes.length)}; an ONNX file holds at most ${gigabytes(MOST_BYTES)}.`,
    );
  const external = new Set<string>();
  const tensorOf = (field: Uint8Array): [string, Tensor] => decodeTensor(field, files, external);
  let irVersion = 0;
  let producer = '';
  let graph: Graph | undefined;
  const opsets: Record<string, number> = {};
  const metadata: Record<string, string> = {};
  for (const field of readFields(bytes)) {
    if (field.number === 1) irVersion = asInt(field);
    else if (field.number === 2) producer = asText(field);
    else if (field.number === 7) graph = decodeGraph(field.bytes, tensorOf);
    else if (field.number === 8) {
      const { text, int } = pair(field.bytes);
      opsets[text[1] ?? ''] = int[2] ?? 1;
    } else if (field.number === 14) {
      const { text } = pair(field.bytes);
      metadata[text[1] ?? ''] = text[2] ?? '';
    }
  }
  if (!graph) throw fault('bad-model', 'The file is not an ONNX model: it holds no graph.');
  checkGraph(graph);
  return {
    irVersion,
    opsets,
    producer,
    metadata,
    graph,
    ...(external.size > 0 && { external: [...external] }),
  };
}

export interface EncodeOptions {
  /** Leaves the outputs' types for the runtime to infer; only a probe of all values needs this. */
  readonly untypedOutputs?: boolean;
}

/** @throws Fault 'bad-model' when the weights are more than one file can hold. */
export function encodeModel(model: Model, options: EncodeOptions = {}): Uint8Array {
  const out = createWriter();
  out.int(1, model.irVersion);
  out.text(2, model.producer);
  for (const [domain, version] of Object.entries(model.opsets)) {
    const opset = createWriter();
    opset.text(1, domain);
    opset.int(2, version);
    out.message(8, opset);
  }
  for (const [key, value] of Object.entries(model.metadata)) {
    const entry = createWriter();
    entry.text(1, key);
    entry.text(2, value);
    out.message(14, entry);
  }
  out.message(7, encodeGraph(model.graph, options));
  if (out.length > MOST_BYTES)
    throw fault(
      'bad-model',
      `The model has ${gigabytes(out.length)}; an ONNX file holds at most ${gigabytes(MOST_BYTES)}.`,
    );
  return out.finish();
}

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Small messages of one string and one int or string, keyed by field number. */
function pair(bytes: Uint8Array): { text: Record<number, string>; int: Record<number, number> } {
  const text: Record<number, string> = {};
  const int: Record<number, number> = {};
  for (const field of readFields(bytes)) {
    if (field.wire === 2) text[field.number] = asText(field);
    else int[field.number] = asInt(field);
  }
  return { text, int };
}

type TensorReader = (bytes: Uint8Array) => [string, Tensor];

function decodeGraph(bytes: Uint8Array, tensorOf: TensorReader): Graph {
  let name = '';
  const nodes: Node[] = [];
  const inputs: Port[] = [];
  const outputs: Port[] = [];
  const initializers = new Map<string, Tensor>();
  for (const field of readFields(bytes)) {
    if (field.number === 1) nodes.push(decodeNode(field.bytes, tensorOf));
    else if (field.number === 2) name = asText(field);
    else if (field.number === 5) {
      const [tensorName, tensor] = tensorOf(field.bytes);
      if (initializers.has(tensorName))
        throw fault('bad-model', `The model holds the tensor "${tensorName}" twice.`);
      initializers.set(tensorName, tensor);
    } else if (field.number === 11) inputs.push(decodePort(field.bytes));
    else if (field.number === 12) outputs.push(decodePort(field.bytes));
    else if (field.number === 15)
      throw fault('bad-model', 'The model stores sparse initializers, which are not read here.');
  }
  // Files of IR version 3 list initializers among the inputs as well; they are not fed.
  return {
    name,
    nodes,
    inputs: inputs.filter((port) => !initializers.has(port.name)),
    outputs,
    initializers,
  };
}

function encodeGraph(graph: Graph, options: EncodeOptions): Writer {
  const out = createWriter();
  for (const node of graph.nodes) out.message(1, encodeNode(node));
  out.text(2, graph.name);
  for (const [name, tensor] of graph.initializers) out.message(5, encodeTensor(name, tensor));
  for (const port of graph.inputs) out.message(11, encodePort(port));
  for (const port of graph.outputs) {
    if (options.untypedOutputs) {
      const bare = createWriter();
      bare.text(1, port.name);
      out.message(12, bare);
    } else out.message(12, encodePort(port));
  }
  return out;
}

function decodeNode(bytes: Uint8Array, tensorOf: TensorReader): Node {
  const node = { name: '', op: '', domain: '' };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: Record<string, Attribute> = {};
  for (const field of readFields(bytes)) {
    if (field.number === 1) inputs.push(asText(field));
    else if (field.number === 2) outputs.push(asText(field));
    else if (field.number === 3) node.name = asText(field);
    else if (field.number === 4) node.op = asText(field);
    else if (field.number === 5) {
      const [name, attribute] = decodeAttribute(field.bytes, tensorOf);
      attributes[name] = attribute;
    } else if (field.number === 7) node.domain = asText(field);
  }
  // "ai.onnx" is the long spelling of the default domain.
  if (node.domain === 'ai.onnx') node.domain = '';
  return { ...node, inputs, outputs, attributes };
}

function encodeNode(node: Node): Writer {
  const out = createWriter();
  for (const input of node.inputs) out.text(1, input);
  for (const output of node.outputs) out.text(2, output);
  out.text(3, node.name);
  out.text(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    if (attribute.kind === 'opaque') out.bytes(5, attribute.value);
    else out.message(5, encodeAttribute(name, attribute));
  }
  if (node.domain !== '') out.text(7, node.domain);
  return out;
}

/** AttributeProto.AttributeType of the kinds that are understood. */
const ATTRIBUTE = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;

function decodeAttribute(bytes: Uint8Array, tensorOf: TensorReader): [string, Attribute] {
  let name = '';
  let type = 0;
  let int = 0;
  let float = 0;
  let text = '';
  let tensor: Tensor | undefined;
  const ints: number[] = [];
  const floats: number[] = [];
  for (const field of readFields(bytes)) {
    if (field.number === 1) name = asText(field);
    else if (field.number === 2) float = asFloat(field);
    else if (field.number === 3) int = asInt(field);
    else if (field.number === 4) text = asText(field);
    else if (field.number === 5) tensor = tensorOf(field.bytes)[1];
    else if (field.number === 7) for (const value of asFloats(field)) floats.push(value);
    else if (field.number === 8) for (const value of asInts(field)) ints.push(value);
    else if (field.number === 20) type = asInt(field);
  }
  if (type === ATTRIBUTE.int) return [name, { kind: 'int', value: int }];
  if (type === ATTRIBUTE.float) return [name, { kind: 'float', value: float }];
  if (type === ATTRIBUTE.string) return [name, { kind: 'string', value: text }];
  if (type === ATTRIBUTE.ints) return [name, { kind: 'ints', value: ints }];
  if (type === ATTRIBUTE.floats) return [name, { kind: 'floats', value: floats }];
  if (type === ATTRIBUTE.tensor && tensor) return [name, { kind: 'tensor', value: tensor }];
  return [name, { kind: 'opaque', value: bytes }];
}

function encodeAttribute(name: string, attribute: Exclude<Attribute, { kind: 'opaque' }>): Writer {
  const out = createWriter();
  out.text(1, name);
  switch (attribute.kind) {
    case 'float':
      out.float(2, attribute.value);
      break;
    case 'int':
      out.int(3, attribute.value);
      break;
    case 'string':
      out.text(4, attribute.value);
      break;
    case 'tensor':
      out.message(5, encodeTensor('', attribute.value));
      break;
    case 'floats':
      out.floats(7, attribute.value);
      break;
    case 'ints':
      out.ints(8, attribute.value);
  }
  out.int(20, ATTRIBUTE[attribute.kind]);
  return out;
}

function decodeTensor(
  bytes: Uint8Array,
  files: FilesBeside,
  external: Set<string>,
): [string, Tensor] {
  let name = '';
  let code = 0;
  let raw: Uint8Array | undefined;
  let isExternal = false;
  const dims: number[] = [];
  const typed: TypedFields = { float32: [], int32: [], int64: [], float64: [], uint64: [] };
  const place: Record<string, string> = {};
  for (const field of readFields(bytes)) {
    if (field.number === 1) for (const dim of asInts(field)) dims.push(dim);
    else if (field.number === 2) code = asInt(field);
    else if (field.number === 4) typed.float32.push(asFloats(field));
    else if (field.number === 5) typed.int32.push(asInts(field));
    else if (field.number === 7) typed.int64.push(asInts(field));
    else if (field.number === 8) name = asText(field);
    else if (field.number === 9) raw = field.bytes;
    else if (field.number === 10) typed.float64.push(asDoubles(field));
    else if (field.number === 11) typed.uint64.push(asInts(field));
    else if (field.number === 13) {
      const { text } = pair(field.bytes);
      place[text[1] ?? ''] = text[2] ?? '';
    } else if (field.number === 14) isExternal = asInt(field) === 1;
  }
  const type = elementTypeOf(code);
  const wrong = dims.find((dim) => dim < 0 || !Number.isSafeInteger(dim));
  const expected = sizeOf(dims) * ELEMENT[type].bytes;
  if (wrong !== undefined || !Number.isSafeInteger(expected))
    throw fault('bad-model', `The tensor "${name}" has the impossible shape ${dims.join(' x ')}.`);
  let data: Uint8Array;
  if (isExternal) {
    data = readExternal(name, place, expected, files);
    external.add(place['location'] as string);
  } else data = raw ?? unpack(type, typed);
  if (data.length !== expected)
    throw fault(
      'bad-model',
      `The tensor "${name}" should have ${expected} bytes for its shape and has ${data.length}.`,
    );
  return [name, { type, dims, bytes: data }];
}

type TypedFields = Record<'float32' | 'int32' | 'int64' | 'float64' | 'uint64', number[][]>;

/** The typed fields are an alternative spelling of raw_data; small types travel in int32_data. */
function unpack(type: string, typed: TypedFields): Uint8Array {
  const array = (() => {
    switch (type) {
      case 'float32':
        return Float32Array.from(typed.float32.flat());
      case 'float64':
        return Float64Array.from(typed.float64.flat());
      case 'int64':
        return BigInt64Array.from(typed.int64.flat(), BigInt);
      case 'uint64':
        return BigUint64Array.from(typed.uint64.flat(), BigInt);
      case 'uint32':
        return Uint32Array.from(typed.uint64.flat());
      case 'int32':
        return Int32Array.from(typed.int32.flat());
      case 'uint16':
      case 'float16':
      case 'bfloat16':
        return Uint16Array.from(typed.int32.flat());
      case 'int16':
        return Int16Array.from(typed.int32.flat());
      case 'int8':
        return Int8Array.from(typed.int32.flat());
      default:
        return Uint8Array.from(typed.int32.flat());
    }
  })();
  return new Uint8Array(array.buffer);
}

function encodeTensor(name: string, tensor: Tensor): Writer {
  const out = createWriter();
  if (tensor.dims.length > 0) out.ints(1, tensor.dims);
  out.int(2, ELEMENT[tensor.type].code);
  out.text(8, name);
  out.bytes(9, tensor.bytes);
  return out;
}

function decodePort(bytes: Uint8Array): Port {
  let name = '';
  let code = 1;
  const dims: (number | string | null)[] = [];
  for (const field of readFields(bytes)) {
    if (field.number === 1) name = asText(field);
    if (field.number !== 2) continue;
    for (const type of readFields(field.bytes)) {
      if (type.number !== 1) continue;
      for (const part of readFields(type.bytes)) {
        if (part.number === 1) code = asInt(part);
        if (part.number !== 2) continue;
        for (const dim of readFields(part.bytes)) {
          if (dim.number !== 1) continue;
          const { text, int } = pair(dim.bytes);
          dims.push(int[1] ?? text[2] ?? null);
        }
      }
    }
  }
  return { name, type: elementTypeOf(code), dims };
}

function encodePort(port: Port): Writer {
  const shape = createWriter();
  for (const value of port.dims) {
    const dim = createWriter();
    if (typeof value === 'number') dim.int(1, value);
    else if (value !== null) dim.text(2, value);
    shape.message(1, dim);
  }
  const tensor = createWriter();
  tensor.int(1, ELEMENT[port.type].code);
  tensor.message(2, shape);
  const type = createWriter();
  type.message(1, tensor);
  const out = createWriter();
  out.text(1, port.name);
  out.message(2, type);
  return out;
}
