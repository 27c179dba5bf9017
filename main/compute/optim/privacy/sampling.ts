/**
 * Poisson sampling: each sequence is in a batch by a coin of its own. The accountants' amplification holds
 * for this and not for batches of a fixed size, so sizes vary and a batch may be empty.
 */
import { uniformSource, type SecureBytes } from './noise.ts';

/** @returns the members of one batch, ascending. `rate` in [0, 1]. */
export function poissonBatches(
  sequences: number,
  rate: number,
  batches: number,
  fill: SecureBytes,
): number[][] {
  const uniform = uniformSource(fill);
  return Array.from({ length: batches }, () => {
    const members: number[] = [];
    for (let index = 0; index < sequences; index += 1) if (uniform() < rate) members.push(index);
    return members;
  });
}
