/**
 * Whether an execution provider may be offered: it opens a training step of a small encoder and gives the
 * numbers that the processor gives. Runs in a process of its own, because a provider may take the process
 * with it; core treats a death and a silence as answers.
 */
import { buildBert } from '../architectures/bert/index.ts';
import { differentiate } from '../autodiff/index.ts';
import { toFault } from '../fault.ts';
import {
  createBuilder,
  encodeModel,
  floatsOf,
  liftParameters,
  specialize,
  type Model,
  type Port,
  type Tensor,
} from '../onnx/index.ts';
import type { Provider, ProviderResult } from '../protocol.ts';
import { listedProviders, openSession, probe, type HostTensor } from '../sessions/index.ts';

/** Largest absolute difference to the processor's loss and gradients; they are of the order of one. */
export const PROVIDER_TOLERANCE = 1e-3;
const [BATCH, TOKENS] = [2, 8];

export async function probeProvider(provider: Provider): Promise<ProviderResult> {
  const started = performance.now();
  const answer = (
    reason: ProviderResult['reason'],
    maxDifference: number | null,
    detail = '',
  ): ProviderResult => ({
    kind: 'provider',
    provider,
    offered: reason === null,
    reason,
    detail,
    maxDifference,
    seconds: (performance.now() - started) / 1000,
  });
  if (provider !== 'cpu' && !listedProviders().includes(provider))
    return answer('notInBuild', null);
  try {
    const step = await stepGraph();
    const expected = await run(step, 'cpu');
    const found = await run(step, provider);
    let worst = 0;
    for (const [name, { data }] of Object.entries(expected)) {
      const other = found[name]?.data as Float32Array | undefined;
      (data as Float32Array).forEach((value, index) => {
        const difference = Math.abs(value - (other?.[index] ?? NaN));
        worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
      });
    }
    if (worst <= PROVIDER_TOLERANCE) return answer(null, worst);
    return answer('differs', Number.isFinite(worst) ? worst : null);
  } catch (error) {
    // The runtime's own sentence: it names the library or the driver that is missing.
    return answer('unavailable', null, toFault(error).message.slice(0, 300));
  }
}

interface Step {
  readonly model: Uint8Array;
  readonly feeds: Readonly<Record<string, HostTensor>>;
}

/** Loss and all gradients of a one-layer encoder. */
async function stepGraph(): Promise<Step> {
  const built = buildBert(
    {
      ...{ vocabulary: 32, layers: 1, hidden: 16, heads: 2, intermediate: 32 },
      maxTokens: TOKENS,
      pad: 0,
    },
    1,
  );
  const model = withMeanCube(built);
  const ids = BigInt64Array.from({ length: BATCH * TOKENS }, (_, i) => BigInt((7 * i) % 31) + 1n);
  const dims = [BATCH, TOKENS];
  const feeds: Record<string, HostTensor> = {};
  for (const { name } of model.graph.inputs) {
    const data = /mask/.test(name)
      ? ids.map(() => 1n)
      : /type/.test(name)
        ? ids.map(() => 0n)
        : ids;
    feeds[name] = { dims, data };
  }
  const names = [...model.graph.initializers]
    .filter(([, tensor]) => tensor.type === 'float32' && tensor.dims.length > 0)
    .map(([name]) => name);
  const lifted = liftParameters(model.graph, names);
  const sizes: Record<string, number> = {};
  for (const port of lifted.inputs) {
    port.dims.forEach((dim, axis) => {
      if (typeof dim === 'string') sizes[dim] = dims[axis] ?? 1;
    });
  }
  const fixed: Model = { ...model, graph: specialize(lifted, sizes) };
  for (const name of names) {
    const tensor = model.graph.initializers.get(name) as Tensor;
    feeds[name] = { dims: tensor.dims, data: floatsOf(tensor) };
  }
  const facts = await probe(fixed, feeds, 1);
  const targets = names.map((name) => ({ name }));
  const { graph } = differentiate(fixed.graph, facts, LOSS, targets);
  return { model: encodeModel({ ...model, graph }), feeds };
}

const LOSS = 'loss';

/** Of the hidden states: their mean and mean square are fixed by the last normalization, this is not. */
function withMeanCube(model: Model): Model {
  const b = createBuilder('probe');
  const { name: hidden } = model.graph.outputs[0] as Port;
  const cube = b.op('Mul', [hidden, b.op('Mul', [hidden, hidden])]);
  b.alias(b.op('ReduceMean', [cube], { keepdims: 0 }), LOSS);
  return {
    ...model,
    graph: {
      ...model.graph,
      nodes: [...model.graph.nodes, ...b.nodes],
      outputs: [{ name: LOSS, type: 'float32', dims: [] }],
      initializers: new Map([...model.graph.initializers, ...b.initializers]),
    },
  };
}

async function run(
  { model, feeds }: Step,
  provider: Provider,
): Promise<Record<string, HostTensor>> {
  const session = await openSession(model, { threads: 1, provider });
  try {
    return await session.run(
      Object.fromEntries(Object.entries(feeds).filter(([name]) => session.inputs.includes(name))),
    );
  } finally {
    await session.dispose();
  }
}
