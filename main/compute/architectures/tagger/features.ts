/**
 * What the tagger sees of a token: a fixed number of hashed features, most about the word, some about
 * its place. Unknown rows of the table are zero: an unseen feature says nothing.
 *
 * Dates, numbers and addresses are several tokens without a blank between them; each such token also
 * knows the shape of the whole chunk ("dd-d-dd") and its place in it.
 *
 * Notes are half forms: "NHC: 368503. Edad: 70 años Sexo: H." Hence features for the field a token
 * stands in (the words before the nearest colon on its line), for how its line begins, and for the
 * field in which the same word appeared earlier in the document (a name in the header comes back in
 * the letter).
 */
import type { Token } from '../../tokenizers/index.ts';
import { basis, hash, rowOf } from './hashing.ts';

/** Features that know the exact form; word dropout hides these, so that the others learn to do without. */
const FORM_SLOTS = 6;
const SHAPE_SLOTS = 8;
const NGRAM_SLOTS = 10;
const CONTEXT_SLOTS = 13;
export const SLOTS = FORM_SLOTS + SHAPE_SLOTS + NGRAM_SLOTS + CONTEXT_SLOTS;

export interface Featurizer {
  /** tokens × SLOTS row indices, 0 where a slot is empty. */
  (text: string, tokens: readonly Token[]): Int32Array;
}

const shapeOf = (word: string): string =>
  word
    .replace(/\p{Lu}|\p{Lt}/gu, 'X')
    .replace(/\p{Nd}/gu, 'd')
    .replace(/\p{L}/gu, (letter) => (letter === 'X' || letter === 'd' ? letter : 'x'));

const squeeze = (shape: string): string => shape.replace(/(.)\1+/g, '$1+');

/** Dates differ by how many digits stand where, so only letters are squeezed. */
const squeezeLetters = (shape: string): string => shape.replace(/([Xx])\1+/g, '$1+');

/** Neighboring tokens without a blank between them; marks that end a clause stay outside. */
interface Chunk {
  readonly first: number;
  readonly last: number;
}

function chunksOf(text: string, tokens: readonly Token[]): Chunk[] {
  const chunks: Chunk[] = [];
  let first = 0;
  const close = (last: number): void => {
    let end = last;
    while (end > first && /[.,;:()]/.test(text[(tokens[end] as Token).start] as string)) end -= 1;
    chunks.push({ first, last: end });
    for (let t = end + 1; t <= last; t++) chunks.push({ first: t, last: t });
    first = last + 1;
  };
  for (let t = 1; t < tokens.length; t++) {
    const [before, token] = [tokens[t - 1] as Token, tokens[t] as Token];
    const apart = token.start > before.end;
    if (apart || isBreak(text, before) || isBreak(text, token)) close(t - 1);
  }
  if (tokens.length > 0) close(tokens.length - 1);
  return chunks;
}

const isBreak = (text: string, token: Token): boolean =>
  /[\r\n\u2028\u2029]/.test(text[token.start] as string);

interface Word {
  readonly lower: string;
  readonly shape: string;
  readonly rows: Int32Array;
  /** Names and numbers, whose earlier mention tells something. */
  readonly telling: boolean;
}

const MAX_CACHED_WORDS = 200_000;

export function createFeaturizer(buckets: number): Featurizer {
  const row = (hashed: number): number => rowOf(buckets, hashed);
  const words = new Map<string, Word>();

  const describe = (text: string): Word => {
    const known = words.get(text);
    if (known) return known;
    // Nothing beyond the first characters of an absurdly long run tells more.
    const form = text.slice(0, 64);
    const lower = form.toLowerCase();
    const shape = shapeOf(form);
    const plain = lower.normalize('NFD').replace(/\p{M}/gu, '');
    const rows = new Int32Array(FORM_SLOTS + SHAPE_SLOTS + NGRAM_SLOTS);
    let slot = 0;
    const put = (value: string): void => {
      if (value !== '') rows[slot] = row(hash(basis(slot), value));
      slot += 1;
    };
    const long = plain.length;
    put(form);
    put(lower);
    put(long > 4 ? plain.slice(0, 4) : '');
    put(long > 4 ? plain.slice(-4) : '');
    put(long > 6 ? plain.slice(0, 6) : '');
    put(plain);
    put(shape);
    put(squeeze(shape));
    put(plain.slice(0, 2));
    put(plain.slice(0, 3));
    put(plain.slice(-1));
    put(plain.slice(-2));
    put(plain.slice(-3));
    put(`${Math.min(form.length, 20)}${squeeze(shape)}`);
    const bounded = `<${plain}>`;
    const grams = Math.min(NGRAM_SLOTS, bounded.length - 2);
    for (let i = 0; i < grams && plain.length > 1; i++)
      rows[slot + i] = row(hash(basis(99), bounded, i, i + 3));
    const word = {
      lower: plain,
      shape: squeeze(shape),
      rows,
      telling: /\p{Lu}|\p{Nd}/u.test(form) && long > 1,
    };
    if (words.size >= MAX_CACHED_WORDS) words.clear();
    words.set(text, word);
    return word;
  };

  return (text, tokens) => {
    const out = new Int32Array(tokens.length * SLOTS);
    const described = tokens.map(({ start, end }) => describe(text.slice(start, end)));
    const shape = (index: number): string => described[index]?.shape ?? '';
    const lower = (index: number): string => described[index]?.lower ?? '';
    const mentions = new Map<string, string>();
    const chunks = chunksOf(text, tokens);
    const chunkText = chunks.map(({ first, last }) =>
      text.slice(
        tokens[first]?.start,
        Math.min(tokens[last]?.end ?? 0, (tokens[first]?.start ?? 0) + 40),
      ),
    );
    const chunkShape = chunkText.map((chunk) => squeezeLetters(shapeOf(chunk)));
    let chunk = 0;
    let lineStart = 0;
    let lineNumber = 0;
    let colon = -1;
    for (let t = 0; t < tokens.length; t++) {
      const word = described[t] as Word;
      const token = tokens[t] as Token;
      const previous = tokens[t - 1];
      const at = t * SLOTS;
      out.set(word.rows, at);
      let slot = word.rows.length;
      const put = (value: string): void => {
        if (value !== '') out[at + slot] = row(hash(basis(slot), value));
        slot += 1;
      };
      if (t > (chunks[chunk] as Chunk).last) chunk += 1;
      const { first, last } = chunks[chunk] as Chunk;
      const single = first === last;
      const place = `${Math.min(t - first, 6)}/${Math.min(last - t, 6)}`;
      const field = colon < 0 ? '' : `${lower(colon - 2)} ${lower(colon - 1)}`;
      const head = `${lower(lineStart)} ${lower(lineStart + 1)}`;
      put(`${lower(t - 1)}|${word.lower}`);
      put(`${word.lower}|${lower(t + 1)}`);
      put(single ? '' : `${(chunkText[chunk] as string).toLowerCase()} ${t - first}`);
      put(colon < 0 ? '' : lower(colon - 1));
      put(field);
      put(head);
      put(colon < 0 ? '' : `${Math.min(t - colon, 12)}`);
      put(`${Math.min(t - lineStart, 12)}`);
      put(!previous ? 'first' : previous.end === token.start ? 'joined' : 'apart');
      put(`${Math.min(lineNumber, 30)}`);
      put(single ? '' : `${chunkShape[chunk] as string} ${place}`);
      put(`${shape(t - 1)}|${shape(t)}|${shape(t + 1)}`);
      const mentioned = word.telling ? mentions.get(word.lower) : undefined;
      put(mentioned === undefined ? '' : `in ${mentioned}`);
      if (word.telling && mentioned === undefined)
        mentions.set(word.lower, colon < 0 ? `${lineNumber < 20 ? head : 'text'}` : field);
      const form = text.slice(token.start, token.end);
      if (form === ':') colon = t;
      else if (isBreak(text, token)) {
        lineStart = t + 1;
        lineNumber += 1;
        colon = -1;
      }
    }
    return out;
  };
}

/** Slots that word dropout clears: exact forms, n-grams, and what is built from neighboring forms. */
export const DROPPED_SLOTS: readonly number[] = [
  ...Array.from({ length: FORM_SLOTS }, (_, i) => i),
  ...Array.from({ length: NGRAM_SLOTS + 3 }, (_, i) => FORM_SLOTS + SHAPE_SLOTS + i),
];
