import { z } from 'zod';
import { Count, procedure } from '../define.ts';
import { SECOND_PERSONS } from './staff.ts';

const Path = z.strictObject({ kind: z.literal('path'), path: z.string().min(1).max(4096) });
const Passphrase = z.string().min(1).max(1024);

export const VaultFinding = z.strictObject({
  what: z.string().max(40),
  state: z.enum(['good', 'limited', 'bad', 'unknown']),
  detail: z.string().max(2000),
  /** What to do; empty where nothing is. */
  todo: z.string().max(2000),
});

export const upkeepProcedures = {
  /** A new key for the whole vault. Backups of before keep opening with the passphrases of their day. */
  'vault.rekey': procedure({
    kind: 'job',
    /** A verified backup first, unless the disk has no room for one. */
    input: z.strictObject({ backup: z.boolean().default(true) }),
    output: z.strictObject({ pages: Count, milliseconds: Count }),
    errors: ['ORDER_NEEDED', 'VAULT_DAMAGED', 'BACKUP_DAMAGED', 'AUDIT_BROKEN'],
    roles: ['administrator'],
    audit: 'full',
    keeps: 'nothing',
    dual: {
      approvers: SECOND_PERSONS,
      facts: ({ backup }: { backup: boolean }) => ({ backup }),
    },
  }),
  /** Looks at the vault this core serves, damaged or not, and changes nothing. Terminal only. */
  'vault.examine': procedure({
    kind: 'command',
    /** Without a passphrase only what can be seen from outside. */
    input: z.strictObject({ place: Path, passphrase: Passphrase.optional() }),
    output: z.strictObject({ findings: z.array(VaultFinding).max(100) }),
    errors: [
      'NOT_A_VAULT',
      'WRONG_PASSPHRASE',
      'KEY_STORE_UNAVAILABLE',
      'THROTTLED',
      'VAULT_DAMAGED',
    ],
    roles: 'anyone',
    audit: 'none',
  }),
  /** Copies whatever can be read of a damaged vault to a new one. Terminal only. */
  'vault.salvage': procedure({
    kind: 'command',
    input: z.strictObject({ source: Path, destination: Path, passphrase: Passphrase }),
    output: z.strictObject({
      documentsLost: z.array(z.string().max(1000)).max(100_000),
      tables: z
        .array(
          z.strictObject({
            table: z.string().max(100),
            copied: Count,
            gaps: z
              .array(z.strictObject({ from: z.string().max(100), to: z.string().max(100) }))
              .max(100_000),
          }),
        )
        .max(1000),
      orphans: z.array(z.strictObject({ table: z.string().max(100), rows: Count })).max(1000),
      sealedLost: z
        .array(z.strictObject({ id: z.string().max(64), kind: z.string().max(100) }))
        .max(100_000),
      firstPage: Count.nullable(),
      log: z.strictObject({ leaves: Count, intact: z.boolean() }),
    }),
    errors: [
      'NOT_A_VAULT',
      'WRONG_PASSPHRASE',
      'KEY_STORE_UNAVAILABLE',
      'THROTTLED',
      'VAULT_IN_USE',
      'VAULT_EXISTS',
      'VAULT_DAMAGED',
      'VAULT_TOO_NEW',
    ],
    roles: 'anyone',
    audit: 'none',
  }),
} as const;
