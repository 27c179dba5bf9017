import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideBy, isUsable, lineageOf, MODEL_STATES } from '../../../shared/domain/lineage.ts';
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
    expect(lineageOf(story)).toEqual({
      state: 'stale',
      reason: 'another subject withdrew',
      since: at,
    });
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

  it('keeps the first moment of a state and its newest reason', () => {
    const later = '2026-11-24T10:00:00.000Z';
    expect(
      lineageOf([
        { type: 'stale', at, reason: 'a consent was withdrawn' },
        { type: 'stale', at: later, reason: 'a person was erased' },
        { type: 'created', at: later, reason: '' },
      ]),
    ).toEqual({ state: 'stale', reason: 'a person was erased', since: at });
    expect(lineageOf([{ type: 'destroyed', at, reason: '' }])).toEqual({
      state: 'destroyed',
      reason: null,
      since: at,
    });
  });

  it('gives the steward days to decide, counted from the first departure, and only while stale', () => {
    const stale = lineageOf([{ type: 'stale', at, reason: 'x' }]);
    expect(decideBy(stale, 14)).toBe('2026-12-07T10:00:00.000Z');
    expect(decideBy(stale, 0)).toBe(at);
    expect(decideBy(lineageOf([{ type: 'blocked', at, reason: 'x' }]), 14)).toBeNull();
    expect(decideBy(lineageOf([]), 14)).toBeNull();
  });

  it('refuses an event it does not know', () => {
    expect(() => lineageOf([{ type: 'revived' as never, at, reason: '' }])).toThrow(RangeError);
  });
});
