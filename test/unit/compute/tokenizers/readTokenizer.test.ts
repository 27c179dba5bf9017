import { describe, expect, it } from 'vitest';
import { readTokenizer, type Tokenizer } from '../../../../main/compute/tokenizers/index.ts';

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const VOCABULARY = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  'hello',
  'wor',
  '##ld',
  'muller',
  'a',
  '中',
];
const FILE = {
  added_tokens: [{ id: 10, content: '<name>', special: true }],
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: null,
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    vocab: Object.fromEntries(VOCABULARY.map((piece, id) => [piece, id])),
  },
};

const read = (
  changes: Record<string, unknown> = {},
  more: Record<string, Uint8Array> = {},
): Tokenizer => readTokenizer({ 'tokenizer.json': bytes({ ...FILE, ...changes }), ...more });

const placed = (tokenizer: Tokenizer, text: string): [string | undefined, string][] => {
  const { ids, starts, ends } = tokenizer.encode(text);
  return Array.from(ids, (id, i) => [tokenizer.tokenOf(id), text.slice(starts[i], ends[i])]);
};

describe('offsets', () => {
  it('hold over removed, decomposed, inserted and multiplied characters', () => {
    expect(placed(read(), 'He\0llo  wo\u00adrld\r\nMu\u0308ller中a')).toEqual([
      ['hello', 'He\0llo'],
      ['wor', 'wo\u00adr'],
      ['##ld', 'ld'],
      ['muller', 'Mu\u0308ller'],
      ['中', '中'],
      ['a', 'a'],
    ]);
  });

  it('count each word once', () => {
    expect([...read().encode('hello world<name>a').words]).toEqual([0, 1, 1, 2, 3]);
  });
});

describe('a faulty file', () => {
  const complaint = (
    changes: Record<string, unknown>,
    more?: Record<string, Uint8Array>,
  ): unknown => {
    try {
      read(changes, more);
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it.each([
    [{ normalizer: { type: 'Magic' } }, 'normalizer.type is "Magic"'],
    [
      { pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'BertPreTokenizer' }, {}] } },
      'pre_tokenizer.pretokenizers.1.type',
    ],
    [{ model: { ...FILE.model, type: 'WordLevel' } }, 'model.type is "WordLevel"'],
    [{ model: { ...FILE.model, vocab: { a: -1 } } }, 'model.vocab.a'],
    [{ model: { type: 'BPE', vocab: {}, merges: [], dropout: 0.1 } }, 'model.dropout'],
    [{ model: { type: 'Unigram', vocab: [['a', -1]], unk_id: 3 } }, 'model.unk_id'],
    [
      { normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA' } },
      'normalizer.precompiled_charsmap',
    ],
    [
      {
        pre_tokenizer: {
          type: 'Split',
          pattern: { Regex: '(' },
          behavior: 'Isolated',
          invert: false,
        },
      },
      'pre_tokenizer.pattern',
    ],
    [
      {
        post_processor: {
          type: 'TemplateProcessing',
          single: [{ SpecialToken: { id: '[NOPE]', type_id: 0 } }],
        },
      },
      'post_processor.single.0 names "[NOPE]"',
    ],
    [{ added_tokens: [{ id: 'x', content: 'a' }] }, 'added_tokens.0.id'],
  ])('%j is refused by name', (changes, field) => {
    expect(complaint(changes)).toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining(`tokenizer.json: ${field}`) as string,
    });
  });

  it('is named when it is missing or not JSON', () => {
    expect(() => readTokenizer({})).toThrow(/lacks tokenizer.json/);
    const broken = { 'tokenizer_config.json': new TextEncoder().encode('{') };
    expect(complaint({}, broken)).toMatchObject({
      code: 'bad-model',
      message: 'tokenizer_config.json is not readable as JSON.',
    });
  });
});

describe('special tokens', () => {
  it('come from the configuration, then the map, then custom', () => {
    const tokenizer = read(
      {},
      {
        'tokenizer_config.json': bytes({ pad_token: { content: 'a' }, model_max_length: 1e30 }),
        'special_tokens_map.json': bytes({ pad_token: '[SEP]', mask_token: '<name>' }),
      },
    );
    expect(tokenizer.special).toEqual({ pad: 8, unk: 1, cls: 2, sep: 3, mask: 10 });
    expect(tokenizer.maxTokens).toBeNull();
    expect(tokenizer.vocabularySize).toBe(11);
  });

  it('stand around a stretch of tokens', () => {
    const tokenizer = read({
      post_processor: { type: 'BertProcessing', cls: ['[CLS]', 2], sep: ['[SEP]', 3] },
    });
    const framed = tokenizer.frame(tokenizer.encode('hello world a'), 1, 3);
    expect(framed).toEqual({
      ids: Int32Array.of(2, 5, 6, 3),
      starts: Int32Array.of(0, 6, 9, 0),
      ends: Int32Array.of(0, 9, 11, 0),
      words: Int32Array.of(-1, 1, 1, -1),
      typeIds: new Int32Array(4),
      special: Uint8Array.of(1, 0, 0, 1),
    });
    expect(tokenizer.overhead).toBe(2);
  });
});

describe('where the file outranks @huggingface/tokenizers', () => {
  it('single_word tokens stand alone, which the library ignores', () => {
    const tokenizer = read({
      added_tokens: [{ id: 10, content: 'ell', single_word: true, special: true }],
    });
    expect(placed(tokenizer, 'hello ell')).toEqual([
      ['hello', 'hello'],
      ['ell', 'ell'],
    ]);
  });

  it('a Unigram file with byte_fallback spells unknown characters in bytes, which the library ignores', () => {
    const vocab = [
      ['<unk>', 0],
      ['a', -1],
      ['<0xC3>', -9],
      ['<0xBC>', -9],
    ];
    const tokenizer = read({
      normalizer: null,
      pre_tokenizer: null,
      model: { type: 'Unigram', vocab, unk_id: 0, byte_fallback: true },
    });
    expect(placed(tokenizer, 'aüaß')).toEqual([
      ['a', 'a'],
      ['<0xC3>', 'ü'],
      ['<0xBC>', 'ü'],
      ['a', 'a'],
      ['<unk>', 'ß'],
    ]);
  });
});
