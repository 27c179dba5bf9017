/**
 * Unicode normalization (UAX 15) and lower casing that keep the source map. A text is normalized in
 * stretches that cannot influence each other: a base character with the marks that follow it.
 */
import { createRewriter, rewriteMatches, type MappedText } from './mappedText.ts';

export type UnicodeForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/**
 * A base with what may compose with it or be reordered behind it: marks, conjoining and compatibility
 * Hangul (which compose once decomposed), half-width kana voicing and Kirat Rai vowel signs.
 */
const FOLLOWS =
  '\\p{M}\\u1160-\\u11ff\\u3131-\\u318e\\ud7b0-\\ud7ff\\uff9e\\uff9f\\uffa0-\\uffdc\\u{16d67}\\u{16d68}';
const STRETCH = new RegExp(`[\\s\\S][${FOLLOWS}]+|[^\\0-\\x7f]`, 'gu');
const COARSE_STRETCH = /[\s\S]?[^\0-\x7f]+/g;

export const normalizeMapped = (input: MappedText, form: UnicodeForm): MappedText =>
  changeMapped(input, (text) => text.normalize(form));

/** What BERT calls stripping accents: decompose, then drop the non-spacing marks. */
export const dropAccents = (input: MappedText): MappedText =>
  changeMapped(input, (text) => text.normalize('NFD').replace(/\p{Mn}/gu, ''));

/** @param change must treat a text as it treats its stretches. */
export function changeMapped(input: MappedText, change: (text: string) => string): MappedText {
  const whole = change(input.text);
  if (whole === input.text) return input;
  const fine = rewriteMatches(input, STRETCH, change);
  // The list above follows today's Unicode; should the engine's tables know another composing
  // character, longer stretches still give the right text with wider offsets.
  return fine.text === whole ? fine : rewriteMatches(input, COARSE_STRETCH, change);
}

export function lowercaseMapped(input: MappedText): MappedText {
  const { text } = input;
  const lower = text.toLowerCase();
  if (lower === text) return input;
  // Only characters like İ grow; the final sigma depends on its neighbors but keeps its length, which
  // is why the letters are taken from the whole and the lengths from each character.
  if (lower.length === text.length) return { ...input, text: lower };
  const rewriter = createRewriter(input);
  let from = 0;
  let out = 0;
  for (const character of text) {
    const to = from + character.length;
    const size = character.toLowerCase().length;
    if (size === character.length && lower.slice(out, out + size) === character)
      rewriter.keep(from, to);
    else rewriter.replace(from, to, lower.slice(out, out + size));
    from = to;
    out += size;
  }
  return rewriter.result();
}
