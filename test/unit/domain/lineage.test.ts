import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUsable, lineageOf, MODEL_STATES } from '../../../shared/domain/lineage.ts';
import type { ModelEvent } from '../../../shared/domain/lineage.ts';

const at = '2026-11-23T10:00:00.000Z';
const types = ['created', 'stale', 'blocked', 'superseded', 'destroyed'] as const;
const events = fc.array(
  fc.record({ type: fc.constantFrom(...types), at: fc.constant(at), reason: fc.string() }),
);

describe('lineage of a model', () => {
  it('goes from valid to stale with the reason, and stays refused', () => {
    const story: ModelEvent[] = [
      { type: 'created', at, reason: '' },
      { type: 'stale', at, reason: 'subject erased' },
      { type: 'stale', at, reason: 'another subject withdrew' },
    ];
    expect(lineageOf(story.slice(0, 1))).toEqual({ state: 'valid', reason: null, since: null });
    expect(lineageOf(story)).toEqual({ state: 'stale', reason: 'subject erased', since: at });
    expect(MODEL_STATES.filter(isUsable)).toEqual(['valid']);
  });

  it('never goes back, whatever follows', () => {
    fc.assert(
      fc.property(events, events, (before, after) => {
        const rank = (list: ModelEvent[]): number => MODEL_STATES.indexOf(lineageOf(list).state);
        expect(rank([...before, ...after])).toBe(Math.max(rank(before), rank(after)));
      }),
    );
  });

  it('refuses an event it does not know', () => {
    expect(() => lineageOf([{ type: 'revived' as never, at, reason: '' }])).toThrow(RangeError);
  });
});
