/**
 * The safetensors format: 8 bytes of header length, a JSON header of names, types, shapes and offsets,
 * then the raw bytes. Source: https://github.com/huggingface/safetensors#format
 */
import { fault } from '../fault.ts';
import type { Tensor } from '../onnx/index.ts';

const DTYPE = { float32: 'F32', int32: 'I32', int64: 'I64', uint8: 'U8' } as const;
type Stored = keyof typeof DTYPE;

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

export function encodeTensors(file: TensorFile): Uint8Array {
  const header: Record<string, Entry | Record<string, string>> = { __metadata__: file.metadata };
  let offset = 0;
  for (const [name, tensor] of file.tensors) {
    const end = offset + tensor.bytes.length;
    header[name] = {
      dtype: DTYPE[tensor.type as Stored],
      shape: tensor.dims,
      data_offsets: [offset, end],
    };
    offset = end;
  }
  const json = JSON.stringify(header);
  const head = new TextEncoder().encode(json + ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8));
  const out = new Uint8Array(8 + head.length + offset);
  new DataView(out.buffer).setBigUint64(0, BigInt(head.length), true);
  out.set(head, 8);
  let at = 8 + head.length;
  for (const { bytes } of file.tensors.values()) {
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}

/** @throws Fault 'bad-request' when the bytes are not a whole file; `what` says which in the sentence. */
export function decodeTensors(bytes: Uint8Array, what = 'checkpoint'): TensorFile {
  const damaged = fault('bad-request', `The ${what} is damaged and cannot be used.`);
  if (bytes.length < 8) throw damaged;
  const size = Number(
    new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true),
  );
  if (size > bytes.length - 8) throw damaged;
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + size))) as typeof header;
  } catch {
    throw damaged;
  }
  const tensors = new Map<string, Tensor>();
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const entry = value as Entry;
    const [start, end] = entry.data_offsets;
    const type = (Object.keys(DTYPE) as Stored[]).find((key) => DTYPE[key] === entry.dtype);
    if (!type || start > end || 8 + size + end > bytes.length) throw damaged;
    // Copied, because the bytes may start at an odd address.
    tensors.set(name, {
      type,
      dims: entry.shape,
      bytes: new Uint8Array(bytes.subarray(8 + size + start, 8 + size + end)),
    });
  }
  return { tensors, metadata: (header['__metadata__'] ?? {}) as Record<string, string> };
}
