// Regulation (EEC, Euratom) 1182/71, counted by hand. Weekdays are of the named years.
import { describe, expect, it } from 'vitest';
import { answerDueOn, extendedAnswerDueOn } from '../../../shared/domain/deadlines.ts';

describe('one month', () => {
  it.each([
    // Same date of the next month.
    ['2026-11-23', '2026-12-23'],
    ['2026-09-01', '2026-10-01'],
    ['2026-12-15', '2027-01-15'],
    ['2025-02-14', '2025-03-14'],
    // The date is missing: last day of the month, leap year and not.
    ['2028-01-31', '2028-02-29'],
    ['2028-01-30', '2028-02-29'],
    ['2025-01-31', '2025-02-28'],
    ['2025-01-29', '2025-02-28'],
    ['2025-03-31', '2025-04-30'],
    ['2026-08-31', '2026-09-30'],
    // From a short month to a long one the date stays.
    ['2025-02-28', '2025-03-28'],
    ['2028-02-29', '2028-03-29'],
    ['2026-04-30', '2026-06-01'], // 30 May 2026 is a Saturday.
    // A Saturday moves by two days, a Sunday by one, also over the end of a month.
    ['2026-01-21', '2026-02-23'],
    ['2026-01-22', '2026-02-23'],
    ['2026-01-31', '2026-03-02'], // 28 February 2026 is a Saturday.
    ['2026-10-31', '2026-11-30'],
    ['2027-01-31', '2027-03-01'], // 28 February 2027 is a Sunday.
    // Daylight-saving changes do not matter to calendar days.
    ['2026-02-28', '2026-03-30'], // 28 March is a Saturday.
    ['2026-09-25', '2026-10-26'], // 25 October is a Sunday.
  ])('received %s is due %s', (received, due) => {
    expect(answerDueOn(received)).toBe(due);
  });

  it('moves past holidays and the weekend behind them', () => {
    const holidays = new Set([
      '2026-04-03',
      '2026-04-06',
      '2026-12-25',
      '2026-12-26',
      '2027-01-01',
    ]);
    const due = (received: string) => answerDueOn(received, (day) => holidays.has(day));
    expect(due('2026-03-03')).toBe('2026-04-07'); // Good Friday, weekend, Easter Monday.
    expect(due('2026-11-25')).toBe('2026-12-28'); // Christmas on Friday and Saturday.
    expect(due('2026-12-01')).toBe('2027-01-04');
    expect(due('2026-03-02')).toBe('2026-04-02');
  });
});

describe('with two further months', () => {
  it.each([
    ['2025-01-31', '2025-04-28'], // 30 April by one reading, 28 April by the other.
    ['2026-01-31', '2026-04-28'],
    ['2028-01-31', '2028-05-01'], // 29 April 2028 is a Saturday; only the end is shifted.
    ['2025-03-31', '2025-06-30'],
    ['2026-11-23', '2027-02-23'],
    ['2025-11-30', '2026-03-02'], // 28 February 2026 is a Saturday.
    ['2026-08-31', '2026-11-30'],
    ['2025-12-31', '2026-03-31'],
  ])('received %s is due %s', (received, due) => {
    expect(extendedAnswerDueOn(received)).toBe(due);
  });

  it('is never later than three months shifted once, and never on a weekend', () => {
    for (let day = 0; day < 1_500; day += 1) {
      const received = new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10);
      const one = answerDueOn(received);
      const three = extendedAnswerDueOn(received);
      for (const due of [one, three]) expect([0, 6]).not.toContain(new Date(due).getUTCDay());
      const days = (Date.parse(one) - Date.parse(received)) / 86_400_000;
      expect(days).toBeGreaterThanOrEqual(28);
      expect(days).toBeLessThanOrEqual(33);
      expect((Date.parse(three) - Date.parse(received)) / 86_400_000).toBeLessThanOrEqual(94);
    }
  });
});
