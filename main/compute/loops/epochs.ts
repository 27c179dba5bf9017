/**
 * The epochs of one run, whatever it trains: micro-batches in the order a course lays them, an update
 * after every `accumulation` of them, an evaluation after each epoch, checkpoints by the clock and by
 * steps, a pause between epochs, and a plan where there is a time budget.
 */
import { fault } from '../fault.ts';
import { scheduleFactor, type ScheduleShape } from '../optim/index.ts';
import type { EpochEvaluation, TrainProgress } from '../protocol.ts';
import { stream, type RandomStream } from '../random.ts';
import {
  readCheckpoint,
  writeCheckpoint,
  type LoopState,
  type RunIdentity,
  type SeenRows,
  type Weights,
} from './checkpoint.ts';
import { breathe, type LoopHooks } from './hooks.ts';
import type { Feeds, Trainer } from './trainer.ts';

const PROGRESS_MS = 400;
const CURVE_POINTS = 400;
/** The first runs of a session are slower: its memory grows. */
const REHEARSALS = { warm: 3, timed: 6 } as const;
/** A whole step, and a forward run of as many tokens, in units of one run of the step graph. */
const [UPDATE_COST, FORWARD_COST] = [1.15, 0.45];

/** The settings of a recipe that decide the walk through the epochs. */
export interface Pace {
  readonly seed: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly schedule: ScheduleShape;
  readonly warmup: number;
  readonly patience: number;
  readonly checkpointSeconds: number;
  readonly checkpointSteps?: number | undefined;
  readonly leastSteps?: number | undefined;
  readonly timeBudgetSeconds?: number | undefined;
  /** Decay of the running average of the weights; 0 or left out: none is kept. */
  readonly averaging?: number | undefined;
  /** Micro-batches per update, one where left out. */
  readonly accumulation?: number | undefined;
}

export interface Batch {
  readonly feeds: Feeds;
  /** Tokens, documents or guesses that count towards the loss. */
  readonly counted: number;
}

export type Judgment = Pick<EpochEvaluation, 'dev' | 'macroF1' | 'devLoss'>;

/** What is trained: its micro-batches, and how the weights of an epoch are judged. */
export interface Course<Item, Drawn extends Batch = Batch> {
  /** Tokens of one epoch, for the speed shown. */
  readonly tokens: number;
  /** The micro-batches of an epoch (from 0), a pure function of seed and epoch. */
  lay(epoch: number): readonly Item[];
  /** One of them with its random masks; a pure function of the item and what `random` draws. */
  draw(item: Item, random: RandomStream): Drawn;
  /**
   * Adds the gradients of a batch and returns its summed loss; left out, the graph's own loss. One that
   * makes several runs of the graph pauses between them, so that a cancel is felt.
   */
  learn?(batch: Drawn, pause: () => Promise<void>): Promise<number>;
  /** Does the work of `learn` and forgets it, to measure its speed; left out, the graph's own. */
  rehearse?(batch: Drawn): Promise<void>;
  /** Where in the data an item lies, as the end of a sentence about it. */
  describe?(item: Item): string;
  /** One evaluation in forward runs of a micro-batch's size; 0 when there is nothing to judge by. */
  readonly evaluationRuns: number;
  evaluate(pause: () => Promise<void>): Promise<Judgment>;
  /** What the best epoch and early stopping go by; greater is better. */
  merit(judgment: Judgment): number;
}

export interface RunParts<Item, Drawn extends Batch = Batch> {
  readonly pace: Pace;
  readonly course: Course<Item, Drawn>;
  readonly trainer: Trainer;
  /** Rows of row tables that occur in the training data. */
  readonly seen: SeenRows;
  readonly identity: RunIdentity;
  readonly resumeFrom?: Uint8Array | undefined;
  readonly pauseAfterEpoch?: number | undefined;
  readonly hooks: LoopHooks;
}

export interface RunEnd {
  readonly state: LoopState;
  readonly best: Weights | null;
  readonly stopped: 'finished' | 'early' | 'paused';
}

/** The plane that is evaluated and kept. */
export const keptPlane = ({ averaging = 0 }: Pick<Pace, 'averaging'>): 'a' | 'w' =>
  averaging > 0 ? 'a' : 'w';

/** @throws Fault 'diverged', 'canceled', or 'bad-request' for a checkpoint of another run. */
export function createRun<Item, Drawn extends Batch = Batch>(
  parts: RunParts<Item, Drawn>,
): () => Promise<RunEnd> {
  const { pace, course, trainer, seen, identity, hooks } = parts;
  const { arena } = trainer;
  const { averaging = 0, accumulation = 1 } = pace;
  const stepsPerEpoch = Math.ceil(course.lay(0).length / accumulation);
  const wantedEpochs = Math.max(pace.epochs, Math.ceil((pace.leastSteps ?? 0) / stepsPerEpoch));
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
  if (parts.resumeFrom) ({ state, best } = readCheckpoint(parts.resumeFrom, arena, seen, identity));

  const startStep = state.step;
  const startTime = performance.now();
  let lastProgress = 0;
  let lastCheckpoint = { time: performance.now(), step: state.step };
  let stepsSinceMark = 0;
  let markTime = startTime;
  let recentLoss: number | null = null;
  let norm: number | null = null;
  let stepsPerSecond = 0;
  const totalSteps = (): number => state.plannedEpochs * stepsPerEpoch;
  const rate = (): number =>
    pace.learningRate *
    scheduleFactor(
      {
        shape: pace.schedule,
        warmupSteps: Math.max(1, Math.round(pace.warmup * totalSteps())),
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
      tokensPerSecond: (stepsPerSecond * course.tokens) / stepsPerEpoch,
      etaSeconds: done > 2 ? Math.max(0, totalSteps() - state.step) * perStep : null,
      ...(evaluation ? { evaluation } : {}),
    });
  };

  const sendCheckpoint = (): void => {
    hooks.checkpoint(state.step, writeCheckpoint(arena, seen, state, best, identity));
    lastCheckpoint = { time: performance.now(), step: state.step };
  };

  /**
   * Before each micro-batch: let messages in; a cancel leaves a checkpoint of every finished step.
   * Gradients of a step that is cut short are not in it: the resumed run makes that step again.
   */
  const pause = async (): Promise<void> => {
    try {
      await breathe(hooks);
    } catch (error) {
      if (state.step > 0) sendCheckpoint();
      throw error;
    }
  };

  const learn = (batch: Drawn): Promise<number> =>
    course.learn ? course.learn(batch, pause) : trainer.accumulate(batch.feeds);

  const diverged = (what: string) =>
    fault(
      'diverged',
      `Training stopped at step ${state.step + 1}, epoch ${state.epoch + 1}: ${what}. The newest checkpoint is from before that. Try a smaller learning rate.`,
    );

  async function step(items: readonly Item[]): Promise<void> {
    const random = stream(pace.seed, 'step', state.step);
    let [loss, counted] = [0, 0];
    for (const item of items) {
      await pause();
      const batch = course.draw(item, random);
      const value = await learn(batch);
      if (!Number.isFinite(value))
        throw diverged(`the loss is no longer a number${course.describe?.(item) ?? ''}`);
      loss += value;
      counted += batch.counted;
    }
    norm = trainer.update(state.step + 1, rate(), counted > 0 ? counted : 1);
    if (!Number.isFinite(norm)) throw diverged('the gradients are no longer numbers');
    // The average forgets its random start quickly, then at the recipe's pace.
    if (averaging > 0) trainer.average(Math.min(averaging, (1 + state.step) / (10 + state.step)));
    state.step += 1;
    state.strip += items.length;
    stepsSinceMark += 1;
    state.epochLoss += loss;
    state.epochTokens += counted;
    state.curveLoss += loss;
    state.curveTokens += counted;
    const mean = counted > 0 ? loss / counted : 0;
    recentLoss = recentLoss === null ? mean : 0.9 * recentLoss + 0.1 * mean;
    if (state.step % Math.max(1, Math.floor(totalSteps() / CURVE_POINTS)) === 0) {
      state.lossCurve.push({
        step: state.step,
        loss: state.curveTokens > 0 ? state.curveLoss / state.curveTokens : 0,
      });
      state.curveLoss = 0;
      state.curveTokens = 0;
    }
    report('training');
    const { checkpointSeconds, checkpointSteps = Infinity } = pace;
    const late = performance.now() - lastCheckpoint.time > 1000 * checkpointSeconds;
    if (late || state.step - lastCheckpoint.step >= checkpointSteps) sendCheckpoint();
  }

  /**
   * Turns the time budget into whole epochs before the first step, by rehearsing steps that change
   * nothing: the run is then the same as one whose recipe names that number of epochs.
   */
  async function plan(): Promise<void> {
    if (pace.timeBudgetSeconds === undefined || state.step > 0) return;
    const items = course.lay(0);
    const batch = course.draw(items[0] as Item, stream(pace.seed, 'step', 0));
    let start = performance.now();
    for (let i = 0; i < REHEARSALS.warm + REHEARSALS.timed; i++) {
      await pause();
      if (i === REHEARSALS.warm) start = performance.now();
      await (course.rehearse ? course.rehearse(batch) : trainer.rehearse(batch.feeds));
    }
    const perRun = (performance.now() - start) / 1000 / REHEARSALS.timed;
    const perEpoch = perRun * (UPDATE_COST * items.length + FORWARD_COST * course.evaluationRuns);
    const affordable = Math.floor(pace.timeBudgetSeconds / perEpoch);
    state.plannedEpochs = Math.max(1, Math.min(wantedEpochs, affordable));
  }

  async function evaluate(): Promise<void> {
    if (course.evaluationRuns === 0) return;
    report('evaluating');
    const judgment = await course.evaluate(pause);
    const merit = course.merit(judgment);
    if (Number.isNaN(merit)) throw diverged('the development score is no longer a number');
    const evaluation: EpochEvaluation = {
      epoch: state.epoch + 1,
      step: state.step,
      trainLoss: state.epochTokens === 0 ? 0 : state.epochLoss / state.epochTokens,
      ...judgment,
      best: state.history.every((entry) => course.merit(entry) < merit),
    };
    state.history.push(evaluation);
    // Judging the development documents is not part of the speed of training.
    [markTime, stepsSinceMark] = [performance.now(), 0];
    if (evaluation.best)
      best = new Map(arena.parameters.map((p) => [p.name, arena.view(p, keptPlane(pace)).slice()]));
    report('training', evaluation);
  }

  const bestEpoch = (): number => state.history.findLast((entry) => entry.best)?.epoch ?? 0;
  const tired = (): boolean =>
    pace.patience > 0 && course.evaluationRuns > 0 && state.epoch - bestEpoch() >= pace.patience;

  return async () => {
    report('preparing');
    await plan();
    let stopped: RunEnd['stopped'] = 'finished';
    while (state.epoch < state.plannedEpochs) {
      if (tired()) {
        stopped = 'early';
        break;
      }
      if (state.epoch >= (parts.pauseAfterEpoch ?? Infinity)) {
        stopped = 'paused';
        sendCheckpoint();
        break;
      }
      const items = course.lay(state.epoch);
      while (state.strip < items.length)
        await step(items.slice(state.strip, state.strip + accumulation));
      // The epoch counts as done only after its evaluation: a checkpoint taken while the development
      // documents are judged has all steps done, and a resumed run goes straight to the evaluation.
      await evaluate();
      state.epoch += 1;
      state.strip = 0;
      state.epochLoss = 0;
      state.epochTokens = 0;
    }
    if (tired() && stopped === 'finished') stopped = 'early';
    // A pause at the very end leaves a checkpoint too: going on from it only exports.
    if (stopped === 'finished' && state.epoch >= (parts.pauseAfterEpoch ?? Infinity)) {
      stopped = 'paused';
      sendCheckpoint();
    }
    report('exporting');
    return { state, best, stopped };
  };
}
