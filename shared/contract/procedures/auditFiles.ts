import { z } from 'zod';
import { At, Count, Empty, Identifier, procedure, Sha256, Text } from '../define.ts';
import { DestinationFields } from './exits.ts';
import { SECOND_PERSONS } from './staff.ts';

const Path = z.strictObject({ kind: z.literal('path'), path: z.string().min(1).max(4096) });

/** A restore as the log itself records it. */
const Restore = z.strictObject({
  at: At,
  /** Leaves in the backup; the restored log went on from there. */
  logSize: Count,
  /** Leaves of the newest head that was known then: what lies between was left behind. */
  knownSize: Count,
});

export const auditFileProcedures = {
  /** What is known of this log outside its database, and whether the log continues it. */
  'audit.heads': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({
      items: z
        .array(
          z.strictObject({
            /** In a file beside the database, or in the key store of this machine. */
            where: z.enum(['beside', 'keyStore']),
            state: z.enum(['unknown', 'intact', 'rolledBack', 'broken']),
            size: Count,
            at: At.nullable(),
          }),
        )
        .max(10),
      verifierKey: z.string().max(400),
      restores: z.array(Restore).max(100),
    }),
    errors: [],
    roles: ['auditor', 'steward', 'administrator'],
    audit: 'none',
  }),
  /** Signs the present head, to be kept where nobody who holds the vault can change it. */
  'audit.anchor': procedure({
    kind: 'command',
    input: Empty,
    output: z.strictObject({
      checkpoint: z.string().max(2000),
      verifierKey: z.string().max(400),
      size: Count,
      at: At,
      /** The same as a page to print, with a QR code. */
      page: Text,
    }),
    errors: ['AUDIT_BROKEN'],
    roles: ['auditor', 'steward', 'administrator'],
    audit: 'none',
  }),
  /** Holds the log against a head from a stick or from paper. */
  'audit.compare': procedure({
    kind: 'query',
    input: z.strictObject({ anchor: z.string().min(1).max(20_000) }),
    output: z.strictObject({
      state: z.enum(['intact', 'rolledBack', 'broken']),
      /** Leaves at the time of that head. */
      size: Count,
      /** The restore that explains why a head from after the backup is not continued. */
      restored: Restore.nullable(),
    }),
    errors: [],
    roles: ['auditor', 'steward', 'administrator'],
    audit: 'none',
  }),
  'audit.retention': procedure({
    kind: 'query',
    input: Empty,
    output: z.strictObject({
      classes: z
        .array(
          z.strictObject({
            class: z.enum(['access', 'work', 'rights']),
            months: Count,
            due: Count,
          }),
        )
        .max(3),
    }),
    errors: [],
    roles: ['auditor', 'steward', 'administrator'],
    audit: 'none',
  }),
  /** Empties leaves past their time; hashes stay, and the pruning is a leaf. */
  'audit.prune': procedure({
    kind: 'command',
    input: Empty,
    output: z.strictObject({ pruned: Count }),
    errors: ['ORDER_NEEDED', 'AUDIT_BROKEN'],
    roles: ['administrator'],
    audit: 'none',
    dual: { approvers: SECOND_PERSONS, facts: () => ({}) },
  }),
  /**
   * The whole log as one file that a third party can check offline. Registered like every exit. A terminal
   * names a place for it; without one it is fetched with `audit.exportPart`.
   */
  'audit.export': procedure({
    kind: 'job',
    input: z.strictObject({ destination: Path.optional(), ...DestinationFields }),
    output: z.strictObject({
      exitId: Identifier,
      leaves: Count,
      bytes: Count,
      sha256: Sha256,
      checkpoint: z.string().max(2000),
      verifierKey: z.string().max(400),
    }),
    errors: ['AUDIT_BROKEN', 'DESTINATION_BLOCKED'],
    roles: ['auditor', 'steward', 'administrator'],
    audit: 'full',
    keeps: 'nothing',
  }),
  /** The bytes of a log just exported, in order, for whoever exported it; gone after the last part. */
  'audit.exportPart': procedure({
    kind: 'query',
    input: z.strictObject({ exitId: Identifier, from: Count }),
    output: z.strictObject({ text: z.string().max(4 * 1024 * 1024), next: Count.nullable() }),
    errors: [],
    roles: ['auditor', 'steward', 'administrator'],
    audit: 'none',
  }),
  /** An exported file, judged by the program itself; resources/verifier judges it without. Terminal only. */
  'audit.verifyFile': procedure({
    kind: 'command',
    input: z.strictObject({
      source: Path,
      anchors: z.array(Path).max(100).default([]),
      verifierKey: z.string().max(400).optional(),
    }),
    output: z.strictObject({
      intact: z.boolean(),
      flaw: z
        .enum(['format', 'leaf', 'key', 'succession', 'trust', 'signature', 'root', 'anchor'])
        .nullable(),
      where: z.string().max(500),
      origin: z.string().max(200),
      /** The key that the log began with, and the one that signs it now. */
      verifierKey: z.string().max(400),
      currentKey: z.string().max(400),
      leaves: Count,
      pruned: Count,
      root: z.string().max(64),
    }),
    errors: ['SOURCE_NOT_FOUND', 'SOURCE_UNREADABLE'],
    roles: 'anyone',
    audit: 'none',
  }),
  /** Proof vectors in the layout of transparency-dev/merkle. Terminal only. */
  'audit.vectors': procedure({
    kind: 'command',
    input: z.strictObject({ source: Path }),
    output: z.strictObject({ passed: Count, failed: z.array(z.string().max(500)).max(10_000) }),
    errors: ['SOURCE_NOT_FOUND', 'SOURCE_UNREADABLE'],
    roles: 'anyone',
    audit: 'none',
  }),
} as const;
