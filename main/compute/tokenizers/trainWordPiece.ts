/**
 * A WordPiece vocabulary learned from texts, as the reference trainer learns it: words are split into
 * characters, the most frequent neighbors are joined into one piece, again and again, until the
 * vocabulary is full. Pair counts are kept up to date per join instead of being counted anew.
 *
 * Equal counts go to the pair whose pieces are older, so the same texts give the same bytes everywhere.
 */
import { createMinHeap } from './minHeap.ts';
import { sourceText } from './mappedText.ts';
import { createNormalizer } from './normalizers.ts';
import { createPreTokenizer } from './preTokenizers.ts';
import type { NormalizerConfig } from './tokenizerJson.ts';

export interface WordPieceTraining {
  /** Entries wanted, special tokens included; fewer come out when the texts hold no more. */
  readonly vocabularySize: number;
  /** Lower-cases and drops accents. */
  readonly lowercase: boolean;
  /** Longest input of the model, written into the configuration; 512 when left out. */
  readonly maxTokens?: number;
  /** Called every few hundred milliseconds of work; it may throw to cancel. */
  readonly breathe?: () => Promise<void> | void;
}

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;
const PREFIX = '##';
/** Rarer characters become unknown rather than filling the vocabulary (the reference trainer's default). */
const MOST_CHARACTERS = 1000;
const LEAST_COUNT = 2;
const LONGEST_WORD = 100;
const WORK_BETWEEN_BREATHS_MS = 100;

/** The files of a complete tokenizer, which `readTokenizer` and every Hugging Face library load. */
export async function trainWordPiece(
  texts: Iterable<string>,
  { vocabularySize, lowercase, maxTokens = 512, breathe }: WordPieceTraining,
): Promise<Record<'tokenizer.json' | 'tokenizer_config.json', Uint8Array>> {
  const normalizer = {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase,
  } as const;
  const rest = createRest(breathe);
  const counts = await countWords(texts, normalizer, rest);
  const vocabulary = await learnPieces(counts, vocabularySize, rest);
  return {
    'tokenizer.json': json({
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: SPECIAL.map((content, id) => ({
        id,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      })),
      normalizer,
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [special('[CLS]', 0), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]', 0)],
        pair: [
          special('[CLS]', 0),
          { Sequence: { id: 'A', type_id: 0 } },
          special('[SEP]', 0),
          { Sequence: { id: 'B', type_id: 1 } },
          special('[SEP]', 1),
        ],
        special_tokens: Object.fromEntries(
          (['[CLS]', '[SEP]'] as const).map((token) => [
            token,
            { id: token, ids: [SPECIAL.indexOf(token)], tokens: [token] },
          ]),
        ),
      },
      decoder: { type: 'WordPiece', prefix: PREFIX, cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: PREFIX,
        max_input_chars_per_word: LONGEST_WORD,
        vocab: Object.fromEntries(vocabulary.map((piece, id) => [piece, id])),
      },
    }),
    'tokenizer_config.json': json({
      tokenizer_class: 'BertTokenizer',
      do_lower_case: lowercase,
      strip_accents: null,
      tokenize_chinese_chars: true,
      model_max_length: maxTokens,
      pad_token: '[PAD]',
      unk_token: '[UNK]',
      cls_token: '[CLS]',
      sep_token: '[SEP]',
      mask_token: '[MASK]',
    }),
  };
}

const special = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });

const json = (value: unknown): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

type Rest = () => Promise<void>;

function createRest(breathe: (() => Promise<void> | void) | undefined): Rest {
  let last = performance.now();
  return async () => {
    if (!breathe || performance.now() - last < WORK_BETWEEN_BREATHS_MS) return;
    await breathe();
    last = performance.now();
  };
}

async function countWords(
  texts: Iterable<string>,
  config: NormalizerConfig,
  rest: Rest,
): Promise<Map<string, number>> {
  const normalize = createNormalizer(config);
  const cut = createPreTokenizer({ type: 'BertPreTokenizer' });
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const { text: word } of cut(normalize(sourceText(text)), true))
      counts.set(word, (counts.get(word) ?? 0) + 1);
    await rest();
  }
  return counts;
}

/** Two pieces side by side; the key packs both, which bounds the vocabulary at 2^26 pieces. */
const PAIR = 2 ** 26;
/** Counts above this are as good as each other; below it count and pair order fit one exact double. */
const MOST_COUNT = 2 ** 27 - 1;

async function learnPieces(
  counts: ReadonlyMap<string, number>,
  size: number,
  rest: Rest,
): Promise<string[]> {
  const vocabulary: string[] = [...SPECIAL];
  const ids = new Map<string, number>(vocabulary.map((piece, id) => [piece, id]));
  const idOf = (piece: string): number => {
    let id = ids.get(piece);
    if (id === undefined) {
      id = vocabulary.length;
      vocabulary.push(piece);
      ids.set(piece, id);
    }
    return id;
  };
  const characters = commonCharacters(
    counts,
    Math.min(MOST_CHARACTERS, Math.max(0, size - SPECIAL.length)),
  );
  for (const character of characters) idOf(character);

  /** Words as lists of pieces, with how often each occurs. */
  const words: number[][] = [];
  const weights: number[] = [];
  for (const [word, count] of counts) {
    const letters = Array.from(word);
    if (letters.length > LONGEST_WORD || !letters.every((letter) => ids.has(letter))) continue;
    const pieces = letters.map((letter, i) => {
      const name = i === 0 ? letter : PREFIX + letter;
      return ids.get(name) ?? (vocabulary.length < size ? idOf(name) : -1);
    });
    if (pieces.includes(-1)) continue;
    words.push(pieces);
    weights.push(count);
  }

  const pairs = new Map<number, { count: number; order: number; words: Set<number> }>();
  const heap = createMinHeap();
  const orders: number[] = [];
  const offer = (key: number): void => {
    const pair = pairs.get(key);
    if (pair && pair.count >= LEAST_COUNT)
      heap.push((MOST_COUNT - Math.min(pair.count, MOST_COUNT)) * PAIR + pair.order);
  };
  const change = (left: number, right: number, word: number, by: number): number => {
    const key = left * PAIR + right;
    let pair = pairs.get(key);
    if (!pair) {
      pair = { count: 0, order: orders.length, words: new Set() };
      orders.push(key);
      pairs.set(key, pair);
    }
    pair.count += by;
    if (by > 0) pair.words.add(word);
    return key;
  };
  words.forEach((pieces, word) => {
    for (let i = 1; i < pieces.length; i++)
      change(pieces[i - 1] as number, pieces[i] as number, word, weights[word] as number);
  });
  for (const key of pairs.keys()) offer(key);

  while (vocabulary.length < size) {
    await rest();
    const entry = heap.pop();
    if (entry < 0) break;
    const key = orders[entry % PAIR] as number;
    const pair = pairs.get(key);
    const promised = MOST_COUNT - Math.floor(entry / PAIR);
    // Counts fall as neighbors are joined elsewhere: an entry that promises too much is offered anew.
    if (!pair || pair.count < LEAST_COUNT) continue;
    if (Math.min(pair.count, MOST_COUNT) !== promised) {
      if (pair.count < promised) offer(key);
      continue;
    }
    const left = Math.floor(key / PAIR);
    const right = key % PAIR;
    const joined = idOf(
      (vocabulary[left] as string) + (vocabulary[right] as string).slice(PREFIX.length),
    );
    const touched = new Set<number>();
    for (const word of pair.words) {
      const pieces = words[word] as number[];
      const weight = weights[word] as number;
      for (let i = 0; i + 1 < pieces.length; i++) {
        if (pieces[i] !== left || pieces[i + 1] !== right) continue;
        const [before, after] = [pieces[i - 1], pieces[i + 2]];
        change(left, right, word, -weight);
        if (before !== undefined) {
          change(before, left, word, -weight);
          touched.add(change(before, joined, word, weight));
        }
        if (after !== undefined) {
          change(right, after, word, -weight);
          touched.add(change(joined, after, word, weight));
        }
        pieces.splice(i, 2, joined);
      }
    }
    pairs.delete(key);
    for (const fresh of touched) offer(fresh);
  }
  return vocabulary.slice(0, size);
}

/** The most frequent characters, the more frequent first, equals by code point. */
function commonCharacters(counts: ReadonlyMap<string, number>, most: number): string[] {
  const frequency = new Map<string, number>();
  for (const [word, count] of counts)
    for (const character of word) frequency.set(character, (frequency.get(character) ?? 0) + count);
  return [...frequency]
    .toSorted(
      ([a, m], [b, n]) => n - m || (a.codePointAt(0) as number) - (b.codePointAt(0) as number),
    )
    .slice(0, most)
    .map(([character]) => character);
}
