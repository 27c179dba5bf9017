/**
 * One training run of a tagger, from documents to a model folder. Everything random is a function of
 * the recipe's seed and the position (epoch, step), so a run continued from a checkpoint goes through
 * the same numbers as one that was never interrupted.
 */
import {
  buildTagger,
  reach,
  TRANSITIONS,
  type TaggerConfig,
} from '../architectures/tagger/index.ts';
import { fault } from '../fault.ts';
import type { TaggerRecipe, TrainJob, TrainResult } from '../protocol.ts';
import { shuffle, stream } from '../random.ts';
import type { HostTensor } from '../sessions/index.ts';
import { packTagger } from './bundle.ts';
import { createChainLearner, type ChainBatch } from './crfLearning.ts';
import { createRun, keptPlane, type Course } from './epochs.ts';
import { breathe, type LoopHooks } from './hooks.ts';
import { identify } from './identity.ts';
import { layStrips, type Placement } from './strips.ts';
import { encodeDocuments, hashDocuments, seenRows, trainingStrip } from './taggerData.ts';
import { judgeSpans, tagDocuments } from './tagging.ts';
import { fitTemperature } from './temperature.ts';
import { trainClassifier } from './trainClassifier.ts';
import { describeRun, openWorkshop } from './workshop.ts';

/** @throws Fault: 'bad-data', 'bad-request', 'diverged', 'canceled', 'out-of-memory'. */
export const trainTagger = (job: TrainJob<TaggerRecipe>, hooks: LoopHooks): Promise<TrainResult> =>
  job.recipe.task === 'documents' ? trainClassifier(job, hooks) : trainSpans(job, hooks);

async function trainSpans(job: TrainJob<TaggerRecipe>, hooks: LoopHooks): Promise<TrainResult> {
  const started = performance.now();
  const { recipe, labels } = job;
  const { buckets, embeddingDim, hidden, dilations, towers, batchTokens, seed } = recipe;
  const train = encodeDocuments(job.train, labels, buckets);
  const dev = encodeDocuments(job.dev, labels, buckets);
  if (train.tokens === 0)
    throw fault('bad-data', 'There is nothing to train on: the training documents hold no text.');
  if (labels.length === 0 || train.spans === 0)
    throw fault('bad-data', 'There is nothing to learn: the training documents hold no spans.');
  const config: TaggerConfig = {
    architecture: 'tagger',
    version: 1,
    labels,
    ...{ buckets, embeddingDim, hidden, dilations, towers },
    temperature: 1,
    ...(recipe.crf && { crf: true }),
  };
  const identity = identify(recipe, labels, hashDocuments(job.train, job.dev));
  const seen = seenRows(train.documents, buckets);
  const graph = buildTagger(config, { seed, seen, training: true });
  const inference = buildTagger(config, { seed, training: false });
  const workshop = await openWorkshop({
    recipe,
    training: graph.model,
    inference: inference.model,
    constants: 'tagger/',
  });
  const { trainer, evaluator } = workshop;
  const chains = recipe.crf
    ? await createChainLearner(graph, trainer, towers, recipe.threads)
    : null;
  const transitionsIn = (weights: Readonly<Record<string, HostTensor>>): Float32Array | null =>
    (weights[TRANSITIONS]?.data as Float32Array | undefined) ?? null;
  const course: Course<readonly Placement[], ChainBatch> = {
    tokens: train.tokens,
    lay(epoch) {
      const order = train.documents.map((_, index) => index);
      shuffle(order, stream(seed, 'epoch', epoch));
      return layStrips(
        train.documents.map(({ tokens }) => tokens.length),
        order,
        { capacity: batchTokens, gap: Math.max(...dilations), context: reach(config) },
      );
    },
    draw: (strip, random) => ({
      ...trainingStrip(train.documents, strip, batchTokens, graph.inputs, recipe, random),
      strip,
    }),
    ...(chains && { learn: chains.learn, rehearse: chains.rehearse }),
    evaluationRuns: dev.tokens / batchTokens,
    async evaluate(pause) {
      const weights = trainer.feeds(keptPlane(recipe));
      const logits = await tagDocuments(evaluator, weights, config, dev.documents, pause);
      return judgeSpans(dev.documents, logits, labels, transitionsIn(weights));
    },
    merit: (judgment) => judgment.dev.f1,
  };
  try {
    const { resumeFrom, pauseAfterEpoch } = job;
    const end = await createRun({
      ...{ pace: recipe, course, trainer, seen, identity, resumeFrom, pauseAfterEpoch, hooks },
    })();
    const weights = workshop.weightsOf(end);
    let { temperature } = config;
    if (dev.tokens > 0) {
      const feeds = workshop.feedsOf(weights);
      const logits = await tagDocuments(evaluator, feeds, config, dev.documents, () =>
        breathe(hooks),
      );
      temperature = fitTemperature(dev.documents, logits, transitionsIn(feeds));
    }
    return {
      ...describeRun(workshop, end, recipe.threads),
      model: packTagger({ ...config, temperature }, inference.model, weights),
      data: {
        documents: train.documents.length,
        tokens: train.tokens,
        spans: train.spans,
        misaligned: train.misaligned,
        overlapping: train.overlapping,
        hash: identity.data,
      },
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await chains?.dispose();
    await workshop.dispose();
  }
}
