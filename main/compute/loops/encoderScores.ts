/** Runs an encoder over windows of like length, and judges what it says about labeled texts. */
import { groupByLength, inputFeeds, type Ports } from '../architectures/encoder/index.ts';
import { viterbiSpans } from '../architectures/tagger/index.ts';
import { fault } from '../fault.ts';
import type { WireSpan } from '../protocol.ts';
import type { HostTensor, Session } from '../sessions/index.ts';
import { scoreClasses } from './classifying.ts';
import type { EncoderText, LabeledText, Window } from './encoderData.ts';
import type { Judgment } from './epochs.ts';

/** Tokens and windows per run: enough to fill the cores, little enough that a cancel is felt soon. */
const TOKENS = 2048;
const ROWS = 64;

export interface Scorer {
  readonly session: Session;
  /** Weights that the session takes as inputs; none where the file holds them. */
  readonly weights: Readonly<Record<string, HostTensor>>;
  readonly ports: Ports;
  readonly logits: string;
  readonly classes: number;
}

/**
 * Scores of each text: units × classes for spans; for a class of the text, those of its windows averaged
 * by the share of the text that each counts.
 */
export async function scoreTexts(
  { session, weights, ports, logits, classes }: Scorer,
  texts: readonly EncoderText[],
  windows: readonly Window[],
  perToken: boolean,
  afterRun: (texts: number) => Promise<void>,
): Promise<Float32Array[]> {
  const results = texts.map(
    ({ units }) => new Float32Array((perToken ? units.length : 1) * classes),
  );
  const lengths = windows.map(({ ids }) => ids.length);
  const open = texts.map(() => 0);
  for (const { text } of windows) open[text] = (open[text] as number) + 1;
  let done = open.filter((count) => count === 0).length;
  for (const { members, length } of groupByLength(lengths, TOKENS, ROWS)) {
    const part = members.map((index) => windows[index] as Window);
    const feeds = inputFeeds(part, part.length, length, ports);
    const found = (await session.run({ ...feeds, ...weights }, [logits]))[logits]?.data;
    const rows = part.length * (perToken ? length : 1);
    if (!(found instanceof Float32Array) || found.length !== rows * classes)
      throw fault('bad-model', 'The graph of the model does not answer with one score per class.');
    part.forEach((window, row) => {
      const result = results[window.text] as Float32Array;
      const { units } = texts[window.text] as EncoderText;
      if (perToken) copyUnits(found, row * length, window, units, classes, result);
      else
        for (let k = 0; k < classes; k++)
          result[k] = (result[k] as number) + window.share * (found[row * classes + k] as number);
      open[window.text] = (open[window.text] as number) - 1;
      if (open[window.text] === 0) done += 1;
    });
    await afterRun(done);
  }
  return results;
}

/** Moves the scores of the units that count in a window from its row of a run to its text. */
function copyUnits(
  found: Float32Array,
  row: number,
  { from: first, ownFrom, ownTo, lead }: Window,
  units: EncoderText['units'],
  classes: number,
  to: Float32Array,
): void {
  let [low, high] = [0, units.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((units[middle]?.position ?? 0) < ownFrom) low = middle + 1;
    else high = middle;
  }
  for (let unit = low; unit < units.length; unit++) {
    const position = units[unit]?.position ?? 0;
    if (position >= ownTo) break;
    const at = (row + lead + position - first) * classes;
    to.set(found.subarray(at, at + classes), unit * classes);
  }
}

/** Strict span scores, mean F1 over the labels that occur, and mean cross-entropy per counted unit. */
export function judgeSpans(
  texts: readonly LabeledText[],
  scores: readonly Float32Array[],
  labels: readonly string[],
): Required<Judgment> {
  const tally = new Map(labels.map((label) => [label, { gold: 0, predicted: 0, correct: 0 }]));
  const key = ({ start, end, label }: WireSpan): string => `${start} ${end} ${label}`;
  let [loss, counted] = [0, 0];
  texts.forEach(({ units, spans, classes }, index) => {
    const values = scores[index] as Float32Array;
    const wanted = new Map(spans.map((span) => [key(span), span]));
    for (const span of wanted.values()) tally.get(span.label)!.gold += 1;
    for (const span of viterbiSpans(values, units, labels)) {
      const entry = tally.get(span.label)!;
      entry.predicted += 1;
      if (wanted.has(key(span))) entry.correct += 1;
    }
    loss += crossEntropy(values, classes);
    counted += classes.length;
  });
  const sum = (pick: 'gold' | 'predicted' | 'correct'): number =>
    [...tally.values()].reduce((total, entry) => total + entry[pick], 0);
  const [gold, predicted, correct] = [sum('gold'), sum('predicted'), sum('correct')];
  const occurring = [...tally.values()].filter((entry) => entry.gold > 0);
  const f1Of = (entry: { gold: number; predicted: number; correct: number }): number =>
    entry.gold + entry.predicted === 0 ? 0 : (2 * entry.correct) / (entry.gold + entry.predicted);
  return {
    dev: {
      precision: predicted === 0 ? 0 : correct / predicted,
      recall: gold === 0 ? 0 : correct / gold,
      f1: f1Of({ gold, predicted, correct }),
      ...{ gold, predicted, correct },
    },
    macroF1:
      occurring.length === 0
        ? 0
        : occurring.reduce((total, entry) => total + f1Of(entry), 0) / occurring.length,
    devLoss: counted === 0 ? 0 : loss / counted,
  };
}

export const judgeDocuments = (
  texts: readonly LabeledText[],
  scores: readonly Float32Array[],
  labels: readonly string[],
): Required<Judgment> =>
  scoreClasses(
    texts.map(({ classes }) => classes[0] as number),
    scores,
    labels.length,
  );

/** Summed over the rows, nats; a label of -100 does not count. */
function crossEntropy(values: Float32Array, labels: Int32Array): number {
  const classes = labels.length === 0 ? 0 : values.length / labels.length;
  let sum = 0;
  for (let t = 0; t < labels.length; t++) {
    const label = labels[t] as number;
    if (label < 0) continue;
    const row = t * classes;
    let top = -Infinity;
    for (let k = 0; k < classes; k++) top = Math.max(top, values[row + k] as number);
    let mass = 0;
    for (let k = 0; k < classes; k++) mass += Math.exp((values[row + k] as number) - top);
    sum += top + Math.log(mass) - (values[row + label] as number);
  }
  return sum;
}
