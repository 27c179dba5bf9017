/**
 * The inner loops of training that are not matrix products, in WebAssembly SIMD over the arena's
 * memory: four floats at a time, every length a multiple of four, every address a multiple of 16.
 */
import { assemble, wasm, type Code, type WasmFunction } from './assembler.ts';

export interface Kernels {
  /**
   * One AdamW step over `bytes` bytes of w, g, m, v (addresses). `g` is multiplied by `scale` first
   * (1/tokens and clipping) and zeroed after. The update, with bias corrections folded into the two
   * rates: w += -step·m / (sqrt(v)·root + eps) - decay·w.
   */
  adamw(
    w: number,
    g: number,
    m: number,
    v: number,
    bytes: number,
    scale: number,
    beta1: number,
    beta2: number,
    step: number,
    root: number,
    epsilon: number,
    decay: number,
  ): void;
  /** Sum of squares, accumulated in doubles. */
  sumSquares(address: number, bytes: number): number;
  /** to += from. */
  add(to: number, from: number, bytes: number): void;
  /** to += rate·(from - to): a running average. */
  blend(to: number, from: number, bytes: number, rate: number): void;
}

const { get, set, i32, load, store, splat, add, sub, mul, div, sqrt } = wasm;
const seq = (...parts: readonly Code[]): Code => parts.flat();

/** Advances the given address locals by one vector until `end` (first address plus bytes). */
const loop = (addresses: readonly number[], end: number, bytes: number, body: Code): Code =>
  seq(
    get(addresses[0] as number),
    get(bytes),
    wasm.i32Add,
    set(end),
    wasm.whileDo(
      seq(get(addresses[0] as number), get(end), wasm.i32LtU),
      seq(body, ...addresses.map((local) => seq(get(local), i32(16), wasm.i32Add, set(local)))),
    ),
  );

const spread = (from: number, to: number): Code => seq(get(from), splat, set(to));

function adamwFunction(): WasmFunction {
  const [w, g, m, v, bytes] = [0, 1, 2, 3, 4];
  // Parameters 5-11 are scalars; locals 12-18 hold them splat to vectors.
  const [scale, beta1, beta2, step, root, epsilon, decay] = [12, 13, 14, 15, 16, 17, 18];
  const [gradient, first, second, end] = [19, 20, 21, 22];
  const body = loop(
    [w, g, m, v],
    end,
    bytes,
    seq(
      seq(get(g), load(), get(scale), mul, set(gradient)),
      seq(get(g), wasm.zero, store()),
      // m = g + beta1·(m - g); v = g² + beta2·(v - g²)
      seq(get(m), load(), get(gradient), sub, get(beta1), mul, get(gradient), add, set(first)),
      seq(get(m), get(first), store()),
      seq(get(gradient), get(gradient), mul, set(gradient)),
      seq(get(v), load(), get(gradient), sub, get(beta2), mul, get(gradient), add, set(second)),
      seq(get(v), get(second), store()),
      seq(get(w), get(w), load()),
      seq(get(first), get(step), mul),
      seq(get(second), sqrt, get(root), mul, get(epsilon), add, div, sub),
      seq(get(w), load(), get(decay), mul, sub, store()),
    ),
  );
  return {
    name: 'adamw',
    params: [
      ...(['i32', 'i32', 'i32', 'i32', 'i32'] as const),
      ...(['f32', 'f32', 'f32', 'f32', 'f32', 'f32', 'f32'] as const),
    ],
    locals: [
      ...(['v128', 'v128', 'v128', 'v128', 'v128', 'v128', 'v128'] as const),
      ...(['v128', 'v128', 'v128', 'i32'] as const),
    ],
    body: seq(...Array.from({ length: 7 }, (_, i) => spread(5 + i, 12 + i)), body),
  };
}

function sumSquaresFunction(): WasmFunction {
  const [address, bytes, total, value, end] = [0, 1, 2, 3, 4];
  const square = (half: Code): Code =>
    seq(get(value), half, wasm.promoteLow, set(5), get(5), get(5), wasm.mulDoubles);
  return {
    name: 'sumSquares',
    params: ['i32', 'i32'],
    result: 'f64',
    locals: ['v128', 'v128', 'i32', 'v128'],
    body: seq(
      loop(
        [address],
        end,
        bytes,
        seq(
          seq(get(address), load(), set(value)),
          seq(get(total), square([]), wasm.addDoubles),
          seq(square(seq(get(value), wasm.highHalf)), wasm.addDoubles, set(total)),
        ),
      ),
      seq(get(total), wasm.lane64(0), get(total), wasm.lane64(1), wasm.f64Add),
    ),
  };
}

const addFunction: WasmFunction = {
  name: 'add',
  params: ['i32', 'i32', 'i32'],
  locals: ['i32'],
  body: loop([0, 1], 3, 2, seq(get(0), get(0), load(), get(1), load(), add, store())),
};

const blendFunction: WasmFunction = {
  name: 'blend',
  params: ['i32', 'i32', 'i32', 'f32'],
  locals: ['i32', 'v128', 'v128'],
  body: seq(
    spread(3, 5),
    loop(
      [0, 1],
      4,
      2,
      seq(
        seq(get(0), load(), set(6)),
        seq(get(0), get(6), get(1), load(), get(6), sub, get(5), mul, add, store()),
      ),
    ),
  ),
};

export function createKernels(memory: WebAssembly.Memory): Kernels {
  const bytes = assemble([adamwFunction(), sumSquaresFunction(), addFunction, blendFunction]);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return instance.exports as unknown as Kernels;
}
