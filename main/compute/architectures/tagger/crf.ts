/**
 * A linear-chain conditional random field over IOB2 tags (Lafferty et al. 2001): a sequence of tags
 * scores the sum of its logits and of one learned score for each pair of neighbors, and its probability
 * is taken among all sequences that the grammar allows (I-x only after B-x or I-x).
 *
 * The recursions run outside the graph, in doubles: over a thousand tokens they would be thousands of
 * graph nodes, here they are two loops. Loss and gradients are exact; the graph then takes the gradient
 * of the logits as an input. Weights are kept as probabilities scaled to sum to one at each token
 * (Rabiner 1989, section V.A), so nothing underflows however long the text is.
 */
import type { Token } from '../../tokenizers/index.ts';
import type { Decoded, ScoredSpan } from './decode.ts';
import { isInside, tagRuns, type Span } from './tags.ts';

/** Tags of one stretch of text. Logits and tags are views: length × classes, and length. */
export interface Chain {
  readonly logits: Float32Array;
  readonly length: number;
  /** True where the text begins here, so no I-x may stand first; false for a later part of a document. */
  readonly begins: boolean;
}

export interface Lattice {
  /** Probability of each tag given what precedes, and the scaled weight of what follows it. */
  readonly forward: Float64Array;
  readonly backward: Float64Array;
  /** exp of the logits of each token, over the token's scale: forward sums to one everywhere. */
  readonly scaled: Float64Array;
  /** Logarithm of the sum of exp(score) over all allowed sequences. */
  readonly logPartition: number;
}

export const mayFollow = (from: number, to: number): boolean =>
  !isInside(to) || from === to || from === to - 1;

/** exp of the transition scores, zero where the grammar forbids; [from, to]. */
export function transitionWeights(transitions: Float32Array, temperature = 1): Float64Array {
  const classes = Math.sqrt(transitions.length);
  return Float64Array.from(transitions, (score, i) =>
    mayFollow(Math.floor(i / classes), i % classes) ? Math.exp(score / temperature) : 0,
  );
}

function forwardPass(
  { logits, length, begins }: Chain,
  weights: Float64Array,
  temperature: number,
): Omit<Lattice, 'backward'> {
  const classes = Math.sqrt(weights.length);
  const size = length * classes;
  const [forward, scaled] = [new Float64Array(size), new Float64Array(size)];
  let logPartition = 0;
  for (let t = 0; t < length; t++) {
    const row = t * classes;
    let top = -Infinity;
    for (let k = 0; k < classes; k++) top = Math.max(top, logits[row + k] as number);
    for (let k = 0; k < classes; k++)
      scaled[row + k] = Math.exp(((logits[row + k] as number) - top) / temperature);
    if (t === 0) for (let k = 0; k < classes; k++) forward[k] = begins && isInside(k) ? 0 : 1;
    else
      for (let j = 0; j < classes; j++) {
        const mass = forward[row - classes + j] as number;
        if (mass === 0) continue;
        const from = j * classes;
        for (let k = 0; k < classes; k++)
          forward[row + k] = (forward[row + k] as number) + mass * (weights[from + k] as number);
      }
    let sum = 0;
    for (let k = 0; k < classes; k++)
      sum += forward[row + k] = (forward[row + k] as number) * (scaled[row + k] as number);
    for (let k = 0; k < classes; k++) {
      forward[row + k] = (forward[row + k] as number) / sum;
      scaled[row + k] = (scaled[row + k] as number) / sum;
    }
    logPartition += Math.log(sum) + top / temperature;
  }
  return { forward, scaled, logPartition };
}

export function chainLattice(chain: Chain, weights: Float64Array, temperature = 1): Lattice {
  const classes = Math.sqrt(weights.length);
  const size = chain.length * classes;
  const { forward, scaled, logPartition } = forwardPass(chain, weights, temperature);
  const backward = new Float64Array(size);
  if (size > 0) backward.fill(1, size - classes);
  for (let row = size - 2 * classes; row >= 0; row -= classes)
    for (let j = 0; j < classes; j++) {
      const from = j * classes;
      const next = row + classes;
      let sum = 0;
      for (let k = 0; k < classes; k++)
        sum +=
          (weights[from + k] as number) *
          (scaled[next + k] as number) *
          (backward[next + k] as number);
      backward[row + j] = sum;
    }
  return { forward, backward, scaled, logPartition };
}

/** -log P(tags) in nats. @param tags an allowed sequence. */
export const chainSurprise = (
  chain: Chain,
  tags: ArrayLike<number>,
  transitions: Float32Array,
  weights: Float64Array,
  temperature = 1,
): number =>
  forwardPass(chain, weights, temperature).logPartition -
  scoreOf(chain, tags, transitions) / temperature;

function scoreOf(
  { logits, length }: Chain,
  tags: ArrayLike<number>,
  transitions: Float32Array,
): number {
  const classes = Math.sqrt(transitions.length);
  let score = 0;
  for (let t = 0; t < length; t++) {
    const tag = tags[t] as number;
    score += logits[t * classes + tag] as number;
    if (t > 0) score += transitions[(tags[t - 1] as number) * classes + tag] as number;
  }
  return score;
}

/**
 * Adds the gradients of -log P(tags) to `logitGradient` (length × classes) and `transitionGradient`
 * (classes × classes), times `share`; returns the loss in nats, not scaled.
 * @param tags an allowed sequence.
 */
export function chainLoss(
  chain: Chain,
  tags: ArrayLike<number>,
  transitions: Float32Array,
  weights: Float64Array,
  gradients: {
    readonly logits: Float32Array;
    readonly transitions: Float32Array;
    readonly share: number;
  },
): number {
  const { length } = chain;
  if (length === 0) return 0;
  const classes = Math.sqrt(weights.length);
  const { forward, backward, scaled, logPartition } = chainLattice(chain, weights);
  const { share } = gradients;
  // Expected uses of each transition, still without its own weight, which is a factor of all of them.
  const pairs = new Float64Array(classes * classes);
  for (let t = 0; t < length; t++) {
    const row = t * classes;
    const tag = tags[t] as number;
    for (let k = 0; k < classes; k++) {
      const marginal = (forward[row + k] as number) * (backward[row + k] as number);
      gradients.logits[row + k] =
        (gradients.logits[row + k] as number) + share * (marginal - (k === tag ? 1 : 0));
    }
    if (t === 0) continue;
    const pair = (tags[t - 1] as number) * classes + tag;
    gradients.transitions[pair] = (gradients.transitions[pair] as number) - share;
    for (let j = 0; j < classes; j++) {
      const mass = forward[row - classes + j] as number;
      if (mass === 0) continue;
      const from = j * classes;
      for (let k = 0; k < classes; k++)
        pairs[from + k] =
          (pairs[from + k] as number) +
          mass * (scaled[row + k] as number) * (backward[row + k] as number);
    }
  }
  for (let i = 0; i < pairs.length; i++)
    gradients.transitions[i] =
      (gradients.transitions[i] as number) + share * (pairs[i] as number) * (weights[i] as number);
  return logPartition - scoreOf(chain, tags, transitions);
}

/** The most probable allowed sequence. */
export function bestChain(
  { logits, length, begins }: Chain,
  transitions: Float32Array,
): Int32Array {
  const classes = Math.sqrt(transitions.length);
  const tags = new Int32Array(length);
  if (length === 0) return tags;
  const from = new Int32Array(length * classes);
  let previous = Float64Array.from({ length: classes }, (_, k) =>
    begins && isInside(k) ? -Infinity : (logits[k] as number),
  );
  const scores = Float64Array.from(transitions, (score, i) =>
    mayFollow(Math.floor(i / classes), i % classes) ? score : -Infinity,
  );
  for (let t = 1; t < length; t++) {
    const current = new Float64Array(classes).fill(-Infinity);
    const row = t * classes;
    for (let j = 0; j < classes; j++) {
      const base = previous[j] as number;
      for (let k = 0; k < classes; k++) {
        const value = base + (scores[j * classes + k] as number);
        if (value <= (current[k] as number)) continue;
        current[k] = value;
        from[row + k] = j;
      }
    }
    for (let k = 0; k < classes; k++)
      current[k] = (current[k] as number) + (logits[row + k] as number);
    previous = current;
  }
  let tag = previous.reduce((top, value, k) => (value > (previous[top] as number) ? k : top), 0);
  for (let t = length - 1; t >= 0; t--) {
    tags[t] = tag;
    tag = from[t * classes + tag] as number;
  }
  return tags;
}

/** As viterbiSpans, with scores of neighboring tags. */
export const chainSpans = (
  logits: Float32Array,
  tokens: readonly Token[],
  labels: readonly string[],
  transitions: Float32Array,
): Span[] =>
  tagRuns(bestChain({ logits, length: tokens.length, begins: true }, transitions)).map(
    ({ first, last, label }) => ({
      start: (tokens[first] as Token).start,
      end: (tokens[last] as Token).end,
      label: labels[label] as string,
    }),
  );

/** As decodeSpans, with scores of neighboring tags. */
export function decodeChain(
  logits: Float32Array,
  tokens: readonly Token[],
  labels: readonly string[],
  transitions: Float32Array,
  temperature: number,
): Decoded {
  const classes = 1 + 2 * labels.length;
  const { length } = tokens;
  const chain: Chain = { logits, length, begins: true };
  const tags = bestChain(chain, transitions);
  const weights = transitionWeights(transitions, temperature);
  const { forward, backward, scaled } = chainLattice(chain, weights, temperature);
  const spans = tagRuns(tags).map(({ first, last, label }): ScoredSpan => {
    const begin = 1 + 2 * label;
    const inside = begin + 1;
    let mass = forward[first * classes + begin] as number;
    for (let t = first + 1; t <= last; t++)
      mass *=
        (weights[(t === first + 1 ? begin : inside) * classes + inside] as number) *
        (scaled[t * classes + inside] as number);
    // What may follow: anything but the span's own continuation.
    if (last + 1 < length) {
      const from = (first === last ? begin : inside) * classes;
      const next = (last + 1) * classes;
      let after = 0;
      for (let k = 0; k < classes; k++)
        if (k !== inside)
          after +=
            (weights[from + k] as number) *
            (scaled[next + k] as number) *
            (backward[next + k] as number);
      mass *= after;
    }
    return {
      start: (tokens[first] as Token).start,
      end: (tokens[last] as Token).end,
      label: labels[label] as string,
      score: Math.min(1, mass),
    };
  });
  return { tags, spans };
}
