/** What every model of a tokenizer shares: pieces by name, and what it makes of one word. */

/** Ids of the pieces a word falls into. Offsets are UTF-16 code units within the word, end exclusive. */
export interface Pieces {
  readonly ids: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export interface PieceModel {
  /** @param inside whether the text continues a word rather than opening one. */
  pieces(word: string, inside?: boolean): Pieces;
  /** The id that stands for the unknown; undefined where the vocabulary has none. */
  readonly unknown: number | undefined;
  /** Neighboring unknown pieces become one, across words too. */
  readonly fusesUnknown: boolean;
}

/** Pieces of the file and its added tokens, the latter winning, as in the reference library. */
export type Vocabulary = ReadonlyMap<string, number>;

const LONGEST_REMEMBERED = 64;
const MOST_REMEMBERED = 50_000;

/** Text repeats its words: most lookups end here. Long words are not kept, and a full memory starts anew. */
export function remembered<T>(compute: (word: string) => T): (word: string) => T {
  const known = new Map<string, T>();
  return (word) => {
    if (word.length > LONGEST_REMEMBERED) return compute(word);
    let value = known.get(word);
    if (value === undefined) {
      value = compute(word);
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(word, value);
    }
    return value;
  };
}

/** Collects pieces while a model walks a word. */
export function createPieces(): Pieces & {
  add(id: number | undefined, start: number, end: number): void;
} {
  const ids: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  return {
    ids,
    starts,
    ends,
    add: (id, start, end) => {
      if (id === undefined) return;
      ids.push(id);
      starts.push(start);
      ends.push(end);
    },
  };
}

const encoder = new TextEncoder();

/** Ids of `<0x41>`-like pieces for the bytes of a text; null unless the vocabulary has every one. */
export function bytePieces(text: string, vocabulary: Vocabulary): number[] | null {
  const ids: number[] = [];
  for (const byte of encoder.encode(text)) {
    const id = vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
    if (id === undefined) return null;
    ids.push(id);
  }
  return ids;
}
