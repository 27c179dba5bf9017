/**
 * A WebAssembly module written as data: just enough of the binary format to emit loops of SIMD
 * arithmetic. The bytes are made when the process starts, so the repository holds readable
 * instructions and no binary.
 * Source: https://webassembly.github.io/spec/core/binary/
 */

/** Instructions are byte sequences; a body is their concatenation. */
export type Code = readonly number[];

export const unsigned = (value: number): Code => {
  const out: number[] = [];
  let rest = value >>> 0;
  while (rest >= 0x80) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return [...out, rest];
};

const signed = (value: number): Code => {
  const out: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const byte = rest & 0x7f;
    const last = (rest >> 7 === 0 && !(byte & 0x40)) || (rest >> 7 === -1 && byte & 0x40);
    out.push(last ? byte : byte | 0x80);
    if (last) return out;
  }
};

export const TYPE = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
type ValueType = keyof typeof TYPE;

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
/** Memory operand: alignment exponent, offset. Accesses are aligned to 16 bytes by the arena. */
const memory = (align: number, offset: number): Code => [...unsigned(align), ...unsigned(offset)];

/** The instructions the kernels use, named as in the specification. */
export const wasm = {
  get: (local: number): Code => [0x20, ...unsigned(local)],
  set: (local: number): Code => [0x21, ...unsigned(local)],
  i32: (value: number): Code => [0x41, ...signed(value)],
  i32Add: [0x6a],
  i32LtU: [0x49],
  f64Add: [0xa0],
  /** while (condition) body, as block/loop. */
  whileDo: (condition: Code, body: Code): Code => [
    ...[0x02, 0x40, 0x03, 0x40],
    ...condition,
    ...[0x45, 0x0d, 0x01],
    ...body,
    ...[0x0c, 0x00, 0x0b, 0x0b],
  ],
  load: (offset = 0): Code => [...simd(0x00), ...memory(4, offset)],
  store: (offset = 0): Code => [...simd(0x0b), ...memory(4, offset)],
  /** v128.const of zeros. */
  zero: [...simd(0x0c), ...new Array<number>(16).fill(0)],
  splat: simd(0x13),
  add: simd(0xe4),
  sub: simd(0xe5),
  mul: simd(0xe6),
  div: simd(0xe7),
  sqrt: simd(0xe3),
  /** Lanes 0 and 1 as doubles. */
  promoteLow: simd(0x5f),
  /** Brings lanes 2 and 3 to the front. */
  highHalf: [...simd(0x0d), 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7],
  addDoubles: simd(0xf0),
  mulDoubles: simd(0xf2),
  lane64: (lane: number): Code => [...simd(0x21), lane],
} as const;

export interface WasmFunction {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly result?: ValueType;
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
const text = (value: string): Code => {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
};

/** A module that imports one memory ("env"."memory") and exports every function by its name. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ params, result }) => [
    0x60,
    ...vector(params.map((type) => [TYPE[type]])),
    ...vector(result ? [[TYPE[result]]] : []),
  ]);
  const bodies = functions.map(({ locals, body }) => {
    const code = [...vector(locals.map((type) => [1, TYPE[type]])), ...body, 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector([[...text('env'), ...text('memory'), 0x02, 0x00, 0x01]])),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(
      7,
      vector(functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)])),
    ),
    ...section(10, vector(bodies)),
  ]);
}
