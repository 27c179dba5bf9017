/**
 * What a person orders when a run is started: a preset by name with what they change of it, or a whole
 * recipe. An order is resolved to a whole recipe before anything runs, and only that is hashed and stored.
 */
import { z } from 'zod';
import {
  ALIGNMENTS,
  ENCODER_PRESETS,
  MODEL_TASKS,
  PRETRAINING_PRESETS,
  PrivacySettings,
  Recipe,
  TAGGER_PRESETS,
} from './recipe.ts';

const namesOf = <Presets extends object>(presets: Presets) =>
  z.enum(Object.keys(presets) as [keyof Presets & string, ...(keyof Presets & string)[]]);

/** What may be changed of any preset. */
const overrides = {
  epochs: z.int().min(1).max(500).optional(),
  learningRate: z.number().positive().max(1).optional(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
  threads: z.int().min(1).max(64).default(2),
  patience: z.int().min(0).max(1000).optional(),
} as const;

const labeled = {
  task: z.enum(MODEL_TASKS).optional(),
  labelField: z.string().min(1).max(200).optional(),
} as const;

export const TaggerOrder = z.strictObject({
  architecture: z.literal('tagger'),
  preset: namesOf(TAGGER_PRESETS),
  ...overrides,
  ...labeled,
  crf: z.boolean().optional(),
  shards: z.int().min(2).max(8).optional(),
});

export const EncoderOrder = z.strictObject({
  architecture: z.literal('encoder'),
  preset: namesOf(ENCODER_PRESETS),
  ...overrides,
  ...labeled,
  shards: z.int().min(2).max(8).optional(),
  /** An imported base, or a model of this vault that may be built upon. */
  base: z.string().min(1).max(1000),
  batchSize: z.int().min(1).max(1024).optional(),
  accumulation: z.int().min(1).max(1024).optional(),
  maxTokens: z.int().min(8).max(8192).optional(),
  alignment: z.enum(ALIGNMENTS).optional(),
  classWeights: z.enum(['none', 'balanced']).optional(),
  labelSmoothing: z.number().min(0).lt(1).optional(),
  selectBy: z.enum(['f1', 'macroF1', 'loss']).optional(),
  testAtEnd: z.boolean().optional(),
  /** Of the preset `lora` alone. */
  rank: z.int().min(1).max(256).optional(),
  targets: z.array(z.string().min(1).max(100)).min(1).max(32).optional(),
  privacy: PrivacySettings.optional(),
  provider: z.enum(['cpu', 'webgpu', 'cuda']).optional(),
});

export const PretrainingOrder = z.strictObject({
  architecture: z.literal('pretraining'),
  preset: namesOf(PRETRAINING_PRESETS),
  ...overrides,
  vocabularySize: z.int().min(200).max(100_000).optional(),
  lowercase: z.boolean().optional(),
  layers: z.int().min(1).max(24).optional(),
  hidden: z.int().min(16).max(1024).optional(),
  heads: z.int().min(1).max(32).optional(),
  maxTokens: z.int().min(16).max(1024).optional(),
});

export const PresetOrder = z.discriminatedUnion('architecture', [
  TaggerOrder,
  EncoderOrder,
  PretrainingOrder,
]);
export type PresetOrder = z.infer<typeof PresetOrder>;

export const RecipeOrder = z.union([PresetOrder, Recipe]);
export type RecipeOrder = z.infer<typeof RecipeOrder>;

/** What stands against a recipe, or is worth knowing before it runs; only an error keeps it from starting. */
export const RecipeProblem = z.strictObject({
  severity: z.enum(['error', 'warning']),
  /** A key of the page's messages under `recipe.problem.*`. */
  code: z.enum([
    'invalid',
    'baseMissing',
    'baseRefused',
    'baseNotUsable',
    'baseOtherPurpose',
    'targetsUnknown',
    'tooManyTokens',
    'providerUnavailable',
    'labelFieldMissing',
    'labelsMissing',
    'oneLabel',
    'noDevelopment',
    'noTest',
  ]),
  /** The setting it is about. */
  field: z.string().max(100),
  message: z.string().max(2000),
});
export type RecipeProblem = z.infer<typeof RecipeProblem>;
