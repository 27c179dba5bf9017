/**
 * Unigram language model (Kudo 2018): the cut of a word whose pieces have the highest sum of
 * log-probabilities, found by Viterbi over the lattice of all known pieces. An unknown character costs
 * ten nats more than the rarest piece.
 */
import { fault } from '../fault.ts';
import { createPrefixTrie } from './prefixTrie.ts';
import type { ModelConfig } from './tokenizerJson.ts';
import {
  bytePieces,
  createPieces,
  remembered,
  type PieceModel,
  type Pieces,
  type Vocabulary,
} from './vocabulary.ts';

const UNKNOWN_PENALTY = 10;
/** Two paths whose scores differ by less may change places when the next score is added and rounded. */
const NEARLY_EQUAL = 1e-9;

export function createUnigram(
  config: Extract<ModelConfig, { type: 'Unigram' }>,
  vocabulary: Vocabulary,
): PieceModel {
  const names = config.vocab.map(([name]) => name);
  const scores = Float64Array.from(config.vocab, ([, score]) => score);
  const unknown = config.unk_id ?? undefined;
  if (unknown !== undefined && unknown >= names.length)
    throw fault('bad-model', 'tokenizer.json: model.unk_id lies outside model.vocab.');
  const unknownScore = scores.reduce((least, score) => Math.min(least, score)) - UNKNOWN_PENALTY;
  if (unknown !== undefined) scores[unknown] = unknownScore;
  const trie = createPrefixTrie(names);

  const pieces = remembered((word: string): Pieces => {
    const lattice = createLattice(word.length);
    for (let at = 0; at < word.length;) {
      const step = (word.codePointAt(at) as number) > 0xffff ? 2 : 1;
      let single = false;
      trie.matchesAt(word, at, (end, index) => {
        lattice.add(at, end, scores[index] as number, index);
        single ||= end === at + step;
      });
      if (!single) lattice.add(at, at + step, unknownScore, -1);
      at += step;
    }
    const found = createPieces();
    for (const { start, end, index } of lattice.best()) {
      const name = index < 0 ? undefined : names[index];
      const id = name === undefined ? unknown : (vocabulary.get(name) ?? index);
      const bytes =
        index < 0 && config.byte_fallback ? bytePieces(word.slice(start, end), vocabulary) : null;
      if (bytes) for (const byte of bytes) found.add(byte, start, end);
      else found.add(id, start, end);
    }
    return found;
  });
  return { pieces, unknown, fusesUnknown: true };
}

interface Step {
  readonly start: number;
  readonly end: number;
  readonly index: number;
}

interface Node extends Step {
  /** Best sum of scores up to and with this piece. */
  readonly total: number;
  readonly before: Node | null;
}

/** Pieces must be added by ascending start; of equal paths the one whose last piece is longest wins. */
function createLattice(length: number) {
  const ending: (Node[] | undefined)[] = Array.from({ length: length + 1 });
  ending[0] = [{ start: 0, end: 0, index: -1, total: 0, before: null }];

  const bestAt = (at: number, score: number): Node | null => {
    let best: Node | null = null;
    for (const node of ending[at] ?? [])
      if (!best || node.total + score > best.total + score) best = node;
    return best;
  };
  let at = -1;
  let leader: Node | null = null;
  let clear = true;

  return {
    add: (start: number, end: number, score: number, index: number): void => {
      if (start !== at) {
        // Nobody asks for what ends before this piece again; the paths themselves live on in the nodes.
        if (at >= 0) ending[at] = undefined;
        at = start;
        leader = bestAt(start, 0);
        clear = (ending[start] ?? []).every(
          (node) => node === leader || (leader as Node).total - node.total > NEARLY_EQUAL,
        );
      }
      const before = clear ? leader : bestAt(start, score);
      if (!before) return;
      const node = { start, end, index, total: before.total + score, before };
      (ending[end] ??= []).push(node);
    },
    best: (): Step[] => {
      const path: Node[] = [];
      for (let node = bestAt(length, 0); node?.before; node = node.before) path.push(node);
      return path.reverse();
    },
  };
}
