/** A trained tagger as a plain model folder in memory, and back. */
import { z } from 'zod';
import {
  DOCUMENT_SLOTS,
  SLOTS,
  tagNames,
  type ClassifierConfig,
  type TaggerConfig,
} from '../architectures/tagger/index.ts';
import { fault } from '../fault.ts';
import { encodeModel, floatTensor, withValues, type Model } from '../onnx/index.ts';
import type { ModelBundle } from '../protocol.ts';
import type { Weights } from './checkpoint.ts';

const common = {
  architecture: z.literal('tagger'),
  version: z.literal(1),
  labels: z.array(z.string()).min(1),
  buckets: z.int().min(2),
  embeddingDim: z.int().min(1),
  hidden: z.int().min(1),
  dilations: z.array(z.int().min(1)).min(1),
  towers: z.int().min(1),
  temperature: z.number().positive(),
};
const Config = z.union([
  z.object({ ...common, task: z.literal('documents'), window: z.int().min(1) }),
  z.object({ ...common, task: z.literal('spans').optional(), crf: z.boolean().optional() }),
]) as z.ZodType<TaggerConfig | ClassifierConfig>;

const json = (value: unknown): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

/** @param model the inference graph with dynamic axes, into which the trained values go. */
export function packTagger(
  config: TaggerConfig | ClassifierConfig,
  model: Model,
  weights: Weights,
): ModelBundle {
  const documents = config.task === 'documents';
  const tags = documents ? config.labels : tagNames(config.labels);
  const values = new Map(
    [...weights].map(([name, data]) => [
      name,
      floatTensor(model.graph.initializers.get(name)?.dims ?? [data.length], data),
    ]),
  );
  return {
    files: {
      'config.json': json({
        model_type: 'cloister-tagger',
        architectures: [documents ? 'CloisterClassifier' : 'CloisterTagger'],
        id2label: Object.fromEntries(tags.map((tag, index) => [index, tag])),
        label2id: Object.fromEntries(tags.map((tag, index) => [tag, index])),
        cloister: config,
      }),
      'tokenizer_config.json': json({
        tokenizer_class: 'CloisterFineTokens',
        version: config.version,
        feature_slots: documents ? DOCUMENT_SLOTS : SLOTS,
        feature_buckets: config.buckets,
        offsets: 'utf-16',
      }),
      'onnx/model.onnx': encodeModel({ ...model, graph: withValues(model.graph, values) }),
    },
  };
}

/** @throws Fault 'bad-model' when the folder is not a tagger this version can run. */
export function unpackTagger(bundle: ModelBundle): {
  config: TaggerConfig | ClassifierConfig;
  onnx: Uint8Array;
} {
  const onnx = bundle.files['onnx/model.onnx'];
  const text = bundle.files['config.json'];
  if (!onnx || !text)
    throw fault('bad-model', 'The model folder lacks config.json or onnx/model.onnx.');
  let config: unknown;
  try {
    config = (JSON.parse(new TextDecoder().decode(text)) as { cloister?: unknown }).cloister;
  } catch {
    throw fault('bad-model', 'The config.json of the model is not readable.');
  }
  const parsed = Config.safeParse(config);
  if (!parsed.success)
    throw fault('bad-model', 'The model is not a tagger that this version can run.');
  return { config: parsed.data, onnx };
}
