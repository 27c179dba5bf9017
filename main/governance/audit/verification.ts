// Recomputes the whole log from its bodies and compares everything stored with it: leaf hashes, subtree
// hashes, the signed head, the newest head known outside the database. Reports the first broken place.
import type { Anchor } from './anchor.ts';
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { createCompactRange, leafHash } from './merkle.ts';
import { decodeLeaf } from './leaf.ts';
import { prunedLeaves } from './retention.ts';
import {
  claimedFormerKey,
  createLogKeys,
  openSuccession,
  successionIn,
  type LogKeys,
  type Succession,
} from './succession.ts';
import type { AuditRepository, LeafRow } from './auditRepository.ts';

export interface AuditVerification {
  readonly intact: boolean;
  readonly size: number;
  readonly root: Buffer;
  readonly firstBroken: BrokenPlace | undefined;
  /** The newest head known outside the database, if there is one. */
  readonly knownHead: { readonly size: number; readonly consistent: boolean } | undefined;
}

export interface BrokenPlace {
  /** The leaf, or the size of the head, at which it shows. */
  readonly seq: number;
  /**
   * `gap`: a leaf is missing. `body`: the body does not give the leaf's hash, is gone, or disagrees with
   * its row. `node`: a stored subtree hash is wrong. `signature`, `head`: the signed head is not this
   * key's, or not of this log. `anchor`: the log is not a continuation of the head known outside.
   * `succession`: a new key of the log is not signed by the one before it, or is not the one it signs with.
   */
  readonly what: 'gap' | 'body' | 'node' | 'signature' | 'head' | 'anchor' | 'succession';
}

export interface VerificationOptions {
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface VerificationDeps extends VerificationOptions {
  readonly repository: AuditRepository;
  readonly origin: string;
  /** Of the key that the vault holds. */
  readonly verifierKey: string;
  /** Kept outside, as read. */
  readonly anchors: readonly Anchor[];
}

const PAGE = 2_000;

/** Lets other work pass between pages. Leaves appended meanwhile are left for the next time. */
export async function verifyLog(deps: VerificationDeps): Promise<AuditVerification> {
  const { repository, origin, verifierKey, onProgress, signal } = deps;
  const size = repository.size();
  const stored = repository.head();
  let firstBroken: BrokenPlace | undefined;
  const broken = (seq: number, what: BrokenPlace['what']): void => {
    firstBroken ??= { seq, what };
  };
  // Whose signature a head needs is known after the pass; whose root is needed, before it.
  const note = stored?.signed_note ?? undefined;
  const notes = [...(note === undefined ? [] : [note]), ...deps.anchors.map((each) => each.note)];
  const wanted = new Set(notes.map(claimedSize));
  const rootsAt = new Map<number, Buffer>();
  let first: string | undefined;
  const successions: Succession[] = [];

  /** Replaces the key where the leaf does; false where it claims to and does not. */
  function follows(row: LeafRow): boolean {
    const claimed = successionIn(row);
    if (claimed === undefined) return true;
    first ??= claimedFormerKey(claimed) ?? verifierKey;
    const next = openSuccession(claimed, origin, successions.at(-1)?.to ?? first, row.seq);
    if (next) successions.push(next);
    return next !== undefined;
  }

  let appended = 0;
  const range = createCompactRange((level, index, hash) => {
    if (repository.hash(level, index)?.equals(hash) !== true) broken(appended, 'node');
  });
  if (wanted.has(0)) rootsAt.set(0, range.root());

  const mayLackBody = prunedLeaves(repository.prunings(), (seq) => {
    const row = repository.leaf(seq);
    return row?.body && leafHash(row.body).equals(row.leaf_hash) ? decodeLeaf(row.body) : undefined;
  });

  while (appended < size && firstBroken === undefined) {
    signal?.throwIfAborted();
    const rows = repository.leaves(appended, Math.min(PAGE, size - appended));
    if (rows.length === 0) broken(appended, 'gap');
    for (const row of rows) {
      const what = complaint(row, appended, mayLackBody);
      if (what) {
        broken(appended, what);
        break;
      }
      if (!follows(row)) {
        broken(appended, 'succession');
        break;
      }
      range.append(row.leaf_hash);
      appended += 1;
      if (wanted.has(appended)) rootsAt.set(appended, range.root());
    }
    onProgress?.(appended, size);
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (!firstBroken && repository.size() === size && repository.nodeCount() !== nodesOf(size)) {
    broken(size, 'node');
  }

  const keys = createLogKeys(origin, first ?? verifierKey, successions);
  // Leaves that came after the count was taken may hold a rotation: left for the next time as they are.
  if (!firstBroken && repository.size() === size && keys.current !== verifierKey) {
    broken(size, 'succession');
  }
  const holds = (head: Checkpoint): boolean => rootsAt.get(head.size)?.equals(head.root) === true;
  if (note !== undefined) {
    const signed = keys.openHead(note);
    if (!signed) broken(stored?.size ?? 0, 'signature');
    else if (!holds(signed)) broken(Math.min(signed.size, size), 'head');
  }
  const known = deps.anchors.map((anchor) => judged(anchor, keys, holds));
  // The one that complains, else the newest.
  const [knownHead] = known.sort(
    (one, other) => Number(one.consistent) - Number(other.consistent) || other.size - one.size,
  );
  if (knownHead?.consistent === false) broken(Math.min(knownHead.size, size), 'anchor');
  return { intact: firstBroken === undefined, size, root: range.root(), firstBroken, knownHead };
}

const claimedSize = (note: string): number =>
  parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1))?.size ?? -1;

function judged(
  { note, successions }: Anchor,
  keys: LogKeys,
  holds: (head: Checkpoint) => boolean,
): { readonly size: number; readonly consistent: boolean } {
  const head = keys.extendedBy(successions).openHead(note);
  return head ? { size: head.size, consistent: holds(head) } : { size: 0, consistent: false };
}

function complaint(
  row: LeafRow,
  expected: number,
  mayLackBody: (seq: number) => boolean,
): BrokenPlace['what'] | undefined {
  if (row.seq !== expected) return 'gap';
  if (!row.body && mayLackBody(row.seq)) return undefined;
  if (!row.body || !leafHash(row.body).equals(row.leaf_hash)) return 'body';
  try {
    const body = decodeLeaf(row.body);
    const agrees = body.seq === row.seq && body.at === row.at && body.action === row.action;
    return agrees ? undefined : 'body';
  } catch {
    return 'body'; // Not JSON: written with its hash by something other than this program.
  }
}

/** A tree of n leaves has n minus (ones in n) complete subtrees above the leaves. */
function nodesOf(size: number): number {
  const ones = size.toString(2).replaceAll('0', '').length;
  return size - ones;
}
