/** Spans or classes for documents, by a Hugging Face folder: one trained here, or anyone's. */
import {
  columnsOf,
  gatherColumns,
  portsOf,
  readConfig,
  type EncoderConfig,
} from '../architectures/encoder/index.ts';
import { decodeSpans, tagNames } from '../architectures/tagger/index.ts';
import { fault } from '../fault.ts';
import { decodeModel, encodeModel, type Model, type Port } from '../onnx/index.ts';
import type { PredictJob, PredictResult, PredictedDocument } from '../protocol.ts';
import { openSession } from '../sessions/index.ts';
import { readTokenizer, tagsOf, type Tokenizer } from '../tokenizers/index.ts';
import { probabilities } from './classifying.ts';
import { cutWindows, readTexts, type EncoderText, type ReadingSettings } from './encoderData.ts';
import { QUANTIZED_PATH } from './encoderFolder.ts';
import { scoreTexts } from './encoderScores.ts';
import { readFolder, type ModelFolder } from './folder.ts';
import { breathe, runtimeFacts, type LoopHooks } from './hooks.ts';

const DEFAULT_THREADS = 2;
/** For folders that say nothing: what published token and text classifiers are used with. */
const CUSTOMARY = { alignment: 'words', maxTokens: 512, overlap: 64 } as const;

/** @throws Fault 'bad-model', 'canceled'. Long documents are windowed with overlap, never cut. */
export async function predictEncoder(job: PredictJob, hooks: LoopHooks): Promise<PredictResult> {
  const started = performance.now();
  const threads = job.threads ?? DEFAULT_THREADS;
  const folder = readFolder(job.model);
  const config = readConfig(folder.configBytes);
  const tokenizer = readTokenizer(job.model.files);
  const quantized = job.precision === 'int8' ? job.model.files[QUANTIZED_PATH] : undefined;
  if (job.precision === 'int8' && !quantized)
    throw fault('bad-model', `The model folder holds no ${QUANTIZED_PATH}.`);
  const model = decodeModel(folder.onnx, folder.beside);
  const { graph } = model;
  const output = outputOf(graph.outputs);
  const perToken = output.dims.length === 3;
  const settings = settingsOf(config, tokenizer, perToken);
  const classes = classNames(config, output);
  const texts = readTexts(job.documents, tokenizer, settings);
  const windows = cutWindows(texts, tokenizer, settings);
  const session = await openSession(quantized ?? fileOf(folder, model), { threads });
  try {
    const scorer = {
      session,
      weights: {},
      ports: portsOf(graph, tokenizer.special.pad ?? 0),
      logits: output.name,
      classes: classes.length,
    };
    const scores = await scoreTexts(scorer, texts, windows, perToken, async (done) => {
      hooks.progress({ kind: 'predict', documents: done, totalDocuments: texts.length });
      await breathe(hooks);
    });
    return {
      kind: 'predict',
      ...(perToken
        ? tagged(job, texts, scores, classes, config.own?.temperature ?? 1, settings)
        : { labels: classes, documents: classified(texts, scores, classes) }),
      seconds: (performance.now() - started) / 1000,
      runtime: runtimeFacts(threads),
    };
  } finally {
    await session.dispose();
  }
}

/** The runtime reads one file: weights that lie beside it are put into it. */
const fileOf = ({ onnx, beside }: ModelFolder, model: Model): Uint8Array =>
  Object.keys(beside).some((name) => !/\.(onnx|json|txt)$/.test(name)) ? encodeModel(model) : onnx;

/** @throws Fault 'bad-model' when the model does not answer with scores per token or per text. */
function outputOf(outputs: readonly Port[]): Port {
  const output = outputs.find(({ name }) => name === 'logits') ?? outputs[0];
  if (!output || output.dims.length < 2 || output.dims.length > 3)
    throw fault('bad-model', 'The model does not answer with scores of classes.');
  if (/hidden_state|embedding/.test(output.name))
    throw fault(
      'bad-model',
      'The model gives hidden states, not labels. Train it for your labels first.',
    );
  return output;
}

function settingsOf(
  config: EncoderConfig,
  tokenizer: Tokenizer,
  perToken: boolean,
): ReadingSettings {
  const { alignment, overlap, ...own } = config.own ?? CUSTOMARY;
  const maxTokens = Math.min(own.maxTokens, config.longest, tokenizer.maxTokens ?? Infinity);
  return {
    task: perToken ? 'spans' : 'documents',
    alignment,
    maxTokens,
    // A model shorter than customary leaves less to share.
    overlap: Math.max(0, Math.min(overlap, (maxTokens >> 1) - 4)),
  };
}

/** The names in config.json, or numbered ones as Hugging Face's where it has none. */
function classNames(config: EncoderConfig, { dims }: Port): readonly string[] {
  const width = dims.at(-1);
  if (typeof width !== 'number') return config.classes;
  if (config.classes.length === width) return config.classes;
  if (config.classes.length > 0)
    throw fault(
      'bad-model',
      `The config.json of the model names ${config.classes.length} classes, and the graph answers with ${width}.`,
    );
  return Array.from({ length: width }, (_, index) => `LABEL_${index}`);
}

function tagged(
  job: PredictJob,
  texts: readonly EncoderText[],
  scores: readonly Float32Array[],
  classes: readonly string[],
  temperature: number,
  { alignment }: ReadingSettings,
): Pick<PredictResult, 'labels' | 'documents'> {
  const { labels, columns } = columnsOf(classes);
  const tags = tagNames(labels);
  const documents = texts.map(({ id, encoding, units }, index): PredictedDocument => {
    const values = gatherColumns(scores[index] as Float32Array, classes.length, columns);
    const decoded = decodeSpans(values, units, labels, temperature);
    if (!job.tokens) return { id, spans: decoded.spans };
    const { text = '', gold } = job.documents[index] ?? {};
    const wanted = gold && tagsOf(text, encoding, gold, labels, alignment).tags;
    return {
      id,
      spans: decoded.spans,
      tokens: {
        starts: Int32Array.from(units, ({ start }) => start),
        ends: Int32Array.from(units, ({ end }) => end),
        tags: Array.from(decoded.tags, (tag) => tags[tag] as string),
        ...(wanted && {
          gold: units.map(({ position }) => tags[wanted[position] as number] as string),
        }),
      },
    };
  });
  return { labels, documents };
}

const classified = (
  texts: readonly EncoderText[],
  scores: readonly Float32Array[],
  classes: readonly string[],
): PredictedDocument[] =>
  texts.map(({ id }, index) => {
    const chances = probabilities(scores[index] as Float32Array, 1);
    return {
      id,
      spans: [],
      classes: classes
        .map((label, k) => ({ label, score: chances[k] as number }))
        .toSorted((a, b) => b.score - a.score),
    };
  });
