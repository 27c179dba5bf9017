/** The full record of a consent (ISO/IEC TS 27560:2023 and what the GDPR adds), its receipt, and capture. */
import { z } from 'zod';
import { CONSENT_METHODS, CONSENT_STATES, GUARDIAN_RELATIONS } from '../../domain/consent.ts';
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

export const Guardian = z.strictObject({
  name: Name,
  relation: z.enum(GUARDIAN_RELATIONS),
  /** On what the right to decide for the person rests, e.g. parental responsibility, a court's order. */
  authority: z.string().trim().min(1).max(500),
});
export type Guardian = z.infer<typeof Guardian>;

/** How a decision was taken; every field may be left out. */
export const CaptureFields = {
  /** In which language the notice was shown or read out. */
  language: Language.nullable().default(null),
  method: z.enum(CONSENT_METHODS).nullable().default(null),
  /** Who else was present. */
  present: z.string().trim().max(500).default(''),
};
export const GivingFields = {
  ...CaptureFields,
  /** The version that was shown; left out: the one in force. */
  noticeVersion: z.string().trim().min(1).max(40).optional(),
  /** When the form reached the site, which may be after the decision. */
  receivedAt: At.nullable().default(null),
  guardian: Guardian.nullable().default(null),
  /** For this purpose alone, apart from every other declaration (PIPL Art. 29). */
  separate: z.boolean().default(false),
  /** Something depended on it (GDPR Art. 7(4)): does not count until confirmed. */
  conditional: z.boolean().default(false),
};

const OneSubject = z.union([
  z.strictObject({ subjectId: Identifier }),
  z.strictObject({ key: z.string().min(1).max(200) }),
]);
const State = z.enum(CONSENT_STATES);

export const RECORD_SECTIONS = ['header', 'processing', 'parties', 'law'] as const;

export const ConsentRecord = z.strictObject({
  recordId: Identifier,
  subjectId: Identifier,
  subjectKey: z.string().max(200),
  purposeId: Identifier,
  purpose: Name,
  state: State,
  since: At.nullable(),
  /** Null while nobody has given it. */
  birthDate: Day.nullable(),
  /** Younger than the age at which one consents alone, now. */
  minor: z.boolean(),
  /** Fields of the record; null prints as MISSING. */
  fields: z
    .array(
      z.strictObject({
        section: z.enum(RECORD_SECTIONS),
        /** A key of the page's messages under `record.field.*`. */
        field: z.string().max(60),
        values: z.array(z.string().max(4000)).max(500).nullable(),
        /** Asked for by the standard or the law; an absent optional field is not a gap. */
        required: z.boolean(),
      }),
    )
    .max(80),
  missing: Count,
  events: z
    .array(
      z.strictObject({
        type: z.enum(['given', 'refused', 'withdrawn']),
        at: At,
        receivedAt: At.nullable(),
        recordedAt: At,
        actor: z.string().max(200),
        noticeVersion: z.string().max(40),
        language: Language.nullable(),
        method: z.enum(CONSENT_METHODS).nullable(),
        channel: z.enum(['paper', 'screen', 'verbal', 'import']),
        evidence: z.string().max(500),
        present: z.string().max(500),
        guardian: Guardian.nullable(),
        separate: z.boolean(),
        conditional: z.boolean(),
        confirmed: z.strictObject({ at: At, ground: z.string().max(500) }).nullable(),
        expiresAt: At.nullable(),
        receipts: z
          .array(z.strictObject({ receiptId: Identifier, reportId: Identifier, at: At }))
          .max(50),
      }),
    )
    .max(1000),
});
export type ConsentRecord = z.infer<typeof ConsentRecord>;

export const ConsentRules = z.strictObject({
  country: z.string().max(2).nullable(),
  /** In years, as it counts now. */
  age: z.number().int().min(0).max(25),
  /** site: set here; country: of the table; strictest: no country is chosen. */
  source: z.enum(['site', 'country', 'strictest']),
  /** Of the table of ages, which counsel confirms. */
  tableVersion: z.string().max(20),
  guardianLapses: z.boolean(),
});
export type ConsentRules = z.infer<typeof ConsentRules>;

export const consentRecordsProcedures = {
  'consent.show': procedure({
    kind: 'query',
    input: z.strictObject({ subject: OneSubject, purposeId: Identifier }),
    output: ConsentRecord,
    errors: [],
    roles: ['steward', 'clinician', 'auditor'],
    audit: 'none',
  }),
  /** What is needed to ask a person on screen: the notice in their language, and whether they may decide alone. */
  'consent.prepare': procedure({
    kind: 'query',
    input: z.strictObject({
      subject: OneSubject,
      purposeId: Identifier,
      /** Left out: the first language there is a text in. */
      language: Language.nullable().default(null),
    }),
    output: z.strictObject({
      subjectId: Identifier,
      subjectKey: z.string().max(200),
      purposeId: Identifier,
      purpose: Name,
      description: z.string().max(2000),
      state: State,
      noticeVersion: z.string().max(40),
      /** Null where nobody has published the text of the version in force. */
      notice: z
        .strictObject({ language: Language, title: Name, text: Text, sha256: Sha256 })
        .nullable(),
      languages: z.array(Language).max(100),
      birthDate: Day.nullable(),
      needsGuardian: z.boolean(),
      age: z.number().int().min(0).max(25),
      needsSeparate: z.boolean(),
    }),
    errors: [],
    roles: ['steward', 'clinician'],
    audit: 'none',
  }),
  /** Of the newest decision: a page to print and JSON-LD, kept with the reports of the person. */
  'consent.receipt': procedure({
    kind: 'command',
    input: z.strictObject({ subject: OneSubject, purposeId: Identifier }),
    output: z.strictObject({
      receiptId: Identifier,
      reportId: Identifier,
      at: At,
      /** The page, for showing at once. */
      page: Text,
    }),
    errors: [],
    roles: ['steward', 'clinician'],
    audit: 'full',
  }),
  /** That a consent on which something seemed to depend was free nevertheless, and why (Art. 7(4)). */
  'consent.confirm': procedure({
    kind: 'command',
    input: z.strictObject({
      subject: OneSubject,
      purposeId: Identifier,
      ground: z.string().trim().min(1).max(500),
    }),
    output: z.strictObject({ state: State }),
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
  'consent.rules': procedure({
    kind: 'query',
    input: Empty,
    output: ConsentRules,
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  'consent.setRules': procedure({
    kind: 'command',
    input: z.strictObject({
      /** Null: the age of the site's country. */
      age: z.number().int().min(13).max(18).nullable(),
      guardianLapses: z.boolean(),
    }),
    output: ConsentRules,
    errors: [],
    roles: ['steward', 'administrator'],
    audit: 'full',
  }),
  /** Only where the person gave it; null takes it away. */
  'subject.setBirth': procedure({
    kind: 'command',
    input: z.strictObject({ subject: OneSubject, birthDate: Day.nullable() }),
    output: z.strictObject({ birthDate: Day.nullable() }),
    errors: [],
    roles: ['steward'],
    audit: 'full',
  }),
} as const;
