/**
 * Gaussian noise that is fit for differential privacy. Its randomness comes from the operating system,
 * never from a recipe's seed: noise that can be drawn again can be subtracted again.
 *
 * A normal made from one pair of floating-point uniforms leaves gaps by which the value under it can be
 * told (Mironov 2012, https://doi.org/10.1145/2382196.2382264). Each number given here is the sum of four
 * independent normals divided by two, as Holohan and Braghin 2021 propose
 * (https://arxiv.org/abs/2107.10138) and as Opacus does in its secure mode: to invert it an attacker
 * has to search the product of the gaps.
 */

/** Fills an array with uniformly random bytes, unpredictably. */
export type SecureBytes = (target: Uint8Array) => void;

const CHUNK = 4096;
const SUMMANDS = 4;
/** Two to the 53rd: uniforms carry every bit a double has. */
const RESOLUTION = 2 ** 53;

/** @returns independent draws from N(0, deviation²). */
export function secureGaussian(
  length: number,
  deviation: number,
  fill: SecureBytes,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(length);
  const uniforms = uniformSource(fill);
  const half = deviation / Math.sqrt(SUMMANDS);
  for (let index = 0; index < length; index += 2) {
    let even = 0;
    let odd = 0;
    for (let round = 0; round < SUMMANDS; round += 1) {
      // Box and Muller 1958; 1 - u is never zero, so the logarithm is finite.
      const radius = Math.sqrt(-2 * Math.log(1 - uniforms()));
      const angle = 2 * Math.PI * uniforms();
      even += radius * Math.cos(angle);
      odd += radius * Math.sin(angle);
    }
    out[index] = half * even;
    if (index + 1 < length) out[index + 1] = half * odd;
  }
  return out;
}

/** Uniform in [0, 1) with 53 bits. */
export function uniformSource(fill: SecureBytes): () => number {
  const words = new Uint32Array(2 * CHUNK);
  const bytes = new Uint8Array(words.buffer);
  let at = words.length;
  return () => {
    if (at === words.length) {
      fill(bytes);
      at = 0;
    }
    const high = (words[at] as number) >>> 5;
    const low = (words[at + 1] as number) >>> 6;
    at += 2;
    return (high * 2 ** 26 + low) / RESOLUTION;
  };
}
