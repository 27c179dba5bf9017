/**
 * The text table of scikit-learn's `classification_report`, to the byte, so that a number can be laid
 * beside one from Python. seqeval prints the same layout over entity types, always with `micro avg`.
 */
import type { Score, ScoreTable } from './scores.ts';
import type { TokenScores } from './tokenScores.ts';

const HEADERS = ['precision', 'recall', 'f1-score', 'support'] as const;
const COLUMN = 9;

/**
 * @param table token scores (scikit-learn's table) or span scores (seqeval's).
 * @param digits decimals of the scores, 0 … 20; Python prints 2 unless told.
 * @returns lines separated and ended by a line feed. Without any label only the header and averages.
 */
export function renderReport(table: ScoreTable | TokenScores, digits = 2): string {
  const accuracyLine = 'microIsAccuracy' in table && table.microIsAccuracy;
  // scikit-learn counts support in floats when not one token agrees, and prints it so.
  const support = (count: number): string =>
    'agreeing' in table && table.agreeing === 0 ? `${count}.0` : String(count);
  const longest = Math.max(...table.rows.map((row) => codePoints(row.label)), 0);
  const width = Math.max(longest, 'weighted avg'.length, digits);
  const line = (name: string, cells: readonly string[]): string =>
    `${padStart(name, width)} ${cells.map((cell) => ` ${padStart(cell, COLUMN)}`).join('')}\n`;
  const scores = (name: string, score: Score): string =>
    line(name, [
      formatFixed(score.precision, digits),
      formatFixed(score.recall, digits),
      formatFixed(score.f1, digits),
      support(score.support),
    ]);
  return [
    line('', HEADERS),
    '\n',
    ...table.rows.map((row) => scores(row.label, row)),
    '\n',
    accuracyLine
      ? line('accuracy', [
          '',
          '',
          formatFixed(table.micro.f1, digits),
          support(table.micro.support),
        ])
      : scores('micro avg', table.micro),
    scores('macro avg', table.macro),
    scores('weighted avg', table.weighted),
  ].join('');
}

/** Python's width counts code points, not UTF-16 units. */
const codePoints = (text: string): number => [...text].length;
const padStart = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - codePoints(text))) + text;

/**
 * Python's `.{digits}f`: exact value of the double, ties to the even digit, where `toFixed` takes the
 * larger: 0.125 is 0.12.
 */
export function formatFixed(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'nan';
  const rounded = value.toFixed(digits);
  // A double of this size that ties has its last digit right after the cut, so 60 more show it whole.
  const exact = Math.abs(value).toFixed(digits + 60);
  const point = exact.length - 60;
  if (!/^50*$/.test(exact.slice(point))) return rounded;
  const truncated = exact.slice(0, point).replace(/\.$/, '');
  const even = Number(truncated.at(-1)) % 2 === 0;
  if (!even) return rounded;
  return value < 0 ? `-${truncated}` : truncated;
}
