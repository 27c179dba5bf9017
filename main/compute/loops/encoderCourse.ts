/**
 * How an encoder walks through its epochs: which sequences make an update is the rule's business, how
 * they are cut into passes is a matter of speed alone, and the development texts judge each epoch.
 */
import {
  cutPasses,
  inputFeeds,
  planPasses,
  targetFeed,
  type Objective,
  type Pass,
  type PassPlan,
  type Ports,
} from '../architectures/encoder/index.ts';
import type { EncoderRecipe } from '../protocol.ts';
import type { EncoderSet, Window } from './encoderData.ts';
import { judgeDocuments, judgeUnits, scoreTexts, type Scorer } from './encoderScores.ts';
import type { Batch, Course, Judgment } from './epochs.ts';
import type { Feeds, Trainer } from './trainer.ts';
import type { UpdateRule } from './updateRule.ts';

/** Documents that a sentence about a failure names. */
const NAMED = 8;

export interface EncoderBatch extends Batch {
  readonly passes: readonly Pass[];
}

export interface CourseParts {
  readonly recipe: EncoderRecipe;
  readonly labels: readonly string[];
  readonly train: EncoderSet;
  readonly dev: EncoderSet;
  readonly objective: Objective;
  readonly ports: Ports;
  readonly trainer: Trainer;
  readonly rule: UpdateRule;
  readonly scorer: Scorer;
}

export function createCourse(parts: CourseParts): Course<readonly number[], EncoderBatch> {
  const { recipe, labels, train, dev, objective, ports, trainer, rule, scorer } = parts;
  const { windows } = train;
  const perToken = recipe.task === 'spans';
  const lengths = windows.map(({ ids }) => ids.length);
  const plan = planPasses(
    rule.lay(0).flatMap((members) => members.map((index) => lengths[index] as number)),
    recipe,
  );
  const feedsOf = ({ members, length }: Pass): Feeds => {
    const part = members.map((index) => windows[index] as Window);
    return {
      ...inputFeeds(part, plan.rows, length, ports),
      ...targetFeed(part, plan.rows, length, objective, perToken).feeds,
    };
  };
  return {
    tokens: train.tokens,
    lay: (epoch) => rule.lay(epoch),
    draw(members) {
      const passes = cutPasses(members, lengths, plan);
      const counted = rule.divisor ?? weightOf(members, windows, objective);
      return { feeds: passes[0] ? feedsOf(passes[0]) : {}, passes, counted };
    },
    async learn({ passes }, pause) {
      let loss = 0;
      for (const [index, pass] of passes.entries()) {
        if (index > 0) await pause();
        loss += await trainer.accumulate(feedsOf(pass));
        if (!Number.isFinite(loss)) return loss;
      }
      rule.finish?.(trainer);
      return loss;
    },
    describe(members) {
      const ids = new Set(members.map((index) => train.texts[windows[index]?.text ?? 0]?.id));
      const named = [...ids].slice(0, NAMED).join(', ');
      return `, in a batch of the documents ${named}${ids.size > NAMED ? ' and others' : ''}`;
    },
    evaluationRuns: dev.tokens / passTokens(plan),
    async evaluate(pause) {
      return judge(await scoreTexts(scorer, dev.texts, dev.windows, perToken, pause), dev);
    },
    merit: (judgment) => meritOf(recipe, judgment),
  };

  function judge(scores: readonly Float32Array[], set: EncoderSet): Required<Judgment> {
    return (perToken ? judgeUnits : judgeDocuments)(set.texts, scores, labels);
  }
}

export function meritOf({ selectBy }: EncoderRecipe, judgment: Judgment): number {
  switch (selectBy) {
    case 'f1':
      return judgment.dev.f1;
    case 'macroF1':
      return judgment.macroF1 ?? 0;
    case 'loss':
      return -(judgment.devLoss ?? Infinity);
  }
}

const passTokens = ({ rows, lengths }: PassPlan): number => rows * (lengths.at(-1) ?? 1);

/** The sum of the weights of what an update counts: tokens, or shares of documents. */
function weightOf(
  members: readonly number[],
  windows: readonly Window[],
  { weights }: Objective,
): number {
  let sum = 0;
  for (const index of members) {
    const { labels, share } = windows[index] as Window;
    for (const label of labels) if (label >= 0) sum += share * (weights?.[label] ?? 1);
  }
  return sum;
}
