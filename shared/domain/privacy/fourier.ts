/**
 * The n-fold circular convolution of a real sequence with itself, by the fast Fourier transform (Cooley
 * and Tukey 1965, radix 2, in place). The real sequence is folded into a complex one of half its length,
 * so a grid of 2^k points costs two transforms of 2^(k-1).
 */

/** @param values length a power of two, at least 4; overwritten with the result. */
export function convolveWithSelf(values: Float64Array, times: number): void {
  const half = values.length / 2;
  if (!Number.isInteger(Math.log2(half)) || half < 2)
    throw new RangeError(`The length must be a power of two, at least 4; got ${values.length}`);
  const re = new Float64Array(half);
  const im = new Float64Array(half);
  for (let k = 0; k < half; k++) {
    re[k] = values[2 * k] as number;
    im[k] = values[2 * k + 1] as number;
  }
  const turns = rootsOfUnity(half);
  transform(re, im, turns);
  powerOfSpectrum(re, im, times);
  // The inverse transform is the forward one of the conjugate, up to the sign and the length.
  for (let k = 0; k < half; k++) im[k] = -(im[k] as number);
  transform(re, im, turns);
  for (let k = 0; k < half; k++) {
    values[2 * k] = (re[k] as number) / half;
    values[2 * k + 1] = -(im[k] as number) / half;
  }
}

/** Of a spectrum whose largest value is 1: of no account in any sum of 2^26 of them, and most are smaller. */
const NOTHING = 1e-30;

interface Turns {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

/** The roots of unity of every stage one after another, so that each stage reads its own in order. */
function rootsOfUnity(length: number): Turns {
  const cos = new Float64Array(length);
  const sin = new Float64Array(length);
  for (let half = 1; half < length; half *= 2)
    for (let k = 0; k < half; k++) {
      cos[half + k] = Math.cos((Math.PI * k) / half);
      sin[half + k] = -Math.sin((Math.PI * k) / half);
    }
  return { cos, sin };
}

function transform(re: Float64Array, im: Float64Array, { cos, sin }: Turns): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j] as number, re[i] as number];
      [im[i], im[j]] = [im[j] as number, im[i] as number];
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < half; k++) {
        const a = start + k;
        const b = a + half;
        const c = cos[half + k] as number;
        const s = sin[half + k] as number;
        const x = (re[b] as number) * c - (im[b] as number) * s;
        const y = (re[b] as number) * s + (im[b] as number) * c;
        re[b] = (re[a] as number) - x;
        im[b] = (im[a] as number) - y;
        re[a] = (re[a] as number) + x;
        im[a] = (im[a] as number) + y;
      }
    }
  }
}

/**
 * Unfolds the spectrum of the real sequence from that of the folded one, pair by pair (k and half-k),
 * raises it to the power, and folds it again.
 */
function powerOfSpectrum(re: Float64Array, im: Float64Array, times: number): void {
  const half = re.length;
  const power = (x: number, y: number): [number, number] => {
    const size = Math.exp(0.5 * times * Math.log(x * x + y * y));
    if (size < NOTHING) return [0, 0];
    const angle = times * Math.atan2(y, x);
    return [size * Math.cos(angle), size * Math.sin(angle)];
  };
  // The two real ends of the spectrum, frequency 0 and the highest, share the first place.
  const [low] = power((re[0] as number) + (im[0] as number), 0);
  const [high] = power((re[0] as number) - (im[0] as number), 0);
  re[0] = (low + high) / 2;
  im[0] = (low - high) / 2;
  for (let k = 1; k <= half / 2; k++) {
    const m = half - k;
    const [a, b, c, d] = [re[k], im[k], re[m], im[m]] as [number, number, number, number];
    // Even part E and odd part O of the folded spectrum: X[k] = E + w·O, X[half-k] = conj(E - w·O).
    const [evenRe, evenIm] = [(a + c) / 2, (b - d) / 2];
    const [oddRe, oddIm] = [(b + d) / 2, (c - a) / 2];
    const [wRe, wIm] = [Math.cos((Math.PI * k) / half), -Math.sin((Math.PI * k) / half)];
    const [tRe, tIm] = [wRe * oddRe - wIm * oddIm, wRe * oddIm + wIm * oddRe];
    const [p, q] = power(evenRe + tRe, evenIm + tIm);
    const [r, s] = power(evenRe - tRe, evenIm - tIm);
    const [newEvenRe, newEvenIm] = [(p + r) / 2, (q + s) / 2];
    const [uRe, uIm] = [(p - r) / 2, (q - s) / 2];
    const [newOddRe, newOddIm] = [wRe * uRe + wIm * uIm, wRe * uIm - wIm * uRe];
    re[k] = newEvenRe - newOddIm;
    im[k] = newEvenIm + newOddRe;
    re[m] = newEvenRe + newOddIm;
    im[m] = newOddRe - newEvenIm;
  }
}
