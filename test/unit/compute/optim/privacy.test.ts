import { randomFillSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { poissonBatches, secureGaussian } from '../../../../main/compute/optim/index.ts';
import { uniformSource } from '../../../../main/compute/optim/privacy/noise.ts';

const system = (target: Uint8Array): void => void randomFillSync(target);

describe('noise for private training', () => {
  it('is normal: moments and tails of a million draws', () => {
    const deviation = 2.5;
    const draws = secureGaussian(1_000_001, deviation, system);
    const n = draws.length;
    let [sum, square, cube, fourth, beyond] = [0, 0, 0, 0, 0];
    for (const draw of draws) {
      const z = draw / deviation;
      sum += z;
      square += z * z;
      cube += z ** 3;
      fourth += z ** 4;
      if (Math.abs(z) > 2) beyond += 1;
    }
    // Six standard errors each: a sound generator fails once in a hundred million runs.
    expect(Math.abs(sum / n)).toBeLessThan(6 / Math.sqrt(n));
    expect(Math.abs(square / n - 1)).toBeLessThan(6 * Math.sqrt(2 / n));
    expect(Math.abs(cube / n)).toBeLessThan(6 * Math.sqrt(15 / n));
    expect(Math.abs(fourth / n - 3)).toBeLessThan(6 * Math.sqrt(96 / n));
    expect(Math.abs(beyond / n - 0.0455)).toBeLessThan(6 * Math.sqrt(0.0435 / n));
  });

  it('does not depend on its neighbors and is never the same again', () => {
    const draws = secureGaussian(200_000, 1, system);
    let product = 0;
    for (let i = 1; i < draws.length; i += 1) product += draws[i]! * draws[i - 1]!;
    expect(Math.abs(product / draws.length)).toBeLessThan(6 / Math.sqrt(draws.length));
    expect(secureGaussian(8, 1, system)).not.toEqual(secureGaussian(8, 1, system));
  });

  it('stays finite at the edges of its source', () => {
    expect([...secureGaussian(6, 1, (target) => target.fill(0))].every(Number.isFinite)).toBe(true);
    const most = secureGaussian(6, 1, (target) => target.fill(255));
    expect([...most].every(Number.isFinite)).toBe(true);
    expect(uniformSource((target) => target.fill(255))()).toBeLessThan(1);
  });
});

describe('Poisson sampling', () => {
  it('draws each sequence by a coin of its own, so that sizes vary', () => {
    const batches = poissonBatches(200, 0.1, 2000, system);
    const sizes = batches.map((members) => members.length);
    const mean = sizes.reduce((a, b) => a + b, 0) / sizes.length;
    const variance = sizes.reduce((a, b) => a + (b - mean) ** 2, 0) / sizes.length;
    expect(Math.abs(mean - 20)).toBeLessThan(6 * Math.sqrt(18 / 2000));
    expect(variance).toBeGreaterThan(14);
    expect(variance).toBeLessThan(22);
    const often = new Array<number>(200).fill(0);
    for (const members of batches) for (const member of members) often[member]! += 1;
    for (const count of often) expect(Math.abs(count - 200)).toBeLessThan(6 * Math.sqrt(180));
    for (const members of batches)
      expect(members).toEqual([...new Set(members)].sort((a, b) => a - b));
  });

  it('takes everybody at rate one and nobody at rate zero', () => {
    expect(poissonBatches(5, 1, 2, system)).toEqual([
      [0, 1, 2, 3, 4],
      [0, 1, 2, 3, 4],
    ]);
    expect(poissonBatches(5, 0, 2, system)).toEqual([[], []]);
  });
});
