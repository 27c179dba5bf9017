/**
 * Tokenizer files in the shapes of well-known encoders, small enough to be made from the bundled
 * samples in a moment. Normalizers, pre-tokenizers and templates are configured as those models are.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BYTE_LETTERS, spellBytes } from '../../../../main/compute/tokenizers/byteLevel.ts';
import { trainWordPiece } from '../../../../main/compute/tokenizers/index.ts';
import { nmtNfkcRules, writeCharsmap } from './charsmapWriter.ts';

export interface TokenizerFixture {
  readonly tokenizer: Record<string, unknown>;
  readonly config: Record<string, unknown>;
}

const SAMPLES = fileURLToPath(new URL('../../../../resources/samples', import.meta.url));

/** All sample texts, in a fixed order. */
export const sampleTexts = (): string[] =>
  readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => readFileSync(`${SAMPLES}/${name}`, 'utf8'));

export const filesOf = ({ tokenizer, config }: TokenizerFixture): Record<string, Uint8Array> => ({
  'tokenizer.json': new TextEncoder().encode(JSON.stringify(tokenizer)),
  'tokenizer_config.json': new TextEncoder().encode(JSON.stringify(config)),
});

const added = (contents: readonly string[], more: Record<string, unknown> = {}) =>
  contents.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: content === '<mask>',
    rstrip: false,
    normalized: false,
    special: true,
    ...more,
  }));

const around = (before: string, after: string) => ({
  type: 'TemplateProcessing',
  single: [
    { SpecialToken: { id: before, type_id: 0 } },
    { Sequence: { id: 'A', type_id: 0 } },
    { SpecialToken: { id: after, type_id: 0 } },
  ],
  pair: [],
  special_tokens: {},
});

const numbered = (pieces: Iterable<string>): Record<string, number> =>
  Object.fromEntries([...new Set(pieces)].map((piece, id) => [piece, id]));

const trained = new Map<boolean, Promise<TokenizerFixture>>();

function wordPiece(lowercase: boolean): Promise<TokenizerFixture> {
  const known = trained.get(lowercase) ?? trainedWordPiece(lowercase);
  trained.set(lowercase, known);
  return known;
}

async function trainedWordPiece(lowercase: boolean): Promise<TokenizerFixture> {
  const files = await trainWordPiece(sampleTexts(), { vocabularySize: 3000, lowercase });
  const parse = (bytes: Uint8Array): Record<string, unknown> =>
    JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  return {
    tokenizer: parse(files['tokenizer.json']),
    config: parse(files['tokenizer_config.json']),
  };
}

/** Byte-pair merges counted the plain way: the whole list again after each join. */
function learnMerges(words: readonly string[], count: number): [string, string][] {
  const frequency = new Map<string, number>();
  for (const word of words) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const lines = [...frequency].map(([word, weight]) => ({ line: Array.from(word), weight }));
  const merges: [string, string][] = [];
  while (merges.length < count) {
    const pairs = new Map<string, number>();
    for (const { line, weight } of lines)
      for (let i = 1; i < line.length; i++) {
        const pair = `${line[i - 1]} ${line[i]}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + weight);
      }
    const best = [...pairs].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 1]);
    if (best[0] === '') break;
    const [left, right] = best[0].split(' ') as [string, string];
    merges.push([left, right]);
    for (const { line } of lines)
      for (let i = 1; i < line.length; i++)
        if (line[i - 1] === left && line[i] === right) line.splice(i - 1, 2, left + right);
  }
  return merges;
}

const GPT2_WORDS = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;
const GPT4_WORDS =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

let bytePairs: [string, string][] | undefined;
function byteMerges(): [string, string][] {
  const words = (): string[] =>
    sampleTexts()
      .slice(0, 60)
      .flatMap((text) => text.match(GPT2_WORDS) ?? [])
      .map(spellBytes);
  return (bytePairs ??= learnMerges(words(), 600));
}

const ROBERTA = ['<s>', '<pad>', '</s>', '<unk>', '<mask>'];
const BERT = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

const byteVocabulary = (special: readonly string[]): Record<string, number> =>
  numbered([...special, ...BYTE_LETTERS, ...byteMerges().map((pair) => pair.join(''))]);

const byteModel = (special: readonly string[], pairs: boolean, more = {}) => ({
  type: 'BPE',
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
  ignore_merges: false,
  vocab: byteVocabulary(special),
  merges: pairs ? byteMerges() : byteMerges().map((pair) => pair.join(' ')),
  ...more,
});

const byteLevel = (more = {}) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: true,
  ...more,
});

const ROBERTA_CONFIG = {
  cls_token: '<s>',
  sep_token: '</s>',
  pad_token: '<pad>',
  unk_token: '<unk>',
  mask_token: { content: '<mask>' },
  model_max_length: 512,
};
const BERT_CONFIG = {
  cls_token: '[CLS]',
  sep_token: '[SEP]',
  pad_token: '[PAD]',
  unk_token: '[UNK]',
  mask_token: '[MASK]',
  model_max_length: 1e30,
};

const file = (parts: Record<string, unknown>): Record<string, unknown> => ({
  version: '1.0',
  truncation: null,
  padding: null,
  normalizer: null,
  pre_tokenizer: null,
  decoder: null,
  ...parts,
});

let pieces: [string, number][] | undefined;

/** Frequent substrings of words with logarithms of their frequencies, and every character. */
function unigramPieces(special: readonly string[]): [string, number][] {
  return [...special.map((token): [string, number] => [token, 0]), ...(pieces ??= countPieces())];
}

function countPieces(): [string, number][] {
  const counts = new Map<string, number>();
  for (const text of sampleTexts())
    for (const word of text.normalize('NFKC').match(/\S+/g) ?? []) {
      const letters = Array.from(`\u2581${word}`);
      for (let from = 0; from < letters.length; from++)
        for (let to = from + 1; to <= Math.min(letters.length, from + 7); to++) {
          const piece = letters.slice(from, to).join('');
          counts.set(piece, (counts.get(piece) ?? 0) + 1);
        }
    }
  const frequent = [...counts]
    .filter(([piece, count]) => count > 20 || (Array.from(piece).length === 1 && count > 1))
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return frequent.map(([piece, count]) => [piece, Math.log(count / 1e6)]);
}

let charsmap: string | undefined;
export const precompiled = () => ({
  type: 'Precompiled',
  precompiled_charsmap: (charsmap ??= writeCharsmap(nmtNfkcRules())),
});

const unigram = (special: readonly string[], unk: string, more = {}) => ({
  type: 'Unigram',
  unk_id: special.indexOf(unk),
  vocab: unigramPieces(special),
  byte_fallback: false,
  ...more,
});

let wordPairs: [string, string][] | undefined;
function llamaLike(): TokenizerFixture {
  const words = sampleTexts()
    .slice(0, 60)
    .flatMap((text) => text.match(/\S+/g) ?? [])
    .map((word) => `\u2581${word}`);
  const merges = (wordPairs ??= learnMerges(words, 500));
  const special = ['<unk>', '<s>', '</s>'];
  const bytes = BYTE_LETTERS.map(
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
  const letters = words.flatMap((word) => Array.from(word));
  return {
    tokenizer: file({
      added_tokens: added(special),
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'Prepend', prepend: '\u2581' },
          { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
        ],
      },
      post_processor: {
        type: 'TemplateProcessing',
        single: [
          { SpecialToken: { id: '<s>', type_id: 0 } },
          { Sequence: { id: 'A', type_id: 0 } },
        ],
        pair: [],
        special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
      },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: '<unk>',
        fuse_unk: true,
        byte_fallback: true,
        vocab: numbered([...special, ...bytes, ...letters, ...merges.map((m) => m.join(''))]),
        merges: merges.map((pair) => pair.join(' ')),
      },
    }),
    config: { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' },
  };
}

export type Family = keyof typeof FAMILIES;

export const FAMILIES = {
  'BERT uncased': () => wordPiece(true),
  'BERT cased': () => wordPiece(false),
  RoBERTa: () => ({
    tokenizer: file({
      added_tokens: added(ROBERTA),
      pre_tokenizer: byteLevel(),
      post_processor: {
        type: 'RobertaProcessing',
        sep: ['</s>', 2],
        cls: ['<s>', 0],
        trim_offsets: true,
        add_prefix_space: false,
      },
      model: byteModel(ROBERTA, false),
    }),
    config: ROBERTA_CONFIG,
  }),
  ModernBERT: () => {
    const blanks = Array.from({ length: 8 }, (_, i) => ' '.repeat(9 - i));
    const vocabulary = byteVocabulary(BERT);
    const next = Object.keys(vocabulary).length;
    return {
      tokenizer: file({
        added_tokens: [
          ...added(BERT).map((token) => ({ ...token, lstrip: token.content === '[MASK]' })),
          ...added(blanks, { normalized: true, special: false }).map((token) => ({
            ...token,
            id: token.id + next,
          })),
        ],
        normalizer: { type: 'NFC' },
        pre_tokenizer: byteLevel(),
        post_processor: around('[CLS]', '[SEP]'),
        model: byteModel(BERT, true),
      }),
      config: { ...BERT_CONFIG, model_max_length: 8192 },
    };
  },
  'GPT-4 words': () => ({
    tokenizer: file({
      added_tokens: added(ROBERTA),
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: GPT4_WORDS }, behavior: 'Isolated', invert: false },
          byteLevel({ use_regex: false }),
        ],
      },
      post_processor: {
        type: 'Sequence',
        processors: [byteLevel(), around('<s>', '</s>')],
      },
      model: byteModel(ROBERTA, true, { ignore_merges: true }),
    }),
    config: ROBERTA_CONFIG,
  }),
  'bytes before digits': () => ({
    tokenizer: file({
      added_tokens: added(ROBERTA),
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Punctuation', behavior: 'Contiguous' },
          byteLevel({ add_prefix_space: true }),
          { type: 'Digits', individual_digits: true },
        ],
      },
      post_processor: null,
      model: byteModel(ROBERTA, true),
    }),
    config: ROBERTA_CONFIG,
  }),
  'XLM-RoBERTa': () => ({
    tokenizer: file({
      added_tokens: added(['<s>', '<pad>', '</s>', '<unk>', '<mask>']),
      normalizer: precompiled(),
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'WhitespaceSplit' },
          { type: 'Metaspace', replacement: '\u2581', add_prefix_space: true },
        ],
      },
      post_processor: around('<s>', '</s>'),
      model: unigram(ROBERTA, '<unk>'),
    }),
    config: ROBERTA_CONFIG,
  }),
  'DeBERTa-v3': () => ({
    tokenizer: file({
      added_tokens: added(BERT),
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'Strip', strip_left: true, strip_right: true },
          precompiled(),
          { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
        ],
      },
      pre_tokenizer: {
        type: 'Metaspace',
        replacement: '\u2581',
        add_prefix_space: true,
        prepend_scheme: 'always',
      },
      post_processor: around('[CLS]', '[SEP]'),
      model: unigram(BERT, '[UNK]'),
    }),
    config: BERT_CONFIG,
  }),
  ALBERT: () => ({
    tokenizer: file({
      added_tokens: added(BERT),
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'Replace', pattern: { String: '``' }, content: '"' },
          { type: 'NFKD' },
          { type: 'StripAccents' },
          { type: 'Lowercase' },
          { type: 'Precompiled', precompiled_charsmap: null },
        ],
      },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'WhitespaceSplit' },
          { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'first' },
        ],
      },
      post_processor: around('[CLS]', '[SEP]'),
      model: unigram(BERT, '[UNK]'),
    }),
    config: { ...BERT_CONFIG, remove_space: true },
  }),
  'Llama bytes': llamaLike,
} satisfies Record<string, () => TokenizerFixture | Promise<TokenizerFixture>>;
