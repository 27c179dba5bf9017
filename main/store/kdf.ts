// From a passphrase to a key: Argon2id (RFC 9106). Node's own where its OpenSSL has it; WebAssembly where
// it has not, as in Electron, which links BoringSSL. Both give the same bytes, so a vault moves freely.
import * as crypto from 'node:crypto';
import { argon2id as wasmArgon2id } from 'hash-wasm';
import type { Clock } from '../platform/index.ts';

/** What one guess costs an attacker; stored in each slot. */
export interface KdfCost {
  readonly algorithm: 'argon2id';
  readonly memoryKiB: number;
  readonly iterations: number;
  readonly parallelism: number;
}

/** OWASP Password Storage Cheat Sheet: never below 19 MiB, two passes, one lane. */
export const KDF_FLOOR: KdfCost = {
  algorithm: 'argon2id',
  memoryKiB: 19_456,
  iterations: 2,
  parallelism: 1,
};
const MOST_MEMORY_KIB = 262_144; // Beyond 256 MiB an 8 GB ward machine starts to swap under load.
const MOST_ITERATIONS = 64;
const KEY_BYTES = 32;

/** A slot from a foreign hand must neither be cheap to guess nor able to exhaust this machine. */
export function isAcceptableCost(cost: KdfCost): boolean {
  const within = (value: number, least: number, most: number): boolean =>
    Number.isInteger(value) && value >= least && value <= most;
  return (
    within(cost.memoryKiB, KDF_FLOOR.memoryKiB, 4 * MOST_MEMORY_KIB) &&
    within(cost.iterations, KDF_FLOOR.iterations, MOST_ITERATIONS) &&
    within(cost.parallelism, KDF_FLOOR.parallelism, 16)
  );
}

export type Argon2Engine = (
  passphrase: Uint8Array,
  salt: Uint8Array,
  cost: KdfCost,
) => Promise<Buffer>;

export const nodeArgon2: Argon2Engine | undefined =
  typeof crypto.argon2 === 'function'
    ? (message, nonce, cost) =>
        new Promise((resolve, reject) => {
          const { parallelism, memoryKiB: memory, iterations: passes } = cost;
          crypto.argon2(
            'argon2id',
            { message, nonce, parallelism, memory, passes, tagLength: KEY_BYTES },
            (error, key) => (error ? reject(error) : resolve(key)),
          );
        })
    : undefined;

export const wasmArgon2: Argon2Engine = async (password, salt, cost) =>
  Buffer.from(
    await wasmArgon2id({
      password,
      salt,
      memorySize: cost.memoryKiB,
      iterations: cost.iterations,
      parallelism: cost.parallelism,
      hashLength: KEY_BYTES,
      outputType: 'binary',
    }),
  );

/** 32 bytes. The passphrase is taken in NFC: keyboards and systems spell the same letter differently. */
export async function deriveKey(
  passphrase: string,
  salt: Uint8Array,
  cost: KdfCost,
  engine: Argon2Engine = nodeArgon2 ?? wasmArgon2,
): Promise<Buffer> {
  const bytes = Buffer.from(passphrase.normalize('NFC'), 'utf8');
  try {
    return await engine(bytes, salt, cost);
  } finally {
    bytes.fill(0);
  }
}

const LEAST_MS = 500;
const AIM_MS = 700;
const MOST_MS = 1_000;
/** A busy machine makes a cost look dearer than an attacker will find it: the quickest of a few counts. */
const TRIALS = 3;

/** Finds a cost that takes this machine 0.5 to 1 s, memory first, and never goes below the floor. */
export async function calibrateKdf(
  clock: Clock,
  engine: Argon2Engine = nodeArgon2 ?? wasmArgon2,
): Promise<KdfCost> {
  let cost: KdfCost = { ...KDF_FLOOR, memoryKiB: 65_536, iterations: 3 };
  for (let round = 0; round < 4; round += 1) {
    const took = await quickest(clock, engine, cost);
    if (took >= LEAST_MS && took <= MOST_MS) return cost;
    const next = scaled(cost, AIM_MS / took);
    if (next.memoryKiB === cost.memoryKiB && next.iterations === cost.iterations) return cost;
    cost = next;
  }
  return cost;
}

async function quickest(clock: Clock, engine: Argon2Engine, cost: KdfCost): Promise<number> {
  let least = Infinity;
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const started = clock.monotonicMs();
    await engine(Buffer.from('calibration'), Buffer.alloc(16, 7), cost);
    least = Math.min(least, clock.monotonicMs() - started);
  }
  return Math.max(1, least);
}

/** Time grows with memory times iterations. */
function scaled(cost: KdfCost, factor: number): KdfCost {
  const work = cost.memoryKiB * cost.iterations * factor;
  const clamp = (value: number, least: number, most: number): number =>
    Math.min(most, Math.max(least, Math.round(value)));
  const preferredIterations = 3;
  const memoryKiB = clamp(work / preferredIterations, KDF_FLOOR.memoryKiB, MOST_MEMORY_KIB);
  const iterations = clamp(work / memoryKiB, KDF_FLOOR.iterations, MOST_ITERATIONS);
  return { ...cost, memoryKiB, iterations };
}
