/** Runs a tagger over documents of any length and scores the result. */
import {
  chainLattice,
  chainSpans,
  reach,
  transitionWeights,
  viterbiSpans,
  type TaggerConfig,
} from '../architectures/tagger/index.ts';
import type { Span } from '../architectures/tagger/index.ts';
import { fault } from '../fault.ts';
import type { SpanScore } from '../protocol.ts';
import type { HostTensor, Session } from '../sessions/index.ts';
import { layStrips } from './strips.ts';
import { stripFeeds, type EncodedDocument } from './taggerData.ts';

/** Tokens per run: enough to fill the cores, little enough that a cancel is felt soon. */
const CAPACITY = 4096;

/**
 * Logits of every document, tokens × classes. A token's logits are those of its whole document,
 * because seams between strips repeat everything a token can see.
 */
export async function tagDocuments(
  session: Session,
  parameters: Readonly<Record<string, HostTensor>>,
  config: TaggerConfig,
  documents: readonly EncodedDocument[],
  afterStrip: (done: number) => Promise<void>,
): Promise<Float32Array[]> {
  const classes = 1 + 2 * config.labels.length;
  const results = documents.map(({ tokens }) => new Float32Array(tokens.length * classes));
  const context = reach(config);
  const strips = layStrips(
    documents.map(({ tokens }) => tokens.length),
    documents.map((_, index) => index),
    {
      capacity: Math.max(CAPACITY, 4 * context),
      gap: Math.max(...config.dilations),
      context,
    },
  );
  for (const strip of strips) {
    const end = strip.at(-1);
    const length = end ? end.offset + end.last - end.first : 0;
    const { feeds } = stripFeeds(documents, strip, length);
    const out = await session.run({ ...feeds, ...parameters }, ['logits']);
    const logits = out['logits']?.data;
    if (!(logits instanceof Float32Array) || logits.length !== length * classes)
      throw fault('bad-model', 'The graph of the model does not answer with one score per tag.');
    for (const { document, first, keepFirst, keepLast, offset } of strip) {
      const from = offset + keepFirst - first;
      (results[document] as Float32Array).set(
        logits.subarray(from * classes, (from + keepLast - keepFirst) * classes),
        keepFirst * classes,
      );
    }
    await afterStrip((strip.at(-1)?.document ?? 0) + 1);
  }
  return results;
}

/** Strict score of the most probable spans against the gold ones. @param transitions those of a CRF. */
export function scoreDocuments(
  documents: readonly EncodedDocument[],
  logits: readonly Float32Array[],
  labels: readonly string[],
  transitions: Float32Array | null,
): SpanScore {
  let [gold, predicted, correct] = [0, 0, 0];
  const key = ({ start, end, label }: Span): string => `${start} ${end} ${label}`;
  documents.forEach(({ tokens, spans }, index) => {
    const wanted = new Set(spans.map(key));
    const values = logits[index] as Float32Array;
    const found = transitions
      ? chainSpans(values, tokens, labels, transitions)
      : viterbiSpans(values, tokens, labels);
    gold += wanted.size;
    predicted += found.length;
    correct += found.filter((span) => wanted.has(key(span))).length;
  });
  const precision = predicted === 0 ? 0 : correct / predicted;
  const recall = gold === 0 ? 0 : correct / gold;
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision, recall, f1, gold, predicted, correct };
}

/**
 * The temperature that makes the tags of held-back tokens, or the labels of documents, most likely (Guo et al. 2017,
 * https://arxiv.org/abs/1706.04599).
 */
export function fitTemperature(
  documents: readonly { readonly tags: Int32Array }[],
  logits: readonly Float32Array[],
  classes: number,
): number {
  const total = documents.reduce((sum, { tags }) => sum + tags.length, 0);
  const stride = Math.max(1, Math.floor(total / 20_000));
  const surprise = (logTemperature: number): number => {
    const scale = Math.exp(-logTemperature);
    let sum = 0;
    documents.forEach(({ tags }, index) => {
      const values = logits[index] as Float32Array;
      for (let t = 0; t < tags.length; t += stride) {
        const row = t * classes;
        let top = -Infinity;
        for (let k = 0; k < classes; k++) top = Math.max(top, (values[row + k] as number) * scale);
        let mass = 0;
        for (let k = 0; k < classes; k++)
          mass += Math.exp((values[row + k] as number) * scale - top);
        sum += top + Math.log(mass) - (values[row + (tags[t] as number)] as number) * scale;
      }
    });
    return sum;
  };
  return leastSurprising(surprise);
}

/** The same for a CRF, whose whole sequences are made likely, on documents of some ten thousand tokens. */
export function fitChainTemperature(
  documents: readonly EncodedDocument[],
  logits: readonly Float32Array[],
  transitions: Float32Array,
): number {
  const classes = Math.sqrt(transitions.length);
  let tokens = 0;
  const sample = documents.flatMap((document, index) => {
    if (tokens > 10_000) return [];
    tokens += document.tokens.length;
    return [{ tags: document.tags, values: logits[index] as Float32Array }];
  });
  return leastSurprising((logTemperature) => {
    const temperature = Math.exp(logTemperature);
    const weights = transitionWeights(transitions, temperature);
    let sum = 0;
    for (const { tags, values } of sample) {
      const chain = { logits: values, length: tags.length, begins: true };
      sum += chainLattice(chain, weights, temperature).logPartition;
      tags.forEach((tag, t) => {
        sum -= (values[t * classes + tag] as number) / temperature;
        if (t > 0)
          sum -= (transitions[(tags[t - 1] as number) * classes + tag] as number) / temperature;
      });
    }
    return sum;
  });
}

/** Golden section over the logarithm of the temperature. */
function leastSurprising(surprise: (logTemperature: number) => number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(0.25), Math.log(8)];
  for (let i = 0; i < 18; i++) {
    const [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (surprise(a) < surprise(b)) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}
