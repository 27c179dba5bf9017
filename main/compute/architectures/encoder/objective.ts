/**
 * The loss of an encoder: cross-entropy against a distribution over classes per position, which the host
 * lays out. One form covers tokens and whole texts, ignored positions (a row of zeros), class weights and
 * label smoothing, with no corner case in the graph. Sums only: an update divides once by all it counted.
 */
import { createBuilder, type Model } from '../../onnx/index.ts';

export const TARGETS = 'cloister/targets';
export const LOSS = 'cloister/loss';

/** Position that does not count, as in PyTorch. */
export const IGNORED = -100;

/** @param rank 3 for scores per token, 2 for scores per text. */
export function appendLoss(model: Model, logits: string, classes: number, rank: 2 | 3): Model {
  const { graph } = model;
  const b = createBuilder('cloister/objective');
  const positions = rank === 3 ? ['targets_batch', 'targets_sequence'] : ['targets_batch'];
  const targets = b.input(TARGETS, 'float32', [...positions, classes]);
  const probabilities = b.op('LogSoftmax', [logits], { axis: rank - 1 });
  const agreement = b.op('ReduceSum', [b.op('Mul', [targets, probabilities])], { keepdims: 0 });
  b.alias(b.op('Neg', [agreement]), LOSS);
  b.output(LOSS, 'float32', []);
  const { inputs, outputs } = b.finish('');
  return {
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...b.nodes],
      inputs: [...graph.inputs, ...inputs],
      outputs: [...outputs],
      initializers: new Map([...graph.initializers, ...b.initializers]),
    },
  };
}

export interface Objective {
  readonly classes: number;
  /** Share of the probability that is spread over all classes (Szegedy et al. 2016). */
  readonly smoothing: number;
  /** Weight of each class; null means one. */
  readonly weights: Float64Array | null;
}

/**
 * Writes the target of one position, in PyTorch's definition of CrossEntropyLoss: with smoothing ε and
 * weights w, class c gets (ε/K)·w_c, and the label y further (1-ε)·w_y.
 * @param share of the position in the objective; 1 unless a text was cut into several windows.
 * @returns the weight by which the position counts in the mean.
 */
export function writeTarget(
  { classes, smoothing, weights }: Objective,
  to: Float32Array,
  position: number,
  label: number,
  share = 1,
): number {
  if (label === IGNORED) return 0;
  const row = position * classes;
  const weight = (index: number): number => share * (weights?.[index] ?? 1);
  if (smoothing > 0)
    for (let c = 0; c < classes; c++) to[row + c] = (smoothing / classes) * weight(c);
  to[row + label] = (to[row + label] as number) + (1 - smoothing) * weight(label);
  return weight(label);
}

/**
 * n / (k·count) over the k classes that occur, as scikit-learn's `balanced`; a class that does not occur
 * keeps weight one, where scikit-learn refuses.
 */
export function balancedWeights(counts: readonly number[]): Float64Array {
  const total = counts.reduce((a, b) => a + b, 0);
  const present = counts.filter((count) => count > 0).length;
  return Float64Array.from(counts, (count) => (count > 0 ? total / (present * count) : 1));
}
