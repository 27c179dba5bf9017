import { z } from 'zod';
import { CONSENT_STATES } from '../../domain/consent.ts';
import { IDENTITY_CHECKS, REQUEST_KINDS } from '../../domain/requests.ts';
import { ARTICLE_6, ARTICLE_9, CATEGORIES, OPERATIONS } from '../../domain/purpose.ts';
import { MOST_DEPTH } from '../../domain/purposeTree.ts';
import {
  At,
  Count,
  Day,
  Empty,
  EVERYONE,
  Identifier,
  Name,
  PageRequest,
  pageOf,
  procedure,
  Sentence,
  Sha256,
} from '../define.ts';
import { CaptureFields, GivingFields } from './consentRecords.ts';
import { SECOND_PERSONS } from './staff.ts';

export const Operation = z.enum(OPERATIONS);

/** GDPR Art. 6(1), Art. 9(2) for health data, PIPL Art. 29 separate consent. */
export const Basis = z.strictObject({
  article6: z.enum(ARTICLE_6),
  article9: z.enum(ARTICLE_9).nullable(),
  piplSeparateConsent: z.boolean().default(false),
});
export type Basis = z.infer<typeof Basis>;

export const Purpose = z.strictObject({
  purposeId: Identifier,
  /** The wider purpose this one is a part of. */
  parentId: Identifier.nullable(),
  /** Of the way up to the root, 0 there. */
  depth: Count.max(MOST_DEPTH),
  name: Name,
  description: Sentence,
  operations: z.array(Operation).min(1).max(7),
  categories: z.array(z.enum(CATEGORIES)).min(1).max(3),
  basis: Basis,
  needsConsent: z.boolean(),
  noticeVersion: z.string().max(40),
  /** Days a document may be used for this purpose after import; null: no limit set. */
  retentionDays: z.number().int().min(1).max(36_500).nullable(),
  /** Retired also where a purpose above it is. */
  state: z.enum(['active', 'retired']),
  declaredAt: At,
});
export type Purpose = z.infer<typeof Purpose>;

export const ConsentState = z.enum(CONSENT_STATES);

export const SubjectRow = z.strictObject({
  subjectId: Identifier,
  /** Record number or customer number, as the notes gave it. */
  key: z.string().max(200),
  scheme: z.string().max(40),
  documents: Count,
  state: z.enum(['active', 'restricted', 'objected']),
  consent: ConsentState.nullable(),
  consentSince: At.nullable(),
  expiresAt: At.nullable(),
});
export type SubjectRow = z.infer<typeof SubjectRow>;

export const ConsentEvent = z.strictObject({
  at: At,
  recordedAt: At,
  type: z.enum(['given', 'refused', 'withdrawn']),
  purposeId: Identifier,
  purpose: Name,
  noticeVersion: z.string().max(40),
  channel: z.enum(['paper', 'screen', 'verbal', 'import']),
  evidence: z.string().max(500),
  expiresAt: At.nullable(),
  actor: z.string().max(200),
});

export const SubjectSelector = z.union([
  z.strictObject({ subjectIds: z.array(Identifier).min(1).max(500) }),
  z.strictObject({ keys: z.array(z.string().min(1).max(200)).min(1).max(10_000) }),
  z.strictObject({ collectionId: Identifier }),
]);

export const DataRequest = z.strictObject({
  requestId: Identifier,
  kind: z.enum(REQUEST_KINDS),
  subjectId: Identifier.nullable(), // Null after the person was erased.
  subjectKey: z.string().max(200).nullable(),
  receivedOn: Day,
  /** After an extension: the earlier reading of the two further months. */
  dueOn: Day,
  extendedAt: At.nullable(),
  /** How the person was known to be who they say; no copy of a document is kept. */
  identity: z.strictObject({ at: At, how: z.enum(IDENTITY_CHECKS) }).nullable(),
  closedAt: At.nullable(),
  state: z.enum(['open', 'ordered', 'failed', 'closed']),
  outcome: z.string().max(200).nullable(),
  /** A restriction that was not lifted, or an objection that stands: it has an effect although answered. */
  inForce: z.boolean(),
});
export type DataRequest = z.infer<typeof DataRequest>;

export const AccessPack = z.strictObject({
  requestId: Identifier,
  reportId: Identifier,
  documents: Count,
  annotations: Count,
  consents: Count,
  uses: Count,
  recipients: Count,
  /** Passages about other people that were taken out (Art. 15(4)). */
  redacted: Count,
  sha256: Sha256,
  bytes: Count,
});

export const ErasurePreview = z.strictObject({
  subjectId: Identifier,
  subjectKey: z.string().max(200),
  goes: z
    .array(
      z.strictObject({
        what: z.enum([
          'documents',
          'spans',
          'annotations',
          'suggestions',
          'snapshotEntries',
          'deidentified',
          'identifiers',
          'indexEntries',
          'files',
          'consents',
          'accessPacks',
          'runs',
          'checkpoints',
          'evaluations',
          'findings',
          'surrogates',
          'versions',
          'redactions',
          'receipts',
          'notices',
          'importMentions',
          'requests',
          'exits',
          'other',
        ]),
        count: Count,
      }),
    )
    .max(40),
  stays: z
    .array(
      z.strictObject({
        what: z.enum([
          'auditLeaves',
          'consentProof',
          'reports',
          'requestRecord',
          'documents',
          'deidentified',
          'identifiers',
        ]),
        count: Count,
        ground: z.string().max(200),
      }),
    )
    .max(40),
  /** Of the person's collections: what could be kept. */
  collections: z
    .array(
      z.strictObject({
        collectionId: Identifier,
        name: Name,
        category: z.enum(CATEGORIES),
        documents: Count,
        kept: z.boolean(),
      }),
    )
    .max(500),
  /** What two people sign beside the request: one line per part that stays. Goes into `request.erase`. */
  keep: z.array(z.string().max(200)).max(40),
  /** Legal holds on what would go: the order is refused until they are released or the part is kept. */
  holds: z
    .array(
      z.strictObject({
        holdId: Identifier,
        name: z.string().max(200),
        until: z.string().max(40).nullable(),
      }),
    )
    .max(100),
  /** Copies of the vault that still hold the person, and the day the last one is gone; null: nobody set one. */
  backups: z.strictObject({
    count: Count,
    newestAt: At.nullable(),
    endsOn: z.iso.date().nullable(),
  }),
  models: z
    .array(z.strictObject({ modelId: Identifier, name: Name, state: z.string().max(20) }))
    .max(500),
  recipients: z.array(z.strictObject({ recipient: z.string().max(200), at: At })).max(500),
  /** To be typed by the person who orders it. */
  confirmation: z.string().max(200),
});

export const ErasureCertificate = z.strictObject({
  requestId: Identifier,
  orderId: Identifier,
  orderedAt: At,
  completedAt: At,
  deleted: z.array(z.strictObject({ table: z.string().max(60), rows: Count })).max(100),
  files: Count,
  scan: z.strictObject({ bytes: Count, files: Count, needles: Count, forms: Count, hits: Count }),
  models: z
    .array(z.strictObject({ modelId: Identifier, name: Name, state: z.string().max(20) }))
    .max(500),
  kept: z.array(z.strictObject({ what: z.string().max(60), ground: z.string().max(200) })).max(40),
  /** Missing in certificates of before: everything went. */
  outcome: z.enum(['erased', 'partlyErased']).optional(),
  /** Data of the person that stays, restricted, until the day named. */
  keptData: z
    .array(
      z.strictObject({
        scope: z.string().max(120),
        ground: z.string().max(200),
        documents: Count,
        until: z.iso.date(),
        approvedBy: z.string().max(200),
      }),
    )
    .max(40)
    .optional(),
  backups: z
    .strictObject({ count: Count, newestAt: At.nullable(), endsOn: z.iso.date().nullable() })
    .optional(),
  /** Recipients for whom a notice under Art. 19 was queued. */
  notices: Count.optional(),
  rekeyed: z.boolean(),
  orderLeaf: Count,
  certificateLeaf: Count,
  sha256: Sha256,
});
export type ErasureCertificate = z.infer<typeof ErasureCertificate>;

export const governanceProcedures = {
  'purpose.declare': procedure({
    kind: 'command',
    input: z.strictObject({
      name: Name,
      /** Makes it a part of a wider purpose; it may be narrower than that, never broader. */
      parentId: Identifier.nullable().default(null),
      description: Sentence.default(''),
      operations: z.array(Operation).min(1).max(7),
      categories: z.array(z.enum(CATEGORIES)).min(1).max(3).default(['health']),
      basis: Basis,
      noticeVersion: z.string().min(1).max(40).default('1'),
      retentionDays: z.number().int().min(1).max(36_500).nullable().default(null),
    }),
    output: Purpose,
    errors: ['PURPOSE_RETIRED', 'POLICY_LOCKED'],
    roles: ['steward'],
    audit: 'full',
  }),
  'purpose.retire': procedure({
    kind: 'command',
    input: z.strictObject({ purposeId: Identifier, reason: Sentence }),
    output: Purpose,
    errors: ['PURPOSE_RETIRED'],
    roles: ['steward'],
    audit: 'full',
  }),
  'purpose.list': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({ items: z.array(Purpose).max(500) }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  'consent.record': procedure({
    kind: 'command',
    input: z.strictObject({
      purposeId: Identifier,
      subjects: SubjectSelector,
      decision: z.enum(['given', 'refused']),
      channel: z.enum(['paper', 'screen', 'verbal', 'import']).default('paper'),
      evidence: z.string().max(500).default(''),
      at: At.optional(),
      expiresAt: At.nullable().default(null),
      ...GivingFields,
    }),
    output: z.strictObject({
      recorded: Count,
      unchanged: Count,
      unknownKeys: z.array(z.string().max(200)).max(500),
    }),
    errors: ['PURPOSE_RETIRED'],
    roles: ['steward'],
    audit: 'full',
  }),
  /** As near as giving: the same selector, no more fields. */
  'consent.withdraw': procedure({
    kind: 'command',
    input: z.strictObject({
      purposeId: Identifier,
      subjects: SubjectSelector,
      reason: z.string().max(500).default(''),
      ...CaptureFields,
    }),
    output: z.strictObject({
      recorded: Count,
      unchanged: Count,
      unknownKeys: z.array(z.string().max(200)).max(500),
      staleModels: Count,
    }),
    errors: [],
    roles: ['steward', 'clinician'],
    audit: 'full',
  }),
  'consent.status': procedure({
    kind: 'query',
    input: z.strictObject({
      subject: z.union([
        z.strictObject({ subjectId: Identifier }),
        z.strictObject({ key: z.string().min(1).max(200) }),
      ]),
    }),
    output: z.strictObject({
      subject: SubjectRow,
      byPurpose: z
        .array(
          z.strictObject({
            purposeId: Identifier,
            purpose: Name,
            state: ConsentState,
            since: At.nullable(),
            needsConsent: z.boolean(),
            permitted: z.boolean(),
            deniedStep: z.string().max(20).nullable(),
          }),
        )
        .max(500),
      events: z.array(ConsentEvent).max(1000),
    }),
    errors: [],
    roles: ['steward', 'clinician', 'auditor'],
    audit: 'none',
  }),
  'subject.list': procedure({
    kind: 'query',
    input: z.strictObject({
      ...PageRequest,
      purposeId: Identifier.nullable().default(null),
      search: z.string().max(100).default(''),
      consent: ConsentState.nullable().default(null),
    }),
    output: pageOf(SubjectRow).extend({
      byState: z.array(z.strictObject({ state: ConsentState, count: Count })).max(10),
    }),
    errors: [],
    roles: ['steward', 'clinician'],
    audit: 'none',
  }),
  'gate.summary': procedure({
    kind: 'query',
    input: z.strictObject({
      purposeId: Identifier,
      operation: Operation.default('read'),
      collectionId: Identifier.nullable().default(null),
    }),
    output: z.strictObject({
      permitted: Count,
      withheld: z
        .array(
          z.strictObject({ step: z.string().max(20), reason: z.string().max(60), count: Count }),
        )
        .max(50),
      policySha256: Sha256,
    }),
    errors: ['PURPOSE_RETIRED'],
    roles: EVERYONE,
    audit: 'none',
  }),
  /** About one person's own documents: which step of the gate decides, for each operation. */
  'gate.explain': procedure({
    kind: 'query',
    input: z.strictObject({
      subject: z.union([
        z.strictObject({ subjectId: Identifier }),
        z.strictObject({ key: z.string().min(1).max(200) }),
      ]),
      purposeId: Identifier,
    }),
    output: z.strictObject({
      items: z
        .array(
          z.strictObject({
            operation: Operation,
            permitted: Count,
            withheld: z
              .array(
                z.strictObject({
                  step: z.string().max(20),
                  reason: z.string().max(60),
                  count: Count,
                }),
              )
              .max(50),
          }),
        )
        .max(20),
    }),
    errors: ['PURPOSE_RETIRED'],
    roles: ['steward', 'clinician', 'auditor'],
    audit: 'none',
  }),
  'request.open': procedure({
    kind: 'command',
    input: z.strictObject({
      kind: z.enum(REQUEST_KINDS),
      subject: z.union([
        z.strictObject({ subjectId: Identifier }),
        z.strictObject({ key: z.string().min(1).max(200) }),
      ]),
      receivedOn: Day.optional(),
    }),
    output: DataRequest,
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
  /** Those not answered first, by the day they are due; then the answered ones, newest first. */
  'request.list': procedure({
    kind: 'query',
    input: z.strictObject({ ...PageRequest }),
    output: pageOf(DataRequest),
    errors: [],
    roles: ['steward', 'auditor'],
    audit: 'none',
  }),
  'request.access': procedure({
    kind: 'job',
    input: z.strictObject({ requestId: Identifier }),
    output: AccessPack,
    errors: ['REQUEST_CLOSED'],
    roles: ['steward'],
    audit: 'full',
    keeps: 'nothing',
  }),
  'request.previewErasure': procedure({
    kind: 'query',
    input: z.strictObject({ requestId: Identifier }),
    output: ErasurePreview,
    errors: ['REQUEST_CLOSED'],
    roles: ['steward'],
    audit: 'none',
  }),
  'request.erase': procedure({
    kind: 'job',
    input: z.strictObject({
      requestId: Identifier,
      confirmation: z.string().max(200),
      /** As the preview gave it. */
      keep: z.array(z.string().max(200)).max(40).default([]),
    }),
    output: ErasureCertificate,
    errors: [
      'REQUEST_CLOSED',
      'CONFIRMATION_MISMATCH',
      'ERASURE_UNPROVEN',
      'HELD',
      'ORDER_NEEDED',
      'AUDIT_BROKEN',
    ],
    roles: ['steward'],
    audit: 'full',
    keeps: 'nothing',
    dual: {
      approvers: SECOND_PERSONS,
      // Not the confirmation: it is the person's record number.
      facts: ({
        requestId,
        keep,
      }: {
        requestId: string;
        keep?: readonly string[];
      }): Readonly<Record<string, string | readonly string[]>> =>
        keep === undefined || keep.length === 0 ? { requestId } : { requestId, keep },
    },
  }),
  'request.certificate': procedure({
    kind: 'query',
    input: z.strictObject({ requestId: Identifier }),
    output: ErasureCertificate,
    errors: [],
    roles: ['steward', 'auditor'],
    audit: 'none',
  }),
  'audit.list': procedure({
    kind: 'query',
    input: z.strictObject({ ...PageRequest, action: z.string().max(60).nullable().default(null) }),
    output: pageOf(
      z.strictObject({
        seq: Count,
        at: At,
        actor: z.string().max(200),
        action: z.string().max(60),
        object: z.string().max(80).nullable(),
        purpose: z.string().max(200).nullable(),
        counts: z.record(z.string().max(60), z.number()),
        leafHash: Sha256,
      }),
    ),
    errors: [],
    roles: ['auditor', 'steward', 'administrator'],
    audit: 'none',
  }),
  'audit.verify': procedure({
    kind: 'job',
    input: Empty,
    output: z.strictObject({
      intact: z.boolean(),
      size: Count,
      root: Sha256,
      checkpoint: z.string().max(2000),
      signedBy: z.string().max(200),
      verifiedAt: At,
      firstBroken: z.strictObject({ seq: Count, what: z.string().max(60) }).nullable(),
      knownHead: z.strictObject({ size: Count, consistent: z.boolean() }).nullable(),
    }),
    errors: ['AUDIT_BROKEN'],
    roles: ['auditor', 'steward', 'administrator', 'clinician'],
    audit: 'meta',
    keeps: 'nothing',
  }),
} as const;
