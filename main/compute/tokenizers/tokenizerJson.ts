/**
 * The shape of a `tokenizer.json` and its companions as they come on a USB stick, checked before
 * anything is built from them. A wrong or unknown field is a fault that names the file and the field.
 */
import { z } from 'zod';
import { fault } from '../fault.ts';

const Pattern = z.union([
  z.looseObject({ Regex: z.string() }),
  z.looseObject({ String: z.string() }),
]);
export type Pattern = z.output<typeof Pattern>;

const kind = <K extends string>(name: K) => z.looseObject({ type: z.literal(name) });
const flag = z.boolean().nullish();

export const NormalizerConfig = z.discriminatedUnion('type', [
  kind('BertNormalizer').extend({
    clean_text: flag,
    handle_chinese_chars: flag,
    strip_accents: flag,
    lowercase: flag,
  }),
  kind('NFC'),
  kind('NFD'),
  kind('NFKC'),
  kind('NFKD'),
  kind('Lowercase'),
  kind('StripAccents'),
  kind('Nmt'),
  kind('Strip').extend({ strip_left: flag, strip_right: flag }),
  kind('Replace').extend({ pattern: Pattern, content: z.string().nullish() }),
  kind('Prepend').extend({ prepend: z.string() }),
  kind('Precompiled').extend({ precompiled_charsmap: z.string().nullish() }),
  kind('Sequence').extend({
    get normalizers(): z.ZodArray<typeof NormalizerConfig> {
      return z.array(NormalizerConfig);
    },
  }),
]);
export type NormalizerConfig = z.output<typeof NormalizerConfig>;

export const PreTokenizerConfig = z.discriminatedUnion('type', [
  kind('BertPreTokenizer'),
  kind('Whitespace'),
  kind('WhitespaceSplit'),
  kind('ByteLevel').extend({ add_prefix_space: flag, use_regex: flag }),
  kind('Metaspace').extend({
    replacement: z.string().min(1).nullish(),
    str_rep: z.string().nullish(),
    prepend_scheme: z.enum(['always', 'first', 'never']).nullish(),
  }),
  kind('Punctuation'),
  kind('Digits').extend({ individual_digits: flag }),
  kind('Split').extend({ pattern: Pattern, behavior: z.string().nullish(), invert: flag }),
  kind('Replace').extend({ pattern: Pattern, content: z.string().nullish() }),
  kind('FixedLength').extend({ length: z.int().min(1) }),
  kind('Sequence').extend({
    get pretokenizers(): z.ZodArray<typeof PreTokenizerConfig> {
      return z.array(PreTokenizerConfig);
    },
  }),
]);
export type PreTokenizerConfig = z.output<typeof PreTokenizerConfig>;

/** Token content and id. */
const Ending = z.tuple([z.string(), z.int()]);
const TemplateItem = z.union([
  z.looseObject({ SpecialToken: z.looseObject({ id: z.string(), type_id: z.int() }) }),
  z.looseObject({ Sequence: z.looseObject({ id: z.enum(['A', 'B']), type_id: z.int() }) }),
]);

export const PostProcessorConfig = z.discriminatedUnion('type', [
  kind('TemplateProcessing').extend({
    single: z.array(TemplateItem),
    special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(z.int().min(0)) })).nullish(),
  }),
  kind('BertProcessing').extend({ sep: Ending, cls: Ending }),
  kind('RobertaProcessing').extend({ sep: Ending, cls: Ending }),
  kind('ByteLevel'),
  kind('Sequence').extend({
    get processors(): z.ZodArray<typeof PostProcessorConfig> {
      return z.array(PostProcessorConfig);
    },
  }),
]);
export type PostProcessorConfig = z.output<typeof PostProcessorConfig>;

/**
 * Collections of a hundred thousand entries are checked in a loop that stops at the first bad one: a
 * schema per entry would take seconds.
 */
const every = <T extends object>(
  isCollection: (value: unknown) => boolean,
  isEntry: (entry: unknown) => boolean,
  message: string,
) =>
  z.custom<T>(isCollection, message).superRefine((collection, context) => {
    for (const [key, entry] of Object.entries(collection))
      if (!isEntry(entry)) {
        context.addIssue({ code: 'custom', path: [key], message });
        return;
      }
  });

const isRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPair = (value: unknown, second: 'string' | 'number'): boolean =>
  Array.isArray(value) &&
  value.length === 2 &&
  typeof value[0] === 'string' &&
  typeof value[1] === second;

const Vocabulary = every<Readonly<Record<string, number>>>(
  isRecord,
  (id) => Number.isSafeInteger(id) && (id as number) >= 0,
  'expected pieces with their ids, whole numbers from 0 on',
);
const Merges = every<readonly (string | readonly [string, string])[]>(
  Array.isArray,
  (merge) => typeof merge === 'string' || isPair(merge, 'string'),
  'expected merges, each "left right" or a pair',
);
const ScoredPieces = every<readonly (readonly [string, number])[]>(
  (value) => Array.isArray(value) && value.length > 0,
  (piece) => isPair(piece, 'number'),
  'expected pieces with their log-probabilities',
);

export const ModelConfig = z.discriminatedUnion('type', [
  kind('WordPiece').extend({
    vocab: Vocabulary,
    unk_token: z.string(),
    continuing_subword_prefix: z.string().nullish(),
    max_input_chars_per_word: z.int().min(1).nullish(),
  }),
  kind('BPE').extend({
    vocab: Vocabulary,
    merges: Merges,
    unk_token: z.string().nullish(),
    dropout: z
      .number()
      .refine((rate) => rate === 0, 'dropout makes tokens random, which no number here may be')
      .nullish(),
    fuse_unk: flag,
    byte_fallback: flag,
    ignore_merges: flag,
    end_of_word_suffix: z.string().nullish(),
    continuing_subword_suffix: z.string().nullish(),
  }),
  kind('Unigram').extend({
    vocab: ScoredPieces,
    unk_id: z.int().min(0).nullish(),
    byte_fallback: flag,
  }),
]);
export type ModelConfig = z.output<typeof ModelConfig>;

const AddedTokenConfig = z.looseObject({
  id: z.int().min(0),
  content: z.string(),
  single_word: flag,
  lstrip: flag,
  rstrip: flag,
  normalized: flag,
  special: flag,
});
export type AddedTokenConfig = z.output<typeof AddedTokenConfig>;

const TokenizerFile = z.looseObject({
  added_tokens: z.array(AddedTokenConfig).default([]),
  normalizer: NormalizerConfig.nullish(),
  pre_tokenizer: PreTokenizerConfig.nullish(),
  post_processor: PostProcessorConfig.nullish(),
  model: z.preprocess(withKind, ModelConfig),
});
export type TokenizerFile = z.output<typeof TokenizerFile>;

/** Files written before the model carried its kind are told apart by what they hold. */
function withKind(model: unknown): unknown {
  if (typeof model !== 'object' || model === null || 'type' in model) return model;
  const type =
    'vocab' in model && Array.isArray(model.vocab)
      ? 'Unigram'
      : 'merges' in model
        ? 'BPE'
        : 'WordPiece';
  return { ...model, type };
}

const Named = z
  .union([z.string(), z.looseObject({ content: z.string() }).transform((token) => token.content)])
  .nullish();

/** The fields that `tokenizer_config.json` and `special_tokens_map.json` share, and the former's own. */
const Companion = z.looseObject({
  pad_token: Named,
  unk_token: Named,
  cls_token: Named,
  sep_token: Named,
  bos_token: Named,
  eos_token: Named,
  mask_token: Named,
  model_max_length: z.number().nullish(),
  remove_space: flag,
  do_lowercase_and_remove_accent: flag,
});
export type Companion = z.output<typeof Companion>;

export interface TokenizerFiles {
  readonly tokenizer: TokenizerFile;
  /** Both companions in one: the special tokens map says what the configuration leaves open. */
  readonly companion: Companion;
}

/** @throws Fault 'bad-model' naming the file and the field. */
export function readTokenizerFiles(files: Readonly<Record<string, Uint8Array>>): TokenizerFiles {
  if (!files['tokenizer.json'])
    throw fault(
      'bad-model',
      'The model folder lacks tokenizer.json. Save the tokenizer in its fast form and bring that file too.',
    );
  const tokenizer = parse(files, 'tokenizer.json', TokenizerFile);
  const config = parse(files, 'tokenizer_config.json', Companion);
  const special = parse(files, 'special_tokens_map.json', Companion);
  const given = Object.entries(config).filter(([, value]) => value !== null);
  return { tokenizer, companion: { ...special, ...Object.fromEntries(given) } };
}

function parse<T>(
  files: Readonly<Record<string, Uint8Array>>,
  name: string,
  schema: z.ZodType<T>,
): T {
  const bytes = files[name];
  let value: unknown = {};
  try {
    if (bytes) value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw fault('bad-model', `${name} is not readable as JSON.`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw fault('bad-model', `${name}: ${complaint(result.error.issues[0], value)}`);
}

function complaint(issue: z.core.$ZodIssue | undefined, file: unknown): string {
  const path = issue?.path ?? [];
  const field = path.join('.') || 'the whole file';
  if (issue?.code === 'invalid_union' && path.at(-1) === 'type') {
    const found = path.reduce<unknown>(
      (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
      file,
    );
    return `${field} is ${JSON.stringify(found)}, a kind this version does not know.`;
  }
  return `${field}: ${issue?.message ?? 'not as expected'}.`;
}
