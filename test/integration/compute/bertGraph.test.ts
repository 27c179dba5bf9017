// The BERT built here is BERT: with the weights of a file that PyTorch exported it gives PyTorch's
// numbers, and its gradients stand a finite-difference check.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  buildBert,
  buildMaskedBert,
  type BertConfig,
} from '../../../main/compute/architectures/bert/index.ts';
import { admit } from '../../../main/compute/architectures/encoder/index.ts';
import { checkGradients } from '../../../main/compute/loops/gradientCheck.ts';
import {
  encodeModel,
  floatsOf,
  liftParameters,
  specialize,
  withValues,
  type Tensor,
} from '../../../main/compute/onnx/index.ts';
import { stream } from '../../../main/compute/random.ts';
import { openSession, type HostTensor } from '../../../main/compute/sessions/index.ts';

const EXPORTS = resolve('../shared/data/onnx-exports');
const ints = (values: readonly number[], dims: readonly number[]): HostTensor => ({
  dims,
  data: BigInt64Array.from(values, BigInt),
});

const TINY: BertConfig = {
  vocabulary: 30,
  maxTokens: 8,
  layers: 2,
  hidden: 16,
  heads: 2,
  intermediate: 24,
  pad: 0,
};

describe('the BERT graph', () => {
  it('has correct gradients through the tied decoder and everything below it', async () => {
    const model = buildMaskedBert(TINY, { seed: 5, training: true });
    const parameters = [...model.graph.initializers.keys()].filter(
      (name) => !name.startsWith('bert/'),
    );
    expect(parameters).toContain('bert.encoder.layer.1.attention.self.query.weight');
    expect(parameters).toContain('cls.predictions.transform.dense.weight');
    const random = stream(2, 'bert gradients');
    const feeds: Record<string, HostTensor> = {
      input_ids: ints(
        Array.from({ length: 16 }, () => random.below(30)),
        [2, 8],
      ),
      attention_mask: ints(
        Array.from({ length: 16 }, (_, i) => (i < 13 ? 1 : 0)),
        [2, 8],
      ),
      token_type_ids: ints(new Array<number>(16).fill(0), [2, 8]),
      positions: ints([1, 3, 9, 0], [4]),
      labels: ints([7, 12, 7, -100], [4]),
    };
    for (const name of parameters) {
      const tensor = model.graph.initializers.get(name)!;
      // Fresh weights are so small that everything is nearly flat.
      const data = floatsOf(tensor).map((value) =>
        name.includes('LayerNorm') ? value : 12 * value,
      );
      feeds[name] = { dims: tensor.dims, data };
    }
    const graph = specialize(liftParameters(model.graph, parameters), {
      batch: 2,
      sequence: 8,
      guesses: 4,
    });
    const found = await checkGradients({
      model: { ...model, graph },
      feeds,
      loss: 'loss',
      targets: parameters,
    });
    expect(Math.abs(found.slope)).toBeGreaterThan(0.1);
    expect(found.relativeError).toBeLessThan(2e-3);
  });

  it.skipIf(!existsSync(EXPORTS))(
    'gives the numbers of PyTorch with the weights of ../shared/data/onnx-exports',
    async () => {
      const { model, parameters } = admit(readFileSync(join(EXPORTS, 'bert_tok_17.onnx')));
      const stored = new Map<string, Tensor>(
        parameters.map(({ name, torchName }) => [
          torchName,
          model.graph.initializers.get(name) as Tensor,
        ]),
      );
      const dimsOf = (name: string): readonly number[] => stored.get(name)!.dims;
      const layers = [...stored.keys()].filter((name) => /query\.weight$/.test(name)).length;
      const config: BertConfig = {
        vocabulary: dimsOf('we.weight')[0]!,
        maxTokens: dimsOf('pe.weight')[0]!,
        layers,
        hidden: dimsOf('we.weight')[1]!,
        heads: 4,
        intermediate: dimsOf('ls.0.inter.bias')[0]!,
        pad: 0,
      };
      const ours = buildBert(config, 1);
      const names: Record<string, string> = {
        'ls.N.dense': 'attention.output.dense',
        'ls.N.ln1': 'attention.output.LayerNorm',
        'ls.N.inter': 'intermediate.dense',
        'ls.N.out': 'output.dense',
        'ls.N.ln2': 'output.LayerNorm',
        'ls.N.query': 'attention.self.query',
        'ls.N.key': 'attention.self.key',
        'ls.N.value': 'attention.self.value',
      };
      const values = new Map<string, Tensor>([
        ['bert.embeddings.word_embeddings.weight', stored.get('we.weight')!],
        ['bert.embeddings.position_embeddings.weight', stored.get('pe.weight')!],
        ['bert.embeddings.token_type_embeddings.weight', stored.get('te.weight')!],
        ['bert.embeddings.LayerNorm.weight', stored.get('ln.weight')!],
        ['bert.embeddings.LayerNorm.bias', stored.get('ln.bias')!],
      ]);
      for (let layer = 0; layer < layers; layer++)
        for (const [theirs, own] of Object.entries(names))
          for (const part of ['weight', 'bias'])
            values.set(
              `bert.encoder.layer.${layer}.${own}.${part}`,
              stored.get(`${theirs.replace('N', String(layer))}.${part}`)!,
            );
      const session = await openSession(
        encodeModel({ ...ours, graph: withValues(ours.graph, values) }),
        { threads: 1 },
      );
      const golden = JSON.parse(readFileSync(join(EXPORTS, 'bert_tok.golden.json'), 'utf8')) as {
        probe: Record<'input_ids' | 'attention_mask', number[][]> & {
          logits_before: number[][][];
        };
      };
      const { input_ids, attention_mask, logits_before } = golden.probe;
      const dims = [input_ids.length, input_ids[0]!.length];
      const out = await session.run({
        input_ids: ints(input_ids.flat(), dims),
        attention_mask: ints(attention_mask.flat(), dims),
        token_type_ids: ints(new Array<number>(dims[0]! * dims[1]!).fill(0), dims),
      });
      await session.dispose();
      const hidden = out['last_hidden_state']!.data as Float32Array;
      const [weight, bias] = [
        floatsOf(stored.get('cls.weight')!),
        floatsOf(stored.get('cls.bias')!),
      ];
      let worst = 0;
      logits_before.flat().forEach((expected, token) =>
        expected.forEach((value, k) => {
          let score = bias[k]!;
          for (let i = 0; i < config.hidden; i++)
            score += hidden[token * config.hidden + i]! * weight[i * expected.length + k]!;
          worst = Math.max(worst, Math.abs(score - value));
        }),
      );
      expect(worst).toBeLessThan(1e-4);
    },
  );
});
