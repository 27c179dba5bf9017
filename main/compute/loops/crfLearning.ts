/**
 * Learning through a CRF: one run gives the scores of every tag, the recursions outside the graph turn
 * them into the exact loss and its gradients, and the step graph carries these back to the weights. It
 * costs a second forward run; nothing of the trainer changes.
 */
import {
  chainLoss,
  transitionWeights,
  TRANSITIONS,
  type Chain,
  type TaggerGraph,
} from '../architectures/tagger/index.ts';
import { encodeModel, liftParameters, prune } from '../onnx/index.ts';
import { openSession, type HostTensor } from '../sessions/index.ts';
import type { Batch } from './epochs.ts';
import type { Placement } from './strips.ts';
import type { Trainer } from './trainer.ts';

export interface ChainBatch extends Batch {
  readonly strip: readonly Placement[];
}

export interface ChainLearner {
  learn(batch: ChainBatch): Promise<number>;
  rehearse(batch: ChainBatch): Promise<void>;
  dispose(): Promise<void>;
}

/** @param graph a training graph with `crf` set. */
export async function createChainLearner(
  graph: TaggerGraph,
  trainer: Trainer,
  towers: number,
  threads: number,
): Promise<ChainLearner> {
  const { model } = graph;
  const scores = prune({
    ...liftParameters(
      model.graph,
      trainer.arena.parameters.map(({ name }) => name),
    ),
    outputs: model.graph.outputs.filter(({ name }) => name !== 'loss'),
  });
  const session = await openSession(encodeModel({ ...model, graph: scores }), { threads });
  const transitions = trainer.arena.parameters.find(({ name }) => name === TRANSITIONS);
  if (!transitions) throw new Error('The graph has no transition scores');

  async function seeds(batch: ChainBatch): Promise<{ loss: number; feeds: Batch['feeds'] }> {
    const all = { ...batch.feeds, ...trainer.feeds('w') };
    const used = Object.fromEntries(session.inputs.map((name) => [name, all[name] as HostTensor]));
    const found = await session.run(used);
    const values = trainer.arena.view(transitions!, 'w');
    const weights = transitionWeights(values);
    const classes = transitions!.dims[0] as number;
    const tags = batch.feeds['labels']?.data as Int32Array;
    const pairs = new Float32Array(values.length);
    const feeds: Record<string, HostTensor> = {
      seed_transitions: { dims: [classes, classes], data: pairs },
    };
    let loss = 0;
    for (let tower = 0; tower < towers; tower++) {
      const { data, dims } = found[`logits_${tower}`] as HostTensor;
      const logits = data as Float32Array;
      const gradient = new Float32Array(logits.length);
      for (const { first, keepFirst, keepLast, offset } of batch.strip) {
        const from = offset + keepFirst - first;
        const to = from + keepLast - keepFirst;
        const chain: Chain = {
          logits: logits.subarray(from * classes, to * classes),
          length: to - from,
          begins: keepFirst === 0,
        };
        loss +=
          chainLoss(chain, tags.subarray(from, to), values, weights, {
            logits: gradient.subarray(from * classes, to * classes),
            transitions: pairs,
            share: 1 / towers,
          }) / towers;
      }
      feeds[`seed_${tower}`] = { dims, data: gradient };
    }
    return { loss, feeds: { ...batch.feeds, ...feeds } };
  }

  const withoutLabels = ({ labels: _labels, ...feeds }: Batch['feeds']): Batch['feeds'] => feeds;

  return {
    async learn(batch) {
      const { loss, feeds } = await seeds(batch);
      await trainer.accumulate(withoutLabels(feeds));
      return loss;
    },
    async rehearse(batch) {
      await trainer.rehearse(withoutLabels((await seeds(batch)).feeds));
    },
    dispose: () => session.dispose(),
  };
}
