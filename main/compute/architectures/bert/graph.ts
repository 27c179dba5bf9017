/**
 * A BERT encoder (Devlin et al. 2019, https://arxiv.org/abs/1810.04805) as an ONNX graph of standard
 * operators, in the form PyTorch's exporter would write it: post-normalization, exact Gelu, learned
 * positions. Weights carry their state-dict names; those of linear layers are stored as [in, out].
 */
import {
  createBuilder,
  ELEMENT,
  float,
  floatTensor,
  type Builder,
  type Model,
  type Tensor,
} from '../../onnx/index.ts';
import { stream } from '../../random.ts';
import { INITIALIZER_RANGE, LAYER_NORM_EPSILON, TOKEN_TYPES, type BertConfig } from './config.ts';

const WORDS = 'bert.embeddings.word_embeddings.weight';
/** Added to the scores of padding; finite, because a row of minus infinities would give NaN. */
const LOWEST = -3.4028234663852886e38;

/** Graph of the encoder alone: input_ids, attention_mask, token_type_ids → last_hidden_state. */
export function buildBert(config: BertConfig, seed: number): Model {
  const b = createBuilder('bert');
  const hidden = encode(b, config, createWeights(b, seed));
  b.output(b.alias(hidden, 'last_hidden_state'), 'float32', ['batch', 'sequence', config.hidden]);
  return bertModel(b);
}

/**
 * The encoder with the head of masked language modeling, whose decoder is the word table itself. Only
 * the positions to be guessed reach the head: it costs vocabulary × guesses, not × tokens.
 *
 * Further inputs: `positions` (of the guesses, counted over the whole batch laid end to end) and
 * `labels` (-100 where a row of the guesses is unused). Outputs: `loss`, summed over guesses in nats,
 * and where not `training` also `correct`, the number of guesses that are right.
 */
export function buildMaskedBert(
  config: BertConfig,
  options: { readonly seed: number; readonly training: boolean },
): Model {
  const { hidden, vocabulary } = config;
  const b = createBuilder('bert');
  const weights = createWeights(b, options.seed);
  const states = b.op('Reshape', [encode(b, config, weights), b.ints([-1, hidden])]);
  const positions = b.input('positions', 'int64', ['guesses']);
  const labels = b.input('labels', 'int64', ['guesses']);
  const head = 'cls.predictions.transform';
  const chosen = b.op('Gather', [states, positions]);
  const dense = gelu(b, weights.linear(`${head}.dense`, chosen, hidden, hidden));
  const decoded = weights.norm(`${head}.LayerNorm`, dense, hidden);
  const scores = b.op('Add', [
    b.op('MatMul', [decoded, b.op('Transpose', [WORDS], { perm: [1, 0] })]),
    b.parameter('cls.predictions.bias', filled([vocabulary], 0)),
  ]);
  const loss = b.op('SoftmaxCrossEntropyLoss', [scores, labels], {
    reduction: 'sum',
    ignore_index: -100,
  });
  b.output(b.alias(loss, 'loss'), 'float32', []);
  if (!options.training) {
    const right = b.op('Equal', [b.op('ArgMax', [scores], { axis: 1, keepdims: 0 }), labels]);
    const count = b.op('ReduceSum', [b.op('Cast', [right], { to: ELEMENT.float32.code })], {
      keepdims: 0,
    });
    b.output(b.alias(count, 'correct'), 'float32', []);
  }
  return bertModel(b);
}

interface Weights {
  table(name: string, rows: number, width: number): string;
  linear(name: string, x: string, from: number, to: number): string;
  norm(name: string, x: string, width: number): string;
}

function createWeights(b: Builder, seed: number): Weights {
  const normal = (name: string, dims: readonly number[]): string => {
    const random = stream(seed, 'weights', name);
    const size = dims.reduce((a, c) => a * c, 1);
    const values = Float32Array.from({ length: size }, () => INITIALIZER_RANGE * random.normal());
    return b.parameter(name, floatTensor(dims, values));
  };
  return {
    table: (name, rows, width) => normal(name, [rows, width]),
    linear: (name, x, from, to) =>
      b.op('Add', [
        b.op('MatMul', [x, normal(`${name}.weight`, [from, to])]),
        b.parameter(`${name}.bias`, filled([to], 0)),
      ]),
    norm: (name, x, width) =>
      b.op(
        'LayerNormalization',
        [
          x,
          b.parameter(`${name}.weight`, filled([width], 1)),
          b.parameter(`${name}.bias`, filled([width], 0)),
        ],
        { epsilon: float(LAYER_NORM_EPSILON), axis: -1 },
      ),
  };
}

function encode(b: Builder, config: BertConfig, weights: Weights): string {
  const { hidden, heads, intermediate, layers, vocabulary, maxTokens } = config;
  const ids = b.input('input_ids', 'int64', ['batch', 'sequence']);
  const mask = b.input('attention_mask', 'int64', ['batch', 'sequence']);
  const types = b.input('token_type_ids', 'int64', ['batch', 'sequence']);

  const length = b.op('Gather', [b.op('Shape', [ids]), b.ints([1], [])]);
  const places = b.op('Range', [b.ints([0], []), length, b.ints([1], [])]);
  const embeddings = 'bert.embeddings';
  const words = b.op('Gather', [weights.table(WORDS, vocabulary, hidden), ids]);
  const kinds = b.op('Gather', [
    weights.table(`${embeddings}.token_type_embeddings.weight`, TOKEN_TYPES, hidden),
    types,
  ]);
  const order = b.op('Gather', [
    weights.table(`${embeddings}.position_embeddings.weight`, maxTokens, hidden),
    places,
  ]);
  let x = weights.norm(
    `${embeddings}.LayerNorm`,
    b.op('Add', [b.op('Add', [words, kinds]), order]),
    hidden,
  );

  const kept = b.op('Cast', [b.op('Unsqueeze', [mask, b.ints([1, 2])])], {
    to: ELEMENT.float32.code,
  });
  const bias = b.op('Mul', [b.op('Sub', [b.floats([1], []), kept]), b.floats([LOWEST], [])]);
  const width = hidden / heads;
  const split = (value: string): string => b.op('Reshape', [value, b.ints([0, 0, heads, width])]);
  for (let layer = 0; layer < layers; layer++) {
    const name = `bert.encoder.layer.${layer}`;
    const project = (part: string): string =>
      split(weights.linear(`${name}.attention.self.${part}`, x, hidden, hidden));
    const query = b.op('Transpose', [project('query')], { perm: [0, 2, 1, 3] });
    const key = b.op('Transpose', [project('key')], { perm: [0, 2, 3, 1] });
    const value = b.op('Transpose', [project('value')], { perm: [0, 2, 1, 3] });
    const scores = b.op('Div', [b.op('MatMul', [query, key]), b.floats([Math.sqrt(width)], [])]);
    const attention = b.op('Softmax', [b.op('Add', [scores, bias])], { axis: -1 });
    const context = b.op('Transpose', [b.op('MatMul', [attention, value])], {
      perm: [0, 2, 1, 3],
    });
    const joined = b.op('Reshape', [context, b.ints([0, 0, hidden])]);
    const output = weights.linear(`${name}.attention.output.dense`, joined, hidden, hidden);
    x = weights.norm(`${name}.attention.output.LayerNorm`, b.op('Add', [output, x]), hidden);
    const inner = gelu(b, weights.linear(`${name}.intermediate.dense`, x, hidden, intermediate));
    const outer = weights.linear(`${name}.output.dense`, inner, intermediate, hidden);
    x = weights.norm(`${name}.output.LayerNorm`, b.op('Add', [outer, x]), hidden);
  }
  return x;
}

/** x·Phi(x), written with Erf: the operator Gelu came only with opset 20. */
function gelu(b: Builder, x: string): string {
  const erf = b.op('Erf', [b.op('Div', [x, b.floats([Math.SQRT2], [])])]);
  const twice = b.op('Mul', [x, b.op('Add', [erf, b.floats([1], [])])]);
  return b.op('Mul', [twice, b.floats([0.5], [])]);
}

const filled = (dims: readonly number[], value: number): Tensor =>
  floatTensor(dims, new Float32Array(dims.reduce((a, c) => a * c, 1)).fill(value));

const bertModel = (b: Builder): Model => ({
  irVersion: 8,
  opsets: { '': 17 },
  producer: 'cloister',
  metadata: {},
  graph: b.finish('bert'),
});
