/**
 * Byte-pair encoding (Sennrich et al. 2016): of all neighbors that the list of merges knows, the one
 * listed first is joined, the leftmost of equals, until none is left. A heap of (rank, position) keeps
 * a word of n characters at O(n log n), because some files hand a whole text over as one word.
 */
import { createMinHeap } from './minHeap.ts';
import type { ModelConfig } from './tokenizerJson.ts';
import {
  bytePieces,
  createPieces,
  remembered,
  type PieceModel,
  type Pieces,
  type Vocabulary,
} from './vocabulary.ts';

interface Merge {
  readonly rank: number;
  readonly symbol: number;
}

/** Ranks and positions below 2^26 each: together an exact double. */
const POSITIONS = 2 ** 26;

export function createBytePairEncoding(
  config: Extract<ModelConfig, { type: 'BPE' }>,
  vocabulary: Vocabulary,
): PieceModel {
  const names: string[] = [];
  const symbols = new Map<string, number>();
  const symbolOf = (name: string): number => {
    let symbol = symbols.get(name);
    if (symbol === undefined) {
      symbol = names.length;
      names.push(name);
      symbols.set(name, symbol);
    }
    return symbol;
  };
  const merges = new Map<number, Merge>();
  const pairKey = (left: number, right: number): number => left * POSITIONS + right;
  config.merges.forEach((merge, rank) => {
    const [left, right] = typeof merge === 'string' ? merge.split(' ', 2) : merge;
    if (left === undefined || right === undefined) return;
    merges.set(pairKey(symbolOf(left), symbolOf(right)), { rank, symbol: symbolOf(left + right) });
  });
  const wordEnd = config.end_of_word_suffix ?? '';
  const continued = config.continuing_subword_suffix ?? '';
  const unknown = vocabulary.get(config.unk_token ?? '');

  /** Joins symbols in place; `next` links the survivors, -1 ends the chain. */
  const join = (line: Int32Array, next: Int32Array): void => {
    const previous = new Int32Array(line.length);
    const heap = createMinHeap();
    const offer = (at: number): void => {
      const right = next[at] as number;
      if (right < 0) return;
      const merge = merges.get(pairKey(line[at] as number, line[right] as number));
      if (merge) heap.push(merge.rank * POSITIONS + at);
    };
    for (let i = 0; i < line.length; i++) {
      previous[i] = i - 1;
      offer(i);
    }
    for (let entry = heap.pop(); entry >= 0; entry = heap.pop()) {
      const at = entry % POSITIONS;
      const right = line[at] === -1 ? -1 : (next[at] as number);
      if (right < 0) continue;
      const merge = merges.get(pairKey(line[at] as number, line[right] as number));
      // A pair that changed since it was offered has another rank, so its entry is stale.
      if (!merge || merge.rank !== Math.floor(entry / POSITIONS)) continue;
      line[at] = merge.symbol;
      line[right] = -1;
      const after = next[right] as number;
      next[at] = after;
      if (after >= 0) previous[after] = at;
      if ((previous[at] as number) >= 0) offer(previous[at] as number);
      offer(at);
    }
  };

  const pieces = remembered((word: string): Pieces => {
    const found = createPieces();
    if (config.ignore_merges && vocabulary.has(word)) {
      found.add(vocabulary.get(word), 0, word.length);
      return found;
    }
    const characters = Array.from(word);
    const line = new Int32Array(characters.length);
    const next = new Int32Array(characters.length);
    const ends = new Int32Array(characters.length);
    let end = 0;
    characters.forEach((character, i) => {
      const last = i === characters.length - 1;
      line[i] = symbolOf(last ? character + wordEnd : character);
      next[i] = last ? -1 : i + 1;
      end += character.length;
      ends[i] = end;
    });
    join(line, next);
    let start = 0;
    for (let at = 0; at >= 0 && at < line.length;) {
      const following = next[at] as number;
      const stop = following < 0 ? word.length : (ends[following - 1] as number);
      const name = (names[line[at] as number] as string) + (following < 0 ? '' : continued);
      const id = vocabulary.get(name);
      const bytes = id === undefined && config.byte_fallback ? bytePieces(name, vocabulary) : null;
      if (bytes) for (const byte of bytes) found.add(byte, start, stop);
      else found.add(id ?? unknown, start, stop);
      start = stop;
      at = following;
    }
    return found;
  });
  return { pieces, unknown, fusesUnknown: config.fuse_unk ?? false };
}
