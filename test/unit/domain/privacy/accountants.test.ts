// Vectors written by others: Opacus (accountants_test.py), TensorFlow Privacy, Google's differential-privacy
// library and Microsoft's accountant. What they do not cover is held against integration and closed forms.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  guaranteeOfRdp,
  noiseFor,
  prvEpsilon,
  rdpEpsilon,
  rdpOf,
  rdpOfStep,
} from '../../../../shared/domain/privacy/index.ts';
import { erfc, logErfc, normalCdf } from '../../../../shared/domain/privacy/special.ts';

const phase = (sampleRate: number, noiseMultiplier: number, steps: number) => ({
  sampleRate,
  noiseMultiplier,
  steps,
});
const range = (from: number, count: number, step = 1): number[] =>
  Array.from({ length: count }, (_, index) => from + step * index);

describe('special functions', () => {
  // Python's math.erfc.
  it.each([
    [-3, 1.9999779095030015],
    [0.5, 0.4795001221869535],
    [1.99, 0.004888586800383003],
    [2, 0.004677734981047265],
    [2.5, 0.0004069520174449589],
    [6.1, 6.314602150193718e-18],
    [26, 5.663192408856143e-296],
  ])('erfc(%d)', (x, expected) => {
    expect(Math.abs(erfc(x) / expected - 1)).toBeLessThan(1e-12);
    expect(logErfc(x)).toBeCloseTo(Math.log(expected), 11);
  });

  it('has a logarithm where the tail itself is gone', () => {
    expect(erfc(40)).toBe(0);
    expect(logErfc(40)).toBeCloseTo(-1600 - Math.log(40 * Math.sqrt(Math.PI)) - 1 / 3200, 6);
  });
});

describe('Rényi accounting', () => {
  const opacusOrders = [...range(1.1, 99, 0.1), ...range(12, 52)];

  it('gives what Opacus gives with the improved conversion', () => {
    const { epsilon, order } = rdpEpsilon([phase(0.04, 1.5, 2250)], 1e-5, opacusOrders);
    expect(Math.abs(epsilon - 7.32911117143)).toBeLessThan(1e-6);
    expect(order).toBeCloseTo(3.9, 9);
  });

  it('gives what Opacus gives at the noise it chose for epsilon 8', () => {
    expect(rdpEpsilon([phase(0.04, 1.416, 2250)], 1e-5).epsilon).toBeCloseTo(7.99816, 5);
    expect(rdpEpsilon([phase(0.04, 1.3562, 2000)], 1e-5).epsilon).toBeCloseTo(7.99939, 5);
  });

  it('adds up phases of different rate and noise', () => {
    const phases = [phase(1e-5, 1, 10), phase(1e-4, 3, 4)];
    const { epsilon, order } = rdpEpsilon(phases, 1e-5, range(2, 31));
    expect(epsilon).toBeCloseTo(0.33634, 5);
    expect(order).toBe(23);
  });

  it('gives the divergences of TensorFlow Privacy', () => {
    const [at1_5, at2_5, at5, at50, at100] = rdpOf([phase(0.01, 2.5, 50)], [1.5, 2.5, 5, 50, 100]);
    expect(Math.abs(at1_5! - 6.5007e-4)).toBeLessThan(1e-8);
    expect(Math.abs(at2_5! - 1.08549e-3)).toBeLessThan(1e-6);
    expect(Math.abs(at5! - 2.18075656e-3)).toBeLessThan(1e-10);
    expect(Math.abs(at50! - 2.38460375e-2)).toBeLessThan(1e-8);
    expect(Math.abs(at100! - 167.416308)).toBeLessThan(1e-6);
  });

  it.each([
    [0.01, 2.5, 1.5],
    [0.01, 2.5, 2.5],
    [0.2, 0.8, 7.3],
    [0.9, 1, 1.1],
    [0.5, 0.4, 3.7],
    [0.001, 3, 10.9],
    [0.04, 1.5, 4],
  ])('is the integral it stands for (q %d, noise %d, order %d)', (q, sigma, order) => {
    let moment = 0;
    const step = sigma / 400;
    for (let t = -40 * sigma; t < order + 40 * sigma; t += step) {
      const logRatio = Math.log1p(q * Math.expm1((2 * t - 1) / (2 * sigma * sigma)));
      const density = Math.exp((-t * t) / (2 * sigma * sigma) + order * logRatio);
      moment += density - Math.exp((-t * t) / (2 * sigma * sigma));
    }
    const expected = Math.log1p((moment * step) / (sigma * Math.sqrt(2 * Math.PI))) / (order - 1);
    expect(Math.abs(rdpOfStep(q, sigma, order) / expected - 1)).toBeLessThan(1e-6);
  });

  it('converts pure and plain Gaussian mechanisms', () => {
    const pure = guaranteeOfRdp(range(2, 31), Array<number>(31).fill(1.1), 1e-5);
    expect(pure.epsilon).toBeCloseTo(1.32783806176, 10);
    expect(pure.order).toBe(32);
    const orders = Array.from({ length: 98_999 }, (_, index) => (1001 + index) / 1000);
    expect(rdpEpsilon([phase(1, 4.530877117, 1)], 1e-6, orders).epsilon).toBeCloseTo(1, 8);
  });
});

/**
 * Microsoft's accountant at delta 1e-6: q and steps, then noise 0.8, 1.5, 2 and 3. Long runs at a high
 * rate, which need large grids, are in test/integration/domain.
 */
const PRV: readonly (readonly [number, number, readonly number[]])[] = [
  [0.001, 100, [0.270403364, 0.0393694193, 0.0291045369, 0.0215200934]],
  [0.05, 100, [6.74105194, 1.95385314, 1.28363738, 0.76793379]],
  [0.2, 100, [24.3336642, 8.49897786, 5.67205561, 3.38122051]],
  [0.001, 1000, [0.477771266, 0.0998206602, 0.0712187825, 0.0476159309]],
  [0.05, 1000, [19.5258428, 6.20996925, 4.17279987, 2.52757433]],
  [0.001, 20000, [1.29600926, 0.437005109, 0.30583794, 0.194031031]],
  [0.001, 50000, [2.03451481, 0.704218385, 0.49135491, 0.309694162]],
  [0.001, 100000, [2.92462212, 1.01528808, 0.706719901, 0.443671721]],
];
const NOISES = [0.8, 1.5, 2, 3] as const;

describe('accounting by composing the privacy loss', () => {
  for (const [q, steps, expected] of PRV)
    it(`q ${q}, ${steps} steps: agrees with Microsoft's accountant, and stays below Rényi`, () => {
      expected.forEach((epsilon, index) => {
        const each = phase(q, NOISES[index] as number, steps);
        const renyi = rdpEpsilon([each], 1e-6).epsilon;
        expect(renyi / epsilon).toBeGreaterThan(1.03);
        expect(renyi / epsilon).toBeLessThan(8.04);
        const found = prvEpsilon(each, 1e-6);
        expect(Math.abs(found.epsilon - epsilon)).toBeLessThan(5e-6);
        expect(found.lower).toBeLessThanOrEqual(found.estimate);
        expect(found.estimate).toBeLessThanOrEqual(found.epsilon);
        expect(found.epsilon).toBeLessThanOrEqual(renyi);
      });
    }, 60_000);

  it('brackets the closed form of the plain Gaussian mechanism', () => {
    // Balle and Wang 2018: delta = Φ(μ/2 - ε/μ) - e^ε·Φ(-μ/2 - ε/μ), μ = √steps / noise.
    for (const [noise, steps] of [
      [2, 10],
      [20, 100],
      [1, 1],
    ] as const) {
      const mu = Math.sqrt(steps) / noise;
      const deltaAt = (e: number): number =>
        normalCdf(mu / 2 - e / mu) - Math.exp(e) * normalCdf(-mu / 2 - e / mu);
      const { lower, estimate, epsilon } = prvEpsilon(phase(1, noise, steps), 1e-5);
      expect(deltaAt(lower)).toBeGreaterThan(1e-5);
      expect(deltaAt(epsilon)).toBeLessThan(1e-5);
      expect(Math.abs(deltaAt(estimate) / 1e-5 - 1)).toBeLessThan(1e-3);
    }
  });

  it('says what a coarser grid costs, inside the bound', () => {
    const each = phase(0.05, 1.5, 1000);
    const fine = prvEpsilon(each, 1e-6);
    const coarse = prvEpsilon(each, 1e-6, { mostPoints: 2 ** 14 });
    expect(coarse.epsilon).toBeGreaterThan(fine.estimate);
    expect(coarse.lower).toBeLessThan(fine.estimate);
    expect(coarse.epsilon - coarse.lower).toBeGreaterThan(fine.epsilon - fine.lower);
  });
});

describe('both accountants', () => {
  it('spend nothing where nothing happens', () => {
    for (const nothing of [phase(0.1, 1, 0), phase(0, 1, 100)]) {
      expect(rdpEpsilon([nothing], 1e-5)).toEqual({ epsilon: 0, order: null });
      expect(prvEpsilon(nothing, 1e-5).epsilon).toBe(0);
    }
  });

  it('stay finite and ordered at the ends', () => {
    const huge = phase(0.5, 1000, 10);
    expect(rdpEpsilon([huge], 1e-5).epsilon).toBeLessThan(0.02);
    expect(prvEpsilon(huge, 1e-5).epsilon).toBeLessThanOrEqual(rdpEpsilon([huge], 1e-5).epsilon);
    const tiny = phase(0.3, 0.001, 10);
    const renyi = rdpEpsilon([tiny], 1e-5).epsilon;
    expect(renyi).toBeGreaterThan(1e6);
    expect(Number.isFinite(renyi)).toBe(true);
    expect(prvEpsilon(tiny, 1e-5).epsilon).toBe(renyi);
  });

  it('grow with steps and rate, shrink with noise and delta; the numerical one is never the larger', () => {
    const setting = fc.record({
      q: fc.double({ min: 0.002, max: 0.3, noNaN: true }),
      noise: fc.double({ min: 0.7, max: 5, noNaN: true }),
      steps: fc.integer({ min: 10, max: 2000 }),
    });
    fc.assert(
      fc.property(setting, ({ q, noise, steps }) => {
        const rdp = (a: number, b: number, c: number, delta = 1e-5): number =>
          rdpEpsilon([phase(a, b, c)], delta).epsilon;
        const base = rdp(q, noise, steps);
        expect(rdp(q, noise, 2 * steps)).toBeGreaterThan(base);
        expect(rdp(Math.min(1, 1.5 * q), noise, steps)).toBeGreaterThan(base);
        expect(rdp(q, 1.3 * noise, steps)).toBeLessThan(base);
        expect(rdp(q, noise, steps, 1e-7)).toBeGreaterThan(base);
        const prv = (a: number, b: number, c: number): number =>
          prvEpsilon(phase(a, b, c), 1e-5, { mostPoints: 2 ** 18 }).estimate;
        const estimate = prv(q, noise, steps);
        expect(estimate).toBeLessThanOrEqual(base);
        expect(prv(q, noise, 2 * steps)).toBeGreaterThan(estimate);
        expect(prv(q, 1.3 * noise, steps)).toBeLessThan(estimate);
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  it.each([
    [phase(-0.1, 1, 1), 1e-5],
    [phase(1.1, 1, 1), 1e-5],
    [phase(Number.NaN, 1, 1), 1e-5],
    [phase(0.1, 0, 1), 1e-5],
    [phase(0.1, Infinity, 1), 1e-5],
    [phase(0.1, 1, 1.5), 1e-5],
    [phase(0.1, 1, -1), 1e-5],
    [phase(0.1, 1, 1), 0],
    [phase(0.1, 1, 1), 1],
    [phase(0.1, 1, 1), Number.NaN],
  ])('refuse what is no setting: %o, delta %d', (each, delta) => {
    expect(() => rdpEpsilon([each], delta)).toThrow(RangeError);
    expect(() => prvEpsilon(each, delta)).toThrow(RangeError);
  });
});

describe('noise for a wished-for epsilon', () => {
  it('finds what Opacus finds for epsilon 8, to its tolerance', () => {
    const wish = { targetEpsilon: 8, delta: 1e-5, sampleRate: 0.04 };
    expect(noiseFor({ ...wish, steps: 2250 })).toBeCloseTo(1.416, 3);
    expect(noiseFor({ ...wish, steps: 2000 })).toBeCloseTo(1.3562, 3);
  });

  it('keeps the target, and a little less noise would not', () => {
    for (const [targetEpsilon, sampleRate, steps] of [
      [1, 0.01, 1000],
      [3, 0.2, 50],
      [0.5, 1, 1],
      [50, 0.1, 20],
    ] as const) {
      const noise = noiseFor({ targetEpsilon, sampleRate, steps, delta: 1e-5 }) as number;
      expect(rdpEpsilon([phase(sampleRate, noise, steps)], 1e-5).epsilon).toBeLessThanOrEqual(
        targetEpsilon,
      );
      expect(rdpEpsilon([phase(sampleRate, 0.999 * noise, steps)], 1e-5).epsilon).toBeGreaterThan(
        targetEpsilon,
      );
    }
  });

  it('says so where no noise is enough', () => {
    const wish = { targetEpsilon: 0.001, delta: 1e-5, sampleRate: 0.5, steps: 100_000 };
    expect(noiseFor(wish)).toBeNull();
    expect(() => noiseFor({ ...wish, targetEpsilon: 0 })).toThrow(RangeError);
  });
});
