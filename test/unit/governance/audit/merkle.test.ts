import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EMPTY_ROOT,
  consistencyProof,
  createCompactRange,
  inclusionProof,
  leafHash,
  nodeHash,
  rootAt,
  verifyConsistency,
  verifyInclusion,
  type SubtreeSource,
} from '../../../../main/governance/audit/merkle.ts';

// Leaf entries and roots for sizes 0 to 8 of transparency-dev/merkle, testonly/constants.go.
const ENTRIES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** The definition of RFC 9162 section 2.1.1 word for word, as the independent judge. */
function definedRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leafHash(leaves[0] as Buffer);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(definedRoot(leaves.slice(0, split)), definedRoot(leaves.slice(split)));
}

const sourceOver =
  (leaves: readonly Buffer[]): SubtreeSource =>
  (level, index) => {
    const width = 1 << level;
    return definedRoot(leaves.slice(Number(index) * width, (Number(index) + 1) * width));
  };

const entries = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, index) => Buffer.from(`entry ${index}`));

describe('tree', () => {
  it.each(ROOTS.map((root, size) => ({ size, root })))(
    'has the published root at size $size',
    (row) => {
      const leaves = ENTRIES.slice(0, row.size);
      const range = createCompactRange();
      for (const entry of leaves) range.append(leafHash(entry));
      expect(range.root().toString('hex')).toBe(row.root);
      expect(rootAt(BigInt(row.size), sourceOver(leaves)).toString('hex')).toBe(row.root);
    },
  );

  it('gives the same root by definition, by compact range and by stored subtrees', () => {
    const all = entries(70);
    const nodes = new Map<string, Buffer>();
    const range = createCompactRange((level, index, hash) => nodes.set(`${level}/${index}`, hash));
    all.forEach((entry, index) => {
      nodes.set(`0/${index}`, leafHash(entry));
      range.append(leafHash(entry));
      const stored = rootAt(
        BigInt(index + 1),
        (level, at) => nodes.get(`${level}/${at}`) as Buffer,
      );
      expect(range.root()).toEqual(definedRoot(all.slice(0, index + 1)));
      expect(stored).toEqual(range.root());
    });
  });
});

describe('proofs', () => {
  const SIZE = 33;
  const all = entries(SIZE);
  const source = sourceOver(all);

  it('of inclusion hold for every leaf of every tree, and for no other leaf, place, size or root', () => {
    for (let size = 1; size <= SIZE; size += 1) {
      const root = definedRoot(all.slice(0, size));
      for (let index = 0; index < size; index += 1) {
        const claim = {
          index: BigInt(index),
          size: BigInt(size),
          leafHash: leafHash(all[index] as Buffer),
          root,
          proof: inclusionProof(BigInt(index), BigInt(size), source),
        };
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, leafHash: leafHash(Buffer.from('other')) })).toBe(false);
        expect(verifyInclusion({ ...claim, root: EMPTY_ROOT })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: [...claim.proof, root] })).toBe(false);
        if (size > 1) {
          expect(verifyInclusion({ ...claim, proof: claim.proof.slice(1) })).toBe(false);
          expect(verifyInclusion({ ...claim, index: BigInt((index + 1) % size) })).toBe(false);
        }
      }
    }
  });

  it('of consistency hold between every two sizes, and not for changed roots or proofs', () => {
    for (let second = 1; second <= SIZE; second += 1) {
      for (let first = 1; first <= second; first += 1) {
        const claim = {
          first: BigInt(first),
          second: BigInt(second),
          firstRoot: definedRoot(all.slice(0, first)),
          secondRoot: definedRoot(all.slice(0, second)),
          proof: consistencyProof(BigInt(first), BigInt(second), source),
        };
        expect(verifyConsistency(claim)).toBe(true);
        expect(verifyConsistency({ ...claim, firstRoot: EMPTY_ROOT })).toBe(false);
        expect(verifyConsistency({ ...claim, secondRoot: EMPTY_ROOT })).toBe(false);
        expect(verifyConsistency({ ...claim, proof: [...claim.proof, EMPTY_ROOT] })).toBe(false);
        if (claim.proof.length > 0) {
          expect(verifyConsistency({ ...claim, proof: claim.proof.slice(0, -1) })).toBe(false);
        }
      }
    }
  });

  it('break with any flipped bit', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 2, max: SIZE })
          .chain((second) =>
            fc.tuple(
              fc.integer({ min: 1, max: second - 1 }),
              fc.constant(second),
              fc.nat(),
              fc.nat(7),
            ),
          ),
        ([first, second, place, bit]) => {
          const proof = consistencyProof(BigInt(first), BigInt(second), source).map((hash) =>
            Buffer.from(hash),
          );
          const hash = proof[place % proof.length] as Buffer;
          hash[place % 32] = (hash[place % 32] as number) ^ (1 << bit);
          const firstRoot = definedRoot(all.slice(0, first));
          const secondRoot = definedRoot(all.slice(0, second));
          expect(
            verifyConsistency({
              first: BigInt(first),
              second: BigInt(second),
              firstRoot,
              secondRoot,
              proof,
            }),
          ).toBe(false);
        },
      ),
    );
  });

  it('refuse an earlier size of 0: no earlier head is the caller’s case, not a proof', () => {
    const root = definedRoot(all);
    const claim = { firstRoot: EMPTY_ROOT, secondRoot: root, proof: [] };
    expect(verifyConsistency({ ...claim, first: 0n, second: BigInt(SIZE) })).toBe(false);
    expect(verifyConsistency({ ...claim, first: 0n, second: 0n, secondRoot: EMPTY_ROOT })).toBe(
      false,
    );
    expect(() => consistencyProof(0n, 5n, source)).toThrow(RangeError);
    expect(() => consistencyProof(6n, 5n, source)).toThrow(RangeError);
    expect(() => inclusionProof(5n, 5n, source)).toThrow(RangeError);
  });

  it('refuse hashes that are not 32 bytes and negative places, without throwing', () => {
    const hash = leafHash(Buffer.from('a'));
    const claim = { index: 0n, size: 2n, leafHash: hash, root: hash, proof: [hash.subarray(1)] };
    expect(verifyInclusion(claim)).toBe(false);
    expect(verifyInclusion({ ...claim, index: -1n, proof: [hash] })).toBe(false);
  });

  it('work for sizes that no double holds exactly', () => {
    // All leaves alike: a complete subtree's hash depends on its level alone.
    const levels: Buffer[] = [leafHash(Buffer.from('same'))];
    for (let level = 1; level < 64; level += 1) {
      const below = levels[level - 1] as Buffer;
      levels.push(nodeHash(below, below));
    }
    const alike: SubtreeSource = (level) => levels[level] as Buffer;
    const second = 2n ** 63n + 2n ** 54n + 1n;
    const first = 2n ** 62n + 3n;
    const claim = {
      first,
      second,
      firstRoot: rootAt(first, alike),
      secondRoot: rootAt(second, alike),
      proof: consistencyProof(first, second, alike),
    };
    expect(verifyConsistency(claim)).toBe(true);
    expect(verifyConsistency({ ...claim, first: first + 1n })).toBe(false);
    const index = 2n ** 53n + 1n;
    const inclusion = {
      index,
      size: second,
      leafHash: levels[0] as Buffer,
      root: claim.secondRoot,
      proof: inclusionProof(index, second, alike),
    };
    expect(verifyInclusion(inclusion)).toBe(true);
    expect(verifyInclusion({ ...inclusion, size: index + 1n })).toBe(false);
  });
});
