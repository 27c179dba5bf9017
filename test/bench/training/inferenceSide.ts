/**
 * One side of the inference row in a process of its own; prints its seconds and peak memory as JSON.
 *
 *   node test/bench/training/inferenceSide.ts ours-fp32 FOLDER
 *
 * `predict` is timed whole, reading the model included; the pipelines are timed without their loading.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { predict } from '../../../main/compute/loops/index.ts';

const FILES = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'onnx/model.onnx',
  'onnx/model_quantized.onnx',
];
const BATCH = 32;

const [side = '', root = ''] = process.argv.slice(2);
const sentences = JSON.parse(
  await readFile(join(root, 'model/sentences.json'), 'utf8'),
) as string[];

async function ours(): Promise<number> {
  const files = Object.fromEntries(
    await Promise.all(
      FILES.map(async (path) => [path, new Uint8Array(await readFile(join(root, 'model', path)))]),
    ),
  ) as Record<string, Uint8Array>;
  const documents = sentences.map((text, index) => ({ id: String(index), text }));
  const started = performance.now();
  await predict(
    {
      model: { files },
      documents,
      threads: availableParallelism(),
      precision: side === 'ours-int8' ? 'int8' : 'fp32',
    },
    { progress: () => undefined, checkpoint: () => undefined, canceled: () => false },
  );
  return (performance.now() - started) / 1000;
}

async function peer(): Promise<number> {
  const { env, pipeline } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  env.localModelPath = root;
  const dtype = side.endsWith('q8') ? 'q8' : 'fp32';
  const classify = await pipeline('token-classification', 'model', { dtype, device: 'cpu' });
  await classify(sentences.slice(0, 4));
  const started = performance.now();
  if (side.startsWith('batch'))
    for (let from = 0; from < sentences.length; from += BATCH)
      await classify(sentences.slice(from, from + BATCH));
  else for (const sentence of sentences) await classify(sentence);
  return (performance.now() - started) / 1000;
}

const seconds = await (side.startsWith('ours') ? ours() : peer());
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify({ seconds, peakMiB })}\n`);
