/*
 * From predictions to the numbers of one evaluation. Four readings of the same output stand side by
 * side, each under its own name, because they give different numbers and are often confused: exact spans
 * over characters, seqeval default, seqeval strict, and tokens.
 */
import type { Evaluation, PrfRow, SpanScores } from '../../shared/contract/procedures/models.ts';
import {
  bootstrapF1,
  renderReport,
  scoreSpans,
  scoreTags,
  scoreTagsStrictly,
  scoreTokens,
  type DocumentCounts,
  type Score,
  type ScoreTable,
  type SpanScores as DomainScores,
} from '../../shared/domain/metrics/index.ts';
import { compareCodePoints } from '../../shared/domain/metrics/index.ts';
import type { Span } from '../../shared/domain/spans.ts';

/** One document: gold and predicted, as spans and as IOB2 tags on the model's tokens. */
export interface Prediction {
  readonly gold: readonly Span[];
  readonly predicted: readonly Span[];
  readonly goldTags: readonly string[];
  readonly predictedTags: readonly string[];
}

export type Numbers = Pick<
  Evaluation,
  | 'exact'
  | 'seqevalDefault'
  | 'seqevalStrict'
  | 'tokenScores'
  | 'classificationReport'
  | 'seqevalReport'
  | 'confusions'
  | 'tokens'
>;

/** What a reader needs to judge the numbers, beyond what the contract carries; stored with them. */
export interface ScoreFacts {
  readonly bootstrap: {
    readonly seed: number;
    readonly resamples: number;
    readonly documents: number;
  };
  /** 95 % bootstrap over documents on exact F1, per label; null where a label is never met. */
  readonly labelIntervals: readonly {
    readonly label: string;
    readonly low: number | null;
    readonly high: number | null;
  }[];
  readonly strict: {
    readonly scheme: string;
    readonly droppedGold: number;
    readonly droppedPredicted: number;
  };
  /** Right label, wrong border: neither correct nor a confusion of labels. */
  readonly borderErrors: number;
}

const SEED = 20261123;
const RESAMPLES = 2000;
const DIGITS = 4;
const SCHEME = 'IOB2';
const NONE = 'O';

export function score(predictions: readonly Prediction[]): {
  readonly numbers: Numbers;
  readonly facts: ScoreFacts;
} {
  const rows = {
    gold: predictions.map(({ goldTags }) => goldTags),
    predicted: predictions.map(({ predictedTags }) => predictedTags),
  };
  const exact = scoreSpans(predictions);
  const lenient = scoreTags(rows);
  const strict = scoreTagsStrictly(rows, SCHEME);
  const gold = rows.gold.flat();
  const predicted = rows.predicted.flat();
  // `O` is left out, as is the custom for tagging: it would drown every other tag in the averages.
  const tags = [...new Set([...gold, ...predicted])].filter((tag) => tag !== NONE).sort(byLabel);
  const tokens = scoreTokens(gold, predicted, { labels: tags });
  const { confusions, borderErrors } = confuse(predictions);
  return {
    numbers: {
      exact: wireScores(exact),
      seqevalDefault: wireScores(lenient),
      seqevalStrict: wireScores(strict),
      tokenScores: {
        perTag: tokens.rows.map((row) => wireRow(row.label, row)),
        ...averages(tokens),
        accuracy: gold.length === 0 ? 0 : tokens.agreeing / gold.length,
      },
      classificationReport: renderReport(tokens, DIGITS),
      seqevalReport: renderReport(lenient, DIGITS),
      confusions,
      tokens: gold.length,
    },
    facts: {
      bootstrap: { seed: SEED, resamples: RESAMPLES, documents: predictions.length },
      labelIntervals: exact.rows.map(({ label }) => {
        const found = intervalOf(exact.documents, label);
        return { label, low: found?.low ?? null, high: found?.high ?? null };
      }),
      strict: {
        scheme: SCHEME,
        droppedGold: strict.dropped.gold,
        droppedPredicted: strict.dropped.predicted,
      },
      borderErrors,
    },
  };
}

/** By label, then B before I: the parts of one label stand together. */
function byLabel(a: string, b: string): number {
  return compareCodePoints(a.slice(2), b.slice(2)) || compareCodePoints(a, b);
}

const wireRow = (name: string, { precision, recall, f1, support }: Score): PrfRow => ({
  name,
  precision,
  recall,
  f1,
  support,
});

const averages = ({ micro, macro, weighted }: ScoreTable) => ({
  micro: wireRow('micro avg', micro),
  macro: wireRow('macro avg', macro),
  weighted: wireRow('weighted avg', weighted),
});

const wireScores = (scores: DomainScores): SpanScores => ({
  perLabel: scores.rows.map((row) => wireRow(row.label, row)),
  ...averages(scores),
  ...scores.counts,
  interval: intervalOf(scores.documents),
});

/** Null where not one resample has a defined score. */
function intervalOf(
  documents: readonly DocumentCounts[],
  label?: string,
): { readonly low: number; readonly high: number } | null {
  if (documents.length === 0) return null;
  const { low, high } = bootstrapF1(documents, {
    seed: SEED,
    resamples: RESAMPLES,
    ...(label !== undefined && { label }),
  });
  return Number.isNaN(low) || Number.isNaN(high) ? null : { low, high };
}

/**
 * Which label was taken for which: each gold span is laid against the predicted span that shares most
 * characters with it, `O` where none touches it; a predicted span that touches no gold one comes from `O`.
 */
function confuse(predictions: readonly Prediction[]): {
  readonly confusions: Evaluation['confusions'];
  readonly borderErrors: number;
} {
  const counts = new Map<string, { gold: string; predicted: string; count: number }>();
  let borderErrors = 0;
  const note = (gold: string, predicted: string): void => {
    const key = JSON.stringify([gold, predicted]);
    const found = counts.get(key);
    if (found) found.count += 1;
    else counts.set(key, { gold, predicted, count: 1 });
  };
  for (const { gold, predicted } of predictions) {
    for (const span of gold) {
      const best = closest(span, predicted);
      if (best === undefined) note(span.label, NONE);
      else if (best.label !== span.label) note(span.label, best.label);
      else if (best.start !== span.start || best.end !== span.end) borderErrors += 1;
    }
    for (const span of predicted) {
      if (closest(span, gold) === undefined) note(NONE, span.label);
    }
  }
  const confusions = [...counts.values()]
    .sort(
      (a, b) => b.count - a.count || compareCodePoints(a.gold + a.predicted, b.gold + b.predicted),
    )
    .slice(0, 200);
  return { confusions, borderErrors };
}

function closest(span: Span, others: readonly Span[]): Span | undefined {
  let best: Span | undefined;
  let most = 0;
  for (const other of others) {
    const shared = Math.min(span.end, other.end) - Math.max(span.start, other.start);
    // Of two that share as much, the one with the same label explains the span better.
    if (shared > most || (shared === most && shared > 0 && other.label === span.label)) {
      best = other;
      most = shared;
    }
  }
  return best;
}
