// A site in Germany that added one day of its own.
import { HOLIDAY_COUNTRIES, publicHolidays } from '../../../shared/domain/holidays.ts';
import type { Holiday, Site } from '../../../shared/contract/index.ts';
import type { HandlersOf } from './core.ts';

let country: Site['country'] = 'DE';
const own = new Map<string, Holiday>([
  ['DE 2026-06-04', { day: '2026-06-04', source: 'added', name: 'Fronleichnam' }],
]);

const holidays = (code: NonNullable<Site['country']>, year: number): { items: Holiday[] } => {
  const days = new Map<string, Holiday>(
    publicHolidays(code, year).map((day) => [day, { day, source: 'law', name: '' }]),
  );
  for (const [key, holiday] of own) {
    if (key.startsWith(`${code} ${year}`)) days.set(holiday.day, holiday);
  }
  return { items: [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)) };
};

const site = (): Site => ({ country, countries: [...HOLIDAY_COUNTRIES] });

export const siteHandlers: HandlersOf<'site.get' | 'site.set' | 'holiday.list' | 'holiday.set'> = {
  'site.get': site,
  'site.set'(input, context) {
    country = input.country;
    context.changed('settings');
    return site();
  },
  'holiday.list': ({ country: code, year }) => holidays(code, year),
  'holiday.set'({ country: code, day, change, name }, context) {
    if (change === null) own.delete(`${code} ${day}`);
    else own.set(`${code} ${day}`, { day, source: change, name });
    context.changed('settings');
    return holidays(code, Number(day.slice(0, 4)));
  },
};
