/**
 * The tagger for spans as an ONNX graph: the features of a token are summed (a bag), normalized, and go
 * through towers of dilated gated convolutions over the token axis; a linear layer gives one score per
 * tag. Several towers over the same features, each with its own weights and dropout, make an ensemble
 * in one graph: their scores are averaged. A token depends on `reach(config)` tokens to each side and
 * on nothing else.
 *
 * With a CRF the scores of neighboring tags are one more parameter, and the loss of whole sequences is
 * computed outside the graph (see crf.ts). The training graph then hands out each tower's scores and
 * takes their gradients back as inputs: its `loss` is the sum of both products, a value of no meaning
 * whose gradient is the right one.
 */
import { createBuilder, floatTensor, type Model } from '../../onnx/index.ts';
import type { TaggerConfig } from './config.ts';
import { SLOTS } from './features.ts';
import { createLayers, meanOf, TABLE, type LayerOptions, type MaskTable } from './layers.ts';

/**
 * Channel masks per step: a training step draws this many, and each line of text uses one of them for
 * all its tokens, so that a channel is missing for a whole phrase and cannot be read off a neighbor.
 */
export const MASKS = 64;

export interface TaggerInputs {
  /** The mask tables of a training graph. */
  readonly dropout: readonly MaskTable[];
}

export interface TaggerGraph {
  readonly model: Model;
  readonly inputs: TaggerInputs;
}

/**
 * A training graph has the inputs `labels`, `segments` (mask of each token) and `dropout_…`, and the
 * scalar output `loss` (summed over tokens).
 */
export function buildTagger(config: TaggerConfig, options: LayerOptions): TaggerGraph {
  const { embeddingDim, hidden, labels, buckets } = config;
  const classes = 1 + 2 * labels.length;
  const b = createBuilder('tagger');
  const layers = createLayers(b, options);
  const features = b.input('features', 'int32', ['batch', 'tokens', SLOTS]);
  const mask = b.input('mask', 'float32', ['batch', 'tokens', 1]);
  const segments = options.training ? b.input('segments', 'int32', ['batch', 'tokens']) : '';
  const drop = (x: string, width: number): string => layers.drop(x, MASKS, width, segments);
  const bag = layers.bag(layers.table(TABLE, buckets, embeddingDim), features);
  const input = layers.norm('embedding.norm', bag, embeddingDim);
  const scores = Array.from({ length: config.towers }, (_, index) => {
    const name = `towers.${index}`;
    const x = layers.tower(name, drop(input, embeddingDim), mask, config, drop);
    return layers.linear(`${name}.head`, x, hidden, classes);
  });
  const transitions = config.crf
    ? b.parameter(TRANSITIONS, floatTensor([classes, classes], new Float32Array(classes ** 2)))
    : '';
  if (!options.training) {
    b.output(b.alias(meanOf(b, scores), 'logits'), 'float32', ['batch', 'tokens', classes]);
    if (config.crf) b.output(b.alias(transitions, 'transitions'), 'float32', [classes, classes]);
  } else if (config.crf) {
    const products = scores.map((logits, index) => {
      b.output(b.alias(logits, `logits_${index}`), 'float32', ['batch', 'tokens', classes]);
      const seed = b.input(`seed_${index}`, 'float32', ['batch', 'tokens', classes]);
      return b.op('ReduceSum', [b.op('Mul', [logits, seed])], { keepdims: 0 });
    });
    const seed = b.input('seed_transitions', 'float32', [classes, classes]);
    products.push(b.op('ReduceSum', [b.op('Mul', [transitions, seed])], { keepdims: 0 }));
    b.output(b.alias(b.op('Sum', products), 'loss'), 'float32', []);
  } else {
    const target = b.op('Reshape', [b.input('labels', 'int32', ['batch', 'tokens']), b.ints([-1])]);
    // Each tower answers for itself; only their answers are averaged.
    const losses = scores.map((logits) =>
      b.op('SoftmaxCrossEntropyLoss', [b.op('Reshape', [logits, b.ints([-1, classes])]), target], {
        reduction: 'sum',
        ignore_index: -100,
      }),
    );
    b.output(b.alias(meanOf(b, losses), 'loss'), 'float32', []);
  }
  return { model: taggerModel(b.finish('tagger')), inputs: { dropout: layers.masks } };
}

/** Scores of a tag following a tag, [from, to]. */
export const TRANSITIONS = 'crf.transitions';

export const taggerModel = (graph: Model['graph']): Model => ({
  irVersion: 8,
  opsets: { '': 17 },
  producer: 'cloister',
  metadata: { architecture: 'tagger' },
  graph,
});
