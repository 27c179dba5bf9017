import { z } from 'zod';
import { GATE_STEPS } from '../../domain/gate.ts';
import { CATEGORIES } from '../../domain/purpose.ts';
import {
  At,
  Count,
  Empty,
  EVERYONE,
  Identifier,
  Language,
  Name,
  PageRequest,
  pageOf,
  procedure,
  Sentence,
  Sha256,
  Span,
  Text,
} from '../define.ts';

export const Format = z.enum(['auto', 'brat', 'conll', 'jsonl', 'csv', 'text']);

/** How a note is linked to the person it is about. */
export const SubjectMapping = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('none') }),
  /** A column of CSV or a metadata field of JSONL. */
  z.strictObject({
    by: z.literal('column'),
    column: z.string().min(1).max(200),
    scheme: z.string().min(1).max(40).default('record'),
  }),
  /** The first capture group of a pattern in the text, e.g. `NHC: (\d+)`. */
  z.strictObject({
    by: z.literal('pattern'),
    pattern: z.string().min(1).max(500),
    scheme: z.string().min(1).max(40).default('record'),
  }),
]);

/** Bytes reach the core through an intake (page) or a path (terminal only; the page gets FORBIDDEN). */
export const Source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('intake'), intakeId: Identifier }),
  z.strictObject({ kind: z.literal('path'), path: z.string().min(1).max(4096) }),
]);

export const ImportOptions = z.strictObject({
  source: Source,
  format: Format.default('auto'),
  /** An existing collection, or a new one by name. */
  collection: z.union([
    z.strictObject({ collectionId: Identifier }),
    z.strictObject({ name: Name }),
  ]),
  subjects: SubjectMapping.default({ by: 'none' }),
  category: z.enum(CATEGORIES).default('health'),
  language: Language.nullable().default(null),
  /** Whose labels the imported spans count as. */
  annotator: Name.default('import'),
  encoding: z
    .enum(['auto', 'utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'gb18030'])
    .default('auto'),
  csv: z
    .strictObject({
      textColumn: z.string().max(200).nullable().default(null),
      delimiter: z.string().max(1).nullable().default(null),
    })
    .default({ textColumn: null, delimiter: null }),
});

export const ImportIssue = z.strictObject({
  severity: z.enum(['error', 'warning']),
  /** Name of the file inside the source; never a path of this machine. */
  file: z.string().max(1000),
  line: Count.nullable(),
  field: z.string().max(200).nullable(),
  /** A key of the page's messages under `import.issue.*`. */
  code: z.enum([
    'unreadableEncoding',
    'spanOutOfRange',
    'spanOverlaps',
    'spanTextDiffers',
    'spanCutsGrapheme',
    'annotationWithoutText',
    'badAnnotationLine',
    'discontinuousSpan',
    'lineTooLong',
    'fileTooLarge',
    'noPermission',
    'badJson',
    'missingText',
    'badColumnCount',
    'badTag',
    'badCsv',
    'emptyDocument',
    'subjectNotFound',
    'unreadable',
    'duplicateName',
    'unsupportedFile',
    'erasedSubject',
  ]),
  message: Sentence,
});
export type ImportIssue = z.infer<typeof ImportIssue>;

export const ImportReport = z.strictObject({
  importId: Identifier,
  collectionId: Identifier,
  collection: Name,
  format: Format,
  startedAt: At,
  finishedAt: At,
  documents: z.strictObject({ added: Count, unchanged: Count, changed: Count, rejected: Count }),
  spans: Count,
  subjects: z.strictObject({ linked: Count, created: Count, withoutSubject: Count }),
  issues: z.array(ImportIssue).max(500),
  issueCount: Count,
});
export type ImportReport = z.infer<typeof ImportReport>;

export const DocumentRow = z.strictObject({
  documentId: Identifier,
  name: z.string().max(1000),
  collectionId: Identifier,
  collection: Name,
  /** The first record number known for the person; null when not linked or withheld. */
  subjectId: Identifier.nullable(),
  subjectKey: z.string().max(200).nullable(),
  language: Language.nullable(),
  category: z.enum(CATEGORIES),
  kind: z.enum(['original', 'deidentified']),
  length: Count,
  spans: Count,
  importedAt: At,
  /** What the gate says for the chosen purpose; null when no purpose was chosen. */
  access: z.enum(['permitted', 'withheld']).nullable(),
  withheldStep: z.enum(GATE_STEPS).nullable(),
});
export type DocumentRow = z.infer<typeof DocumentRow>;

export const Collection = z.strictObject({
  collectionId: Identifier,
  name: Name,
  documents: Count,
  subjects: Count,
  spans: Count,
  labels: z.array(z.strictObject({ label: z.string().max(100), count: Count })).max(500),
  createdAt: At,
  derivedFrom: Identifier.nullable(),
  kind: z.enum(['original', 'deidentified']),
});
export type Collection = z.infer<typeof Collection>;

const Withheld = z.strictObject({
  total: Count,
  byStep: z
    .array(
      z.strictObject({
        step: z.enum(GATE_STEPS),
        reason: z.string().max(60),
        count: Count,
      }),
    )
    .max(50),
});

export const corpusProcedures = {
  'intake.begin': procedure({
    kind: 'command',
    input: z.strictObject({ label: Name }),
    output: z.strictObject({ intakeId: Identifier }),
    errors: [],
    roles: ['clinician', 'steward'],
    audit: 'none',
  }),
  /** Files arrive in order, in chunks of at most 1 MiB of base64; they stay in memory until imported. */
  'intake.append': procedure({
    kind: 'command',
    input: z.strictObject({
      intakeId: Identifier,
      file: z.string().min(1).max(1000),
      chunk: z.string().max(1_500_000),
      last: z.boolean(),
    }),
    output: z.strictObject({ receivedBytes: Count }),
    errors: ['TOO_LARGE'],
    roles: ['clinician', 'steward'],
    audit: 'none',
  }),
  'intake.discard': procedure({
    kind: 'command',
    input: z.strictObject({ intakeId: Identifier }),
    output: Empty,
    errors: [],
    roles: ['clinician', 'steward'],
    audit: 'none',
  }),
  /** Reads everything, writes nothing: what did I bring, what is wrong with it and where, what will happen. */
  'corpus.preflight': procedure({
    kind: 'job',
    input: ImportOptions,
    output: z.strictObject({
      format: Format,
      files: Count,
      documents: Count,
      spans: Count,
      alreadyKnown: Count,
      labels: z.array(z.strictObject({ label: z.string().max(100), count: Count })).max(500),
      columns: z.array(z.string().max(200)).max(200),
      subjects: z.strictObject({
        found: Count,
        distinct: Count,
        examples: z.array(z.string().max(60)).max(5),
      }),
      issues: z.array(ImportIssue).max(500),
      issueCount: Count,
    }),
    errors: ['SOURCE_NOT_FOUND', 'SOURCE_UNREADABLE', 'FORMAT_UNKNOWN', 'MAPPING_INVALID'],
    roles: ['clinician', 'steward'],
    audit: 'none',
    keeps: 'nothing',
  }),
  'corpus.import': procedure({
    kind: 'job',
    input: ImportOptions,
    output: ImportReport,
    errors: [
      'SOURCE_NOT_FOUND',
      'SOURCE_UNREADABLE',
      'FORMAT_UNKNOWN',
      'MAPPING_INVALID',
      'NOTHING_IMPORTED',
    ],
    roles: ['clinician', 'steward'],
    audit: 'full',
    keeps: 'goodRows',
  }),
  'corpus.imports': procedure({
    kind: 'query',
    input: z.strictObject({ ...PageRequest }),
    output: pageOf(ImportReport),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  'collection.list': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({ items: z.array(Collection).max(500) }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  'corpus.list': procedure({
    kind: 'query',
    input: z.strictObject({
      ...PageRequest,
      collectionId: Identifier.nullable().default(null),
      purposeId: Identifier.nullable().default(null),
      /** Full-text search; needs a purpose, because a hit discloses text. */
      search: z.string().max(200).default(''),
      access: z.enum(['all', 'permitted', 'withheld']).default('all'),
    }),
    output: pageOf(DocumentRow).extend({ withheld: Withheld }),
    errors: ['GATE_DENIED'],
    roles: ['clinician', 'steward', 'administrator', 'auditor'],
    audit: 'none',
  }),
  'document.read': procedure({
    kind: 'query',
    input: z.strictObject({ documentId: Identifier, purposeId: Identifier }),
    output: z.strictObject({
      document: DocumentRow,
      text: Text,
      sha256: Sha256,
      spans: z.array(Span.extend({ annotator: z.string().max(200) })).max(50_000),
      metadata: z.record(z.string().max(100), z.string().max(2000)),
    }),
    errors: ['GATE_DENIED', 'PURPOSE_RETIRED'],
    roles: ['clinician', 'steward'],
    audit: 'meta',
  }),
  'deid.preview': procedure({
    kind: 'query',
    input: z.strictObject({
      documentId: Identifier,
      purposeId: Identifier,
      mode: z.enum(['type', 'surrogate']),
    }),
    output: z.strictObject({
      text: Text,
      result: Text,
      findings: z
        .array(
          Span.extend({
            rule: z.string().max(80),
            score: z.number().min(0).max(1),
            replacement: z.string().max(500),
            resultStart: Count,
            resultEnd: Count,
          }),
        )
        .max(50_000),
    }),
    errors: ['GATE_DENIED', 'PURPOSE_RETIRED'],
    roles: ['clinician', 'steward'],
    audit: 'meta',
  }),
  'deid.run': procedure({
    kind: 'job',
    input: z.strictObject({
      collectionId: Identifier,
      purposeId: Identifier,
      mode: z.enum(['type', 'surrogate']),
      name: Name.optional(),
    }),
    output: z.strictObject({
      collectionId: Identifier,
      collection: Name,
      documents: Count,
      withheld: Count,
      findings: Count,
      byType: z.array(z.strictObject({ label: z.string().max(100), count: Count })).max(100),
      /** Against imported gold spans, where the collection has any: recall is what leaks. */
      againstGold: z
        .strictObject({ gold: Count, covered: Count, recall: z.number(), precision: z.number() })
        .nullable(),
    }),
    errors: ['GATE_DENIED', 'PURPOSE_RETIRED'],
    roles: ['clinician', 'steward'],
    audit: 'full',
    keeps: 'finishedDocuments',
  }),
} as const;
