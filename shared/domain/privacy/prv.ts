/**
 * Numerical accounting of DP-SGD by composing the privacy loss itself (Gopi, Lee and Wutschitz 2021,
 * https://arxiv.org/abs/2106.02848): the distribution of the privacy loss of one step is put on a grid,
 * convolved with itself by Fourier transform, and read off at delta. What the grid and its ends may have
 * missed is added, so the answer is an upper bound, tighter than the Rényi one.
 *
 * The pair of distributions is that of a sequence being there or not, N(0, σ²) against
 * (1-q)·N(0, σ²) + q·N(1, σ²), which dominates its mirror image under Poisson sampling; this is what
 * Microsoft's accountant and Opacus compute.
 */
import { convolveWithSelf } from './fourier.ts';
import { checkDelta, checkPhases, type PrivacyPhase } from './phases.ts';
import { rdpEpsilon } from './rdp.ts';
import { normalCdf } from './special.ts';

export interface PrvOptions {
  /** What the grid may add to epsilon: a finer one costs time and memory in proportion. */
  readonly epsilonError?: number;
  /** What the ends of the grid may add to delta; a thousandth of delta unless told. */
  readonly deltaError?: number;
  /**
   * Most points of the grid, a power of two. A longer run gets a coarser grid and a larger error, which
   * the answer contains.
   */
  readonly mostPoints?: number;
}

export interface PrvGuarantee {
  /** Upper bound, to be reported. */
  readonly epsilon: number;
  readonly estimate: number;
  readonly lower: number;
}

const EPSILON_ERROR = 0.01;
const MOST_POINTS = 2 ** 22;
/** A bound beyond this promises nothing, and its grid would grow with it: the Rényi bound is given instead. */
const MEANINGLESS = 1000;
/** Beyond this many standard deviations a normal distribution holds less than one part in 1e31. */
const TAIL = 12;

/**
 * Guarantee of `steps` steps at one rate and one noise.
 * @throws RangeError for values outside their range.
 */
export function prvEpsilon(
  phase: PrivacyPhase,
  delta: number,
  options: PrvOptions = {},
): PrvGuarantee {
  checkPhases([phase]);
  checkDelta(delta);
  const { sampleRate: q, noiseMultiplier: sigma, steps } = phase;
  if (q === 0 || steps === 0) return { epsilon: 0, estimate: 0, lower: 0 };
  const renyi = rdpEpsilon([phase], delta).epsilon;
  if (renyi > MEANINGLESS) return { epsilon: renyi, estimate: renyi, lower: 0 };
  const { deltaError = delta / 1000, mostPoints = MOST_POINTS } = options;
  const reach = gridReach(phase, deltaError);
  const meshOf = (error: number): number =>
    error / Math.sqrt((steps / 2) * Math.log(12 / deltaError));
  const wanted = meshOf(options.epsilonError ?? EPSILON_ERROR);
  const coarsest = (2 * reach) / mostPoints;
  const mesh = Math.max(wanted, coarsest);
  const error = (options.epsilonError ?? EPSILON_ERROR) * (mesh / wanted);
  const points = 2 ** Math.ceil(Math.log2(Math.max(4, (2 * reach) / mesh)));

  const loss = lossOfStep(q, sigma);
  const { mass, shift } = discretize(loss, points, mesh);
  convolveWithSelf(mass, steps);
  const bound = readOff(mass, mesh, steps * shift, steps, { delta, deltaError, error });
  // Both are upper bounds; where next to nothing is spent, the margin of the grid exceeds what it measures.
  return { ...bound, epsilon: Math.min(bound.epsilon, renyi) };
}

/** Half the width of a grid that one step, and the sum of all steps, leaves with chance below deltaError. */
function gridReach(phase: PrivacyPhase, deltaError: number): number {
  const whole = rdpEpsilon([phase], deltaError / 4).epsilon;
  const single = rdpEpsilon([{ ...phase, steps: 1 }], deltaError / (8 * phase.steps)).epsilon;
  return Math.max(whole, single, EPSILON_ERROR) + 3;
}

interface PrivacyLoss {
  cdf(loss: number): number;
  /** Outside of these nothing measurable lies. */
  readonly least: number;
  readonly most: number;
  readonly mean: number;
}

/** L(t) = log(1-q + q·exp((2t-1)/2σ²)) for t drawn with the sequence present. */
function lossOfStep(q: number, sigma: number): PrivacyLoss {
  const variance = sigma * sigma;
  const lossAt = (t: number): number => {
    const ratio = (2 * t - 1) / (2 * variance);
    return ratio > 0
      ? ratio + Math.log(q + (1 - q) * Math.exp(-ratio))
      : Math.log1p(q * Math.expm1(ratio));
  };
  const pointOf = (loss: number): number => {
    if (q === 1) return variance * loss + 0.5;
    // log((e^l - (1-q))/q), written so that neither a small q nor a large loss loses digits.
    const inner =
      loss > 1
        ? loss + Math.log1p(-(1 - q) * Math.exp(-loss)) - Math.log(q)
        : Math.log1p(Math.expm1(loss) / q);
    return variance * inner + 0.5;
  };
  const density = (t: number): number =>
    (1 - q) * Math.exp((-t * t) / (2 * variance)) + q * Math.exp(-((t - 1) ** 2) / (2 * variance));
  // The trapezoid rule converges geometrically for a smooth integrand that dies away at both ends.
  const step = Math.min(sigma, variance) / 64;
  const [from, to] = [-TAIL * sigma, 1 + TAIL * sigma];
  let mean = 0;
  for (let t = from; t <= to; t += step) mean += density(t) * lossAt(t);
  return {
    least: lossAt(from),
    most: lossAt(to),
    mean: (mean * step) / (sigma * Math.sqrt(2 * Math.PI)),
    cdf(loss) {
      if (q < 1 && loss <= Math.log1p(-q)) return 0;
      const t = pointOf(loss);
      return (1 - q) * normalCdf(t / sigma) + q * normalCdf((t - 1) / sigma);
    },
  };
}

/**
 * Mass of the loss in cells of width `mesh`; cell k is centered at (k - points/2)·mesh. The centers are
 * then shifted so that the mean of the grid is the true mean, which keeps the error of n steps at √n.
 */
function discretize(
  loss: PrivacyLoss,
  points: number,
  mesh: number,
): { readonly mass: Float64Array; readonly shift: number } {
  const mass = new Float64Array(points);
  const clamp = (index: number): number => Math.min(points - 1, Math.max(0, index));
  const first = clamp(Math.floor(loss.least / mesh) + points / 2 - 1);
  const last = clamp(Math.ceil(loss.most / mesh) + points / 2 + 1);
  let below = loss.cdf((first - points / 2 - 0.5) * mesh);
  let total = 0;
  let mean = 0;
  for (let k = first; k <= last; k++) {
    const center = (k - points / 2) * mesh;
    const above = loss.cdf(center + mesh / 2);
    const cell = Math.max(0, above - below);
    mass[k] = cell;
    total += cell;
    mean += cell * center;
    below = above;
  }
  for (let k = first; k <= last; k++) mass[k] = (mass[k] as number) / total;
  const shift = loss.mean - mean / total;
  if (!(Math.abs(shift) < mesh / 2))
    throw new Error('The grid of the privacy loss is too coarse for its mean');
  return { mass, shift };
}

interface Tolerance {
  readonly delta: number;
  readonly deltaError: number;
  readonly error: number;
}

/** The convolution put cell 0 of the sum at index steps·points/2 modulo points. */
function readOff(
  mass: Float64Array,
  mesh: number,
  shift: number,
  steps: number,
  { delta, deltaError, error }: Tolerance,
): PrvGuarantee {
  const points = mass.length;
  const origin = steps % 2 === 0 ? 0 : points / 2;
  const at = (k: number): number => mass[(k + origin + points / 2) % points] as number;
  // delta(epsilon) = Σ over losses above epsilon of mass·(1 - e^(epsilon - loss)), from the top down.
  const epsilonAt = (target: number): number => {
    let tail = 0;
    let discounted = 0;
    for (let k = points - 1; k >= 0; k--) {
      const loss = (k - points / 2) * mesh + shift;
      // Below this cell no loss counts: at epsilon = loss the sum has reached the target.
      if (tail - Math.exp(loss) * discounted >= target)
        return Math.max(0, Math.log((tail - target) / discounted));
      if (loss <= 0) break;
      const cell = at(k);
      tail += cell;
      discounted += cell * Math.exp(-loss);
    }
    return tail > target ? Math.max(0, Math.log((tail - target) / discounted)) : 0;
  };
  return {
    epsilon: epsilonAt(delta - deltaError) + error,
    estimate: epsilonAt(delta),
    lower: Math.max(0, epsilonAt(delta + deltaError) - error),
  };
}
