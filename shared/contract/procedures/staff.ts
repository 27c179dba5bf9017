import { z } from 'zod';
import {
  At,
  Empty,
  EVERYONE,
  Identifier,
  Name,
  procedure,
  ROLES,
  Sentence,
  type Role,
} from '../define.ts';

const Passphrase = z.string().min(1).max(1024);
const Roles = z.array(z.enum(ROLES)).min(1).max(ROLES.length);

export const StaffMember = z.strictObject({
  userId: Identifier,
  name: Name,
  roles: Roles,
  /** Null for whoever made the vault before this was written down. */
  addedAt: At.nullable(),
  removedAt: At.nullable(),
});
export type StaffMember = z.infer<typeof StaffMember>;

export const ORDER_STATES = [
  'open',
  'approved',
  'refused',
  'withdrawn',
  'carriedOut',
  'expired',
] as const;

const FactValue = z.union([
  z.string().max(500),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string().max(200)).max(100),
]);

/** What two people sign: who asked for which act, why, until when, and what the second one said. */
export const Order = z.strictObject({
  orderId: Identifier,
  procedure: z.string().max(60),
  facts: z.record(z.string().max(60), FactValue),
  reason: Sentence,
  requestedBy: Identifier,
  requestedByName: z.string().max(200),
  requestedAt: At,
  expiresAt: At,
  state: z.enum(ORDER_STATES),
  decidedBy: Identifier.nullable(),
  decidedByName: z.string().max(200).nullable(),
  decidedAt: At.nullable(),
  decisionReason: Sentence,
  /** Who could be the second person. */
  approvers: z.array(z.strictObject({ userId: Identifier, name: Name })).max(100),
});
export type Order = z.infer<typeof Order>;

/** Whoever answers for the data or for the keys may be the second person. */
export const SECOND_PERSONS: readonly Role[] = ['steward', 'administrator'];

const administers = {
  roles: ['administrator'],
  audit: 'meta',
} as const satisfies { roles: readonly Role[]; audit: 'meta' };

export const staffProcedures = {
  'user.list': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({
      items: z.array(StaffMember).max(1000),
      recovery: z.enum(['none', 'unconfirmed', 'confirmed']),
      /** Whether acts of two persons need the second one here. */
      dualControl: z.boolean(),
    }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  'user.add': procedure({
    kind: 'command',
    input: z.strictObject({ name: Name, roles: Roles, passphrase: Passphrase }),
    output: StaffMember,
    errors: ['WEAK_PASSPHRASE', 'ORDER_NEEDED', 'AUDIT_BROKEN'],
    ...administers,
    dual: {
      approvers: SECOND_PERSONS,
      facts: ({ name, roles }: { name: string; roles: readonly string[] }) => ({ name, roles }),
    },
  }),
  'user.setRoles': procedure({
    kind: 'command',
    input: z.strictObject({ userId: Identifier, roles: Roles }),
    output: StaffMember,
    errors: ['ORDER_NEEDED', 'AUDIT_BROKEN'],
    ...administers,
    dual: {
      approvers: SECOND_PERSONS,
      facts: ({ userId, roles }: { userId: string; roles: readonly string[] }) => ({
        userId,
        roles,
      }),
    },
  }),
  /** Takes the slot away and gives the vault a new key. */
  'user.remove': procedure({
    kind: 'job',
    input: z.strictObject({ userId: Identifier }),
    output: StaffMember.extend({
      /** Known backups that the former passphrase still opens, newest first: no new key reaches them. */
      readableBackups: z
        .array(
          z.strictObject({
            backupId: Identifier,
            madeAt: At,
            /** Told to the terminal only, null for the page. */
            folder: z.string().max(4096).nullable(),
          }),
        )
        .max(1000),
    }),
    errors: ['ORDER_NEEDED', 'AUDIT_BROKEN'],
    ...administers,
    keeps: 'nothing',
    dual: {
      approvers: SECOND_PERSONS,
      facts: ({ userId }: { userId: string }) => ({ userId }),
    },
  }),
  /** For somebody who forgot theirs; they should change it at the next chance. */
  'user.resetPassphrase': procedure({
    kind: 'command',
    input: z.strictObject({ userId: Identifier, passphrase: Passphrase }),
    output: StaffMember,
    errors: ['WEAK_PASSPHRASE', 'ORDER_NEEDED', 'AUDIT_BROKEN'],
    ...administers,
    dual: {
      approvers: SECOND_PERSONS,
      facts: ({ userId }: { userId: string }) => ({ userId }),
    },
  }),
  'user.changePassphrase': procedure({
    kind: 'command',
    input: z.strictObject({ current: Passphrase, next: Passphrase }),
    output: Empty,
    errors: ['WRONG_PASSPHRASE', 'KEY_STORE_UNAVAILABLE', 'WEAK_PASSPHRASE', 'THROTTLED'],
    roles: EVERYONE,
    audit: 'none',
  }),
  /** Makes the printed code, replacing the one of before. Shown once, kept nowhere. */
  'recovery.make': procedure({
    kind: 'command',
    // Left out by whoever came in by the former code: the passphrase was lost.
    input: z.strictObject({ passphrase: Passphrase.optional() }),
    output: z.strictObject({ code: z.string().max(60) }),
    errors: ['WRONG_PASSPHRASE', 'KEY_STORE_UNAVAILABLE', 'THROTTLED'],
    ...administers,
  }),
  /** The code typed back from the paper. */
  'recovery.confirm': procedure({
    kind: 'command',
    input: z.strictObject({ code: z.string().min(1).max(100) }),
    output: Empty,
    errors: ['WRONG_PASSPHRASE', 'THROTTLED'],
    ...administers,
  }),
  'order.list': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({ items: z.array(Order).max(200) }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  /** Asks for the second person's signature under an act, given as that act's own input. */
  'order.request': procedure({
    kind: 'command',
    input: z.strictObject({
      procedure: z.string().max(60),
      input: z.record(z.string().max(60), z.unknown()),
      reason: Sentence.min(1),
      passphrase: Passphrase,
    }),
    output: Order,
    errors: ['WRONG_PASSPHRASE', 'KEY_STORE_UNAVAILABLE', 'THROTTLED'],
    roles: EVERYONE,
    audit: 'none',
  }),
  /** The second person may stand at the same desk: named here, proven by their own passphrase. */
  'order.approve': procedure({
    kind: 'command',
    input: z.strictObject({
      orderId: Identifier,
      userId: Identifier.optional(),
      passphrase: Passphrase,
    }),
    output: Order,
    errors: ['WRONG_PASSPHRASE', 'KEY_STORE_UNAVAILABLE', 'THROTTLED', 'ORDER_CLOSED'],
    roles: EVERYONE,
    audit: 'none',
  }),
  'order.refuse': procedure({
    kind: 'command',
    input: z.strictObject({ orderId: Identifier, reason: Sentence.min(1) }),
    output: Order,
    errors: ['ORDER_CLOSED'],
    roles: EVERYONE,
    audit: 'none',
  }),
  /**
   * Ends the read-only state of a vault that no longer continues its anchor, by two people who say why. The
   * old head stays in the log as evidence.
   */
  'audit.acceptHead': procedure({
    kind: 'command',
    input: z.strictObject({
      reason: Sentence.min(1),
      passphrase: Passphrase,
      second: z.strictObject({ userId: Identifier, passphrase: Passphrase }).nullable(),
    }),
    output: z.strictObject({ accepted: z.boolean() }),
    errors: ['WRONG_PASSPHRASE', 'KEY_STORE_UNAVAILABLE', 'THROTTLED', 'AUDIT_BROKEN'],
    ...administers,
    // Both prove themselves within this one call, because orders cannot be stored while nothing may be written.
  }),
} as const;
