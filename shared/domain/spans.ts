/**
 * A labeled stretch of text. Offsets are UTF-16 code units over the stored string, end exclusive; other
 * units exist only at the border (`offsets.ts`). A span is never empty and never cuts a grapheme cluster.
 */
import type { Graphemes } from './graphemes.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

/** An offset pair without a label. */
export type Range = Pick<Span, 'start' | 'end'>;

export type SpanProblem = 'notAnOffset' | 'inverted' | 'empty' | 'outOfRange' | 'cutsGrapheme';

/** The first thing wrong with a range over a text, in the order of `SpanProblem`; null when sound. */
export function checkSpan(span: Range, graphemes: Graphemes): SpanProblem | null {
  const { start, end } = span;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end)) return 'notAnOffset';
  if (end < start) return 'inverted';
  if (end === start) return 'empty';
  if (start < 0 || end > graphemes.length) return 'outOfRange';
  if (!graphemes.isBoundary(start) || !graphemes.isBoundary(end)) return 'cutsGrapheme';
  return null;
}

export const coveredText = (text: string, span: Range): string => text.slice(span.start, span.end);

/** Reading order: by start, the longer first where two start together, then by label. */
export function compareSpans(a: Span, b: Span): number {
  return a.start - b.start || b.end - a.end || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);
}

export const sortSpans = <S extends Span>(spans: readonly S[]): S[] =>
  [...spans].sort(compareSpans);

export const sameRange = (a: Range, b: Range): boolean => a.start === b.start && a.end === b.end;

export const sameSpan = (a: Span, b: Span): boolean => sameRange(a, b) && a.label === b.label;

/** True when the two share at least one code unit. */
export const overlaps = (a: Range, b: Range): boolean => a.start < b.end && b.start < a.end;

/** Every overlapping pair, in reading order. Linear in the number of spans and pairs. */
export function overlappingPairs<S extends Span>(spans: readonly S[]): (readonly [S, S])[] {
  const pairs: (readonly [S, S])[] = [];
  let open: S[] = [];
  for (const span of sortSpans(spans)) {
    open = open.filter((earlier) => earlier.end > span.start);
    for (const earlier of open) pairs.push([earlier, span]);
    open.push(span);
  }
  return pairs;
}

/**
 * The spans that a flat tagging can hold: the longer wins over the shorter, the earlier over the later.
 * `kept` is in reading order; nothing disappears silently, the rest is in `dropped`.
 */
export function flattenSpans<S extends Span>(spans: readonly S[]): { kept: S[]; dropped: S[] } {
  const byLength = sortSpans(spans).sort((a, b) => b.end - b.start - (a.end - a.start));
  const kept: S[] = [];
  const dropped: S[] = [];
  for (const span of byLength) {
    const at = lowerBound(kept, span.start);
    const clear =
      (at === 0 || kept[at - 1]!.end <= span.start) &&
      (at === kept.length || kept[at]!.start >= span.end);
    if (clear) kept.splice(at, 0, span);
    else dropped.push(span);
  }
  return { kept, dropped: sortSpans(dropped) };
}

/** First index whose span starts at or after the offset, in spans sorted by start. */
function lowerBound(spans: readonly Range[], start: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (spans[middle]!.start < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Widens a range to whole grapheme clusters, so that what the user pointed at stays inside. */
export function snapToGraphemes<S extends Range>(span: S, graphemes: Graphemes): S {
  const start = graphemes.floor(span.start);
  const end = graphemes.ceil(span.end);
  return start === span.start && end === span.end ? span : { ...span, start, end };
}

/** Takes white space off both ends, cluster by cluster; null when nothing else is covered. */
export function trimSpan<S extends Range>(span: S, text: string, graphemes: Graphemes): S | null {
  let { start, end } = span;
  while (start < end) {
    const next = graphemes.next(start);
    if (text.slice(start, next).trim() !== '') break;
    start = next;
  }
  while (end > start) {
    const previous = graphemes.previous(end);
    if (text.slice(previous, end).trim() !== '') break;
    end = previous;
  }
  if (start >= end) return null;
  return start === span.start && end === span.end ? span : { ...span, start, end };
}
