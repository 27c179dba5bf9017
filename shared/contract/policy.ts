/**
 * A policy: what an organisation decides for all its vaults. Only what is enforced has a place here, and it
 * can only narrow what the contract allows. The file carries it with the signature of the organisation's
 * key (`main/governance/policies`).
 */
import { z } from 'zod';
import { ARTICLE_6, ARTICLE_9, CATEGORIES, OPERATIONS } from '../domain/purpose.ts';
import { RETENTION_STARTS } from '../domain/retention.ts';
import { Day, Name, ROLES } from './define.ts';

const Days = z.number().int().min(1).max(36_500);

const PolicyPurpose = z.strictObject({
  name: Name,
  /** Name of the purpose it is a part of, which stands before it in the list or is declared already. */
  parent: Name.nullable().default(null),
  description: z.string().max(2000).default(''),
  operations: z.array(z.enum(OPERATIONS)).min(1).max(OPERATIONS.length),
  categories: z.array(z.enum(CATEGORIES)).min(1).max(CATEGORIES.length),
  basis: z.strictObject({
    article6: z.enum(ARTICLE_6),
    article9: z.enum(ARTICLE_9).nullable(),
    piplSeparateConsent: z.boolean().default(false),
  }),
  noticeVersion: z.string().min(1).max(40).default('1'),
  retentionDays: Days.nullable().default(null),
});

const PolicyRetention = z.strictObject({
  category: z.enum(CATEGORIES),
  /** Name of a purpose; null: whatever the purpose. */
  purpose: Name.nullable(),
  days: Days,
  start: z.enum(RETENTION_STARTS).default('import'),
  /** The statute or decision behind the period. */
  ground: z.string().trim().min(3).max(500),
});

/** Each is a bound; leaving it out leaves the matter to the site. */
export const PolicyLimits = z.strictObject({
  /** The longest a screen may stay open untouched. */
  idleLockMinutes: z.number().int().min(1).max(15).optional(),
  /** The longest a session may last, whatever one does. */
  sessionHours: z.number().int().min(1).max(12).optional(),
  /** The longest time between two backups; a schedule must exist. */
  backupEveryHours: z.number().int().min(1).max(8760).optional(),
  /** What guessing a new passphrase must cost, in bits as `shared/domain/passphrase.ts` counts them. */
  passphraseBits: z.number().int().min(30).max(100).optional(),
  /** No training for a purpose whose impact assessment is neither approved nor waived. */
  requireAssessment: z.boolean().optional(),
  /** Countries data may go to at all, by ISO 3166-1 code; the home country always may. */
  exportCountries: z
    .array(z.string().regex(/^[A-Z]{2}$/))
    .max(250)
    .optional(),
});
export type PolicyLimits = z.infer<typeof PolicyLimits>;

export const Policy = z.strictObject({
  format: z.literal('cloister-policy/1'),
  organisation: Name,
  title: Name,
  /** Rises with every policy of the organisation; an older one cannot be put back. */
  version: z.number().int().min(1).max(1_000_000),
  issuedOn: Day,
  /** For the people who sign and apply it. */
  note: z.string().max(4000).default(''),
  purposes: z.array(PolicyPurpose).max(100).default([]),
  /** Nobody declares further purposes. */
  onlyThesePurposes: z.boolean().default(false),
  /** Stand beside the site's own rules; the shortest decides. */
  retention: z.array(PolicyRetention).max(200).default([]),
  /** What a role may not do here although the contract would let it. */
  without: z
    .array(
      z.strictObject({
        role: z.enum(ROLES),
        procedures: z.array(z.string().min(1).max(60)).min(1).max(200),
      }),
    )
    .max(ROLES.length)
    .default([]),
  limits: PolicyLimits.default({}),
});
export type Policy = z.infer<typeof Policy>;

const Key = z.string().regex(/^[A-Za-z0-9+/]{43}=$/); // 32 bytes
const Signature = z.string().regex(/^[A-Za-z0-9+/]{86}==$/); // 64 bytes

/** The file: the policy, who signed it, and how that key came to speak for the organisation. */
export const PolicyFile = z.strictObject({
  policy: Policy,
  signature: z.strictObject({ key: Key, signature: Signature }),
  /** Each former key names its successor; from the first key ever pinned to the one above. */
  succession: z
    .array(z.strictObject({ from: Key, to: Key, signature: Signature }))
    .max(50)
    .default([]),
});
export type PolicyFile = z.infer<typeof PolicyFile>;
