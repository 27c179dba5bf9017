/** The character alignment: words are cut at grapheme borders before the model sees them. */
import { createEncodingBuilder, type Encoding } from './encoding.ts';
import { sliceOf, sourceEnd, sourceStart, sourceText, type MappedText } from './mappedText.ts';
import type { PieceModel } from './vocabulary.ts';

export interface CharacterSource {
  readonly words: PieceModel;
  readonly cutText: (text: MappedText) => readonly MappedText[];
}

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
const BLANK = /^\s*$/;

/**
 * Every grapheme that is not blank gets at least one token; where the normalizer drops it, the unknown
 * token stands for it, if the vocabulary has one.
 */
export function encodeCharacters(text: string, { words, cutText }: CharacterSource): Encoding {
  const graphemes = Array.from(segmenter.segment(text), ({ index, segment }) => ({
    start: index,
    end: index + segment.length,
    blank: BLANK.test(segment),
  }));
  const graphemeAt = new Int32Array(text.length + 1).fill(graphemes.length);
  graphemes.forEach(({ start, end }, number) => graphemeAt.fill(number, start, end));

  const out = createEncodingBuilder(text);
  let word = -1;
  let served = 0;
  const serveTo = (number: number): void => {
    for (; served < number; served++) {
      const { start, end, blank } = graphemes[served] as (typeof graphemes)[number];
      if (!blank && words.unknown !== undefined)
        out.add(words.unknown, start, end, Math.max(0, word));
    }
  };

  for (const piece of cutText(sourceText(text))) {
    word += 1;
    const at = (unit: number): number => graphemeAt[sourceStart(piece, unit)] as number;
    for (let from = 0; from < piece.text.length;) {
      // Blanks before a grapheme are cut off with it, as in the words the model has seen.
      let to = from + 1;
      while (to < piece.text.length && (at(to) === at(to - 1) || graphemes[at(to - 1)]?.blank))
        to += 1;
      const last = at(to - 1);
      const grapheme = graphemes[last] ?? { start: text.length, end: text.length };
      serveTo(last);
      const segment = sliceOf(piece, from, to);
      const { ids, starts, ends } = words.pieces(segment.text, from > 0);
      // A normalizer may have drawn several graphemes into one; the others speak for themselves.
      const within = (offset: number): number =>
        Math.max(grapheme.start, Math.min(grapheme.end, offset));
      ids.forEach((id, k) => {
        const start = within(sourceStart(segment, starts[k] as number));
        out.add(id, start, within(sourceEnd(segment, (ends[k] as number) - 1)), word);
      });
      // A mark put before the text stands for nothing, so it serves nothing.
      const covers = sourceEnd(piece, to - 1) > grapheme.start;
      if (ids.length > 0 && covers) served = Math.max(served, last + 1);
      from = to;
    }
  }
  serveTo(graphemes.length);
  return out.result();
}
