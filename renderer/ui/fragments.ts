/**
 * Cuts a text into what the screen draws: paragraphs of fragments, each fragment covered by the same set
 * of spans from end to end. A span keeps its level (the height of its underline) over its whole length, so
 * that stacked spans read as continuous lines. The text itself is never changed: the fragments of a
 * paragraph put together are the paragraph. Offsets are UTF-16 code units over the text as stored.
 */
export interface MarkedSpan {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

export interface Leveled<S extends MarkedSpan> {
  readonly span: S;
  /** 0 is nearest to the text. */
  readonly level: number;
}

export interface Fragment<S extends MarkedSpan> {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Outermost first: by level, the highest first, as the underlines nest. */
  readonly marks: readonly Leveled<S>[];
  /** Spans that begin here and show their tag. */
  readonly opens: readonly S[];
}

export interface Paragraph<S extends MarkedSpan> {
  readonly start: number;
  /** Without the line break. */
  readonly end: number;
  readonly fragments: readonly Fragment<S>[];
}

/** Underlines beyond this many are drawn on the last level; the side panel lists every span. */
const LEVELS = 4;

/** Greedy interval coloring by reading order: the fewest levels for the deepest overlap. */
export function assignLevels<S extends MarkedSpan>(spans: readonly S[]): readonly Leveled<S>[] {
  const ordered = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  const freeFrom: number[] = [];
  return ordered.map((span) => {
    let level = freeFrom.findIndex((end) => end <= span.start);
    if (level < 0) level = freeFrom.length;
    freeFrom[level] = span.end;
    return { span, level: Math.min(level, LEVELS - 1) };
  });
}

/** Spans that are empty or reach outside the text are left out. */
export function layOut<S extends MarkedSpan>(
  text: string,
  spans: readonly S[],
): readonly Paragraph<S>[] {
  const drawn = spans.filter((s) => s.start >= 0 && s.start < s.end && s.end <= text.length);
  const leveled = assignLevels(drawn);
  const paragraphs: Paragraph<S>[] = [];
  let first = 0; // Spans before it ended before this paragraph.
  for (const line of lines(text)) {
    while (first < leveled.length && leveled[first]!.span.end <= line.start) first += 1;
    const here: Leveled<S>[] = [];
    for (let i = first; i < leveled.length && leveled[i]!.span.start < line.end; i += 1) {
      if (leveled[i]!.span.end > line.start) here.push(leveled[i]!);
    }
    paragraphs.push({ ...line, fragments: fragmentsOf(text, line, here) });
  }
  return paragraphs;
}

function fragmentsOf<S extends MarkedSpan>(
  text: string,
  line: { readonly start: number; readonly end: number },
  marks: readonly Leveled<S>[],
): readonly Fragment<S>[] {
  if (line.start === line.end) return [];
  const cuts = new Set([line.start, line.end]);
  for (const { span } of marks) {
    if (span.start > line.start) cuts.add(span.start);
    if (span.end < line.end) cuts.add(span.end);
  }
  const edges = [...cuts].sort((a, b) => a - b);
  return edges.slice(0, -1).map((start, i) => {
    const end = edges[i + 1]!;
    const covering = marks
      .filter(({ span }) => span.start < end && span.end > start)
      .sort((a, b) => b.level - a.level);
    return {
      start,
      end,
      text: text.slice(start, end),
      marks: covering,
      opens: covering
        .map(({ span }) => span)
        .filter((span) => Math.max(span.start, line.start) === start),
    };
  });
}

/**
 * What a click on a fragment means: the shortest span there, so that a span inside another can be reached;
 * clicking again goes on to the next longer one and around.
 */
export function pickSpan<S extends MarkedSpan>(
  { marks }: Fragment<S>,
  isCurrent: (span: S) => boolean,
): S | null {
  const ordered = marks
    .map(({ span }) => span)
    .sort((a, b) => a.end - a.start - (b.end - b.start) || a.start - b.start);
  return ordered[(ordered.findIndex(isCurrent) + 1) % ordered.length] ?? null;
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
