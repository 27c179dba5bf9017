/** Tokens of one text with their places in it. Offsets are UTF-16 code units, end exclusive. */
export interface Encoding {
  readonly ids: Int32Array;
  /**
   * Where each token stands in the original text: never inside a code point, in order, without the
   * blanks around it. A token of blanks alone keeps them; one that stands for nothing is empty.
   */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Which word each token belongs to, counted from 0. */
  readonly words: Int32Array;
}

/** A stretch of an encoding as a model takes it, with the special tokens around it. */
export interface FramedEncoding extends Encoding {
  readonly typeIds: Int32Array;
  /** 1 where a token is special; its offsets are 0 and its word is -1. */
  readonly special: Uint8Array;
}

export interface EncodingBuilder {
  /** Places a token over `[start, end)` of the source, without the blanks around it. */
  add(id: number, start: number, end: number, word: number): void;
  /** Lets the last token reach to `end`. */
  extend(end: number): void;
  result(): Encoding;
}

const isBlank = (unit: number): boolean =>
  unit === 0x20 ||
  (unit >= 0x09 && unit <= 0x0d) ||
  (unit >= 0x85 && /\s|\x85/.test(String.fromCharCode(unit)));

export function createEncodingBuilder(source: string): EncodingBuilder {
  let capacity = Math.max(16, source.length >> 2);
  let columns = Array.from({ length: 4 }, () => new Int32Array(capacity));
  let length = 0;

  const trimmedEnd = (start: number, end: number): number => {
    let last = end;
    while (last > start && isBlank(source.charCodeAt(last - 1))) last -= 1;
    return cutsPair(source, last) ? last + 1 : last;
  };

  return {
    add: (id, start, end, word) => {
      if (length === capacity) {
        capacity *= 2;
        columns = columns.map((column) => {
          const grown = new Int32Array(capacity);
          grown.set(column);
          return grown;
        });
      }
      let first = start;
      while (first < end && isBlank(source.charCodeAt(first))) first += 1;
      const blank = first === end;
      const [ids, starts, ends, words] = columns as [
        Int32Array,
        Int32Array,
        Int32Array,
        Int32Array,
      ];
      ids[length] = id;
      starts[length] = blank ? start : cutsPair(source, first) ? first - 1 : first;
      ends[length] = blank ? end : trimmedEnd(first, end);
      words[length] = word;
      length += 1;
    },
    extend: (end) => {
      const [, starts, ends] = columns as [Int32Array, Int32Array, Int32Array];
      ends[length - 1] = trimmedEnd(starts[length - 1] as number, end);
    },
    result: () => {
      const [ids, starts, ends, words] = columns.map((column) => column.slice(0, length)) as [
        Int32Array,
        Int32Array,
        Int32Array,
        Int32Array,
      ];
      return { ids, starts, ends, words };
    },
  };
}

/** Whether an offset lies between the halves of a surrogate pair. */
export function cutsPair(text: string, at: number): boolean {
  return at > 0 && at < text.length && (text.codePointAt(at - 1) as number) > 0xffff;
}
