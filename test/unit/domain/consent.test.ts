import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consentAt } from '../../../shared/domain/consent.ts';
import type { ConsentEvent } from '../../../shared/domain/consent.ts';

const day = (n: number): string => `2026-03-${String(n).padStart(2, '0')}T00:00:00.000Z`;
const event = (type: ConsentEvent['type'], on: number, change: Partial<ConsentEvent> = {}) => ({
  type,
  at: day(on),
  noticeVersion: '1',
  expiresAt: null,
  ...change,
});
const state = (events: ConsentEvent[], on: number, notice = '1') =>
  consentAt(events, day(on), notice).state;

describe('consent', () => {
  it('follows the decisions of a person', () => {
    const events = [event('refused', 2), event('given', 5), event('withdrawn', 9)];
    expect([1, 2, 4, 5, 8, 9, 20].map((on) => state(events, on))).toEqual([
      'never',
      'refused',
      'refused',
      'given',
      'given',
      'withdrawn',
      'withdrawn',
    ]);
    expect(consentAt(events, day(7), '1').since).toBe(day(5));
  });

  it('expires on its day, not before', () => {
    const events = [event('given', 2, { expiresAt: day(10) })];
    expect(consentAt(events, '2026-03-09T23:59:59.999Z', '1').state).toBe('given');
    expect(consentAt(events, day(10), '1')).toMatchObject({ state: 'expired', since: day(10) });
  });

  it('lapses when the notice is another, and a withdrawal stays one', () => {
    expect(state([event('given', 2)], 3, '2')).toBe('lapsed');
    expect(state([event('given', 2, { noticeVersion: '2' })], 3, '2')).toBe('given');
    expect(state([event('given', 2), event('withdrawn', 3)], 4, '2')).toBe('withdrawn');
  });

  it('is not revived by a consent that was only recorded late', () => {
    expect(state([event('given', 1), event('withdrawn', 5), event('given', 3)], 9)).toBe(
      'withdrawn',
    );
  });

  it('takes the decision recorded last among those of one instant', () => {
    expect(state([event('given', 5), event('withdrawn', 5)], 5)).toBe('withdrawn');
    expect(state([event('withdrawn', 5), event('given', 5)], 5)).toBe('given');
  });

  const history = fc.array(
    fc.record({
      type: fc.constantFrom('given', 'refused', 'withdrawn'),
      at: fc.integer({ min: 1, max: 28 }).map(day),
      noticeVersion: fc.constantFrom('1', '2'),
      expiresAt: fc.option(fc.integer({ min: 1, max: 28 }).map(day)),
    }),
    { maxLength: 10 },
  );

  it('is given only if somebody gave it, and never after a later withdrawal', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 28 }), (events, on) => {
        const status = consentAt(events, day(on), '1');
        if (status.state === 'given') {
          expect(status.decision?.type).toBe('given');
          const later = events.filter((e) => e.at > status.decision!.at && e.at <= day(on));
          expect(later).toEqual([]);
        }
        expect(state([...events, event('withdrawn', on)], on)).toBe('withdrawn');
      }),
    );
  });

  it('does not depend on what happens afterwards', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 27 }), (events, on) => {
        const known = events.filter((e) => e.at <= day(on));
        expect(consentAt(events, day(on), '1')).toEqual(consentAt(known, day(on), '1'));
      }),
    );
  });
});
