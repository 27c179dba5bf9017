// Randomness that repeats itself for the same seed: SHA-256 in counter mode. Never for a real vault.
import { createHash } from 'node:crypto';
import { createRandom, type Clock, type Random } from '../../main/platform/index.ts';

export function createFakeRandom(clock: Clock, seed = 'cloister'): Random {
  let counter = 0;
  const bytes = (count: number): Buffer => {
    const blocks: Buffer[] = [];
    for (let have = 0; have < count; have += 32) {
      blocks.push(createHash('sha256').update(`${seed}:${counter++}`).digest());
    }
    return Buffer.concat(blocks).subarray(0, count);
  };
  return createRandom(clock, bytes);
}
