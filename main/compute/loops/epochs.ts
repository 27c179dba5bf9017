/**
 * The epochs of one run: strips in shuffled order, a step for each, an evaluation after each epoch,
 * checkpoints by the clock, and a plan where there is a time budget.
 */
import { reach, type TaggerConfig, type TaggerGraph } from '../architectures/tagger/index.ts';
import { fault } from '../fault.ts';
import { scheduleFactor } from '../optim/index.ts';
import type { EpochEvaluation, TaggerRecipe, TrainJob, TrainProgress } from '../protocol.ts';
import { shuffle, stream } from '../random.ts';
import type { Session } from '../sessions/index.ts';
import {
  readCheckpoint,
  writeCheckpoint,
  type LoopState,
  type RunIdentity,
  type Weights,
} from './checkpoint.ts';
import { breathe, type LoopHooks } from './hooks.ts';
import { layStrips, type Placement } from './strips.ts';
import { scoreDocuments, tagDocuments } from './tagging.ts';
import { trainingStrip, type EncodedSet } from './taggerData.ts';
import type { Trainer } from './trainer.ts';

const PROGRESS_MS = 400;
const CURVE_POINTS = 400;
/** The first runs of a session are slower: its memory grows. */
const REHEARSALS = { warm: 3, timed: 6 } as const;
/** A whole step, and a forward run of as many tokens, in units of one run of the step graph. */
const [UPDATE_COST, FORWARD_COST] = [1.15, 0.45];

/** The plane that is evaluated and kept. */
export const keptPlane = (recipe: TaggerRecipe): 'a' | 'w' => (recipe.averaging > 0 ? 'a' : 'w');

export interface RunParts {
  readonly job: TrainJob<TaggerRecipe>;
  readonly train: EncodedSet;
  readonly dev: EncodedSet;
  readonly seen: Uint8Array;
  readonly config: TaggerConfig;
  readonly graph: TaggerGraph;
  readonly trainer: Trainer;
  readonly evaluator: Session;
  readonly identity: RunIdentity;
  readonly hooks: LoopHooks;
}

export interface RunEnd {
  readonly state: LoopState;
  readonly best: Weights | null;
  readonly stopped: 'finished' | 'early';
}

export function createRun(parts: RunParts): () => Promise<RunEnd> {
  const { job, train, dev, seen, config, graph, trainer, evaluator, identity, hooks } = parts;
  const { recipe, labels } = job;
  const { arena } = trainer;
  const length = recipe.batchTokens;
  const stripsOf = (epoch: number): Placement[][] => {
    const order = train.documents.map((_, index) => index);
    shuffle(order, stream(recipe.seed, 'epoch', epoch));
    return layStrips(
      train.documents.map(({ tokens }) => tokens.length),
      order,
      { capacity: length, gap: Math.max(...config.dilations), context: reach(config) },
    );
  };
  const stripsPerEpoch = stripsOf(0).length;
  const wantedEpochs = Math.max(
    recipe.epochs,
    Math.ceil((recipe.leastSteps ?? 0) / stripsPerEpoch),
  );
  let best: Weights | null = null;
  let state: LoopState = {
    epoch: 0,
    strip: 0,
    step: 0,
    plannedEpochs: wantedEpochs,
    epochLoss: 0,
    epochTokens: 0,
    curveLoss: 0,
    curveTokens: 0,
    lossCurve: [],
    history: [],
  };
  if (job.resumeFrom) ({ state, best } = readCheckpoint(job.resumeFrom, arena, seen, identity));

  const startStep = state.step;
  const startTime = performance.now();
  let lastProgress = 0;
  let lastCheckpoint = performance.now();
  let stepsSinceMark = 0;
  let markTime = startTime;
  let recentLoss: number | null = null;
  let norm: number | null = null;
  let stepsPerSecond = 0;
  const totalSteps = (): number => state.plannedEpochs * stripsPerEpoch;
  const rate = (): number =>
    recipe.learningRate *
    scheduleFactor(
      {
        shape: recipe.schedule,
        warmupSteps: Math.max(1, Math.round(recipe.warmup * totalSteps())),
        totalSteps: totalSteps(),
      },
      state.step,
    );

  const report = (phase: TrainProgress['phase'], evaluation?: EpochEvaluation): void => {
    const now = performance.now();
    if (phase === 'training' && !evaluation && now - lastProgress < PROGRESS_MS) return;
    lastProgress = now;
    if (now > markTime + PROGRESS_MS && stepsSinceMark > 0) {
      stepsPerSecond = (1000 * stepsSinceMark) / (now - markTime);
      [markTime, stepsSinceMark] = [now, 0];
    }
    const done = state.step - startStep;
    const perStep = done > 0 ? (now - startTime) / 1000 / done : 0;
    hooks.progress({
      kind: 'train',
      phase,
      epoch: Math.min(state.epoch + 1, state.plannedEpochs),
      epochs: state.plannedEpochs,
      step: state.step,
      totalSteps: totalSteps(),
      loss: recentLoss,
      learningRate: rate(),
      gradientNorm: norm,
      stepsPerSecond,
      tokensPerSecond: (stepsPerSecond * train.tokens) / stripsPerEpoch,
      etaSeconds: done > 2 ? Math.max(0, totalSteps() - state.step) * perStep : null,
      ...(evaluation ? { evaluation } : {}),
    });
  };

  const sendCheckpoint = (): void => {
    hooks.checkpoint(state.step, writeCheckpoint(arena, seen, state, best, identity));
    lastCheckpoint = performance.now();
  };

  /** Before each micro-batch: let messages in; a cancel leaves a checkpoint of everything so far. */
  const pause = async (): Promise<void> => {
    try {
      await breathe(hooks);
    } catch (error) {
      if (state.step > 0) sendCheckpoint();
      throw error;
    }
  };

  async function step(strip: readonly Placement[]): Promise<void> {
    const random = stream(recipe.seed, 'step', state.step);
    const batch = trainingStrip(train.documents, strip, length, graph.inputs, recipe, random);
    const loss = await trainer.accumulate(batch.feeds);
    const where = `at step ${state.step + 1}, epoch ${state.epoch + 1}`;
    if (!Number.isFinite(loss))
      throw fault(
        'diverged',
        `Training stopped ${where}: the loss is no longer a number. The newest checkpoint is from before that. Try a smaller learning rate.`,
      );
    norm = trainer.update(state.step + 1, rate(), batch.counted);
    if (!Number.isFinite(norm))
      throw fault(
        'diverged',
        `Training stopped ${where}: the gradients are no longer numbers. The newest checkpoint is from before that. Try a smaller learning rate.`,
      );
    // The average forgets its random start quickly, then at the recipe's pace.
    if (recipe.averaging > 0)
      trainer.average(Math.min(recipe.averaging, (1 + state.step) / (10 + state.step)));
    state.step += 1;
    state.strip += 1;
    stepsSinceMark += 1;
    state.epochLoss += loss;
    state.epochTokens += batch.counted;
    state.curveLoss += loss;
    state.curveTokens += batch.counted;
    const mean = loss / batch.counted;
    recentLoss = recentLoss === null ? mean : 0.9 * recentLoss + 0.1 * mean;
    if (state.step % Math.max(1, Math.floor(totalSteps() / CURVE_POINTS)) === 0) {
      state.lossCurve.push({ step: state.step, loss: state.curveLoss / state.curveTokens });
      state.curveLoss = 0;
      state.curveTokens = 0;
    }
    report('training');
    if (performance.now() - lastCheckpoint > 1000 * recipe.checkpointSeconds) sendCheckpoint();
  }

  /**
   * Turns the time budget into whole epochs before the first step, by rehearsing steps that change
   * nothing: the run is then the same as one whose recipe names that number of epochs.
   */
  async function plan(): Promise<void> {
    if (recipe.timeBudgetSeconds === undefined || state.step > 0) return;
    const random = stream(recipe.seed, 'step', 0);
    const first = stripsOf(0)[0] as Placement[];
    const { feeds } = trainingStrip(train.documents, first, length, graph.inputs, recipe, random);
    let start = performance.now();
    for (let i = 0; i < REHEARSALS.warm + REHEARSALS.timed; i++) {
      await pause();
      if (i === REHEARSALS.warm) start = performance.now();
      await trainer.rehearse(feeds);
    }
    const perRun = (performance.now() - start) / 1000 / REHEARSALS.timed;
    const perEpoch = perRun * (UPDATE_COST * stripsPerEpoch + (FORWARD_COST * dev.tokens) / length);
    const affordable = Math.floor(recipe.timeBudgetSeconds / perEpoch);
    state.plannedEpochs = Math.max(1, Math.min(wantedEpochs, affordable));
  }

  async function evaluate(): Promise<void> {
    if (dev.documents.length === 0) return;
    report('evaluating');
    const plane = keptPlane(recipe);
    const logits = await tagDocuments(
      evaluator,
      trainer.feeds(plane),
      config,
      dev.documents,
      async () => pause(),
    );
    const score = scoreDocuments(dev.documents, logits, labels);
    const record = state.history.reduce((top, entry) => Math.max(top, entry.dev.f1), -1);
    const evaluation: EpochEvaluation = {
      epoch: state.epoch + 1,
      step: state.step,
      trainLoss: state.epochTokens === 0 ? 0 : state.epochLoss / state.epochTokens,
      dev: score,
      best: score.f1 > record,
    };
    state.history.push(evaluation);
    // Tagging the development notes is not part of the speed of training.
    [markTime, stepsSinceMark] = [performance.now(), 0];
    if (evaluation.best)
      best = new Map(arena.parameters.map((p) => [p.name, arena.view(p, plane).slice()]));
    report('training', evaluation);
  }

  const bestEpoch = (): number => state.history.findLast((entry) => entry.best)?.epoch ?? 0;

  return async () => {
    report('preparing');
    await plan();
    let stopped: RunEnd['stopped'] = 'finished';
    while (state.epoch < state.plannedEpochs) {
      const strips = stripsOf(state.epoch);
      while (state.strip < strips.length) {
        await pause();
        await step(strips[state.strip] as Placement[]);
      }
      // The epoch counts as done only after its evaluation: a checkpoint taken while the development
      // notes are tagged has all strips done, and a resumed run goes straight to the evaluation.
      await evaluate();
      state.epoch += 1;
      state.strip = 0;
      state.epochLoss = 0;
      state.epochTokens = 0;
      if (recipe.patience > 0 && state.epoch - bestEpoch() >= recipe.patience) {
        stopped = 'early';
        break;
      }
    }
    report('exporting');
    return { state, best, stopped };
  };
}
