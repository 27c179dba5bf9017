import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  renderReport,
  scoreTokens,
  tokenOutcomes,
} from '../../../../shared/domain/metrics/index.ts';

interface Case {
  readonly gold: string[];
  readonly predicted: string[];
  readonly labels: string[] | null;
  readonly zeroDivision: 0 | 1 | 'nan';
  readonly digits: number;
  readonly report: string;
}

// Printed by scikit-learn 1.9.1 on random rows: subsets of labels, labels that never occur, all three
// values of zero_division, Chinese and emoji names, 0 to 14 digits.
const { cases } = JSON.parse(
  readFileSync(new URL('classificationReport.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

describe('classification report', () => {
  it.each(cases.map((entry, index) => [index, entry] as const))(
    'prints what scikit-learn prints, case %i',
    (_index, { gold, predicted, labels, zeroDivision, digits, report }) => {
      const scores = scoreTokens(gold, predicted, {
        ...(labels === null ? {} : { labels }),
        zeroDivision: zeroDivision === 'nan' ? Number.NaN : zeroDivision,
      });
      expect(renderReport(scores, digits)).toBe(report);
    },
  );

  it('covers every kind of table', () => {
    expect(cases.length).toBeGreaterThan(40);
    for (const word of ['accuracy', 'micro avg', 'nan', '病案号']) {
      expect(cases.some((entry) => entry.report.includes(word))).toBe(true);
    }
  });
});

describe('token scores', () => {
  const tag = fc.constantFrom('O', 'B-A', 'I-A', 'B-B');
  const rows = fc.array(fc.tuple(tag, tag), { minLength: 1, maxLength: 60 });

  it('pool to accuracy when every tag has a row', () => {
    fc.assert(
      fc.property(rows, (pairs) => {
        const [gold, predicted] = [pairs.map(([g]) => g), pairs.map(([, p]) => p)];
        const scores = scoreTokens(gold, predicted);
        const accuracy = pairs.filter(([g, p]) => g === p).length / pairs.length;
        expect(scores.microIsAccuracy).toBe(true);
        expect(scores.micro.f1).toBeCloseTo(accuracy, 12);
        expect(scores.micro.support).toBe(pairs.length);
      }),
    );
  });

  it('exchange precision and recall when gold and prediction are exchanged', () => {
    fc.assert(
      fc.property(rows, (pairs) => {
        const [gold, predicted] = [pairs.map(([g]) => g), pairs.map(([, p]) => p)];
        const one = scoreTokens(gold, predicted);
        const other = scoreTokens(predicted, gold);
        one.rows.forEach((row, i) => {
          expect(other.rows[i]).toMatchObject({ precision: row.recall, recall: row.precision });
        });
      }),
    );
  });

  it('refuse rows of different length and a label asked for twice', () => {
    expect(() => scoreTokens(['O'], [])).toThrow(RangeError);
    expect(() => scoreTokens(['O'], ['O'], { labels: ['O', 'O'] })).toThrow(RangeError);
    expect(() => tokenOutcomes(['O'], [])).toThrow(RangeError);
  });

  it("count outcomes as seqeval's own test does", () => {
    const gold = 'O O O B-MISC I-MISC O B-ORG B-PER I-PER O B-PER'.split(' ');
    const predicted = 'O O B-MISC I-MISC I-MISC O O B-PER I-PER O B-MISC'.split(' ');
    expect(tokenOutcomes(gold, predicted)).toEqual({
      truePositive: 3,
      falsePositive: 3,
      falseNegative: 1,
      trueNegative: 4,
    });
  });
});
