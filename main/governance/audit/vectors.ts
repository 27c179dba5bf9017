// Proof vectors of transparency-dev/merkle, run on the machine in front of the auditor. Numbers reach
// 2^64 - 1: the source text of each is kept and read as a BigInt.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { verifyConsistency, verifyInclusion } from './merkle.ts';

export interface VectorReport {
  readonly passed: number;
  /** Paths below the folder. */
  readonly failed: readonly string[];
}

interface Vector {
  readonly wantErr?: boolean;
  readonly [field: string]: unknown;
}

/** The folder holds `inclusion` and `consistency`. Throws what reading throws. */
export function runVectors(folder: string): VectorReport {
  const failed: string[] = [];
  let passed = 0;
  for (const [kind, holds] of Object.entries(KINDS)) {
    const names = readdirSync(join(folder, kind), { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((each) => each.endsWith('.json')).sort()) {
      const vector = parse(readFileSync(join(folder, kind, name), 'utf8'));
      if (holds(vector) === (vector.wantErr !== true)) passed += 1;
      else failed.push(join(kind, name));
    }
  }
  return { passed, failed };
}

const KINDS: Readonly<Record<string, (vector: Vector) => boolean>> = {
  inclusion: (vector) =>
    verifyInclusion({
      index: vector['leafIdx'] as bigint,
      size: vector['treeSize'] as bigint,
      leafHash: bytes(vector['leafHash']),
      root: bytes(vector['root']),
      proof: hashes(vector['proof']),
    }),
  consistency: (vector) =>
    verifyConsistency({
      first: vector['size1'] as bigint,
      second: vector['size2'] as bigint,
      firstRoot: bytes(vector['root1']),
      secondRoot: bytes(vector['root2']),
      proof: hashes(vector['proof']),
    }),
};

const parse = (text: string): Vector =>
  JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' ? BigInt(context?.source ?? value) : value,
  ) as Vector;

const bytes = (value: unknown): Buffer =>
  Buffer.from(typeof value === 'string' ? value : '', 'base64');
const hashes = (value: unknown): Buffer[] => ((value ?? []) as unknown[]).map(bytes);
