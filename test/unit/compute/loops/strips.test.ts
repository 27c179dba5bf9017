import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layStrips } from '../../../../main/compute/loops/strips.ts';

describe('strips', () => {
  it('count every token once, keep the context, never overlap, never overflow', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(700), { maxLength: 12 }),
        fc.record({
          gap: fc.integer({ min: 1, max: 16 }),
          context: fc.nat(40),
          spare: fc.integer({ min: 32, max: 300 }),
        }),
        (lengths, { gap, context, spare }) => {
          const capacity = 2 * context + spare;
          const order = lengths.map((_, index) => index).reverse();
          const strips = layStrips(lengths, order, { capacity, gap, context });
          const counted = lengths.map((length) => new Uint8Array(length));
          for (const strip of strips) {
            expect(strip.length).toBeGreaterThan(0);
            let free = 0;
            for (const part of strip) {
              expect(part.offset).toBeGreaterThanOrEqual(free);
              free = part.offset + part.last - part.first + gap;
              expect(free - gap).toBeLessThanOrEqual(capacity);
              const length = lengths[part.document] as number;
              expect(part.first).toBe(Math.max(0, part.keepFirst - context));
              expect(part.last).toBe(Math.min(length, part.keepLast + context));
              const row = counted[part.document] as Uint8Array;
              for (let t = part.keepFirst; t < part.keepLast; t++) row[t] = (row[t] as number) + 1;
            }
          }
          for (const row of counted) expect(row.every((count) => count === 1)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('refuses a strip that context alone would fill', () => {
    expect(() => layStrips([5], [0], { capacity: 60, gap: 1, context: 30 })).toThrow(/too short/);
  });
});
