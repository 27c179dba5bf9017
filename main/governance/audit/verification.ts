// Recomputes the whole log from its bodies and compares everything stored with it: leaf hashes, subtree
// hashes, the signed head, the newest head known outside the database. Reports the first broken place.
import { openCheckpoint, type Checkpoint } from './checkpoint.ts';
import { createCompactRange, leafHash } from './merkle.ts';
import { decodeLeaf } from './leaf.ts';
import { prunedLeaves } from './retention.ts';
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
   */
  readonly what: 'gap' | 'body' | 'node' | 'signature' | 'head' | 'anchor';
}

export interface VerificationOptions {
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface VerificationDeps extends VerificationOptions {
  readonly repository: AuditRepository;
  readonly origin: string;
  readonly verifierKey: string;
  /** The note kept outside, as read. */
  readonly anchor: string | undefined;
}

const PAGE = 2_000;

/** Lets other work pass between pages. Leaves appended meanwhile are left for the next time. */
export async function verifyLog(deps: VerificationDeps): Promise<AuditVerification> {
  const { repository, origin, verifierKey, onProgress, signal } = deps;
  const size = repository.size();
  const stored = repository.head();
  const signed = note(stored?.signed_note ?? undefined);
  const anchor = note(deps.anchor);
  let firstBroken: BrokenPlace | undefined;
  const broken = (seq: number, what: BrokenPlace['what']): void => {
    firstBroken ??= { seq, what };
  };

  function note(text: string | undefined): Checkpoint | 'forged' | undefined {
    if (text === undefined) return undefined;
    return openCheckpoint(text, origin, verifierKey) ?? 'forged';
  }

  const rootsAt = new Map<number, Buffer>();
  const wanted = new Set(
    [signed, anchor].map((head) => (typeof head === 'object' ? head.size : -1)),
  );
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

  const holds = (head: Checkpoint): boolean => rootsAt.get(head.size)?.equals(head.root) === true;
  if (signed === 'forged') broken(stored?.size ?? 0, 'signature');
  else if (signed && !holds(signed)) broken(Math.min(signed.size, size), 'head');
  const knownHead =
    anchor === undefined
      ? undefined
      : anchor === 'forged'
        ? { size: 0, consistent: false }
        : { size: anchor.size, consistent: holds(anchor) };
  if (knownHead?.consistent === false) broken(Math.min(knownHead.size, size), 'anchor');
  return { intact: firstBroken === undefined, size, root: range.root(), firstBroken, knownHead };
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
