/**
 * The pre-tokenizers of a tokenizer.json: from one stretch of normalized text to the words the model
 * sees. They cut where @huggingface/tokenizers cuts, also where that differs from the Rust library
 * (ASCII word characters in `Whitespace`; every `Split` but `Removed` isolates the match), because that
 * is what runs an exported folder.
 */
import { spellWithOrigins } from './byteLevel.ts';
import { sliceOf, sourceEnd, sourceStart, type MappedText } from './mappedText.ts';
import { prepend, replaceAll } from './normalizers.ts';
import { compilePattern } from './patterns.ts';
import type { PreTokenizerConfig } from './tokenizerJson.ts';

/** @param first whether the stretch opens the text, which `Metaspace` may ask. */
export type PreTokenizer = (piece: MappedText, first: boolean) => MappedText[];

type Config<K extends PreTokenizerConfig['type']> = Extract<PreTokenizerConfig, { type: K }>;

const PUNCTUATION = '\\p{P}\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e';
const BERT_WORDS = new RegExp(`[^\\s${PUNCTUATION}]+|[${PUNCTUATION}]`, 'gu');
const PUNCTUATION_RUNS = new RegExp(`[^${PUNCTUATION}]+|[${PUNCTUATION}]+`, 'gu');
const ASCII_WORDS = /\w+|[^\w\s]+/g;
const BLANK_SEPARATED = /\S+/g;
const DIGIT_RUNS = /[^\d]+|\d+/gu;
const SINGLE_DIGITS = /[^\d]+|\d/gu;
/** The word pattern of GPT-2. */
const BYTE_LEVEL_WORDS =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** @param field where the configuration stands in the file, for faults. */
export function createPreTokenizer(
  config: PreTokenizerConfig,
  field = 'pre_tokenizer',
): PreTokenizer {
  switch (config.type) {
    case 'BertPreTokenizer':
      return matches(BERT_WORDS);
    case 'Whitespace':
      return matches(ASCII_WORDS);
    case 'WhitespaceSplit':
      return matches(BLANK_SEPARATED);
    case 'Punctuation':
      return matches(PUNCTUATION_RUNS);
    case 'Digits':
      return matches(config.individual_digits ? SINGLE_DIGITS : DIGIT_RUNS);
    case 'ByteLevel': {
      const words = byteLevelWords(config);
      return (piece, first) => words(piece, first).map(spelled);
    }
    case 'Metaspace':
      return metaspace(config);
    case 'Split':
      return split(config, field);
    case 'Replace': {
      const replace = replaceAll(
        compilePattern(config.pattern, `${field}.pattern`),
        config.content ?? '',
      );
      return (piece) => [replace(piece)];
    }
    case 'FixedLength':
      return (piece) =>
        Array.from({ length: Math.ceil(piece.text.length / config.length) }, (_, i) =>
          sliceOf(piece, i * config.length, Math.min(piece.text.length, (i + 1) * config.length)),
        );
    case 'Sequence':
      return inTurn(
        config.pretokenizers.map((inner, i) =>
          createPreTokenizer(inner, `${field}.pretokenizers.${i}`),
        ),
      );
  }
}

/**
 * Splits off a final `ByteLevel`: its spelling is then left to the model, which caches it per word
 * instead of spelling the whole text.
 */
export function createWordCutter(config: PreTokenizerConfig): {
  readonly cut: PreTokenizer;
  readonly spellsBytes: boolean;
} {
  if (config.type === 'ByteLevel') return { cut: byteLevelWords(config), spellsBytes: true };
  const last = config.type === 'Sequence' ? config.pretokenizers.at(-1) : undefined;
  if (config.type !== 'Sequence' || last?.type !== 'ByteLevel')
    return { cut: createPreTokenizer(config), spellsBytes: false };
  const before = createPreTokenizer({
    ...config,
    pretokenizers: config.pretokenizers.slice(0, -1),
  });
  return { cut: inTurn([before, byteLevelWords(last)]), spellsBytes: true };
}

const inTurn =
  (steps: readonly PreTokenizer[]): PreTokenizer =>
  (piece, first) =>
    steps.reduce<MappedText[]>(
      (pieces, step) => pieces.flatMap((inner) => step(inner, first)),
      [piece],
    );

/** The matches alone; what lies between them is dropped. */
function matches(pattern: RegExp): PreTokenizer {
  return (piece) => {
    const words: MappedText[] = [];
    for (const { 0: found, index } of piece.text.matchAll(pattern))
      if (found !== '') words.push(sliceOf(piece, index, index + found.length));
    return words;
  };
}

function byteLevelWords(config: Config<'ByteLevel'>): PreTokenizer {
  const cut = matches(BYTE_LEVEL_WORDS);
  return (piece, first) => {
    const whole =
      config.add_prefix_space && !piece.text.startsWith(' ') ? prepend(piece, ' ') : piece;
    return (config.use_regex ?? true) ? cut(whole, first) : [whole];
  };
}

function spelled(word: MappedText): MappedText {
  const { text, starts, ends } = spellWithOrigins(word.text);
  return {
    text,
    map: {
      starts: starts.map((unit) => sourceStart(word, unit)),
      ends: ends.map((unit) => sourceEnd(word, unit - 1)),
    },
    at: 0,
  };
}

function metaspace(config: Config<'Metaspace'>): PreTokenizer {
  const replacement = config.replacement ?? '\u2581';
  const blank = config.str_rep || replacement;
  const scheme = config.prepend_scheme ?? 'always';
  const replace = replaceAll(/ /g, blank);
  return (piece, first) => {
    const replaced = replace(piece);
    const opens = scheme === 'always' || (scheme === 'first' && first);
    return [opens && !replaced.text.startsWith(replacement) ? prepend(replaced, blank) : replaced];
  };
}

function split(config: Config<'Split'>, field: string): PreTokenizer {
  const pattern = compilePattern(config.pattern, `${field}.pattern`, config.invert ?? true);
  if (config.invert) return matches(pattern);
  const removes = config.behavior?.toLowerCase() === 'removed';
  const indexed = new RegExp(pattern.source, `${pattern.flags}d`);
  return (piece) => {
    const pieces: MappedText[] = [];
    const push = (from: number, to: number): void => {
      if (from < to) pieces.push(sliceOf(piece, from, to));
    };
    let done = 0;
    for (const { 0: found, index, indices } of piece.text.matchAll(removes ? indexed : pattern)) {
      push(done, index);
      done = index + found.length;
      // `String.prototype.split` hands out capture groups beside the pieces, and the library with it.
      if (!removes) push(index, done);
      else for (const group of (indices ?? []).slice(1)) if (group) push(group[0], group[1]);
    }
    push(done, piece.text.length);
    return pieces;
  };
}
