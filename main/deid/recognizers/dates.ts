// Calendar dates as people write them in English, Spanish, German and Chinese: numeric in every order,
// with month names, without a year, month and year, and a bare year where a word makes it one. The same
// patterns take a date apart again, so that a surrogate can be moved in time and keep its form.
import { isDay } from '../checksums.ts';
import type { Finding } from '../types.ts';
import { END, HAS_HAN, matches, NUMBER_END, NUMBER_START, pattern, START } from './patterns.ts';

/** January first; every language of the patterns, full names and the abbreviations in use. */
export const MONTHS: readonly (readonly string[])[] = [
  ['january', 'jan', 'enero', 'ene', 'januar', 'jänner', 'jän'],
  ['february', 'feb', 'febrero', 'februar'],
  ['march', 'mar', 'marzo', 'märz', 'mär'],
  ['april', 'apr', 'abril', 'abr'],
  ['may', 'mayo', 'mai'],
  ['june', 'jun', 'junio', 'juni'],
  ['july', 'jul', 'julio', 'juli'],
  ['august', 'aug', 'agosto', 'ago'],
  ['september', 'sept', 'sep', 'septiembre', 'setiembre', 'set'],
  ['october', 'oct', 'octubre', 'oktober', 'okt'],
  ['november', 'nov', 'noviembre'],
  ['december', 'dec', 'diciembre', 'dic', 'dezember', 'dez'],
];

const NAMES = MONTHS.flat().sort((a, b) => b.length - a.length);
const MONTH = `(?<name>${NAMES.join('|')})`;
const YEAR = String.raw`(?<year>(?:19|20)\d{2})`;
const SHORT_YEAR = String.raw`(?<year>(?:19|20)\d{2}|['’]?\d{2})`;
const DAY = String.raw`(?<day>0?[1-9]|[12]\d|3[01])`;
const ORDINAL = String.raw`(?:st|nd|rd|th|\.|º|ª|er)?`;
const MONTH_NUMBER = '(?<month>0?[1-9]|1[0-2])';

interface Form {
  readonly rule: string;
  readonly score: number;
  /** In a text, with what has to stand around it. */
  readonly expression: RegExp;
  /** The date alone, all of it. */
  readonly whole: RegExp;
}

const form = (
  rule: string,
  [before, core, after]: readonly [before: string, core: string, after: string],
  score: number,
): Form => ({
  rule: `date.${rule}`,
  score,
  expression: pattern(before + core + after, 'i'),
  whole: new RegExp(`^(?:${core})$`, 'diu'),
});

const FULL_YEAR = String.raw`(?<year>(?:19|20)\d{2})`;
const YEAR_WORDS = String.raw`(?:en|año|años|desde|hasta|del|in|since|from|until|seit|im\sjahre?|anno)`;
const LONG_NAMES = NAMES.filter(({ length }) => length > 3).join('|');
const HAN_DAY = String.raw`(?<day>0?[1-9]|[12]\d|3[01])\s?[日号]`;
const HAN_MONTH = String.raw`(?<month>0?[1-9]|1[0-2])\s?月`;

const FORMS: readonly Form[] = [
  form('iso', [NUMBER_START, `${YEAR}(?<s>[-/.])${MONTH_NUMBER}\\k<s>${DAY}`, NUMBER_END], 0.97),
  form(
    'numeric',
    [NUMBER_START, `${DAY}(?<s>[-/.])${MONTH_NUMBER}\\k<s>${FULL_YEAR}`, NUMBER_END],
    0.97,
  ),
  // Month before day, where the other order is impossible.
  form(
    'numericUs',
    [NUMBER_START, `${MONTH_NUMBER}(?<s>[-/])(?<day>1[3-9]|2\\d|3[01])\\k<s>${YEAR}`, NUMBER_END],
    0.95,
  ),
  form(
    'numericShort',
    [NUMBER_START, `${DAY}(?<s>[-/.])${MONTH_NUMBER}\\k<s>(?<year>\\d{2})`, NUMBER_END],
    0.8,
  ),
  form('chinese', ['(?<!\\d)', `${YEAR}\\s?年\\s?${HAN_MONTH}(?:\\s?${HAN_DAY})?`, ''], 0.97),
  form('chineseNoYear', ['(?<!\\d)', `${HAN_MONTH}\\s?${HAN_DAY}`, ''], 0.9),
  form('chineseYear', ['(?<!\\d)', `${YEAR}\\s?年`, '(?!\\s?龄)'], 0.6),
  form(
    'dayMonth',
    [
      NUMBER_START,
      `${DAY}${ORDINAL}[ \\u00a0-]{0,2}(?:(?:de|of|del)\\s)?${MONTH}\\.?(?:(?:,|\\s|-){1,2}(?:(?:de|del|of)\\s)?${SHORT_YEAR})?`,
      END,
    ],
    0.93,
  ),
  form('monthDay', [START, `${MONTH}\\.?\\s${DAY}${ORDINAL}(?:,?\\s${YEAR})?`, NUMBER_END], 0.9),
  form('monthYear', [START, `${MONTH}\\.?(?:\\s|-|/)(?:(?:de|del|of)\\s)?${YEAR}`, END], 0.9),
  form(
    'monthNumberYear',
    [`(?<!\\d[/.-])${NUMBER_START}`, `(?<month>0[1-9]|1[0-2])[/.]${YEAR}`, NUMBER_END],
    0.6,
  ),
  form(
    'germanNoYear',
    [
      `(?<=${START}(?:am|vom|bis|seit|zum|den|dem|ab)\\s)`,
      `${DAY}\\.(?<month>0?[1-9]|1[0-2])\\.`,
      '(?!\\d)',
    ],
    0.8,
  ),
  form('yearNamed', [START, `años?\\s${YEAR}`, NUMBER_END], 0.8),
  form('year', [`(?<=${START}${YEAR_WORDS}\\s(?:el\\saño\\s)?)`, YEAR, NUMBER_END], 0.65),
  form(
    'month',
    [`(?<=${START}(?:en|mes\\sde|in|im|seit|desde|since)\\s)`, `(?<name>${LONG_NAMES})`, END],
    0.55,
  ),
  form('yearOfMonth', [`(?<=${START}(?:${LONG_NAMES})(?:\\sde)?\\s)`, YEAR, END], 0.8),
];

export function* findDates(text: string): Generator<Finding> {
  const han = HAS_HAN.test(text);
  for (const { rule, expression, score } of FORMS) {
    if (!han && rule.startsWith('date.chinese')) continue;
    yield* matches(text, expression, 'DATE', rule, ({ groups }) =>
      isPossible(groups) ? score : null,
    );
  }
}

type Groups = RegExpExecArray['groups'];

/** 30 February is a dose or a batch number. A leap year is granted where no year is given. */
function isPossible(groups: Groups): boolean {
  const day = groups?.['day'];
  const month = monthOf(groups);
  if (day === undefined || month === null) return true;
  return isDay(yearOf(groups?.['year']) ?? 2000, month, Number(day));
}

function monthOf(groups: Groups): number | null {
  const number = groups?.['month'];
  if (number !== undefined) return Number(number);
  const name = groups?.['name']?.toLowerCase();
  if (name === undefined) return null;
  const at = MONTHS.findIndex((names) => names.includes(name));
  return at === -1 ? null : at + 1;
}

/** Two digits: up to ten years ahead of 2026 belong to this century, a rule of thumb for birth dates. */
const PIVOT = 36;
function yearOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const number = Number(text.replace(/\D/g, ''));
  return number >= 100 ? number : number <= PIVOT ? 2000 + number : 1900 + number;
}

export interface DatePart {
  readonly kind: 'day' | 'month' | 'name' | 'year';
  /** Inside the date's text. */
  readonly start: number;
  readonly end: number;
}

export interface DateParts {
  readonly year: number | null;
  readonly month: number | null;
  readonly day: number | null;
  /** In order of the text. */
  readonly parts: readonly DatePart[];
}

const PART_NAMES = ['day', 'month', 'name', 'year'] as const;

/** A found date taken apart; null where no form fits the whole of it. */
export function parseDate(date: string): DateParts | null {
  for (const { whole } of FORMS) {
    const match = whole.exec(date);
    if (match === null || !isPossible(match.groups)) continue;
    const parts = PART_NAMES.flatMap((kind): DatePart[] => {
      const place = match.indices?.groups?.[kind];
      return place === undefined ? [] : [{ kind, start: place[0], end: place[1] }];
    }).sort((a, b) => a.start - b.start);
    const day = match.groups?.['day'];
    return {
      year: yearOf(match.groups?.['year']),
      month: monthOf(match.groups),
      day: day === undefined ? null : Number(day),
      parts,
    };
  }
  return null;
}
