/** What happens to a model after a person has left it: trained again without them, or destroyed. */
import { z } from 'zod';
import { DEPARTURE_GROUNDS, EXACTNESS, MODEL_STATES } from '../../domain/lineage.ts';
import { At, Count, Empty, EVERYONE, Identifier, Name, procedure, Sha256 } from '../define.ts';
import { Model } from './models.ts';
import { Run, TRAINING_ERRORS } from './training.ts';

/** A model as a certificate names it: it stays true after the weights are gone. */
const ModelMark = z.strictObject({
  modelId: Identifier,
  name: Name,
  runId: Identifier,
  sha256: Sha256,
});

const Left = z.strictObject({
  at: At,
  ground: z.enum(DEPARTURE_GROUNDS),
  people: Count,
});

/** What was done instead of using a model on, with everything needed to check it. Names no person. */
export const UnlearningCertificate = z.strictObject({
  certificateId: Identifier,
  at: At,
  decision: z.enum(['retrained', 'destroyed']),
  /** The model that people left. */
  model: ModelMark,
  successor: ModelMark.nullable(),
  /** Of both runs: the recipe was not touched. Null for a destruction. */
  recipeSha256: Sha256.nullable(),
  /** Manifests of what was learned from, before and after. */
  data: z
    .strictObject({
      before: Sha256,
      after: Sha256,
      documentsBefore: Count,
      documentsAfter: Count,
      peopleBefore: Count,
      peopleAfter: Count,
    })
    .nullable(),
  left: z.array(Left).max(500),
  exactness: z.enum(EXACTNESS).nullable(),
  /** Of a model in shards: which were trained again, which are byte for byte the old ones. */
  shards: z
    .array(
      z.strictObject({
        shard: Count,
        before: Sha256.nullable(),
        after: Sha256.nullable(),
        retrained: z.boolean(),
      }),
    )
    .max(8),
  /** What else of the recipe knew the people, in codes of `unlearning.note.*`. */
  notes: z
    .array(
      z.enum(['chosenBySweep', 'timeBudget', 'privateNoise', 'splitsKept', 'builtOnSuccessor']),
    )
    .max(5),
  /** What became of the old weights. Null while they are kept, blocked. */
  destruction: z
    .strictObject({
      files: Count,
      bytes: Count,
      /** Their keys and pieces of them were searched for in the vault's clear pages and all its files. */
      scan: z.strictObject({ bytes: Count, files: Count, needles: Count, hits: Count }),
    })
    .nullable(),
  auditSeq: Count,
  /** Over the canonical JSON of all the other fields. */
  sha256: Sha256,
});
export type UnlearningCertificate = z.infer<typeof UnlearningCertificate>;

export const UnlearningCase = z.strictObject({
  model: Model,
  since: At.nullable(),
  /** A stale model is blocked on this day if nobody has decided; null once it is decided or blocked. */
  decideBy: At.nullable(),
  left: z.array(Left).max(500),
  /** Documents of those who left, among those it learned from. */
  documents: Count,
  retraining: z.strictObject({
    /** Null where it can be done; else a code of `unlearning.cannot.*`. */
    obstacle: z
      .enum(['destroyed', 'superseded', 'nobodyLeft', 'dataGone', 'baseStale', 'baseGone'])
      .nullable(),
    exactness: z.enum(EXACTNESS),
    documents: Count,
    people: Count,
    /** From the time the old run took; null where it is not known. */
    seconds: z.number().nonnegative().nullable(),
    shards: z.strictObject({ total: Count, touched: Count }).nullable(),
    /** A retraining that was cut short and goes on where it stopped. */
    runId: Identifier.nullable(),
  }),
  predecessor: ModelMark.nullable(),
  successor: ModelMark.extend({ state: z.enum(MODEL_STATES) }).nullable(),
  certificates: z.array(UnlearningCertificate).max(20),
});
export type UnlearningCase = z.infer<typeof UnlearningCase>;

const Policy = z.strictObject({
  /** Days in which the steward decides before a stale model is blocked; 0 blocks it at once. */
  decisionDays: z.int().min(0).max(365),
});

export const unlearningProcedures = {
  /** Models that people left, those to be decided first. */
  'unlearning.list': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({ items: z.array(UnlearningCase).max(500) }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  /** Of any model, also one that nobody left. */
  'unlearning.get': procedure({
    kind: 'query',
    input: z.strictObject({ modelId: Identifier }),
    output: UnlearningCase,
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  /** Ends the time for deciding. */
  'unlearning.block': procedure({
    kind: 'command',
    input: z.strictObject({ modelId: Identifier }),
    output: UnlearningCase,
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
  /**
   * The same recipe and seeds on the same data without everyone who left; of a model in shards only the
   * shards that held them. Called again after a cancel it goes on from the checkpoint. The new model takes
   * the place of the old one in the transaction that commits it.
   */
  'unlearning.retrain': procedure({
    kind: 'job',
    input: z.strictObject({
      modelId: Identifier,
      old: z.enum(['destroy', 'keep']).default('destroy'),
      name: Name.optional(),
    }),
    output: z.strictObject({ run: Run, model: Model, certificate: UnlearningCertificate }),
    errors: [...TRAINING_ERRORS, 'ERASURE_UNPROVEN'],
    roles: ['steward'],
    audit: 'full',
    keeps: 'checkpoint',
  }),
  /** Files, keys and every trace of them in the vault; the record and its hash stay. Cannot be undone. */
  'unlearning.destroy': procedure({
    kind: 'job',
    input: z.strictObject({
      modelId: Identifier,
      /** The model's name, typed by the person. */
      confirmation: z.string().max(200),
    }),
    output: UnlearningCertificate,
    errors: ['CONFIRMATION_MISMATCH', 'ERASURE_UNPROVEN'],
    roles: ['steward'],
    audit: 'full',
    keeps: 'nothing',
  }),
  'unlearning.policy': procedure({
    kind: 'query',
    input: Empty,
    output: Policy,
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  'unlearning.setPolicy': procedure({
    kind: 'command',
    input: Policy,
    output: Policy,
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
} as const;
