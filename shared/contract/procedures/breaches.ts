/** The register of breaches (GDPR Art. 33(5)): every one is kept, also one that nobody had to be told of. */
import { z } from 'zod';
import {
  BREACH_DATA_STATES,
  BREACH_KINDS,
  BREACH_NOTIFIED,
  BREACH_STATES,
} from '../../domain/breaches.ts';
import { At, Count, Cursor, Identifier, Name, PageRequest, pageOf, procedure } from '../define.ts';

const Paragraph = z.string().trim().max(8000);

/** Which data it touched. Parts narrow each other; an empty scope is everybody in the vault. */
export const BreachScope = z.strictObject({
  collectionId: Identifier.nullable().default(null),
  /** People whose texts were worked on for it, or left for it. */
  purposeId: Identifier.nullable().default(null),
  exitId: Identifier.nullable().default(null),
  modelId: Identifier.nullable().default(null),
  /** In a window only what was in the vault before its end, and what left within it, counts. */
  from: At.nullable().default(null),
  to: At.nullable().default(null),
});
export type BreachScope = z.infer<typeof BreachScope>;

const Decision = z.strictObject({
  needed: z.boolean(),
  /** Why, or why not (Art. 33(1), 34(1) and (3)). */
  ground: z.string().trim().min(1).max(2000),
});

const AssessmentFields = {
  kinds: z.array(z.enum(BREACH_KINDS)).max(3),
  /** What happened; names nobody. */
  nature: Paragraph,
  categories: z.array(z.enum(['health', 'finance', 'other'])).max(3),
  subjectCategories: z.string().trim().max(500),
  /** Approximate numbers (Art. 33(3)(a)); null while nobody knows. */
  people: Count.nullable(),
  records: Count.nullable(),
  scope: BreachScope,
  effects: Paragraph,
  measures: Paragraph,
  /** Whether what got out can be read. */
  dataState: z.enum(BREACH_DATA_STATES),
  keyStatement: Paragraph,
};

export const Breach = z.strictObject({
  breachId: Identifier,
  title: Name,
  state: z.enum(BREACH_STATES),
  openedAt: At,
  openedBy: z.string().max(200),
  awareAt: At,
  /** 72 hours after the moment of awareness; not moved by weekends. */
  dueAt: At,
  ...AssessmentFields,
  decisions: z
    .strictObject({ authority: Decision, subjects: Decision, at: At, by: z.string().max(200) })
    .nullable(),
  notifications: z
    .array(
      z.strictObject({
        to: z.enum(BREACH_NOTIFIED),
        at: At,
        by: z.string().max(200),
        reference: z.string().max(500),
        /** Art. 33(1): owed where the authority was told after 72 hours. */
        delayReason: z.string().max(2000),
      }),
    )
    .max(100),
  closed: z
    .strictObject({ at: At, by: z.string().max(200), conclusion: z.string().max(4000) })
    .nullable(),
  /** What the record still lacks; keys of the page's messages under `breaches.gap.*`. */
  gaps: z.array(z.string().max(40)).max(20),
});
export type Breach = z.infer<typeof Breach>;

const READERS = ['steward', 'administrator', 'auditor'] as const;

export const breachesProcedures = {
  'breach.open': procedure({
    kind: 'command',
    input: z.strictObject({
      title: Name,
      /** The moment of awareness; left out: now. Not in the future. */
      awareAt: At.optional(),
      nature: Paragraph.default(''),
    }),
    output: Breach,
    errors: [],
    roles: ['steward', 'administrator'],
    audit: 'full',
  }),
  /** Open ones first, by the end of their 72 hours. */
  'breach.list': procedure({
    kind: 'query',
    input: z.strictObject({ ...PageRequest }),
    output: pageOf(Breach),
    errors: [],
    roles: READERS,
    audit: 'none',
  }),
  'breach.show': procedure({
    kind: 'query',
    input: z.strictObject({ breachId: Identifier }),
    output: Breach.extend({
      history: z
        .array(
          z.strictObject({
            at: At,
            by: z.string().max(200),
            what: z.enum(['opened', 'assessed', 'decided', 'notified', 'closed']),
          }),
        )
        .max(1000),
      /** What this vault can say about keys and encryption, for the statement. */
      keyFacts: z.array(z.string().max(500)).max(10),
    }),
    errors: [],
    roles: READERS,
    audit: 'none',
  }),
  /** Replaces what was known so far; the earlier state stays in the history. */
  'breach.assess': procedure({
    kind: 'command',
    input: z.strictObject({ breachId: Identifier, ...AssessmentFields }),
    output: Breach,
    errors: [],
    roles: ['steward', 'administrator'],
    audit: 'full',
  }),
  'breach.decide': procedure({
    kind: 'command',
    input: z.strictObject({ breachId: Identifier, authority: Decision, subjects: Decision }),
    output: Breach,
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
  'breach.notify': procedure({
    kind: 'command',
    input: z.strictObject({
      breachId: Identifier,
      to: z.enum(BREACH_NOTIFIED),
      /** When they were told; left out: now. */
      at: At.optional(),
      reference: z.string().trim().max(500).default(''),
      delayReason: z.string().trim().max(2000).default(''),
    }),
    output: Breach,
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
  'breach.close': procedure({
    kind: 'command',
    input: z.strictObject({
      breachId: Identifier,
      conclusion: z.string().trim().min(1).max(4000),
    }),
    output: Breach,
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
  /** How many people and texts a scope holds. */
  'breach.count': procedure({
    kind: 'query',
    input: z.strictObject({ scope: BreachScope }),
    output: z.strictObject({
      people: Count,
      documents: Count,
      minors: Count,
      byCategory: z
        .array(z.strictObject({ category: z.enum(['health', 'finance', 'other']), people: Count }))
        .max(3),
    }),
    errors: [],
    roles: READERS,
    audit: 'none',
  }),
  /** Who they are; for telling them (Art. 34). */
  'breach.people': procedure({
    kind: 'query',
    input: z.strictObject({
      scope: BreachScope,
      cursor: Cursor.nullable().default(null),
      limit: z.number().int().min(1).max(500).default(100),
    }),
    output: pageOf(
      z.strictObject({
        subjectId: Identifier,
        key: z.string().max(200),
        scheme: z.string().max(40),
        documents: Count,
      }),
    ),
    errors: [],
    roles: ['steward'],
    audit: 'meta',
  }),
  /** Writes the documents into the reports; they leave as every report does. */
  'breach.document': procedure({
    kind: 'command',
    input: z.strictObject({ breachId: Identifier }),
    output: z.strictObject({ reportId: Identifier }),
    errors: [],
    roles: ['steward', 'auditor'],
    audit: 'full',
  }),
} as const;
