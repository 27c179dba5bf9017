/**
 * Rényi accounting of DP-SGD: the divergence of one step of the Poisson-sampled Gaussian mechanism at
 * many orders (Mironov, Talwar and Zhang 2019, https://arxiv.org/abs/1908.10530), summed over steps,
 * and turned into (epsilon, delta) by the improved conversion (Balle et al. 2020,
 * https://arxiv.org/abs/1905.09982, Theorem 21; Canonne, Kamath and Steinke 2020).
 *
 * Two data sets are neighbors when one has one sequence more than the other.
 */
import { checkDelta, checkPhases, type PrivacyPhase } from './phases.ts';
import { logAdd, logErfc, logSub } from './special.ts';

/** Where the optimum lies for every setting worth running; the sparse large ones serve huge noise. */
export const RDP_ORDERS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, index) => (11 + index) / 10),
  ...Array.from({ length: 116 }, (_, index) => 12 + index),
  256,
  512,
];

export interface RdpGuarantee {
  readonly epsilon: number;
  /** The order at which the bound is tightest; null where nothing was spent. */
  readonly order: number | null;
}

/**
 * Rényi divergence of order `order` of one step, in nats.
 * @param sampleRate in [0, 1]. @param noiseMultiplier standard deviation of the noise over the clip norm.
 */
export function rdpOfStep(sampleRate: number, noiseMultiplier: number, order: number): number {
  checkPhases([{ sampleRate, noiseMultiplier, steps: 1 }]);
  if (!(order > 1)) throw new RangeError(`The order must exceed 1, got ${order}`);
  if (sampleRate === 0) return 0;
  if (sampleRate === 1) return order / (2 * noiseMultiplier ** 2);
  const moment = Number.isInteger(order) ? integerMoment : fractionalMoment;
  return Math.max(0, moment(sampleRate, noiseMultiplier, order) / (order - 1));
}

/** log E[(1-q + q·e^L)^α] by the binomial theorem; every term is positive. */
function integerMoment(q: number, sigma: number, order: number): number {
  let total = -Infinity;
  let logBinomial = 0;
  for (let k = 0; k <= order; k++) {
    if (k > 0) logBinomial += Math.log(order - k + 1) - Math.log(k);
    const term =
      logBinomial +
      k * Math.log(q) +
      (order - k) * Math.log1p(-q) +
      (k * k - k) / (2 * sigma * sigma);
    total = logAdd(total, term);
  }
  return total;
}

/** Past the order the terms alternate, so leaving out those below e^-32 moves the sum, at least 1, by 1e-14. */
const NEGLIGIBLE = -32;

/**
 * The same for a fractional order (Mironov et al. 2019, section 3.3): the integral is cut where the two
 * summands of the density ratio are equal, and each half is expanded in its own convergent series.
 */
function fractionalMoment(q: number, sigma: number, order: number): number {
  const cut = sigma * sigma * Math.log(1 / q - 1) + 0.5;
  const spread = Math.SQRT2 * sigma;
  // The binomials of a fractional order change sign, so positive and negative terms are kept apart.
  let [positive, negative] = [-Infinity, -Infinity];
  let logBinomial = 0;
  let sign = 1;
  for (let i = 0; ; i++) {
    if (i > 0) {
      const factor = (order - i + 1) / i;
      logBinomial += Math.log(Math.abs(factor));
      if (factor < 0) sign = -sign;
    }
    const j = order - i;
    const below =
      logBinomial +
      i * Math.log(q) +
      j * Math.log1p(-q) +
      (i * i - i) / (2 * sigma * sigma) +
      logErfc((i - cut) / spread) -
      Math.LN2;
    const above =
      logBinomial +
      j * Math.log(q) +
      i * Math.log1p(-q) +
      (j * j - j) / (2 * sigma * sigma) +
      logErfc((cut - j) / spread) -
      Math.LN2;
    const both = logAdd(below, above);
    if (sign > 0) positive = logAdd(positive, both);
    else negative = logAdd(negative, both);
    if (i > order && Math.max(below, above) < NEGLIGIBLE) return logSub(positive, negative);
  }
}

/** Total divergence at each order. */
export function rdpOf(
  phases: readonly PrivacyPhase[],
  orders: readonly number[] = RDP_ORDERS,
): number[] {
  checkPhases(phases);
  return orders.map((order) =>
    phases.reduce(
      (sum, { sampleRate, noiseMultiplier, steps }) =>
        steps === 0 ? sum : sum + steps * rdpOfStep(sampleRate, noiseMultiplier, order),
      0,
    ),
  );
}

/** The tightest (epsilon, delta) guarantee that the divergences allow. */
export function guaranteeOfRdp(
  orders: readonly number[],
  divergences: readonly number[],
  delta: number,
): RdpGuarantee {
  checkDelta(delta);
  if (divergences.every((divergence) => divergence === 0)) return { epsilon: 0, order: null };
  let best: RdpGuarantee = { epsilon: Infinity, order: null };
  orders.forEach((order, index) => {
    const epsilon =
      (divergences[index] as number) -
      (Math.log(delta) + Math.log(order)) / (order - 1) +
      Math.log1p(-1 / order);
    if (epsilon < best.epsilon) best = { epsilon: Math.max(0, epsilon), order };
  });
  return best;
}

/** @throws RangeError for values outside their range. */
export const rdpEpsilon = (
  phases: readonly PrivacyPhase[],
  delta: number,
  orders: readonly number[] = RDP_ORDERS,
): RdpGuarantee => guaranteeOfRdp(orders, rdpOf(phases, orders), delta);
