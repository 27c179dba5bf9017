/**
 * Spans as tags on tokens (IOB2) and back. Tags are learned and predicted per unit: a word, a piece or a
 * grapheme cluster, as the recipe chooses. One token speaks for each unit, its first; the others are
 * ignored. Units never cut a grapheme cluster: pieces that spell one cluster between them are one unit.
 */
import { createGraphemes } from '../../../shared/domain/graphemes.ts';
import type { Span } from '../../../shared/domain/spans.ts';
import type { Encoding } from './encoding.ts';

export type Alignment = 'words' | 'subwords' | 'characters';

/** What gets one tag. Offsets are UTF-16 code units, end exclusive. */
export interface Unit {
  readonly start: number;
  readonly end: number;
  /** The token that speaks for it. */
  readonly position: number;
}

/** The tag of tokens that speak for nothing: no loss, no prediction. */
export const IGNORED_TAG = -100;

export interface AlignedTags {
  readonly units: readonly Unit[];
  /** Per token: 0 is O, label k has B = 1 + 2k and I = 2 + 2k; IGNORED_TAG where no unit begins. */
  readonly tags: Int32Array;
  /** Spans with a border inside a unit or on blanks; they are widened to whole units. */
  readonly misaligned: number;
  /** Spans that share a unit with an earlier or longer one; one sequence of tags cannot hold both. */
  readonly overlapping: number;
}

/** For `characters` the text must have been encoded so. Tokens of blanks speak for nothing. */
export function unitsOf(text: string, encoding: Encoding, alignment: Alignment): Unit[] {
  const { starts, ends, words } = encoding;
  const graphemes = createGraphemes(text);
  const units: Unit[] = [];
  let word = -1;
  for (let position = 0; position < starts.length; position++) {
    const [from, to] = [starts[position] as number, ends[position] as number];
    if (text.slice(from, to).trim() === '') continue;
    const [start, end] = [graphemes.floor(from), graphemes.ceil(to)];
    const last = units.at(-1);
    const joins = last && (start < last.end || (alignment === 'words' && words[position] === word));
    if (joins) units[units.length - 1] = { ...last, end: Math.max(last.end, end) };
    else units.push({ start, end, position });
    word = words[position] as number;
  }
  return units;
}

/** Spans whose label is not among `labels` are left out. Exact when nothing is counted. */
export function tagsOf(
  text: string,
  encoding: Encoding,
  spans: readonly Span[],
  labels: readonly string[],
  alignment: Alignment,
): AlignedTags {
  const units = unitsOf(text, encoding, alignment);
  const tags = new Int32Array(encoding.ids.length).fill(IGNORED_TAG);
  for (const { position } of units) tags[position] = 0;
  const kinds = new Map(labels.map((label, kind) => [label, kind]));
  const ordered = spans
    .filter(({ label }) => kinds.has(label))
    .toSorted((a, b) => a.start - b.start || b.end - a.end);
  let [misaligned, overlapping, at] = [0, 0, 0];
  for (const span of ordered) {
    while (at < units.length && (units[at] as Unit).end <= span.start) at += 1;
    let after = at;
    while (after < units.length && (units[after] as Unit).start < span.end) after += 1;
    const covered = units.slice(at, after);
    const [first, last] = [covered[0], covered.at(-1)];
    if (first && tags[first.position] !== 0) {
      overlapping += 1;
      continue;
    }
    if (first?.start !== span.start || last?.end !== span.end) misaligned += 1;
    const begin = 1 + 2 * (kinds.get(span.label) as number);
    covered.forEach(({ position }, k) => (tags[position] = k === 0 ? begin : begin + 1));
  }
  return { units, tags, misaligned, overlapping };
}

/**
 * The spans that tags say. Tags that no grammar allows are read as conlleval reads them: an I that
 * continues nothing begins a span. Constrained decoding from scores works on the same units.
 */
export function spansOf(
  units: readonly Unit[],
  tags: Int32Array,
  labels: readonly string[],
): Span[] {
  const spans: Span[] = [];
  let open = -1;
  for (const { start, end, position } of units) {
    const tag = tags[position] as number;
    const kind = tag > 0 ? (tag - 1) >> 1 : -1;
    const last = spans.at(-1);
    if (last && kind >= 0 && kind === open && tag % 2 === 0)
      spans[spans.length - 1] = { ...last, end };
    else if (kind >= 0) spans.push({ start, end, label: labels[kind] as string });
    open = kind;
  }
  return spans;
}
