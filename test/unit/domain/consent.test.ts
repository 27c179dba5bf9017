import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comesOfAgeOn, consentAt } from '../../../shared/domain/consent.ts';
import type { ConsentEvent, ConsentTerms } from '../../../shared/domain/consent.ts';

const day = (n: number): string => `2026-03-${String(n).padStart(2, '0')}T00:00:00.000Z`;
const event = (type: ConsentEvent['type'], on: number, change: Partial<ConsentEvent> = {}) => ({
  type,
  at: day(on),
  noticeVersion: '1',
  expiresAt: null,
  byGuardian: false,
  separate: false,
  conditional: false,
  confirmedAt: null,
  ...change,
});
const terms = (change: Partial<ConsentTerms> = {}): ConsentTerms => ({
  noticeVersion: '1',
  needsSeparate: false,
  age: 16,
  guardianLapses: true,
  birthDate: null,
  ...change,
});
const state = (events: ConsentEvent[], on: number, noticeVersion = '1') =>
  consentAt(events, day(on), terms({ noticeVersion })).state;

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
    expect(consentAt(events, day(7), terms()).since).toBe(day(5));
  });

  it('expires on its day, not before', () => {
    const events = [event('given', 2, { expiresAt: day(10) })];
    expect(consentAt(events, '2026-03-09T23:59:59.999Z', terms()).state).toBe('given');
    expect(consentAt(events, day(10), terms())).toMatchObject({ state: 'expired', since: day(10) });
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

  describe('of somebody young', () => {
    // Sixteen on the 10th.
    const child = terms({ birthDate: '2010-03-10' });
    const at = (events: ConsentEvent[], on: number, changed = child) =>
      consentAt(events, day(on), changed);

    it('does not count without a guardian, also after coming of age', () => {
      expect(at([event('given', 9)], 9).state).toBe('guardianMissing');
      expect(at([event('given', 9)], 12).state).toBe('guardianMissing');
      expect(at([event('given', 10)], 10).state).toBe('given');
    });

    it('counts with one until the day the child decides alone, and is asked for again', () => {
      const events = [event('given', 2, { byGuardian: true })];
      expect(at(events, 9).state).toBe('given');
      expect(at(events, 10)).toMatchObject({ state: 'outgrown', since: day(10) });
      expect(at(events, 10, { ...child, guardianLapses: false }).state).toBe('given');
      expect(at([...events, event('given', 11)], 12).state).toBe('given');
    });

    it('leaves an adult’s guardian alone', () => {
      expect(at([event('given', 11, { byGuardian: true })], 20).state).toBe('given');
    });

    it('counts nobody as young whose birth date nobody gave', () => {
      expect(at([event('given', 2)], 9, terms()).state).toBe('given');
    });

    it('takes the first of March for a birthday that the year does not have', () => {
      expect(comesOfAgeOn('2008-02-29', 16)).toBe('2024-02-29');
      expect(comesOfAgeOn('2008-02-29', 15)).toBe('2023-03-01');
    });
  });

  it('has to stand apart where the law wants a consent of its own', () => {
    const separate = terms({ needsSeparate: true });
    expect(consentAt([event('given', 2)], day(3), separate).state).toBe('notSeparate');
    expect(consentAt([event('given', 2, { separate: true })], day(3), separate).state).toBe(
      'given',
    );
  });

  it('does not count while something depends on it, until somebody confirms that it was free', () => {
    const tied = { conditional: true };
    expect(state([event('given', 2, tied)], 3)).toBe('conditional');
    expect(state([event('given', 2, { ...tied, confirmedAt: day(5) })], 4)).toBe('conditional');
    expect(state([event('given', 2, { ...tied, confirmedAt: day(5) })], 5)).toBe('given');
    expect(state([event('refused', 2, tied)], 3)).toBe('refused');
  });

  const history = fc.array(
    fc.record({
      type: fc.constantFrom('given' as const, 'refused' as const, 'withdrawn' as const),
      at: fc.integer({ min: 1, max: 28 }).map(day),
      noticeVersion: fc.constantFrom('1', '2'),
      expiresAt: fc.option(fc.integer({ min: 1, max: 28 }).map(day)),
      byGuardian: fc.boolean(),
      separate: fc.boolean(),
      conditional: fc.boolean(),
      confirmedAt: fc.option(fc.integer({ min: 1, max: 28 }).map(day)),
    }),
    { maxLength: 10 },
  );

  it('is given only if somebody gave it, and never after a later withdrawal', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 28 }), (events, on) => {
        const status = consentAt(events, day(on), terms());
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
        expect(consentAt(events, day(on), terms())).toEqual(consentAt(known, day(on), terms()));
      }),
    );
  });
});
