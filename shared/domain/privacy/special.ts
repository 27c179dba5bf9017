/**
 * The few special functions that privacy accounting needs, to double precision and over the whole range
 * of exponents: tails of the normal distribution are multiplied by huge numbers, so they are also given
 * as logarithms. Series and continued fraction: Abramowitz and Stegun, 7.1.6 and 7.1.14.
 */
const SERIES_UNTIL = 2;
/** Enough for the continued fraction to settle to the last bit at x = 2, where it is slowest. */
const FRACTION_DEPTH = 96;

/** erf(x) for small |x|: every term is positive, so nothing cancels. */
function erfSeries(x: number): number {
  const square = 2 * x * x;
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= square / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc(x)·exp(x²) for x of at least 2. */
function scaledTail(x: number): number {
  const depth = x > 6 ? 24 : FRACTION_DEPTH;
  let fraction = x;
  for (let k = depth; k >= 1; k--) fraction = x + k / 2 / fraction;
  return 1 / (Math.sqrt(Math.PI) * fraction);
}

export function erfc(x: number): number {
  if (x <= -SERIES_UNTIL) return 2 - erfc(-x);
  if (x < SERIES_UNTIL) return 1 - erfSeries(x);
  return Math.exp(-x * x) * scaledTail(x);
}

/** log(erfc(x)), finite where erfc itself is already zero. */
export function logErfc(x: number): number {
  if (x < SERIES_UNTIL) return Math.log(erfc(x));
  return -x * x + Math.log(scaledTail(x));
}

/** P(Z ≤ x) of a standard normal Z. */
export const normalCdf = (x: number): number => 0.5 * erfc(-x * Math.SQRT1_2);

/** log(e^a + e^b). */
export function logAdd(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return low === -Infinity ? high : high + Math.log1p(Math.exp(low - high));
}

/** log(e^a - e^b), a ≥ b. */
export function logSub(a: number, b: number): number {
  if (b === -Infinity) return a;
  if (a === b) return -Infinity;
  if (a < b) throw new RangeError('The difference is negative and has no logarithm');
  return a + Math.log1p(-Math.exp(b - a));
}
