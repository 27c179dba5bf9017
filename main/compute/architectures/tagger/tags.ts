/** Spans as tags on tokens (IOB2) and back. Tag 0 is O; label k has B = 1 + 2k and I = 2 + 2k. */
import type { Token } from '../../tokenizers/index.ts';

/** Offsets in UTF-16 code units, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

export const beginTag = (label: number): number => 1 + 2 * label;
export const insideTag = (label: number): number => 2 + 2 * label;
export const isBegin = (tag: number): boolean => tag % 2 === 1;
export const isInside = (tag: number): boolean => tag > 0 && tag % 2 === 0;
export const labelOf = (tag: number): number => (tag - 1) >> 1;

export interface Alignment {
  readonly tags: Int32Array;
  /** Spans whose border lies inside a token; they are learned on the tokens they mostly cover. */
  readonly misaligned: number;
  /** Spans that overlap an earlier or longer one; one sequence of tags cannot hold both. */
  readonly overlapping: number;
}

export function alignSpans(
  tokens: readonly Token[],
  spans: readonly Span[],
  labels: readonly string[],
): Alignment {
  const index = new Map(labels.map((label, position) => [label, position]));
  const tags = new Int32Array(tokens.length);
  const ordered = spans
    .filter((span) => index.has(span.label))
    .toSorted((a, b) => a.start - b.start || b.end - a.end);
  let misaligned = 0;
  let overlapping = 0;
  let free = 0;
  let at = 0;
  for (const span of ordered) {
    if (span.start < free) {
      overlapping += 1;
      continue;
    }
    free = span.end;
    while (at < tokens.length && (tokens[at] as Token).end <= span.start) at += 1;
    const covered: number[] = [];
    for (let i = at; i < tokens.length && (tokens[i] as Token).start < span.end; i++) {
      const { start, end } = tokens[i] as Token;
      const shared = Math.min(end, span.end) - Math.max(start, span.start);
      if (2 * shared >= end - start && tags[i] === 0) covered.push(i);
    }
    const [first, last] = [tokens[covered[0] ?? -1], tokens[covered.at(-1) ?? -1]];
    if (first?.start !== span.start || last?.end !== span.end) misaligned += 1;
    const label = index.get(span.label) as number;
    covered.forEach((token, k) => (tags[token] = k === 0 ? beginTag(label) : insideTag(label)));
  }
  return { tags, misaligned, overlapping };
}

/** Token ranges of a valid tag sequence. */
export function tagRuns(tags: ArrayLike<number>): { first: number; last: number; label: number }[] {
  const runs: { first: number; last: number; label: number }[] = [];
  for (let i = 0; i < tags.length; i++) {
    const tag = tags[i] as number;
    if (tag === 0) continue;
    if (isBegin(tag)) runs.push({ first: i, last: i, label: labelOf(tag) });
    else (runs.at(-1) as { last: number }).last = i;
  }
  return runs;
}
