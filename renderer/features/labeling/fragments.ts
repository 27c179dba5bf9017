/**
 * Cuts a text into what the screen draws: paragraphs of fragments, each fragment covered by the same set
 * of marks from end to end. Marks keep their level (the height of their underline) over their whole
 * length, so that stacked spans read as continuous lines. The text itself is never changed: the fragments
 * of a paragraph put together are the paragraph.
 */
export interface Mark {
  /** Annotation or suggestion id. */
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly kind: 'annotation' | 'suggestion';
  readonly score: number | null;
}

export interface LeveledMark extends Mark {
  /** 0 is nearest to the text. */
  readonly level: number;
}

export interface Fragment {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Outermost first: by level, the highest first, as the underlines nest. */
  readonly marks: readonly LeveledMark[];
  /** Marks that begin here and show their tag. */
  readonly opens: readonly LeveledMark[];
}

export interface Paragraph {
  readonly start: number;
  /** Without the line break. */
  readonly end: number;
  readonly fragments: readonly Fragment[];
}

/** Underlines beyond this many are drawn on the last level; the side panel lists every mark. */
const LEVELS = 4;

/** Greedy interval coloring by reading order: the fewest levels for the deepest overlap. */
export function assignLevels(marks: readonly Mark[]): readonly LeveledMark[] {
  const ordered = [...marks].sort((a, b) => a.start - b.start || b.end - a.end);
  const freeFrom: number[] = [];
  return ordered.map((mark) => {
    let level = freeFrom.findIndex((end) => end <= mark.start);
    if (level < 0) level = freeFrom.length;
    freeFrom[level] = mark.end;
    return { ...mark, level: Math.min(level, LEVELS - 1) };
  });
}

export function layOut(text: string, marks: readonly Mark[]): readonly Paragraph[] {
  const leveled = assignLevels(marks);
  const paragraphs: Paragraph[] = [];
  let firstOpen = 0; // Marks before it ended before this paragraph.
  for (const line of lines(text)) {
    while (firstOpen < leveled.length && leveled[firstOpen]!.end <= line.start) firstOpen += 1;
    const here: LeveledMark[] = [];
    for (let i = firstOpen; i < leveled.length && leveled[i]!.start < line.end; i += 1) {
      if (leveled[i]!.end > line.start) here.push(leveled[i]!);
    }
    paragraphs.push({ ...line, fragments: fragmentsOf(text, line, here) });
  }
  return paragraphs;
}

function fragmentsOf(
  text: string,
  line: { readonly start: number; readonly end: number },
  marks: readonly LeveledMark[],
): readonly Fragment[] {
  if (line.start === line.end) return [];
  const cuts = new Set([line.start, line.end]);
  for (const mark of marks) {
    if (mark.start > line.start) cuts.add(mark.start);
    if (mark.end < line.end) cuts.add(mark.end);
  }
  const edges = [...cuts].sort((a, b) => a - b);
  return edges.slice(0, -1).map((start, i) => {
    const end = edges[i + 1]!;
    const covering = marks
      .filter((mark) => mark.start < end && mark.end > start)
      .sort((a, b) => b.level - a.level);
    return {
      start,
      end,
      text: text.slice(start, end),
      marks: covering,
      opens: covering.filter((mark) => Math.max(mark.start, line.start) === start),
    };
  });
}

/** Lines without their break; LF and CR LF both end one. An empty text is one empty line. */
function* lines(text: string): Iterable<{ start: number; end: number }> {
  let start = 0;
  while (true) {
    const feed = text.indexOf('\n', start);
    if (feed < 0) {
      yield { start, end: text.length };
      return;
    }
    yield { start, end: feed > start && text[feed - 1] === '\r' ? feed - 1 : feed };
    start = feed + 1;
  }
}
