/** Runs a tagger over documents of any length and scores the result. */
import {
  chainSpans,
  reach,
  viterbiSpans,
  type TaggerConfig,
} from '../architectures/tagger/index.ts';
import type { Span } from '../architectures/tagger/index.ts';
import { fault } from '../fault.ts';
import type { SpanScore } from '../protocol.ts';
import type { HostTensor, Session } from '../sessions/index.ts';
import { layStrips } from './strips.ts';
import { stripFeeds, type EncodedDocument } from './taggerData.ts';
import { surpriseOf } from './temperature.ts';

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

/** The most probable spans against the gold ones, strictly. @param transitions those of a CRF. */
export function judgeSpans(
  documents: readonly Pick<EncodedDocument, 'tokens' | 'spans' | 'tags'>[],
  logits: readonly Float32Array[],
  labels: readonly string[],
  transitions: Float32Array | null,
): { readonly dev: SpanScore; readonly macroF1: number; readonly devLoss: number } {
  const counts = new Map(labels.map((label) => [label, { gold: 0, predicted: 0, correct: 0 }]));
  const key = ({ start, end, label }: Span): string => `${start} ${end} ${label}`;
  documents.forEach(({ tokens, spans }, index) => {
    const wanted = new Map(spans.map((span) => [key(span), span]));
    const values = logits[index] as Float32Array;
    const found = transitions
      ? chainSpans(values, tokens, labels, transitions)
      : viterbiSpans(values, tokens, labels);
    const count = (label: string, what: 'gold' | 'predicted' | 'correct'): void => {
      const entry = counts.get(label);
      if (entry) entry[what] += 1;
    };
    for (const { label } of wanted.values()) count(label, 'gold');
    for (const span of found) {
      count(span.label, 'predicted');
      if (wanted.has(key(span))) count(span.label, 'correct');
    }
  });
  const all = [...counts.values()];
  const total = (what: 'gold' | 'predicted' | 'correct'): number =>
    all.reduce((sum, count) => sum + count[what], 0);
  const [gold, predicted, correct] = [total('gold'), total('predicted'), total('correct')];
  const precision = predicted === 0 ? 0 : correct / predicted;
  const recall = gold === 0 ? 0 : correct / gold;
  const f1 = gold + predicted === 0 ? 0 : (2 * correct) / (gold + predicted);
  const f1s = all
    .filter((count) => count.gold > 0)
    .map((count) => (2 * count.correct) / (count.gold + count.predicted));
  const tokens = documents.reduce((sum, { tags }) => sum + tags.length, 0);
  return {
    dev: { precision, recall, f1, gold, predicted, correct },
    macroF1: f1s.length === 0 ? 0 : f1s.reduce((a, b) => a + b, 0) / f1s.length,
    devLoss: tokens === 0 ? 0 : surpriseOf(documents, logits, transitions) / tokens,
  };
}
