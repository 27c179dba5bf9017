/**
 * Where the keyboard is in the text, and how it moves. Pure: positions are UTF-16 offsets, always on a
 * grapheme boundary. Moving by line needs the layout and is asked of the view.
 */
import { createGraphemes, type Graphemes } from '../../../shared/domain/graphemes.ts';

export interface Selection {
  /** Where it began. */
  readonly anchor: number;
  /** Where the caret is. */
  readonly focus: number;
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

export const rangeOf = ({ anchor, focus }: Selection): Range => ({
  start: Math.min(anchor, focus),
  end: Math.max(anchor, focus),
});

export interface TextMoves {
  readonly graphemes: Graphemes;
  nextWord(offset: number): number;
  previousWord(offset: number): number;
  /** The word around the offset, or before it at a word's end; null between words. */
  wordAt(offset: number): Range | null;
  /** A range as a person means it: whole clusters, without the blanks at its ends. */
  tidy(range: Range): Range | null;
}

/** Segmenting a long note at once costs more than opening it; a window around the caret is enough. */
const WINDOW = 400;

const BLANK = /\s/u;

export function createTextMoves(text: string, language: string | null): TextMoves {
  const graphemes = createGraphemes(text);
  const segmenter = new Intl.Segmenter(language ?? 'und', { granularity: 'word' });
  const wordsNear = (offset: number): readonly { start: number; end: number }[] => {
    const from = graphemes.floor(Math.max(0, offset - WINDOW));
    const to = graphemes.ceil(Math.min(text.length, offset + WINDOW));
    const words: { start: number; end: number }[] = [];
    for (const part of segmenter.segment(text.slice(from, to))) {
      if (part.isWordLike) {
        words.push({ start: from + part.index, end: from + part.index + part.segment.length });
      }
    }
    return words;
  };

  return {
    graphemes,
    nextWord: (offset) => {
      const next = wordsNear(offset).find((word) => word.start > offset);
      return next?.start ?? graphemes.ceil(Math.min(text.length, offset + WINDOW));
    },
    previousWord: (offset) => {
      const previous = wordsNear(offset).findLast((word) => word.start < offset);
      return previous?.start ?? graphemes.floor(Math.max(0, offset - WINDOW));
    },
    wordAt: (offset) =>
      wordsNear(offset).find((word) => word.start <= offset && offset < word.end) ??
      wordsNear(offset).find((word) => word.end === offset) ??
      null,
    tidy: (range) => {
      let start = graphemes.floor(range.start);
      let end = graphemes.ceil(range.end);
      while (start < end && BLANK.test(text[start]!)) start = graphemes.next(start);
      while (end > start && BLANK.test(text[end - 1]!)) end = graphemes.previous(end);
      return start < end ? { start, end } : null;
    },
  };
}
