/**
 * Added tokens are found in the text before any model sees it: the longest at each place, those marked
 * `normalized` after normalization and the others before. `single_word` is honored as the Rust library
 * honors it; @huggingface/tokenizers ignores the field.
 */
import { sliceOf, type MappedText } from './mappedText.ts';
import type { Normalizer } from './normalizers.ts';
import { createPrefixTrie } from './prefixTrie.ts';
import type { AddedTokenConfig } from './tokenizerJson.ts';

export interface Section {
  readonly piece: MappedText;
  /** Id of the added token that the section is; null for text. */
  readonly id: number | null;
}

export type Splitter = (piece: MappedText) => Section[];

export interface AddedTokens {
  readonly beforeNormalizing: Splitter;
  readonly afterNormalizing: Splitter;
  readonly specialIds: ReadonlySet<number>;
}

export function createAddedTokens(
  configs: readonly AddedTokenConfig[],
  normalizer: Normalizer | null,
): AddedTokens {
  const byContent = new Map<string, AddedTokenConfig>();
  const plain: string[] = [];
  const normalized: string[] = [];
  for (const token of configs) {
    byContent.set(token.content, token);
    if ((token.normalized ?? !token.special) && normalizer) {
      const { text } = normalizer({ text: token.content, map: null, at: 0 });
      normalized.push(text);
      byContent.set(text, token);
    } else plain.push(token.content);
  }
  return {
    beforeNormalizing: createSplitter(plain, byContent),
    afterNormalizing: createSplitter(normalized, byContent),
    specialIds: new Set(configs.filter((token) => token.special).map((token) => token.id)),
  };
}

function createSplitter(
  contents: readonly string[],
  byContent: ReadonlyMap<string, AddedTokenConfig>,
): Splitter {
  const trie = createPrefixTrie(contents);
  const openings = new Set(contents.map((content) => content.charCodeAt(0)));
  return (piece) => {
    const { text } = piece;
    const pieces: MappedText[] = [];
    let done = 0;
    for (let at = 0; at < text.length; at++) {
      if (!openings.has(text.charCodeAt(at))) continue;
      const end = trie.longestAt(text, at);
      if (end < 0) continue;
      const token = byContent.get(text.slice(at, end));
      if (token?.single_word && !standsAlone(text, at, end)) continue;
      if (at > done) pieces.push(sliceOf(piece, done, at));
      pieces.push(sliceOf(piece, at, end));
      done = end;
      at = end - 1;
    }
    if (done < text.length) pieces.push(sliceOf(piece, done, text.length));
    pieces.forEach((section, i) => {
      const token = byContent.get(section.text);
      const [before, after] = [pieces[i - 1], pieces[i + 1]];
      if (token?.lstrip && before) pieces[i - 1] = sliceOf(before, 0, before.text.trimEnd().length);
      if (token?.rstrip && after) {
        const blank = after.text.length - after.text.trimStart().length;
        pieces[i + 1] = sliceOf(after, blank, after.text.length);
      }
    });
    return pieces.map((section) => ({
      piece: section,
      id: byContent.get(section.text)?.id ?? null,
    }));
  };
}

const WORD_BEFORE = /[\p{L}\p{M}\p{N}\p{Pc}]$/u;
const WORD_AFTER = /^[\p{L}\p{M}\p{N}\p{Pc}]/u;

const standsAlone = (text: string, from: number, to: number): boolean =>
  !WORD_BEFORE.test(text.slice(Math.max(0, from - 2), from)) &&
  !WORD_AFTER.test(text.slice(to, to + 2));
