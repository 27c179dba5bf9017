/**
 * The tagger for whole documents as an ONNX graph: the same towers of convolutions as for spans, whose
 * output is pooled over each document by attention with one weight per channel, beside the plain mean
 * of the features (a bag of words and n-grams). Documents lie end to end in one row of tokens; the
 * input `pool` [documents, tokens] says with ones which tokens belong to which.
 */
import { createBuilder } from '../../onnx/index.ts';
import type { ClassifierConfig } from './config.ts';
import { DOCUMENT_SLOTS } from './documentFeatures.ts';
import { taggerModel, type TaggerGraph } from './graph.ts';
import { createLayers, meanOf, TABLE, type LayerOptions } from './layers.ts';

/** Bounds the logarithm of attention weights, so that their exponentials stay finite. */
const STEEPEST = 10;

/**
 * A training graph has the inputs `owners` (document of each token), `labels` and `weights` (share of
 * its document that a row stands for) per document and `dropout_…`, and the scalar output `loss`.
 * @param rows documents of a training batch; each has its own dropout masks.
 */
export function buildClassifier(
  config: ClassifierConfig,
  options: LayerOptions & { readonly rows: number },
): TaggerGraph {
  const { embeddingDim, hidden, buckets, labels } = config;
  const { rows } = options;
  const b = createBuilder('tagger');
  const layers = createLayers(b, options);
  const features = b.input('features', 'int32', ['batch', 'tokens', DOCUMENT_SLOTS]);
  const mask = b.input('mask', 'float32', ['batch', 'tokens', 1]);
  const pool = b.input('pool', 'float32', ['documents', 'tokens']);
  const owners = options.training ? b.input('owners', 'int32', ['batch', 'tokens']) : '';
  const drop = (x: string, width: number): string => layers.drop(x, rows, width, owners);
  const flat = (x: string, width: number): string => b.op('Reshape', [x, b.ints([-1, width])]);
  // An empty row of the batch divides zero by this.
  const some = b.floats([1e-6], []);
  const divide = (sum: string, by: string): string => b.op('Div', [sum, b.op('Add', [by, some])]);

  const bag = layers.bag(layers.table(TABLE, buckets, embeddingDim), features);
  const input = layers.norm('embedding.norm', bag, embeddingDim);
  const length = b.op('ReduceSum', [pool, b.ints([1])], { keepdims: 1 });
  const mean = divide(b.op('MatMul', [pool, flat(bag, embeddingDim)]), length);
  const words = layers.norm('bag.norm', mean, embeddingDim);
  const scores = Array.from({ length: config.towers }, (_, index) => {
    const name = `towers.${index}`;
    const x = flat(layers.tower(name, drop(input, embeddingDim), mask, config, drop), hidden);
    const steep = b.floats([STEEPEST], []);
    const slope = b.op('Div', [layers.linear(`${name}.attention`, x, hidden, hidden), steep]);
    const weight = b.op('Exp', [b.op('Mul', [b.op('Tanh', [slope]), steep])]);
    const pooled = divide(
      b.op('MatMul', [pool, b.op('Mul', [weight, x])]),
      b.op('MatMul', [pool, weight]),
    );
    const width = hidden + embeddingDim;
    const all = layers.drop(b.op('Concat', [pooled, words], { axis: 1 }), rows, width);
    return layers.linear(`${name}.head`, all, width, labels.length);
  });
  if (options.training) {
    const target = b.input('labels', 'int32', ['documents']);
    const weights = b.input('weights', 'float32', ['documents']);
    const losses = scores.map((logits) =>
      b.op('SoftmaxCrossEntropyLoss', [logits, target], {
        reduction: 'none',
        ignore_index: -100,
      }),
    );
    const weighted = b.op('Mul', [meanOf(b, losses), weights]);
    b.output(b.alias(b.op('ReduceSum', [weighted], { keepdims: 0 }), 'loss'), 'float32', []);
  } else b.output(b.alias(meanOf(b, scores), 'logits'), 'float32', ['documents', labels.length]);
  return { model: taggerModel(b.finish('tagger')), inputs: { dropout: layers.masks } };
}
