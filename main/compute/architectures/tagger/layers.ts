/**
 * What the graphs of both tasks are made of: a bag of hashed features, towers of dilated gated
 * convolutions, normalizations, linear layers and dropout by fed masks. Convolutions are written as
 * shifted copies and one matrix product. Masked positions are zeroed before every shift, so documents
 * can lie in one row with a gap of the widest dilation between them and do not see each other.
 */
import { float, floatTensor, type Builder, type Tensor } from '../../onnx/index.ts';
import { stream } from '../../random.ts';

export const TABLE = 'features.weight';
const TO_END = 2 ** 31 - 1;

/** A mask table that a training graph reads: one row per segment of the batch. */
export interface MaskTable {
  readonly name: string;
  readonly rows: number;
  readonly width: number;
}

export interface LayerOptions {
  readonly seed: number;
  /** Rows of the feature table that occur in the training data; the others start and stay zero. */
  readonly seen?: Uint8Array;
  /** Adds dropout; left out, the graph infers. */
  readonly training: boolean;
}

export interface TowerShape {
  readonly embeddingDim: number;
  readonly hidden: number;
  readonly dilations: readonly number[];
}

export interface Layers {
  readonly masks: readonly MaskTable[];
  weight(name: string, dims: readonly number[], deviation: number): string;
  constant(name: string, width: number, value: number): string;
  norm(name: string, x: string, width: number): string;
  linear(name: string, x: string, from: number, to: number): string;
  /** In training, multiplies by rows of a fresh mask table, looked up by `segments`, or all of them. */
  drop(x: string, rows: number, width: number, segments?: string): string;
  /** Sum of a token's feature rows: [batch, tokens, width]. */
  bag(table: string, features: string): string;
  table(name: string, buckets: number, width: number): string;
  /** Projection and blocks; `start` is [batch, tokens, embeddingDim], the result [batch, tokens, hidden]. */
  tower(name: string, start: string, mask: string, shape: TowerShape, drop: Dropper): string;
}

/** Dropout inside a tower, where the caller knows what shares a mask. */
export type Dropper = (x: string, width: number) => string;

export function createLayers(b: Builder, options: LayerOptions): Layers {
  const masks: MaskTable[] = [];
  const layers: Layers = {
    masks,
    weight: (name, dims, deviation) =>
      b.parameter(name, normal(options.seed, name, dims, deviation)),
    constant: (name, width, value) =>
      b.parameter(name, floatTensor([width], new Float32Array(width).fill(value))),
    norm: (name, x, width) =>
      b.op(
        'LayerNormalization',
        [x, layers.constant(`${name}.weight`, width, 1), layers.constant(`${name}.bias`, width, 0)],
        { epsilon: float(1e-5) },
      ),
    linear: (name, x, from, to) =>
      b.op('Add', [
        b.op('MatMul', [x, layers.weight(`${name}.weight`, [from, to], Math.sqrt(1 / from))]),
        layers.constant(`${name}.bias`, to, 0),
      ]),
    drop(x, rows, width, segments) {
      if (!options.training) return x;
      const name = `dropout_${masks.length}`;
      masks.push({ name, rows, width });
      const table = b.input(name, 'float32', [rows, width]);
      return b.op('Mul', [x, segments === undefined ? table : b.op('Gather', [table, segments])]);
    },
    bag: (table, features) =>
      b.op('ReduceSum', [b.op('Gather', [table, features]), b.ints([2])], { keepdims: 0 }),
    table: (name, buckets, width) => b.parameter(name, featureTable(options, name, buckets, width)),
    tower(name, start, mask, { embeddingDim, hidden, dilations }, drop) {
      let x = layers.linear(`${name}.projection`, start, embeddingDim, hidden);
      dilations.forEach((dilation, index) => {
        const block = `${name}.blocks.${index}`;
        const seen = b.op('Mul', [x, mask]);
        const window = [shift(b, seen, dilation), seen, shift(b, seen, -dilation)];
        const both = layers.linear(
          `${block}.convolution`,
          b.op('Concat', window, { axis: 2 }),
          3 * hidden,
          2 * hidden,
        );
        const [value, gate] = b.ops('Split', [both, b.ints([hidden, hidden])], 2, { axis: 2 });
        const gated = b.op('Mul', [value as string, b.op('Sigmoid', [gate as string])]);
        x = layers.norm(`${block}.norm`, b.op('Add', [x, drop(gated, hidden)]), hidden);
      });
      return x;
    },
  };
  return layers;
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

function featureTable(options: LayerOptions, name: string, buckets: number, width: number): Tensor {
  const values = new Float32Array(buckets * width);
  for (let row = 1; row < buckets; row++) {
    if (!options.seen?.[row]) continue;
    const random = stream(options.seed, name, row);
    for (let i = 0; i < width; i++) values[row * width + i] = 0.1 * random.normal();
  }
  return floatTensor([buckets, width], values);
}

/** The mean of several scores of one shape. */
export const meanOf = (b: Builder, values: readonly string[]): string =>
  values.length === 1
    ? (values[0] as string)
    : b.op('Mul', [b.op('Sum', values), b.floats([1 / values.length], [])]);
