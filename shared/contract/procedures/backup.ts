import { z } from 'zod';
import { At, Count, Empty, Identifier, procedure } from '../define.ts';

/** A place on this machine; the page cannot name one. */
const Path = z.strictObject({ kind: z.literal('path'), path: z.string().min(1).max(4096) });
const Passphrase = z.string().min(1).max(1024);
const Hours = z.number().int().min(1).max(8760);

export const UserOfBackup = z.strictObject({ userId: Identifier, name: z.string().max(200) });

export const BackupRow = z.strictObject({
  backupId: Identifier,
  madeAt: At,
  bytes: Count,
  /** Leaves of the audit log in it. */
  logSize: Count,
  scheduled: z.boolean(),
  /** Read back and checked, byte by byte. */
  verifiedAt: At,
  /** When a restore of it was last tried out. */
  drilledAt: At.nullable(),
  /** Whether its medium is there now. */
  present: z.boolean(),
  /** Whose passphrases open it although they no longer open the vault. */
  formerUsers: z.array(UserOfBackup).max(1000),
  /** Told to the terminal only, null for the page. */
  folder: z.string().max(4096).nullable(),
});
export type BackupRow = z.infer<typeof BackupRow>;

export const BackupPolicy = z.strictObject({
  intervalHours: Hours,
  keep: z.number().int().min(1).max(1000),
  folder: z.string().max(4096).nullable(),
});

export const BackupProblem = z.strictObject({
  what: z.enum(['missing', 'changed', 'foreign', 'page', 'sealed', 'manifest', 'log']),
  /** A file of the backup, a table, an id: nothing about a person. */
  where: z.string().max(500),
});

export const Replay = z.strictObject({
  /** Erased again, proven on bytes. */
  erased: Count,
  /** Erased before the backup was made. */
  before: Count,
  /** Never in this copy. */
  absent: Count,
});

const Facts = {
  backupId: Identifier,
  madeAt: At,
  logSize: Count,
};

export const RestoreReport = z.strictObject({
  ...Facts,
  replayed: Replay,
  /** False where nobody could say what was erased after the backup, and that was accepted. */
  erasuresKnown: z.boolean(),
  /** Whoever can open the restored vault; the former ones should be removed at once. */
  users: z.array(UserOfBackup.extend({ former: z.boolean() })).max(1000),
});

export const backupProcedures = {
  'backup.list': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({
      policy: BackupPolicy.nullable(),
      newestAt: At.nullable(),
      dueAt: At.nullable(),
      /** Worth a calm reminder: two turns were missed. */
      overdue: z.boolean(),
      items: z.array(BackupRow).max(1000),
    }),
    errors: [],
    roles: ['administrator', 'auditor', 'steward'],
    audit: 'none',
  }),
  'backup.create': procedure({
    kind: 'job',
    input: z.strictObject({
      /** Left out: the folder of the schedule, or one beside the vault. */
      destination: Path.optional(),
    }),
    output: BackupRow,
    errors: ['BACKUP_DAMAGED', 'AUDIT_BROKEN', 'VAULT_DAMAGED'],
    roles: ['administrator'],
    audit: 'full',
    keeps: 'nothing',
  }),
  'backup.schedule': procedure({
    kind: 'command',
    /** Null ends the schedule. Without a destination the one of before stays, or a folder beside the vault. */
    input: z.strictObject({
      policy: z
        .strictObject({
          intervalHours: Hours,
          keep: z.number().int().min(1).max(1000),
          destination: Path.optional(),
        })
        .nullable(),
    }),
    output: Empty,
    errors: [],
    roles: ['administrator'],
    audit: 'full',
  }),
  'backup.drill': procedure({
    kind: 'job',
    /** Left out: the newest. The passphrase is the one of the day it was made: a restore will need it. */
    input: z.strictObject({ backupId: Identifier.optional(), passphrase: Passphrase }),
    output: z.strictObject({ ...RestoreReport.shape, documents: Count, seconds: z.number() }),
    errors: [
      'SOURCE_NOT_FOUND',
      'WRONG_PASSPHRASE',
      'BACKUP_DAMAGED',
      'AUDIT_BROKEN',
      'ERASURES_UNKNOWN',
      'ERASURE_UNPROVEN',
      'VAULT_DAMAGED',
    ],
    roles: ['administrator', 'auditor'],
    audit: 'full',
    keeps: 'nothing',
  }),
  'backup.verify': procedure({
    kind: 'command',
    input: z.strictObject({ source: Path, passphrase: Passphrase }),
    output: z.strictObject({
      ...Facts,
      whole: z.boolean(),
      bytes: Count,
      files: Count,
      users: z.array(UserOfBackup).max(1000),
      problems: z.array(BackupProblem).max(1000),
    }),
    errors: ['SOURCE_NOT_FOUND', 'WRONG_PASSPHRASE', 'BACKUP_DAMAGED'],
    roles: 'anyone',
    audit: 'none',
  }),
  'backup.restore': procedure({
    kind: 'command',
    input: z.strictObject({
      source: Path,
      /** A new folder. */
      destination: Path,
      passphrase: Passphrase,
      /** Where the newest list of erasures lies: a vault folder, a newer backup, an anchor. */
      erasures: Path.optional(),
      /** Only where no such list exists any more; the log keeps it. */
      acceptUnknownErasures: z.boolean().default(false),
    }),
    output: RestoreReport,
    errors: [
      'SOURCE_NOT_FOUND',
      'WRONG_PASSPHRASE',
      'BACKUP_DAMAGED',
      'VAULT_EXISTS',
      'VAULT_TOO_NEW',
      'VAULT_DAMAGED',
      'VAULT_IN_USE',
      'AUDIT_BROKEN',
      'ERASURES_UNKNOWN',
      'ERASURE_UNPROVEN',
    ],
    roles: 'anyone',
    audit: 'none',
  }),
} as const;
