/**
 * Scores per token tag, as scikit-learn's `classification_report` computes them. Never compare them
 * with span scores: a token table rewards every correct `O` and every half-found span.
 */
import { compareCodePoints, tabulate } from './scores.ts';
import type { ScoreOptions, ScoreTable } from './scores.ts';

export interface TokenScores extends ScoreTable {
  /**
   * True when the rows cover every tag that occurs: then the pooled score equals accuracy, and the table
   * says `accuracy` instead of `micro avg`.
   */
  readonly microIsAccuracy: boolean;
  /** Tokens on which both rows agree, those of tags without a row of their own included. */
  readonly agreeing: number;
}

export interface TokenOptions extends ScoreOptions {
  /** Which tags to score and in which order; without it all that occur, sorted. */
  readonly labels?: readonly string[];
}

/** Throws a RangeError when the two rows differ in length or a label is asked for twice. */
export function scoreTokens(
  gold: readonly string[],
  predicted: readonly string[],
  options: TokenOptions = {},
): TokenScores {
  if (gold.length !== predicted.length) {
    throw new RangeError(`${gold.length} gold tags, ${predicted.length} predicted tags`);
  }
  const counts = new Map<string, { gold: number; predicted: number; correct: number }>();
  const of = (label: string): { gold: number; predicted: number; correct: number } => {
    let found = counts.get(label);
    if (found === undefined) counts.set(label, (found = { gold: 0, predicted: 0, correct: 0 }));
    return found;
  };
  gold.forEach((tag, i) => {
    const guess = predicted[i]!;
    of(tag).gold += 1;
    of(guess).predicted += 1;
    if (guess === tag) of(tag).correct += 1;
  });
  const occurring = [...counts.keys()].sort(compareCodePoints);
  const labels = options.labels ?? occurring;
  const asked = new Set(labels);
  if (asked.size !== labels.length) throw new RangeError('A label is asked for twice');
  return {
    ...tabulate(
      labels.map((label) => [label, of(label)] as const),
      options,
    ),
    microIsAccuracy: occurring.every((label) => asked.has(label)),
    agreeing: occurring.reduce((sum, label) => sum + of(label).correct, 0),
  };
}

export interface TokenOutcomes {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
}

/**
 * Tokens by outcome with `O` as the negative, as seqeval's `performance_measure` counts them: a token
 * with the wrong label is a false positive only.
 */
export function tokenOutcomes(
  gold: readonly string[],
  predicted: readonly string[],
): TokenOutcomes {
  if (gold.length !== predicted.length) {
    throw new RangeError(`${gold.length} gold tags, ${predicted.length} predicted tags`);
  }
  let [truePositive, falsePositive, falseNegative, trueNegative] = [0, 0, 0, 0];
  gold.forEach((tag, i) => {
    const guess = predicted[i]!;
    if (tag === guess) {
      if (tag === 'O') trueNegative += 1;
      else truePositive += 1;
    } else if (guess !== 'O') falsePositive += 1;
    else falseNegative += 1;
  });
  return { truePositive, falsePositive, falseNegative, trueNegative };
}
