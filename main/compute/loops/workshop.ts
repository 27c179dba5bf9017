/**
 * What every run of a model built here needs: a trainer over the training graph, a session of the
 * inference graph that takes its weights as inputs, and the result that is told of both.
 */
import { TABLE } from '../architectures/tagger/index.ts';
import { encodeModel, liftParameters, sizeOf, type Model } from '../onnx/index.ts';
import { PLANES } from '../optim/index.ts';
import type { TrainResult } from '../protocol.ts';
import { openSession, type HostTensor, type Session } from '../sessions/index.ts';
import type { Weights } from './checkpoint.ts';
import { keptPlane, type Pace, type RunEnd } from './epochs.ts';
import { runtimeFacts } from './hooks.ts';
import { createTrainer, type Trainer } from './trainer.ts';

const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

export interface Workshop {
  readonly trainer: Trainer;
  readonly evaluator: Session;
  feedsOf(weights: Weights): Record<string, HostTensor>;
  /** The weights a run leaves: its best epoch's, else the last ones. */
  weightsOf(end: RunEnd): Weights;
  dispose(): Promise<void>;
}

export interface WorkshopOptions {
  readonly recipe: Pace & {
    readonly weightDecay: number;
    readonly clipNorm: number;
    readonly threads: number;
  };
  readonly training: Model;
  readonly inference: Model;
  /** Prefix of the builder's constants, which do not train. */
  readonly constants: string;
}

export async function openWorkshop(options: WorkshopOptions): Promise<Workshop> {
  const { recipe, training, inference, constants } = options;
  const { threads, weightDecay, clipNorm } = recipe;
  const trainer = createTrainer({
    model: training,
    loss: 'loss',
    parameters: [...training.graph.initializers]
      .filter(([name, tensor]) => !name.startsWith(constants) && sizeOf(tensor.dims) > 0)
      .map(([name, { dims }]) => ({
        name,
        decay: dims.length > 1 && name !== TABLE,
        rows: name === TABLE,
      })),
    settings: { ...ADAM, weightDecay, clipNorm },
    planes: PLANES.filter((plane) => plane !== 'a' || keptPlane(recipe) === 'a'),
    threads,
  });
  const { parameters } = trainer.arena;
  const known = parameters.filter(({ name }) => inference.graph.initializers.has(name));
  const graph = liftParameters(
    inference.graph,
    known.map(({ name }) => name),
  );
  const evaluator = await openSession(encodeModel({ ...inference, graph }), { threads });
  return {
    trainer,
    evaluator,
    feedsOf: (weights) =>
      Object.fromEntries(
        known.map(({ name, dims }) => [name, { dims, data: weights.get(name) as Float32Array }]),
      ),
    weightsOf: ({ best }) =>
      best ?? new Map(parameters.map((p) => [p.name, trainer.arena.view(p, keptPlane(recipe))])),
    async dispose() {
      await trainer.dispose();
      await evaluator.dispose();
    },
  };
}

/** What a finished run says of itself; the caller adds the model and the data. */
export function describeRun(
  { trainer }: Pick<Workshop, 'trainer'>,
  { state, stopped }: RunEnd,
  threads: number,
): Omit<TrainResult, 'model' | 'data' | 'seconds'> {
  return {
    kind: 'train',
    steps: state.step,
    epochs: state.epoch,
    stopped,
    parameters: trainer.arena.parameters.reduce((sum, { size }) => sum + size, 0),
    history: state.history,
    best: state.history.findLast((entry) => entry.best) ?? null,
    lossCurve: state.lossCurve,
    runtime: runtimeFacts(threads),
  };
}
