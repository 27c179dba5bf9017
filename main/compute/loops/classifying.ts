/** Runs a classifier over documents of any length and scores the result. */
import type { ClassifierConfig } from '../architectures/tagger/index.ts';
import { fault } from '../fault.ts';
import type { SpanScore } from '../protocol.ts';
import type { HostTensor, Session } from '../sessions/index.ts';
import {
  packWindows,
  windowFeeds,
  windowsOf,
  type ClassifiedDocument,
  type Packing,
} from './classifierData.ts';

/** Tokens per run: enough to fill the cores, little enough that a cancel is felt soon. */
const CAPACITY = 4096;
const ROWS = 256;

/**
 * Logits of every document: those of its windows, averaged by the share of its tokens that each counts.
 * A document without tokens has no evidence for any label: its logits are zero.
 */
export async function classifyDocuments(
  session: Session,
  parameters: Readonly<Record<string, HostTensor>>,
  config: ClassifierConfig,
  documents: readonly ClassifiedDocument[],
  afterBatch: (done: number) => Promise<void>,
): Promise<Float32Array[]> {
  const classes = config.labels.length;
  const results = documents.map(() => new Float32Array(classes));
  const gap = Math.max(...config.dilations);
  const windows = windowsOf(documents, config).filter(({ first, last }) => last > first);
  const limits = { capacity: Math.max(CAPACITY, config.window), rows: ROWS, gap };
  for (const batch of packWindows(windows, limits)) {
    const lengths = batch.map(({ first, last }) => last - first);
    const packing: Packing = {
      capacity: lengths.reduce((sum, length) => sum + length, gap * (batch.length - 1)),
      rows: batch.length,
      gap,
    };
    const { feeds } = windowFeeds(documents, batch, packing);
    const out = await session.run({ ...feeds, ...parameters }, ['logits']);
    const logits = out['logits']?.data;
    if (!(logits instanceof Float32Array) || logits.length !== batch.length * classes)
      throw fault('bad-model', 'The graph of the model does not answer with one score per label.');
    batch.forEach(({ document, share }, row) => {
      const sum = results[document] as Float32Array;
      for (let k = 0; k < classes; k++)
        sum[k] = (sum[k] as number) + share * (logits[row * classes + k] as number);
    });
    await afterBatch((batch.at(-1)?.document ?? 0) + 1);
  }
  return results;
}

export const likeliest = (logits: Float32Array): number =>
  logits.reduce((best, value, k) => (value > (logits[best] as number) ? k : best), 0);

/** Softmax of the logits divided by the temperature, in doubles. */
export function probabilities(logits: Float32Array, temperature: number): Float64Array {
  const scaled = Float64Array.from(logits, (value) => value / temperature);
  const top = Math.max(...scaled);
  const weights = scaled.map((value) => Math.exp(value - top));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

export interface Classification {
  /** Each document is one item: precision, recall and F1 are all the accuracy. */
  readonly dev: SpanScore;
  /** Mean F1 over the labels that occur in the gold. */
  readonly macroF1: number;
  /** Mean cross-entropy per document, nats. */
  readonly devLoss: number;
}

export function scoreClasses(
  gold: readonly number[],
  logits: readonly Float32Array[],
  classes: number,
): Classification {
  const counts = Array.from({ length: classes }, () => ({ gold: 0, predicted: 0, correct: 0 }));
  let [correct, loss] = [0, 0];
  gold.forEach((label, index) => {
    const values = logits[index] as Float32Array;
    const found = likeliest(values);
    const [wanted, given] = [counts[label], counts[found]];
    if (!wanted || !given) return;
    wanted.gold += 1;
    given.predicted += 1;
    if (found === label) {
      correct += 1;
      wanted.correct += 1;
    }
    loss -= Math.log(Math.max(Number.MIN_VALUE, probabilities(values, 1)[label] as number));
  });
  const total = gold.length;
  const accuracy = total === 0 ? 0 : correct / total;
  const occurring = counts.filter((count) => count.gold > 0);
  const f1s = occurring.map((count) => (2 * count.correct) / (count.gold + count.predicted));
  return {
    dev: {
      precision: accuracy,
      recall: accuracy,
      f1: accuracy,
      gold: total,
      predicted: total,
      correct,
    },
    macroF1: f1s.length === 0 ? 0 : f1s.reduce((a, b) => a + b, 0) / f1s.length,
    devLoss: total === 0 ? 0 : loss / total,
  };
}
