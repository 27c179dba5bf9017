/** WordPiece: the longest known piece first, from left to right (Wu et al. 2016, as in BERT). */
import { cutsPair } from './encoding.ts';
import type { ModelConfig } from './tokenizerJson.ts';
import {
  createPieces,
  remembered,
  type PieceModel,
  type Pieces,
  type Vocabulary,
} from './vocabulary.ts';

export function createWordPiece(
  config: Extract<ModelConfig, { type: 'WordPiece' }>,
  vocabulary: Vocabulary,
): PieceModel {
  const prefix = config.continuing_subword_prefix ?? '##';
  const limit = config.max_input_chars_per_word ?? 100;
  const unknown = vocabulary.get(config.unk_token);
  let longest = 0;
  for (const piece of vocabulary.keys()) longest = Math.max(longest, piece.length);

  const cut = (word: string, inside: boolean): Pieces => {
    const found = createPieces();
    let start = 0;
    if (!isLongerThan(word, limit))
      while (start < word.length) {
        const lead = inside || start > 0 ? prefix : '';
        let end = Math.min(word.length, start + longest - lead.length);
        let id: number | undefined;
        for (; end > start; end--) {
          if (cutsPair(word, end)) continue;
          id = vocabulary.get(lead + word.slice(start, end));
          if (id !== undefined) break;
        }
        if (id === undefined) break;
        found.add(id, start, end);
        start = end;
      }
    if (start === word.length) return found;
    const whole = createPieces();
    whole.add(unknown, 0, word.length);
    return whole;
  };
  const opening = remembered((word) => cut(word, false));
  const continuing = remembered((word) => cut(word, true));
  return {
    pieces: (word, inside) => (inside ? continuing(word) : opening(word)),
    unknown,
    fusesUnknown: false,
  };
}

/** Length in code points, counted only where code units leave it open. */
function isLongerThan(word: string, limit: number): boolean {
  if (word.length <= limit) return false;
  let count = 0;
  for (const character of word) count += character ? 1 : 0;
  return count > limit;
}
