/*
 * Pieces of HTML about one evaluation, shared by the model card and the evaluation report.
 */
import type { PrfRow, SpanScores } from '../../shared/contract/index.ts';
import type { z } from 'zod';
import type { EvaluationDetails } from '../evaluation/index.ts';
import { whisker } from './charts.ts';
import { count, factList, fixed, moment, plural, table, type Fact } from './facts.ts';
import { html, type Html } from './html.ts';

type Row = z.infer<typeof PrfRow>;

const SPLIT_NAME = { train: 'training', dev: 'development', test: 'test' } as const;
export const splitName = (split: keyof typeof SPLIT_NAME): string => SPLIT_NAME[split];

export const intervalText = (
  interval: { readonly low: number; readonly high: number } | null,
): string | null => interval && `${fixed(interval.low)} to ${fixed(interval.high)}`;

const scoreColumns = [
  { title: 'Precision', numeric: true, cell: (row: Row) => fixed(row.precision) },
  { title: 'Recall', numeric: true, cell: (row: Row) => fixed(row.recall) },
  { title: 'F1', numeric: true, cell: (row: Row) => fixed(row.f1) },
] as const;

/** The three readings of spans beside each other, so that no number travels without its name. */
export function readingsTable({ evaluation }: EvaluationDetails): Html {
  const readings: readonly (readonly [string, SpanScores])[] = [
    ['Exact spans on characters', evaluation.exact],
    ['seqeval, default', evaluation.seqevalDefault],
    ['seqeval, strict IOB2', evaluation.seqevalStrict],
  ];
  return table({
    caption: `Span scores on the ${splitName(evaluation.split)} split, micro average. Interval: 95 %, bootstrap over documents, on F1.`,
    rows: readings,
    columns: [
      { title: 'Reading', heads: true, cell: ([name]) => name },
      { title: 'Gold', numeric: true, cell: ([, { gold }]) => count(gold) },
      { title: 'Predicted', numeric: true, cell: ([, { predicted }]) => count(predicted) },
      { title: 'Correct', numeric: true, cell: ([, { correct }]) => count(correct) },
      { title: 'Precision', numeric: true, cell: ([, { micro }]) => fixed(micro.precision) },
      { title: 'Recall', numeric: true, cell: ([, { micro }]) => fixed(micro.recall) },
      { title: 'F1', numeric: true, cell: ([, { micro }]) => fixed(micro.f1) },
      { title: 'Interval', numeric: true, cell: ([, { interval }]) => intervalText(interval) },
    ],
  });
}

/** One row per label with its interval drawn; averages below. */
export function labelTable({ evaluation, facts }: EvaluationDetails): Html {
  const intervals = new Map(
    facts.labelIntervals.map(({ label, low, high }) => [
      label,
      low === null || high === null ? null : { low, high },
    ]),
  );
  const intervalOf = (row: Row) =>
    row.name === 'micro avg' ? evaluation.exact.interval : (intervals.get(row.name) ?? null);
  const { perLabel, micro, macro, weighted } = evaluation.exact;
  const averages = new Set<Row>([micro, macro, weighted]);
  return table<Row>({
    caption:
      'Exact spans by label. The line is the 95 % interval of F1, from 0 on the left to 1 on the right; a ring has none. An interval without width only says that the resamples agreed: with few examples that is little.',
    rows: perLabel,
    foot: [micro, macro, weighted],
    columns: [
      { title: 'Label', heads: true, cell: ({ name }) => name },
      { title: 'n', numeric: true, cell: ({ support }) => count(support) },
      ...scoreColumns,
      {
        title: 'Interval',
        numeric: true,
        cell: (row) => intervalText(intervalOf(row)) ?? (averages.has(row) ? '' : null),
      },
      { title: '', plot: true, cell: (row) => whisker(row.f1, intervalOf(row)) },
    ],
  });
}

export function tokenTable({ evaluation }: EvaluationDetails): Html {
  const { perTag, micro, macro, weighted, accuracy } = evaluation.tokenScores;
  return table<Row>({
    caption: `Scores per tag over ${plural(evaluation.tokens, 'token')}, tag O left out of the averages; accuracy over all tokens ${fixed(accuracy, 4)}. Not comparable with span scores.`,
    rows: perTag,
    foot: [micro, macro, weighted],
    columns: [
      { title: 'Tag', heads: true, cell: ({ name }) => name },
      { title: 'n', numeric: true, cell: ({ support }) => count(support) },
      ...scoreColumns,
    ],
  });
}

export function confusionTable({ evaluation, facts }: EvaluationDetails): Html {
  if (evaluation.confusions.length === 0) {
    return html`<p class="note">
      No label was taken for another, none was missed, none was made up.
    </p>`;
  }
  const shown = evaluation.confusions.slice(0, 25);
  return html`${table({
      caption: `What was taken for what, most frequent first${shown.length < evaluation.confusions.length ? `, ${shown.length} of ${evaluation.confusions.length} pairs` : ''}. “nothing” as gold: a span was made up; as prediction: a span was missed.`,
      rows: shown,
      columns: [
        { title: 'Gold', heads: true, cell: ({ gold }) => (gold === 'O' ? 'nothing' : gold) },
        {
          title: 'Predicted',
          cell: ({ predicted }) => (predicted === 'O' ? 'nothing' : predicted),
        },
        { title: 'n', numeric: true, cell: ({ count: times }) => count(times) },
      ],
    })}
    <p class="note">
      ${plural(facts.borderErrors, 'span')} had the right label and a wrong border; they are wrong
      in the scores above and no confusion of labels.
    </p>`;
}

export function evaluationFacts({ evaluation, facts, auditSeq }: EvaluationDetails): Html {
  const list: readonly Fact[] = [
    { name: 'Measured', value: moment(evaluation.at), auditSeq },
    { name: 'Result', value: evaluation.evaluationId, sha256: evaluation.sha256 },
    { name: 'Model', value: evaluation.model, sha256: facts.modelSha256 },
    { name: 'Snapshot', value: evaluation.snapshot, sha256: facts.manifestSha256 },
    { name: 'Policy', value: 'in force when measured', sha256: facts.policySha256 },
    {
      name: 'Documents',
      value: `${count(evaluation.documents)} measured, ${count(evaluation.withheld)} withheld by the gate`,
    },
    {
      name: 'Left out by strict',
      value: `${plural(facts.strict.droppedGold, 'gold span')}, ${plural(facts.strict.droppedPredicted, 'predicted span')} with ill-formed tags`,
    },
    {
      name: 'Intervals',
      value: `percentile bootstrap over ${plural(facts.bootstrap.documents, 'document')}, ${count(facts.bootstrap.resamples)} resamples, seed ${facts.bootstrap.seed}`,
    },
    {
      name: 'Runtime',
      value: `${facts.runtime.engine}, ${facts.runtime.provider}, ${plural(facts.runtime.threads, 'thread')}`,
    },
  ];
  return factList(list);
}
