/**
 * Encoders brought from outside, to build models on. A bundle is looked at before it is let in: what it
 * is made of, whether it can be trained here, and if not, why. Bytes come as with notes: an intake from
 * the page, a path from the terminal.
 */
import { z } from 'zod';
import { MODEL_STATES } from '../../domain/lineage.ts';
import {
  At,
  Count,
  Empty,
  EVERYONE,
  Identifier,
  Name,
  procedure,
  Sentence,
  Sha256,
} from '../define.ts';
import { Source } from './corpus.ts';

/** `inferenceOnly` predicts but cannot be trained; `refused` can do neither. */
export const BASE_VERDICTS = ['trainable', 'inferenceOnly', 'refused'] as const;
export const BaseTask = z.enum(['spans', 'documents', 'features']);

export const BaseFile = z.strictObject({
  /** Inside the bundle; never a path of this machine. */
  path: z.string().max(1000),
  bytes: Count,
  /** Null for a file that is left out: it was not read. */
  sha256: Sha256.nullable(),
  use: z.enum(['graph', 'weights', 'config', 'tokenizer', 'documentation', 'leftOut']),
});

export const BaseReport = z.strictObject({
  name: Name,
  verdict: z.enum(BASE_VERDICTS),
  /** Why it cannot be trained, or not be used at all. */
  reasons: z
    .array(
      z.strictObject({
        /** A key of the page's messages under `base.reason.*`. */
        code: z.string().max(60),
        message: Sentence,
      }),
    )
    .max(100),
  /** What the graph gives: tags per token, one class per text, or hidden states alone. */
  task: BaseTask.nullable(),
  /** As config.json calls it, e.g. `bert`. */
  family: z.string().max(100).nullable(),
  labels: z.array(z.string().max(100)).max(500),
  parameters: Count,
  opset: Count.nullable(),
  operators: z
    .array(z.strictObject({ name: z.string().max(200), count: Count, trainable: z.boolean() }))
    .max(500),
  maxTokens: Count.nullable(),
  hidden: Count.nullable(),
  layers: Count.nullable(),
  tokenizer: z.strictObject({ kind: z.string().max(60), vocabulary: Count }).nullable(),
  /** Names that a LoRA recipe may target. */
  loraTargets: z.array(z.string().max(100)).max(100),
  /** The licence field of its README or config, as written; null where it names none. */
  licence: z.string().max(200).nullable(),
  files: z.array(BaseFile).max(2000),
  sizeBytes: Count,
  /** Over paths, sizes and hashes of the files that would be kept. */
  sha256: Sha256,
  /** The name of a base in this vault with the very same files; null where there is none. */
  alreadyHere: Name.nullable(),
});
export type BaseReport = z.infer<typeof BaseReport>;

export const Base = z.strictObject({
  /** Of an imported base, or of a model of this vault that others may be built on. */
  baseId: Identifier,
  /** A model of this vault carries what it learned from people into what is built on it. */
  origin: z.enum(['imported', 'model']),
  name: Name,
  verdict: z.enum(BASE_VERDICTS),
  task: BaseTask.nullable(),
  family: z.string().max(100).nullable(),
  labels: z.array(z.string().max(100)).max(500),
  parameters: Count,
  maxTokens: Count.nullable(),
  hidden: Count.nullable(),
  layers: Count.nullable(),
  loraTargets: z.array(z.string().max(100)).max(100),
  licence: z.string().max(200).nullable(),
  sizeBytes: Count,
  sha256: Sha256,
  /** Imported bases are always valid. */
  state: z.enum(MODEL_STATES),
  at: At,
  by: Name,
  /** Runs that started from it. */
  runs: Count,
  /** Of a model of this vault: the one purpose that it may be built on for. */
  purposeId: Identifier.nullable(),
});
export type Base = z.infer<typeof Base>;

const SOURCE_ERRORS = [
  'SOURCE_NOT_FOUND',
  'SOURCE_UNREADABLE',
  'FORMAT_UNKNOWN',
  'TOO_LARGE',
  'COMPUTE_LOST',
  'OUT_OF_MEMORY',
] as const;

export const baseProcedures = {
  /** Reads everything, keeps nothing. A folder as Hugging Face lays it out, or a .zip of one. */
  'base.inspect': procedure({
    kind: 'job',
    input: z.strictObject({ source: Source }),
    output: BaseReport,
    errors: SOURCE_ERRORS,
    roles: ['clinician', 'steward'],
    audit: 'meta',
    keeps: 'nothing',
  }),
  /**
   * Inspects once more and stores the bundle sealed. Refused bundles fail with MODEL_BLOCKED; so does one
   * that can only predict, unless the caller says that this is what it is for.
   */
  'base.import': procedure({
    kind: 'job',
    input: z.strictObject({
      source: Source,
      /** Left out: the name of the folder or archive. */
      name: Name.optional(),
      /** What the person found out where the bundle names no licence. */
      licence: z.string().trim().min(1).max(200).optional(),
      inferenceOnly: z.boolean().default(false),
    }),
    output: z.strictObject({ base: Base, report: BaseReport }),
    errors: [...SOURCE_ERRORS, 'MODEL_BLOCKED'],
    roles: ['steward'],
    audit: 'full',
    keeps: 'nothing',
  }),
  /** Imported ones, and models of this vault that others may be built on; newest first. */
  'base.list': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({ items: z.array(Base).max(500) }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  /** Of an imported one: what was found when it came in. */
  'base.get': procedure({
    kind: 'query',
    input: z.strictObject({ baseId: Identifier }),
    output: z.strictObject({ base: Base, report: BaseReport }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  /** Destroys the sealed files. Refused (CONFLICT) while a run that can go on, or a model, came from it. */
  'base.remove': procedure({
    kind: 'command',
    input: z.strictObject({ baseId: Identifier }),
    output: Empty,
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
} as const;
