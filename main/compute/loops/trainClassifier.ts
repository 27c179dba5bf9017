/** One training run of a tagger that gives each document one label. See trainTagger.ts for spans. */
import { buildClassifier, type ClassifierConfig } from '../architectures/tagger/index.ts';
import { fault } from '../fault.ts';
import type { TaggerRecipe, TrainJob, TrainResult } from '../protocol.ts';
import { packTagger } from './bundle.ts';
import {
  encodeClassified,
  hashClassified,
  packWindows,
  shuffledWindows,
  trainingWindows,
  windowsOf,
  type Packing,
  type Window,
} from './classifierData.ts';
import { classifyDocuments, scoreClasses } from './classifying.ts';
import { createRun, keptPlane, type Course } from './epochs.ts';
import { breathe, type LoopHooks } from './hooks.ts';
import { identify } from './identity.ts';
import { seenRows } from './taggerData.ts';
import { fitTemperature } from './temperature.ts';
import { describeRun, openWorkshop } from './workshop.ts';

/** Room for batches of shorter windows than the average one. */
const SPARE_ROWS = 1.25;

/** @throws Fault: 'bad-data', 'bad-request', 'diverged', 'canceled', 'out-of-memory'. */
export async function trainClassifier(
  job: TrainJob<TaggerRecipe>,
  hooks: LoopHooks,
): Promise<TrainResult> {
  const started = performance.now();
  const { recipe, labels } = job;
  const { buckets, embeddingDim, hidden, dilations, towers, batchTokens, seed } = recipe;
  const train = encodeClassified(job.train, labels, buckets);
  const dev = encodeClassified(job.dev, labels, buckets);
  if (train.tokens === 0)
    throw fault('bad-data', 'There is nothing to train on: the training documents hold no text.');
  const present = [...new Set(train.documents.map(({ label }) => label))];
  if (present.length === 1)
    throw fault(
      'bad-data',
      `There is nothing to tell apart: the training documents have one class only, "${labels[present[0] as number]}".`,
    );
  const config: ClassifierConfig = {
    architecture: 'tagger',
    version: 1,
    task: 'documents',
    labels,
    ...{ buckets, embeddingDim, hidden, dilations, towers },
    window: batchTokens,
    temperature: 1,
  };
  const windows = windowsOf(train.documents, config);
  const gap = Math.max(...dilations);
  const mean = windows.reduce((sum, { first, last }) => sum + last - first, 0) / windows.length;
  const packing: Packing = {
    capacity: batchTokens,
    rows: Math.min(windows.length, Math.ceil((SPARE_ROWS * batchTokens) / (mean + gap))),
    gap,
  };
  const identity = identify(recipe, labels, hashClassified(job.train, job.dev));
  const seen = seenRows(train.documents, buckets);
  const graph = buildClassifier(config, { seed, seen, training: true, rows: packing.rows });
  const inference = buildClassifier(config, { seed, training: false, rows: packing.rows });
  const workshop = await openWorkshop({
    recipe,
    training: graph.model,
    inference: inference.model,
    constants: 'tagger/',
  });
  const { trainer, evaluator } = workshop;
  const gold = dev.documents.map(({ label }) => label);
  const course: Course<readonly Window[]> = {
    tokens: train.tokens,
    lay: (epoch) => packWindows(shuffledWindows(windows, seed, epoch), packing),
    draw: (batch, random) =>
      trainingWindows(train.documents, batch, packing, graph.inputs, recipe, random),
    evaluationRuns: dev.tokens / batchTokens,
    async evaluate(pause) {
      const weights = trainer.feeds(keptPlane(recipe));
      const logits = await classifyDocuments(evaluator, weights, config, dev.documents, pause);
      return scoreClasses(gold, logits, labels.length);
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
      const logits = await classifyDocuments(evaluator, feeds, config, dev.documents, () =>
        breathe(hooks),
      );
      const items = gold.map((label) => ({ tags: Int32Array.of(label) }));
      temperature = fitTemperature(items, logits);
    }
    return {
      ...describeRun(workshop, end, recipe.threads),
      model: packTagger({ ...config, temperature }, inference.model, weights),
      data: {
        documents: train.documents.length,
        tokens: train.tokens,
        spans: 0,
        misaligned: 0,
        overlapping: 0,
        skipped: train.skipped,
        hash: identity.data,
      },
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await workshop.dispose();
  }
}
