/**
 * Cuts a text at the borders of its spans, so that each piece carries a fixed set of marks. Offsets are
 * UTF-16 code units over the text as stored; pieces join to exactly that text again.
 */
export interface MarkedSpan {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

export interface Segment<S extends MarkedSpan> {
  readonly start: number;
  readonly text: string;
  /** Outermost first: longer spans before shorter ones. */
  readonly spans: readonly S[];
}

export function segmentText<S extends MarkedSpan>(text: string, spans: readonly S[]): Segment<S>[] {
  const inside = spans.filter((s) => s.start < s.end && s.start >= 0 && s.end <= text.length);
  const borders = [...new Set([0, text.length, ...inside.flatMap((s) => [s.start, s.end])])].sort(
    (a, b) => a - b,
  );
  const waiting = inside.toSorted((a, b) => a.start - b.start || b.end - a.end);
  let active: S[] = [];
  let next = 0;
  const segments: Segment<S>[] = [];
  for (let index = 0; index + 1 < borders.length; index += 1) {
    const start = borders[index]!;
    active = active.filter((span) => span.end > start);
    while (next < waiting.length && waiting[next]!.start <= start) active.push(waiting[next++]!);
    segments.push({ start, text: text.slice(start, borders[index + 1]), spans: [...active] });
  }
  return segments;
}
