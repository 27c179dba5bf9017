import { describe, expect, it } from 'vitest';
import {
  createFeaturizer,
  DROPPED_SLOTS,
  SLOTS,
} from '../../../../main/compute/architectures/tagger/index.ts';
import { fineTokens } from '../../../../main/compute/tokenizers/index.ts';

const BUCKETS = 1 << 20;
const rowsOf = (text: string, featurize = createFeaturizer(BUCKETS)): number[][] => {
  const tokens = fineTokens(text);
  const rows = featurize(text, tokens);
  return tokens.map((_, t) => [...rows.subarray(t * SLOTS, (t + 1) * SLOTS)]);
};
/** Slots in which two tokens agree, empty ones aside. */
const shared = (a: readonly number[], b: readonly number[]): number =>
  a.filter((row, slot) => row !== 0 && row === b[slot]).length;

describe('features', () => {
  it('stay inside the table and never use the padding row for a feature', () => {
    const featurize = createFeaturizer(256);
    const text = 'NHC: 368503. Größe 1,80\nDr. 李华 🙂 x'.repeat(20);
    const rows = featurize(text, fineTokens(text));
    expect(Math.max(...rows)).toBeLessThan(256);
    expect(Math.min(...rows)).toBe(0);
  });

  it('do not depend on what was seen before', () => {
    const featurize = createFeaturizer(BUCKETS);
    rowsOf('Some other note about Madrid, 12-3-2004.', featurize);
    expect(rowsOf('Madrid 12-3-2004', featurize)).toEqual(rowsOf('Madrid 12-3-2004'));
  });

  it('put similar words close and different ones apart', () => {
    const [a, b, c] = rowsOf('cardiología cardiologia 12') as [number[], number[], number[]];
    expect(shared(a, b)).toBeGreaterThan(8);
    expect(shared(a, c)).toBeLessThan(3);
  });

  it('know the field on the line, and forget it on the next', () => {
    const [inField, other, after] = ['NHC: 77', 'CP: 77', 'NHC:\n77'].map((text) =>
      rowsOf(`x\n${text}`).at(-1),
    ) as [number[], number[], number[]];
    const [again] = [rowsOf('x\nNHC: 77').at(-1) as number[]];
    expect(inField).toEqual(again);
    expect(shared(inField, other)).toBeLessThan(shared(inField, again));
    expect(shared(inField, after)).toBeLessThan(shared(inField, again));
  });

  it('remember in which field a name was seen first', () => {
    const base = rowsOf('Doctor: Rivas\nfiller text here\nSeen by Rivas').at(-1) as number[];
    const twin = rowsOf('Patient: Rivas\nfiller text here\nSeen by Rivas').at(-1) as number[];
    const differing = base.filter((row, slot) => row !== twin[slot]);
    expect(differing).toHaveLength(1);
  });

  it('give all tokens of a date its whole shape', () => {
    const dates = rowsOf('am 24-9-10, und am 17-3-08 nochmals');
    const other = rowsOf('am 24 9 10, und am 17-3-08 nochmals');
    // Third token of each date: same digits' shape in the first text, not in the second.
    expect(shared(dates[1]!, dates[9]!)).toBeGreaterThan(shared(other[1]!, other[7]!));
  });

  it('drop exact forms but keep shapes and places', () => {
    const [a, b] = [rowsOf('Dr. Rivas kam')[2]!, rowsOf('Dr. Lopez kam')[2]!];
    const kept = a.filter((row, slot) => !DROPPED_SLOTS.includes(slot) && row === b[slot]);
    expect(kept.length).toBeGreaterThan(5);
    for (const slot of DROPPED_SLOTS) if (a[slot] !== 0) expect(a[slot]).not.toBe(b[slot]);
  });
});
