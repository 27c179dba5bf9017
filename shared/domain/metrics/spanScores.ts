/**
 * How well predicted spans match gold ones. A span is correct when label and both boundaries agree.
 * Three readings exist and give different numbers on the same output, so every report names its own:
 * tag rows in `default` mode (conlleval), tag rows in `strict` mode of one scheme, and `exact` spans
 * over characters, which know no tokens at all.
 */
import { decodeTags, strictMode, DEFAULT_MODE } from '../tagSchemes.ts';
import type { Chunk, DecodeMode, TagScheme } from '../tagSchemes.ts';
import type { Span } from '../spans.ts';
import { addCounts, compareCodePoints, NO_COUNTS, tabulate } from './scores.ts';
import type { Counts, ScoreOptions, ScoreTable } from './scores.ts';

/** Counts per label of one document: what a bootstrap over documents resamples. */
export type DocumentCounts = ReadonlyMap<string, Counts>;

export interface SpanScores extends ScoreTable {
  readonly mode: 'default' | 'strict' | 'exact';
  /** The scheme of strict mode, else null. */
  readonly scheme: TagScheme | null;
  /**
   * Spans that default mode reads and strict mode does not, because their tags are ill formed. Strict
   * scores leave them out of the counts on both sides, so they must be shown beside the score.
   */
  readonly dropped: { readonly gold: number; readonly predicted: number };
  readonly documents: readonly DocumentCounts[];
}

export interface TagRows {
  /** One row of tags per sentence or document. */
  readonly gold: readonly (readonly string[])[];
  readonly predicted: readonly (readonly string[])[];
}

export interface SpanPair {
  readonly gold: readonly Span[];
  readonly predicted: readonly Span[];
}

/** Throws a RangeError when rows or their lengths do not match, and for tags foreign to the scheme. */
export function scoreTags(
  rows: TagRows,
  mode: DecodeMode = DEFAULT_MODE,
  options: ScoreOptions & { readonly suffix?: boolean } = {},
): SpanScores {
  const { gold, predicted } = rows;
  if (gold.length !== predicted.length) {
    throw new RangeError(`${gold.length} gold rows, ${predicted.length} predicted rows`);
  }
  let droppedGold = 0;
  let droppedPredicted = 0;
  const documents = gold.map((tags, index) => {
    const other = predicted[index]!;
    if (tags.length !== other.length) {
      throw new RangeError(`Row ${index}: ${tags.length} gold tags, ${other.length} predicted`);
    }
    const read = (row: readonly string[]): Chunk[] => decodeTags(row, mode, options.suffix);
    const [g, p] = [read(tags), read(other)];
    if (mode.mode === 'strict') {
      droppedGold += countMissing(decodeTags(tags, DEFAULT_MODE, options.suffix), g);
      droppedPredicted += countMissing(decodeTags(other, DEFAULT_MODE, options.suffix), p);
    }
    return compare(g, p);
  });
  return {
    mode: mode.mode,
    scheme: mode.mode === 'strict' ? mode.scheme : null,
    dropped: { gold: droppedGold, predicted: droppedPredicted },
    documents,
    ...tabulateDocuments(documents, options),
  };
}

export const scoreTagsStrictly = (
  rows: TagRows,
  scheme: TagScheme,
  options: ScoreOptions = {},
): SpanScores => scoreTags(rows, strictMode(scheme), options);

/** Character spans, one pair of lists per document. A span given twice in one list counts once. */
export function scoreSpans(pairs: readonly SpanPair[], options: ScoreOptions = {}): SpanScores {
  const documents = pairs.map((pair) => compare(pair.gold, pair.predicted));
  return {
    mode: 'exact',
    scheme: null,
    dropped: { gold: 0, predicted: 0 },
    documents,
    ...tabulateDocuments(documents, options),
  };
}

/** Pools documents and scores them; a document may appear more than once. */
export function tabulateDocuments(
  documents: readonly DocumentCounts[],
  options: ScoreOptions = {},
): ScoreTable {
  const pooled = new Map<string, Counts>();
  for (const document of documents) {
    for (const [label, counts] of document) {
      pooled.set(label, addCounts(pooled.get(label) ?? NO_COUNTS, counts));
    }
  }
  return tabulate(
    [...pooled].sort(([a], [b]) => compareCodePoints(a, b)),
    options,
  );
}

const keyOf = (item: Chunk | Span): string => `${item.start} ${item.end} ${item.label}`;

function compare(
  gold: readonly (Chunk | Span)[],
  predicted: readonly (Chunk | Span)[],
): Map<string, Counts> {
  const counts = new Map<string, { gold: number; predicted: number; correct: number }>();
  const of = (label: string): { gold: number; predicted: number; correct: number } => {
    let found = counts.get(label);
    if (found === undefined) counts.set(label, (found = { gold: 0, predicted: 0, correct: 0 }));
    return found;
  };
  const goldKeys = new Set<string>();
  for (const item of gold) {
    const key = keyOf(item);
    if (goldKeys.has(key)) continue;
    goldKeys.add(key);
    of(item.label).gold += 1;
  }
  const seen = new Set<string>();
  for (const item of predicted) {
    const key = keyOf(item);
    if (seen.has(key)) continue;
    seen.add(key);
    of(item.label).predicted += 1;
    if (goldKeys.has(key)) of(item.label).correct += 1;
  }
  return counts;
}

function countMissing(all: readonly Chunk[], present: readonly Chunk[]): number {
  const keys = new Set(present.map(keyOf));
  return all.filter((chunk) => !keys.has(keyOf(chunk))).length;
}
