/**
 * Text on its way through a tokenizer, which still knows where each of its code units came from. A
 * normalizer rewrites it, a pre-tokenizer cuts it; the map survives both. As long as nothing changed
 * length there is no map at all: position i is source position `at + i`.
 */
export interface SourceMap {
  /** For each code unit, the source range it stands for, in UTF-16 code units, end exclusive. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

export interface MappedText {
  readonly text: string;
  readonly map: SourceMap | null;
  /** Where this text begins: in the map, or in the source when there is no map. */
  readonly at: number;
}

export const sourceText = (text: string, at = 0): MappedText => ({ text, map: null, at });

export const sliceOf = (whole: MappedText, from: number, to: number): MappedText =>
  from === 0 && to === whole.text.length
    ? whole
    : { text: whole.text.slice(from, to), map: whole.map, at: whole.at + from };

export const sourceStart = ({ map, at }: MappedText, unit: number): number =>
  map ? (map.starts[at + unit] as number) : at + unit;

export const sourceEnd = ({ map, at }: MappedText, unit: number): number =>
  map ? (map.ends[at + unit] as number) : at + unit + 1;

/** Rewrites a text from left to right. Input positions must be given in order and without gaps. */
export interface Rewriter {
  /** Copies code units as they are. */
  keep(from: number, to: number): void;
  /** Puts `text` in place of the code units; each of its units stands for all of them. */
  replace(from: number, to: number, text: string): void;
  /** Puts `text` before position `at`; it stands for nothing in the source. */
  insert(at: number, text: string): void;
  result(): MappedText;
}

export function createRewriter(input: MappedText): Rewriter {
  const parts: string[] = [];
  let length = 0;
  let starts: Int32Array | null = null;
  let ends = new Int32Array(0);

  /** The map is made at the first change of length; until then output and input positions agree. */
  const room = (units: number): Int32Array => {
    if (starts && length + units <= starts.length) return starts;
    const size = Math.max(64, input.text.length + 16, 2 * (length + units));
    const grown = new Int32Array(size);
    const grownEnds = new Int32Array(size);
    if (starts) {
      grown.set(starts);
      grownEnds.set(ends);
    } else {
      for (let i = 0; i < length; i++) {
        grown[i] = sourceStart(input, i);
        grownEnds[i] = sourceEnd(input, i);
      }
    }
    starts = grown;
    ends = grownEnds;
    return grown;
  };

  const put = (text: string, start: number, end: number): void => {
    const map = room(text.length);
    map.fill(start, length, length + text.length);
    ends.fill(end, length, length + text.length);
    length += text.length;
    parts.push(text);
  };

  return {
    keep: (from, to) => {
      if (from === to) return;
      if (starts) {
        const map = room(to - from);
        for (let i = from; i < to; i++) {
          map[length + i - from] = sourceStart(input, i);
          ends[length + i - from] = sourceEnd(input, i);
        }
      }
      length += to - from;
      parts.push(input.text.slice(from, to));
    },
    replace: (from, to, text) => {
      if (!starts && to - from === 1 && text.length === 1) {
        length += 1;
        parts.push(text);
        return;
      }
      put(text, sourceStart(input, from), sourceEnd(input, to - 1));
    },
    insert: (at, text) => {
      const where =
        at < input.text.length
          ? sourceStart(input, at)
          : at > 0
            ? sourceEnd(input, at - 1)
            : input.at;
      put(text, where, where);
    },
    result: () => {
      const text = parts.join('');
      return starts
        ? {
            text,
            map: { starts: starts.subarray(0, length), ends: ends.subarray(0, length) },
            at: 0,
          }
        : { text, map: input.map, at: input.at };
    },
  };
}

/** Replaces every match that changes; the rest is copied. The expression must be global. */
export function rewriteMatches(
  input: MappedText,
  pattern: RegExp,
  replacement: (match: string) => string,
): MappedText {
  let rewriter: Rewriter | null = null;
  let done = 0;
  for (const { 0: found, index } of input.text.matchAll(pattern)) {
    const text = replacement(found);
    if (text === found) continue;
    rewriter ??= createRewriter(input);
    rewriter.keep(done, index);
    done = index + found.length;
    if (found === '') rewriter.insert(index, text);
    else rewriter.replace(index, done, text);
  }
  if (!rewriter) return input;
  rewriter.keep(done, input.text.length);
  return rewriter.result();
}
