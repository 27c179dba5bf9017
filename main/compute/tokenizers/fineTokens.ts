/**
 * Cuts text finely enough that the borders of annotations fall between tokens: runs of letters (a new
 * token where lower case turns to upper, as in "MartínezNºCol"), runs of digits, single marks, one
 * token per character in scripts written without spaces, and line breaks, which carry structure in
 * notes. Blanks are dropped. Offsets are UTF-16 code units and never cut a grapheme cluster.
 */
export interface Token {
  readonly start: number;
  readonly end: number;
}

/** Written without spaces between words: each character is a token. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const UPPER = '[\\p{Lu}\\p{Lt}]';
const LETTER = `[\\p{L}--[\\p{Lu}\\p{Lt}${UNSPACED}]]`;
const LETTER_OR_MARK = `[[\\p{L}\\p{M}]--[\\p{Lu}\\p{Lt}${UNSPACED}]]`;
const PIECE = new RegExp(
  `\\r\\n|[\\n\\r\\u2028\\u2029]|[${UNSPACED}]|${UPPER}+${LETTER_OR_MARK}*|${LETTER}${LETTER_OR_MARK}*|\\p{Nd}+|\\S`,
  'gv',
);

/**
 * Only such text can hold clusters of several code points that the pieces might cut: combining marks,
 * joiners and other format characters, flags, skin tones, decomposed Hangul, Thai and Lao vowels.
 */
const MAY_CLUSTER =
  /[\p{M}\p{Cf}\p{Regional_Indicator}\p{Emoji_Modifier}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u0e00-\u0eff]/u;

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

export function fineTokens(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(PIECE))
    tokens.push({ start: match.index, end: match.index + match[0].length });
  return MAY_CLUSTER.test(text) ? mergeClusters(text, tokens) : tokens;
}

/** Joins neighbors whose common border lies inside a grapheme cluster. */
function mergeClusters(text: string, tokens: readonly Token[]): Token[] {
  const borders = new Uint8Array(text.length + 1);
  for (const { index } of segmenter.segment(text)) borders[index] = 1;
  borders[text.length] = 1;
  const merged: Token[] = [];
  for (const token of tokens) {
    const last = merged.at(-1);
    if (last && borders[token.start] === 0 && last.end === token.start)
      merged[merged.length - 1] = { start: last.start, end: token.end };
    else merged.push(token);
  }
  return merged.map(({ start, end }) => ({
    start: outward(borders, start, -1),
    end: outward(borders, end, 1),
  }));
}

/** A cluster may begin or end with a blank plus a combining mark; the token then takes all of it. */
function outward(borders: Uint8Array, at: number, step: number): number {
  let index = at;
  while (borders[index] === 0) index += step;
  return index;
}
