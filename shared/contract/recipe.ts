/**
 * Recipes: everything that decides what a training run computes, as one validated document. It is shown
 * to the person who starts the run, hashed, stored with the run, and enough to make the run again. Core,
 * compute, terminal and page share this one definition; there is no second list of settings anywhere.
 */
import { z } from 'zod';

const Chance = z.number().min(0).lt(1);
const Schedule = z.enum(['constant', 'linear', 'cosine']);
const Seed = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);

/** What a model learns to give: labeled spans of a text, or one label for the whole text. */
export const MODEL_TASKS = ['spans', 'documents'] as const;
export type ModelTask = (typeof MODEL_TASKS)[number];

/** Settings that every optimizer run has, whatever it trains. */
const optimization = {
  seed: Seed,
  epochs: z.int().min(1).max(1000),
  learningRate: z.number().positive().max(1),
  schedule: Schedule,
  /** Share of all steps spent warming up. */
  warmup: z.number().min(0).max(1),
  weightDecay: z.number().min(0).max(1),
  /** Largest global norm of the gradients; 0 does not clip. */
  clipNorm: z.number().min(0),
  /** Epochs without a better development score after which training stops; 0 never stops early. */
  patience: z.int().min(0).max(1000),
  /** A checkpoint at least this often, by the clock. */
  checkpointSeconds: z.number().positive(),
  /** And every so many steps; left out, only the clock decides. Neither changes the numbers. */
  checkpointSteps: z.int().min(1).optional(),
  /** Threads of the runtime. Losses are bit-equal only at one count, so it belongs to the recipe. */
  threads: z.int().min(1).max(64),
} as const;

/**
 * Deals people to so many models that answer together: who leaves is unlearned by training one of them anew
 * (SISA, Bourtoule et al. 2021). Fewer people per model cost accuracy.
 */
const Shards = z.int().min(2).max(8).optional();

export const TaggerRecipe = z
  .strictObject({
    architecture: z.literal('tagger'),
    ...optimization,
    /** Left out means spans. */
    task: z.enum(MODEL_TASKS).optional(),
    shards: Shards,
    /** Scores whole tag sequences instead of single tags (spans only). */
    crf: z.boolean().optional(),
    /** Where the label of a document stands, for the task `documents`: a field of its metadata. */
    labelField: z.string().min(1).max(200).optional(),
    /** Adds epochs until there are this many steps: a handful of notes needs to be seen more often. */
    leastSteps: z.int().min(0).max(100_000).optional(),
    /**
     * Tokens that one optimizer step sees: documents are laid end to end; one that does not fit goes on
     * in the next step with overlap, so length is never a limit. For the task `documents` a longer one
     * is judged in overlapping windows of this length, whose scores are averaged.
     */
    batchTokens: z.int().min(128).max(65536),
    /** Chance that a hidden channel is dropped for a whole line of text, or for a whole document. */
    dropout: Chance,
    /**
     * Chance that a token loses the features that know its exact form; for the task `documents`, that any
     * one feature is hidden.
     */
    wordDropout: Chance,
    /** Rows of the hashed feature table. */
    buckets: z.int().min(256).max(1_048_576),
    embeddingDim: z.int().multipleOf(4).min(8).max(512),
    hidden: z.int().min(8).max(1024),
    dilations: z.array(z.int().min(1).max(64)).min(1).max(16),
    /** Independent towers of convolutions whose scores are averaged: an ensemble in one graph. */
    towers: z.int().min(1).max(8),
    /** Decay of the running average of the weights, which is what is evaluated and kept; 0 turns it off. */
    averaging: Chance,
    /**
     * Shortens the schedule to whole epochs so that training ends in about this time. Decided before the
     * first step; the run then equals one whose recipe names the result's number of epochs.
     */
    timeBudgetSeconds: z.number().positive().optional(),
  })
  .refine(
    ({ batchTokens, dilations }) => batchTokens >= 4 * dilations.reduce((a, b) => a + b, 0) + 64,
    {
      path: ['batchTokens'],
      error: 'must leave room for the context of the dilations (four times their sum plus 64)',
    },
  )
  .refine(({ crf, task }) => !(crf && task === 'documents'), {
    path: ['crf'],
    error: 'scores sequences of tags, which a label for a whole document has none of',
  });
export type TaggerRecipe = Readonly<z.output<typeof TaggerRecipe>>;

/** Which weights of an encoder move. */
export const TrainingMode = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('full'),
    /** Left out, the embedding tables train too, by the rows a batch touches. */
    freezeEmbeddings: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.literal('head') }),
  z.strictObject({
    kind: z.literal('lora'),
    rank: z.int().min(1).max(256),
    /** The update is scaled by alpha / rank. */
    alpha: z.number().positive().max(1024),
    /** Last parts of module names, as PEFT's target_modules: query, value, … */
    targets: z.array(z.string().min(1).max(100)).min(1).max(32),
  }),
]);
export type TrainingMode = Readonly<z.output<typeof TrainingMode>>;

/** How spans meet tokens; `first piece` of `words` is what the classic recipe scores. */
export const ALIGNMENTS = ['words', 'subwords', 'characters'] as const;
export type Alignment = (typeof ALIGNMENTS)[number];

/**
 * Differentially private training (DP-SGD, Abadi et al. 2016). The unit of privacy is one sequence.
 * Exactly one of noiseMultiplier and targetEpsilon is given; batches are drawn by Poisson sampling
 * with rate batchSize / sequences.
 */
export const PrivacySettings = z
  .strictObject({
    /** Largest L2 norm of the gradient of one sequence. */
    clipNorm: z.number().positive().max(1000),
    /** At most 1 / number of sequences is customary. */
    delta: z.number().positive().max(0.1),
    noiseMultiplier: z.number().positive().max(1000).optional(),
    targetEpsilon: z.number().positive().max(1000).optional(),
  })
  .refine(
    ({ noiseMultiplier, targetEpsilon }) =>
      (noiseMultiplier === undefined) !== (targetEpsilon === undefined),
    { path: ['noiseMultiplier'], error: 'give either noiseMultiplier or targetEpsilon, not both' },
  );
export type PrivacySettings = Readonly<z.output<typeof PrivacySettings>>;

/** Fine-tunes an imported encoder (ONNX). */
export const EncoderRecipe = z
  .strictObject({
    architecture: z.literal('encoder'),
    ...optimization,
    task: z.enum(MODEL_TASKS),
    shards: Shards,
    labelField: z.string().min(1).max(200).optional(),
    /** Identifier of the imported base; outside a vault, a folder beside the recipe's file. */
    base: z.string().min(1).max(1000),
    mode: TrainingMode,
    /** Sequences per forward and backward pass. */
    batchSize: z.int().min(1).max(1024),
    /** Passes whose gradients make one update, each weighted by its counted tokens. */
    accumulation: z.int().min(1).max(1024),
    /** Longest sequence in tokens, special tokens included. Longer texts become overlapping windows. */
    maxTokens: z.int().min(8).max(8192),
    /** Tokens that neighboring windows share. */
    overlap: z.int().min(0).max(4096),
    /** Sequences of like length share a batch: less padding, the same objective. */
    bucketing: z.boolean(),
    alignment: z.enum(ALIGNMENTS),
    labelSmoothing: Chance,
    /** `balanced` weighs each class by the inverse of its share, as scikit-learn does. */
    classWeights: z.enum(['none', 'balanced']),
    /** What the best epoch and early stopping go by, on the development documents. */
    selectBy: z.enum(['f1', 'macroF1', 'loss']),
    /** Scores the chosen weights once on the test documents after training. */
    testAtEnd: z.boolean(),
    privacy: PrivacySettings.optional(),
    provider: z.enum(['cpu', 'webgpu', 'cuda']).optional(),
  })
  .refine(({ overlap, maxTokens }) => overlap <= maxTokens / 2, {
    path: ['overlap'],
    error: 'must be at most half of maxTokens',
  })
  .refine(({ shards, testAtEnd }) => shards === undefined || !testAtEnd, {
    path: ['testAtEnd'],
    error: 'cannot be done with shards, which answer only together: evaluate the model afterwards',
  })
  .refine(({ shards, privacy }) => shards === undefined || privacy === undefined, {
    path: ['shards'],
    error: 'and privacy cannot be combined: the guarantee counts one training over everybody',
  });
export type EncoderRecipe = Readonly<z.output<typeof EncoderRecipe>>;

/** Trains a small BERT and its WordPiece vocabulary from nothing, by masked language modeling. */
export const PretrainingRecipe = z
  .strictObject({
    architecture: z.literal('pretraining'),
    ...optimization,
    vocabularySize: z.int().min(200).max(100_000),
    lowercase: z.boolean(),
    layers: z.int().min(1).max(24),
    hidden: z.int().min(16).max(1024),
    heads: z.int().min(1).max(32),
    intermediate: z.int().min(16).max(8192),
    maxTokens: z.int().min(16).max(1024),
    batchSize: z.int().min(1).max(1024),
    accumulation: z.int().min(1).max(1024),
    /** Share of tokens to be guessed: 80 % masked, 10 % random, 10 % left (Devlin et al. 2019). */
    maskShare: z.number().min(0.01).max(0.5),
    /** Hides all pieces of a chosen word, so that none can be read off its neighbors. */
    wholeWords: z.boolean().optional(),
    timeBudgetSeconds: z.number().positive().optional(),
  })
  .refine(({ hidden, heads }) => hidden % heads === 0, {
    path: ['heads'],
    error: 'must divide hidden',
  });
export type PretrainingRecipe = Readonly<z.output<typeof PretrainingRecipe>>;

export const Recipe = z.discriminatedUnion('architecture', [
  TaggerRecipe,
  EncoderRecipe,
  PretrainingRecipe,
]);
export type Recipe = TaggerRecipe | EncoderRecipe | PretrainingRecipe;
export type Architecture = Recipe['architecture'];

const TAGGER = {
  architecture: 'tagger',
  seed: 1,
  schedule: 'linear',
  warmup: 0.05,
  weightDecay: 0.01,
  clipNorm: 1,
  towers: 1,
  leastSteps: 240,
  averaging: 0.99,
  patience: 0,
  checkpointSeconds: 60,
  threads: 2,
} as const;

const ENCODER = {
  architecture: 'encoder',
  seed: 1,
  schedule: 'linear',
  warmup: 0.1,
  weightDecay: 0.01,
  clipNorm: 1,
  patience: 0,
  checkpointSeconds: 60,
  threads: 2,
  accumulation: 1,
  bucketing: true,
  labelSmoothing: 0,
  classWeights: 'none',
  selectBy: 'f1',
} as const;

export const TAGGER_PRESETS = {
  /** About a hundred short notes in well under a minute on two cores. */
  quick: {
    ...TAGGER,
    epochs: 14,
    batchTokens: 512,
    learningRate: 3e-3,
    dropout: 0.4,
    wordDropout: 0.5,
    buckets: 16384,
    embeddingDim: 48,
    hidden: 96,
    dilations: [1, 2, 4, 1],
  },
  /** Several hundred full notes in about ten minutes on two cores. */
  standard: {
    ...TAGGER,
    epochs: 10,
    batchTokens: 1536,
    learningRate: 2.5e-3,
    dropout: 0.3,
    wordDropout: 0.4,
    buckets: 65536,
    embeddingDim: 64,
    hidden: 160,
    dilations: [1, 2, 4, 8, 16, 1],
    crf: true,
    timeBudgetSeconds: 720,
    checkpointSeconds: 120,
  },
  /** One label for each of some ten thousand short texts in about a minute on two cores. */
  documents: {
    ...TAGGER,
    task: 'documents',
    epochs: 10,
    batchTokens: 1024,
    learningRate: 3e-3,
    dropout: 0.3,
    wordDropout: 0.2,
    buckets: 65536,
    embeddingDim: 64,
    hidden: 128,
    dilations: [1, 2],
    timeBudgetSeconds: 480,
  },
} as const satisfies Record<string, TaggerRecipe>;

/** Presets of an encoder lack only the base, which the person chooses among the imported ones. */
export const ENCODER_PRESETS = {
  /** The classic BERT recipe for entities (Devlin et al. 2019, section 5.3 and appendix A.3). */
  classic: {
    ...ENCODER,
    task: 'spans',
    mode: { kind: 'full' },
    epochs: 5,
    learningRate: 2e-5,
    batchSize: 16,
    maxTokens: 128,
    overlap: 32,
    alignment: 'words',
    testAtEnd: true,
  },
  /** Small adapters beside frozen weights: about twice as fast, a file of a few megabytes. */
  lora: {
    ...ENCODER,
    task: 'spans',
    mode: { kind: 'lora', rank: 8, alpha: 16, targets: ['query', 'value'] },
    epochs: 5,
    learningRate: 5e-4,
    batchSize: 16,
    maxTokens: 128,
    overlap: 32,
    alignment: 'subwords',
    testAtEnd: false,
  },
  /** Only the last layer: fast enough to see whether a base fits the labels at all. */
  head: {
    ...ENCODER,
    task: 'spans',
    mode: { kind: 'head' },
    epochs: 5,
    learningRate: 1e-3,
    batchSize: 16,
    maxTokens: 128,
    overlap: 32,
    alignment: 'subwords',
    testAtEnd: false,
  },
} as const satisfies Record<string, Omit<EncoderRecipe, 'base'>>;

export const PRETRAINING_PRESETS = {
  /** Four layers of 128: what two cores can teach from a few megabytes of notes in half an hour. */
  small: {
    architecture: 'pretraining',
    seed: 1,
    epochs: 20,
    learningRate: 1e-3,
    schedule: 'linear',
    warmup: 0.06,
    weightDecay: 0.01,
    clipNorm: 1,
    patience: 0,
    checkpointSeconds: 120,
    threads: 2,
    vocabularySize: 8000,
    lowercase: false,
    layers: 4,
    hidden: 128,
    heads: 4,
    intermediate: 512,
    maxTokens: 128,
    batchSize: 32,
    accumulation: 1,
    maskShare: 0.15,
    timeBudgetSeconds: 1800,
  },
} as const satisfies Record<string, PretrainingRecipe>;
