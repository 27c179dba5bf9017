import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOLIDAY_COUNTRIES, publicHolidays } from '../../../../shared/domain/holidays.ts';
import { unwrap } from '../../../../shared/kernel/result.ts';
import { createHouse, person, TESTER, type House } from '../house.ts';

let house: House;
beforeEach(async () => {
  house = await createHouse();
});
afterEach(() => house.dispose());

const dueOn = (receivedOn: string): string =>
  unwrap(
    house.governance.requests.open(TESTER, { kind: 'access', subject: { key: '1' }, receivedOn }),
  ).dueOn;

describe('the calendar of the site', () => {
  it('moves deadlines by the chosen country and by the days the site changed', () => {
    const { calendar } = house.governance;
    person(house, '1');
    expect(calendar.country()).toBeNull();
    expect(dueOn('2026-03-03')).toBe('2026-04-03'); // Good Friday counts nowhere yet.
    calendar.setCountry('DE');
    expect(dueOn('2026-03-03')).toBe('2026-04-07');
    calendar.change('DE', '2026-04-07', 'added', 'Day of the house');
    expect(dueOn('2026-03-03')).toBe('2026-04-08');
    calendar.change('DE', '2026-04-03', 'removed', '');
    expect(dueOn('2026-03-03')).toBe('2026-04-03');
    const april = calendar.list('DE', 2026).filter(({ day }) => day.startsWith('2026-04'));
    expect(april).toEqual([
      { day: '2026-04-03', source: 'removed', name: '' },
      { day: '2026-04-06', source: 'law', name: '' },
      { day: '2026-04-07', source: 'added', name: 'Day of the house' },
    ]);
    calendar.change('DE', '2026-04-03', null, '');
    calendar.change('DE', '2026-04-07', null, '');
    expect(calendar.list('DE', 2026).map(({ day }) => day)).toEqual(publicHolidays('DE', 2026));
    calendar.setCountry(null);
    expect(dueOn('2026-03-03')).toBe('2026-04-03');
  });

  it('calls a day a holiday exactly where its list does', () => {
    const { calendar } = house.governance;
    const day = fc
      .integer({ min: 0, max: 364 })
      .map((n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10));
    const change = fc.record({ day, kind: fc.constantFrom('added', 'removed', null) });
    fc.assert(
      fc.property(
        fc.constantFrom(...HOLIDAY_COUNTRIES),
        fc.array(change, { maxLength: 6 }),
        day,
        (country, changes, asked) => {
          calendar.setCountry(country);
          for (const each of changes) calendar.change(country, each.day, each.kind, '');
          const listed = calendar
            .list(country, 2026)
            .some((each) => each.day === asked && each.source !== 'removed');
          expect(calendar.isHoliday(asked)).toBe(listed);
        },
      ),
      { numRuns: 60 },
    );
  });
});
