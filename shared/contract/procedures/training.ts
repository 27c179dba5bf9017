/** Runs and sweeps: how models come about. */
import { z } from 'zod';
import {
  At,
  Count,
  Empty,
  EVERYONE,
  Fraction,
  Identifier,
  Name,
  procedure,
  Sha256,
} from '../define.ts';
import type { ErrorCode } from '../errors.ts';
import { TrainingPoint } from '../events.ts';
import { RecipeOrder, RecipeProblem } from '../order.ts';
import { Recipe } from '../recipe.ts';
import { Model } from './models.ts';

/** What a private run spent; the smaller of the two figures holds (both are upper bounds). */
export const PrivacySpent = z.strictObject({
  unit: z.literal('sequence'),
  sequences: Count,
  sampleRate: Fraction,
  noiseMultiplier: z.number().nonnegative(),
  clipNorm: z.number().positive(),
  steps: Count,
  delta: Fraction,
  epsilonRdp: z.number().nonnegative(),
  epsilonPrv: z.number().nonnegative(),
});
export type PrivacySpent = z.infer<typeof PrivacySpent>;

export const TestScore = z.strictObject({
  precision: Fraction,
  recall: Fraction,
  f1: Fraction,
  gold: Count,
  predicted: Count,
  correct: Count,
});
export type TestScore = z.infer<typeof TestScore>;

export const Run = z.strictObject({
  runId: Identifier,
  name: Name,
  snapshotId: Identifier,
  snapshot: Name,
  /** The whole document, as it was carried out. */
  recipe: Recipe,
  /** The preset it came from, if any. */
  preset: z.string().max(60).nullable(),
  recipeSha256: Sha256,
  /** What an encoder started from, with the hash of its files; null for what is trained from nothing. */
  base: z.strictObject({ baseId: Identifier, name: Name, sha256: Sha256 }).nullable(),
  /** The sweep it is a trial of. */
  sweepId: Identifier.nullable(),
  /** `paused`: a trial that waits at the end of a rung, or was left behind there. */
  state: z.enum(['running', 'paused', 'done', 'failed', 'cancelled', 'interrupted']),
  startedAt: At,
  finishedAt: At.nullable(),
  steps: Count,
  totalSteps: Count.nullable(),
  lastLoss: z.number().nullable(),
  devF1: Fraction.nullable(),
  /** On the test documents, once, with the chosen weights; where the recipe asks for it. */
  test: TestScore.nullable(),
  privacy: PrivacySpent.nullable(),
  modelId: Identifier.nullable(),
  resumable: z.boolean(),
  provider: z.string().max(100),
  errorCode: z.string().max(60).nullable(),
  jobId: Identifier.nullable(),
  seconds: z.number().nonnegative(),
});
export type Run = z.infer<typeof Run>;

/** Settings of a recipe that a sweep may vary; a point leads into a part of it. */
export const SEARCHABLE = [
  'learningRate',
  'schedule',
  'warmup',
  'weightDecay',
  'clipNorm',
  'batchSize',
  'accumulation',
  'maxTokens',
  'labelSmoothing',
  'classWeights',
  'alignment',
  'mode.rank',
  'mode.alpha',
  'batchTokens',
  'dropout',
  'wordDropout',
  'averaging',
  'towers',
  'embeddingDim',
  'hidden',
  'crf',
] as const;

export const SearchDimension = z
  .discriminatedUnion('kind', [
    z.strictObject({
      /** Even on a logarithmic scale: for rates, whose orders of magnitude matter. */
      kind: z.literal('log'),
      setting: z.enum(SEARCHABLE),
      low: z.number().positive(),
      high: z.number().positive(),
    }),
    z.strictObject({
      kind: z.literal('uniform'),
      setting: z.enum(SEARCHABLE),
      low: z.number(),
      high: z.number(),
    }),
    z.strictObject({
      kind: z.literal('choice'),
      setting: z.enum(SEARCHABLE),
      values: z
        .array(z.union([z.number(), z.string().max(60), z.boolean()]))
        .min(1)
        .max(32),
    }),
  ])
  .refine((dimension) => dimension.kind === 'choice' || dimension.low < dimension.high, {
    path: ['low'],
    error: 'must be below high',
  });
export type SearchDimension = z.infer<typeof SearchDimension>;

export const SweepPlan = z.strictObject({
  /** What all trials share; its epochs are those of the last rung. */
  recipe: RecipeOrder,
  space: z
    .array(SearchDimension)
    .min(1)
    .max(12)
    .refine((space) => new Set(space.map(({ setting }) => setting)).size === space.length, {
      error: 'must name each setting once',
    }),
  trials: z.int().min(2).max(200),
  /** Of each rung the best 1 / eta go on to the next, which is eta times as long. */
  eta: z.int().min(2).max(4).default(3),
  budgetMinutes: z.number().positive().max(10_080),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
});
export type SweepPlan = z.infer<typeof SweepPlan>;

export const SweepTrial = z.strictObject({
  /** Counts from 1, in the order drawn. */
  number: Count,
  /** Null until it has been started. */
  runId: Identifier.nullable(),
  settings: z
    .array(
      z.strictObject({
        setting: z.enum(SEARCHABLE),
        value: z.union([z.number(), z.string().max(60), z.boolean()]),
      }),
    )
    .max(12),
  /** One entry per rung it finished. */
  rungs: z
    .array(
      z.strictObject({
        epochs: Count,
        /** What trials are compared by, best epoch so far; larger is better. */
        score: z.number(),
        seconds: z.number().nonnegative(),
      }),
    )
    .max(12),
  state: z.enum([
    'waiting',
    'running',
    'paused',
    /** Did not go on to the next rung. */
    'dropped',
    /** Reached the last rung. */
    'finished',
    'failed',
    /** There was no time left to start it or to go on with it. */
    'outOfTime',
    /** Made into a model. */
    'promoted',
  ]),
  errorCode: z.string().max(60).nullable(),
});
export type SweepTrial = z.infer<typeof SweepTrial>;

export const Sweep = z.strictObject({
  sweepId: Identifier,
  name: Name,
  snapshotId: Identifier,
  snapshot: Name,
  architecture: z.string().max(60),
  plan: SweepPlan,
  /** Epochs at which trials are compared, ascending. */
  rungs: z.array(Count).max(12),
  /** What the score is. */
  scoredBy: z.enum(['f1', 'macroF1', 'loss']),
  state: z.enum(['running', 'done', 'failed', 'cancelled', 'interrupted']),
  startedAt: At,
  finishedAt: At.nullable(),
  seconds: z.number().nonnegative(),
  /** How many were started. */
  started: Count,
  best: z.strictObject({ number: Count, runId: Identifier, score: z.number() }).nullable(),
  resumable: z.boolean(),
  errorCode: z.string().max(60).nullable(),
  jobId: Identifier.nullable(),
});
export type Sweep = z.infer<typeof Sweep>;
const SweepTable = z.strictObject({ sweep: Sweep, trials: z.array(SweepTrial).max(200) });

/** A resumed run can fail in every way a fresh one can. */
export const TRAINING_ERRORS = [
  'SNAPSHOT_EMPTY',
  'SNAPSHOT_CHANGED',
  'RECIPE_INVALID',
  'TRAINING_DIVERGED',
  'COMPUTE_LOST',
  'OUT_OF_MEMORY',
  'PURPOSE_RETIRED',
  'GATE_DENIED',
  'MODEL_BLOCKED',
] as const satisfies readonly ErrorCode[];
const Trained = z.strictObject({ run: Run, model: Model });

export const trainingProcedures = {
  /** What an order comes to, before anything runs; with a snapshot also whether the two fit. */
  'recipe.preview': procedure({
    kind: 'query',
    input: z.strictObject({ recipe: RecipeOrder, snapshotId: Identifier.optional() }),
    output: z.strictObject({
      recipe: Recipe,
      preset: z.string().max(60).nullable(),
      sha256: Sha256,
      problems: z.array(RecipeProblem).max(50),
    }),
    errors: ['RECIPE_INVALID'],
    roles: ['clinician', 'steward'],
    audit: 'none',
  }),
  'train.run': procedure({
    kind: 'job',
    input: z.strictObject({ snapshotId: Identifier, recipe: RecipeOrder, name: Name.optional() }),
    output: Trained,
    errors: TRAINING_ERRORS,
    roles: ['clinician', 'steward'],
    audit: 'full',
    keeps: 'checkpoint',
  }),
  'train.resume': procedure({
    kind: 'job',
    input: z.strictObject({ runId: Identifier }),
    output: Trained,
    errors: TRAINING_ERRORS,
    roles: ['clinician', 'steward'],
    audit: 'full',
    keeps: 'checkpoint',
  }),
  /** Trials of sweeps are left out unless one sweep is named. */
  'run.list': procedure({
    kind: 'query',
    input: z.strictObject({ sweepId: Identifier.nullable().default(null) }),
    output: z.strictObject({ items: z.array(Run).max(500) }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  'run.get': procedure({
    kind: 'query',
    input: z.strictObject({
      runId: Identifier,
      points: z.number().int().min(10).max(5000).default(1000),
    }),
    output: z.strictObject({ run: Run, curve: z.array(TrainingPoint).max(5000) }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  /**
   * Random search with successive halving. A trial that goes on continues from its checkpoint, so nothing
   * is trained twice. Cancelling keeps what the trials have reached.
   */
  'sweep.start': procedure({
    kind: 'job',
    input: z.strictObject({ snapshotId: Identifier, plan: SweepPlan, name: Name.optional() }),
    output: SweepTable,
    errors: TRAINING_ERRORS,
    roles: ['clinician', 'steward'],
    audit: 'full',
    keeps: 'checkpoint',
  }),
  /** Goes on with a sweep that was cancelled or cut short, within what is left of its minutes. */
  'sweep.resume': procedure({
    kind: 'job',
    input: z.strictObject({ sweepId: Identifier }),
    output: SweepTable,
    errors: TRAINING_ERRORS,
    roles: ['clinician', 'steward'],
    audit: 'full',
    keeps: 'checkpoint',
  }),
  'sweep.list': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({ items: z.array(Sweep).max(500) }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  'sweep.get': procedure({
    kind: 'query',
    input: z.strictObject({ sweepId: Identifier }),
    output: SweepTable,
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  /**
   * Makes the best trial, or the one named, an ordinary model: it trains to its end where it had paused,
   * and the gate is asked again before anything is kept.
   */
  'sweep.promote': procedure({
    kind: 'job',
    input: z.strictObject({
      sweepId: Identifier,
      runId: Identifier.optional(),
      name: Name.optional(),
    }),
    output: Trained,
    errors: TRAINING_ERRORS,
    roles: ['clinician', 'steward'],
    audit: 'full',
    keeps: 'checkpoint',
  }),
} as const;
