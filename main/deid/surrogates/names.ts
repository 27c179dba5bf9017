// Names word by word, so that "Desmond Abernathy", "Mr Abernathy" and "ABERNATHY, Desmond" stay one person
// with one new name. Which word is a given name is learned from the fullest form; small words, titles and
// the spelling in capitals stay.
import { DOUBLE_FAMILY_NAMES, FAMILY_NAMES, GIVEN_NAMES, type Locale } from '../lexicon.ts';
import { fold } from '../propagation.ts';
import type { Book } from './book.ts';
import { sameCase } from './dates.ts';
import type { Keyed } from './keyed.ts';

const STAYS = new Set(
  'de del la las los da do dos di van von der den zu y i e dr dra prof med mr mrs ms herr frau'.split(
    ' ',
  ),
);
const WORD = /[\p{L}\p{M}'’]+/gu;
const HAN = /\p{sc=Han}/u;

const KNOWN_GIVEN = new Set([...GIVEN_NAMES.en, ...GIVEN_NAMES.es, ...GIVEN_NAMES.de].map(fold));

export interface NameSurrogates {
  /** Takes in the full names first: they say what is a given name and what an initial stands for. */
  learn(names: readonly string[]): void;
  replace(name: string): string;
}

export function createNameSurrogates(keyed: Keyed, book: Book, locale: Locale): NameSurrogates {
  /** First letter of a word seen, folded, to its replacement. */
  const initials = new Map<string, string>();

  function wordFor(word: string, role: 'given' | 'family', of: Locale): string {
    const original = fold(word);
    const known = book.get('NAME', original);
    if (known !== undefined) return known;
    const list = (role === 'given' ? GIVEN_NAMES : FAMILY_NAMES)[of];
    const first = keyed.below(list.length, 'name', role, original);
    for (let step = 0; step < list.length; step += 1) {
      const candidate = list[(first + step) % list.length] ?? '';
      // Two people of one note may not become one, and nobody keeps their own name.
      if (fold(candidate) === original || book.uses('NAME', candidate)) continue;
      book.put('NAME', original, candidate);
      return candidate;
    }
    const candidate = `${list[first] ?? ''}-${list[(first + 1) % list.length] ?? ''}`;
    book.put('NAME', original, candidate);
    return candidate;
  }

  function latin(name: string): string {
    const comma = name.indexOf(',');
    const words = [...name.matchAll(WORD)].filter(({ 0: word }) => !STAYS.has(fold(word)));
    const firstFull = words.find(({ 0: word }) => word.length > 1);
    return name.replace(WORD, (word, index: number) => {
      if (STAYS.has(fold(word))) return word;
      if (word.length === 1) return initialFor(word);
      const given =
        comma !== -1
          ? index > comma
          : words.length > 1
            ? index === firstFull?.index
            : KNOWN_GIVEN.has(fold(word));
      const replacement = wordFor(
        word,
        given ? 'given' : 'family',
        locale === 'zh' ? 'en' : locale,
      );
      initials.set(fold(word).charAt(0), replacement);
      return sameCase(word, replacement);
    });
  }

  const initialFor = (letter: string): string => {
    const known = initials.get(fold(letter))?.charAt(0);
    const drawn = String.fromCharCode(65 + keyed.below(26, 'initial', fold(letter)));
    return sameCase(letter, (known ?? drawn).toLowerCase());
  };

  function han(name: string): string {
    const family = DOUBLE_FAMILY_NAMES.find((double) => name.startsWith(double)) ?? name.charAt(0);
    const given = name.slice(family.length);
    const replaced = wordFor(family, 'family', 'zh');
    return given === '' ? replaced : replaced + wordFor(given, 'given', 'zh');
  }

  const replace = (name: string): string => (HAN.test(name) ? han(name) : latin(name));
  return {
    learn(names) {
      const fullest = [...new Set(names)].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
      for (const name of fullest) replace(name);
    },
    replace,
  };
}
