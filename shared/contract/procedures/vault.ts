import { z } from 'zod';
import {
  At,
  Count,
  Empty,
  EVERYONE,
  Fraction,
  Identifier,
  Name,
  procedure,
  ROLES,
  Sha256,
} from '../define.ts';

import { Job } from '../events.ts';

export const Settings = z.strictObject({
  locale: z.enum(['en', 'zh', 'de']),
  theme: z.enum(['system', 'light', 'dark', 'contrast']),
  readingSize: z.number().int().min(13).max(28),
  /** Without input. NIST SP 800-63B asks for 15 at most where the data is like this. */
  lockAfterMinutes: z.number().int().min(1).max(15),
  /** Whatever one does: after so many hours the passphrase is asked for again. */
  lockAfterHours: z.number().int().min(1).max(12),
  /** Action id to key, for remapped keys only. */
  keys: z.record(z.string().max(60), z.string().max(40)),
});
export type Settings = z.infer<typeof Settings>;

const Passphrase = z.string().min(1).max(1024);
export const User = z.strictObject({
  userId: Identifier,
  name: Name,
  roles: z.array(z.enum(ROLES)).min(1).max(4),
});

/** What can be said about a vault from outside: no count, no name of a person in the data. */
export const VaultStatus = z.strictObject({
  state: z.enum(['absent', 'locked', 'unlocked']),
  name: Name.nullable(),
  vaultId: Identifier.nullable(),
  cipher: z.enum(['aegis', 'sqlcipher']).nullable(),
  users: z.array(User).max(100),
  /** Who is signed in, when unlocked. */
  user: User.nullable(),
  /** Compared at every unlock with the newest head known outside the database. */
  integrity: z.enum(['unknown', 'intact', 'rolledBack', 'broken']),
  lastOpenedAt: At.nullable(),
  lockAfterMinutes: z.number().int().min(1).max(60),
  /** When the passphrase was given for this session; from here the hours of the absolute lock count. */
  openedAt: At.nullable(),
  /** Signed in by the printed code: everybody should know. */
  byRecoveryCode: z.boolean(),
  /** Bound to a device and opened without it: everybody should know. */
  withoutDevice: z.boolean(),
  /** The vault is not what it was at the last time: it can be looked at, not worked in. */
  readOnly: z.boolean(),
});

export const vaultProcedures = {
  'vault.status': procedure({
    kind: 'query',
    input: Empty,
    output: VaultStatus,
    errors: ['VAULT_DAMAGED'],
    roles: 'anyone',
    audit: 'none',
  }),
  'vault.create': procedure({
    kind: 'command',
    input: z.strictObject({
      name: Name,
      userName: Name,
      passphrase: Passphrase,
      cipher: z.enum(['aegis', 'sqlcipher']).default('aegis'),
      /** `together`: the founder is administrator and lets others in. `alone`: one person does everything. */
      working: z.enum(['alone', 'together']).default('alone'),
    }),
    output: VaultStatus,
    errors: ['VAULT_EXISTS', 'WEAK_PASSPHRASE', 'VAULT_IN_USE'],
    roles: 'anyone',
    audit: 'full',
  }),
  'vault.unlock': procedure({
    kind: 'command',
    input: z.strictObject({ passphrase: Passphrase, userId: Identifier.optional() }),
    output: VaultStatus,
    errors: [
      'WRONG_PASSPHRASE',
      'KEY_STORE_UNAVAILABLE',
      'THROTTLED',
      'VAULT_IN_USE',
      'NOT_A_VAULT',
      'VAULT_DAMAGED',
      'VAULT_TOO_NEW',
    ],
    roles: 'anyone',
    audit: 'meta',
  }),
  'vault.lock': procedure({
    kind: 'command',
    input: Empty,
    output: VaultStatus,
    errors: [],
    roles: 'anyone',
    audit: 'meta',
  }),
  'vault.info': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({
      name: Name,
      vaultId: Identifier,
      cipher: z.enum(['aegis', 'sqlcipher']),
      schemaVersion: Count,
      createdAt: At,
      sizeBytes: Count,
      kdf: z.strictObject({
        name: z.string().max(40),
        memoryKiB: Count,
        iterations: Count,
        parallelism: Count,
      }),
      counts: z.strictObject({
        documents: Count,
        subjects: Count,
        purposes: Count,
        projects: Count,
        annotations: Count,
        snapshots: Count,
        models: Count,
        auditLeaves: Count,
      }),
      sqlite: z.string().max(100),
      /** Where it lies; told to the terminal only, null for the page. */
      location: z.string().max(4096).nullable(),
    }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  'job.list': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({ items: z.array(Job).max(200) }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  'job.cancel': procedure({
    kind: 'command',
    input: z.strictObject({ jobId: Identifier }),
    output: Empty,
    errors: [],
    roles: EVERYONE,
    audit: 'meta',
  }),
  'settings.get': procedure({
    kind: 'query',
    input: Empty,
    output: Settings,
    errors: [],
    roles: 'anyone',
    audit: 'none',
  }),
  'settings.set': procedure({
    kind: 'command',
    input: Settings.partial(),
    output: Settings,
    errors: ['POLICY_LOCKED'],
    roles: EVERYONE,
    audit: 'none',
  }),
  'home.summary': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({
      documents: Count,
      subjects: Count,
      withheld: Count,
      openTasks: Count,
      openRequests: z
        .array(
          z.strictObject({ requestId: Identifier, kind: z.string().max(40), dueOn: z.iso.date() }),
        )
        .max(50),
      lapsingConsents: Count,
      /** Not closed; `dueAt` while the authority may still have to be told. */
      openBreaches: z.array(z.strictObject({ breachId: Identifier, dueAt: At.nullable() })).max(50),
      /** Recipients still to be told of an erasure, a rectification or a restriction (Art. 19). */
      openNotices: Count,
      /** Documents whose retention has ended or ends within 30 days, those under a hold left out. */
      retentionDue: Count,
      /** Parts of erased people that were kept on a ground whose end has come (Art. 17(3)). */
      keptDue: Count,
      staleModels: Count,
      /** What would be left if this machine broke now. */
      backup: z.enum(['none', 'overdue', 'kept']),
      lastRuns: z
        .array(
          z.strictObject({
            runId: Identifier,
            name: z.string().max(200),
            state: z.string().max(40),
            f1: Fraction.nullable(),
          }),
        )
        .max(5),
      audit: z.strictObject({ size: Count, root: Sha256.nullable() }),
      /** The next sensible step for an empty or half-set-up vault. */
      nextStep: z.enum([
        'import',
        'purpose',
        'consent',
        'project',
        'label',
        'snapshot',
        'train',
        'evaluate',
        'report',
        'none',
      ]),
    }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
} as const;
