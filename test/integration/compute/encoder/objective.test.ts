// The objective of encoders over ../shared/data/onnx-exports (skipped where that folder is missing):
// gradients of adapters and heads, and that no cut into passes changes what an update computes.
import { describe, expect, it } from 'vitest';
import {
  admit,
  buildEncoder,
  cutPasses,
  IGNORED,
  inputFeeds,
  LOSS,
  portsOf,
  targetFeed,
  type EncoderBuild,
  type Objective,
  type PassPlan,
  type Sequence,
} from '../../../../main/compute/architectures/encoder/index.ts';
import { checkGradients } from '../../../../main/compute/loops/gradientCheck.ts';
import { createTrainer, type Trainer } from '../../../../main/compute/loops/trainer.ts';
import {
  decodeModel,
  encodeModel,
  floatsOf,
  floatTensor,
  liftParameters,
  specialize,
  withValues,
  type Model,
} from '../../../../main/compute/onnx/index.ts';
import type { TrainingMode } from '../../../../shared/contract/recipe.ts';
import { stream } from '../../../../main/compute/random.ts';
import { openSession, type HostTensor } from '../../../../main/compute/sessions/index.ts';
import { admitExport, hasExports, randomIds, readExport } from './exports.ts';

const CLASSES = 5;
const LORA: TrainingMode = { kind: 'lora', rank: 4, alpha: 8, targets: ['query', 'value'] };
const PLAIN: Objective = { classes: CLASSES, smoothing: 0, weights: null };

const build = (name: string, mode: TrainingMode, task: 'spans' | 'documents' = 'spans') => {
  const admission = admitExport(name);
  const recipe = { seed: 3, task, mode, base: name };
  const made = buildEncoder(admission, { recipe, classes: CLASSES, keepHead: false });
  return { made, ports: portsOf(admission.model.graph, 0) };
};

function sequencesOf(lengths: readonly number[], perToken = true): Sequence[] {
  const random = stream(9, 'labels');
  return randomIds(lengths).map((ids) => ({
    ids,
    types: null,
    share: 1,
    labels: Int32Array.from({ length: perToken ? ids.length : 1 }, (_, t) =>
      perToken && t % 3 === 0 ? IGNORED : random.below(CLASSES),
    ),
  }));
}

const trainerOf = (made: EncoderBuild): Trainer =>
  createTrainer({
    model: made.training,
    loss: LOSS,
    parameters: made.trainable,
    frozen: made.frozen,
    planes: ['w', 'g', 'm', 'v'],
    settings: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 },
    threads: 1,
  });

/** Adds up the passes of one update without applying it: mean loss and every gradient, divided. */
async function update(
  name: string,
  mode: TrainingMode,
  sequences: readonly Sequence[],
  plan: PassPlan,
): Promise<{ loss: number; gradients: Map<string, Float32Array> }> {
  const { made, ports } = build(name, mode);
  const trainer = trainerOf(made);
  try {
    const lengths = sequences.map(({ ids }) => ids.length);
    let [loss, counted] = [0, 0];
    for (const { members, length } of cutPasses([...sequences.keys()], lengths, plan)) {
      const part = members.map((index) => sequences[index]!);
      const target = targetFeed(part, plan.rows, length, PLAIN, true);
      loss += await trainer.accumulate({
        ...inputFeeds(part, plan.rows, length, ports),
        ...target.feeds,
      });
      counted += target.counted;
    }
    const gradients = new Map(
      trainer.arena.parameters.map((p) => [
        p.name,
        trainer.arena.view(p, 'g').map((value) => value / counted),
      ]),
    );
    return { loss: loss / counted, gradients };
  } finally {
    await trainer.dispose();
  }
}

function largestDifference(
  left: ReadonlyMap<string, Float32Array>,
  right: ReadonlyMap<string, Float32Array>,
): number {
  let most = 0;
  for (const [name, values] of left)
    values.forEach((value, i) => (most = Math.max(most, Math.abs(value - right.get(name)![i]!))));
  return most;
}

describe.skipIf(!hasExports)('the objective of encoders (../shared/data/onnx-exports)', () => {
  it.each<[string, TrainingMode, 'spans' | 'documents']>([
    ['bert_tok_17', LORA, 'spans'],
    ['bert_tok_14', { kind: 'head' }, 'spans'],
    ['bert_seqcls_17', { kind: 'head' }, 'documents'],
    ['deberta_v3_17', { ...LORA, targets: ['query', 'key', 'value'] }, 'spans'],
    ['modernbert_17', { ...LORA, targets: ['wqkv', 'wo'] }, 'spans'],
    ['bert_tok_17', { kind: 'full' }, 'documents'],
  ])('of %s has the gradients of finite differences (%o, %s)', async (name, mode, task) => {
    const { made, ports } = build(name, mode, task);
    const sequences = sequencesOf([12, 7], made.perToken);
    const objective = { ...PLAIN, smoothing: 0.1, weights: Float64Array.of(1, 2, 0.5, 1, 3) };
    const target = targetFeed(sequences, 2, 12, objective, made.perToken);
    const feeds: Record<string, HostTensor> = {
      ...inputFeeds(sequences, 2, 12, ports),
      ...target.feeds,
    };
    const names = made.trainable.map((parameter) => parameter.name);
    const graph = specialize(liftParameters(made.training.graph, names), {});
    const random = stream(4, 'moved');
    for (const parameter of names) {
      const tensor = made.training.graph.initializers.get(parameter)!;
      // B starts at zero, where A has no gradient: both are moved away from the start.
      const data = floatsOf(tensor).map((value) => value + 0.05 * random.normal());
      feeds[parameter] = { dims: tensor.dims, data };
    }
    const model = { ...made.training, graph };
    const check = await checkGradients({ model, feeds, loss: LOSS, targets: names });
    expect(check.relativeError).toBeLessThan(2e-3);
    expect(Math.abs(check.slope)).toBeGreaterThan(1e-3);
  });

  it.each(['bert_tok_17', 'deberta_v3_17', 'bert_seqcls_14'])(
    'scores with adapters of %s are those of the merged weights',
    async (name) => {
      const admission = admitExport(name);
      const { task } = admission as { task: 'spans' | 'documents' };
      const targets = ['query', 'key', 'value', 'dense', 'inter', 'out'];
      const mode: TrainingMode = { kind: 'lora', rank: 3, alpha: 5, targets };
      const made = buildEncoder(admission, {
        ...{ recipe: { seed: 3, task, mode, base: name }, classes: CLASSES, keepHead: false },
      });
      const random = stream(8, 'adapters');
      const values = new Map(
        made.trainable.map(({ name: parameter }) => [
          parameter,
          floatsOf(made.forward.graph.initializers.get(parameter)!).map(
            (value) => value + 0.2 * random.normal(),
          ),
        ]),
      );
      const adapted = withValues(
        made.forward.graph,
        new Map(
          [...values].map(([parameter, data]) => [
            parameter,
            floatTensor(made.forward.graph.initializers.get(parameter)!.dims, data),
          ]),
        ),
      );
      const feeds = inputFeeds(sequencesOf([9, 5]), 2, 9, portsOf(admission.model.graph, 0));
      const scores = async (model: Model): Promise<Float32Array> => {
        const session = await openSession(encodeModel(model), { threads: 1 });
        const out = await session.run(feeds);
        await session.dispose();
        return out[made.logits]!.data as Float32Array;
      };
      const [beside, merged, start] = [
        await scores({ ...made.forward, graph: adapted }),
        await scores(made.finished(values)),
        await scores(made.forward),
      ];
      const apart = (left: Float32Array, right: Float32Array): number =>
        Math.max(...left.map((value, i) => Math.abs(value - right[i]!)));
      expect(apart(beside, merged)).toBeLessThan(1e-4);
      expect(apart(beside, start)).toBeGreaterThan(0.05);
    },
  );

  it('trains the whole classification head where a layer comes before the last one', () => {
    // RoBERTa's names on the pooler and classifier of another export.
    const names = new Map([
      ['pool.weight', 'classifier.dense.weight'],
      ['pool.bias', 'classifier.dense.bias'],
      ['cls.weight', 'classifier.out_proj.weight'],
      ['cls.bias', 'classifier.out_proj.bias'],
    ]);
    const renamed = (name: string): string => names.get(name) ?? name;
    const model = decodeModel(readExport('bert_seqcls_17'));
    const graph = {
      ...model.graph,
      nodes: model.graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(renamed) })),
      initializers: new Map(
        [...model.graph.initializers].map(([name, tensor]) => [renamed(name), tensor]),
      ),
    };
    const admission = admit(encodeModel({ ...model, graph }));
    const made = (mode: TrainingMode) =>
      buildEncoder(admission, {
        ...{ recipe: { seed: 1, task: 'documents', mode, base: 'b' }, classes: 3, keepHead: false },
      });
    const head = [...names.values()].toSorted();
    const moving = ({ trainable }: EncoderBuild) => trainable.map(({ name }) => name).toSorted();
    expect(moving(made({ kind: 'head' }))).toEqual(head);
    const lora = made({ ...LORA, targets: ['dense'] });
    expect(moving(lora).filter((name) => !name.startsWith('lora/'))).toEqual(head);
    expect(lora.adapter!.sites.map(({ module }) => module)).toEqual(['ls.0.dense', 'ls.1.dense']);
    expect(lora.adapter!.savedModule).toBe('classifier');
    expect(lora.adapter!.saved.map(({ torchName }) => torchName).toSorted()).toEqual(head);
  });

  it('is the same for 4 passes of 2 and 1 pass of 8', async () => {
    const sequences = sequencesOf([16, 9, 14, 5, 16, 3, 11, 8]);
    const whole = await update('bert_tok_17', LORA, sequences, { rows: 8, lengths: [16] });
    const parts = await update('bert_tok_17', LORA, sequences, { rows: 2, lengths: [16] });
    expect(Math.abs(whole.loss - parts.loss)).toBeLessThan(1e-6);
    expect(largestDifference(whole.gradients, parts.gradients)).toBeLessThan(1e-6);
  });

  it.each([
    'bert_tok_17',
    'bert_sdpa_mask_17',
    'roberta_17',
    'distilbert_17',
    'deberta_v3_17',
    'modernbert_17',
  ])(
    'of %s is the same whether sequences of like length share a pass or not, with empty rows',
    async (name) => {
      const sequences = sequencesOf([16, 9, 14, 5, 16, 3, 11]);
      const plain = await update(name, { kind: 'full' }, sequences, { rows: 7, lengths: [16] });
      const sorted = await update(name, { kind: 'full' }, sequences, { rows: 4, lengths: [8, 16] });
      expect(Math.abs(plain.loss - sorted.loss)).toBeLessThan(1e-6);
      expect(largestDifference(plain.gradients, sorted.gradients)).toBeLessThan(1e-6);
      expect(Math.max(...plain.gradients.get('cls.bias')!)).toBeGreaterThan(1e-3);
    },
  );
});
