/**
 * Retention rules, what is due and why, legal holds, deletion runs. Nothing is deleted without a person: the
 * program reminds, a steward looks at what would go and says so.
 */
import { z } from 'zod';
import { CATEGORIES } from '../../domain/purpose.ts';
import { RETENTION_STARTS } from '../../domain/retention.ts';
import {
  At,
  Count,
  Day,
  Empty,
  Identifier,
  Name,
  PageRequest,
  pageOf,
  procedure,
  Sentence,
} from '../define.ts';
import { SECOND_PERSONS } from './staff.ts';
import { SubjectSelector } from './governance.ts';

const Category = z.enum(CATEGORIES);
const Days = z.number().int().min(1).max(36_500);
/** The statute or decision behind a period: one nobody can look up is none. */
const Ground = z.string().trim().min(3).max(500);

export const RetentionRule = z.strictObject({
  ruleId: Identifier,
  category: Category,
  /** Null: whatever the purpose. */
  purposeId: Identifier.nullable(),
  purpose: Name.nullable(),
  days: Days,
  start: z.enum(RETENTION_STARTS),
  action: z.literal('delete'),
  ground: Ground,
  source: z.enum(['site', 'organisation']),
  setAt: At,
});
export type RetentionRule = z.infer<typeof RetentionRule>;

/** What decides: a rule, or the period that was declared with a purpose (`ruleId` null). */
const Deciding = {
  category: Category,
  ruleId: Identifier.nullable(),
  /** The last purpose that needed the documents; null where none covers them. */
  purposeId: Identifier.nullable(),
  purpose: Name.nullable(),
  days: Days,
  start: z.enum(RETENTION_STARTS),
  ground: z.string().max(500),
};

export const RetentionPreview = z.strictObject({
  asOf: At,
  /** What a run would delete now, by what decides. */
  due: z
    .array(
      z.strictObject({
        ...Deciding,
        documents: Count,
        subjects: Count,
        firstDueOn: Day,
        lastDueOn: Day,
      }),
    )
    .max(500),
  /** Documents past their day that stay, by hold; one may be under several. */
  held: z
    .array(
      z.strictObject({
        holdId: Identifier,
        caseId: Name,
        reviewOn: Day,
        documents: Count,
      }),
    )
    .max(500),
  totals: z.strictObject({
    /** To be repeated in `retention.run`, so that nothing goes that was not on the screen. */
    due: Count,
    held: Count,
    /** Due within 30 days, not yet. */
    soon: Count,
    /** The period starts with a date that the document does not carry: somebody has to look. */
    undated: Count,
  }),
  /** What goes along with the documents. */
  along: z.strictObject({
    copies: Count,
    annotations: Count,
    snapshotEntries: Count,
    accessPacks: Count,
  }),
  /** Models that learned from them and become stale. */
  models: z
    .array(z.strictObject({ modelId: Identifier, name: Name, state: z.string().max(20) }))
    .max(500),
});
export type RetentionPreview = z.infer<typeof RetentionPreview>;

export const SKIP_REASONS = ['held', 'notDueAnyMore', 'gone'] as const;

export const RetentionRun = z.strictObject({
  runId: Identifier,
  startedAt: At,
  startedBy: z.string().max(200),
  completedAt: At.nullable(),
  /** `interrupted`: ordered and not finished, to be gone on with. `unproven`: deleted, traces were found. */
  state: z.enum(['running', 'interrupted', 'unproven', 'done']),
  ordered: Count,
  deleted: Count,
  copies: Count,
  /** Ordered and not deleted. */
  skipped: z.array(z.strictObject({ reason: z.enum(SKIP_REASONS), count: Count })).max(10),
  groups: z.array(z.strictObject({ ...Deciding, documents: Count })).max(500),
  rows: z.array(z.strictObject({ table: z.string().max(60), rows: Count })).max(100),
  staleModels: Count,
  scan: z
    .strictObject({ bytes: Count, files: Count, documents: Count, needles: Count, hits: Count })
    .nullable(),
  orderLeaf: Count,
  reportId: Identifier.nullable(),
});
export type RetentionRun = z.infer<typeof RetentionRun>;

export const LegalHold = z.strictObject({
  holdId: Identifier,
  /** The matter, e.g. a file number. Not a person's name. */
  caseId: Name,
  approver: Name,
  reason: Sentence,
  state: z.enum(['active', 'released']),
  setAt: At,
  setBy: z.string().max(200),
  reviewOn: Day,
  /** When it is expected to end. It goes on blocking until it is released. */
  endsOn: Day.nullable(),
  reviewedAt: At.nullable(),
  releasedAt: At.nullable(),
  people: Count,
  collections: z.array(z.strictObject({ collectionId: Identifier, name: Name })).max(500),
  categories: z.array(Category).max(CATEGORIES.length),
  /** Documents it keeps now, and those of them that would be due without it. */
  documents: Count,
  overdue: Count,
});
export type LegalHold = z.infer<typeof LegalHold>;

export const retentionProcedures = {
  'retention.rules': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({ items: z.array(RetentionRule).max(500) }),
    errors: [],
    roles: ['steward', 'auditor', 'administrator'],
    audit: 'none',
  }),
  /** One rule stands per category and purpose; a new one takes the place of the former. */
  'retention.setRule': procedure({
    kind: 'command',
    input: z.strictObject({
      category: Category,
      purposeId: Identifier.nullable().default(null),
      days: Days,
      start: z.enum(RETENTION_STARTS).default('import'),
      ground: Ground,
    }),
    output: RetentionRule,
    errors: ['PURPOSE_RETIRED'],
    roles: ['steward'],
    audit: 'full',
  }),
  'retention.endRule': procedure({
    kind: 'command',
    input: z.strictObject({ ruleId: Identifier, reason: Sentence }),
    output: z.strictObject({ ruleId: Identifier }),
    errors: ['POLICY_LOCKED'],
    roles: ['steward'],
    audit: 'full',
  }),
  'retention.preview': procedure({
    kind: 'query',
    input: Empty,
    output: RetentionPreview,
    errors: [],
    roles: ['steward', 'auditor'],
    audit: 'none',
  }),
  /** The documents behind the numbers of the preview, in order of import. */
  'retention.documents': procedure({
    kind: 'query',
    input: z.strictObject({
      ...PageRequest,
      which: z.enum(['due', 'held', 'soon', 'undated']).default('due'),
    }),
    output: pageOf(
      z.strictObject({
        documentId: Identifier,
        name: z.string().max(1000),
        collection: Name,
        category: Category,
        importedAt: At,
        dueOn: Day.nullable(),
        purpose: Name.nullable(),
        ruleId: Identifier.nullable(),
        holds: z.array(z.strictObject({ holdId: Identifier, caseId: Name })).max(50),
      }),
    ),
    errors: [],
    roles: ['steward'],
    audit: 'none',
  }),
  'retention.run': procedure({
    kind: 'job',
    input: z.union([
      /** How many documents the preview named as due; another number now is refused. */
      z.strictObject({ documents: Count.min(1) }),
      /** Goes on with a run that was interrupted or could not be proven. */
      z.strictObject({ runId: Identifier }),
    ]),
    output: RetentionRun,
    errors: ['ERASURE_UNPROVEN'],
    roles: ['steward'],
    audit: 'full',
    keeps: 'finishedDocuments',
  }),
  'retention.runs': procedure({
    kind: 'query',
    input: z.strictObject({ ...PageRequest }),
    output: pageOf(RetentionRun),
    errors: [],
    roles: ['steward', 'auditor'],
    audit: 'none',
  }),
  'hold.list': procedure({
    kind: 'query',
    input: z.strictObject({ ...PageRequest, released: z.boolean().default(true) }),
    output: pageOf(LegalHold),
    errors: [],
    roles: ['steward', 'auditor', 'administrator'],
    audit: 'none',
  }),
  /** Held is whatever any part of the scope names: a hold that reaches too far can be put right later. */
  'hold.set': procedure({
    kind: 'command',
    input: z.strictObject({
      caseId: Name,
      approver: Name,
      reason: Sentence.default(''),
      reviewOn: Day,
      endsOn: Day.nullable().default(null),
      subjects: SubjectSelector.nullable().default(null),
      collectionIds: z.array(Identifier).max(500).default([]),
      categories: z.array(Category).max(CATEGORIES.length).default([]),
    }),
    output: z.strictObject({
      hold: LegalHold,
      unknownKeys: z.array(z.string().max(200)).max(500),
    }),
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
  'hold.review': procedure({
    kind: 'command',
    input: z.strictObject({
      holdId: Identifier,
      reviewOn: Day,
      endsOn: Day.nullable().default(null),
      reason: Sentence.default(''),
    }),
    output: LegalHold,
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
  'hold.release': procedure({
    kind: 'command',
    input: z.strictObject({ holdId: Identifier, reason: Sentence }),
    output: LegalHold,
    errors: ['ORDER_NEEDED', 'AUDIT_BROKEN'],
    roles: ['steward'],
    audit: 'full',
    dual: {
      approvers: SECOND_PERSONS,
      facts: ({ holdId }: { holdId: string }) => ({ holdId }),
    },
  }),
} as const;
