// What a leaf of the audit log says, and what it can never say. A leaf outlives every erasure, so its
// shape leaves no room for a text, a name, a record number or a file name: codes, made-up ids, keyed
// pseudonyms, counts and salted commitments only. The shape is checked when a leaf is made; breaking it
// is a bug and throws.
import { createHash, createHmac } from 'node:crypto';
import { canonicalJson } from '../../platform/index.ts';
import type { Instant } from '../../../shared/kernel/time.ts';
import { SUCCESSION_NOTE } from './succession.ts';

export interface AuditEntry {
  /** `noun.verb`, e.g. `consent.withdraw`. */
  readonly action: string;
  /** A user's id, or `system`. Names are kept elsewhere, with a retention of their own. */
  readonly actor: string;
  readonly roles?: readonly string[];
  readonly object?: { readonly type: string; readonly id: string };
  /** From `subjectRef`; links to nobody once the subject's key is destroyed. */
  readonly subjectRef?: string;
  readonly purpose?: string;
  /** SHA-256 of the policy in force, hex. */
  readonly policy?: string;
  readonly counts?: Readonly<Record<string, number>>;
  /** SHA-256 values over salted content (`commitment`), or over content nobody can guess. Hex. */
  readonly commitments?: Readonly<Record<string, string>>;
  /** Of a new key for the log: the note that the old and the new one sign (`succession.ts`). */
  readonly succession?: string;
}

export interface LeafBody extends AuditEntry {
  readonly v: 1;
  readonly seq: number;
  readonly at: Instant;
  /** Milliseconds of a clock that cannot be set back, since the program's start. */
  readonly ticks: number;
  /** Version of the program. */
  readonly app: string;
}

const CODE = /^[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)*$/;
// `doc_01JD…`, or a code word such as `system`. A record number or a name looks like neither.
const IDENTIFIER = /^([a-z]{2,8}_[0-9A-Za-z]{1,40}|[a-z][A-Za-z]{0,39})$/;
const HASH = /^[0-9a-f]{64}$/;

export function encodeLeaf(body: LeafBody): Buffer {
  const { action, actor, roles = [], object, subjectRef, purpose, policy } = body;
  mustHold('action', action.length <= 60 && CODE.test(action));
  mustHold('actor', IDENTIFIER.test(actor));
  mustHold(
    'roles',
    roles.every((role) => CODE.test(role)),
  );
  mustHold('object', !object || (CODE.test(object.type) && IDENTIFIER.test(object.id)));
  mustHold('subjectRef', subjectRef === undefined || HASH.test(subjectRef));
  mustHold('purpose', purpose === undefined || IDENTIFIER.test(purpose));
  mustHold('policy', policy === undefined || HASH.test(policy));
  mustHold('succession', body.succession === undefined || SUCCESSION_NOTE.test(body.succession));
  for (const [key, count] of Object.entries(body.counts ?? {})) {
    mustHold('counts', CODE.test(key) && Number.isFinite(count));
  }
  for (const [key, hash] of Object.entries(body.commitments ?? {})) {
    mustHold('commitments', CODE.test(key) && HASH.test(hash));
  }
  // Picked field by field: a caller's object may carry more than its type says.
  return Buffer.from(
    canonicalJson({
      v: body.v,
      seq: body.seq,
      at: body.at,
      ticks: body.ticks,
      app: body.app,
      action,
      actor,
      roles: [...roles],
      object: object && { type: object.type, id: object.id },
      subjectRef,
      purpose,
      policy,
      counts: body.counts,
      commitments: body.commitments,
      succession: body.succession,
    }),
    'utf8',
  );
}

export const decodeLeaf = (bytes: Uint8Array): LeafBody =>
  JSON.parse(Buffer.from(bytes).toString('utf8')) as LeafBody;

/**
 * The subject's pseudonym in this log: HMAC-SHA-256 under a random key of the subject's own. A plain hash
 * of a record number could be guessed; this cannot, and dies with the key.
 */
export const subjectRef = (subjectKey: Uint8Array, logId: string): string =>
  createHmac('sha256', subjectKey).update(logId).digest('hex');

/** Evidence of content that reveals nothing without the salt, which dies with the row it lies in. */
export const commitment = (salt: Uint8Array, content: Uint8Array): string =>
  createHash('sha256').update(salt).update(content).digest('hex');

function mustHold(field: string, holds: boolean): void {
  if (!holds) throw new TypeError(`An audit leaf cannot hold this ${field}`);
}
