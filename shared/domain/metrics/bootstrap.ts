/**
 * Confidence intervals by resampling documents with replacement (Efron 1979). Documents, not spans, are
 * the unit: spans of one note resemble each other, and treating them as independent would make the
 * interval too narrow. Percentile method, linear interpolation, fixed seed.
 */
import { createRandom } from '../random.ts';
import type { DocumentCounts } from './spanScores.ts';

export interface Interval {
  /** The statistic on the documents as they are. */
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** Number of documents. */
  readonly n: number;
  readonly confidence: number;
  readonly resamples: number;
  /** Resamples in which the statistic was undefined; they take no part. */
  readonly undefinedResamples: number;
  readonly seed: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** 2000 unless told. */
  readonly resamples?: number;
  /** 0.95 unless told. */
  readonly confidence?: number;
}

/**
 * @param n number of documents, at least 1.
 * @param statistic computed from how often each document was drawn; NaN where it is undefined.
 */
export function bootstrap(
  n: number,
  statistic: (times: Uint32Array) => number,
  options: BootstrapOptions,
): Interval {
  const { seed, resamples = 2000, confidence = 0.95 } = options;
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`Cannot resample ${n} documents`);
  if (!(resamples >= 1)) throw new RangeError(`Cannot draw ${resamples} resamples`);
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`Not a confidence: ${confidence}`);
  const random = createRandom(seed);
  const times = new Uint32Array(n);
  const values: number[] = [];
  for (let resample = 0; resample < resamples; resample += 1) {
    times.fill(0);
    for (let draw = 0; draw < n; draw += 1) times[random.below(n)]! += 1;
    const value = statistic(times);
    if (!Number.isNaN(value)) values.push(value);
  }
  values.sort((a, b) => a - b);
  const tail = (1 - confidence) / 2;
  return {
    estimate: statistic(times.fill(1)),
    low: quantile(values, tail),
    high: quantile(values, 1 - tail),
    n,
    confidence,
    resamples,
    undefinedResamples: resamples - values.length,
    seed,
  };
}

export type Average = 'micro' | 'macro' | 'weighted';

/**
 * Interval of F1 over documents; `label` asks for one label instead of an average. Labels that a resample
 * does not meet take no part in its macro average, as in any table of those documents.
 */
export function bootstrapF1(
  documents: readonly DocumentCounts[],
  options: BootstrapOptions & { readonly average?: Average; readonly label?: string },
): Interval {
  const { average = 'micro', label } = options;
  const pooled = average === 'micro' || label !== undefined;
  // Flat numbers, one entry per document and label: a resample is one pass of additions.
  const classes = new Map<string, number>();
  const entries: { document: number; at: number; both: number; gold: number; hits: number }[] = [];
  documents.forEach((counts, document) => {
    for (const [name, { gold, predicted, correct }] of counts) {
      if (label !== undefined && name !== label) continue;
      const group = pooled ? '' : name;
      const at = classes.get(group) ?? classes.size;
      classes.set(group, at);
      entries.push({ document, at, both: gold + predicted, gold, hits: correct });
    }
  });
  const both = new Float64Array(classes.size);
  const gold = new Float64Array(classes.size);
  const hits = new Float64Array(classes.size);
  const statistic = (times: Uint32Array): number => {
    for (const sums of [both, gold, hits]) sums.fill(0);
    for (const entry of entries) {
      const drawn = times[entry.document]!;
      both[entry.at]! += drawn * entry.both;
      gold[entry.at]! += drawn * entry.gold;
      hits[entry.at]! += drawn * entry.hits;
    }
    let [sum, weights] = [0, 0];
    both.forEach((items, at) => {
      if (items === 0) return;
      const weight = average === 'weighted' && !pooled ? gold[at]! : 1;
      sum += (weight * 2 * hits[at]!) / items;
      weights += weight;
    });
    return weights === 0 ? Number.NaN : sum / weights;
  };
  return bootstrap(documents.length, statistic, options);
}

/** Linear interpolation between order statistics (numpy's default); NaN for no values. */
function quantile(sorted: readonly number[], q: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}
