import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowsOf } from '../../../../main/compute/tokenizers/windows.ts';

const encodingOf = (words: readonly number[]) => ({
  ids: new Int32Array(words.length),
  starts: new Int32Array(words.length),
  ends: new Int32Array(words.length),
  words: Int32Array.from(words),
});

const wordsArbitrary = fc
  .array(fc.nat({ max: 9 }), { maxLength: 120 })
  .map((lengths) => lengths.flatMap((length, word) => Array.from({ length }, () => word)));

describe('windows', () => {
  it('own every token once, hold what they own and never exceed the model', () => {
    fc.assert(
      fc.property(
        wordsArbitrary,
        fc.integer({ min: 3, max: 40 }),
        fc.nat(40),
        (words, maxTokens, shared) => {
          const overlap = Math.min(shared, maxTokens - 3);
          const windows = windowsOf(encodingOf(words), { maxTokens, overlap }, 2);
          let owned = 0;
          for (const [i, { from, to, ownFrom, ownTo }] of windows.entries()) {
            expect(to - from).toBeLessThanOrEqual(maxTokens - 2);
            expect(ownFrom).toBe(owned);
            expect(from <= ownFrom && ownFrom <= ownTo && ownTo <= to).toBe(true);
            if (i > 0) expect(to).toBeGreaterThan(windows[i - 1]!.to);
            owned = ownTo;
          }
          expect(owned).toBe(words.length);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('cut between words and give each token the side with more of its surroundings', () => {
    const words = [0, 1, 1, 1, 2, 3, 3, 4, 5, 6, 7, 8];
    expect(windowsOf(encodingOf(words), { maxTokens: 8, overlap: 2 }, 2)).toEqual([
      { from: 0, to: 5, ownFrom: 0, ownTo: 4 },
      { from: 3, to: 9, ownFrom: 4, ownTo: 8 },
      { from: 7, to: 12, ownFrom: 8, ownTo: 12 },
    ]);
  });

  it('read an empty text once', () => {
    expect(windowsOf(encodingOf([]), { maxTokens: 8, overlap: 2 }, 2)).toEqual([
      { from: 0, to: 0, ownFrom: 0, ownTo: 0 },
    ]);
  });

  it('are refused when nothing fits', () => {
    expect(() => windowsOf(encodingOf([0]), { maxTokens: 2, overlap: 0 }, 2)).toThrow(
      /Choose more/,
    );
    expect(() => windowsOf(encodingOf([0]), { maxTokens: 8, overlap: 6 }, 2)).toThrow(
      /Choose more/,
    );
  });
});
