import { describe, expect, it } from 'vitest';
import {
  createAdamW,
  createArena,
  scheduleFactor,
  type AdamWSettings,
} from '../../../../main/compute/optim/index.ts';
import { stream } from '../../../../main/compute/random.ts';

const SETTINGS: AdamWSettings = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
  clipNorm: 0,
};

/** AdamW as the paper writes it, in doubles. */
function reference(w: number[], gradients: number[][], rate: number, decay: number): number[] {
  const m = w.map(() => 0);
  const v = w.map(() => 0);
  const out = [...w];
  gradients.forEach((g, index) => {
    const t = index + 1;
    for (let i = 0; i < out.length; i++) {
      const gi = g[i] as number;
      m[i] = 0.9 * (m[i] as number) + 0.1 * gi;
      v[i] = 0.999 * (v[i] as number) + 0.001 * gi * gi;
      const step = (m[i] as number) / (1 - 0.9 ** t);
      const root = Math.sqrt((v[i] as number) / (1 - 0.999 ** t));
      out[i] = (out[i] as number) * (1 - rate * decay) - (rate * step) / (root + 1e-8);
    }
  });
  return out;
}

const draws = (count: number, label: string): number[] => {
  const random = stream(3, label);
  return Array.from({ length: count }, () => random.normal());
};

describe('AdamW', () => {
  it('follows the paper over ten steps, for a length that is no multiple of the vector', () => {
    const start = draws(7, 'w');
    const gradients = Array.from({ length: 10 }, (_, t) => draws(7, `g${t}`));
    const arena = createArena([{ name: 'w', dims: [7], decay: true, rows: false }]);
    const parameter = arena.parameters[0]!;
    arena.view(parameter, 'w').set(start);
    const optimizer = createAdamW(arena, SETTINGS);
    gradients.forEach((gradient, index) => {
      optimizer.accumulate('w', Float32Array.from(gradient));
      optimizer.apply(index + 1, 0.05, 1);
    });
    const expected = reference(start, gradients, 0.05, 0.01);
    arena.view(parameter, 'w').forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4));
  });

  it('adds micro-batches and divides once', () => {
    const build = () => {
      const arena = createArena([{ name: 'w', dims: [4], decay: false, rows: false }]);
      return { arena, optimizer: createAdamW(arena, SETTINGS) };
    };
    const [a, b] = [build(), build()];
    a.optimizer.accumulate('w', Float32Array.of(1, 2, 3, 4));
    a.optimizer.accumulate('w', Float32Array.of(4, 3, 2, -4));
    b.optimizer.accumulate('w', Float32Array.of(2.5, 2.5, 2.5, 0));
    expect(a.optimizer.apply(1, 0.1, 2)).toBeCloseTo(b.optimizer.apply(1, 0.1, 1), 6);
    expect(a.arena.view(a.arena.parameters[0]!, 'w')).toEqual(
      b.arena.view(b.arena.parameters[0]!, 'w'),
    );
  });

  it('reports the global norm of dense parameters and rows together, and clips to it', () => {
    const arena = createArena([
      { name: 'dense', dims: [2], decay: false, rows: false },
      { name: 'table', dims: [10, 4], decay: false, rows: true },
    ]);
    const optimizer = createAdamW(arena, { ...SETTINGS, clipNorm: 1 });
    optimizer.accumulate('dense', Float32Array.of(3, 0));
    optimizer.accumulateRows('table', BigInt64Array.of(7n), Float32Array.of(0, 4, 0, 0), 1);
    expect(optimizer.apply(1, 0.1, 1)).toBeCloseTo(5, 6);
    // m = (1 - beta1)·g after clipping 5 down to 1.
    expect(arena.view(arena.parameters[0]!, 'm')[0]).toBeCloseTo(0.1 * (3 / 5), 6);
  });

  it('touches only looked-up rows, sums repeated ones, and leaves the padding row alone', () => {
    const arena = createArena([{ name: 'table', dims: [6, 4], decay: false, rows: true }]);
    const parameter = arena.parameters[0]!;
    const optimizer = createAdamW(arena, SETTINGS);
    optimizer.accumulateRows(
      'table',
      BigInt64Array.of(2n, 0n, 2n, 5n),
      Float32Array.of(1, 1, 1, 1, 2, 2, 2, 2),
      2,
    );
    optimizer.apply(1, 0.1, 1);
    const m = arena.view(parameter, 'm');
    const row = (index: number): number => m[4 * index] as number;
    expect([0, 1, 3, 4].map(row)).toEqual([0, 0, 0, 0]);
    expect(row(2)).toBeCloseTo(0.3, 6);
    expect(row(5)).toBeCloseTo(0.2, 6);
    expect(arena.view(parameter, 'g').every((value) => value === 0)).toBe(true);
  });

  it('changes nothing when the gradient is not finite', () => {
    const arena = createArena([{ name: 'w', dims: [4], decay: true, rows: false }]);
    const view = arena.view(arena.parameters[0]!, 'w');
    view.fill(1);
    const optimizer = createAdamW(arena, SETTINGS);
    optimizer.accumulate('w', Float32Array.of(1, Number.NaN, 1, 1));
    expect(optimizer.apply(1, 0.1, 1)).toBeNaN();
    expect([...view]).toEqual([1, 1, 1, 1]);
  });

  it('averages weights with the blend kernel', () => {
    const arena = createArena([{ name: 'w', dims: [5], decay: true, rows: false }]);
    const parameter = arena.parameters[0]!;
    arena.view(parameter, 'w').fill(4);
    arena.kernels.blend(parameter.addresses.a, parameter.addresses.w, parameter.bytes, 0.25);
    expect([...arena.view(parameter, 'a')]).toEqual([1, 1, 1, 1, 1]);
  });
});

describe('the arena', () => {
  it('refuses more than one memory can hold, before taking any', () => {
    const spec = { name: 'huge', dims: [300_000_000], decay: true, rows: false };
    expect(() => createArena([spec])).toThrow(/300 million parameters needs more than 4 GB/);
  });

  it('keeps regions apart and on whole vectors', () => {
    const arena = createArena(
      [3, 5, 8].map((size, i) => ({ name: `p${i}`, dims: [size], decay: true, rows: false })),
    );
    arena.parameters.forEach((parameter, i) => {
      for (const plane of ['w', 'g', 'm', 'v', 'a'] as const) {
        expect(parameter.addresses[plane] % 16).toBe(0);
        arena.view(parameter, plane).fill(10 * i + plane.charCodeAt(0));
      }
    });
    arena.parameters.forEach((parameter, i) => {
      for (const plane of ['w', 'g', 'm', 'v', 'a'] as const)
        expect(new Set(arena.view(parameter, plane))).toEqual(
          new Set([10 * i + plane.charCodeAt(0)]),
        );
    });
  });
});

describe('schedules', () => {
  it('warms up, then falls to zero', () => {
    const linear = { shape: 'linear', warmupSteps: 4, totalSteps: 14 } as const;
    expect([0, 3, 4, 9, 14].map((step) => scheduleFactor(linear, step))).toEqual([
      0.25, 1, 1, 0.5, 0,
    ]);
    const cosine = { ...linear, shape: 'cosine' } as const;
    expect(scheduleFactor(cosine, 9)).toBeCloseTo(0.5, 12);
    expect(scheduleFactor({ ...linear, shape: 'constant' }, 999)).toBe(1);
  });
});
