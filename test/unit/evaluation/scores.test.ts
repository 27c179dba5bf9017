import { describe, expect, it } from 'vitest';
import { score, type Prediction } from '../../../main/evaluation/scores.ts';
import type { Span } from '../../../shared/domain/spans.ts';

const span = (start: number, end: number, label: string): Span => ({ start, end, label });
/** Tokens are single characters here, so tags and spans say the same. */
function prediction(length: number, gold: readonly Span[], predicted: readonly Span[]): Prediction {
  const tags = (spans: readonly Span[]): string[] =>
    Array.from({ length }, (_, at) => {
      const inside = spans.find(({ start, end }) => start <= at && at < end);
      return inside ? `${inside.start === at ? 'B' : 'I'}-${inside.label}` : 'O';
    });
  return { gold, predicted, goldTags: tags(gold), predictedTags: tags(predicted) };
}

describe('the numbers of an evaluation', () => {
  // Strict vector of the reference: gold B-A B-B O B-A, predicted O B-B B-C B-A.
  const vector = prediction(
    4,
    [span(0, 1, 'A'), span(1, 2, 'B'), span(3, 4, 'A')],
    [span(1, 2, 'B'), span(2, 3, 'C'), span(3, 4, 'A')],
  );

  it('agree with the published vector in all three readings', () => {
    const { numbers } = score([vector]);
    for (const scores of [numbers.exact, numbers.seqevalDefault, numbers.seqevalStrict]) {
      expect(
        scores.perLabel.map(({ name, precision, recall, support }) => [
          name,
          precision,
          recall,
          support,
        ]),
      ).toEqual([
        ['A', 1, 0.5, 2],
        ['B', 1, 1, 1],
        ['C', 0, 0, 0],
      ]);
      expect(scores.micro.f1).toBeCloseTo(2 / 3, 12);
      expect(scores.macro.f1).toBeCloseTo(5 / 9, 12);
      expect(scores.weighted.precision).toBe(1);
      expect(scores).toMatchObject({ gold: 3, predicted: 3, correct: 2 });
    }
  });

  it('leave O out of the token averages and keep it in the accuracy', () => {
    const { numbers } = score([vector]);
    expect(numbers.tokenScores.perTag.map(({ name }) => name)).toEqual(['B-A', 'B-B', 'B-C']);
    expect(numbers.tokenScores.accuracy).toBe(0.5);
    expect(numbers.classificationReport).toContain('micro avg');
    expect(numbers.classificationReport.split('\n')[2]).toBe(
      '         B-A     1.0000    0.5000    0.6667         2',
    );
  });

  it('tell a confusion from a miss, an invention and a wrong border', () => {
    const { numbers, facts } = score([
      prediction(
        20,
        [span(0, 2, 'A'), span(4, 6, 'B'), span(8, 12, 'A')],
        [span(0, 2, 'B'), span(8, 11, 'A'), span(15, 16, 'C')],
      ),
    ]);
    expect(numbers.confusions).toEqual([
      { gold: 'A', predicted: 'B', count: 1 },
      { gold: 'B', predicted: 'O', count: 1 },
      { gold: 'O', predicted: 'C', count: 1 },
    ]);
    expect(facts.borderErrors).toBe(1);
  });

  it('count what strict drops, on both sides', () => {
    const { facts, numbers } = score([
      { gold: [], predicted: [], goldTags: ['I-A', 'O'], predictedTags: ['O', 'I-A'] },
    ]);
    expect(facts.strict).toEqual({ scheme: 'IOB2', droppedGold: 1, droppedPredicted: 1 });
    expect(numbers.seqevalStrict.gold).toBe(0);
    expect(numbers.seqevalDefault.gold).toBe(1);
  });

  it('have an interval that holds the estimate, is wider for fewer documents, and repeats', () => {
    const mixed = (count: number): Prediction[] =>
      Array.from({ length: count }, (_, index) =>
        index % 3 === 0
          ? prediction(4, [span(0, 1, 'A')], [])
          : prediction(4, [span(0, 1, 'A')], [span(0, 1, 'A')]),
      );
    const few = score(mixed(12)).numbers.exact;
    const many = score(mixed(120)).numbers.exact;
    const width = ({ interval }: typeof few): number =>
      (interval?.high ?? NaN) - (interval?.low ?? NaN);
    expect(few.interval?.low).toBeLessThan(few.micro.f1);
    expect(few.interval?.high).toBeGreaterThan(few.micro.f1);
    expect(width(many)).toBeLessThan(width(few));
    expect(score(mixed(12)).numbers.exact.interval).toEqual(few.interval);
  });

  it('have no interval where nothing is there to be found', () => {
    const { numbers, facts } = score([prediction(3, [], [])]);
    expect(numbers.exact.interval).toBeNull();
    expect(facts.labelIntervals).toEqual([]);
    expect(numbers.exact.micro.f1).toBe(0);
  });
});
