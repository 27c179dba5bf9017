/**
 * Trains a model on the batches of a golden file and compares with what PyTorch saw there: the loss and
 * gradient norm of each step, and the scores of a probe batch before and after. This is the test of the
 * whole chain at once: reading, choosing parameters, gradients, optimizer.
 */
import { z } from 'zod';
import { admit } from '../architectures/encoder/index.ts';
import { fault } from '../fault.ts';
import { createBuilder, encodeModel, sizeOf, type Model } from '../onnx/index.ts';
import type { ParityJob, ParityResult } from '../protocol.ts';
import { openSession, type HostTensor } from '../sessions/index.ts';
import { createTrainer, type Feeds, type Trainer } from './trainer.ts';

/** Largest differences that count as the same training. */
export const PARITY_BOUNDS = { losses: 1e-4, gradientNorms: 1e-3, probe: 1e-3 } as const;

const Rows = z.array(z.array(z.int()));
const Batch = z.object({ input_ids: Rows, attention_mask: Rows.optional() });
const Golden = z.object({
  optimizer: z.object({
    name: z.literal('AdamW'),
    lr: z.number().positive(),
    betas: z.tuple([z.number(), z.number()]),
    eps: z.number().positive(),
    weight_decay: z.number().min(0),
  }),
  dropout: z.literal(0),
  probe: Batch.extend({
    logits_before: z.array(z.unknown()),
    logits_after: z.array(z.unknown()),
  }),
  steps: z
    .array(
      Batch.extend({
        labels: z.union([Rows, z.array(z.int())]),
        loss: z.number(),
        grad_norm: z.number(),
      }),
    )
    .min(1),
});
type Golden = z.output<typeof Golden>;

const IGNORED = -100;

/** @throws Fault 'bad-model' or 'bad-data' when one of the files is not what it should be. */
export async function parity(job: ParityJob): Promise<ParityResult> {
  const { threads = 1 } = job;
  const expected = readGolden(job.golden);
  const admission = admit(job.onnx, undefined, job.beside);
  const [refusal] = admission.refusals;
  if (refusal) throw fault('bad-model', refusal.sentence);
  if (admission.head === null || admission.logits === null)
    throw fault('bad-model', 'The model has no scores to compare: it ends in hidden states.');
  const { classes } = admission.head;
  const { lr, betas, eps, weight_decay } = expected.optimizer;
  const trainer = createTrainer({
    model: withLoss(admission.model, admission.logits, classes),
    loss: 'loss',
    // PyTorch's plain AdamW of the golden files: every parameter decays, every gradient is dense.
    parameters: admission.parameters.map(({ name }) => ({ name, decay: true, rows: false })),
    settings: {
      beta1: betas[0],
      beta2: betas[1],
      epsilon: eps,
      weightDecay: weight_decay,
      clipNorm: 0,
    },
    threads,
  });
  try {
    const feedsOf = (batch: z.output<typeof Batch>): Feeds => feedsFor(admission.model, batch);
    const probe = { feeds: feedsOf(expected.probe), logits: admission.logits };
    const before = await scores(admission.model, trainer, probe, threads);
    let [losses, gradientNorms] = [0, 0];
    for (const [index, step] of expected.steps.entries()) {
      const labels = step.labels.flat();
      const seen = await trainer.accumulate({
        ...feedsOf(step),
        labels: { dims: [labels.length], data: BigInt64Array.from(labels, BigInt) },
      });
      const norm = trainer.update(index + 1, lr, 1);
      losses = Math.max(losses, relative(seen, step.loss));
      gradientNorms = Math.max(gradientNorms, relative(norm, step.grad_norm));
    }
    const after = await scores(admission.model, trainer, probe, threads);
    const probeDifference = Math.max(
      largestDifference(before, expected.probe.logits_before),
      largestDifference(after, expected.probe.logits_after),
    );
    return {
      kind: 'parity',
      steps: expected.steps.length,
      losses,
      gradientNorms,
      probe: probeDifference,
      bounds: PARITY_BOUNDS,
      // Written so that a NaN fails.
      withinBounds:
        losses <= PARITY_BOUNDS.losses &&
        gradientNorms <= PARITY_BOUNDS.gradientNorms &&
        probeDifference <= PARITY_BOUNDS.probe,
    };
  } finally {
    await trainer.dispose();
  }
}

function readGolden(bytes: Uint8Array): Golden {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw fault('bad-data', 'The golden file is not JSON.');
  }
  const parsed = Golden.safeParse(document);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw fault(
    'bad-data',
    `The golden file is not valid at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? ''}.`,
  );
}

/** Adds the mean cross-entropy over the positions that carry a label. */
function withLoss(model: Model, logits: string, classes: number): Model {
  const b = createBuilder('loss');
  const labels = b.input('labels', 'int64', ['labels']);
  const flat = b.op('Reshape', [logits, b.ints([-1, classes])]);
  const mean = { reduction: 'mean', ignore_index: IGNORED };
  b.output(b.alias(b.op('SoftmaxCrossEntropyLoss', [flat, labels], mean), 'loss'), 'float32', []);
  const added = b.finish('loss');
  const { graph } = model;
  return {
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...added.nodes],
      inputs: [...graph.inputs, ...added.inputs],
      outputs: added.outputs,
      initializers: new Map([...graph.initializers, ...added.initializers]),
    },
  };
}

/** Fills what a batch does not hold: all positions count, all types are zero. */
function feedsFor(model: Model, batch: z.output<typeof Batch>): Feeds {
  const { input_ids: ids } = batch;
  const [rows, width] = [ids.length, ids[0]?.length ?? 0];
  if (ids.some((row) => row.length !== width))
    throw fault('bad-data', 'A batch of the golden file has rows of different length.');
  const feeds: Record<string, HostTensor> = {};
  for (const { name } of model.graph.inputs) {
    const values =
      name === 'input_ids'
        ? ids
        : name === 'attention_mask'
          ? (batch.attention_mask ?? ids.map((row) => row.map(() => 1)))
          : ids.map((row) => row.map(() => 0));
    feeds[name] = { dims: [rows, width], data: BigInt64Array.from(values.flat(), BigInt) };
  }
  return feeds;
}

async function scores(
  model: Model,
  trainer: Trainer,
  probe: { readonly feeds: Feeds; readonly logits: string },
  threads: number,
): Promise<Float32Array> {
  const initializers = new Map(model.graph.initializers);
  for (const [name, { dims, data }] of Object.entries(trainer.feeds('w'))) {
    const { buffer, byteOffset } = data as Float32Array;
    const bytes = new Uint8Array(buffer, byteOffset, 4 * sizeOf(dims)).slice();
    initializers.set(name, { type: 'float32', dims, bytes });
  }
  const session = await openSession(
    encodeModel({ ...model, graph: { ...model.graph, initializers } }),
    { threads },
  );
  try {
    const out = await session.run(probe.feeds, [probe.logits]);
    return (out[probe.logits] as HostTensor).data as Float32Array;
  } finally {
    await session.dispose();
  }
}

const relative = (found: number, expected: number): number =>
  Math.abs(found - expected) / Math.max(Math.abs(expected), 1e-12);

function largestDifference(found: Float32Array, expected: readonly unknown[]): number {
  const flat = (expected as readonly number[]).flat(Infinity) as number[];
  if (flat.length !== found.length)
    throw fault('bad-data', 'The probe scores of the golden file have another shape.');
  return flat.reduce(
    (worst, value, i) => Math.max(worst, Math.abs(value - (found[i] as number))),
    0,
  );
}
