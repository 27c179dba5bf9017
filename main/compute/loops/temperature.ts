/** How surprised a model is by what is right, and the temperature at which it is least so. */
import { chainSurprise, transitionWeights } from '../architectures/tagger/index.ts';

/** Right classes of one document: one per token, or one for the whole text. */
export interface Answers {
  readonly tags: Int32Array;
}

/** Items that a temperature is fitted on; more would not move it. */
const ENOUGH = { tags: 20_000, chained: 10_000 } as const;

/**
 * Sum of -log P of what is right, in nats.
 * @param logits per document, answers × classes.
 * @param transitions those of a CRF, whose sequences are judged as wholes.
 * @param stride judges every so manyth answer of a document; a chain is always judged whole.
 */
export function surpriseOf(
  answers: readonly Answers[],
  logits: readonly Float32Array[],
  transitions: Float32Array | null,
  { temperature = 1, stride = 1 } = {},
): number {
  const weights = transitions && transitionWeights(transitions, temperature);
  return answers.reduce((total, { tags }, index) => {
    const values = logits[index] as Float32Array;
    if (tags.length === 0) return total;
    if (!transitions || !weights) return total + surpriseOfEach(tags, values, temperature, stride);
    const chain = { logits: values, length: tags.length, begins: true };
    return total + chainSurprise(chain, tags, transitions, weights, temperature);
  }, 0);
}

function surpriseOfEach(
  tags: Int32Array,
  values: Float32Array,
  temperature: number,
  stride: number,
): number {
  const classes = values.length / tags.length;
  const scale = 1 / temperature;
  let sum = 0;
  for (let t = 0; t < tags.length; t += stride) {
    const row = t * classes;
    let top = -Infinity;
    for (let k = 0; k < classes; k++) top = Math.max(top, (values[row + k] as number) * scale);
    let mass = 0;
    for (let k = 0; k < classes; k++) mass += Math.exp((values[row + k] as number) * scale - top);
    sum += top + Math.log(mass) - (values[row + (tags[t] as number)] as number) * scale;
  }
  return sum;
}

/**
 * The temperature that makes the right answers of held-back documents most likely (Guo et al. 2017,
 * https://arxiv.org/abs/1706.04599), by golden section over its logarithm.
 */
export function fitTemperature(
  answers: readonly Answers[],
  logits: readonly Float32Array[],
  transitions: Float32Array | null = null,
): number {
  const total = answers.reduce((sum, { tags }) => sum + tags.length, 0);
  const stride = Math.max(1, Math.floor(total / ENOUGH.tags));
  let taken = 0;
  const sample = transitions
    ? answers.filter(({ tags }) => (taken += tags.length) - tags.length < ENOUGH.chained)
    : answers;
  const surprise = (logTemperature: number): number =>
    surpriseOf(sample, logits, transitions, { temperature: Math.exp(logTemperature), stride });
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(0.25), Math.log(8)];
  for (let i = 0; i < 18; i++) {
    const [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (surprise(a) < surprise(b)) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}
