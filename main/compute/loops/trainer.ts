/**
 * Trains any graph with a scalar loss: lifts the parameters to inputs, differentiates the graph once
 * per shape of batch, runs it, and updates the parameters in place. Architectures bring a graph and
 * batches; recipes, epochs and scores are the loop's business.
 */
import { differentiate, type Gradient, type Target } from '../autodiff/index.ts';
import {
  encodeModel,
  floatsOf,
  liftParameters,
  specialize,
  type Model,
  type Tensor,
} from '../onnx/index.ts';
import {
  createAdamW,
  createArena,
  type AdamWSettings,
  type Arena,
  type ParameterSpec,
  type Plane,
} from '../optim/index.ts';
import { openSession, probe, type HostTensor, type Session } from '../sessions/index.ts';

export type Feeds = Readonly<Record<string, HostTensor>>;

export interface TrainerOptions {
  readonly model: Model;
  /** Name of the scalar output, a sum over examples: it is divided once per update. */
  readonly loss: string;
  readonly parameters: readonly Omit<ParameterSpec, 'dims'>[];
  /**
   * Weights that stay as they are, fed like the others: the sessions of all shapes then share one copy,
   * where initializers would be copied into each.
   */
  readonly frozen?: readonly string[];
  readonly settings: AdamWSettings;
  readonly threads: number;
  /** Kept per parameter; all where left out. */
  readonly planes?: readonly Plane[];
  /** Makes the step graph of one shape; private training bounds the share of each sequence in it. */
  readonly differentiate?: typeof differentiate;
}

export interface Trainer {
  readonly arena: Arena;
  /** Adds the gradients of one micro-batch; returns its summed loss. */
  accumulate(feeds: Feeds): Promise<number>;
  /** Adds values to the gradient of a parameter, as noise is. */
  addGradient(name: string, values: Float32Array): void;
  /** Runs one micro-batch and forgets it; for measuring the speed of a step. */
  rehearse(feeds: Feeds): Promise<void>;
  /** Applies the accumulated gradients; see Optimizer.apply. */
  update(step: number, rate: number, divisor: number): number;
  /** average += (1 - decay)·(w - average). */
  average(decay: number): void;
  /** The parameters of one plane, and what is frozen, as feeds: views without a copy. */
  feeds(plane: Plane): Record<string, HostTensor>;
  dispose(): Promise<void>;
}

/** Sessions kept for shapes seen lately; each holds its own activations, hence few. */
const MAX_SESSIONS = 6;

interface Step {
  readonly session: Session;
  readonly gradients: ReadonlyMap<string, Gradient>;
  readonly inputs: ReadonlySet<string>;
}

export function createTrainer(options: TrainerOptions): Trainer {
  const { model, loss, threads, differentiate: derive = differentiate } = options;
  const specs = options.parameters.map((parameter): ParameterSpec => {
    const tensor = model.graph.initializers.get(parameter.name);
    if (!tensor) throw new Error(`The graph has no parameter "${parameter.name}"`);
    return { ...parameter, dims: tensor.dims };
  });
  const arena = createArena(specs, options.planes);
  for (const parameter of arena.parameters) {
    const values = floatsOf(model.graph.initializers.get(parameter.name) as Tensor);
    arena.view(parameter, 'w').set(values);
    if (arena.planes.includes('a')) arena.view(parameter, 'a').set(values);
  }
  const frozen = Object.fromEntries(
    (options.frozen ?? []).map((name): [string, HostTensor] => {
      const tensor = model.graph.initializers.get(name);
      if (!tensor) throw new Error(`The graph has no weight "${name}"`);
      return [name, { dims: tensor.dims, data: floatsOf(tensor) }];
    }),
  );
  const optimizer = createAdamW(arena, options.settings);
  const lifted = liftParameters(model.graph, [
    ...specs.map((spec) => spec.name),
    ...Object.keys(frozen),
  ]);
  const targets = specs.map((spec): Target => ({ name: spec.name, rows: spec.rows }));
  const steps = new Map<string, Step>();

  const planeFeeds = (plane: Plane): Record<string, HostTensor> => ({
    ...frozen,
    ...Object.fromEntries(
      arena.parameters.map((parameter) => [
        parameter.name,
        { dims: parameter.dims, data: arena.view(parameter, plane) },
      ]),
    ),
  });
  const weights = planeFeeds('w');

  async function stepFor(feeds: Feeds): Promise<Step> {
    const key = Object.entries(feeds)
      .map(([name, tensor]) => `${name}:${tensor.dims.join('x')}`)
      .join(' ');
    const known = steps.get(key);
    if (known) {
      steps.delete(key);
      steps.set(key, known);
      return known;
    }
    const dims: Record<string, number> = {};
    for (const port of lifted.inputs)
      port.dims.forEach((dim, axis) => {
        if (typeof dim === 'string') dims[dim] = feeds[port.name]?.dims[axis] ?? 1;
      });
    const fixed = { ...model, graph: specialize(lifted, dims) };
    const facts = await probe(fixed, { ...feeds, ...weights }, threads);
    const { graph, gradients } = derive(fixed.graph, facts, loss, targets);
    const session = await openSession(encodeModel({ ...model, graph }), {
      threads,
      memory: 'returned',
    });
    const step = { session, gradients, inputs: new Set(session.inputs) };
    steps.set(key, step);
    if (steps.size > MAX_SESSIONS) {
      const [oldest, evicted] = steps.entries().next().value as [string, Step];
      steps.delete(oldest);
      await evicted.session.dispose();
    }
    return step;
  }

  const run = ({ session, inputs }: Step, feeds: Feeds): Promise<Record<string, HostTensor>> =>
    session.run(
      Object.fromEntries(
        Object.entries({ ...feeds, ...weights }).filter(([name]) => inputs.has(name)),
      ),
    );

  return {
    arena,
    async rehearse(feeds) {
      await run(await stepFor(feeds), feeds);
    },
    async accumulate(feeds) {
      const step = await stepFor(feeds);
      const out = await run(step, feeds);
      const { gradients } = step;
      const value = (name: string): HostTensor => (out[name] ?? feeds[name]) as HostTensor;
      for (const [name, gradient] of gradients) {
        if (gradient.kind === 'dense')
          optimizer.accumulate(name, value(gradient.value).data as Float32Array);
        else
          for (const part of gradient.parts)
            optimizer.accumulateRows(
              name,
              value(part.indices).data as Int32Array,
              value(part.value).data as Float32Array,
              part.repeat,
            );
      }
      return Number((out[loss] as HostTensor).data[0]);
    },
    addGradient: (name, values) => optimizer.accumulate(name, values),
    update: (step, rate, divisor) => optimizer.apply(step, rate, divisor),
    average(decay) {
      for (const { addresses, bytes } of arena.parameters)
        arena.kernels.blend(addresses.a, addresses.w, bytes, 1 - decay);
    },
    feeds: planeFeeds,
    async dispose() {
      for (const { session } of steps.values()) await session.dispose();
      steps.clear();
    },
  };
}
