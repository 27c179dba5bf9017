/** Spans for documents, by a model folder. */
import { alignSpans, decodeSpans, tagNames } from '../architectures/tagger/index.ts';
import type { PredictJob, PredictResult, PredictedDocument } from '../protocol.ts';
import { openSession } from '../sessions/index.ts';
import { unpackTagger } from './bundle.ts';
import { breathe, runtimeFacts, type LoopHooks } from './hooks.ts';
import { encodeDocuments } from './taggerData.ts';
import { tagDocuments } from './tagging.ts';

const DEFAULT_THREADS = 2;

/** @throws Fault 'bad-model', 'canceled'. Long documents are windowed with overlap, never cut. */
export async function predict(job: PredictJob, hooks: LoopHooks): Promise<PredictResult> {
  const started = performance.now();
  const { config, onnx } = unpackTagger(job.model);
  const { labels } = config;
  const tags = tagNames(labels);
  const threads = job.threads ?? DEFAULT_THREADS;
  const total = job.documents.length;
  const session = await openSession(onnx, { threads });
  try {
    const { documents } = encodeDocuments(
      job.documents.map(({ id, text }) => ({ id, text, spans: [] })),
      labels,
      config.buckets,
    );
    const logits = await tagDocuments(session, {}, config, documents, async (done) => {
      hooks.progress({ kind: 'predict', documents: done, totalDocuments: total });
      await breathe(hooks);
    });
    const results = documents.map(({ id, tokens }, index): PredictedDocument => {
      const decoded = decodeSpans(
        logits[index] as Float32Array,
        tokens,
        labels,
        config.temperature,
      );
      if (!job.tokens) return { id, spans: decoded.spans };
      const gold = job.documents[index]?.gold;
      return {
        id,
        spans: decoded.spans,
        tokens: {
          starts: Int32Array.from(tokens, (token) => token.start),
          ends: Int32Array.from(tokens, (token) => token.end),
          tags: Array.from(decoded.tags, (tag) => tags[tag] as string),
          ...(gold
            ? {
                gold: Array.from(
                  alignSpans(tokens, gold, labels).tags,
                  (tag) => tags[tag] as string,
                ),
              }
            : {}),
        },
      };
    });
    return {
      kind: 'predict',
      labels,
      documents: results,
      seconds: (performance.now() - started) / 1000,
      runtime: runtimeFacts(threads),
    };
  } finally {
    await session.dispose();
  }
}
