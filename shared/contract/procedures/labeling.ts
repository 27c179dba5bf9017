import { z } from 'zod';
import { PALETTE_SIZE, PATTERNS } from '../../domain/labelSchema.ts';
import {
  At,
  Count,
  Empty,
  EVERYONE,
  Fraction,
  Identifier,
  Language,
  Name,
  procedure,
  Sentence,
  Sha256,
  Span,
  Text,
} from '../define.ts';

export const LabelDefinition = z.strictObject({
  id: z.string().min(1).max(100),
  name: Name,
  /** The digit or letter that applies it. */
  key: z.string().min(1).max(1).nullable(),
  /** Index into the palette of label colours, 0-11. */
  color: z
    .number()
    .int()
    .min(0)
    .max(PALETTE_SIZE - 1),
  pattern: z.enum(PATTERNS),
  guideline: Sentence.default(''),
});
export type LabelDefinition = z.infer<typeof LabelDefinition>;

export const Project = z.strictObject({
  projectId: Identifier,
  name: Name,
  purposeId: Identifier,
  purpose: Name,
  collectionId: Identifier,
  collection: Name,
  labels: z.array(LabelDefinition).max(100),
  createdAt: At,
  documents: Count,
  completed: Count,
  withheld: Count,
  annotations: Count,
});
export type Project = z.infer<typeof Project>;

export const Annotation = Span.extend({
  annotationId: Identifier,
  annotator: z.string().max(200),
  origin: z.enum(['human', 'import', 'suggestion']),
  at: At,
});
export type Annotation = z.infer<typeof Annotation>;

export const Suggestion = Span.extend({
  suggestionId: Identifier,
  modelId: Identifier,
  model: z.string().max(200),
  score: Fraction,
});
export type Suggestion = z.infer<typeof Suggestion>;

export const Task = z.strictObject({
  projectId: Identifier,
  documentId: Identifier,
  name: z.string().max(1000),
  subjectKey: z.string().max(200).nullable(),
  language: Language.nullable(),
  position: Count,
  of: Count,
  text: Text,
  sha256: Sha256,
  annotations: z.array(Annotation).max(50_000),
  suggestions: z.array(Suggestion).max(50_000),
  completed: z.boolean(),
  /** Grows with every change; an edit based on an older one is refused as STALE_EDIT. */
  revision: Count,
  undo: z.strictObject({ label: z.string().max(60), count: Count }).nullable(),
  redo: z.strictObject({ label: z.string().max(60), count: Count }).nullable(),
});
export type Task = z.infer<typeof Task>;

export const Edit = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('add'), span: Span }),
  z.strictObject({ do: z.literal('remove'), annotationId: Identifier }),
  z.strictObject({ do: z.literal('change'), annotationId: Identifier, span: Span }),
  z.strictObject({ do: z.literal('accept'), suggestionId: Identifier }),
  z.strictObject({ do: z.literal('reject'), suggestionId: Identifier }),
]);
export type Edit = z.infer<typeof Edit>;

const OnTask = { projectId: Identifier, documentId: Identifier };
const TaskEdited = z.strictObject({
  revision: Count,
  storedAt: At,
  annotations: z.array(Annotation).max(50_000),
  suggestions: z.array(Suggestion).max(50_000),
  completed: z.boolean(),
  undo: Task.shape.undo,
  redo: Task.shape.redo,
});

export const SnapshotShape = z.strictObject({
  snapshotId: Identifier,
  name: Name,
  projectId: Identifier,
  project: Name,
  purposeId: Identifier,
  purpose: Name,
  createdAt: At,
  manifestSha256: Sha256,
  policySha256: Sha256,
  splits: z
    .array(
      z.strictObject({
        split: z.enum(['train', 'dev', 'test']),
        documents: Count,
        subjects: Count,
        spans: Count,
        characters: Count,
      }),
    )
    .max(3),
  labels: z.array(z.strictObject({ label: z.string().max(100), count: Count })).max(500),
  /** Left out, and why: the gate's steps, or no finished labels. */
  leftOut: z.array(z.strictObject({ reason: z.string().max(60), count: Count })).max(50),
  /** Documents in it whose labels nobody finished: nothing may learn spans from such a snapshot. */
  unfinished: Count.optional(),
});
export type Snapshot = z.infer<typeof SnapshotShape>;

export const labelingProcedures = {
  'project.create': procedure({
    kind: 'command',
    input: z.strictObject({
      name: Name,
      purposeId: Identifier,
      collectionId: Identifier,
      /** Omitted: taken from the labels that came with the import. */
      labels: z.array(LabelDefinition).min(1).max(100).optional(),
      /** Labels that came with the import count as this annotator's, and their documents as completed. */
      adoptImported: z.boolean().default(true),
    }),
    output: Project,
    errors: ['SCHEMA_INVALID', 'PURPOSE_RETIRED', 'GATE_DENIED'],
    roles: ['clinician', 'steward'],
    audit: 'full',
  }),
  'project.list': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({ items: z.array(Project).max(500) }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  /** `from` null opens the first unfinished task; otherwise the one `direction` of it. */
  'task.open': procedure({
    kind: 'query',
    input: z.strictObject({
      projectId: Identifier,
      documentId: Identifier.nullable().default(null),
      from: Identifier.nullable().default(null),
      direction: z.enum(['next', 'previous', 'nextOpen']).default('nextOpen'),
    }),
    output: z.strictObject({ task: Task.nullable() }),
    errors: ['GATE_DENIED', 'PURPOSE_RETIRED'],
    roles: ['clinician'],
    audit: 'meta',
  }),
  'task.list': procedure({
    kind: 'query',
    input: z.strictObject({
      projectId: Identifier,
      offset: Count.default(0),
      limit: z.number().int().min(1).max(500).default(200),
    }),
    output: z.strictObject({
      total: Count,
      items: z
        .array(
          z.strictObject({
            documentId: Identifier,
            name: z.string().max(1000),
            completed: z.boolean(),
            annotations: Count,
            position: Count,
          }),
        )
        .max(500),
    }),
    errors: ['PURPOSE_RETIRED'],
    roles: ['clinician', 'steward'],
    audit: 'none',
  }),
  'label.apply': procedure({
    kind: 'command',
    input: z.strictObject({ ...OnTask, revision: Count, edits: z.array(Edit).min(1).max(1000) }),
    output: TaskEdited,
    errors: ['SPAN_INVALID', 'STALE_EDIT', 'GATE_DENIED', 'PURPOSE_RETIRED'],
    roles: ['clinician'],
    audit: 'meta',
  }),
  'label.undo': procedure({
    kind: 'command',
    input: z.strictObject({ ...OnTask, revision: Count }),
    output: TaskEdited,
    errors: ['NOTHING_TO_UNDO', 'STALE_EDIT', 'GATE_DENIED', 'PURPOSE_RETIRED'],
    roles: ['clinician'],
    audit: 'meta',
  }),
  'label.redo': procedure({
    kind: 'command',
    input: z.strictObject({ ...OnTask, revision: Count }),
    output: TaskEdited,
    errors: ['NOTHING_TO_UNDO', 'STALE_EDIT', 'GATE_DENIED', 'PURPOSE_RETIRED'],
    roles: ['clinician'],
    audit: 'meta',
  }),
  'task.complete': procedure({
    kind: 'command',
    input: z.strictObject({ ...OnTask, completed: z.boolean() }),
    output: TaskEdited,
    errors: ['GATE_DENIED', 'PURPOSE_RETIRED'],
    roles: ['clinician'],
    audit: 'meta',
  }),
  'snapshot.freeze': procedure({
    kind: 'job',
    input: z.strictObject({
      projectId: Identifier,
      name: Name,
      /** `all` takes unfinished documents too, without labels: for pretraining, which learns from text alone. */
      documents: z.enum(['finished', 'all']).default('finished'),
      /** Fractions of subjects (never of documents, so that nobody is in two splits), or a project that is the dev split. */
      split: z
        .union([
          z.strictObject({
            dev: Fraction.default(0.2),
            test: Fraction.default(0),
            seed: z.number().int().default(1),
          }),
          z.strictObject({ devProjectId: Identifier }),
        ])
        .default({ dev: 0.2, test: 0, seed: 1 }),
    }),
    output: SnapshotShape,
    errors: ['SNAPSHOT_EMPTY', 'PURPOSE_RETIRED'],
    roles: ['clinician', 'steward'],
    audit: 'full',
    keeps: 'nothing',
  }),
  'snapshot.list': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({ items: z.array(SnapshotShape).max(500) }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
} as const;
