import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alignSpans,
  decodeSpans,
  tagRuns,
  viterbiSpans,
} from '../../../../main/compute/architectures/tagger/index.ts';
import type { Token } from '../../../../main/compute/tokenizers/index.ts';

const LABELS = ['A', 'B'];
const CLASSES = 5;
const tokens = (count: number): Token[] =>
  Array.from({ length: count }, (_, i) => ({ start: 2 * i, end: 2 * i + 1 }));

/** Every valid tag sequence with its weight, by enumeration. */
function enumerate(logits: Float32Array, length: number): { tags: number[]; weight: number }[] {
  let paths: number[][] = [[]];
  for (let t = 0; t < length; t++)
    paths = paths.flatMap((path) =>
      Array.from({ length: CLASSES }, (_, tag) => tag)
        .filter((tag) => {
          if (tag === 0 || tag % 2 === 1) return true;
          return path.at(-1) === tag || path.at(-1) === tag - 1;
        })
        .map((tag) => [...path, tag]),
    );
  return paths.map((tags) => ({
    tags,
    weight: Math.exp(tags.reduce((sum, tag, t) => sum + (logits[t * CLASSES + tag] as number), 0)),
  }));
}

const anyLogits = fc.integer({ min: 1, max: 5 }).chain((length) =>
  fc.tuple(
    fc.constant(length),
    fc.array(fc.double({ min: -4, max: 4, noNaN: true }), {
      minLength: length * CLASSES,
      maxLength: length * CLASSES,
    }),
  ),
);

describe('constrained decoding', () => {
  it('finds the best valid sequence, and each span has its exact probability', () => {
    fc.assert(
      fc.property(anyLogits, ([length, values]) => {
        const logits = Float32Array.from(values);
        const paths = enumerate(logits, length);
        const total = paths.reduce((sum, { weight }) => sum + weight, 0);
        const { tags, spans } = decodeSpans(logits, tokens(length), LABELS, 1);
        const weightOf = (wanted: ArrayLike<number>): number =>
          paths.find(({ tags: path }) => path.every((tag, t) => tag === wanted[t]))?.weight ?? 0;
        const best = Math.max(...paths.map(({ weight }) => weight));
        expect(weightOf(tags)).toBeCloseTo(best, 6 - Math.ceil(Math.log10(best + 1)));
        for (const span of spans) {
          const holding = paths
            .filter(({ tags: path }) =>
              tagRuns(path).some(
                ({ first, last, label }) =>
                  2 * first === span.start &&
                  2 * last + 1 === span.end &&
                  LABELS[label] === span.label,
              ),
            )
            .reduce((sum, { weight }) => sum + weight, 0);
          expect(span.score).toBeCloseTo(holding / total, 6);
        }
        const plain = spans.map(({ start, end, label }) => ({ start, end, label }));
        expect(viterbiSpans(logits, tokens(length), LABELS)).toEqual(plain);
      }),
      { numRuns: 150 },
    );
  });

  it('never opens a span in the middle, however strong the scores', () => {
    // I-A everywhere.
    const logits = Float32Array.from({ length: 3 * CLASSES }, (_, i) =>
      i % CLASSES === 2 ? 9 : 0,
    );
    expect([...decodeSpans(logits, tokens(3), LABELS, 1).tags]).toEqual([1, 2, 2]);
  });

  it('spreads probabilities with the temperature and leaves the spans alone', () => {
    const logits = Float32Array.from([0, 3, 0, 0, 0, 2, 0, 1, 0, 0]);
    const [cold, hot] = [1, 4].map((t) => decodeSpans(logits, tokens(2), LABELS, t));
    expect(cold!.spans[0]!.score).toBeGreaterThan(hot!.spans[0]!.score);
    expect(cold!.tags).toEqual(hot!.tags);
  });
});

describe('aligning spans to tokens', () => {
  const span = (start: number, end: number, label: string) => ({ start, end, label });

  it('gives neighbors of the same label their own begin', () => {
    const { tags, misaligned } = alignSpans(tokens(4), [span(0, 3, 'A'), span(4, 7, 'A')], LABELS);
    expect([...tags]).toEqual([1, 2, 1, 2]);
    expect(misaligned).toBe(0);
  });

  it('counts what tags cannot hold', () => {
    const wide = [{ start: 0, end: 10 }];
    expect(alignSpans(wide, [span(0, 6, 'B')], LABELS)).toEqual({
      tags: Int32Array.of(3),
      misaligned: 1,
      overlapping: 0,
    });
    expect(alignSpans(wide, [span(0, 4, 'B')], LABELS).tags[0]).toBe(0);
    const nested = alignSpans(tokens(3), [span(0, 5, 'A'), span(2, 3, 'B')], LABELS);
    expect([...nested.tags]).toEqual([1, 2, 2]);
    expect(nested.overlapping).toBe(1);
  });

  it('returns any set of separate token-aligned spans unchanged', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(1)), { maxLength: 8 }), (plan) => {
        let at = 0;
        const spans = plan.map(([gap, extra, label]) => {
          const first = at + gap;
          at = first + extra + 1;
          return span(2 * first, 2 * (at - 1) + 1, LABELS[label] as string);
        });
        const all = tokens(at);
        const { tags } = alignSpans(all, spans, LABELS);
        const back = tagRuns(tags).map(({ first, last, label }) =>
          span(all[first]!.start, all[last]!.end, LABELS[label] as string),
        );
        expect(back).toEqual(spans);
      }),
    );
  });
});
