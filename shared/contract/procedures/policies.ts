/** Policies as signed files. */
import { z } from 'zod';
import {
  At,
  Count,
  Empty,
  EVERYONE,
  Identifier,
  Name,
  procedure,
  ROLES,
  Sha256,
} from '../define.ts';
import { PolicyLimits } from '../policy.ts';
import { SECOND_PERSONS } from './staff.ts';

const FileText = z.string().min(2).max(1_000_000);
const Path = z.strictObject({ kind: z.literal('path'), path: z.string().min(1).max(4096) });
const Fingerprint = z.string().max(100);

export const POLICY_PROBLEMS = [
  'json',
  'shape',
  'signature',
  'foreignKey',
  'succession',
  'older',
  'twice',
  'purposeUnsound',
  'purposeDiffers',
  'purposeRetired',
  'parentUnknown',
  'purposeUnknown',
  'categoryNotCovered',
  'startNeedsConsent',
  'procedureUnknown',
  'procedureProtected',
  'neverAllowed',
  'hash',
] as const;
export const PolicyProblem = z.strictObject({
  /** Where in the file, e.g. `limits.idleLockMinutes`; empty for the file as a whole. */
  place: z.string().max(200),
  code: z.enum(POLICY_PROBLEMS),
  /** The value or rule it is about; for people who write policies. */
  detail: z.string().max(500),
});
export type PolicyProblem = z.infer<typeof PolicyProblem>;

export const PolicySummary = z.strictObject({
  organisation: Name,
  title: Name,
  version: z.number().int().positive(),
  issuedOn: z.string().max(10),
  note: z.string().max(4000),
  /** Of the policy as canonical JSON. */
  sha256: Sha256,
  /** Of the key that signed it. */
  key: Fingerprint,
  purposes: z.array(Name).max(100),
  retention: z
    .array(
      z.strictObject({
        category: z.string().max(20),
        purpose: Name.nullable(),
        days: z.number().int().positive(),
        ground: z.string().max(500),
      }),
    )
    .max(200),
  onlyThesePurposes: z.boolean(),
  without: z
    .array(
      z.strictObject({ role: z.enum(ROLES), procedures: z.array(z.string().max(60)).max(200) }),
    )
    .max(ROLES.length),
  limits: PolicyLimits,
});
export type PolicySummary = z.infer<typeof PolicySummary>;

/** What a person is asked to sign with: read without trusting the file, and shown beside its hash. */
function heading(text: string): { readonly title: string; readonly version: number } {
  try {
    const { policy } = JSON.parse(text) as { policy?: { title?: unknown; version?: unknown } };
    const { title, version } = policy ?? {};
    return {
      title: typeof title === 'string' ? title.slice(0, 200) : '',
      version: typeof version === 'number' ? version : 0,
    };
  } catch {
    return { title: '', version: 0 };
  }
}

export const policiesProcedures = {
  'policy.current': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({
      policy: PolicySummary.extend({
        appliedAt: At,
        appliedBy: z.string().max(200),
        auditSeq: Count,
      }).nullable(),
      /** Fingerprint of the key that speaks for the organisation here; null before the first policy. */
      pinned: Fingerprint.nullable(),
      history: z
        .array(
          z.strictObject({
            policyId: Identifier,
            title: Name,
            version: z.number().int().positive(),
            sha256: Sha256,
            appliedAt: At,
            appliedBy: z.string().max(200),
            auditSeq: Count,
          }),
        )
        .max(200),
    }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  /** What a file would do here, and everything that keeps it from being applied. */
  'policy.preview': procedure({
    kind: 'query',
    input: z.strictObject({ text: FileText }),
    output: z.strictObject({
      summary: PolicySummary.nullable(),
      problems: z.array(PolicyProblem).max(500),
      /** To be named when it is applied. */
      sha256: Sha256,
      /** The key was never seen here: compare its fingerprint with the one on paper. */
      pins: z.boolean(),
      /** What changes at once. */
      effects: z
        .array(
          z.strictObject({
            what: z.enum(['declares', 'retention', 'endsRetention', 'backups']),
            name: z.string().max(300),
          }),
        )
        .max(500),
    }),
    errors: [],
    roles: ['administrator', 'steward', 'auditor'],
    audit: 'none',
  }),
  /** All of it or nothing. Whoever applies it and the second person sign the hash of the file. */
  'policy.apply': procedure({
    kind: 'command',
    input: z.strictObject({ text: FileText, sha256: Sha256 }),
    output: PolicySummary,
    errors: ['POLICY_INVALID', 'ORDER_NEEDED', 'AUDIT_BROKEN'],
    roles: ['administrator'],
    audit: 'none',
    dual: {
      approvers: SECOND_PERSONS,
      facts: ({ text, sha256 }: { text: string; sha256: string }) => ({ ...heading(text), sha256 }),
    },
  }),
  /** Outside any vault: checks a file's form and signature. Whose key it is, only paper can say. */
  'policy.read': procedure({
    kind: 'query',
    input: z.strictObject({ text: FileText }),
    output: z.strictObject({
      summary: PolicySummary.nullable(),
      signed: z.boolean(),
      problems: z.array(PolicyProblem).max(500),
    }),
    errors: [],
    roles: 'anyone',
    audit: 'none',
  }),
  /** Outside any vault, by whoever holds the organisation's key file. */
  'policy.sign': procedure({
    kind: 'command',
    input: z.strictObject({
      /** A policy, or a signed file whose policy is to be signed again. */
      text: FileText,
      key: Path,
      passphrase: z.string().min(1).max(1024),
      /** Make the key file; refused where there is one. */
      makeKey: z.boolean().default(false),
      /** The former key, which names this one its successor. */
      former: z.strictObject({ key: Path, passphrase: z.string().min(1).max(1024) }).optional(),
    }),
    output: z.strictObject({ text: FileText, sha256: Sha256, key: Fingerprint }),
    errors: ['POLICY_INVALID', 'SOURCE_NOT_FOUND', 'WRONG_PASSPHRASE', 'WEAK_PASSPHRASE'],
    roles: 'anyone',
    audit: 'none',
  }),
} as const;
