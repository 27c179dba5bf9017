/** Runs an encoder over windows of like length, and judges what it says about labeled texts. */
import { groupByLength, inputFeeds, type Ports } from '../architectures/encoder/index.ts';
import { fault } from '../fault.ts';
import type { HostTensor, Session } from '../sessions/index.ts';
import { scoreClasses } from './classifying.ts';
import type { EncoderText, LabeledText, Window } from './encoderData.ts';
import type { Judgment } from './epochs.ts';
import { judgeSpans } from './tagging.ts';

/** Tokens and windows per run: enough to fill the cores, little enough that a cancel is felt soon. */
const LIMITS = { tokens: 2048, rows: 64 } as const;

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
  for (const { members, length } of groupByLength(lengths, {
    ...LIMITS,
    exact: ports.mask === null,
  })) {
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

export const judgeUnits = (
  texts: readonly LabeledText[],
  scores: readonly Float32Array[],
  labels: readonly string[],
): Required<Judgment> =>
  judgeSpans(
    texts.map(({ units, spans, classes }) => ({ tokens: units, spans, tags: classes })),
    scores,
    labels,
    null,
  );

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
