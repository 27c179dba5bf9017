/**
 * Translates offsets between the unit Cloister stores (UTF-16 code units) and those that files use:
 * brat, Prodigy and spaCy count code points, BioC counts UTF-8 bytes, doccano's grapheme mode counts
 * what a reader sees. One map serves one text; building it is one pass, a lookup walks at most
 * `STRIDE` units.
 */
import { createGraphemes } from './graphemes.ts';
import type { Range } from './spans.ts';

export type OffsetUnit = 'utf16' | 'codePoint' | 'utf8' | 'grapheme';

export interface OffsetMap {
  /** How long the text is in each unit. */
  length(unit: OffsetUnit): number;
  /** The same place in another unit; null outside the text or inside a unit of either kind. */
  convert(offset: number, from: OffsetUnit, to: OffsetUnit): number | null;
  /** Both ends of a range; null when either has no place in the other unit. */
  convertRange(range: Range, from: OffsetUnit, to: OffsetUnit): Range | null;
}

const STRIDE = 256;

export function createOffsetMap(text: string): OffsetMap {
  const scales = new Map<OffsetUnit, Scale>();
  const scale = (unit: OffsetUnit): Scale => {
    let found = scales.get(unit);
    if (found === undefined) scales.set(unit, (found = createScale(text, unit)));
    return found;
  };
  const convert = (offset: number, from: OffsetUnit, to: OffsetUnit): number | null => {
    if (!Number.isSafeInteger(offset) || offset < 0) return null;
    const utf16 = scale(from).toUtf16(offset);
    return utf16 === null ? null : scale(to).fromUtf16(utf16);
  };
  return {
    length: (unit) => scale(unit).length,
    convert,
    convertRange: (range, from, to) => {
      const start = convert(range.start, from, to);
      const end = convert(range.end, from, to);
      return start === null || end === null ? null : { start, end };
    },
  };
}

/** One unit laid beside UTF-16. Both directions answer null inside a unit. */
interface Scale {
  readonly length: number;
  toUtf16(offset: number): number | null;
  fromUtf16(offset: number): number | null;
}

function createScale(text: string, unit: OffsetUnit): Scale {
  const identity: Scale = {
    length: text.length,
    toUtf16: (offset) => (offset <= text.length ? offset : null),
    fromUtf16: (offset) => (offset <= text.length ? offset : null),
  };
  if (unit === 'utf16') return identity;
  // eslint-disable-next-line no-control-regex -- ASCII without CR is the same in every unit.
  if (/^[\x00-\x0c\x0e-\x7f]*$/.test(text)) return identity;

  const step = stepper(text, unit);
  // Places are recorded every STRIDE UTF-16 units, always at the start of a unit.
  const utf16At: number[] = [0];
  const countAt: number[] = [0];
  let at = 0;
  let count = 0;
  while (at < text.length) {
    const [units, counted] = step(at);
    at += units;
    count += counted;
    if (at - utf16At.at(-1)! >= STRIDE) {
      utf16At.push(at);
      countAt.push(count);
    }
  }
  const length = count;

  /** Walks from the last recorded place at or before `offset` on one side to the same place on the other. */
  const walk = (offset: number, own: readonly number[], fromUtf16: boolean): number | null => {
    let low = 0;
    let high = own.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (own[middle]! <= offset) low = middle;
      else high = middle;
    }
    let utf16 = utf16At[low]!;
    let counted = countAt[low]!;
    while ((fromUtf16 ? utf16 : counted) < offset && utf16 < text.length) {
      const [units, more] = step(utf16);
      utf16 += units;
      counted += more;
    }
    if ((fromUtf16 ? utf16 : counted) !== offset) return null;
    return fromUtf16 ? counted : utf16;
  };
  return {
    length,
    toUtf16: (offset) => (offset <= length ? walk(offset, countAt, false) : null),
    fromUtf16: (offset) => (offset <= text.length ? walk(offset, utf16At, true) : null),
  };
}

/** How many UTF-16 units the smallest indivisible piece at an offset has, and how many of the unit it counts. */
function stepper(
  text: string,
  unit: Exclude<OffsetUnit, 'utf16'>,
): (at: number) => readonly [utf16: number, counted: number] {
  if (unit === 'grapheme') {
    const graphemes = createGraphemes(text);
    return (at) => [graphemes.next(at) - at, 1];
  }
  return (at) => {
    const point = text.codePointAt(at)!;
    const units = point > 0xffff ? 2 : 1;
    if (unit === 'codePoint') return [units, 1];
    // A lone surrogate has no UTF-8 form; encoders write U+FFFD, which has three bytes.
    return [units, point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4];
  };
}
