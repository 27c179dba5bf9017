/** The register that Art. 30 and 35 GDPR are generated from. */
import { z } from 'zod';
import {
  DATA_SOURCES,
  LEVELS,
  NOTICE_ELEMENTS,
  PARTY_ROLES,
  SAFEGUARDS,
} from '../../domain/register.ts';
import {
  At,
  Count,
  Day,
  Empty,
  EVERYONE,
  Identifier,
  Language,
  Name,
  procedure,
  Sha256,
  Text,
} from '../define.ts';
import { DestinationFields } from './exits.ts';

/** ISO 3166-1 alpha-2. */
export const CountryCode = z.string().regex(/^[A-Z]{2}$/);
const Line = z.string().trim().max(500);
const Paragraph = z.string().trim().max(8000);
const Version = z.number().int().positive();
const Leaf = Count;

const PartyFields = {
  role: z.enum(PARTY_ROLES),
  name: Name,
  address: Line,
  contact: Line,
  country: CountryCode.nullable(),
};

export const Party = z.strictObject({
  partyId: Identifier,
  ...PartyFields,
  version: Version,
  state: z.enum(['active', 'ended']),
  at: At,
  by: z.string().max(200),
  auditSeq: Leaf,
});
export type Party = z.infer<typeof Party>;

/** What lets data go to one country. Looked up by every exit. */
export const Transfer = z.strictObject({
  country: CountryCode,
  /** Null: was taken back; nothing may go there any more. */
  safeguard: z.enum(SAFEGUARDS).nullable(),
  /** Which decision, contract or derogation, and where it is kept. */
  reference: Line,
  version: Version,
  at: At,
  by: z.string().max(200),
  auditSeq: Leaf,
});
export type Transfer = z.infer<typeof Transfer>;

const NoticeElement = z.enum(NOTICE_ELEMENTS);
export const NoticeRow = z.strictObject({
  noticeId: Identifier,
  purposeId: Identifier,
  purpose: Name,
  version: z.string().max(40),
  language: Language,
  title: Name,
  /** Of the text in UTF-8. */
  sha256: Sha256,
  characters: Count,
  publishedAt: At,
  by: z.string().max(200),
  auditSeq: Leaf,
  /** Whether this is the version that consents are given to now. */
  inForce: z.boolean(),
  /** What Art. 13 or 14 asks for and nobody has found in the text yet. */
  unchecked: z.array(NoticeElement).max(NOTICE_ELEMENTS.length),
});
export type NoticeRow = z.infer<typeof NoticeRow>;

export const NoticeText = NoticeRow.extend({
  text: Text,
  elements: z
    .array(
      z.strictObject({
        element: NoticeElement,
        /** A person has found it in the text. */
        contained: z.boolean(),
        /** What the vault knows and the text should say; null where the vault does not know it either. */
        fact: z.string().max(4000).nullable(),
      }),
    )
    .max(NOTICE_ELEMENTS.length),
});
export type NoticeText = z.infer<typeof NoticeText>;

/** What no configuration can know about a purpose; everything else of the record is generated. */
const ProcessingFields = {
  subjectCategories: Line,
  necessity: Paragraph,
  source: z.enum(DATA_SOURCES).nullable(),
  sourceText: Line,
  jointControllers: Paragraph,
  /** Documented instructions of the controller (Art. 28(3)(a)), where this site is the processor. */
  instructions: Paragraph,
};
export const Processing = z.strictObject({
  purposeId: Identifier,
  ...ProcessingFields,
  version: Count,
  at: At.nullable(),
  by: z.string().max(200).nullable(),
  auditSeq: Leaf.nullable(),
});
export type Processing = z.infer<typeof Processing>;

/** One fact of a generated document; null prints as MISSING with who has to fill it. */
export const RecordFact = z.strictObject({
  key: z.string().max(60),
  values: z.array(z.string().max(4000)).max(500).nullable(),
  /** The leaf of the audit log that shows where it comes from. */
  auditSeq: Leaf.nullable(),
  /** Who can fill the gap. */
  owner: z.enum(['steward', 'administrator']).nullable(),
});
export type RecordFact = z.infer<typeof RecordFact>;

const RecordEntry = z.strictObject({
  purposeId: Identifier,
  purpose: Name,
  state: z.enum(['active', 'retired']),
  facts: z.array(RecordFact).max(40),
});
export const RECORD_FORMS = ['controller', 'processor'] as const;
export const ProcessingRecord = z.strictObject({
  form: z.enum(RECORD_FORMS),
  generatedAt: At,
  /** Of the vault: who it belongs to, and what keeps it safe. */
  common: z.array(RecordFact).max(60),
  entries: z.array(RecordEntry).max(500),
  missing: Count,
});
export type ProcessingRecord = z.infer<typeof ProcessingRecord>;

export const RiskRow = z.strictObject({
  risk: z.string().trim().min(1).max(2000),
  likelihood: z.enum(LEVELS),
  severity: z.enum(LEVELS),
  measure: z.string().trim().max(2000),
});
const AssessmentTexts = {
  necessity: Paragraph,
  risks: z.array(RiskRow).max(100),
  measures: Paragraph,
  /** Art. 35(2): what the data protection officer advised. */
  advice: Paragraph,
  /** Art. 35(9): what the people concerned or their representatives said, or why they were not asked. */
  views: Paragraph,
};
export const Assessment = z.strictObject({
  purposeId: Identifier,
  purpose: Name,
  state: z.enum(['none', 'draft', 'approved', 'waived']),
  version: Count,
  ...AssessmentTexts,
  /** Why no assessment is needed; only where it was waived. */
  waiver: Paragraph.nullable(),
  changedAt: At.nullable(),
  changedBy: z.string().max(200).nullable(),
  approvedAt: At.nullable(),
  approvedBy: z.string().max(200).nullable(),
  reviewOn: Day.nullable(),
  auditSeq: Leaf.nullable(),
  facts: z.array(RecordFact).max(60),
  missing: Count,
});
export type Assessment = z.infer<typeof Assessment>;

export const RegisterFile = z.strictObject({
  name: z.string().max(200),
  mediaType: z.string().max(100),
  content: Text,
  sha256: Sha256,
});
const Exported = z.strictObject({
  exitId: Identifier,
  /** One hash over all files. */
  sha256: Sha256,
  files: z.array(RegisterFile).min(1).max(10),
});

const steward = { roles: ['steward'] } as const;
const READERS = ['steward', 'auditor', 'administrator'] as const;
/** These commands write the leaf themselves, so that what they store can point at it. */
const ownLeaf = { audit: 'none' } as const;

export const registerProcedures = {
  'party.list': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({
      items: z.array(Party).max(500),
      /** Earlier versions, newest first. */
      history: z.array(Party).max(2000),
    }),
    errors: [],
    roles: READERS,
    audit: 'none',
  }),
  /** A new party, or a new version of one; the former version stays readable. */
  'party.set': procedure({
    kind: 'command',
    input: z.strictObject({
      partyId: Identifier.optional(),
      ...PartyFields,
      address: Line.default(''),
      contact: Line.default(''),
      country: CountryCode.nullable().default(null),
    }),
    output: Party,
    errors: [],
    ...steward,
    ...ownLeaf,
  }),
  'party.end': procedure({
    kind: 'command',
    input: z.strictObject({ partyId: Identifier }),
    output: Party,
    errors: [],
    ...steward,
    ...ownLeaf,
  }),
  'transfer.list': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({
      /** Null: the site has not said where it is, so every country is a foreign one. */
      home: CountryCode.nullable(),
      items: z.array(Transfer).max(250),
      history: z.array(Transfer).max(2000),
    }),
    errors: [],
    roles: READERS,
    audit: 'none',
  }),
  /** Where this site is, as far as transfers go; null: wherever its public holidays are. */
  'transfer.setHome': procedure({
    kind: 'command',
    input: z.strictObject({ country: CountryCode.nullable() }),
    output: z.strictObject({ home: CountryCode.nullable() }),
    errors: [],
    roles: ['steward', 'administrator'],
    ...ownLeaf,
  }),
  'transfer.set': procedure({
    kind: 'command',
    input: z.strictObject({
      country: CountryCode,
      safeguard: z.enum(SAFEGUARDS).nullable(),
      reference: Line.default(''),
    }),
    output: Transfer,
    errors: ['POLICY_LOCKED'],
    ...steward,
    ...ownLeaf,
  }),
  'notice.list': procedure({
    kind: 'query',
    input: z.strictObject({ purposeId: Identifier.optional() }),
    output: z.strictObject({
      items: z.array(NoticeRow).max(2000),
      /** Versions that consents may refer to and whose text nobody has published. */
      missing: z
        .array(
          z.strictObject({
            purposeId: Identifier,
            purpose: Name,
            version: z.string().max(40),
            inForce: z.boolean(),
          }),
        )
        .max(2000),
    }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  'notice.get': procedure({
    kind: 'query',
    input: z.strictObject({ noticeId: Identifier }),
    output: NoticeText,
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  /**
   * Never changed afterwards. A version the purpose has not had yet comes into force with it, and consents to
   * the former one lapse.
   */
  'notice.publish': procedure({
    kind: 'command',
    input: z.strictObject({
      purposeId: Identifier,
      version: z.string().trim().min(1).max(40),
      language: z
        .string()
        .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)
        .max(35),
      title: Name,
      text: z.string().trim().min(1).max(200_000),
    }),
    output: z.strictObject({
      noticeId: Identifier,
      sha256: Sha256,
      /** Whether a new version came into force. */
      renewed: z.boolean(),
    }),
    errors: ['PURPOSE_RETIRED'],
    ...steward,
    ...ownLeaf,
  }),
  'notice.check': procedure({
    kind: 'command',
    input: z.strictObject({
      noticeId: Identifier,
      contains: z.array(NoticeElement).max(NOTICE_ELEMENTS.length),
    }),
    output: NoticeText,
    errors: [],
    ...steward,
    ...ownLeaf,
  }),
  'processing.describe': procedure({
    kind: 'command',
    input: z.strictObject({ purposeId: Identifier, ...ProcessingFields }),
    output: Processing,
    errors: [],
    ...steward,
    ...ownLeaf,
  }),
  'processing.get': procedure({
    kind: 'query',
    input: z.strictObject({ purposeId: Identifier }),
    output: Processing,
    errors: [],
    roles: READERS,
    audit: 'none',
  }),
  /** The record of processing activities (Art. 30), generated now. */
  'ropa.get': procedure({
    kind: 'query',
    input: z.strictObject({ form: z.enum(RECORD_FORMS).default('controller') }),
    output: ProcessingRecord,
    errors: [],
    roles: READERS,
    audit: 'none',
  }),
  'ropa.export': procedure({
    kind: 'command',
    input: z.strictObject({
      form: z.enum(RECORD_FORMS).default('controller'),
      ...DestinationFields,
    }),
    output: Exported,
    errors: ['DESTINATION_BLOCKED'],
    roles: READERS,
    audit: 'full',
  }),
  'assessment.list': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({
      /** Whether training needs one of them (a policy of the organisation). */
      required: z.boolean(),
      items: z.array(Assessment).max(500),
    }),
    errors: [],
    roles: READERS,
    audit: 'none',
  }),
  /** A new version of the human parts; an approval of an earlier one no longer counts. */
  'assessment.write': procedure({
    kind: 'command',
    input: z.strictObject({ purposeId: Identifier, ...AssessmentTexts }),
    output: Assessment,
    errors: ['PURPOSE_RETIRED'],
    ...steward,
    ...ownLeaf,
  }),
  'assessment.approve': procedure({
    kind: 'command',
    input: z.strictObject({
      purposeId: Identifier,
      /** The version that was read. */
      version: Version,
      reviewOn: Day.nullable().default(null),
    }),
    output: Assessment,
    errors: ['PURPOSE_RETIRED', 'STALE_EDIT'],
    ...steward,
    ...ownLeaf,
  }),
  'assessment.waive': procedure({
    kind: 'command',
    input: z.strictObject({
      purposeId: Identifier,
      /** Null takes the waiver back. */
      reason: Paragraph.min(1).nullable(),
    }),
    output: Assessment,
    errors: ['PURPOSE_RETIRED'],
    ...steward,
    ...ownLeaf,
  }),
  'assessment.export': procedure({
    kind: 'command',
    input: z.strictObject({ purposeId: Identifier, ...DestinationFields }),
    output: Exported,
    errors: ['DESTINATION_BLOCKED'],
    roles: READERS,
    audit: 'full',
  }),
} as const;
