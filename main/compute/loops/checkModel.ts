/**
 * The gradient check of a whole model file: for each block of parameters the slope of a loss along one
 * direction, computed by the gradient graph and measured by moving the block. A wrong or missing rule
 * shows as an error of the order of one; float32 leaves about a thousandth.
 */
import { admit, type Admission } from '../architectures/encoder/index.ts';
import { differentiate } from '../autodiff/index.ts';
import { fault } from '../fault.ts';
import {
  createBuilder,
  encodeModel,
  floatsOf,
  liftParameters,
  type Graph,
  type Tensor,
} from '../onnx/index.ts';
import type { CheckJob, CheckResult } from '../protocol.ts';
import { stream } from '../random.ts';
import { openSession, probe, type HostTensor, type Session } from '../sessions/index.ts';

/** Above rounding, far below the order of one that a wrong rule makes. */
export const CHECK_BOUND = 1e-2;

const BATCH = 2;
const TOKENS = 12;
/** Blocks whose gradient is this much smaller than the whole are zero by construction. */
const NEGLIGIBLE = 1e-5;
/** Fourth-order differences: f(x+h), f(x-h), f(x+2h), f(x-2h). */
const STENCIL = [
  [1, 8 / 12],
  [-1, -8 / 12],
  [2, -1 / 12],
  [-2, 1 / 12],
] as const;
/** Moves of the loss, relative to it: too small drowns in rounding, too large leaves the straight part. */
const MOVES = [3e-3, 1e-2, 1e-3, 3e-2];

type Values = Record<string, HostTensor>;

/** @throws Fault 'bad-model', 'unsupported-operator' when there is nothing to check. */
export async function checkModel(job: CheckJob): Promise<CheckResult> {
  const { threads = 1 } = job;
  const admission = admit(job.onnx, job.config, job.beside);
  const [refusal] = admission.refusals;
  if (refusal) throw fault('unsupported-operator', refusal.sentence);
  const names = admission.parameters.map(({ name }) => name);
  const graph = liftParameters(withLoss(admission), names);
  const model = { ...admission.model, graph: fixed(graph) };
  const weights: Values = Object.fromEntries(
    names.map((name) => {
      const tensor = admission.model.graph.initializers.get(name) as Tensor;
      return [name, { dims: tensor.dims, data: floatsOf(tensor) }];
    }),
  );
  const feeds = { ...examples(admission), ...weights };
  const facts = await probe(model, feeds, threads);
  const step = differentiate(
    model.graph,
    facts,
    'loss',
    names.map((name) => ({ name })),
  );
  const forward = await openSession(encodeModel(model), { threads });
  const backward = await openSession(encodeModel({ ...model, graph: step.graph }), { threads });
  try {
    const out = await backward.run(only(backward, feeds));
    const gradients = new Map<string, Float32Array>();
    for (const [name, gradient] of step.gradients)
      if (gradient.kind === 'dense')
        gradients.set(name, (out[gradient.value] as HostTensor).data as Float32Array);
    const value = async (moved: Values): Promise<number> =>
      Number(
        ((await forward.run(only(forward, { ...feeds, ...moved }), ['loss']))['loss'] as HostTensor)
          .data[0],
      );
    return await compare(admission, weights, gradients, value);
  } finally {
    await forward.dispose();
    await backward.dispose();
  }
}

async function compare(
  admission: Admission,
  weights: Values,
  gradients: ReadonlyMap<string, Float32Array>,
  value: (moved: Values) => Promise<number>,
): Promise<CheckResult> {
  const loss = Math.abs(await value({}));
  const total = Math.hypot(...[...gradients.values()].map(norm));
  const groups: CheckResult['groups'][number][] = [];
  const skipped: string[] = [];
  for (const [module, names] of byModule(admission)) {
    const size = names.reduce((sum, name) => sum + (weights[name] as HostTensor).data.length, 0);
    const own = Math.hypot(...names.map((name) => norm(gradients.get(name) ?? EMPTY)));
    // A value that reaches nothing, or only through a shift that softmax takes back (key biases).
    if (own <= NEGLIGIBLE * total) {
      skipped.push(module);
      continue;
    }
    const { directions, slope } = direct(module, names, weights, gradients, own);
    let best = Infinity;
    for (const move of MOVES) {
      const h = (move * loss) / Math.abs(slope);
      let measured = 0;
      for (const [offset, weight] of STENCIL)
        measured += weight * (await value(moved(weights, directions, offset * h)));
      measured /= h;
      const scale = Math.max(Math.abs(slope), Math.abs(measured));
      best = Math.min(best, Math.abs(slope - measured) / scale);
      if (best < CHECK_BOUND / 10) break;
    }
    groups.push({ module, parameters: size, relativeError: best, gradientNorm: own });
  }
  const worst = groups.reduce((most, group) => Math.max(most, group.relativeError), 0);
  const withinBounds = groups.length > 0 && worst <= CHECK_BOUND;
  return { kind: 'check', groups, skipped, worst, bound: CHECK_BOUND, withinBounds };
}

const EMPTY = new Float32Array(0);

/** The gradient's own direction plus as much noise, so that errors across it are seen too. */
function direct(
  module: string,
  names: readonly string[],
  weights: Values,
  gradients: ReadonlyMap<string, Float32Array>,
  own: number,
): { directions: ReadonlyMap<string, Float32Array>; slope: number } {
  const random = stream(1, 'check', module);
  const directions = new Map<string, Float32Array>();
  let slope = 0;
  for (const name of names) {
    const { length } = (weights[name] as HostTensor).data;
    const gradient = gradients.get(name) ?? new Float32Array(length);
    const noise = 0.5 / Math.sqrt(length);
    const direction = Float32Array.from(gradient, (g) => g / own + noise * random.normal());
    gradient.forEach((g, i) => (slope += g * (direction[i] as number)));
    directions.set(name, direction);
  }
  return { directions, slope };
}

const moved = (
  weights: Values,
  directions: ReadonlyMap<string, Float32Array>,
  distance: number,
): Values =>
  Object.fromEntries(
    [...directions].map(([name, direction]) => {
      const { dims, data } = weights[name] as HostTensor;
      const shifted = Float32Array.from(
        data as Float32Array,
        (value, i) => value + distance * (direction[i] as number),
      );
      return [name, { dims, data: shifted }];
    }),
  );

function byModule({ parameters }: Admission): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { name, module } of parameters) {
    const key = module || name;
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return groups;
}

/**
 * A scalar that every output element moves: the product of the scores or hidden states with fixed
 * weights of both signs, added up, and its square beside it so that the slope depends on the output.
 */
function withLoss({ model, logits, hidden }: Admission): Graph {
  const output = logits ?? hidden;
  if (output === null) throw fault('bad-model', 'The model has no output to measure.');
  const { graph } = model;
  const b = createBuilder('check');
  const flat = b.op('Reshape', [output, b.ints([-1])]);
  const positions = b.op('Range', [
    b.ints([0], []),
    b.op('Squeeze', [b.op('Shape', [flat])]),
    b.ints([1], []),
  ]);
  const weight = b.op('Sin', [
    b.op('Mul', [b.op('Cast', [positions], { to: 1 }), b.floats([1.7], [])]),
  ]);
  const bent = b.op('Sin', [b.op('Add', [flat, weight])]);
  const sum = b.op('ReduceMean', [b.op('Mul', [bent, b.op('Add', [flat, weight])])], {
    keepdims: 0,
  });
  b.output(b.alias(sum, 'loss'), 'float32', []);
  const added = b.finish('check');
  return {
    ...graph,
    nodes: [...graph.nodes, ...added.nodes],
    outputs: added.outputs,
    initializers: new Map([...graph.initializers, ...added.initializers]),
  };
}

/** Every symbolic dimension of an input is the batch (first) or the tokens. */
const fixed = (graph: Graph): Graph => ({
  ...graph,
  inputs: graph.inputs.map((port) => ({
    ...port,
    dims: port.dims.map((dim, axis) =>
      typeof dim === 'number' ? dim : axis === 0 ? BATCH : TOKENS,
    ),
  })),
});

function examples({ model, parameters, inputs }: Admission): Values {
  const random = stream(1, 'check', 'tokens');
  const words = parameters.find(({ kind }) => kind === 'embedding');
  const vocabulary = model.graph.initializers.get(words?.name ?? '')?.dims[0] ?? 2;
  const dims = [BATCH, TOKENS];
  return Object.fromEntries(
    model.graph.inputs.map(({ name }): [string, HostTensor] => {
      const data = new BigInt64Array(BATCH * TOKENS);
      if (name === inputs.ids) data.forEach((_, i) => (data[i] = BigInt(random.below(vocabulary))));
      else if (name === inputs.mask) data.fill(1n);
      else if (name === inputs.positions) data.forEach((_, i) => (data[i] = BigInt(i % TOKENS)));
      return [name, { dims, data }];
    }),
  );
}

const only = ({ inputs }: Session, values: Values): Values =>
  Object.fromEntries(inputs.map((name) => [name, values[name] as HostTensor]));

const norm = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
