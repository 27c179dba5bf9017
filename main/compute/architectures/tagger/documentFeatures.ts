/**
 * What the tagger sees of a token when it judges whole documents: the word and its beginnings, the words
 * before it (two and three in a row, and two with one between), and the characters of the word with
 * its borders, three to five at a time. Case and accents are folded: what a text is about rarely
 * hangs on them. Summed over a document this is a bag of word and character n-grams.
 */
import type { Token } from '../../tokenizers/index.ts';
import type { Featurizer } from './features.ts';
import { basis, hash, rowOf } from './hashing.ts';

const WORD_SLOTS = 3;
const CONTEXT_SLOTS = 3;
/** Character n-grams kept of one word, by their length. */
const GRAMS = [
  { size: 3, slots: 9 },
  { size: 4, slots: 8 },
  { size: 5, slots: 7 },
] as const;
const GRAM_SLOTS = GRAMS.reduce((sum, { slots }) => sum + slots, 0);
export const DOCUMENT_SLOTS = WORD_SLOTS + CONTEXT_SLOTS + GRAM_SLOTS;

const MAX_CACHED_WORDS = 200_000;

interface Word {
  readonly folded: string;
  readonly rows: Int32Array;
}

export function createDocumentFeaturizer(buckets: number): Featurizer {
  const words = new Map<string, Word>();
  const row = (slot: number, value: string, from = 0, to = value.length): number =>
    rowOf(buckets, hash(basis(slot), value, from, to));

  const describe = (form: string): Word => {
    const known = words.get(form);
    if (known) return known;
    const folded = form.slice(0, 64).toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
    const rows = new Int32Array(WORD_SLOTS + GRAM_SLOTS);
    rows[0] = row(0, folded);
    if (folded.length > 4) rows[1] = row(1, folded, 0, 4);
    if (folded.length > 6) rows[2] = row(2, folded, 0, 6);
    const bounded = `<${folded}>`;
    let slot = WORD_SLOTS;
    for (const { size, slots } of GRAMS) {
      const count = Math.min(slots, bounded.length - size);
      for (let i = 0; i <= count && i < slots; i++)
        rows[slot + i] = row(10 + size, bounded, i, i + size);
      slot += slots;
    }
    const word = { folded, rows };
    if (words.size >= MAX_CACHED_WORDS) words.clear();
    words.set(form, word);
    return word;
  };

  return (text, tokens: readonly Token[]) => {
    const out = new Int32Array(tokens.length * DOCUMENT_SLOTS);
    const described = tokens.map(({ start, end }) => describe(text.slice(start, end)));
    const before = (index: number): string => described[index]?.folded ?? '';
    described.forEach(({ folded, rows }, t) => {
      const at = t * DOCUMENT_SLOTS;
      out.set(rows, at);
      const context = at + rows.length;
      out[context] = row(3, `${before(t - 1)} ${folded}`);
      if (t > 1) out[context + 1] = row(4, `${before(t - 2)} ${folded}`);
      out[context + 2] = row(5, `${before(t - 2)} ${before(t - 1)} ${folded}`);
    });
    return out;
  };
}
