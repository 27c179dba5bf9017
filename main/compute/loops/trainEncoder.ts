/**
 * One training run of an imported encoder, from documents and a base folder to a trained folder. Random
 * draws are functions of the seed and the position, so a run continued from a checkpoint goes through
 * the numbers of one that was never interrupted.
 */
import {
  admit,
  balancedWeights,
  buildEncoder,
  LOSS,
  portsOf,
  quantize,
  readConfig,
  type EncoderBuild,
  type EncoderConfig,
  type Objective,
} from '../architectures/encoder/index.ts';
import { tagNames } from '../architectures/tagger/index.ts';
import { fault } from '../fault.ts';
import { encodeModel, liftParameters, type Model } from '../onnx/index.ts';
import type { EncoderRecipe, TrainJob, TrainResult } from '../protocol.ts';
import { openSession } from '../sessions/index.ts';
import { readTokenizer, type Tokenizer } from '../tokenizers/index.ts';
import type { Weights } from './checkpoint.ts';
import { createCourse } from './encoderCourse.ts';
import { hashRun, readDocuments, type EncoderSet } from './encoderData.ts';
import { packEncoder } from './encoderFolder.ts';
import { judgeDocuments, judgeSpans, scoreTexts, type Scorer } from './encoderScores.ts';
import { createRun } from './epochs.ts';
import { readFolder } from './folder.ts';
import { breathe, type LoopHooks } from './hooks.ts';
import { identify } from './identity.ts';
import { fitTemperature } from './temperature.ts';
import { createTrainer, type Trainer } from './trainer.ts';
import { shuffledUpdates, type UpdateRule } from './updateRule.ts';
import { describeRun } from './workshop.ts';

/** PyTorch's defaults, which the published recipes use. */
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** F1 that the eight-bit file may cost. */
const INT8_BOUND = 0.005;

/** @throws Fault: 'bad-request', 'bad-data', 'bad-model', 'diverged', 'canceled', 'out-of-memory'. */
export async function trainEncoder(
  job: TrainJob<EncoderRecipe>,
  hooks: LoopHooks,
): Promise<TrainResult> {
  const started = performance.now();
  const { recipe, labels, base } = job;
  const { task, threads } = recipe;
  if (!base)
    throw fault('bad-request', 'The recipe needs a base model, and the request brings none.');
  const folder = readFolder(base);
  const config = readConfig(folder.configBytes);
  const tokenizer = readTokenizer(base.files);
  checkLength(recipe, config, tokenizer);
  const read = (documents: TrainJob['train']): EncoderSet =>
    readDocuments(documents, labels, tokenizer, recipe);
  const [train, dev, test] = [read(job.train), read(job.dev), read(job.test ?? [])];
  checkData(recipe, labels, train);

  const classes = task === 'spans' ? tagNames(labels) : labels;
  const admission = admit(folder.onnx, folder.configBytes, folder.beside);
  const build = buildEncoder(admission, {
    recipe,
    classes: classes.length,
    keepHead: classes.join('\n') === config.classes.join('\n'),
  });
  checkVocabulary(build, admission.inputs.ids, tokenizer);
  const ports = portsOf(admission.model.graph, tokenizer.special.pad ?? 0);
  const objective = objectiveOf(recipe, classes.length, train);
  const rule: UpdateRule = shuffledUpdates(
    recipe.seed,
    train.windows.length,
    recipe.batchSize * recipe.accumulation,
  );
  const trainer = createTrainer({
    model: build.training,
    loss: LOSS,
    parameters: build.trainable,
    frozen: build.frozen,
    planes: ['w', 'g', 'm', 'v'],
    settings: {
      ...ADAM,
      weightDecay: recipe.weightDecay,
      clipNorm: rule.clipNorm ?? recipe.clipNorm,
    },
    threads,
    ...(rule.differentiate && { differentiate: rule.differentiate }),
  });
  const evaluator = await openEvaluator(build, threads);
  const scorer: Scorer = {
    session: evaluator,
    weights: trainer.feeds('w'),
    ports,
    logits: build.logits,
    classes: classes.length,
  };
  try {
    const course = createCourse({
      ...{ recipe, labels, train, dev, objective, ports, trainer, rule, scorer },
    });
    const identity = identify(recipe, labels, hashRun(base, job.train, job.dev));
    const { resumeFrom, pauseAfterEpoch } = job;
    const end = await createRun({
      ...{ pace: { ...recipe, accumulation: 1 }, course, trainer, identity, hooks },
      ...{ seen: seenTokens(build, ports.ids, train), resumeFrom, pauseAfterEpoch },
    })();
    const weights = end.best ?? currentWeights(trainer);
    const chosen = { ...scorer, weights: { ...scorer.weights, ...feedsOf(trainer, weights) } };
    const score = (set: EncoderSet): Promise<Float32Array[]> =>
      scoreTexts(chosen, set.texts, set.windows, task === 'spans', () => breathe(hooks));
    const judge = task === 'spans' ? judgeSpans : judgeDocuments;
    const tested =
      recipe.testAtEnd && end.stopped !== 'paused' && test.texts.length > 0
        ? judge(test.texts, await score(test), labels).dev
        : undefined;
    const finished = build.finished(weights);
    const onnx = encodeModel(finished);
    const int8 =
      dev.texts.length > 0 && end.stopped !== 'paused'
        ? await tryInt8(finished, onnx, async (file) => {
            const session = await openSession(file, { threads });
            try {
              const run = { ...scorer, session, weights: {} };
              const scores = await scoreTexts(run, dev.texts, dev.windows, task === 'spans', () =>
                breathe(hooks),
              );
              return judge(dev.texts, scores, labels).dev.f1;
            } finally {
              await session.dispose();
            }
          })
        : null;
    const own = {
      version: 1,
      ...{ task, alignment: recipe.alignment },
      ...{ maxTokens: recipe.maxTokens, overlap: recipe.overlap },
      temperature: task === 'spans' ? temperature(dev, await score(dev)) : 1,
    } as const;
    return {
      ...describeRun({ trainer }, end, threads),
      model: packEncoder({
        ...{ base, config, own, classes, build, weights, onnx },
        int8: int8?.file,
      }),
      data: {
        documents: train.texts.length,
        tokens: train.tokens,
        spans: train.spans,
        misaligned: train.misaligned,
        overlapping: train.overlapping,
        skipped: train.skipped,
        hash: identity.data,
      },
      ...(tested && { test: tested }),
      ...(int8 && { int8: int8.facts }),
      ...(rule.record && { privacy: rule.record(end.state.step) }),
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await trainer.dispose();
    await evaluator.dispose();
  }

  /** Quantizes the exported model and offers it only where it is as good on the development texts. */
  async function tryInt8(
    finished: Model,
    full: Uint8Array,
    f1Of: (file: Uint8Array) => Promise<number>,
  ): Promise<{ file: Uint8Array | undefined; facts: TrainResult['int8'] } | null> {
    const { model, products } = quantize(finished, new Set([build.head.weight]));
    if (products === 0) return null;
    const file = encodeModel(model);
    const [f1, fullF1] = [await f1Of(file), await f1Of(full)];
    const offered = f1 >= fullF1 - INT8_BOUND;
    return { file: offered ? file : undefined, facts: { offered, f1, fullF1, bound: INT8_BOUND } };
  }
}

function checkLength(recipe: EncoderRecipe, config: EncoderConfig, tokenizer: Tokenizer): void {
  const longest = Math.min(config.longest, tokenizer.maxTokens ?? Infinity);
  if (recipe.maxTokens > longest)
    throw fault(
      'bad-request',
      `The model reads at most ${longest} tokens at once, and the recipe asks for ${recipe.maxTokens}. Set the longest sequence to ${longest}; longer texts are read in overlapping windows.`,
    );
}

function checkData(recipe: EncoderRecipe, labels: readonly string[], train: EncoderSet): void {
  if (train.texts.length === 0)
    throw fault('bad-data', 'There is nothing to train on: the training documents hold no text.');
  if (recipe.task === 'spans') {
    if (labels.length === 0 || train.spans === 0)
      throw fault('bad-data', 'There is nothing to learn: the training documents hold no spans.');
    return;
  }
  const present = new Set(train.texts.map(({ classes }) => classes[0]));
  if (present.size < 2)
    throw fault(
      'bad-data',
      `There is nothing to learn: all training documents have the label "${labels[train.texts[0]?.classes[0] ?? 0] ?? ''}".`,
    );
}

/** An id beyond the embedding table would be read from foreign memory or fail deep inside a run. */
function checkVocabulary(build: EncoderBuild, ids: string, tokenizer: Tokenizer): void {
  const { nodes, initializers } = build.forward.graph;
  const lookup = nodes.find(({ op, inputs }) => op === 'Gather' && inputs[1] === ids);
  const rows = initializers.get(lookup?.inputs[0] ?? '')?.dims[0];
  if (rows !== undefined && tokenizer.vocabularySize > rows)
    throw fault(
      'bad-model',
      `The tokenizer knows ${tokenizer.vocabularySize} tokens and the model ${rows}: they do not belong together.`,
    );
}

function objectiveOf(recipe: EncoderRecipe, classes: number, train: EncoderSet): Objective {
  const { labelSmoothing: smoothing, classWeights } = recipe;
  if (classWeights === 'none') return { classes, smoothing, weights: null };
  const counts = new Array<number>(classes).fill(0);
  for (const text of train.texts)
    for (const label of text.classes) counts[label] = (counts[label] as number) + 1;
  return { classes, smoothing, weights: balancedWeights(counts) };
}

/** The forward graph with its weights as inputs, so that it reads the trainer's in place. */
function openEvaluator({ forward, trainable, frozen }: EncoderBuild, threads: number) {
  const names = [...trainable.map(({ name }) => name), ...frozen];
  const graph = liftParameters(forward.graph, names);
  return openSession(encodeModel({ ...forward, graph }), { threads });
}

/** Rows of the word table that the training texts use; only these have moments. */
function seenTokens(
  { trainable, forward }: EncoderBuild,
  ids: string,
  { windows }: EncoderSet,
): ReadonlyMap<string, Uint8Array> {
  const lookup = forward.graph.nodes.find(({ op, inputs }) => op === 'Gather' && inputs[1] === ids);
  const table = trainable.find(({ name, rows }) => rows && name === lookup?.inputs[0]);
  const size = forward.graph.initializers.get(table?.name ?? '')?.dims[0];
  if (!table || size === undefined) return new Map();
  const seen = new Uint8Array(size);
  for (const window of windows) for (const id of window.ids) seen[id] = 1;
  return new Map([[table.name, seen]]);
}

const currentWeights = ({ arena }: Trainer): Weights =>
  new Map(arena.parameters.map((parameter) => [parameter.name, arena.view(parameter, 'w')]));

const feedsOf = ({ arena }: Trainer, weights: Weights) =>
  Object.fromEntries(
    arena.parameters.map(({ name, dims }) => [
      name,
      { dims, data: weights.get(name) as Float32Array },
    ]),
  );

function temperature(dev: EncoderSet, scores: readonly Float32Array[]): number {
  if (dev.texts.length === 0) return 1;
  return fitTemperature(
    dev.texts.map((text) => ({ tags: text.classes })),
    scores,
  );
}
