/**
 * The protobuf wire format, as far as ONNX files need it: varints, fixed-width numbers and
 * length-delimited fields. Reading hands out views into the file, never copies, because weights are
 * most of the bytes; writing collects chunks and concatenates once at the end.
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
import { fault } from '../fault.ts';

export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** One field of a message: `value` is set for the numeric wire types, `bytes` for the others. */
export interface Field {
  readonly number: number;
  readonly wire: number;
  readonly value: bigint;
  readonly bytes: Uint8Array;
}

const EMPTY = new Uint8Array(0);
const damaged = (what: string) => fault('bad-model', `The model file is damaged: ${what}.`);

/** Reads the fields of one message in file order; a length that points past the end is an error. */
export function* readFields(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw damaged('it ends inside a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw damaged('a number is longer than 64 bits');
  };
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw damaged('a field claims more bytes than the file has');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const number = Math.floor(key / 8);
    const wire = key % 8;
    if (number === 0) throw damaged('it has a field without a number');
    if (wire === WIRE.varint) yield { number, wire, value: varint(), bytes: EMPTY };
    else if (wire === WIRE.bytes) yield { number, wire, value: 0n, bytes: take(Number(varint())) };
    else if (wire === WIRE.fixed32) yield { number, wire, value: 0n, bytes: take(4) };
    else if (wire === WIRE.fixed64) yield { number, wire, value: 0n, bytes: take(8) };
    else throw damaged(`field ${number} has the unknown wire type ${wire}`);
  }
}

/** A signed 64-bit field as a number; ONNX dimensions and attributes stay far below 2^53. */
export const asInt = (field: Field): number => Number(BigInt.asIntN(64, field.value));
export const asText = (field: Field): string => decoder.decode(field.bytes);
export const asFloat = (field: Field): number => asFloats(field)[0] ?? 0;

/** Repeated int64, packed or not. */
export function asInts(field: Field): number[] {
  if (field.wire === WIRE.varint) return [asInt(field)];
  const values: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of field.bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    values.push(Number(BigInt.asIntN(64, value)));
    value = 0n;
    shift = 0n;
  }
  return values;
}

/** Repeated float, packed or not. */
export function asFloats({ bytes }: Field): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getFloat32(4 * i, true));
}

/** Repeated double, packed or not. */
export function asDoubles({ bytes }: Field): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 3 }, (_, i) => view.getFloat64(8 * i, true));
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Collects one message; nested messages are writers too, so lengths are known without a second pass. */
export interface Writer {
  readonly length: number;
  int(field: number, value: number): void;
  ints(field: number, values: readonly number[]): void;
  float(field: number, value: number): void;
  floats(field: number, values: readonly number[]): void;
  text(field: number, value: string): void;
  bytes(field: number, value: Uint8Array): void;
  message(field: number, value: Writer): void;
  chunks(): readonly Uint8Array[];
  finish(): Uint8Array;
}

export function createWriter(): Writer {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const push = (chunk: Uint8Array): void => {
    chunks.push(chunk);
    length += chunk.length;
  };
  const varint = (value: number): number[] => {
    let rest = BigInt.asUintN(64, BigInt(value));
    const out: number[] = [];
    while (rest >= 0x80n) {
      out.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    out.push(Number(rest));
    return out;
  };
  const key = (field: number, wire: number): number[] => varint(field * 8 + wire);
  const delimited = (field: number, size: number): void =>
    push(Uint8Array.from([...key(field, WIRE.bytes), ...varint(size)]));
  const floatBytes = (values: readonly number[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(4 * values.length));
    values.forEach((value, i) => view.setFloat32(4 * i, value, true));
    return new Uint8Array(view.buffer);
  };
  const writer: Writer = {
    get length() {
      return length;
    },
    int: (field, value) => push(Uint8Array.from([...key(field, WIRE.varint), ...varint(value)])),
    ints(field, values) {
      writer.bytes(field, Uint8Array.from(values.flatMap(varint)));
    },
    float(field, value) {
      push(Uint8Array.from(key(field, WIRE.fixed32)));
      push(floatBytes([value]));
    },
    floats: (field, values) => writer.bytes(field, floatBytes(values)),
    text: (field, value) => writer.bytes(field, encoder.encode(value)),
    bytes(field, value) {
      delimited(field, value.length);
      push(value);
    },
    message(field, value) {
      delimited(field, value.length);
      for (const chunk of value.chunks()) push(chunk);
    },
    chunks: () => chunks,
    finish() {
      const out = new Uint8Array(length);
      let at = 0;
      for (const chunk of chunks) {
        out.set(chunk, at);
        at += chunk.length;
      }
      return out;
    },
  };
  return writer;
}
