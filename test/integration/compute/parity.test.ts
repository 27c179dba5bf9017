// The same batches, the same losses as PyTorch: encoders that PyTorch exported are trained here with
// AdamW, and loss and gradient norm of each of the first steps are compared with what PyTorch saw.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createTrainer, type Feeds } from '../../../main/compute/loops/trainer.ts';
import {
  createBuilder,
  decodeModel,
  isFloat,
  separateCopies,
  type Model,
} from '../../../main/compute/onnx/index.ts';

const FOLDER = new URL('../../../../shared/data/onnx-exports/', import.meta.url);

interface Golden {
  readonly num_labels: number;
  readonly optimizer: {
    readonly lr: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weight_decay: number;
  };
  readonly steps: readonly (Record<string, number[][]> & {
    readonly labels: number[] | number[][];
    readonly loss: number;
    readonly grad_norm: number;
  })[];
}

/** Adds mean cross-entropy over the model's logits. */
function withLoss(model: Model, classes: number): Model {
  const b = createBuilder('loss');
  const labels = b.input('labels', 'int64', ['rows']);
  const logits = b.op('Reshape', [model.graph.outputs[0]!.name, b.ints([-1, classes])]);
  const attributes = { reduction: 'mean', ignore_index: -100 };
  b.output(
    b.alias(b.op('SoftmaxCrossEntropyLoss', [logits, labels], attributes), 'loss'),
    'float32',
    [],
  );
  const added = b.finish('loss');
  const graph = separateCopies(model.graph);
  return {
    ...model,
    opsets: { ...model.opsets, '': Math.max(17, model.opsets['']!) },
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...added.nodes],
      inputs: [...graph.inputs, ...added.inputs],
      outputs: added.outputs,
      initializers: new Map([...graph.initializers, ...added.initializers]),
    },
  };
}

async function worst(file: string, golden: Golden, steps: number) {
  const model = withLoss(decodeModel(readFileSync(new URL(file, FOLDER))), golden.num_labels);
  const { lr, betas, eps, weight_decay } = golden.optimizer;
  const trainer = createTrainer({
    model,
    loss: 'loss',
    parameters: [...model.graph.initializers]
      .filter(
        ([name, { type, dims }]) => isFloat(type) && dims.length > 0 && !name.startsWith('loss/'),
      )
      .map(([name]) => ({ name, decay: true, rows: false })),
    settings: {
      beta1: betas[0],
      beta2: betas[1],
      epsilon: eps,
      weightDecay: weight_decay,
      clipNorm: 0,
    },
    threads: 1,
  });
  let [loss, norm] = [0, 0];
  for (const [index, step] of golden.steps.slice(0, steps).entries()) {
    const ids = step['input_ids']!;
    const dims = [ids.length, ids[0]!.length];
    const labels = step.labels.flat();
    const feeds: Record<string, Feeds[string]> = {
      labels: { dims: [labels.length], data: BigInt64Array.from(labels, BigInt) },
    };
    for (const { name } of model.graph.inputs) {
      if (name === 'labels') continue;
      const rows = name === 'token_type_ids' ? ids.map((row) => row.map(() => 0)) : step[name]!;
      feeds[name] = { dims, data: BigInt64Array.from(rows.flat(), BigInt) };
    }
    const seen = await trainer.accumulate(feeds);
    loss = Math.max(loss, Math.abs(seen - step.loss) / step.loss);
    norm = Math.max(
      norm,
      Math.abs(trainer.update(index + 1, lr, 1) - step.grad_norm) / step.grad_norm,
    );
  }
  await trainer.dispose();
  return { loss, norm };
}

const STEPS = 15;

describe.skipIf(!existsSync(FOLDER))(
  'training parity with PyTorch on ../shared/data/onnx-exports',
  () => {
    for (const name of ['bert_tok', 'bert_seqcls', 'bert_sdpa_mask', 'roberta', 'distilbert'])
      for (const opset of [14, 17])
        it(`${name} at opset ${opset}`, async () => {
          const text = readFileSync(new URL(`${name}.golden.json`, FOLDER), 'utf8');
          const found = await worst(`${name}_${opset}.onnx`, JSON.parse(text) as Golden, STEPS);
          expect(found.loss).toBeLessThan(1e-4);
          expect(found.norm).toBeLessThan(1e-3);
        });
  },
);
