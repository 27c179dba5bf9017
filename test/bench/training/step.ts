/**
 * One process that trains an encoder of random weights for some steps and prints what they took, as one
 * line of JSON. A process of its own, so that its peak memory is the step's and nothing else's.
 *
 *   node test/bench/training/step.ts MiniLM-L6 full 8 128 12
 */
import { availableParallelism } from 'node:os';
import { buildBert } from '../../../main/compute/architectures/bert/index.ts';
import {
  admit,
  buildEncoder,
  LOSS,
  TARGETS,
} from '../../../main/compute/architectures/encoder/index.ts';
import { createTrainer, type Feeds } from '../../../main/compute/loops/trainer.ts';
import { encodeModel } from '../../../main/compute/onnx/index.ts';
import type { TrainingMode } from '../../../shared/contract/recipe.ts';
import { BERT_BASE, CLASSES, MINILM } from './sizes.ts';

const MODES: Readonly<Record<string, TrainingMode>> = {
  full: { kind: 'full' },
  lora: { kind: 'lora', rank: 8, alpha: 16, targets: ['query', 'value'] },
  head: { kind: 'head' },
};

const [sizeName, modeName, batchText, lengthText, stepsText] = process.argv.slice(2);
const size = sizeName === BERT_BASE.name ? BERT_BASE : MINILM;
const mode = MODES[modeName ?? 'full'] as TrainingMode;
const [batch, length, steps] = [batchText, lengthText, stepsText].map(Number) as [
  number,
  number,
  number,
];
const threads = availableParallelism();

const { layers, hidden, heads, intermediate, vocabulary, positions } = size;
const config = { layers, hidden, heads, intermediate, vocabulary, maxTokens: positions, pad: 0 };
const begun = performance.now();
const admission = admit(encodeModel(buildBert(config, 1)));
const build = buildEncoder(admission, {
  recipe: { seed: 1, task: 'spans', mode, base: 'bench' },
  classes: CLASSES,
  keepHead: false,
});
const trainer = createTrainer({
  model: build.training,
  loss: LOSS,
  parameters: build.trainable,
  frozen: build.frozen,
  planes: ['w', 'g', 'm', 'v'],
  settings: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 },
  threads,
});

const dims = [batch, length];
const tokens = batch * length;
const ids = BigInt64Array.from({ length: tokens }, (_, i) => BigInt((i * 7919) % vocabulary));
const targets = new Float32Array(tokens * CLASSES);
for (let i = 0; i < tokens; i += 1) targets[i * CLASSES + (i % CLASSES)] = 1;
const feeds: Feeds = {
  input_ids: { dims, data: ids },
  attention_mask: { dims, data: new BigInt64Array(tokens).fill(1n) },
  token_type_ids: { dims, data: new BigInt64Array(tokens) },
  [TARGETS]: { dims: [...dims, CLASSES], data: targets },
};
await trainer.rehearse(feeds);
const prepared = (performance.now() - begun) / 1000;
const seconds: number[] = [];
let loss = 0;
for (let step = 1; step <= steps; step += 1) {
  const start = performance.now();
  loss = await trainer.accumulate(feeds);
  trainer.update(step, 2e-5, tokens);
  seconds.push((performance.now() - start) / 1000);
}
if (!Number.isFinite(loss)) throw new Error('The loss of the bench is not a number');
process.stdout.write(
  `${JSON.stringify({
    threads,
    seconds,
    prepared,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    parameters: trainer.arena.parameters.reduce((sum, parameter) => sum + parameter.size, 0),
  })}\n`,
);
await trainer.dispose();
