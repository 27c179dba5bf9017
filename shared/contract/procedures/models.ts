import { z } from 'zod';
import { MODEL_STATES } from '../../domain/lineage.ts';
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
  Span,
  Text,
} from '../define.ts';
import { DestinationFields } from './exits.ts';
import { SECOND_PERSONS } from './staff.ts';

export const Model = z.strictObject({
  modelId: Identifier,
  name: Name,
  runId: Identifier,
  architecture: z.string().max(60),
  /** `features`: hidden states alone, to build other models on; it marks nothing by itself. */
  task: z.enum(['spans', 'documents', 'features']),
  labels: z.array(z.string().max(100)).max(500),
  createdAt: At,
  sizeBytes: Count,
  sha256: Sha256,
  state: z.enum(MODEL_STATES),
  stateReason: z.string().max(200).nullable(),
  purposeId: Identifier,
  purpose: Name,
  snapshotId: Identifier,
  snapshot: Name,
  subjects: Count,
  documents: Count,
});
export type Model = z.infer<typeof Model>;

/** One file that was handed out, as it was registered. */
export const HandedFile = z.strictObject({
  name: z.string().max(1000),
  bytes: Count,
  sha256: Sha256,
});

const Interval = z.strictObject({ low: Fraction, high: Fraction });
export const PrfRow = z.strictObject({
  name: z.string().max(100),
  precision: Fraction,
  recall: Fraction,
  f1: Fraction,
  support: Count,
});
export type PrfRow = z.infer<typeof PrfRow>;
export const SpanScores = z.strictObject({
  perLabel: z.array(PrfRow).max(500),
  micro: PrfRow,
  macro: PrfRow,
  weighted: PrfRow,
  gold: Count,
  predicted: Count,
  correct: Count,
  /** 95 % bootstrap over documents, on micro F1. */
  interval: Interval.nullable(),
});
export type SpanScores = z.infer<typeof SpanScores>;

export const Evaluation = z.strictObject({
  evaluationId: Identifier,
  modelId: Identifier,
  model: Name,
  snapshotId: Identifier,
  snapshot: Name,
  split: z.enum(['train', 'dev', 'test']),
  at: At,
  documents: Count,
  withheld: Count,
  tokens: Count,
  seconds: z.number(),
  /** Exact match of start, end and label on characters. */
  exact: SpanScores,
  /** seqeval on tag sequences. */
  seqevalDefault: SpanScores,
  seqevalStrict: SpanScores,
  tokenScores: z.strictObject({
    perTag: z.array(PrfRow).max(1000),
    micro: PrfRow,
    macro: PrfRow,
    weighted: PrfRow,
    accuracy: Fraction,
  }),
  /** The table as scikit-learn prints it. */
  classificationReport: z.string().max(200_000),
  seqevalReport: z.string().max(200_000),
  confusions: z
    .array(
      z.strictObject({ gold: z.string().max(100), predicted: z.string().max(100), count: Count }),
    )
    .max(200),
  sha256: Sha256,
});
export type Evaluation = z.infer<typeof Evaluation>;

export const Report = z.strictObject({
  reportId: Identifier,
  kind: z.enum([
    'modelCard',
    'evaluation',
    'accessPack',
    'erasureCertificate',
    'letter',
    'consentReceipt',
    'recipientNotice',
    'breach',
    'retentionRun',
  ]),
  title: Name,
  createdAt: At,
  modelId: Identifier.nullable(),
  requestId: Identifier.nullable(),
  files: z
    .array(
      z.strictObject({
        name: z.string().max(200),
        mediaType: z.string().max(100),
        bytes: Count,
        sha256: Sha256,
      }),
    )
    .max(20),
});
export type Report = z.infer<typeof Report>;

export const modelProcedures = {
  'model.list': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({ items: z.array(Model).max(500) }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  /**
   * Takes a model out of the vault as Hugging Face lays one out, in single files or as one .zip. Recipient
   * and hash are registered before a byte leaves; the bytes are then fetched with `model.exportRead`.
   */
  'model.export': procedure({
    kind: 'command',
    input: z.strictObject({
      modelId: Identifier,
      ...DestinationFields,
      form: z.enum(['files', 'zip']).default('files'),
    }),
    output: z.strictObject({
      exitId: Identifier,
      /** What to call the folder. */
      name: Name,
      files: z.array(HandedFile).max(200),
      sizeBytes: Count,
    }),
    errors: [
      'MODEL_BLOCKED',
      'GATE_DENIED',
      'PURPOSE_RETIRED',
      'DESTINATION_BLOCKED',
      'ORDER_NEEDED',
      'AUDIT_BROKEN',
    ],
    roles: ['steward'],
    audit: 'full',
    // What many people's data went into leaves under two signatures; a report about one person does not.
    dual: {
      approvers: SECOND_PERSONS,
      facts: (input: {
        readonly modelId: string;
        readonly recipient: string;
        readonly partyId?: string | null;
        readonly country?: string | null;
        readonly form?: string;
      }) => ({
        modelId: input.modelId,
        recipient: input.recipient.trim(),
        partyId: input.partyId ?? null,
        country: input.country ?? null,
        form: input.form ?? 'files',
      }),
    },
  }),
  /** A piece of a file of an export of this session, at most 1 MiB of base64; `next` is null at the end. */
  'model.exportRead': procedure({
    kind: 'query',
    input: z.strictObject({
      exitId: Identifier,
      file: z.string().min(1).max(1000),
      offset: Count.default(0),
    }),
    output: z.strictObject({ chunk: z.string().max(1_500_000), next: Count.nullable() }),
    errors: ['MODEL_BLOCKED'],
    roles: ['steward'],
    audit: 'none',
  }),
  'evaluate.run': procedure({
    kind: 'job',
    input: z.strictObject({
      modelId: Identifier,
      snapshotId: Identifier.optional(),
      split: z.enum(['train', 'dev', 'test']).default('dev'),
    }),
    output: Evaluation,
    errors: [
      'MODEL_BLOCKED',
      'SNAPSHOT_EMPTY',
      'SNAPSHOT_CHANGED',
      'RECIPE_INVALID',
      'COMPUTE_LOST',
      'OUT_OF_MEMORY',
      'PURPOSE_RETIRED',
      'GATE_DENIED',
    ],
    roles: ['clinician', 'steward'],
    audit: 'full',
    keeps: 'nothing',
  }),
  'evaluate.list': procedure({
    kind: 'query',
    input: z.strictObject({ modelId: Identifier.nullable().default(null) }),
    output: z.strictObject({ items: z.array(Evaluation).max(100) }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  /** Suggestions for one task, stored beside it until decided. */
  'suggest.document': procedure({
    kind: 'command',
    input: z.strictObject({ modelId: Identifier, projectId: Identifier, documentId: Identifier }),
    output: z.strictObject({ suggestions: z.array(Span.extend({ score: Fraction })).max(50_000) }),
    errors: [
      'MODEL_BLOCKED',
      'RECIPE_INVALID',
      'COMPUTE_LOST',
      'OUT_OF_MEMORY',
      'GATE_DENIED',
      'PURPOSE_RETIRED',
    ],
    roles: ['clinician'],
    audit: 'meta',
  }),
  /** Suggestions for text that is not in the vault; nothing is stored. */
  'suggest.text': procedure({
    kind: 'command',
    input: z.strictObject({ modelId: Identifier, text: Text }),
    output: z.strictObject({
      spans: z.array(Span.extend({ score: Fraction })).max(50_000),
      /** Of a model that tells whole texts apart: every class, likeliest first; else empty. */
      classes: z.array(z.strictObject({ label: z.string().max(100), score: Fraction })).max(500),
    }),
    errors: ['MODEL_BLOCKED', 'RECIPE_INVALID', 'COMPUTE_LOST', 'OUT_OF_MEMORY'],
    roles: ['clinician'],
    audit: 'meta',
  }),
  'report.write': procedure({
    kind: 'command',
    input: z.strictObject({
      modelId: Identifier,
      kinds: z
        .array(z.enum(['modelCard', 'evaluation']))
        .min(1)
        .max(2)
        .default(['modelCard', 'evaluation']),
    }),
    output: z.strictObject({ reports: z.array(Report).max(2) }),
    errors: ['MODEL_BLOCKED'],
    roles: ['clinician', 'steward', 'auditor'],
    audit: 'full',
  }),
  'report.list': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({ items: z.array(Report).max(500) }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  /** For reading inside the product. Access packs are for the steward; others get FORBIDDEN. */
  'report.read': procedure({
    kind: 'query',
    input: z.strictObject({ reportId: Identifier, file: z.string().max(200) }),
    output: z.strictObject({ mediaType: z.string().max(100), content: Text }),
    errors: [],
    roles: EVERYONE,
    audit: 'meta',
  }),
  /** Takes a copy out of the vault: recipient and hash are registered before a byte leaves. */
  'report.export': procedure({
    kind: 'command',
    input: z.strictObject({ reportId: Identifier, ...DestinationFields }),
    output: z.strictObject({
      exitId: Identifier,
      files: z
        .array(
          z.strictObject({
            name: z.string().max(200),
            mediaType: z.string().max(100),
            content: Text,
            sha256: Sha256,
          }),
        )
        .max(20),
    }),
    errors: ['GATE_DENIED', 'DESTINATION_BLOCKED'],
    roles: ['steward', 'auditor'],
    audit: 'full',
  }),
} as const;
