/** Documents as numbers: tokens, hashed features and tags, computed once, and batches cut from them. */
import { createHash } from 'node:crypto';
import {
  alignSpans,
  createFeaturizer,
  DROPPED_SLOTS,
  MASKS,
  SLOTS,
  type Span,
  type TaggerGraph,
} from '../architectures/tagger/index.ts';
import { fault } from '../fault.ts';
import type { WireDocument } from '../protocol.ts';
import type { RandomStream } from '../random.ts';
import type { HostTensor } from '../sessions/index.ts';
import { fineTokens, type Token } from '../tokenizers/index.ts';
import type { Placement } from './strips.ts';

export interface EncodedDocument {
  readonly id: string;
  readonly tokens: readonly Token[];
  readonly features: Int32Array;
  readonly tags: Int32Array;
  /** Mask of each token: its line, counted modulo MASKS. */
  readonly lines: Int32Array;
  readonly spans: readonly Span[];
}

export interface EncodedSet {
  readonly documents: readonly EncodedDocument[];
  readonly tokens: number;
  readonly spans: number;
  readonly misaligned: number;
  readonly overlapping: number;
}

/** @throws Fault 'bad-data' for a span outside its text or with an unknown label. */
export function encodeDocuments(
  documents: readonly WireDocument[],
  labels: readonly string[],
  buckets: number,
): EncodedSet {
  const featurize = createFeaturizer(buckets);
  const known = new Set(labels);
  let [tokenCount, spanCount, misaligned, overlapping] = [0, 0, 0, 0];
  const encoded = documents.map((document): EncodedDocument => {
    const { id, text, spans } = document;
    for (const { start, end, label } of spans) {
      if (!known.has(label))
        throw fault('bad-data', `Document ${id} has the label "${label}", which the schema lacks.`);
      if (!(start >= 0 && start < end && end <= text.length))
        throw fault('bad-data', `Document ${id} has a span ${start}-${end} outside its text.`);
    }
    const tokens = fineTokens(text);
    const alignment = alignSpans(tokens, spans, labels);
    tokenCount += tokens.length;
    spanCount += spans.length;
    misaligned += alignment.misaligned;
    overlapping += alignment.overlapping;
    let line = 0;
    const lines = Int32Array.from(tokens, ({ start }) => {
      const here = line % MASKS;
      if (/[\n\r\u2028\u2029]/.test(text[start] as string)) line += 1;
      return here;
    });
    return { id, tokens, features: featurize(text, tokens), tags: alignment.tags, lines, spans };
  });
  return { documents: encoded, tokens: tokenCount, spans: spanCount, misaligned, overlapping };
}

/** Rows of the feature table that occur; row 0 is padding and never does. */
export function seenRows(
  documents: readonly { readonly features: Int32Array }[],
  buckets: number,
): Uint8Array {
  const seen = new Uint8Array(buckets);
  for (const { features } of documents) for (const row of features) seen[row] = 1;
  seen[0] = 0;
  return seen;
}

/** Ties a checkpoint to its data: ids, texts and spans in order. */
export function hashDocuments(...sets: readonly (readonly WireDocument[])[]): string {
  const hash = createHash('sha256');
  for (const documents of sets)
    hash.update(JSON.stringify(documents.map(({ id, text, spans }) => [id, text, spans])));
  return hash.digest('hex');
}

export interface Strip {
  readonly feeds: Record<string, HostTensor>;
  /** Tokens that count towards the loss. */
  readonly counted: number;
}

const ignored = -100;

/** Features and mask of one strip; what inference needs. */
export function stripFeeds(
  documents: readonly EncodedDocument[],
  strip: readonly Placement[],
  length: number,
): { features: Int32Array; mask: Float32Array; feeds: Record<string, HostTensor> } {
  const features = new Int32Array(length * SLOTS);
  const mask = new Float32Array(length);
  for (const { document, first, last, offset } of strip) {
    const source = (documents[document] as EncodedDocument).features;
    features.set(source.subarray(first * SLOTS, last * SLOTS), offset * SLOTS);
    mask.fill(1, offset, offset + last - first);
  }
  return {
    features,
    mask,
    feeds: {
      features: { dims: [1, length, SLOTS], data: features },
      mask: { dims: [1, length, 1], data: mask },
    },
  };
}

/** A training strip: adds labels, and the step's random masks drawn from `random`. */
export function trainingStrip(
  documents: readonly EncodedDocument[],
  strip: readonly Placement[],
  length: number,
  inputs: TaggerGraph['inputs'],
  rates: { readonly dropout: number; readonly wordDropout: number },
  random: RandomStream,
): Strip {
  const { features, feeds } = stripFeeds(documents, strip, length);
  const labels = new Int32Array(length).fill(ignored);
  const segments = new Int32Array(length);
  let counted = 0;
  for (const { document, first, last, keepFirst, keepLast, offset } of strip) {
    const { tags, lines } = documents[document] as EncodedDocument;
    segments.set(lines.subarray(first, last), offset);
    labels.set(tags.subarray(keepFirst, keepLast), offset + keepFirst - first);
    counted += keepLast - keepFirst;
  }
  if (rates.wordDropout > 0)
    for (let t = 0; t < length; t++)
      if (random.uniform() < rates.wordDropout)
        for (const slot of DROPPED_SLOTS) features[t * SLOTS + slot] = 0;
  feeds['labels'] = { dims: [1, length], data: labels };
  feeds['segments'] = { dims: [1, length], data: segments };
  const kept = 1 / (1 - rates.dropout);
  for (const { name, width } of inputs.dropout) {
    const data = Float32Array.from({ length: MASKS * width }, () =>
      random.uniform() < rates.dropout ? 0 : kept,
    );
    feeds[name] = { dims: [MASKS, width], data };
  }
  return { feeds, counted };
}
