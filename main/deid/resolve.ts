// Rules overlap; the result must not. The better score keeps its place, then the longer, then the earlier;
// what the loser covers beyond it stays a finding of its own, so no character that any rule found is left
// beside a placeholder (the remnant bug of several tools, see presidio 888).
import { createGraphemes } from '../../shared/domain/graphemes.ts';
import { snapToGraphemes, type Range } from '../../shared/domain/spans.ts';
import { THRESHOLD, type Finding } from './types.ts';

/** Something that can tell: a letter or a digit. */
const TELLING = /[\p{L}\p{N}]/u;

/** In order of the text, disjoint, on grapheme boundaries, at or above the threshold. */
export function resolveFindings(
  text: string,
  findings: Iterable<Finding>,
  threshold = THRESHOLD,
): Finding[] {
  const graphemes = createGraphemes(text);
  const ranked = [...findings]
    .filter(({ score, start, end }) => score >= threshold && end > start)
    .map((finding) => snapToGraphemes(finding, graphemes))
    .sort((a, b) => b.score - a.score || b.end - b.start - (a.end - a.start) || a.start - b.start);
  const kept: Finding[] = [];
  for (const finding of ranked) {
    for (const piece of without(finding, kept)) {
      const whole = piece.start === finding.start && piece.end === finding.end;
      const range = whole ? piece : trim(text, piece);
      if (range === null) continue;
      const at = firstAtOrAfter(kept, range.start);
      kept.splice(at, 0, { ...finding, ...range });
    }
  }
  return kept;
}

/** The parts of a range that no kept finding covers. `kept` is in order and disjoint. */
function without(range: Range, kept: readonly Range[]): Range[] {
  const pieces: Range[] = [];
  let { start } = range;
  for (let at = Math.max(0, firstAtOrAfter(kept, range.start) - 1); at < kept.length; at += 1) {
    const other = kept[at];
    if (other === undefined || other.start >= range.end) break;
    if (other.end <= start) continue;
    if (other.start > start) pieces.push({ start, end: other.start });
    start = Math.max(start, other.end);
  }
  if (start < range.end) pieces.push({ start, end: range.end });
  return pieces;
}

function firstAtOrAfter(kept: readonly Range[], start: number): number {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((kept[middle]?.start ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A remnant loses the separators at its edges; one that tells nothing is none. */
function trim(text: string, { start, end }: Range): Range | null {
  const piece = text.slice(start, end);
  if (!TELLING.test(piece)) return null;
  const left = /^[^\p{L}\p{N}]+/u.exec(piece)?.[0].length ?? 0;
  const right = /[^\p{L}\p{N}]+$/u.exec(piece)?.[0].length ?? 0;
  return { start: start + left, end: end - right };
}
