// Spans back to brat standoff, the inverse of the importer: code point offsets, fragments of one span joined
// again, attributes and kept lines written out. Spans over a newline are split there, because the covered
// text of a line-based format cannot hold one (brat issue 786).
import { createOffsetMap } from '../../../shared/domain/offsets.ts';
import type { Span } from '../../../shared/domain/spans.ts';
import { BRAT_LINES } from '../importers/brat.ts';
import type { SpanAttributes } from '../types.ts';

export interface BratDocument {
  readonly text: string;
  readonly spans: readonly (Span & { readonly attributes?: SpanAttributes | null })[];
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The contents of the .ann file; the .txt file is the text itself. */
export function writeBrat(document: BratDocument): string {
  const { text } = document;
  const map = createOffsetMap(text);
  const toPoints = (offset: number): number => {
    const point = map.convert(offset, 'utf16', 'codePoint');
    if (point === null) throw new RangeError(`Offset ${offset} cuts a code point`);
    return point;
  };
  const groups = new Map<string, { label: string; parts: Span[]; values: SpanAttributes | null }>();
  const taken = new Set(
    document.spans.flatMap(({ attributes }) =>
      typeof attributes?.['id'] === 'string' ? [attributes['id']] : [],
    ),
  );
  let next = 1;
  const freshId = (): string => {
    while (taken.has(`T${next}`)) next += 1;
    taken.add(`T${next}`);
    return `T${next}`;
  };
  for (const span of document.spans) {
    const { start, end, label, attributes } = span;
    const known =
      typeof attributes?.['id'] === 'string' && /^T\d+\S*$/.test(attributes['id'])
        ? attributes['id']
        : null;
    const id =
      known !== null && (!groups.has(known) || attributes?.['fragment'] !== undefined)
        ? known
        : freshId();
    const group = groups.get(id) ?? { label, parts: [], values: valuesOf(attributes) };
    group.parts.push({ start, end, label });
    groups.set(id, group);
  }
  const lines: string[] = [];
  let attributeNumber = 1;
  for (const [id, { label, parts, values }] of groups) {
    const pieces = parts
      .sort((a, b) => a.start - b.start)
      .flatMap((part) => splitAtNewlines(text, part));
    const places = pieces.map(({ start, end }) => `${toPoints(start)} ${toPoints(end)}`).join(';');
    const covered = pieces.map(({ start, end }) => text.slice(start, end)).join(' ');
    lines.push(`${id}\t${label} ${places}\t${covered}`);
    for (const [key, value] of Object.entries(values ?? {})) {
      lines.push(`A${attributeNumber}\t${key} ${id}${value === true ? '' : ` ${String(value)}`}`);
      attributeNumber += 1;
    }
  }
  const kept = document.metadata?.[BRAT_LINES];
  if (kept !== undefined) lines.push(kept);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function valuesOf(attributes: SpanAttributes | null | undefined): SpanAttributes | null {
  const values = attributes?.['values'];
  return typeof values === 'object' && values !== null && !Array.isArray(values)
    ? (values as SpanAttributes)
    : null;
}

function splitAtNewlines(text: string, span: Span): Span[] {
  const pieces: Span[] = [];
  let start = span.start;
  for (const match of text.slice(span.start, span.end).matchAll(/[\r\n]+/g)) {
    const at = span.start + match.index;
    if (at > start) pieces.push({ ...span, start, end: at });
    start = at + match[0].length;
  }
  if (span.end > start) pieces.push({ ...span, start, end: span.end });
  return pieces;
}
