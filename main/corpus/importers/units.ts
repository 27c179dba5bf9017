// Files rarely say what their offsets count. Under each unit this module asks how many spans land where they
// should: on the covered text that the file repeats, or, without it, on the edges of words. The unit that
// the format prescribes wins every tie, so texts without astral characters and CRLF never change meaning.
import { createOffsetMap, type OffsetUnit } from '../../../shared/domain/offsets.ts';
import type { Range } from '../../../shared/domain/spans.ts';

/**
 * `crlfAsOne`: code points, a carriage return before a newline not counted (brat issue 853).
 * `afterMark`: code points, the byte order mark counted as the first one.
 */
export type FileUnit = OffsetUnit | 'crlfAsOne' | 'afterMark';

export interface FileRange extends Range {
  /** The text the file says is covered; null when it does not say. */
  readonly covered: string | null;
}

export interface UnitChoice {
  readonly unit: FileUnit;
  /** UTF-16 offsets, or null when the range has no place in the text. */
  convert(range: Range): Range | null;
}

const ORDER: readonly FileUnit[] = ['utf16', 'codePoint', 'grapheme', 'crlfAsOne'];

export function chooseUnit(
  text: string,
  ranges: readonly FileRange[],
  preferred: FileUnit,
  /** The file began with a byte order mark. */
  marked = false,
): UnitChoice {
  const usual = converter(text, preferred);
  // Every unit counts plain ASCII without CR alike.
  // eslint-disable-next-line no-control-regex -- the range is the point.
  if (!marked && /^[\x00-\x0c\x0e-\x7f]*$/.test(text)) return usual;
  let best = usual;
  let bestFits = countFits(text, ranges, usual);
  for (const unit of marked ? [...ORDER, 'afterMark' as const] : ORDER) {
    if (bestFits === ranges.length) break;
    if (unit === preferred) continue;
    const other = converter(text, unit);
    const fits = countFits(text, ranges, other);
    if (fits > bestFits) {
      best = other;
      bestFits = fits;
    }
  }
  return best;
}

function countFits(text: string, ranges: readonly FileRange[], choice: UnitChoice): number {
  let fits = 0;
  for (const range of ranges) {
    const place = choice.convert(range);
    if (place === null) continue;
    const slice = text.slice(place.start, place.end);
    if (range.covered !== null ? sameCovered(slice, range.covered) : onWordEdges(text, place)) {
      fits += 1;
    }
  }
  return fits;
}

/** Line-based formats cannot repeat a newline or a tab; they write a blank for it. */
export const sameCovered = (slice: string, covered: string): boolean =>
  slice === covered || flat(slice) === flat(covered);

const flat = (text: string): string => text.replace(/\r\n|\s/g, ' ');

const WORD = /[\p{L}\p{N}\p{M}]/u;

function onWordEdges(text: string, { start, end }: Range): boolean {
  const cutsLeft =
    start > 0 && WORD.test(charBefore(text, start)) && WORD.test(charAt(text, start));
  const cutsRight =
    end < text.length && WORD.test(charBefore(text, end)) && WORD.test(charAt(text, end));
  return !cutsLeft && !cutsRight && text.slice(start, end).trim() === text.slice(start, end);
}

const charAt = (text: string, at: number): string =>
  String.fromCodePoint(text.codePointAt(at) ?? 32);
const charBefore = (text: string, at: number): string => {
  const low = text.charCodeAt(at - 1);
  return low >= 0xdc00 && low <= 0xdfff ? text.slice(at - 2, at) : text.charAt(at - 1);
};

function converter(text: string, unit: FileUnit): UnitChoice {
  if (unit === 'afterMark') {
    const points = converter(text, 'codePoint');
    return {
      unit,
      convert: ({ start, end }) => points.convert({ start: start - 1, end: end - 1 }),
    };
  }
  if (unit !== 'crlfAsOne') {
    const map = createOffsetMap(text);
    return { unit, convert: (range) => map.convertRange(range, unit, 'utf16') };
  }
  const collapsed = text.replaceAll('\r\n', '\n');
  const map = createOffsetMap(collapsed);
  const origin = new Uint32Array(collapsed.length + 1);
  for (let from = 0, to = 0; to <= collapsed.length; to += 1) {
    origin[to] = from;
    from += text.charAt(from) === '\r' && text.charAt(from + 1) === '\n' ? 2 : 1;
  }
  return {
    unit,
    convert: (range) => {
      const place = map.convertRange(range, 'codePoint', 'utf16');
      if (place === null) return null;
      return { start: origin[place.start] as number, end: origin[place.end] as number };
    },
  };
}

export const UNIT_NAME: Readonly<Record<FileUnit, string>> = {
  utf16: 'UTF-16 units',
  codePoint: 'code points',
  utf8: 'bytes',
  grapheme: 'grapheme clusters',
  crlfAsOne: 'code points with CRLF counted as one',
  afterMark: 'code points behind the byte order mark',
};
