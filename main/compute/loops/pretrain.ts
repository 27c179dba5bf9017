/**
 * Pre-training from nothing: learns a WordPiece vocabulary and a small BERT from plain texts by masked
 * language modeling. The result is the folder of an encoder that can be fine-tuned like an imported one.
 *
 * Unlike a tagger's hashed features, a vocabulary holds words: frequent names of the texts can stand in
 * tokenizer.json. The model inherits the sensitivity of what it has read.
 */
import { createHash } from 'node:crypto';
import {
  buildBert,
  buildMaskedBert,
  huggingFaceConfig,
  type BertConfig,
} from '../architectures/bert/index.ts';
import { fault } from '../fault.ts';
import { encodeModel, floatTensor, withValues } from '../onnx/index.ts';
import type {
  ModelBundle,
  PretrainingRecipe,
  TrainJob,
  TrainResult,
  WireDocument,
} from '../protocol.ts';
import { stream } from '../random.ts';
import { readTokenizer, trainWordPiece, type Tokenizer } from '../tokenizers/index.ts';
import type { Weights } from './checkpoint.ts';
import { createRun, type Course, type Judgment } from './epochs.ts';
import { breathe, preparing, type LoopHooks } from './hooks.ts';
import { identify } from './identity.ts';
import {
  epochSequences,
  inBatches,
  maskedBatch,
  packTexts,
  type EncodedText,
  type Exercise,
  type Sequence,
} from './maskedData.ts';
import { describeRun, openWorkshop } from './workshop.ts';

/** Documents are tokenized in groups, between which a cancel is felt. */
const GROUP = 64;

/** @throws Fault: 'bad-data', 'bad-request', 'diverged', 'canceled', 'out-of-memory'. */
export async function pretrain(
  job: TrainJob<PretrainingRecipe>,
  hooks: LoopHooks,
): Promise<TrainResult> {
  const started = performance.now();
  const { recipe } = job;
  const { seed, maxTokens, batchSize, vocabularySize, lowercase } = recipe;
  const texts = job.train.map(({ text }) => text).filter((text) => text.trim() !== '');
  if (texts.length === 0)
    throw fault('bad-data', 'There is nothing to train on: the training documents hold no text.');
  // Learning the vocabulary of a large collection takes a while of its own.
  hooks.progress(preparing(recipe.epochs));
  const files = await trainWordPiece(texts, {
    ...{ vocabularySize, lowercase, maxTokens },
    breathe: () => breathe(hooks),
  });
  const tokenizer = readTokenizer(files);
  const exercise = exerciseFor(tokenizer, recipe);
  const train = await encodeAll(tokenizer, job.train, hooks);
  const dev = await encodeAll(tokenizer, job.dev, hooks);
  const config: BertConfig = {
    vocabulary: tokenizer.vocabularySize,
    ...{ maxTokens, layers: recipe.layers, hidden: recipe.hidden, heads: recipe.heads },
    intermediate: recipe.intermediate,
    pad: exercise.frame.pad,
  };
  const identity = identify(recipe, [], hashTexts(job.train, job.dev));
  const workshop = await openWorkshop({
    recipe,
    training: buildMaskedBert(config, { seed, training: true }),
    inference: buildMaskedBert(config, { seed, training: false }),
    constants: 'bert/',
  });
  const { trainer, evaluator } = workshop;
  // The same guesses after every epoch, so that their losses can be compared.
  const questions = inBatches(
    packTexts(
      dev,
      dev.map((_, index) => index),
      exercise,
    ),
    batchSize,
  ).map((sequences, k) => maskedBatch(sequences, exercise, stream(seed, 'questions', k)));
  const course: Course<readonly Sequence[]> = {
    tokens: train.reduce((sum, { ids }) => sum + ids.length, 0),
    lay: (epoch) => inBatches(epochSequences(train, exercise, seed, epoch), batchSize),
    draw: (sequences, random) => maskedBatch(sequences, exercise, random),
    evaluationRuns: questions.length,
    async evaluate(pause) {
      const weights = trainer.feeds('w');
      let [loss, correct, counted] = [0, 0, 0];
      for (const question of questions) {
        await pause();
        const out = await evaluator.run({ ...question.feeds, ...weights });
        loss += Number(out['loss']?.data[0]);
        correct += Number(out['correct']?.data[0]);
        counted += question.counted;
      }
      return judge(loss, correct, counted);
    },
    // Perplexity is what pre-training is about; less is better.
    merit: ({ devLoss }) => -(devLoss ?? 0),
  };
  try {
    const { resumeFrom, pauseAfterEpoch } = job;
    const end = await createRun({
      ...{ pace: recipe, course, trainer, identity, resumeFrom, pauseAfterEpoch, hooks },
      seen: new Map(),
    })();
    return {
      ...describeRun(workshop, end, recipe.threads),
      model: packEncoder(config, seed, files, workshop.weightsOf(end)),
      data: {
        documents: texts.length,
        tokens: course.tokens,
        spans: 0,
        misaligned: 0,
        overlapping: 0,
        skipped: job.train.length - texts.length,
        hash: identity.data,
      },
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await workshop.dispose();
  }
}

/** Each guess is one item: precision, recall and F1 are all the share of right guesses. */
function judge(loss: number, correct: number, counted: number): Judgment {
  const share = counted === 0 ? 0 : correct / counted;
  return {
    dev: { precision: share, recall: share, f1: share, gold: counted, predicted: counted, correct },
    devLoss: counted === 0 ? 0 : loss / counted,
  };
}

function exerciseFor(tokenizer: Tokenizer, recipe: PretrainingRecipe): Exercise {
  const { pad, cls, sep, mask } = tokenizer.special;
  if (pad === null || cls === null || sep === null || mask === null)
    throw new Error('A vocabulary trained here has all special tokens');
  const ids = Array.from({ length: tokenizer.vocabularySize }, (_, id) => id);
  const { maxTokens, batchSize, maskShare, wholeWords = false } = recipe;
  return {
    frame: { pad, cls, sep, mask },
    special: tokenizer.specialIds,
    ordinary: Int32Array.from(ids.filter((id) => !tokenizer.specialIds.has(id))),
    ...{ maxTokens, batchSize, maskShare, wholeWords },
  };
}

async function encodeAll(
  tokenizer: Tokenizer,
  documents: readonly WireDocument[],
  hooks: LoopHooks,
): Promise<EncodedText[]> {
  const encoded: EncodedText[] = [];
  for (const group of inBatches(documents, GROUP)) {
    await breathe(hooks);
    for (const { text } of group) {
      const { ids, words } = tokenizer.encode(text);
      encoded.push({ ids, words });
    }
  }
  return encoded;
}

function hashTexts(...sets: readonly (readonly WireDocument[])[]): string {
  const hash = createHash('sha256');
  for (const documents of sets)
    hash.update(JSON.stringify(documents.map(({ id, text }) => [id, text])));
  return hash.digest('hex');
}

const json = (value: unknown): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

function packEncoder(
  config: BertConfig,
  seed: number,
  tokenizerFiles: ModelBundle['files'],
  weights: Weights,
): ModelBundle {
  const model = buildBert(config, seed);
  const values = new Map(
    [...model.graph.initializers].flatMap(([name, { dims }]) => {
      const trained = weights.get(name);
      return trained ? [[name, floatTensor(dims, trained)] as const] : [];
    }),
  );
  return {
    files: {
      'config.json': json(huggingFaceConfig(config)),
      ...tokenizerFiles,
      'onnx/model.onnx': encodeModel({ ...model, graph: withValues(model.graph, values) }),
    },
  };
}
