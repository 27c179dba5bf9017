/** Spans or classes for documents, by the folder of a model trained from nothing. */
import {
  alignSpans,
  decodeChain,
  decodeSpans,
  tagNames,
  TRANSITIONS,
  type ClassifierConfig,
  type TaggerConfig,
} from '../architectures/tagger/index.ts';
import { decodeModel, floatsOf } from '../onnx/index.ts';
import type { PredictJob, PredictResult, PredictedDocument } from '../protocol.ts';
import { openSession, type Session } from '../sessions/index.ts';
import { fault } from '../fault.ts';
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
          : await tag(session, config, transitionsOf(config, onnx), job, after),
      seconds: (performance.now() - started) / 1000,
      runtime: runtimeFacts(threads),
    };
  } finally {
    await session.dispose();
  }
}

/** @throws Fault 'bad-model' where a CRF is promised and its scores are missing. */
function transitionsOf(config: TaggerConfig, onnx: Uint8Array): Float32Array | null {
  if (!config.crf) return null;
  const tensor = decodeModel(onnx).graph.initializers.get(TRANSITIONS);
  const classes = tagNames(config.labels).length;
  if (tensor?.type !== 'float32' || tensor.dims.join() !== [classes, classes].join())
    throw fault('bad-model', 'The model lacks the scores of neighboring tags.');
  return floatsOf(tensor);
}

async function tag(
  session: Session,
  config: TaggerConfig,
  transitions: Float32Array | null,
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
    const values = logits[index] as Float32Array;
    const decoded = transitions
      ? decodeChain(values, tokens, labels, transitions, config.temperature)
      : decodeSpans(values, tokens, labels, config.temperature);
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
