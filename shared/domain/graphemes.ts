/**
 * Where a text may be cut. A user sees grapheme clusters ("é" as two code points, a flag, a family
 * emoji), so no span may begin or end inside one (Unicode UAX 29). The boundaries follow the Unicode
 * version of the running engine; they are asked for one offset at a time, because listing all of them
 * for a 200 kB note costs more than opening it.
 */
export interface Graphemes {
  readonly length: number;
  /** True at 0, at the end, and between two clusters. Offsets outside the text are no boundary. */
  isBoundary(offset: number): boolean;
  /** The nearest boundary at or before the offset. */
  floor(offset: number): number;
  /** The nearest boundary at or after the offset. */
  ceil(offset: number): number;
  /** The first boundary after the offset; the end of the text at the end. */
  next(offset: number): number;
  /** The last boundary before the offset; 0 at 0. */
  previous(offset: number): number;
}

let segmenter: Intl.Segmenter | null = null;

const CR = 0x0d;
const LF = 0x0a;
/** Below this no code point extends, joins or prepends: CR LF is the only pair that stays together. */
const FIRST_COMBINING = 0x300;

export function createGraphemes(text: string): Graphemes {
  let segments: Intl.Segments | null = null;

  const clusterAt = (offset: number): { start: number; end: number } => {
    segments ??= (segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' })).segment(
      text,
    );
    const cluster = segments.containing(offset);
    if (cluster === undefined) throw new RangeError(`Offset ${offset} is outside the text`);
    return { start: cluster.index, end: cluster.index + cluster.segment.length };
  };

  const isBoundary = (offset: number): boolean => {
    if (offset === 0 || offset === text.length) return true;
    if (!(offset > 0 && offset < text.length) || !Number.isInteger(offset)) return false;
    const before = text.charCodeAt(offset - 1);
    const after = text.charCodeAt(offset);
    if (before < FIRST_COMBINING && after < FIRST_COMBINING) {
      return !(before === CR && after === LF);
    }
    return clusterAt(offset).start === offset;
  };

  const clamp = (offset: number): number => Math.min(Math.max(Math.trunc(offset), 0), text.length);

  const floor = (offset: number): number => {
    const at = clamp(offset);
    return isBoundary(at) ? at : clusterAt(at).start;
  };
  const ceil = (offset: number): number => {
    const at = clamp(offset);
    return isBoundary(at) ? at : clusterAt(at).end;
  };
  return {
    length: text.length,
    isBoundary,
    floor,
    ceil,
    next: (offset) => {
      const at = clamp(offset);
      return at === text.length ? at : ceil(at + 1);
    },
    previous: (offset) => {
      const at = clamp(offset);
      return at === 0 ? 0 : floor(at - 1);
    },
  };
}
