// Public holidays and what they do to deadlines, counted by hand from the calendars of the named years.
import { describe, expect, it } from 'vitest';
import { deadlinesOf } from '../../../shared/domain/deadlines.ts';
import {
  HOLIDAY_COUNTRIES,
  publicHolidays,
  type HolidayCountry,
} from '../../../shared/domain/holidays.ts';

const inCountry = (country: HolidayCountry) => (day: string) =>
  publicHolidays(country, Number(day.slice(0, 4))).includes(day);

describe('one month, in a country', () => {
  it.each<[HolidayCountry, string, string]>([
    ['DE', '2026-03-03', '2026-04-07'], // Good Friday, weekend, Easter Monday.
    ['DE', '2026-03-06', '2026-04-07'], // Easter Monday.
    ['DE', '2026-04-01', '2026-05-04'], // Labour Day is a Friday.
    ['DE', '2026-04-14', '2026-05-15'], // Ascension.
    ['DE', '2026-04-25', '2026-05-26'], // Whit Monday.
    ['DE', '2026-11-25', '2026-12-28'], // Christmas is a Friday, St Stephen's a Saturday.
    ['DE', '2026-12-01', '2027-01-04'], // New Year is a Friday.
    ['DE', '2025-09-03', '2025-10-06'], // Unity Day is a Friday.
    ['DE', '2027-02-26', '2027-03-30'], // Easter 2027 is 28 March.
    ['DE', '2024-02-29', '2024-04-02'], // 29 March 2024 is Good Friday.
    ['DE', '2025-01-31', '2025-02-28'],
    ['DE', '2028-01-31', '2028-02-29'],
    ['ES', '2026-09-12', '2026-10-13'], // 12 October.
    ['ES', '2026-07-15', '2026-08-17'], // Assumption is a Saturday.
    ['ES', '2026-11-08', '2026-12-09'], // Immaculate Conception.
    ['ES', '2025-11-06', '2025-12-09'], // Constitution Day is a Saturday, 8 December a Monday.
    ['ES', '2026-03-06', '2026-04-06'], // Easter Monday is regional in Spain.
    ['ES', '2025-12-06', '2026-01-07'], // Epiphany.
    ['FR', '2026-06-14', '2026-07-15'],
    ['FR', '2026-04-08', '2026-05-11'], // 8 May is a Friday.
    ['FR', '2026-10-11', '2026-11-12'],
    ['FR', '2026-03-03', '2026-04-03'], // Good Friday is regional in France.
    ['AT', '2026-09-26', '2026-10-27'],
    ['AT', '2026-05-04', '2026-06-05'], // Corpus Christi.
    ['IE', '2026-02-17', '2026-03-18'],
    ['IE', '2026-05-01', '2026-06-02'], // First Monday in June.
    ['IE', '2026-09-26', '2026-10-27'], // Last Monday in October.
    ['PL', '2026-04-03', '2026-05-04'], // 3 May is a Sunday.
    ['PL', '2026-10-11', '2026-11-12'],
    ['IT', '2026-03-25', '2026-04-27'], // 25 April is a Saturday.
    ['IT', '2026-05-02', '2026-06-03'],
    ['NL', '2026-03-27', '2026-04-28'],
    ['SE', '2026-05-06', '2026-06-08'], // National Day is a Saturday.
    ['GR', '2026-03-10', '2026-04-14'], // Orthodox Good Friday to Easter Monday.
    ['GR', '2026-03-03', '2026-04-03'], // Not the Gregorian one.
    ['PT', '2026-05-10', '2026-06-11'],
    ['MT', '2026-01-10', '2026-02-11'],
  ])('%s: received %s is due %s', (country, received, due) => {
    expect(deadlinesOf(received, inCountry(country)).dueOn).toBe(due);
  });
});

describe('the extension by two months', () => {
  it.each<[HolidayCountry, string, string, string, string]>([
    // country, received, due with extension, three months from receipt, two months after the first
    ['DE', '2026-01-31', '2026-04-28', '2026-04-30', '2026-04-28'],
    ['DE', '2025-11-30', '2026-03-02', '2026-03-02', '2026-03-02'],
    ['DE', '2026-01-03', '2026-04-07', '2026-04-07', '2026-04-07'],
    ['DE', '2027-12-31', '2028-03-31', '2028-03-31', '2028-03-31'],
    ['DE', '2028-01-29', '2028-05-02', '2028-05-02', '2028-05-02'],
    ['DE', '2028-01-31', '2028-05-02', '2028-05-02', '2028-05-02'],
    ['FR', '2026-08-31', '2026-11-30', '2026-11-30', '2026-11-30'],
    ['ES', '2026-03-31', '2026-06-30', '2026-06-30', '2026-06-30'],
    ['ES', '2026-05-31', '2026-08-31', '2026-08-31', '2026-08-31'],
    ['ES', '2025-10-31', '2026-01-30', '2026-02-02', '2026-01-30'],
    ['AT', '2025-12-31', '2026-03-31', '2026-03-31', '2026-03-31'],
  ])('%s: received %s, extended %s, readings %s and %s', (country, received, due, three, two) => {
    expect(deadlinesOf(received, inCountry(country))).toMatchObject({
      extendedDueOn: due,
      readings: { threeMonthsFromReceipt: three, twoMonthsAfterTheFirst: two },
    });
  });

  it('is never later than either reading, in any country on any day of four years', () => {
    for (const country of HOLIDAY_COUNTRIES) {
      const isHoliday = inCountry(country);
      for (let ms = Date.UTC(2025, 0, 1); ms < Date.UTC(2029, 0, 1); ms += 7 * 86_400_000) {
        const { extendedDueOn, readings, dueOn, unshiftedDueOn } = deadlinesOf(
          new Date(ms).toISOString().slice(0, 10),
          isHoliday,
        );
        expect(extendedDueOn <= readings.threeMonthsFromReceipt).toBe(true);
        expect(extendedDueOn <= readings.twoMonthsAfterTheFirst).toBe(true);
        expect(dueOn >= unshiftedDueOn).toBe(true);
        // Easter or Christmas with a weekend on both sides is the longest shift there is.
        expect(Date.parse(dueOn) - Date.parse(unshiftedDueOn)).toBeLessThanOrEqual(5 * 86_400_000);
      }
    }
  });
});
