import { z } from 'zod';
import { At, Count, Empty, Identifier, procedure } from '../define.ts';

/** A place on this machine; the page cannot name one. */
const Path = z.strictObject({ kind: z.literal('path'), path: z.string().min(1).max(4096) });
/** A place that this core found or was handed by its shell: the word for it means nothing anywhere else. */
export const Place = z.strictObject({ kind: z.literal('place'), placeId: Identifier });
const Source = z.discriminatedUnion('kind', [Path, Place]);
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

/** What can be said of a backup before a passphrase opens it: its manifest, not yet proven genuine. */
export const FoundBackup = z.strictObject({
  ...Facts,
  source: Place,
  /** Of its folder. */
  name: z.string().max(300),
  /** Of the vault it is a copy of. */
  vaultName: z.string().max(200),
  /** Whether that is the vault this core serves. */
  own: z.boolean(),
  bytes: Count,
  medium: z.enum(['beside', 'removable', 'chosen']),
});
export type FoundBackup = z.infer<typeof FoundBackup>;

/** A job of the binding itself: it needs no vault, so it stands in no vault's list of jobs. */
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
      destination: Source.optional(),
    }),
    output: BackupRow,
    errors: ['SOURCE_NOT_FOUND', 'BACKUP_DAMAGED', 'AUDIT_BROKEN', 'VAULT_DAMAGED'],
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
          destination: Source.optional(),
        })
        .nullable(),
    }),
    output: Empty,
    errors: ['SOURCE_NOT_FOUND', 'POLICY_LOCKED'],
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
      'KEY_STORE_UNAVAILABLE',
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
  /** Backups where they usually lie: beside the vault, on removable media; or in a folder that was chosen. */
  'backup.find': procedure({
    kind: 'query',
    input: z.strictObject({ place: Place.nullable().default(null) }),
    output: z.strictObject({
      items: z.array(FoundBackup).max(200),
      /** Media that are there now and could take a backup. */
      media: z.array(z.strictObject({ place: Place, name: z.string().max(300) })).max(50),
    }),
    errors: ['SOURCE_NOT_FOUND'],
    roles: 'anyone',
    audit: 'none',
  }),
  'backup.verify': procedure({
    kind: 'job',
    input: z.strictObject({ source: Source, passphrase: Passphrase }),
    output: z.strictObject({
      ...Facts,
      whole: z.boolean(),
      bytes: Count,
      files: Count,
      /** Whoever can open it; `former` where the vault this core serves no longer knows them. */
      users: z.array(UserOfBackup.extend({ former: z.boolean() })).max(1000),
      problems: z.array(BackupProblem).max(1000),
      /** What a restore would have to carry out again, as far as it is known here. */
      erasures: z.strictObject({
        /** Whether the list is as new as the newest head that is known. */
        complete: z.boolean(),
        /** Ordered after the backup was made. */
        since: Count,
      }),
    }),
    errors: ['SOURCE_NOT_FOUND', 'WRONG_PASSPHRASE', 'KEY_STORE_UNAVAILABLE', 'BACKUP_DAMAGED'],
    roles: 'anyone',
    audit: 'none',
    keeps: 'nothing',
  }),
  'backup.restore': procedure({
    kind: 'job',
    input: z.strictObject({
      source: Source,
      /** A new folder. Left out: beside the vault, or in its place where there is none. */
      destination: Path.optional(),
      passphrase: Passphrase,
      /** Where the newest list of erasures lies: a vault folder, a newer backup, an anchor. */
      erasures: Path.optional(),
      /** Only where no such list exists any more; the log keeps it. */
      acceptUnknownErasures: z.boolean().default(false),
    }),
    output: z.strictObject({
      ...RestoreReport.shape,
      /** The name of the new folder. */
      name: z.string().max(300),
      /** Whether it is now the vault that this core serves. */
      served: z.boolean(),
      /** Told to the terminal only, null for the page. */
      folder: z.string().max(4096).nullable(),
    }),
    errors: [
      'SOURCE_NOT_FOUND',
      'WRONG_PASSPHRASE',
      'KEY_STORE_UNAVAILABLE',
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
    keeps: 'nothing',
  }),
} as const;
