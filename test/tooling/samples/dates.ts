/** Days as people write them in four languages, and arithmetic on them in UTC. */
import type { Random } from '../../../shared/domain/random.ts';
import type { Language } from './identifiers.ts';

export type Day = { readonly year: number; readonly month: number; readonly day: number };

export function addDays(date: Day, days: number): Day {
  const moved = new Date(Date.UTC(date.year, date.month - 1, date.day + days));
  return {
    year: moved.getUTCFullYear(),
    month: moved.getUTCMonth() + 1,
    day: moved.getUTCDate(),
  };
}

export const isoDay = ({ year, month, day }: Day): string =>
  `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;

export function yearsBetween(earlier: Day, later: Day): number {
  const passed =
    later.month > earlier.month || (later.month === earlier.month && later.day >= earlier.day);
  return later.year - earlier.year - (passed ? 0 : 1);
}

const MONTHS: Readonly<Record<'en' | 'es' | 'de', readonly string[]>> = {
  en: 'January February March April May June July August September October November December'.split(
    ' ',
  ),
  es: 'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'.split(
    ' ',
  ),
  de: 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember'.split(
    ' ',
  ),
};

export function writeDate(date: Day, language: Language, random: Random): string {
  const { year, month, day } = date;
  const two = (n: number): string => String(n).padStart(2, '0');
  const short = two(year % 100);
  switch (language) {
    case 'en': {
      const name = MONTHS.en[month - 1]!;
      return random.pick([
        `${day} ${name} ${year}`,
        `${two(day)}/${two(month)}/${year}`,
        `${two(day)}/${two(month)}/${short}`,
        `${day} ${name.slice(0, 3)} ${year}`,
        `${name} ${day}, ${year}`,
        isoDay(date),
        `${two(day)}-${name.slice(0, 3)}-${year}`,
        `${day} ${name}`,
      ]);
    }
    case 'es': {
      const name = MONTHS.es[month - 1]!;
      return random.pick([
        `${two(day)}/${two(month)}/${year}`,
        `${day} de ${name} de ${year}`,
        `${two(day)}-${two(month)}-${year}`,
        `${day}/${month}/${short}`,
        `${day} de ${name}`,
        isoDay(date),
        `${two(day)}.${two(month)}.${year}`,
      ]);
    }
    case 'de': {
      const name = MONTHS.de[month - 1]!;
      return random.pick([
        `${two(day)}.${two(month)}.${year}`,
        `${day}. ${name} ${year}`,
        `${two(day)}.${two(month)}.${short}`,
        `${day}.${month}.${year}`,
        `${day}. ${name}`,
        isoDay(date),
      ]);
    }
    case 'zh':
      return random.pick([
        `${year}年${month}月${day}日`,
        isoDay(date),
        `${year}/${two(month)}/${two(day)}`,
        `${month}月${day}日`,
        `${year}.${month}.${day}`,
        `${year}年${two(month)}月${two(day)}日`,
      ]);
  }
}
