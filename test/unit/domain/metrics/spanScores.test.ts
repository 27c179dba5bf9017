import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bootstrap,
  bootstrapF1,
  renderReport,
  scoreSpans,
  scoreTags,
  scoreTagsStrictly,
} from '../../../../shared/domain/metrics/index.ts';
import { createRandom } from '../../../../shared/domain/random.ts';
import type { Score, SpanScores } from '../../../../shared/domain/metrics/index.ts';

const row = (text: string): string[] => text.split(' ');
const rounded = (score: Score): number[] =>
  [score.precision, score.recall, score.f1].map((value) => Math.round(value * 1e4) / 1e4);
const byLabel = (scores: SpanScores): Record<string, number[]> =>
  Object.fromEntries(scores.rows.map((r) => [r.label, [...rounded(r), r.support]]));

describe("vectors of seqeval's own tests", () => {
  const gold = [row('B-A B-B O B-A')];
  const predicted = [row('O B-B B-C B-A')];

  it('score strict IOB2', () => {
    const scores = scoreTagsStrictly({ gold, predicted }, 'IOB2');
    expect(byLabel(scores)).toEqual({
      A: [1, 0.5, 0.6667, 2],
      B: [1, 1, 1, 1],
      C: [0, 0, 0, 0],
    });
    expect(rounded(scores.micro)).toEqual([0.6667, 0.6667, 0.6667]);
    expect(rounded(scores.macro)).toEqual([0.6667, 0.5, 0.5556]);
    expect(rounded(scores.weighted)).toEqual([1, 0.6667, 0.7778]);
  });

  it('score an infinite beta as recall', () => {
    const scores = scoreTagsStrictly({ gold, predicted }, 'IOB2', { beta: Infinity });
    expect(rounded(scores.macro)).toEqual([0.6667, 0.5, 0.5]);
    expect(rounded(scores.weighted)).toEqual([1, 0.6667, 0.6667]);
  });

  it('refuse a negative beta and rows of different length', () => {
    expect(() => scoreTagsStrictly({ gold, predicted }, 'IOB2', { beta: -1 })).toThrow(RangeError);
    expect(() => scoreTags({ gold, predicted: [row('O')] })).toThrow(RangeError);
    expect(() => scoreTags({ gold, predicted: [] })).toThrow(RangeError);
  });

  it('score rows without entities as zero', () => {
    for (const rows of [[], [['O']], [[]]]) {
      const scores = scoreTagsStrictly({ gold: rows, predicted: rows }, 'IOB2');
      expect(scores.rows).toEqual([]);
      expect(scores.weighted).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 });
    }
  });

  it('score default mode', () => {
    const scores = scoreTags({
      gold: [row('O O O B-MISC I-MISC I-MISC O'), row('B-PER I-PER O')],
      predicted: [row('O O B-MISC I-MISC I-MISC I-MISC O'), row('B-PER I-PER O')],
    });
    expect(scores.micro.f1).toBe(0.5);
    expect(scores.macro.f1).toBe(0.5);
    expect(byLabel(scores)).toEqual({ MISC: [0, 0, 0, 1], PER: [1, 1, 1, 1] });
    // seqeval's printed report for the same rows.
    expect(renderReport(scores)).toBe(
      [
        '              precision    recall  f1-score   support',
        '',
        '        MISC       0.00      0.00      0.00         1',
        '         PER       1.00      1.00      1.00         1',
        '',
        '   micro avg       0.50      0.50      0.50         2',
        '   macro avg       0.50      0.50      0.50         2',
        'weighted avg       0.50      0.50      0.50         2',
        '',
      ].join('\n'),
    );
  });

  it('tell default from strict where only the scheme is wrong', () => {
    const ill = { gold: [row('B-Phone I-Phone')], predicted: [row('I-Phone I-Phone')] };
    expect(scoreTags(ill).micro.f1).toBe(1);
    const strict = scoreTagsStrictly(ill, 'IOB2');
    expect(strict.micro.f1).toBe(0);
    expect(strict.dropped).toEqual({ gold: 0, predicted: 1 });

    const ends = { gold: [row('B-PER E-PER S-PER')], predicted: [row('B-PER I-PER S-PER')] };
    expect(rounded(scoreTags(ends).micro)).toEqual([1, 1, 1]);
    expect(rounded(scoreTagsStrictly(ends, 'BIOES').micro)).toEqual([1, 0.5, 0.6667]);
  });

  it('score strict BILOU', () => {
    const scores = scoreTagsStrictly(
      {
        gold: [row('U-ORG B-PER I-PER L-PER O'), row('U-ORG')],
        predicted: [row('U-ORG B-PER I-PER I-PER O'), row('U-ORG')],
      },
      'BILOU',
    );
    expect(scores.rows.map((r) => [r.label, r.f1])).toEqual([
      ['ORG', 1],
      ['PER', 0],
    ]);
    expect(rounded(scores.micro)[1]).toBe(0.6667);
    expect(rounded(scores.micro)[2]).toBe(0.8);
    expect(scores.macro.f1).toBe(0.5);
    expect(rounded(scores.weighted)[2]).toBe(0.6667);
  });
});

const conll = new URL('../../../../../shared/data/conlleval/ground_truth.txt', import.meta.url);
describe.skipIf(!existsSync(conll))(
  'CoNLL-2000 sample of ../shared/data/conlleval (skipped where the folder is missing)',
  () => {
    const read = (): { gold: string[][]; predicted: string[][] } => {
      const gold: string[][] = [];
      const predicted: string[][] = [];
      // The file does not end in a blank line; its last sentence counts all the same.
      for (const block of readFileSync(conll, 'utf8').split(/\n\s*\n/)) {
        const lines = block.split('\n').filter((line) => line.trim() !== '');
        if (lines.length === 0) continue;
        gold.push(lines.map((line) => line.trim().split(/\s+/).at(-2)!));
        predicted.push(lines.map((line) => line.trim().split(/\s+/).at(-1)!));
      }
      return { gold, predicted };
    };

    it('gives F1 74.35 in default mode', () => {
      const rows = read();
      expect(rows.gold.length).toBe(40);
      const scores = scoreTags(rows);
      expect(scores.counts).toEqual({ gold: 459, predicted: 539, correct: 371 });
      expect(rounded(scores.micro)).toEqual([0.6883, 0.8083, 0.7435]);
      const f1 = Object.fromEntries(scores.rows.map((r) => [r.label, [rounded(r)[2], r.support]]));
      expect(f1).toEqual({
        ADJP: [0, 6],
        ADVP: [0.5263, 8],
        NP: [0.7116, 262],
        PP: [0.9036, 90],
        SBAR: [0.4444, 6],
        VP: [0.738, 87],
      });
      expect(rounded(scores.macro)[2]).toBe(0.554);
      expect(rounded(scores.weighted)[2]).toBe(0.7382);
    });

    it('gives F1 70.46 in strict IOB2', () => {
      const scores = scoreTagsStrictly(read(), 'IOB2');
      expect(scores.counts).toEqual({ gold: 459, predicted: 455, correct: 322 });
      expect(rounded(scores.micro)).toEqual([0.7077, 0.7015, 0.7046]);
      expect(scores.dropped.gold).toBe(0);
      expect(scores.dropped.predicted).toBeGreaterThanOrEqual(539 - 455);
      expect(rounded(scores.rows.find((r) => r.label === 'NP')!)[2]).toBe(0.6223);
      expect(rounded(scores.macro)[2]).toBe(0.5459);
      expect(rounded(scores.weighted)[2]).toBe(0.695);
    });

    it('brackets the score with an interval over its sentences', () => {
      const scores = scoreTags(read());
      const interval = bootstrapF1(scores.documents, { seed: 7 });
      expect(interval.estimate).toBeCloseTo(scores.micro.f1, 12);
      expect(interval.low).toBeLessThan(scores.micro.f1);
      expect(interval.high).toBeGreaterThan(scores.micro.f1);
      expect(interval.n).toBe(40);
      expect(bootstrapF1(scores.documents, { seed: 7 })).toEqual(interval);
    });
  },
);

describe('exact spans over characters', () => {
  const span = fc.record({
    start: fc.nat(30),
    end: fc.nat(30),
    label: fc.constantFrom('NAME', 'DATE', 'AGE'),
  });
  const pair = fc.record({ gold: fc.array(span), predicted: fc.array(span) });

  it('count what a plain set comparison counts, whichever way round', () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 6 }), (pairs) => {
        const key = (d: number, s: { start: number; end: number; label: string }): string =>
          [d, s.start, s.end, s.label].join();
        const gold = new Set(pairs.flatMap((p, d) => p.gold.map((s) => key(d, s))));
        const predicted = new Set(pairs.flatMap((p, d) => p.predicted.map((s) => key(d, s))));
        const scores = scoreSpans(pairs);
        expect(scores.counts).toEqual({
          gold: gold.size,
          predicted: predicted.size,
          correct: [...gold].filter((k) => predicted.has(k)).length,
        });
        const turned = scoreSpans(pairs.map((p) => ({ gold: p.predicted, predicted: p.gold })));
        expect(turned.counts.correct).toBe(scores.counts.correct);
        expect(turned.micro.precision).toBe(scores.micro.recall);
        expect(turned.micro.f1).toBeCloseTo(scores.micro.f1, 12);
      }),
    );
  });

  it('are perfect against themselves and know nothing of tokens', () => {
    const spans = [{ start: 1, end: 3, label: 'NAME' }];
    expect(scoreSpans([{ gold: spans, predicted: spans }]).micro.f1).toBe(1);
    const shifted = [{ start: 1, end: 4, label: 'NAME' }];
    expect(scoreSpans([{ gold: spans, predicted: shifted }]).micro.f1).toBe(0);
  });
});

describe('bootstrap', () => {
  it('covers the true mean about as often as it says', () => {
    // 300 studies of 40 coin throws each: a 95 % interval should hold 0.5 in about 285 of them.
    let covered = 0;
    for (let study = 0; study < 300; study += 1) {
      const coin = createRandom(1000 + study);
      const values = Array.from({ length: 40 }, () => coin.below(2));
      const { low, high } = bootstrap(
        values.length,
        (times) => values.reduce((sum, v, i) => sum + v * times[i]!, 0) / values.length,
        { seed: study, resamples: 400 },
      );
      if (low <= 0.5 && 0.5 <= high) covered += 1;
    }
    expect(covered).toBeGreaterThan(270);
    expect(covered).toBeLessThan(298);
  });

  it('agrees with the table on every average', () => {
    const scores = scoreSpans([
      { gold: [{ start: 0, end: 1, label: 'A' }], predicted: [{ start: 0, end: 1, label: 'A' }] },
      { gold: [{ start: 0, end: 1, label: 'B' }], predicted: [{ start: 0, end: 2, label: 'B' }] },
      { gold: [{ start: 4, end: 9, label: 'A' }], predicted: [] },
    ]);
    for (const average of ['micro', 'macro', 'weighted'] as const) {
      const interval = bootstrapF1(scores.documents, { seed: 1, average });
      expect(interval.estimate).toBeCloseTo(scores[average].f1, 12);
    }
    const a = bootstrapF1(scores.documents, { seed: 1, label: 'A' });
    expect(a.estimate).toBeCloseTo(scores.rows[0]!.f1, 12);
    expect(a.undefinedResamples).toBeGreaterThan(0);
  });

  it('refuses nothing to draw from', () => {
    expect(() => bootstrapF1([], { seed: 1 })).toThrow(RangeError);
  });
});
