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
  readConfig,
  type EncoderBuild,
  type Objective,
} from '../architectures/encoder/index.ts';
import { tagNames } from '../architectures/tagger/index.ts';
import { fault } from '../fault.ts';
import { encodeModel, liftParameters } from '../onnx/index.ts';
import type { EncoderRecipe, TrainJob, TrainResult } from '../protocol.ts';
import { openSession, type Session } from '../sessions/index.ts';
import { readTokenizer } from '../tokenizers/index.ts';
import type { Weights } from './checkpoint.ts';
import {
  checkData,
  checkLength,
  checkMask,
  checkProvider,
  checkVocabulary,
  wordTable,
} from './encoderChecks.ts';
import { createCourse } from './encoderCourse.ts';
import { hashRun, readDocuments, type EncoderSet } from './encoderData.ts';
import { finishEncoder } from './encoderOutcome.ts';
import type { Scorer } from './encoderScores.ts';
import { createRun } from './epochs.ts';
import { readFolder } from './folder.ts';
import { breathe, preparing, type LoopHooks } from './hooks.ts';
import { identify } from './identity.ts';
import { createTrainer, type Trainer } from './trainer.ts';
import { privateUpdates } from './privateUpdates.ts';
import { shuffledUpdates, type UpdateRule } from './updateRule.ts';
import { describeRun } from './workshop.ts';

/** PyTorch's defaults, which the published recipes use. */
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** @throws Fault: 'bad-request', 'bad-data', 'bad-model', 'diverged', 'canceled', 'out-of-memory'. */
export async function trainEncoder(
  job: TrainJob<EncoderRecipe>,
  hooks: LoopHooks,
): Promise<TrainResult> {
  const started = performance.now();
  const { recipe, labels, base, resumeFrom, pauseAfterEpoch } = job;
  const { task, threads } = recipe;
  if (!base)
    throw fault('bad-request', 'The recipe needs a base model, and the request brings none.');
  checkProvider(recipe);
  hooks.progress(preparing(recipe.epochs));
  const folder = readFolder(base);
  const config = readConfig(folder.configBytes);
  const tokenizer = readTokenizer(base.files);
  checkLength(recipe, config, tokenizer);
  const read = async (documents: TrainJob['train']): Promise<EncoderSet> => {
    await breathe(hooks);
    return readDocuments(documents, labels, tokenizer, recipe);
  };
  const [train, dev, test] = [
    await read(job.train),
    await read(job.dev),
    await read(job.test ?? []),
  ];
  checkData(recipe, labels, train);

  const classes = task === 'spans' ? tagNames(labels) : labels;
  const admission = admit(folder.onnx, folder.configBytes, folder.beside);
  const build = buildEncoder(admission, {
    recipe,
    classes: classes.length,
    keepHead: classes.join('\n') === config.classes.join('\n'),
  });
  const ports = portsOf(admission.model.graph, tokenizer.special.pad ?? 0);
  checkMask(ports);
  checkVocabulary(build, ports.ids, tokenizer);
  const objective = objectiveOf(recipe, classes.length, train);
  const rule = ruleOf(recipe, train, build);
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
  const session = await openEvaluator(build, threads);
  try {
    const scorer: Scorer = {
      ...{ session, ports, weights: trainer.feeds('w'), logits: build.logits },
      classes: classes.length,
    };
    const course = createCourse({
      ...{ recipe, labels, train, dev, objective, ports, trainer, rule, scorer },
    });
    const identity = identify(recipe, labels, hashRun(base, job.train, job.dev));
    const seen = seenTokens(build, ports.ids, train);
    const end = await createRun({
      pace: { ...recipe, accumulation: 1 },
      ...{ course, trainer, identity, seen, resumeFrom, pauseAfterEpoch, hooks },
    })();
    const weights = end.best ?? currentWeights(trainer);
    const chosen = { ...scorer, weights: { ...scorer.weights, ...feedsOf(trainer, weights) } };
    return {
      ...describeRun({ trainer }, end, threads),
      ...(await finishEncoder({
        ...{ recipe, labels, classes, base, config, build, weights, dev, test, hooks },
        ...{ scorer: chosen, stopped: end.stopped },
      })),
      data: {
        documents: train.texts.length,
        tokens: train.tokens,
        spans: train.spans,
        misaligned: train.misaligned,
        overlapping: train.overlapping,
        skipped: train.skipped,
        hash: identity.data,
      },
      ...(rule.record && { privacy: rule.record(end.state.step) }),
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await trainer.dispose();
    await session.dispose();
  }
}

/** A promise of privacy is kept or refused, never passed over. */
function ruleOf(
  recipe: EncoderRecipe,
  { windows }: EncoderSet,
  { training }: EncoderBuild,
): UpdateRule {
  const { seed, batchSize, accumulation, privacy } = recipe;
  if (!privacy) return shuffledUpdates(seed, windows.length, batchSize * accumulation);
  const examples = training.graph.inputs.map(({ name }) => name);
  return privateUpdates({ recipe, privacy, sequences: windows.length, examples });
}

function objectiveOf(recipe: EncoderRecipe, classes: number, { texts }: EncoderSet): Objective {
  const { labelSmoothing: smoothing, classWeights } = recipe;
  if (classWeights === 'none') return { classes, smoothing, weights: null };
  const counts = new Array<number>(classes).fill(0);
  for (const text of texts)
    for (const label of text.classes) counts[label] = (counts[label] as number) + 1;
  return { classes, smoothing, weights: balancedWeights(counts) };
}

/** The forward graph with its weights as inputs, so that it reads the trainer's in place. */
function openEvaluator(
  { forward, trainable, frozen }: EncoderBuild,
  threads: number,
): Promise<Session> {
  const names = [...trainable.map(({ name }) => name), ...frozen];
  const graph = liftParameters(forward.graph, names);
  return openSession(encodeModel({ ...forward, graph }), { threads });
}

/** Rows of the word table that the training texts use; only these have moments. */
function seenTokens(
  build: EncoderBuild,
  ids: string,
  { windows }: EncoderSet,
): ReadonlyMap<string, Uint8Array> {
  const table = wordTable(build, ids) ?? '';
  const size = build.forward.graph.initializers.get(table)?.dims[0];
  if (size === undefined || !build.trainable.some(({ name, rows }) => rows && name === table))
    return new Map();
  const seen = new Uint8Array(size);
  for (const window of windows) for (const id of window.ids) seen[id] = 1;
  return new Map([[table, seen]]);
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
