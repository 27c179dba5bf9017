// The audit log: append, sign, prove, verify. An entry belongs into the transaction of the act it
// records; orders are appended and committed before the act (ARCHITECTURE, invariant 4).
//
// The signed head is kept in the database and, as an anchor, outside it (`anchor.ts`). A log that was put
// back to an older state is smaller than its anchor, or no continuation of it, and is reported.
import { createHash } from 'node:crypto';
import { fault, type Clock, type Random } from '../../platform/index.ts';
import { knownHead, type KnownHead } from './known.ts';
import type { Store } from '../../store/index.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Instant } from '../../../shared/kernel/time.ts';
import {
  ANCHOR_FILE,
  anchorText,
  noteInAnchor,
  readAnchor,
  type Anchor,
  type KeptHeads,
} from './anchor.ts';
import { createAuditRepository, type LeafRow } from './auditRepository.ts';
import { checkpointText, createSigner, parseCheckpoint, type Head } from './checkpoint.ts';
import { exportLines } from './exportFile.ts';
import {
  commitment,
  decodeLeaf,
  encodeLeaf,
  subjectRef,
  type AuditEntry,
  type LeafBody,
} from './leaf.ts';
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  nodeHash,
  rootAt,
  type SubtreeSource,
} from './merkle.ts';
import {
  SUCCESSION,
  createLogKeys,
  keysOfLog,
  successionText,
  type LogKeys,
  type Succession,
} from './succession.ts';
import { verifyLog, type AuditVerification, type VerificationOptions } from './verification.ts';

export interface AuditLogDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Written into every leaf. */
  readonly appVersion: string;
  /** Heads in the key store of this machine, where it has one. */
  readonly keptHeads?: KeptHeads;
}

export interface AuditLeaf {
  readonly seq: number;
  readonly at: Instant;
  readonly action: string;
  /** Undefined once retention pruned it. */
  readonly body: LeafBody | undefined;
  readonly leafHash: Buffer;
}

export interface SignedHead extends Head {
  readonly at: Instant;
  /** The C2SP checkpoint as a signed note. */
  readonly checkpoint: string;
}

/**
 * `unknown`: no head was ever kept outside. `rolledBack`: the log is smaller than the newest known head
 * or does not continue it. `broken`: the kept head or the stored one is not of this log's key.
 */
export type AnchorState = 'unknown' | 'intact' | 'rolledBack' | 'broken';

export interface AuditLog {
  /** Name of this log in checkpoints and in `subjectRef`. */
  readonly origin: string;
  /** `name+hash+key` of the key that signs now: what an auditor is given on paper, anew after a rotation. */
  readonly verifierKey: string;
  /** Every key that signed this log, and for which sizes. */
  keys(): LogKeys;
  /** Inside the caller's transaction where there is one, else durable when it returns. */
  append(entry: AuditEntry): { readonly seq: number; readonly leafHash: Buffer };
  size(): number;
  head(): Head;
  /**
   * Signs the present head and keeps it in the database and in the anchor file. Not inside a transaction:
   * an anchor for leaves that roll back would be a false alarm. Throws AUDIT_BROKEN rather than sign a
   * head that does not continue the last one.
   */
  sign(): SignedHead;
  /**
   * Called with every head, before its anchor is written: what is kept beside the anchor may know more than
   * the anchor, never less. At composition only.
   */
  onSign(keep: () => void): void;
  /** A statement of another kind under the log's key. Its first line may not be the log's origin. */
  signNote(text: string): string;
  signedHead(): SignedHead | undefined;
  /** Cheap enough for every unlock: compares the anchor with the stored tree. */
  compareAnchor(): AnchorState;
  /**
   * Goes on from a state that was put back on purpose: the leaf keeps the size of the head it no longer
   * continues, the anchor becomes the present head. Fails with AUDIT_BROKEN where the tree itself is damaged.
   */
  acceptHead(by: {
    readonly actor: string;
    readonly roles: readonly string[];
    /** Kept beside the log; the leaf has no room for words and commits to them. */
    readonly reason: string;
    readonly second?: string;
  }): Result<void>;
  /** What is known of this log outside its database, one by one. */
  knownHeads(): readonly KnownHead[];
  /** As `compareAnchor`, with a head that was kept elsewhere: on a stick, on paper. */
  compareHead(
    note: string,
    successions?: readonly string[],
  ): { readonly state: AnchorState; readonly size: number };
  /**
   * A new key: a leaf that the old and the new one sign, then a head by the new one. The old one is gone when
   * this returns. Fails with AUDIT_BROKEN where the log does not continue its anchor.
   */
  rotateKey(by: {
    readonly actor: string;
    readonly roles: readonly string[];
  }): Result<{ readonly formerKey: string; readonly head: SignedHead }>;
  /** Recomputes everything; about 100,000 leaves in two seconds. */
  verify(options?: VerificationOptions): Promise<AuditVerification>;
  /** Newest first. `before` is the `next` of the page before. */
  list(page: { readonly before?: number; readonly limit: number; readonly action?: string }): {
    readonly items: AuditLeaf[];
    readonly next: number | undefined;
    readonly total: number;
  };
  leaf(seq: number): AuditLeaf | undefined;
  /** The file that proves everything, line by line, up to a head that is signed for it. */
  exportFile(): { readonly head: SignedHead; readonly lines: Iterable<string> };
  /** For a leaf in the tree of `size` leaves, the present one by default. */
  inclusionProof(seq: number, size?: number): Buffer[];
  /** Between two earlier sizes, the present one by default; 0 < first. */
  consistencyProof(first: number, second?: number): Buffer[];
  subjectRef(subjectKey: Uint8Array): string;
}

export const SIGNING_KEY = 'audit.signingKey';
/** Leaves that nobody writes without the key and after which a log may rightly be smaller than it was. */
const NEW_LINEAGE = ['backup.restore', 'vault.salvage', 'audit.accept'] as const;

export function createAuditLog(deps: AuditLogDeps): AuditLog {
  const { store, clock, random, appVersion, keptHeads } = deps;
  const repository = createAuditRepository(store.db);
  const anchor = store.sidecar(ANCHOR_FILE);
  const origin = `cloister/${store.vaultId}`;
  let signer = createSigner(origin, signingKey());
  const found = keysOfLog(repository, origin, signer.verifierKey);
  /** Without a sound succession only what the present key signed is believed, and the vault is read only. */
  let keys = found ?? createLogKeys(origin, signer.verifierKey);
  const companions: (() => void)[] = [];

  function signingKey(): Buffer {
    const kept = repository.secret(SIGNING_KEY);
    if (kept) return kept;
    const made = random.bytes(32);
    repository.putSecret(SIGNING_KEY, made);
    return made;
  }

  const source: SubtreeSource = (level, index) => {
    const hash = repository.hash(level, Number(index));
    if (!hash) throw broken(`subtree ${level}/${index} is missing`);
    return hash;
  };
  const rootOf = (size: number): Buffer => rootAt(BigInt(size), source);

  function append(entry: AuditEntry): { seq: number; leafHash: Buffer } {
    // No savepoint inside the caller's transaction: the entry is checked before its first row is
    // written, and a failing row fails the whole act.
    return store.db.inTransaction ? add(entry) : store.transaction(() => add(entry));
  }

  function add(entry: AuditEntry): { seq: number; leafHash: Buffer } {
    const seq = repository.size();
    const at = clock.now();
    const ticks = Math.round(clock.monotonicMs());
    const body = encodeLeaf({ ...entry, v: 1, seq, at, ticks, app: appVersion });
    const hash = leafHash(body);
    repository.addLeaf({ seq, at, action: entry.action, body, leaf_hash: hash });
    // An odd place completes its pair, which may complete the pair above it, and so on.
    for (let level = 0, index = seq, node = hash; index % 2 === 1;) {
      node = nodeHash(source(level, BigInt(index - 1)), node);
      level += 1;
      index = (index - 1) / 2;
      repository.addNode(level, index, node);
    }
    return { seq, leafHash: hash };
  }

  function sign(): SignedHead {
    if (store.db.inTransaction) throw new Error('A head is signed after the commit, not inside it');
    const size = repository.size();
    const previous = repository.head();
    if (previous && (previous.size > size || !rootOf(previous.size).equals(previous.root))) {
      throw broken('the log does not continue its last signed head');
    }
    const root = rootOf(size);
    const at = clock.now();
    const checkpoint = signer.sign(checkpointText({ origin, size, root }));
    repository.putHead({ size, root, signed_note: checkpoint, at });
    for (const keep of companions) keep();
    // A rolled-back log must not take the evidence against itself away.
    const signed = { size, root, at, checkpoint };
    if (compareAnchor() !== 'rolledBack') writeAnchor(signed);
    return signed;
  }

  function writeAnchor({ checkpoint, at }: SignedHead): void {
    const successions = keys.successions.map(({ note }) => note);
    const text = anchorText({ checkpoint, verifierKey: signer.verifierKey, at, successions });
    anchor.write(text);
    keptHeads?.write(lineage(), text);
  }

  const lineage = (): string =>
    repository.newestOf(NEW_LINEAGE)?.leaf_hash.toString('hex') ?? 'first';

  function signedHead(): SignedHead | undefined {
    const row = repository.head();
    return row?.signed_note
      ? { size: row.size, root: row.root, at: row.at, checkpoint: row.signed_note }
      : undefined;
  }

  const anchors = (): Anchor[] =>
    [readAnchor(anchor.read()), readAnchor(keptHeads?.read(lineage()))].filter(
      (each) => each !== undefined,
    );

  function compareAnchor(): AnchorState {
    if (!found) return 'broken';
    const states = anchors().map(({ note, successions }) => compareHead(note, successions).state);
    return (
      (['broken', 'rolledBack', 'intact'] as const).find((each) => states.includes(each)) ??
      'unknown'
    );
  }

  function compareHead(
    note: string,
    successions: readonly string[] = [],
  ): { state: AnchorState; size: number } {
    const known = keys.extendedBy(successions).openHead(note);
    if (!known) return { state: 'broken', size: 0 };
    const { size } = known;
    if (size > repository.size()) return { state: 'rolledBack', size };
    try {
      return { state: rootOf(size).equals(known.root) ? 'intact' : 'rolledBack', size };
    } catch {
      return { state: 'broken', size }; // A subtree that the root needs is gone.
    }
  }

  function acceptHead(by: Parameters<AuditLog['acceptHead']>[0]): Result<void> {
    if (compareAnchor() === 'broken') {
      return failure(
        'AUDIT_BROKEN',
        'The audit log itself is damaged, so there is no head to accept. Nothing was changed. Keep a copy of the vault folder and restore a backup.',
      );
    }
    const [newest] = anchors().sort((one, other) => claimedSize(other) - claimedSize(one));
    const note = newest?.note ?? '';
    const known = keys.extendedBy(newest?.successions ?? []).openHead(note);
    const salt = random.bytes(32);
    store.transaction(() => {
      const { seq } = append({
        action: 'audit.accept',
        actor: by.actor,
        roles: by.roles,
        ...(by.second !== undefined && { object: { type: 'user', id: by.second } }),
        counts: { knownSize: known?.size ?? 0, size: repository.size() },
        commitments: {
          knownHead: createHash('sha256').update(note).digest('hex'),
          reason: commitment(salt, Buffer.from(by.reason, 'utf8')),
        },
      });
      repository.putAcceptance(seq, salt, by.reason);
    });
    const head = sign();
    writeAnchor(head);
    return ok(undefined);
  }

  function rotateKey(by: Parameters<AuditLog['rotateKey']>[0]): ReturnType<AuditLog['rotateKey']> {
    const state = compareAnchor();
    if (state === 'rolledBack' || state === 'broken') {
      return failure(
        'AUDIT_BROKEN',
        'The audit log does not continue its newest known head, so it takes no new key: that would bless what was found. Nothing was changed. Look at the audit room first.',
      );
    }
    sign(); // What came before is the old key's to answer for.
    const seed = random.bytes(32);
    const next = createSigner(origin, seed);
    const formerKey = signer.verifierKey;
    const succession = store.transaction((): Succession => {
      const link = { seq: repository.size(), from: formerKey, to: next.verifierKey };
      const text = successionText(origin, link);
      // Both notes begin with the text and an empty line; the second one's signature follows the first's.
      const note = signer.sign(text) + next.sign(text).slice(text.length + 1);
      append({ action: SUCCESSION, actor: by.actor, roles: by.roles, succession: note });
      repository.replaceSecret(SIGNING_KEY, seed);
      return { ...link, note };
    });
    seed.fill(0);
    signer = next;
    keys = createLogKeys(origin, keys.first, [...keys.successions, succession]);
    const head = sign();
    try {
      store.checkpoint(); // The old key's page goes from the write-ahead log, too.
    } catch {
      // A reader or a full disk: the lock does it later. The new key is in force either way.
    }
    return ok({ formerKey, head });
  }

  const leafOf = (row: LeafRow): AuditLeaf => ({
    seq: row.seq,
    at: row.at,
    action: row.action,
    body: row.body ? decodeLeaf(row.body) : undefined,
    leafHash: row.leaf_hash,
  });

  return {
    origin,
    get verifierKey() {
      return signer.verifierKey;
    },
    keys: () => keys,
    append,
    size: () => repository.size(),
    head() {
      const size = repository.size();
      return { size, root: rootOf(size) };
    },
    sign,
    onSign: (keep) => void companions.push(keep),
    signNote(text) {
      if (text.startsWith(`${origin}\n`)) throw new Error('Only `sign` makes checkpoints');
      return signer.sign(text);
    },
    signedHead,
    compareAnchor,
    knownHeads: () =>
      [
        knownHead('beside', anchor.read(), compareHead),
        knownHead('keyStore', keptHeads?.read(lineage()), compareHead),
      ].filter((each) => each !== undefined),
    compareHead,
    acceptHead,
    rotateKey,
    verify: (options = {}) =>
      verifyLog({
        ...{ ...options, repository, origin, verifierKey: signer.verifierKey, anchors: anchors() },
      }),
    list({ before = Number.MAX_SAFE_INTEGER, limit, action }) {
      const items = repository.page(before, limit, action).map(leafOf);
      const last = items.at(-1);
      const more = last !== undefined && items.length === limit && last.seq > 0;
      return { items, next: more ? last.seq : undefined, total: repository.countOf(action) };
    },
    exportFile() {
      // The head known outside before this one: the file shows that the log continues it.
      const before = noteInAnchor(anchor.read());
      const known = keys.openHead(before ?? '');
      const head = sign();
      const checkpoints = [...(before && known ? [before] : []), head.checkpoint];
      const { size } = head;
      const verifierKey = keys.first;
      return { head, lines: exportLines({ repository, origin, verifierKey, size, checkpoints }) };
    },
    leaf(seq) {
      const row = repository.leaf(seq);
      return row && leafOf(row);
    },
    inclusionProof: (seq, size = repository.size()) =>
      inclusionProof(BigInt(seq), BigInt(size), source),
    consistencyProof: (first, second = repository.size()) =>
      consistencyProof(BigInt(first), BigInt(second), source),
    subjectRef: (subjectKey) => subjectRef(subjectKey, origin),
  };
}

const claimedSize = ({ note }: Anchor): number =>
  parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1))?.size ?? -1;

const broken = (detail: string) =>
  fault(
    'AUDIT_BROKEN',
    `The audit log was changed by something other than Cloister: ${detail}. Nothing was signed. Keep a copy of the vault folder and tell the auditor.`,
    { detail },
  );
