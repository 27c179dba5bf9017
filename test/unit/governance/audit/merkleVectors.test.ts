// The 196 public vectors of transparency-dev/merkle in ../shared/data/merkle; most must be refused.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyConsistency, verifyInclusion } from '../../../../main/governance/audit/index.ts';

const FOLDER = fileURLToPath(new URL('../../../../../shared/data/merkle', import.meta.url));

interface Vector {
  readonly desc: string;
  readonly wantErr: boolean;
  readonly [field: string]: unknown;
}

/** Indices reach 2^64-1: the source text of each number is kept and read as BigInt. */
const parse = (text: string): Vector =>
  JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? BigInt(context?.source ?? value) : value,
  ) as Vector;

function vectors(kind: string): { name: string; vector: Vector }[] {
  const folder = join(FOLDER, kind);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({ name, vector: parse(readFileSync(join(folder, name), 'utf8')) }));
}

const bytes = (value: unknown): Buffer => Buffer.from(String(value ?? ''), 'base64');
const hashes = (value: unknown): Buffer[] => ((value ?? []) as unknown[]).map(bytes);

describe.skipIf(!existsSync(FOLDER))('public vectors (needs ../shared/data/merkle)', () => {
  const judged = { accepted: 0, refused: 0 };
  const count = (holds: boolean): void => {
    if (holds) judged.accepted += 1;
    else judged.refused += 1;
  };

  for (const { name, vector } of existsSync(FOLDER) ? vectors('inclusion') : []) {
    it(`inclusion ${name}`, () => {
      const holds = verifyInclusion({
        index: vector.leafIdx as bigint,
        size: vector.treeSize as bigint,
        leafHash: bytes(vector.leafHash),
        root: bytes(vector.root),
        proof: hashes(vector.proof),
      });
      count(holds);
      expect(holds).toBe(!vector.wantErr);
    });
  }

  for (const { name, vector } of existsSync(FOLDER) ? vectors('consistency') : []) {
    it(`consistency ${name}`, () => {
      const holds = verifyConsistency({
        first: vector.size1 as bigint,
        second: vector.size2 as bigint,
        firstRoot: bytes(vector.root1),
        secondRoot: bytes(vector.root2),
        proof: hashes(vector.proof),
      });
      count(holds);
      expect(holds).toBe(!vector.wantErr);
    });
  }

  it('are all there: 12 that hold and 184 that must be refused', () => {
    expect(judged).toEqual({ accepted: 12, refused: 184 });
  });
});
