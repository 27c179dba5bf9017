/**
 * The tagger as an ONNX graph: the features of a token are summed (a bag), normalized, and go through
 * dilated gated convolutions over the token axis, each with a residual connection and a normalization;
 * a linear layer gives one score per tag. Several such towers over the same features, each with its own
 * weights and dropout, make an ensemble in one graph: their scores are averaged. Convolutions are written as shifted copies and one matrix
 * product. Masked positions are zeroed before every shift, so documents can lie in one row with a gap of
 * the widest dilation between them and do not see each other, and a token depends on `reach(config)`
 * tokens to each side and on nothing else.
 */
import { stream } from '../../random.ts';
import {
  createBuilder,
  floatTensor,
  float,
  type Builder,
  type Model,
  type Tensor,
} from '../../onnx/index.ts';
import type { TaggerConfig } from './config.ts';
import { SLOTS } from './features.ts';

export const TABLE = 'features.weight';
const TO_END = 2 ** 31 - 1;

/**
 * Channel masks per step: a training step draws this many, and each line of text uses one of them for
 * all its tokens, so that a channel is missing for a whole phrase and cannot be read off a neighbor.
 */
export const MASKS = 64;

export interface TaggerInputs {
  /** Names of the mask tables of a training graph, MASKS rows each, with their widths. */
  readonly dropout: readonly { readonly name: string; readonly width: number }[];
}

export interface TaggerGraph {
  readonly model: Model;
  readonly inputs: TaggerInputs;
}

export interface TaggerGraphOptions {
  readonly seed: number;
  /** Rows of the feature table that occur in the training data; the others start and stay zero. */
  readonly seen?: Uint8Array;
  /** Adds the inputs `labels`, `segments` (mask of each token) and `dropout_…`, and the scalar output `loss` (summed over tokens). */
  readonly training: boolean;
}

export function buildTagger(config: TaggerConfig, options: TaggerGraphOptions): TaggerGraph {
  const { embeddingDim, hidden, dilations, labels, buckets } = config;
  const classes = 1 + 2 * labels.length;
  const b = createBuilder('tagger');
  const dropout: { name: string; width: number }[] = [];
  const weight = (name: string, dims: readonly number[], deviation: number): string =>
    b.parameter(name, normal(options.seed, name, dims, deviation));
  const constant = (name: string, width: number, value: number): string =>
    b.parameter(name, floatTensor([width], new Float32Array(width).fill(value)));
  const norm = (name: string, x: string, width: number): string =>
    b.op(
      'LayerNormalization',
      [x, constant(`${name}.weight`, width, 1), constant(`${name}.bias`, width, 0)],
      { epsilon: float(1e-5) },
    );
  const linear = (name: string, x: string, from: number, to: number): string =>
    b.op('Add', [
      b.op('MatMul', [x, weight(`${name}.weight`, [from, to], Math.sqrt(1 / from))]),
      constant(`${name}.bias`, to, 0),
    ]);
  const drop = (x: string, width: number): string => {
    if (!options.training) return x;
    const name = `dropout_${dropout.length}`;
    dropout.push({ name, width });
    const masks = b.input(name, 'float32', [MASKS, width]);
    return b.op('Mul', [x, b.op('Gather', [masks, segments])]);
  };

  const features = b.input('features', 'int32', ['batch', 'tokens', SLOTS]);
  const mask = b.input('mask', 'float32', ['batch', 'tokens', 1]);
  const segments = options.training ? b.input('segments', 'int32', ['batch', 'tokens']) : '';
  const table = b.parameter(TABLE, featureTable(options, buckets, embeddingDim));
  const bag = b.op('ReduceSum', [b.op('Gather', [table, features]), b.ints([2])], { keepdims: 0 });
  const input = norm('embedding.norm', bag, embeddingDim);
  const tower = (name: string): string => {
    const start = drop(input, embeddingDim);
    let x = linear(`${name}.projection`, start, embeddingDim, hidden);
    dilations.forEach((dilation, index) => {
      const block = `${name}.blocks.${index}`;
      const seen = b.op('Mul', [x, mask]);
      const window = [shift(b, seen, dilation), seen, shift(b, seen, -dilation)];
      const both = linear(
        `${block}.convolution`,
        b.op('Concat', window, { axis: 2 }),
        3 * hidden,
        2 * hidden,
      );
      const [value, gate] = b.ops('Split', [both, b.ints([hidden, hidden])], 2, { axis: 2 });
      const gated = b.op('Mul', [value as string, b.op('Sigmoid', [gate as string])]);
      x = norm(`${block}.norm`, b.op('Add', [x, drop(gated, hidden)]), hidden);
    });
    return linear(`${name}.head`, x, hidden, classes);
  };
  const scores = Array.from({ length: config.towers }, (_, index) => tower(`towers.${index}`));
  const mean = (values: readonly string[]): string =>
    values.length === 1
      ? (values[0] as string)
      : b.op('Mul', [b.op('Sum', values), b.floats([1 / values.length], [])]);
  if (options.training) {
    const target = b.op('Reshape', [b.input('labels', 'int32', ['batch', 'tokens']), b.ints([-1])]);
    // Each tower answers for itself; only their answers are averaged.
    const losses = scores.map((logits) =>
      b.op('SoftmaxCrossEntropyLoss', [b.op('Reshape', [logits, b.ints([-1, classes])]), target], {
        reduction: 'sum',
        ignore_index: -100,
      }),
    );
    b.output(b.alias(mean(losses), 'loss'), 'float32', []);
  } else b.output(b.alias(mean(scores), 'logits'), 'float32', ['batch', 'tokens', classes]);
  const graph = b.finish('tagger');
  return {
    model: {
      irVersion: 8,
      opsets: { '': 17 },
      producer: 'cloister',
      metadata: { architecture: 'tagger' },
      graph,
    },
    inputs: { dropout },
  };
}

/** Moves the token axis by `distance` (positive: later), filling with zeros. */
function shift(b: Builder, x: string, distance: number): string {
  const size = Math.abs(distance);
  const pads = distance > 0 ? [0, size, 0, 0, 0, 0] : [0, 0, 0, 0, size, 0];
  const [start, end] = distance > 0 ? [0, -size] : [size, TO_END];
  const padded = b.op('Pad', [x, b.ints(pads)]);
  return b.op('Slice', [padded, b.ints([start]), b.ints([end]), b.ints([1])]);
}

function normal(seed: number, name: string, dims: readonly number[], deviation: number): Tensor {
  const random = stream(seed, 'weights', name);
  const size = dims.reduce((a, c) => a * c, 1);
  return floatTensor(
    dims,
    Float32Array.from({ length: size }, () => deviation * random.normal()),
  );
}

function featureTable(options: TaggerGraphOptions, buckets: number, width: number): Tensor {
  const values = new Float32Array(buckets * width);
  for (let row = 1; row < buckets; row++) {
    if (!options.seen?.[row]) continue;
    const random = stream(options.seed, TABLE, row);
    for (let i = 0; i < width; i++) values[row * width + i] = 0.1 * random.normal();
  }
  return floatTensor([buckets, width], values);
}
