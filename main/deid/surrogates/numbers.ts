// Numbers keep their form: digits become digits, letters of an identifier letters, separators stay. Where the
// original passed the check of its kind, the surrogate passes too, so that software that tests them works on.
import {
  chineseId,
  completeChineseId,
  completeDni,
  completeIban,
  completeKvnr,
  completeLuhn,
  completeNhs,
  dni,
  iban,
  kvnr,
  luhn,
  nhs,
  steuerId,
} from '../checksums.ts';
import type { DeidLabel } from '../types.ts';
import type { Keyed } from './keyed.ts';

interface Scheme {
  readonly labels: readonly DeidLabel[];
  readonly valid: (id: string) => boolean;
  /** Null where a valid one is found by trying. */
  readonly complete: ((id: string) => string) | null;
  /** Characters at the beginning that say what kind it is and stay. */
  readonly keeps?: number;
}

const SCHEMES: readonly Scheme[] = [
  { labels: ['ACCOUNT'], valid: iban, complete: completeIban, keeps: 2 },
  { labels: ['CARD'], valid: luhn, complete: completeLuhn, keeps: 1 },
  { labels: ['NATIONAL_ID'], valid: dni, complete: completeDni },
  { labels: ['NATIONAL_ID'], valid: chineseId, complete: completeChineseId, keeps: 1 },
  { labels: ['NATIONAL_ID'], valid: nhs, complete: completeNhs },
  { labels: ['NATIONAL_ID'], valid: kvnr, complete: completeKvnr },
  { labels: ['NATIONAL_ID'], valid: steuerId, complete: null },
];
/** One in 270 random numbers is a Steuer-ID. */
const MOST_TRIES = 20_000;

const ALNUM = /[\p{L}\p{N}]/u;
const compact = (text: string): string =>
  [...text]
    .filter((unit) => ALNUM.test(unit))
    .join('')
    .toUpperCase();

export function replaceNumber(keyed: Keyed, label: DeidLabel, original: string): string {
  const id = compact(original);
  const scheme = SCHEMES.find(({ labels, valid }) => labels.includes(label) && valid(id));
  const keeps = scheme?.keeps ?? keptOf(label, original);
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    let fresh = scramble(keyed, label, id, keeps, attempt);
    if (scheme !== undefined) {
      if (scheme.valid === chineseId) fresh = withBirthDate(keyed, fresh, id);
      fresh = scheme.complete?.(fresh) ?? fresh;
      if (!scheme.valid(fresh)) continue;
    }
    if (fresh !== id) return pour(original, fresh);
  }
  return `[${label}]`;
}

/** `+34` and a leading 0 say which kind of number it is; they stay, and so do letters of a prefix. */
function keptOf(label: DeidLabel, original: string): number {
  if (label === 'PHONE') {
    const country = /^\s*\(?(?:\+|00)\s?(\d{1,2})/.exec(original)?.[1];
    if (country !== undefined) return country.length + (original.trim().startsWith('00') ? 2 : 0);
    return 1;
  }
  return /^[A-Z]*/.exec(compact(original))?.[0].length ?? 0;
}

function scramble(keyed: Keyed, label: string, id: string, keeps: number, attempt: number): string {
  const digit = keyed.digits('number', label, id, attempt);
  return [...id]
    .map((unit, index) => {
      if (index < keeps) return unit;
      if (/\d/.test(unit)) {
        const value = digit();
        // A number does not begin with a zero it did not have.
        return String(index === 0 && unit !== '0' && value === 0 ? 1 : value);
      }
      if (/[A-Z]/.test(unit)) return String.fromCharCode(65 + ((digit() * 10 + digit()) % 26));
      return unit;
    })
    .join('');
}

/** The date inside a Chinese id must exist: the year stays within three years, month and day are drawn. */
function withBirthDate(keyed: Keyed, fresh: string, id: string): string {
  const year = Number(id.slice(6, 10)) - 1 - keyed.below(3, 'birthYear', id);
  const month = 1 + keyed.below(12, 'birthMonth', id);
  const day = 1 + keyed.below(28, 'birthDay', id);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return fresh.slice(0, 6) + String(year) + pad(month) + pad(day) + fresh.slice(14);
}

/** The characters back into the places and the case of the original. */
function pour(original: string, fresh: string): string {
  let at = 0;
  return [...original]
    .map((unit) => {
      if (!ALNUM.test(unit)) return unit;
      const replacement = fresh.charAt(at);
      at += 1;
      return unit === unit.toLowerCase() ? replacement.toLowerCase() : replacement;
    })
    .join('');
}

/** Ages keep their decade roughly; above 89 they become 90 (45 CFR 164.514(b)(2)(i)(C)). */
export function replaceAge(keyed: Keyed, original: string): string {
  const number = /\d+/.exec(original);
  if (number === null) return '[AGE]';
  const age = Number(number[0]);
  const moved = age > 89 ? 90 : Math.min(89, Math.max(1, age + shiftOf(keyed, age)));
  return original.replace(/\d+/, String(moved));
}

function shiftOf(keyed: Keyed, age: number): number {
  const reach = age < 10 ? 1 : 3;
  const step = 1 + keyed.below(reach, 'age');
  return keyed.below(2, 'ageSign') === 0 || age <= step ? step : -step;
}
