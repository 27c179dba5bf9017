/** What binds a person's access to a device, and how the key of the log is succeeded. */
import { z } from 'zod';
import { At, Count, Empty, EVERYONE, procedure, Text, type Role } from '../define.ts';
import { SECOND_PERSONS } from './staff.ts';

const Passphrase = z.string().min(1).max(1024);

/**
 * What opens a bound access on a machine that does not hold its device secret. `passphrase`: the passphrase
 * alone, at eight times the cost, and everybody is told. `code`: the printed recovery code of the vault.
 */
export const WAYS_WITHOUT_DEVICE = ['passphrase', 'code'] as const;

export const DeviceState = z.strictObject({
  /**
   * `none`: this way of running Cloister reaches no key store. `weak`: the system's would keep secrets under
   * a key that everybody knows. `closed`: it is there and does not answer.
   */
  keyStore: z.enum(['usable', 'none', 'weak', 'closed']),
  /** As the system calls it, e.g. `gnome_libsecret`; it may change under the person. */
  backend: z.string().max(60).nullable(),
  binding: z
    .strictObject({
      boundAt: At,
      backend: z.string().max(60),
      /** Whether the key store of this machine holds the secret now. */
      here: z.boolean(),
      withoutDevice: z.enum(WAYS_WITHOUT_DEVICE),
    })
    .nullable(),
  /** `code` is offered only where somebody has proven to hold the printed code. */
  codeConfirmed: z.boolean(),
});
export type DeviceState = z.infer<typeof DeviceState>;

const VerifierKey = z.string().max(400);
/** The first four bytes of the key's hash, as they stand in every signed head. */
const KeyId = z.string().regex(/^[0-9a-f]{8}$/);

const looksAfterTheLog: readonly Role[] = ['auditor', 'steward', 'administrator'];

export const keysProcedures = {
  'device.status': procedure({
    kind: 'query',
    input: Empty,
    output: DeviceState,
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  /** Makes the secret in the key store the second half of one's own access. */
  'device.bind': procedure({
    kind: 'command',
    input: z.strictObject({
      passphrase: Passphrase,
      withoutDevice: z.enum(WAYS_WITHOUT_DEVICE).default('passphrase'),
    }),
    output: DeviceState,
    errors: ['WRONG_PASSPHRASE', 'THROTTLED', 'KEY_STORE_UNAVAILABLE'],
    roles: EVERYONE,
    audit: 'meta',
  }),
  /** The passphrase alone opens at once again. */
  'device.unbind': procedure({
    kind: 'command',
    input: z.strictObject({ passphrase: Passphrase }),
    output: DeviceState,
    errors: ['WRONG_PASSPHRASE', 'THROTTLED', 'KEY_STORE_UNAVAILABLE'],
    roles: EVERYONE,
    audit: 'meta',
  }),
  /** The key that signs the log, and those that did before it, oldest first. */
  'audit.key': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({
      verifierKey: VerifierKey,
      keyId: KeyId,
      successions: z
        .array(
          z.strictObject({
            seq: Count,
            at: At,
            actor: z.string().max(60),
            from: VerifierKey,
            to: VerifierKey,
          }),
        )
        .max(1000),
    }),
    errors: ['AUDIT_BROKEN'],
    roles: looksAfterTheLog,
    audit: 'none',
  }),
  /**
   * Gives the log a new key, in a leaf that the old and the new one sign; the old one is destroyed. `keyId`
   * names the key that goes, so that an order cannot replace another one than both people meant.
   */
  'audit.rotateKey': procedure({
    kind: 'command',
    input: z.strictObject({ keyId: KeyId }),
    output: z.strictObject({
      verifierKey: VerifierKey,
      keyId: KeyId,
      formerKey: VerifierKey,
      /** Leaves after it, all covered by the first head of the new key. */
      size: Count,
      at: At,
      checkpoint: z.string().max(2000),
      /** To print and to keep where the former key was kept: head and new key with a QR code. */
      page: Text,
    }),
    errors: ['ORDER_NEEDED', 'AUDIT_BROKEN'],
    roles: ['administrator'],
    audit: 'none',
    dual: {
      approvers: SECOND_PERSONS,
      facts: ({ keyId }: { keyId: string }) => ({ keyId }),
    },
  }),
} as const;
