import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutPasses,
  groupByLength,
  planPasses,
} from '../../../../../main/compute/architectures/encoder/index.ts';

const settings = fc.record({
  batchSize: fc.integer({ min: 1, max: 32 }),
  accumulation: fc.integer({ min: 1, max: 4 }),
  bucketing: fc.boolean(),
});
const lengthsOf = fc.array(fc.integer({ min: 1, max: 128 }), { minLength: 1, maxLength: 80 });

describe('passes', () => {
  it('hold every sequence of an update once, within their shape and the batch of the recipe', () => {
    fc.assert(
      fc.property(lengthsOf, settings, (lengths, chosen) => {
        const plan = planPasses(lengths, { ...chosen, maxTokens: 128 });
        expect(plan.rows).toBeLessThanOrEqual(chosen.batchSize);
        expect(plan.lengths.length).toBeLessThanOrEqual(4);
        const members = [...lengths.keys()].slice(0, chosen.batchSize * chosen.accumulation);
        const passes = cutPasses(members, lengths, plan);
        expect(passes.flatMap((pass) => pass.members).toSorted((a, b) => a - b)).toEqual(members);
        for (const pass of passes) {
          expect(pass.members.length).toBeLessThanOrEqual(plan.rows);
          expect(plan.lengths).toContain(pass.length);
          for (const index of pass.members) expect(lengths[index]).toBeLessThanOrEqual(pass.length);
        }
      }),
    );
  });

  it('pad far less when lengths differ, and keep one shape when they do not', () => {
    const mixed = Array.from({ length: 64 }, (_, k) => (k % 4 === 0 ? 128 : 16));
    const recipe = { batchSize: 16, accumulation: 1, maxTokens: 128 };
    const tokens = (bucketing: boolean): number => {
      const plan = planPasses(mixed, { ...recipe, bucketing });
      const members = [...mixed.keys()].slice(0, 16);
      return cutPasses(members, mixed, plan).reduce(
        (sum, { length }) => sum + plan.rows * length,
        0,
      );
    };
    expect(tokens(false)).toBe(16 * 128);
    expect(tokens(true)).toBeLessThan(tokens(false) / 2);
    const even = planPasses(new Array<number>(64).fill(128), { ...recipe, bucketing: true });
    expect(even.rows).toBe(16);
  });

  it('of inference hold every window once, within the tokens of a run', () => {
    fc.assert(
      fc.property(lengthsOf, fc.boolean(), (lengths, exact) => {
        const groups = groupByLength(lengths, { tokens: 256, rows: 8, exact });
        expect(groups.flatMap(({ members }) => members).toSorted((a, b) => a - b)).toEqual([
          ...lengths.keys(),
        ]);
        for (const { members, length } of groups) {
          expect(members.length * length <= 256 || members.length === 1).toBe(true);
          expect(members.length).toBeLessThanOrEqual(8);
          for (const index of members) expect(lengths[index]).toBeLessThanOrEqual(length);
          if (exact) for (const index of members) expect(lengths[index]).toBe(length);
        }
      }),
    );
  });
});
