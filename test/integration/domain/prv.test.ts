// The rest of Microsoft's 40 values: long runs at a high rate. At delta 1e-6; noise 0.8, 1.5, 2 and 3.
import { expect, it } from 'vitest';
import { prvEpsilon, rdpEpsilon } from '../../../shared/domain/privacy/index.ts';

it.each([
  [20000, [140.65521, 38.3066179, 24.4217186, 13.9611147]],
  [50000, [291.384325, 73.1901767, 45.2369958, 24.9420056]],
] as const)('q 0.05, %d steps', (steps, expected) => {
  expected.forEach((reference, index) => {
    const noiseMultiplier = [0.8, 1.5, 2, 3][index] as number;
    const each = { sampleRate: 0.05, noiseMultiplier, steps };
    const found = prvEpsilon(each, 1e-6, { mostPoints: 2 ** 24 });
    const renyi = rdpEpsilon([each], 1e-6).epsilon;
    expect(renyi / reference).toBeGreaterThan(1.03);
    expect(renyi / reference).toBeLessThan(8.04);
    expect(found.epsilon).toBeLessThanOrEqual(renyi);
    // 291 asks for a grid of 2^26 points; a quarter of it answers with an error four times as large.
    if (reference > 200) {
      expect(found.lower).toBeLessThan(reference);
      expect(found.epsilon).toBeGreaterThan(reference);
      expect(found.epsilon - reference).toBeLessThan(0.05);
    } else {
      // Both lose digits over so many steps; they were measured to agree to 4 parts in 1e7.
      expect(Math.abs(found.epsilon - reference)).toBeLessThan(Math.max(5e-6, 5e-7 * reference));
    }
  });
});
