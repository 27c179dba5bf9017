/**
 * Precision, recall and F1 from counts, and their averages. Definitions and the treatment of empty
 * denominators follow scikit-learn's `precision_recall_fscore_support` (1.9), which seqeval shares:
 * precision and recall are undefined without predicted or gold items, F-beta without either.
 */
export interface Counts {
  readonly gold: number;
  readonly predicted: number;
  readonly correct: number;
}

export interface Score {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Gold items. */
  readonly support: number;
}

export interface LabelScore extends Score {
  readonly label: string;
  readonly counts: Counts;
}

/** Everything one table of scores shows. */
export interface ScoreTable {
  /** Sorted by code point, or in the order asked for. */
  readonly rows: readonly LabelScore[];
  /** All labels pooled. */
  readonly micro: Score;
  /** Plain mean over labels, those that only the prediction knows included. */
  readonly macro: Score;
  /** Mean over labels weighted by support. */
  readonly weighted: Score;
  readonly counts: Counts;
}

/** What an undefined score is: NaN leaves it out of averages. */
export type ZeroDivision = 0 | 1 | typeof Number.NaN;

export interface ScoreOptions {
  /** Weight of recall against precision; 1 gives F1, infinity gives recall. */
  readonly beta?: number;
  readonly zeroDivision?: ZeroDivision;
}

export const NO_COUNTS: Counts = { gold: 0, predicted: 0, correct: 0 };

export const addCounts = (a: Counts, b: Counts): Counts => ({
  gold: a.gold + b.gold,
  predicted: a.predicted + b.predicted,
  correct: a.correct + b.correct,
});

/** Throws a RangeError for a negative beta. */
export function scoreCounts(counts: Counts, options: ScoreOptions = {}): Score {
  const { beta = 1, zeroDivision = 0 } = options;
  if (!(beta >= 0)) throw new RangeError(`beta must not be negative: ${beta}`);
  const { gold, predicted, correct } = counts;
  const divide = (numerator: number, denominator: number): number =>
    denominator === 0 ? zeroDivision : numerator / denominator;
  const precision = divide(correct, predicted);
  const recall = divide(correct, gold);
  const square = beta * beta;
  const f1 =
    beta === Infinity
      ? recall
      : beta === 0
        ? precision
        : divide((1 + square) * correct, square * gold + predicted);
  return { precision, recall, f1, support: gold };
}

/** Rows in the order given, and the three averages. Without rows every average is undefined. */
export function tabulate(
  countsByLabel: readonly (readonly [label: string, counts: Counts])[],
  options: ScoreOptions = {},
): ScoreTable {
  const rows = countsByLabel.map(([label, counts]) => ({
    label,
    counts,
    ...scoreCounts(counts, options),
  }));
  const counts = rows.reduce((sum, row) => addCounts(sum, row.counts), NO_COUNTS);
  const average = (weights: readonly number[] | null): Score => {
    const mean = (pick: (row: LabelScore) => number): number =>
      rows.length === 0 ? (options.zeroDivision ?? 0) : meanOf(rows.map(pick), weights);
    return {
      precision: mean((row) => row.precision),
      recall: mean((row) => row.recall),
      f1: mean((row) => row.f1),
      support: counts.gold,
    };
  };
  return {
    rows,
    counts,
    micro: scoreCounts(counts, options),
    macro: average(null),
    weighted: average(rows.map((row) => row.support)),
  };
}

/** Mean without the NaNs; plain when all weights are zero; NaN when nothing is left. */
function meanOf(values: readonly number[], weights: readonly number[] | null): number {
  const used = values.flatMap((value, i) =>
    Number.isNaN(value) ? [] : [{ value, weight: weights?.[i] ?? 1 }],
  );
  if (used.length === 0) return Number.NaN;
  const total = used.reduce((sum, item) => sum + item.weight, 0);
  if (weights === null || total === 0) {
    return pairwiseSum(used.map((item) => item.value)) / used.length;
  }
  return pairwiseSum(used.map((item) => item.value * item.weight)) / total;
}

/**
 * Adds in numpy's order (eight running sums per block of at most 128, halves above), so that a mean
 * lands on the same double and prints the same last digit as scikit-learn's.
 */
function pairwiseSum(values: readonly number[], from = 0, length = values.length): number {
  if (length < 8) {
    let sum = 0;
    for (let i = from; i < from + length; i += 1) sum += values[i]!;
    return sum;
  }
  if (length > 128) {
    const half = Math.floor(length / 2) - (Math.floor(length / 2) % 8);
    return pairwiseSum(values, from, half) + pairwiseSum(values, from + half, length - half);
  }
  const r = values.slice(from, from + 8);
  let i = 8;
  for (; i < length - (length % 8); i += 8) {
    for (let lane = 0; lane < 8; lane += 1) r[lane]! += values[from + i + lane]!;
  }
  let sum = r[0]! + r[1]! + (r[2]! + r[3]!) + (r[4]! + r[5]! + (r[6]! + r[7]!));
  for (; i < length; i += 1) sum += values[from + i]!;
  return sum;
}

/** The order of Python's `sorted`: by code point, which differs from UTF-16 order for emoji. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const surrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
    if (surrogate(x) !== surrogate(y)) return surrogate(x) ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}
