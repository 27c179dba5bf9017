// The Merkle tree of RFC 6962 section 2.1 and RFC 9162 section 2.1: hashes, roots, proofs. Pure functions
// over a source of stored subtree hashes. Sizes and indices are BigInt: proofs from elsewhere may speak
// of logs beyond 2^53 leaves. Verifiers answer false for every malformed input and throw for none.
import { createHash } from 'node:crypto';

export const HASH_BYTES = 32;

/** Root of the tree without leaves: SHA-256 of the empty string. */
export const EMPTY_ROOT: Buffer = createHash('sha256').digest();

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

export const leafHash = (entry: Uint8Array): Buffer =>
  createHash('sha256').update(LEAF).update(entry).digest();

export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  createHash('sha256').update(NODE).update(left).update(right).digest();

/**
 * Hash of the complete subtree over the leaves [index·2^level, (index+1)·2^level); level 0 is a leaf's
 * hash. Only asked for subtrees that lie wholly inside the tree.
 */
export type SubtreeSource = (level: number, index: bigint) => Buffer;

/** Root of the first `size` leaves. */
export const rootAt = (size: bigint, source: SubtreeSource): Buffer =>
  size === 0n ? EMPTY_ROOT : rangeHash(0n, size, source);

/** PATH(m, D_n) of RFC 9162 section 2.1.3.1, leaf's sibling first. Needs 0 <= index < size. */
export function inclusionProof(index: bigint, size: bigint, source: SubtreeSource): Buffer[] {
  if (index < 0n || index >= size) throw new RangeError(`No leaf ${index} in a tree of ${size}`);
  return path(index, 0n, size, source);
}

function path(index: bigint, begin: bigint, end: bigint, source: SubtreeSource): Buffer[] {
  if (end - begin === 1n) return [];
  const split = begin + splitPoint(end - begin);
  return index < split
    ? [...path(index, begin, split, source), rangeHash(split, end, source)]
    : [...path(index, split, end, source), rangeHash(begin, split, source)];
}

/** PROOF(m, D_n) of RFC 9162 section 2.1.4.1. Needs 0 < first <= second; equal sizes need no proof. */
export function consistencyProof(first: bigint, second: bigint, source: SubtreeSource): Buffer[] {
  if (first <= 0n || first > second) throw new RangeError(`No proof from ${first} to ${second}`);
  return subproof(first, 0n, second, true, source);
}

function subproof(
  first: bigint,
  begin: bigint,
  end: bigint,
  known: boolean,
  source: SubtreeSource,
): Buffer[] {
  if (first === end) return known ? [] : [rangeHash(begin, end, source)];
  const split = begin + splitPoint(end - begin);
  return first <= split
    ? [...subproof(first, begin, split, known, source), rangeHash(split, end, source)]
    : [...subproof(first, split, end, false, source), rangeHash(begin, split, source)];
}

export interface InclusionClaim {
  readonly index: bigint;
  readonly size: bigint;
  readonly leafHash: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** RFC 9162 section 2.1.3.2. */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { index, size, root, proof } = claim;
  if (index < 0n || index >= size || ![claim.leafHash, root, ...proof].every(isHash)) return false;
  let fn = index;
  let sn = size - 1n;
  let hash: Uint8Array = claim.leafHash;
  for (const sibling of proof) {
    if (sn === 0n) return false;
    if (isOdd(fn) || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(fn) && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && same(hash, root);
}

export interface ConsistencyClaim {
  readonly first: bigint;
  readonly second: bigint;
  readonly firstRoot: Uint8Array;
  readonly secondRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** RFC 9162 section 2.1.4.2. An earlier size of 0 proves nothing and is refused: handle it before. */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { first, second, firstRoot, secondRoot, proof } = claim;
  if (first <= 0n || first > second) return false;
  if (first === second) return proof.length === 0 && same(firstRoot, secondRoot);
  if (![firstRoot, secondRoot, ...proof].every(isHash)) return false;
  if (proof.length === 0) return false;
  // A complete earlier tree is a node of the later one: the proof then leaves its root out.
  const [start, ...rest] = isPowerOfTwo(first) ? [firstRoot, ...proof] : proof;
  let fn = first - 1n;
  let sn = second - 1n;
  while (isOdd(fn)) {
    fn >>= 1n;
    sn >>= 1n;
  }
  let earlier = start as Uint8Array;
  let later = start as Uint8Array;
  for (const sibling of rest) {
    if (sn === 0n) return false;
    if (isOdd(fn) || fn === sn) {
      earlier = nodeHash(sibling, earlier);
      later = nodeHash(sibling, later);
      while (!isOdd(fn) && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      later = nodeHash(later, sibling);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && same(earlier, firstRoot) && same(later, secondRoot);
}

/**
 * A growing tree in O(log n) memory: the complete subtrees from left to right, one per bit of the size.
 * `onNode` hears each subtree above the leaves when it is completed.
 */
export interface CompactRange {
  append(hash: Buffer): void;
  root(): Buffer;
}

export function createCompactRange(
  onNode: (level: number, index: number, hash: Buffer) => void = () => undefined,
): CompactRange {
  const complete: { readonly level: number; readonly index: number; readonly hash: Buffer }[] = [];
  let size = 0;
  return {
    append(hash) {
      let node = { level: 0, index: size, hash };
      for (let left = complete.at(-1); left?.level === node.level; left = complete.at(-1)) {
        complete.pop();
        node = {
          level: node.level + 1,
          index: Math.floor(node.index / 2),
          hash: nodeHash(left.hash, node.hash),
        };
        onNode(node.level, node.index, node.hash);
      }
      complete.push(node);
      size += 1;
    },
    root() {
      const last = complete.at(-1);
      if (!last) return EMPTY_ROOT;
      return complete
        .slice(0, -1)
        .reduceRight((right, { hash }) => nodeHash(hash, right), last.hash);
    },
  };
}

/** MTH(D[begin:end]); `begin` is a multiple of the largest power of two in play, as all callers split. */
function rangeHash(begin: bigint, end: bigint, source: SubtreeSource): Buffer {
  const width = end - begin;
  if (isPowerOfTwo(width)) return source(bitLength(width) - 1, begin / width);
  const split = begin + splitPoint(width);
  return nodeHash(rangeHash(begin, split, source), rangeHash(split, end, source));
}

/** The largest power of two below n; n > 1. */
const splitPoint = (n: bigint): bigint => 1n << BigInt(bitLength(n - 1n) - 1);

const bitLength = (n: bigint): number => n.toString(2).length;
const isOdd = (n: bigint): boolean => (n & 1n) === 1n;
const isPowerOfTwo = (n: bigint): boolean => (n & (n - 1n)) === 0n;
const isHash = (bytes: Uint8Array): boolean => bytes.length === HASH_BYTES;
// Nothing here is secret: comparing may take as long as it likes.
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
