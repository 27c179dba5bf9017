/**
 * Documents with one label each, as numbers. A document is one window, or several overlapping ones when
 * it is longer than a batch; windows lie end to end in a row of tokens, and a window stands for the
 * share of its document's tokens that it counts, so a long document weighs no more than a short one.
 */
import { createHash } from 'node:crypto';
import {
  createDocumentFeaturizer,
  DOCUMENT_SLOTS,
  reach,
  type ClassifierConfig,
  type TaggerGraph,
} from '../architectures/tagger/index.ts';
import { fault } from '../fault.ts';
import type { WireDocument } from '../protocol.ts';
import { shuffle, stream, type RandomStream } from '../random.ts';
import type { HostTensor } from '../sessions/index.ts';
import { fineTokens } from '../tokenizers/index.ts';
import type { Batch } from './epochs.ts';

export interface ClassifiedDocument {
  readonly id: string;
  readonly length: number;
  /** length × DOCUMENT_SLOTS rows of the feature table. */
  readonly features: Int32Array;
  /** Position of its label in the schema; -1 where it has none, which only prediction allows. */
  readonly label: number;
}

export interface ClassifiedSet {
  readonly documents: readonly ClassifiedDocument[];
  readonly tokens: number;
  /** Documents without any token, which were left out. */
  readonly skipped: number;
}

/** @throws Fault 'bad-data' for a missing label or one the schema lacks. */
export function encodeClassified(
  documents: readonly WireDocument[],
  labels: readonly string[],
  buckets: number,
): ClassifiedSet {
  const featurize = createDocumentFeaturizer(buckets);
  const index = new Map(labels.map((label, position) => [label, position]));
  const encoded = documents.map(({ id, text, label }): ClassifiedDocument => {
    const position = label === undefined ? undefined : index.get(label);
    if (label === undefined)
      throw fault('bad-data', `Document ${id} has no label. Give it one, or leave it out.`);
    if (position === undefined)
      throw fault('bad-data', `Document ${id} has the label "${label}", which the schema lacks.`);
    return { ...encodeText(id, text, featurize), label: position };
  });
  const kept = encoded.filter(({ length }) => length > 0);
  return {
    documents: kept,
    tokens: kept.reduce((sum, { length }) => sum + length, 0),
    skipped: encoded.length - kept.length,
  };
}

export function encodeTexts(
  documents: readonly { readonly id: string; readonly text: string }[],
  buckets: number,
): ClassifiedDocument[] {
  const featurize = createDocumentFeaturizer(buckets);
  return documents.map(({ id, text }) => ({ ...encodeText(id, text, featurize), label: -1 }));
}

function encodeText(
  id: string,
  text: string,
  featurize: ReturnType<typeof createDocumentFeaturizer>,
) {
  // Line breaks carry structure for spans; what a text is about does not hang on them.
  const tokens = fineTokens(text).filter(
    ({ start }) => !/[\r\n\u2028\u2029]/.test(text[start] ?? ''),
  );
  return { id, length: tokens.length, features: featurize(text, tokens) };
}

/** Ties a checkpoint to its data: ids, texts and labels in order. */
export function hashClassified(...sets: readonly (readonly WireDocument[])[]): string {
  const hash = createHash('sha256');
  for (const documents of sets)
    hash.update(JSON.stringify(documents.map(({ id, text, label }) => [id, text, label])));
  return hash.digest('hex');
}

/** A stretch of a document that is judged as one; ends are exclusive. */
export interface Window {
  readonly document: number;
  readonly first: number;
  readonly last: number;
  /** Of the document's tokens, the share this window counts; the shares of a document sum to one. */
  readonly share: number;
}

const OVERLAP = 64;
/** Label of a row of a batch that holds no window. */
const IGNORED = -100;

/** Overlapping windows over each document; they count alternating stretches that tile it exactly. */
export function windowsOf(
  documents: readonly ClassifiedDocument[],
  config: ClassifierConfig,
): Window[] {
  const overlap = Math.min(Math.max(OVERLAP, reach(config)), config.window >> 1);
  const stride = config.window - overlap;
  return documents.flatMap(({ length }, document) => {
    const count = Math.max(1, Math.ceil((length - overlap) / stride));
    return Array.from({ length: count }, (_, k): Window => {
      const first = k * stride;
      const last = Math.min(length, first + config.window);
      const counted = (k === count - 1 ? length : first + stride) - first;
      return { document, first, last, share: counted / length };
    });
  });
}

export interface Packing {
  /** Tokens of a row, and windows in it. */
  readonly capacity: number;
  readonly rows: number;
  /** Empty tokens between windows; at least the widest dilation. */
  readonly gap: number;
}

/** Windows in a given order, as many to a batch as fit. */
export function packWindows(windows: readonly Window[], packing: Packing): Window[][] {
  const batches: Window[][] = [];
  let offset = Infinity;
  for (const window of windows) {
    const length = window.last - window.first;
    const batch = batches.at(-1);
    if (batch && offset + length <= packing.capacity && batch.length < packing.rows)
      batch.push(window);
    else {
      batches.push([window]);
      offset = 0;
    }
    offset += length + packing.gap;
  }
  return batches;
}

/** Windows of one epoch, shuffled by seed and epoch. */
export const shuffledWindows = (
  windows: readonly Window[],
  seed: number,
  epoch: number,
): Window[] => shuffle([...windows], stream(seed, 'epoch', epoch));

/** What inference needs of a batch; `length` and `rows` fix its shape. */
export function windowFeeds(
  documents: readonly ClassifiedDocument[],
  batch: readonly Window[],
  { capacity, rows, gap }: Packing,
): { features: Int32Array; owners: Int32Array; feeds: Record<string, HostTensor> } {
  const features = new Int32Array(capacity * DOCUMENT_SLOTS);
  const mask = new Float32Array(capacity);
  const pool = new Float32Array(rows * capacity);
  const owners = new Int32Array(capacity);
  let offset = 0;
  batch.forEach(({ document, first, last }, row) => {
    const source = (documents[document] as ClassifiedDocument).features;
    const end = offset + last - first;
    features.set(
      source.subarray(first * DOCUMENT_SLOTS, last * DOCUMENT_SLOTS),
      offset * DOCUMENT_SLOTS,
    );
    mask.fill(1, offset, end);
    owners.fill(row, offset, end);
    pool.fill(1, row * capacity + offset, row * capacity + end);
    offset = end + gap;
  });
  return {
    features,
    owners,
    feeds: {
      features: { dims: [1, capacity, DOCUMENT_SLOTS], data: features },
      mask: { dims: [1, capacity, 1], data: mask },
      pool: { dims: [rows, capacity], data: pool },
    },
  };
}

/** A training batch: adds labels, weights, and the step's random masks drawn from `random`. */
export function trainingWindows(
  documents: readonly ClassifiedDocument[],
  batch: readonly Window[],
  packing: Packing,
  inputs: TaggerGraph['inputs'],
  rates: { readonly dropout: number; readonly wordDropout: number },
  random: RandomStream,
): Batch {
  const { features, owners, feeds } = windowFeeds(documents, batch, packing);
  const labels = new Int32Array(packing.rows).fill(IGNORED);
  const weights = new Float32Array(packing.rows);
  batch.forEach(({ document, share }, row) => {
    labels[row] = (documents[document] as ClassifiedDocument).label;
    weights[row] = share;
  });
  if (rates.wordDropout > 0)
    for (let i = 0; i < features.length; i++)
      if (features[i] !== 0 && random.uniform() < rates.wordDropout) features[i] = 0;
  feeds['owners'] = { dims: [1, packing.capacity], data: owners };
  feeds['labels'] = { dims: [packing.rows], data: labels };
  feeds['weights'] = { dims: [packing.rows], data: weights };
  const kept = 1 / (1 - rates.dropout);
  for (const { name, rows, width } of inputs.dropout)
    feeds[name] = {
      dims: [rows, width],
      data: Float32Array.from({ length: rows * width }, () =>
        random.uniform() < rates.dropout ? 0 : kept,
      ),
    };
  return { feeds, counted: weights.reduce((sum, weight) => sum + weight, 0) };
}
