/** Spans or classes for documents, by the folder of a model trained from nothing. */
import {
  alignSpans,
  decodeSpans,
  tagNames,
  type ClassifierConfig,
  type TaggerConfig,
} from '../architectures/tagger/index.ts';
import type { PredictJob, PredictResult, PredictedDocument } from '../protocol.ts';
import { openSession, type Session } from '../sessions/index.ts';
import { unpackTagger } from './bundle.ts';
import { encodeTexts } from './classifierData.ts';
import { classifyDocuments, probabilities } from './classifying.ts';
import { breathe, runtimeFacts, type LoopHooks } from './hooks.ts';
import { encodeDocuments } from './taggerData.ts';
import { tagDocuments } from './tagging.ts';

const DEFAULT_THREADS = 2;

type AfterBatch = (done: number) => Promise<void>;

/** @throws Fault 'bad-model', 'canceled'. Long documents are windowed with overlap, never cut. */
export async function predictTagger(job: PredictJob, hooks: LoopHooks): Promise<PredictResult> {
  const started = performance.now();
  const { config, onnx } = unpackTagger(job.model);
  const threads = job.threads ?? DEFAULT_THREADS;
  const total = job.documents.length;
  const session = await openSession(onnx, { threads });
  const after: AfterBatch = async (done) => {
    hooks.progress({ kind: 'predict', documents: done, totalDocuments: total });
    await breathe(hooks);
  };
  try {
    return {
      kind: 'predict',
      labels: config.labels,
      documents:
        config.task === 'documents'
          ? await classify(session, config, job, after)
          : await tag(session, config, job, after),
      seconds: (performance.now() - started) / 1000,
      runtime: runtimeFacts(threads),
    };
  } finally {
    await session.dispose();
  }
}

async function tag(
  session: Session,
  config: TaggerConfig,
  job: PredictJob,
  after: AfterBatch,
): Promise<PredictedDocument[]> {
  const { labels } = config;
  const tags = tagNames(labels);
  const { documents } = encodeDocuments(
    job.documents.map(({ id, text }) => ({ id, text, spans: [] })),
    labels,
    config.buckets,
  );
  const logits = await tagDocuments(session, {}, config, documents, after);
  return documents.map(({ id, tokens }, index): PredictedDocument => {
    const decoded = decodeSpans(logits[index] as Float32Array, tokens, labels, config.temperature);
    if (!job.tokens) return { id, spans: decoded.spans };
    const gold = job.documents[index]?.gold;
    return {
      id,
      spans: decoded.spans,
      tokens: {
        starts: Int32Array.from(tokens, (token) => token.start),
        ends: Int32Array.from(tokens, (token) => token.end),
        tags: Array.from(decoded.tags, (tag) => tags[tag] as string),
        ...(gold && {
          gold: Array.from(alignSpans(tokens, gold, labels).tags, (tag) => tags[tag] as string),
        }),
      },
    };
  });
}

async function classify(
  session: Session,
  config: ClassifierConfig,
  job: PredictJob,
  after: AfterBatch,
): Promise<PredictedDocument[]> {
  const documents = encodeTexts(job.documents, config.buckets);
  const logits = await classifyDocuments(session, {}, config, documents, after);
  return documents.map(({ id }, index) => {
    const scores = probabilities(logits[index] as Float32Array, config.temperature);
    const classes = config.labels
      .map((label, k) => ({ label, score: scores[k] as number }))
      .toSorted((a, b) => b.score - a.score);
    return { id, classes, spans: [] };
  });
}
