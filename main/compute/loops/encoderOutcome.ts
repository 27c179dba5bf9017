/**
 * What a finished run of an encoder hands over: the folder, its score on the test documents, the
 * temperature of its probabilities, and an eight-bit file where that is as good.
 */
import { quantize, type EncoderBuild, type EncoderConfig } from '../architectures/encoder/index.ts';
import { encodeModel, type Model } from '../onnx/index.ts';
import type { EncoderRecipe, ModelBundle, TrainResult } from '../protocol.ts';
import { openSession } from '../sessions/index.ts';
import type { Weights } from './checkpoint.ts';
import type { EncoderSet } from './encoderData.ts';
import { packEncoder } from './encoderFolder.ts';
import { judgeDocuments, judgeUnits, scoreTexts, type Scorer } from './encoderScores.ts';
import type { RunEnd } from './epochs.ts';
import { breathe, type LoopHooks } from './hooks.ts';
import { fitTemperature } from './temperature.ts';

/** F1 that the eight-bit file may cost. */
const INT8_BOUND = 0.005;

export interface OutcomeParts {
  readonly recipe: EncoderRecipe;
  readonly labels: readonly string[];
  readonly classes: readonly string[];
  readonly base: ModelBundle;
  readonly config: EncoderConfig;
  readonly build: EncoderBuild;
  readonly weights: Weights;
  readonly stopped: RunEnd['stopped'];
  /** Runs the chosen weights. */
  readonly scorer: Scorer;
  readonly dev: EncoderSet;
  readonly test: EncoderSet;
  readonly hooks: LoopHooks;
}

/** A paused run hands over its weights as they are, without what only an end is worth. */
export async function finishEncoder(
  parts: OutcomeParts,
): Promise<Pick<TrainResult, 'model' | 'test' | 'int8'>> {
  const { recipe, labels, classes, base, config, build, weights, scorer, dev, test, hooks } = parts;
  const { task, alignment, maxTokens, overlap } = recipe;
  const perToken = task === 'spans';
  const score = (set: EncoderSet, by: Scorer = scorer): Promise<Float32Array[]> =>
    scoreTexts(by, set.texts, set.windows, perToken, () => breathe(hooks));
  const f1Of = (set: EncoderSet, scores: readonly Float32Array[]) =>
    (perToken ? judgeUnits : judgeDocuments)(set.texts, scores, labels).dev;
  const ended = parts.stopped !== 'paused';
  const judged = ended && dev.texts.length > 0;
  const scores = judged ? await score(dev) : [];
  const finished = build.finished(weights);
  const int8 = judged ? await tryInt8(finished) : null;
  const own = {
    version: 1,
    ...{ task, alignment, maxTokens, overlap },
    temperature: judged && perToken ? fitTemperature(answersOf(dev), scores) : 1,
  } as const;
  return {
    model: packEncoder({
      ...{ base, config, own, classes, build, weights },
      onnx: encodeModel(finished),
      int8: int8?.file,
    }),
    ...(recipe.testAtEnd &&
      ended &&
      test.texts.length > 0 && { test: f1Of(test, await score(test)) }),
    ...(int8 && { int8: int8.facts }),
  };

  async function tryInt8(
    full: Model,
  ): Promise<{ file: Uint8Array | undefined; facts: TrainResult['int8'] } | null> {
    const { model, products } = quantize(full, new Set([build.head.weight]));
    if (products === 0) return null;
    const file = encodeModel(model);
    const session = await openSession(file, { threads: recipe.threads });
    try {
      const { f1 } = f1Of(dev, await score(dev, { ...scorer, session, weights: {} }));
      const { f1: fullF1 } = f1Of(dev, scores);
      const offered = f1 >= fullF1 - INT8_BOUND;
      return {
        file: offered ? file : undefined,
        facts: { offered, f1, fullF1, bound: INT8_BOUND },
      };
    } finally {
      await session.dispose();
    }
  }
}

const answersOf = ({ texts }: EncoderSet) => texts.map(({ classes }) => ({ tags: classes }));
