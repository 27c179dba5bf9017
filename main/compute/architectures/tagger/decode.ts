/**
 * From logits to spans under the IOB2 grammar: I-x may follow only B-x or I-x. Because that grammar
 * lets every tag but I-x be reached from anywhere, one step costs O(tags), not O(tags²).
 */
import type { Token } from '../../tokenizers/index.ts';
import { isInside, tagRuns, type Span } from './tags.ts';

export interface ScoredSpan extends Span {
  /** Probability of exactly this span under the constrained distribution, 0 to 1. */
  readonly score: number;
}

export interface Decoded {
  readonly tags: Int32Array;
  readonly spans: readonly ScoredSpan[];
}

/** @param logits tokens × classes, row-major. */
export function decodeSpans(
  logits: Float32Array,
  tokens: readonly Token[],
  labels: readonly string[],
  temperature: number,
): Decoded {
  const classes = 1 + 2 * labels.length;
  const scores = logProbabilities(logits, tokens.length, classes, temperature);
  // A constant per token, such as its normalizer, changes no comparison: raw logits serve as well.
  const tags = viterbi(logits, tokens.length, classes);
  const { forward, backward, total } = lattice(scores, tokens.length, classes);
  const spans = tagRuns(tags).map(({ first, last, label }): ScoredSpan => {
    // Weight of all paths through this span: what precedes it, the span itself, what may follow it
    // (anything but its own continuation).
    const begin = 1 + 2 * label;
    let path = forward[first * classes + begin] as number;
    for (let t = first + 1; t <= last; t++) path += scores[t * classes + begin + 1] as number;
    const after = last + 1 < tokens.length ? leaving(scores, backward, last + 1, classes) : 0;
    return {
      start: (tokens[first] as Token).start,
      end: (tokens[last] as Token).end,
      label: labels[label] as string,
      score: Math.min(1, Math.exp(path + after - total)),
    };
  });
  return { tags, spans };
}

/** The most probable spans alone, without scores: what an evaluation during training needs. */
export function viterbiSpans(
  logits: Float32Array,
  tokens: readonly Token[],
  labels: readonly string[],
): Span[] {
  const tags = viterbi(logits, tokens.length, 1 + 2 * labels.length);
  return tagRuns(tags).map(({ first, last, label }) => ({
    start: (tokens[first] as Token).start,
    end: (tokens[last] as Token).end,
    label: labels[label] as string,
  }));
}

function logProbabilities(
  logits: Float32Array,
  length: number,
  classes: number,
  temperature: number,
): Float64Array {
  const out = new Float64Array(length * classes);
  for (let t = 0; t < length; t++) {
    const row = t * classes;
    let top = -Infinity;
    for (let k = 0; k < classes; k++)
      top = Math.max(top, (logits[row + k] as number) / temperature);
    let sum = 0;
    for (let k = 0; k < classes; k++)
      sum += Math.exp((logits[row + k] as number) / temperature - top);
    const norm = top + Math.log(sum);
    for (let k = 0; k < classes; k++)
      out[row + k] = (logits[row + k] as number) / temperature - norm;
  }
  return out;
}

function viterbi(scores: Float32Array, length: number, classes: number): Int32Array {
  const tags = new Int32Array(length);
  if (length === 0) return tags;
  const from = new Int32Array(length * classes);
  let previous = new Float64Array(classes);
  for (let k = 0; k < classes; k++) previous[k] = isInside(k) ? -Infinity : (scores[k] as number);
  for (let t = 1; t < length; t++) {
    let best = 0;
    for (let k = 1; k < classes; k++)
      if ((previous[k] as number) > (previous[best] as number)) best = k;
    const current = new Float64Array(classes);
    for (let k = 0; k < classes; k++) {
      let source = best;
      if (isInside(k)) source = (previous[k - 1] as number) > (previous[k] as number) ? k - 1 : k;
      from[t * classes + k] = source;
      current[k] = (previous[source] as number) + (scores[t * classes + k] as number);
    }
    previous = current;
  }
  let tag = previous.indexOf(Math.max(...previous));
  for (let t = length - 1; t >= 0; t--) {
    tags[t] = tag;
    tag = from[t * classes + tag] as number;
  }
  return tags;
}

const logSum = (values: Float64Array, row: number, count: number): number => {
  let top = -Infinity;
  for (let k = 0; k < count; k++) top = Math.max(top, values[row + k] as number);
  let sum = 0;
  for (let k = 0; k < count; k++) sum += Math.exp((values[row + k] as number) - top);
  return top + Math.log(sum);
};

const logAdd = (a: number, b: number): number => {
  const top = Math.max(a, b);
  return top === -Infinity ? top : top + Math.log1p(Math.exp(Math.min(a, b) - top));
};

/** Forward and backward weights of the constrained lattice, in logarithms. */
function lattice(scores: Float64Array, length: number, classes: number) {
  const forward = new Float64Array(length * classes);
  const backward = new Float64Array(length * classes);
  for (let t = 0; t < length; t++) {
    const row = t * classes;
    const all = t === 0 ? 0 : logSum(forward, row - classes, classes);
    for (let k = 0; k < classes; k++) {
      const reached = !isInside(k)
        ? all
        : t === 0
          ? -Infinity
          : logAdd(forward[row - classes + k - 1] as number, forward[row - classes + k] as number);
      forward[row + k] = reached + (scores[row + k] as number);
    }
  }
  for (let t = length - 2; t >= 0; t--) {
    const row = t * classes;
    const free = leaving(scores, backward, t + 1, classes);
    for (let k = 0; k < classes; k++) {
      const own = k === 0 ? -1 : isInside(k) ? k : k + 1;
      backward[row + k] = free;
      if (own > 0)
        backward[row + k] = logAdd(
          backward[row + k] as number,
          (scores[row + classes + own] as number) + (backward[row + classes + own] as number),
        );
    }
  }
  const total = length === 0 ? 0 : logSum(forward, (length - 1) * classes, classes);
  return { forward, backward, total };
}

/** Weight of continuing at `t` with any tag that may follow every tag: O or some B. */
function leaving(scores: Float64Array, backward: Float64Array, t: number, classes: number): number {
  let top = -Infinity;
  const row = t * classes;
  const value = (k: number): number => (scores[row + k] as number) + (backward[row + k] as number);
  for (let k = 0; k < classes; k = k === 0 ? 1 : k + 2) top = Math.max(top, value(k));
  let sum = 0;
  for (let k = 0; k < classes; k = k === 0 ? 1 : k + 2) sum += Math.exp(value(k) - top);
  return top + Math.log(sum);
}
