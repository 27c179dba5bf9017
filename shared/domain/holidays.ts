/**
 * Nationwide public holidays of the Member States, as rules. They only ever move a deadline later, so a day
 * stands here when it is a public holiday in the whole country by law; regional days and everything doubtful
 * are left out and belong into the site's own table, which can add days and take days away.
 *
 * Sources: the lists that Member States communicate under Regulation (EEC, Euratom) 1182/71 Art. 2(1),
 * published in the Official Journal each year. Counsel confirms a country before its deadlines are relied on.
 */
import type { CalendarDay } from '../kernel/time.ts';

/** `MM-DD`, days from Easter Sunday, or the nth weekday of a month (−1: the last). */
type Rule =
  | string
  | { readonly easter: number; readonly orthodox?: true }
  | { readonly month: number; readonly weekday: number; readonly nth: number };

const NEW_YEAR = '01-01';
const EPIPHANY = '01-06';
const GOOD_FRIDAY = { easter: -2 };
const EASTER = { easter: 0 };
const EASTER_MONDAY = { easter: 1 };
const LABOUR_DAY = '05-01';
const ASCENSION = { easter: 39 };
const PENTECOST = { easter: 49 };
const WHIT_MONDAY = { easter: 50 };
const CORPUS_CHRISTI = { easter: 60 };
const ASSUMPTION = '08-15';
const ALL_SAINTS = '11-01';
const IMMACULATE = '12-08';
const CHRISTMAS_EVE = '12-24';
const CHRISTMAS = '12-25';
const STEPHEN = '12-26';
const MONDAY = 1;

const RULES = {
  AT: [
    NEW_YEAR,
    EPIPHANY,
    EASTER_MONDAY,
    LABOUR_DAY,
    ASCENSION,
    WHIT_MONDAY,
    CORPUS_CHRISTI,
    ASSUMPTION,
    '10-26',
    ALL_SAINTS,
    IMMACULATE,
    CHRISTMAS,
    STEPHEN,
  ],
  BE: [
    NEW_YEAR,
    EASTER_MONDAY,
    LABOUR_DAY,
    ASCENSION,
    WHIT_MONDAY,
    '07-21',
    ASSUMPTION,
    ALL_SAINTS,
    '11-11',
    CHRISTMAS,
  ],
  CZ: [
    NEW_YEAR,
    GOOD_FRIDAY,
    EASTER_MONDAY,
    LABOUR_DAY,
    '05-08',
    '07-05',
    '07-06',
    '09-28',
    '10-28',
    '11-17',
    CHRISTMAS_EVE,
    CHRISTMAS,
    STEPHEN,
  ],
  DE: [
    NEW_YEAR,
    GOOD_FRIDAY,
    EASTER_MONDAY,
    LABOUR_DAY,
    ASCENSION,
    WHIT_MONDAY,
    '10-03',
    CHRISTMAS,
    STEPHEN,
  ],
  DK: [
    NEW_YEAR,
    { easter: -3 },
    GOOD_FRIDAY,
    EASTER_MONDAY,
    ASCENSION,
    WHIT_MONDAY,
    CHRISTMAS,
    STEPHEN,
  ],
  EE: [
    NEW_YEAR,
    '02-24',
    GOOD_FRIDAY,
    EASTER,
    LABOUR_DAY,
    PENTECOST,
    '06-23',
    '06-24',
    '08-20',
    CHRISTMAS_EVE,
    CHRISTMAS,
    STEPHEN,
  ],
  ES: [
    NEW_YEAR,
    EPIPHANY,
    GOOD_FRIDAY,
    LABOUR_DAY,
    ASSUMPTION,
    '10-12',
    ALL_SAINTS,
    '12-06',
    IMMACULATE,
    CHRISTMAS,
  ],
  FI: [
    NEW_YEAR,
    EPIPHANY,
    GOOD_FRIDAY,
    EASTER_MONDAY,
    LABOUR_DAY,
    ASCENSION,
    '12-06',
    CHRISTMAS,
    STEPHEN,
  ],
  FR: [
    NEW_YEAR,
    EASTER_MONDAY,
    LABOUR_DAY,
    '05-08',
    ASCENSION,
    WHIT_MONDAY,
    '07-14',
    ASSUMPTION,
    ALL_SAINTS,
    '11-11',
    CHRISTMAS,
  ],
  GR: [
    NEW_YEAR,
    EPIPHANY,
    '03-25',
    { easter: -48, orthodox: true },
    { easter: -2, orthodox: true },
    { easter: 1, orthodox: true },
    LABOUR_DAY,
    { easter: 50, orthodox: true },
    ASSUMPTION,
    '10-28',
    CHRISTMAS,
    STEPHEN,
  ],
  HR: [
    NEW_YEAR,
    EPIPHANY,
    EASTER_MONDAY,
    LABOUR_DAY,
    '05-30',
    CORPUS_CHRISTI,
    '06-22',
    '08-05',
    ASSUMPTION,
    ALL_SAINTS,
    '11-18',
    CHRISTMAS,
    STEPHEN,
  ],
  HU: [
    NEW_YEAR,
    '03-15',
    GOOD_FRIDAY,
    EASTER_MONDAY,
    LABOUR_DAY,
    WHIT_MONDAY,
    '08-20',
    '10-23',
    ALL_SAINTS,
    CHRISTMAS,
    STEPHEN,
  ],
  IE: [
    NEW_YEAR,
    '03-17',
    EASTER_MONDAY,
    { month: 5, weekday: MONDAY, nth: 1 },
    { month: 6, weekday: MONDAY, nth: 1 },
    { month: 8, weekday: MONDAY, nth: 1 },
    { month: 10, weekday: MONDAY, nth: -1 },
    CHRISTMAS,
    STEPHEN,
  ],
  IT: [
    NEW_YEAR,
    EPIPHANY,
    EASTER_MONDAY,
    '04-25',
    LABOUR_DAY,
    '06-02',
    ASSUMPTION,
    ALL_SAINTS,
    IMMACULATE,
    CHRISTMAS,
    STEPHEN,
  ],
  LT: [
    NEW_YEAR,
    '02-16',
    '03-11',
    EASTER_MONDAY,
    LABOUR_DAY,
    '06-24',
    '07-06',
    ASSUMPTION,
    ALL_SAINTS,
    CHRISTMAS_EVE,
    CHRISTMAS,
    STEPHEN,
  ],
  LU: [
    NEW_YEAR,
    EASTER_MONDAY,
    LABOUR_DAY,
    '05-09',
    ASCENSION,
    WHIT_MONDAY,
    '06-23',
    ASSUMPTION,
    ALL_SAINTS,
    CHRISTMAS,
    STEPHEN,
  ],
  LV: [
    NEW_YEAR,
    GOOD_FRIDAY,
    EASTER_MONDAY,
    LABOUR_DAY,
    '05-04',
    '06-23',
    '06-24',
    '11-18',
    CHRISTMAS_EVE,
    CHRISTMAS,
    STEPHEN,
    '12-31',
  ],
  MT: [
    NEW_YEAR,
    '02-10',
    '03-19',
    '03-31',
    GOOD_FRIDAY,
    LABOUR_DAY,
    '06-07',
    '06-29',
    ASSUMPTION,
    '09-08',
    '09-21',
    IMMACULATE,
    '12-13',
    CHRISTMAS,
  ],
  NL: [NEW_YEAR, EASTER_MONDAY, '04-27', ASCENSION, WHIT_MONDAY, CHRISTMAS, STEPHEN],
  PL: [
    NEW_YEAR,
    EPIPHANY,
    EASTER_MONDAY,
    LABOUR_DAY,
    '05-03',
    CORPUS_CHRISTI,
    ASSUMPTION,
    ALL_SAINTS,
    '11-11',
    CHRISTMAS,
    STEPHEN,
  ],
  PT: [
    NEW_YEAR,
    GOOD_FRIDAY,
    '04-25',
    LABOUR_DAY,
    CORPUS_CHRISTI,
    '06-10',
    ASSUMPTION,
    '10-05',
    ALL_SAINTS,
    '12-01',
    IMMACULATE,
    CHRISTMAS,
  ],
  SE: [
    NEW_YEAR,
    EPIPHANY,
    GOOD_FRIDAY,
    EASTER_MONDAY,
    LABOUR_DAY,
    ASCENSION,
    '06-06',
    CHRISTMAS,
    STEPHEN,
  ],
  SI: [
    NEW_YEAR,
    '01-02',
    '02-08',
    EASTER_MONDAY,
    '04-27',
    LABOUR_DAY,
    '05-02',
    '06-25',
    ASSUMPTION,
    '10-31',
    ALL_SAINTS,
    CHRISTMAS,
    STEPHEN,
  ],
} as const satisfies Record<string, readonly Rule[]>;

export type HolidayCountry = keyof typeof RULES;
export const HOLIDAY_COUNTRIES = Object.keys(RULES) as readonly HolidayCountry[];
export const isHolidayCountry = (code: string): code is HolidayCountry =>
  Object.hasOwn(RULES, code);

/** In order, without weekends sorted out: a holiday on a Sunday stands here too. */
export function publicHolidays(country: HolidayCountry, year: number): readonly CalendarDay[] {
  const days = (RULES[country] as readonly Rule[]).map((rule) => dayOf(rule, year));
  return [...new Set(days)].sort();
}

const DAY_MS = 86_400_000;
const dayAt = (ms: number): CalendarDay => new Date(ms).toISOString().slice(0, 10);

function dayOf(rule: Rule, year: number): CalendarDay {
  if (typeof rule === 'string') return `${String(year).padStart(4, '0')}-${rule}`;
  if ('easter' in rule) {
    const sunday = rule.orthodox ? orthodoxEaster(year) : easterSunday(year);
    return dayAt(sunday + rule.easter * DAY_MS);
  }
  const { month, weekday, nth } = rule;
  if (nth > 0) {
    const first = Date.UTC(year, month - 1, 1);
    const ahead = (weekday - new Date(first).getUTCDay() + 7) % 7;
    return dayAt(first + (ahead + 7 * (nth - 1)) * DAY_MS);
  }
  const last = Date.UTC(year, month, 0);
  const back = (new Date(last).getUTCDay() - weekday + 7) % 7;
  return dayAt(last - (back + 7 * (-nth - 1)) * DAY_MS);
}

/** Gregorian, by the algorithm of Meeus, Jones and Butcher. Milliseconds, midnight UTC. */
export function easterSunday(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  const date = ((h + l - 7 * m + 114) % 31) + 1;
  return Date.UTC(year, month - 1, date);
}

/** Julian Easter (Meeus) as a Gregorian day; thirteen days between the calendars from 1900 to 2099. */
function orthodoxEaster(year: number): number {
  const d = (19 * (year % 19) + 15) % 30;
  const e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7;
  const month = Math.floor((d + e + 114) / 31);
  const date = ((d + e + 114) % 31) + 1;
  return Date.UTC(year, month - 1, date) + 13 * DAY_MS;
}
