/** How much noise a wished-for guarantee costs. */
import { checkDelta, checkPhases } from './phases.ts';
import { rdpEpsilon } from './rdp.ts';

export interface NoiseWish {
  readonly targetEpsilon: number;
  readonly delta: number;
  readonly sampleRate: number;
  readonly steps: number;
}

/** The recipe refuses more. */
export const MOST_NOISE = 1000;
const PRECISION = 1e-4;

/**
 * The smallest noise multiplier, to one part in 10,000, whose guarantee keeps the target. Planned with
 * the Rényi accountant: it answers in milliseconds, and since the numerical one is tighter, both figures
 * of the finished run stay within what was wished for.
 * @returns null where even the largest noise does not keep it.
 * @throws RangeError for values outside their range.
 */
export function noiseFor({ targetEpsilon, delta, sampleRate, steps }: NoiseWish): number | null {
  if (!(targetEpsilon > 0)) throw new RangeError(`Epsilon must be positive, got ${targetEpsilon}`);
  checkDelta(delta);
  checkPhases([{ sampleRate, noiseMultiplier: 1, steps }]);
  const keeps = (noiseMultiplier: number): boolean =>
    rdpEpsilon([{ sampleRate, noiseMultiplier, steps }], delta).epsilon <= targetEpsilon;
  let high = 1;
  while (!keeps(high)) {
    if (high >= MOST_NOISE) return null;
    high = Math.min(MOST_NOISE, 2 * high);
  }
  let low = high / 2;
  while (low > PRECISION && keeps(low)) [low, high] = [low / 2, low];
  while (high - low > PRECISION * high) {
    const middle = (low + high) / 2;
    if (keeps(middle)) high = middle;
    else low = middle;
  }
  return high;
}
