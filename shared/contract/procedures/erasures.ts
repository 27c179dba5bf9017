/**
 * Rectification (GDPR Art. 16), redaction of third persons in copies (Art. 15(4), 20(4)), what an erasure
 * keeps and on which ground (Art. 17(3)), and the proof looked at again. Texts here are read for the person's
 * own right: the gate registers the reading with the request in the purpose's place.
 */
import { z } from 'zod';
import { KEEP_GROUND_CODES, type KeepGround } from '../../domain/erasures.ts';
import { CATEGORIES } from '../../domain/purpose.ts';
import {
  At,
  Count,
  Day,
  Identifier,
  Language,
  Name,
  PageRequest,
  pageOf,
  procedure,
  Sha256,
  Text,
} from '../define.ts';
import { DataRequest } from './governance.ts';

const Value = z.string().max(10_000);
const Field = z.string().min(1).max(200);

/** What a correction changes. `expected` is what stands there now: a correction of something else is refused. */
export const Correction = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('passage'),
    documentId: Identifier,
    start: Count,
    end: Count,
    expected: z.string().max(100_000),
    replacement: z.string().max(100_000),
  }),
  z.strictObject({
    kind: z.literal('metadata'),
    documentId: Identifier,
    field: Field,
    /** Null where the field is not there yet. */
    expected: Value.nullable(),
    /** Null takes the field away. */
    replacement: Value.nullable(),
  }),
  z.strictObject({
    kind: z.literal('name'),
    documentId: Identifier,
    expected: z.string().min(1).max(1000),
    replacement: z.string().trim().min(1).max(1000),
  }),
  z.strictObject({
    kind: z.literal('identifier'),
    scheme: z.string().min(1).max(40),
    expected: z.string().min(1).max(200),
    replacement: z.string().trim().min(1).max(200),
  }),
]);
export type Correction = z.infer<typeof Correction>;

/** Several corrections of one text are given against the text as it is now; they may not overlap. */
const Corrections = z.array(Correction).min(1).max(100);

/** What a correction reaches beyond the words themselves. */
const Reach = {
  /** Places that moved with the text: labels that came with it, events, suggestions, findings. */
  shifted: Count,
  /** Places the correction touched: taken off, and to be set again. */
  setAside: Count,
  /** Finished tasks that are open again because a label of theirs was set aside. */
  reopened: Count,
  /** De-identified copies: made again from the new text, or not to be used until they are. */
  copies: z
    .array(
      z.strictObject({
        documentId: Identifier,
        collection: Name,
        state: z.enum(['remade', 'outOfDate']),
      }),
    )
    .max(500),
  /** Frozen datasets that hold the old text; they cannot be used any more. */
  snapshots: z.array(z.strictObject({ snapshotId: Identifier, name: Name })).max(500),
  /** Models that learned from the old text. */
  models: z
    .array(z.strictObject({ modelId: Identifier, name: Name, state: z.string().max(20) }))
    .max(500),
  /** Who received the old text or number and is told (Art. 19). */
  recipients: z.array(z.strictObject({ recipient: z.string().max(200), at: At })).max(500),
} as const;

export const RectificationPreview = z.strictObject({
  /** Whether a correction can be carried out as it stands; in the order given. */
  corrections: z
    .array(
      z.strictObject({
        problem: z
          .enum([
            'changedMeanwhile',
            'outOfRange',
            'cutsGrapheme',
            'overlaps',
            'taken',
            'nothing',
            'unknown',
          ])
          .nullable(),
      }),
    )
    .max(100),
  ...Reach,
});
export type RectificationPreview = z.infer<typeof RectificationPreview>;

export const Rectified = z.strictObject({
  request: DataRequest,
  /** The letter that says what was done. */
  reportId: Identifier,
  corrections: z
    .array(
      z.strictObject({
        versionId: Identifier,
        kind: z.enum(['passage', 'metadata', 'name', 'identifier']),
        /** SHA-256 over a salt and the words before and after; the salt goes with the person. */
        before: Sha256,
        after: Sha256,
      }),
    )
    .max(100),
  /** Leaf of the audit log with the commitments. */
  leaf: Count,
  notices: Count,
  ...Reach,
});
export type Rectified = z.infer<typeof Rectified>;

/** What is known of the person and could be corrected: numbers, and texts without the text. */
export const Holding = z.strictObject({
  documentId: Identifier,
  name: z.string().max(1000),
  collectionId: Identifier,
  collection: Name,
  kind: z.enum(['original', 'deidentified']),
  language: Language.nullable(),
  category: z.enum(CATEGORIES),
  length: Count,
  metadata: z.record(z.string().max(200), z.string().max(10_000)),
  corrections: Count,
  /** A copy whose original was corrected since. */
  outOfDate: z.boolean(),
});
export type Holding = z.infer<typeof Holding>;

export const Version = z.strictObject({
  versionId: Identifier,
  at: At,
  by: z.string().max(200),
  kind: z.enum(['passage', 'metadata', 'name', 'identifier']),
  documentId: Identifier.nullable(),
  name: z.string().max(1000).nullable(),
  /** The metadata field or the scheme of the number. */
  field: z.string().max(200).nullable(),
  start: Count.nullable(),
  before: z.string().max(100_000).nullable(),
  after: z.string().max(100_000).nullable(),
});
export type Version = z.infer<typeof Version>;

const Redaction = z.strictObject({
  start: Count,
  end: Count,
  /** What was found, e.g. NAME; MANUAL where a person marked it. */
  label: z.string().max(40),
  rule: z.string().max(60),
  score: z.number().min(0).max(1),
  who: z.enum(['third', 'staff']),
  decision: z.enum(['redact', 'keep']),
  /** False while the proposal stands undecided; it is then redacted. */
  decided: z.boolean(),
});
export type Redaction = z.infer<typeof Redaction>;

/** The whole of what belongs to the person, one collection of it, one category, or the proofs of consent. */
export const KeepScope = z.discriminatedUnion('of', [
  z.strictObject({ of: z.literal('collection'), collectionId: Identifier }),
  z.strictObject({ of: z.literal('category'), category: z.enum(CATEGORIES) }),
  z.strictObject({ of: z.literal('consents') }),
]);
export type KeepScope = z.infer<typeof KeepScope>;

export const KeptPart = z.strictObject({
  scope: KeepScope,
  ground: z.enum(KEEP_GROUND_CODES as [KeepGround]),
  /** In words, for the answer; lies with the person's data and goes with it. */
  text: z.string().trim().min(10).max(4000),
  until: Day,
});
export type KeptPart = z.infer<typeof KeptPart>;

/** A part that was kept, as long as it is there. */
export const KeptData = z.strictObject({
  requestId: Identifier,
  subjectId: Identifier,
  subjectKey: z.string().max(200),
  part: KeptPart,
  /** Of the collection, where it is one. */
  collection: Name.nullable(),
  documents: Count,
  keptAt: At,
  approvedBy: z.string().max(200),
  /** The end date has come: to be erased, or to be kept on a new ground. */
  due: z.boolean(),
});
export type KeptData = z.infer<typeof KeptData>;

/** One thing an auditor can look at again. `because` says what was compared. */
export const ProofCheck = z.strictObject({
  what: z.enum([
    'certificateHash',
    'certificateLeaf',
    'orderBeforeDeletion',
    'inclusion',
    'pseudonym',
    'rows',
    'needles',
    'files',
    'pages',
    'words',
    'kept',
  ]),
  ok: z.boolean(),
  because: z.string().max(500),
});
export type ProofCheck = z.infer<typeof ProofCheck>;

export const erasuresProcedures = {
  'request.holdings': procedure({
    kind: 'query',
    input: z.strictObject({ requestId: Identifier, ...PageRequest }),
    output: pageOf(Holding).extend({
      identifiers: z
        .array(z.strictObject({ scheme: z.string().max(40), value: z.string().max(200) }))
        .max(200),
    }),
    errors: ['REQUEST_CLOSED'],
    roles: ['steward'],
    audit: 'none',
  }),
  /** One text of the person, to be corrected. */
  'request.readText': procedure({
    kind: 'query',
    input: z.strictObject({ requestId: Identifier, documentId: Identifier }),
    output: z.strictObject({
      documentId: Identifier,
      name: z.string().max(1000),
      language: Language.nullable(),
      sha256: Sha256,
      text: Text,
    }),
    errors: ['REQUEST_CLOSED'],
    roles: ['steward'],
    audit: 'full',
  }),
  /** Writes nothing. */
  'request.previewRectification': procedure({
    kind: 'query',
    input: z.strictObject({ requestId: Identifier, corrections: Corrections }),
    output: RectificationPreview,
    errors: ['REQUEST_CLOSED'],
    roles: ['steward'],
    audit: 'none',
  }),
  /** All corrections or none; answers the request. STALE_EDIT: the text is not what was expected. */
  'request.rectify': procedure({
    kind: 'command',
    input: z.strictObject({
      requestId: Identifier,
      corrections: Corrections,
      /** For the letter to the person. */
      reason: z.string().trim().min(10).max(4000),
    }),
    output: Rectified,
    errors: ['REQUEST_CLOSED', 'STALE_EDIT', 'SPAN_INVALID'],
    roles: ['steward'],
    audit: 'full',
  }),
  /** What stood there before corrections, newest first. */
  'request.versions': procedure({
    kind: 'query',
    input: z.strictObject({ requestId: Identifier, ...PageRequest }),
    output: pageOf(Version),
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
  /** What will be taken out of the copies for this person; texts whole, page by page. */
  'request.redactions': procedure({
    kind: 'query',
    input: z.strictObject({
      requestId: Identifier,
      ...PageRequest,
      limit: z.number().int().min(1).max(20).default(5),
    }),
    output: z.strictObject({
      /** Values taken to be the person's own. */
      own: z
        .array(
          z.strictObject({
            value: z.string().max(200),
            from: z.enum(['identifier', 'header', 'confirmed']),
            confirmed: z.boolean(),
          }),
        )
        .max(500),
      staff: z.enum(['redact', 'keep']),
      items: z
        .array(
          z.strictObject({
            documentId: Identifier,
            name: z.string().max(1000),
            language: Language.nullable(),
            text: Text,
            redactions: z.array(Redaction).max(100_000),
          }),
        )
        .max(20),
      next: z.string().max(200).nullable(),
      total: Count,
    }),
    errors: ['REQUEST_CLOSED'],
    roles: ['steward'],
    audit: 'full',
  }),
  'request.decideRedactions': procedure({
    kind: 'command',
    input: z.strictObject({
      requestId: Identifier,
      /** A range nobody proposed is redacted too: what the rules did not see. */
      decisions: z
        .array(
          z.strictObject({
            documentId: Identifier,
            start: Count,
            end: Count,
            decision: z.enum(['redact', 'keep']),
          }),
        )
        .max(5000)
        .default([]),
      /** Names and numbers that are the person's own, as the steward confirms them; replaces the list. */
      ownNames: z.array(z.string().trim().min(1).max(200)).max(100).optional(),
      /** Whether the names of staff are taken out of copies too. */
      staff: z.enum(['redact', 'keep']).optional(),
    }),
    output: z.strictObject({ decided: Count, redact: Count, keep: Count }),
    errors: ['REQUEST_CLOSED', 'SPAN_INVALID'],
    roles: ['steward'],
    audit: 'full',
  }),
  /** What an erasure will keep. Replaces the list; only before the order. */
  'request.decideKept': procedure({
    kind: 'command',
    input: z.strictObject({ requestId: Identifier, parts: z.array(KeptPart).max(40) }),
    output: z.strictObject({ request: DataRequest, parts: z.array(KeptPart).max(40) }),
    errors: ['REQUEST_CLOSED'],
    roles: ['steward'],
    audit: 'full',
  }),
  /** Everything kept on a ground, the end date first; `dueOnly` for what has come up again. */
  'request.kept': procedure({
    kind: 'query',
    input: z.strictObject({ dueOnly: z.boolean().default(false) }),
    output: z.strictObject({ items: z.array(KeptData).max(500), due: Count }),
    errors: [],
    roles: ['steward', 'auditor'],
    audit: 'none',
  }),
  /**
   * Looks at a certificate again: its hash, its leaves, the vault's bytes. Words typed here (a name, a
   * number the person gave) are searched for in every encoding; they are neither stored nor logged.
   */
  'request.verifyErasure': procedure({
    kind: 'job',
    input: z.strictObject({
      requestId: Identifier,
      words: z.array(z.string().min(4).max(1000)).max(50).default([]),
    }),
    output: z.strictObject({
      intact: z.boolean(),
      verifiedAt: At,
      checks: z.array(ProofCheck).max(40),
      scan: z.strictObject({ bytes: Count, files: Count, words: Count, forms: Count, hits: Count }),
    }),
    errors: [],
    roles: ['steward', 'auditor'],
    audit: 'full',
    keeps: 'nothing',
  }),
} as const;
