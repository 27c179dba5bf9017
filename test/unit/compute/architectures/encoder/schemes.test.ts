import { describe, expect, it } from 'vitest';
import {
  columnsOf,
  gatherColumns,
} from '../../../../../main/compute/architectures/encoder/index.ts';

describe('tag schemes of other models', () => {
  it('reads IOB2 in any order', () => {
    const { labels, columns } = columnsOf(['I-PER', 'O', 'B-LOC', 'B-PER', 'I-LOC']);
    expect(labels).toEqual(['PER', 'LOC']);
    expect(columns).toEqual([[1], [3], [0], [2], [4]]);
    expect([...gatherColumns(Float32Array.of(1, 2, 3, 4, 5), 5, columns)]).toEqual([2, 4, 1, 3, 5]);
  });

  it('reads BIOES and BILOU: what begins, what goes on', () => {
    expect(columnsOf(['O', 'B-X', 'I-X', 'E-X', 'S-X']).columns).toEqual([[0], [1, 4], [2, 3]]);
    expect(columnsOf(['O', 'B-X', 'I-X', 'L-X', 'U-X']).columns).toEqual([[0], [1, 4], [2, 3]]);
    const { columns } = columnsOf(['O', 'B-X', 'I-X', 'E-X', 'S-X']);
    expect([...gatherColumns(Float32Array.of(0, 1, 2, 9, 5), 5, columns)]).toEqual([0, 5, 9]);
  });

  it('reads plain labels, and lets a span go on rather than begin anew', () => {
    const { labels, columns } = columnsOf(['O', 'PER', 'LOC']);
    expect(labels).toEqual(['PER', 'LOC']);
    const [outside, begin, inside] = gatherColumns(Float32Array.of(0, 3, 1), 3, columns);
    expect(outside).toBe(0);
    expect(inside).toBe(3);
    expect(begin).toBeLessThan(3);
    expect(begin).toBeGreaterThan(2.99);
  });

  it('hands its own models through untouched', () => {
    const scores = Float32Array.of(1, 2, 3);
    expect(gatherColumns(scores, 3, columnsOf(['O', 'B-X', 'I-X']).columns)).toBe(scores);
  });
});
