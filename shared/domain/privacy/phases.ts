/**
 * What an accountant is told: how often a mechanism ran, and with which noise. Impossible values are
 * refused, because an accountant that computes with them returns a number that looks like a guarantee.
 */
export interface PrivacyPhase {
  /** Chance of each sequence to be in a batch. */
  readonly sampleRate: number;
  /** Standard deviation of the noise over the clip norm. */
  readonly noiseMultiplier: number;
  readonly steps: number;
}

export function checkPhases(phases: readonly PrivacyPhase[]): void {
  for (const { sampleRate, noiseMultiplier, steps } of phases) {
    if (!(sampleRate >= 0 && sampleRate <= 1))
      throw new RangeError(`The sample rate must lie in [0, 1], got ${sampleRate}`);
    if (!(noiseMultiplier > 0 && Number.isFinite(noiseMultiplier)))
      throw new RangeError(`The noise multiplier must be positive, got ${noiseMultiplier}`);
    if (!Number.isInteger(steps) || steps < 0)
      throw new RangeError(`The number of steps must be a whole number, got ${steps}`);
  }
}

export function checkDelta(delta: number): void {
  if (!(delta > 0 && delta < 1)) throw new RangeError(`Delta must lie in (0, 1), got ${delta}`);
}
