// A date moved by the person's offset and written exactly as it was: same order, separators, width, month
// names. All dates of one person move by the same number of days, so every interval between them stays.
import { parseDate, type DateParts } from '../recognizers/dates.ts';

/** Twelve names each, in the spellings a note uses; a date stays in its own row. */
const MONTH_FORMS: readonly (readonly string[])[] = [
  'january february march april may june july august september october november december',
  'jan feb mar apr may jun jul aug sep oct nov dec',
  'jan feb mar apr may jun jul aug sept oct nov dec',
  'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
  'ene feb mar abr may jun jul ago sep oct nov dic',
  'enero febrero marzo abril mayo junio julio agosto setiembre octubre noviembre diciembre',
  'januar februar märz april mai juni juli august september oktober november dezember',
  'jan feb mär apr mai jun jul aug sep okt nov dez',
  'jänner februar märz april mai juni juli august september oktober november dezember',
].map((row) => row.split(' '));

/** Which rows a language writes; names that languages share are read in the note's own. */
const ROWS: Readonly<Record<string, readonly number[]>> = {
  en: [0, 1, 2],
  es: [3, 4, 5],
  de: [6, 7, 8],
  zh: [0, 1, 2],
};

/** Null where the text is no date of a known form. `yearOfNote` stands in where a date names none. */
export function shiftDate(
  date: string,
  days: number,
  { language, yearOfNote }: { readonly language: string; readonly yearOfNote: number },
): string | null {
  const parsed = parseDate(date);
  if (parsed === null) return null;
  const moved = move(parsed, days, yearOfNote);
  const numbers = parsed.parts.filter(({ kind }) => kind === 'day' || kind === 'month');
  const padded =
    /^[\d./-]+$/.test(date) &&
    numbers.length > 1 &&
    numbers.every(({ start, end }) => end - start === 2);
  let result = '';
  let from = 0;
  for (const { kind, start, end } of parsed.parts) {
    const original = date.slice(start, end);
    result += date.slice(from, start) + write(kind, original, { parsed, moved, language, padded });
    from = end;
  }
  return ordinals(result + date.slice(from));
}

/** A month moves from its middle, a year from its middle: half the time it becomes the neighbor. */
function move({ year, month, day }: DateParts, days: number, yearOfNote: number): Date {
  const base = year ?? yearOfNote;
  const last = new Date(Date.UTC(base, month ?? 7, 0)).getUTCDate();
  const from = Date.UTC(base, (month ?? 7) - 1, month === null ? 1 : Math.min(day ?? 15, last));
  return new Date(from + days * 86_400_000);
}

function write(
  kind: 'day' | 'month' | 'name' | 'year',
  original: string,
  how: {
    readonly parsed: DateParts;
    readonly moved: Date;
    readonly language: string;
    readonly padded: boolean;
  },
): string {
  const { parsed, moved, language, padded } = how;
  switch (kind) {
    case 'day':
      return sameWidth(original, moved.getUTCDate(), padded);
    case 'month':
      return sameWidth(original, moved.getUTCMonth() + 1, padded);
    case 'year': {
      const year = String(moved.getUTCFullYear());
      return /^\d{4}$/.test(original) ? year : original.replace(/\d{2}/, year.slice(-2));
    }
    case 'name':
      return sameCase(original, monthName(original, parsed.month ?? 1, moved, language));
  }
}

function monthName(original: string, month: number, moved: Date, language: string): string {
  const written = original.toLowerCase();
  const own = ROWS[language] ?? [];
  const rows = [...own, ...MONTH_FORMS.keys()];
  const row = rows.find((at) => MONTH_FORMS[at]?.[month - 1] === written) ?? own[0] ?? 0;
  return MONTH_FORMS[row]?.[moved.getUTCMonth()] ?? original;
}

/** `12` says nothing about a leading zero; the rest of the date may. */
const sameWidth = (original: string, value: number, padded: boolean): string =>
  original.startsWith('0') || (padded && original.length === 2)
    ? String(value).padStart(2, '0')
    : String(value);

export function sameCase(original: string, replacement: string): string {
  if (original.length > 1 && original === original.toUpperCase()) return replacement.toUpperCase();
  const first = original.charAt(0);
  return first === first.toUpperCase()
    ? replacement.charAt(0).toUpperCase() + replacement.slice(1)
    : replacement;
}

/** `1st` that became 22 reads `22nd`. */
const ordinals = (date: string): string =>
  date.replace(/(\d{1,2})(?:st|nd|rd|th)\b/g, (_, day: string) => {
    const last = Number(day) % 10;
    const teen = Math.floor(Number(day) / 10) === 1;
    return day + (teen || last > 3 ? 'th' : (['th', 'st', 'nd', 'rd'][last] ?? 'th'));
  });
