/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter, 2019, https://arxiv.org/abs/1711.05101) in
 * PyTorch's form, global-norm clipping, and lazy rows: a row of an embedding table is touched only by
 * steps whose examples look it up, so a step costs what the batch holds, not what the table holds.
 */
import { isLazy, type Arena, type Parameter } from './arena.ts';

export interface AdamWSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Largest allowed norm of all gradients together; 0 turns clipping off. */
  readonly clipNorm: number;
}

export interface Optimizer {
  /** Adds a dense gradient of this micro-batch. */
  accumulate(name: string, gradient: Float32Array): void;
  /**
   * Adds row gradients: row k of `rows` belongs to indices k·repeat … (k+1)·repeat-1. Row 0 of a table
   * of which only touched rows move is padding and stays as it is.
   */
  accumulateRows(
    name: string,
    indices: Int32Array | BigInt64Array,
    rows: Float32Array,
    repeat: number,
  ): void;
  /**
   * Applies what was accumulated, divided by `divisor`, at rate `rate`; clears the gradients.
   * @param step counted from 1, for the bias corrections.
   * @returns the global norm before clipping. Not finite: nothing was changed.
   */
  apply(step: number, rate: number, divisor: number): number;
}

/** Kernels work on whole vectors; the end of a region past its last number stays zero. */
const whole = (bytes: number): number => Math.ceil(bytes / 16) * 16;

interface Touched {
  readonly marks: Uint8Array;
  readonly rows: number[];
}

export function createAdamW(arena: Arena, settings: AdamWSettings): Optimizer {
  const { kernels } = arena;
  const byName = new Map(arena.parameters.map((parameter) => [parameter.name, parameter]));
  const touched = new Map<string, Touched>();
  for (const parameter of arena.parameters)
    if (isLazy(parameter))
      touched.set(parameter.name, {
        marks: new Uint8Array(parameter.dims[0] as number),
        rows: [],
      });
  const filled = new Set<string>();
  const find = (name: string): Parameter => {
    const parameter = byName.get(name);
    if (!parameter) throw new Error(`No parameter "${name}" in the arena`);
    return parameter;
  };
  const rowBytes = (parameter: Parameter): number => 4 * (parameter.dims.at(-1) as number);

  /** Regions that hold a gradient: a whole parameter, or its touched rows. */
  function* regions(): Generator<{ parameter: Parameter; offset: number; bytes: number }> {
    for (const parameter of arena.parameters) {
      const rows = touched.get(parameter.name);
      if (rows) {
        const bytes = rowBytes(parameter);
        for (const row of rows.rows) yield { parameter, offset: row * bytes, bytes };
      } else if (filled.has(parameter.name)) yield { parameter, offset: 0, bytes: parameter.bytes };
    }
  }

  return {
    accumulate(name, gradient) {
      const parameter = find(name);
      if (!filled.has(name)) {
        arena.view(parameter, 'g').set(gradient);
        filled.add(name);
        return;
      }
      const { address, view } = arena.scratch;
      for (let from = 0; from < gradient.length; from += view.length) {
        const part = gradient.subarray(from, from + view.length);
        view.set(part);
        view.fill(0, part.length, whole(4 * part.length) / 4);
        kernels.add(parameter.addresses.g + 4 * from, address, whole(4 * part.length));
      }
    },

    accumulateRows(name, indices, rows, repeat) {
      const parameter = find(name);
      const lazy = touched.get(name);
      if (!lazy) filled.add(name);
      const g = arena.view(parameter, 'g');
      const width = parameter.dims.at(-1) as number;
      for (let k = 0; k < indices.length; k++) {
        const row = Number(indices[k]);
        if (lazy && row === 0) continue;
        if (lazy?.marks[row] === 0) {
          lazy.marks[row] = 1;
          lazy.rows.push(row);
        }
        const from = Math.floor(k / repeat) * width;
        const to = row * width;
        for (let i = 0; i < width; i++)
          g[to + i] = (g[to + i] as number) + (rows[from + i] as number);
      }
    },

    apply(step, rate, divisor) {
      const { beta1, beta2, epsilon, weightDecay, clipNorm } = settings;
      let squares = 0;
      for (const { parameter, offset, bytes } of regions())
        squares += kernels.sumSquares(parameter.addresses.g + offset, bytes);
      const norm = Math.sqrt(squares) / divisor;
      if (!Number.isFinite(norm)) return norm;
      const clip = clipNorm > 0 && norm > clipNorm ? clipNorm / norm : 1;
      const correction1 = 1 - beta1 ** step;
      const correction2 = 1 - beta2 ** step;
      for (const { parameter, offset, bytes } of regions()) {
        const { w, g, m, v } = parameter.addresses;
        kernels.adamw(
          w + offset,
          g + offset,
          m + offset,
          v + offset,
          bytes,
          clip / divisor,
          beta1,
          beta2,
          rate / correction1,
          1 / Math.sqrt(correction2),
          epsilon,
          parameter.decay ? rate * weightDecay : 0,
        );
      }
      filled.clear();
      for (const { marks, rows } of touched.values()) {
        for (const row of rows) marks[row] = 0;
        rows.length = 0;
      }
      return norm;
    },
  };
}
