/**
 * One training run of a tagger, from documents to a model folder. Everything random is a function of
 * the recipe's seed and the position (epoch, step), so a run continued from a checkpoint goes through
 * the same numbers as one that was never interrupted.
 */
import {
  buildTagger,
  TABLE,
  type TaggerConfig,
  type TaggerGraph,
} from '../architectures/tagger/index.ts';
import { fault } from '../fault.ts';
import { encodeModel, liftParameters, sizeOf } from '../onnx/index.ts';
import type { TaggerRecipe, TrainJob, TrainResult } from '../protocol.ts';
import { openSession, RUNTIME } from '../sessions/index.ts';
import { packTagger } from './bundle.ts';
import type { RunIdentity, Weights } from './checkpoint.ts';
import { createRun, keptPlane } from './epochs.ts';
import { breathe, runtimeFacts, type LoopHooks } from './hooks.ts';
import { fitTemperature, tagDocuments } from './tagging.ts';
import { encodeDocuments, hashDocuments, seenRows } from './taggerData.ts';
import { createTrainer } from './trainer.ts';

const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

const configOf = (recipe: TaggerRecipe, labels: readonly string[]): TaggerConfig => ({
  architecture: 'tagger',
  version: 1,
  labels,
  buckets: recipe.buckets,
  embeddingDim: recipe.embeddingDim,
  hidden: recipe.hidden,
  dilations: recipe.dilations,
  towers: recipe.towers,
  temperature: 1,
});

/** @throws Fault: 'bad-data', 'bad-request', 'diverged', 'canceled', 'out-of-memory'. */
export async function trainTagger(
  job: TrainJob<TaggerRecipe>,
  hooks: LoopHooks,
): Promise<TrainResult> {
  const started = performance.now();
  const { recipe, labels } = job;
  const config = configOf(recipe, labels);
  const train = encodeDocuments(job.train, labels, recipe.buckets);
  const dev = encodeDocuments(job.dev, labels, recipe.buckets);
  if (train.tokens === 0)
    throw fault('bad-data', 'There is nothing to train on: the training documents hold no text.');
  if (labels.length === 0 || train.spans === 0)
    throw fault('bad-data', 'There is nothing to learn: the training documents hold no spans.');
  const identity: RunIdentity = {
    recipe: JSON.stringify([canonical(recipe), labels]),
    data: hashDocuments(job.train, job.dev),
    runtime: RUNTIME,
  };
  const seen = seenRows(train, recipe.buckets);
  const graph = buildTagger(config, { seed: recipe.seed, seen, training: true });
  const trainer = createTrainer({
    model: graph.model,
    loss: 'loss',
    parameters: parametersOf(graph),
    settings: { ...ADAM, weightDecay: recipe.weightDecay, clipNorm: recipe.clipNorm },
    threads: recipe.threads,
  });
  const inference = buildTagger(config, { seed: recipe.seed, training: false });
  const evaluator = await openSession(
    encodeModel({
      ...inference.model,
      graph: liftParameters(
        inference.model.graph,
        trainer.arena.parameters.map(({ name }) => name),
      ),
    }),
    { threads: recipe.threads },
  );
  try {
    const run = createRun({
      job,
      train,
      dev,
      seen,
      config,
      graph,
      trainer,
      evaluator,
      identity,
      hooks,
    });
    const { state, best, stopped } = await run();
    const parameters = trainer.arena.parameters;
    const weights: Weights =
      best ?? new Map(parameters.map((p) => [p.name, trainer.arena.view(p, keptPlane(recipe))]));
    const finalConfig = { ...config, temperature: await temperature(weights) };
    return {
      kind: 'train',
      model: packTagger(finalConfig, inference.model, weights),
      steps: state.step,
      epochs: state.epoch,
      stopped,
      seconds: (performance.now() - started) / 1000,
      parameters: parameters.reduce((sum, parameter) => sum + parameter.size, 0),
      history: state.history,
      best: state.history.findLast((entry) => entry.best) ?? null,
      lossCurve: state.lossCurve,
      data: {
        documents: train.documents.length,
        tokens: train.tokens,
        spans: train.spans,
        misaligned: train.misaligned,
        overlapping: train.overlapping,
        hash: identity.data,
      },
      runtime: runtimeFacts(recipe.threads),
    };
  } finally {
    await trainer.dispose();
    await evaluator.dispose();
  }

  async function temperature(weights: Weights): Promise<number> {
    if (dev.tokens === 0) return 1;
    const feeds = Object.fromEntries(
      trainer.arena.parameters.map(({ name, dims }) => [
        name,
        { dims, data: weights.get(name) as Float32Array },
      ]),
    );
    const logits = await tagDocuments(evaluator, feeds, config, dev.documents, () =>
      breathe(hooks),
    );
    return fitTemperature(dev.documents, logits, 1 + 2 * labels.length);
  }
}

/** Independent of key order and of how often checkpoints are taken: neither changes the numbers. */
const canonical = ({ checkpointSeconds: _ignored, ...recipe }: TaggerRecipe): unknown =>
  Object.entries(recipe).toSorted(([a], [b]) => (a < b ? -1 : 1));

const parametersOf = ({ model }: TaggerGraph) =>
  [...model.graph.initializers]
    .filter(([name, tensor]) => !name.startsWith('tagger/') && sizeOf(tensor.dims) > 0)
    .map(([name, { dims }]) => ({
      name,
      decay: dims.length > 1 && name !== TABLE,
      rows: name === TABLE,
    }));
