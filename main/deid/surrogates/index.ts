// Consistent surrogates: the same original of the same person becomes the same stand-in in every note, in
// the form of the original. Never the original itself.
import {
  ORGANIZATIONS,
  STREETS,
  TOWNS,
  FAMILY_NAMES,
  GIVEN_NAMES,
  type Locale,
} from '../lexicon.ts';
import { fold } from '../propagation.ts';
import { parseDate } from '../recognizers/dates.ts';
import type { DeidLabel, Finding } from '../types.ts';
import type { Book } from './book.ts';
import { sameCase, shiftDate } from './dates.ts';
import { createKeyed } from './keyed.ts';
import { createNameSurrogates } from './names.ts';
import { replaceAge, replaceNumber } from './numbers.ts';

export interface SurrogateOptions {
  /** Of the person, or of the note where nobody is known. 32 bytes. */
  readonly key: Uint8Array;
  readonly book: Book;
  readonly locale: Locale;
}

export type Replace = (finding: Pick<Finding, 'label' | 'start' | 'end'>) => string;

/** Between one day and a year back: nothing moves into the future. */
const MOST_DAYS = 364;
const DEFAULT_YEAR = 2000;

export function createSurrogates(
  text: string,
  findings: readonly Finding[],
  { key, book, locale }: SurrogateOptions,
): Replace {
  const keyed = createKeyed(key);
  const days = -1 - keyed.below(MOST_DAYS, 'dateShift');
  const of = (label: DeidLabel): string[] =>
    findings
      .filter((finding) => finding.label === label)
      .map(({ start, end }) => text.slice(start, end));
  const years = of('DATE').flatMap((date) => parseDate(date)?.year ?? []);
  const yearOfNote = years.length === 0 ? DEFAULT_YEAR : Math.max(...years);
  const names = createNameSurrogates(keyed, book, locale);
  names.learn(of('NAME'));

  /** One of a list, the same one every time, remembered. */
  const listed = (label: DeidLabel, original: string, list: readonly string[]): string => {
    const folded = fold(original);
    const known = book.get(label, folded);
    if (known !== undefined) return sameCase(original, known);
    const first = keyed.below(list.length, label, folded);
    const candidates = list.map((_, step) => list[(first + step) % list.length] ?? '');
    const free = candidates.find((item) => fold(item) !== folded && !book.uses(label, item));
    const chosen = free ?? candidates.find((item) => fold(item) !== folded) ?? `[${label}]`;
    book.put(label, folded, chosen);
    return original.length > 1 && original === original.toUpperCase() && locale !== 'zh'
      ? chosen.toUpperCase()
      : chosen;
  };
  const remembered = (label: DeidLabel, original: string, make: () => string): string => {
    const folded = fold(original);
    const known = book.get(label, folded);
    if (known !== undefined) return known;
    const made = make();
    book.put(label, folded, made);
    return made;
  };

  const address = (original: string): string => {
    const number = 1 + keyed.below(120, 'house', fold(original));
    const street = keyed.pick(STREETS[locale], 'street', fold(original));
    if (locale === 'en') return `${number} ${street}`;
    if (locale === 'zh') return `${street}${number}号`;
    return locale === 'es' ? `${street}, ${number}` : `${street} ${number}`;
  };
  const email = (original: string): string => {
    const from = locale === 'zh' ? 'en' : locale;
    const given = keyed.pick(GIVEN_NAMES[from], 'mailGiven', fold(original));
    const family = keyed.pick(FAMILY_NAMES[from], 'mailFamily', fold(original));
    const plain = (word: string): string => fold(word).replace(/[^a-z]/g, '');
    return `${plain(given)}.${plain(family)}${keyed.below(100, 'mail', fold(original))}@example.org`;
  };

  return ({ label, start, end }) => {
    const original = text.slice(start, end);
    switch (label) {
      case 'NAME':
        return names.replace(original);
      case 'DATE':
        return shiftDate(original, days, { language: locale, yearOfNote }) ?? '[DATE]';
      case 'AGE':
        return replaceAge(keyed, original);
      case 'PLACE':
        return listed(label, original, TOWNS[locale]);
      case 'ORGANIZATION':
        return listed(label, original, ORGANIZATIONS[locale]);
      case 'ADDRESS':
        return remembered(label, original, () => address(original));
      case 'EMAIL':
        return remembered(label, original, () => email(original));
      case 'URL':
        return remembered(label, original, () => {
          const path = keyed.hash('url', original).toString('hex').slice(0, 8);
          return `https://example.org/${path}`;
        });
      case 'IP_ADDRESS':
        // RFC 5737 and RFC 3849 keep these for documentation.
        return original.includes(':')
          ? `2001:db8::${keyed.below(65_535, 'ip', original).toString(16)}`
          : `192.0.2.${1 + keyed.below(254, 'ip', original)}`;
      case 'RECORD_NUMBER':
      case 'NATIONAL_ID':
      case 'LICENSE_NUMBER':
      case 'PHONE':
      case 'POSTCODE':
      case 'ACCOUNT':
      case 'CARD':
        return remembered(label, original, () => replaceNumber(keyed, label, original));
    }
  };
}

export { createMemoryBook, type Book } from './book.ts';
