import { describe, expect, it } from 'vitest';
import { voteSpans } from '../../../../main/compute/loops/predictShards.ts';

const span = (start: number, end: number, score: number, label = 'NAME') => ({
  ...{ start, end, label, score },
});

describe('the vote of several models over spans', () => {
  it('keeps what at least half of them mark exactly, with the mean of the chances', () => {
    const [one] = voteSpans([[span(0, 4, 0.9)], [span(0, 4, 0.7)], []]);
    expect(one).toMatchObject({ start: 0, end: 4, label: 'NAME' });
    expect(one?.score).toBeCloseTo(1.6 / 3, 12);
    expect(voteSpans([[span(0, 4, 0.99)], [], []])).toEqual([]);
    expect(voteSpans([[span(0, 4, 0.8)], []])).toEqual([span(0, 4, 0.4)]);
  });

  it('does not add up what differs by a border or by a label', () => {
    expect(voteSpans([[span(0, 4, 0.9)], [span(0, 5, 0.9)], [span(0, 4, 0.9, 'PLACE')]])).toEqual(
      [],
    );
  });

  it('keeps the likelier of two that overlap, the same whoever is asked first', () => {
    const answers = [[span(0, 4, 0.9)], [span(2, 8, 0.8)]];
    expect(voteSpans(answers)).toEqual([span(0, 4, 0.45)]);
    expect(voteSpans(answers.toReversed())).toEqual([span(0, 4, 0.45)]);
  });

  it('gives spans in reading order', () => {
    const found = voteSpans([[span(10, 12, 0.9), span(0, 4, 0.5)]]);
    expect(found.map(({ start }) => start)).toEqual([0, 10]);
  });
});
