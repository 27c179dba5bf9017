import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import {
  ENCODER_PRESETS,
  PRETRAINING_PRESETS,
  TAGGER_PRESETS,
  type OutputOf,
  type RecipeOrder,
} from '../../../shared/contract/index.ts';
import { leaf, noun, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { findBase, findRun, findSnapshot } from '../resolve.ts';
import type { JobOptions, Session } from '../session.ts';
import { duration, facts, fixed, sparkline, table } from '../text.ts';
import { isOutside, outsideOptions, trainOutside, type OutsideFlags } from './outside.ts';

/** What is changed of a preset, or the file of a whole recipe. */
export interface RecipeFlags {
  readonly preset: string;
  readonly recipe?: string;
  readonly base?: string;
  readonly epochs?: string;
  readonly learningRate?: string;
  readonly batchSize?: string;
  readonly maxTokens?: string;
  readonly rank?: string;
  readonly task?: string;
  readonly labelField?: string;
  readonly shards?: string;
  readonly seed: string;
  readonly threads: string;
}

export const PRESET_NAMES = [TAGGER_PRESETS, ENCODER_PRESETS, PRETRAINING_PRESETS].flatMap(
  (presets) => Object.keys(presets),
);

export const recipeOptions = (command: Command): Command =>
  command
    .option('--preset <preset>', PRESET_NAMES.join(', '), 'quick')
    .option('--recipe <file>', 'a whole recipe or a preset order as JSON, instead of a preset')
    .option('--base <name>', 'for classic, lora, head: the encoder to start from')
    .option('--epochs <count>', 'instead of what the preset says')
    .option('--learning-rate <rate>', 'instead of what the preset says')
    .option('--batch-size <count>', 'sequences per step, of an encoder')
    .option('--max-tokens <count>', 'longest sequence, of an encoder')
    .option('--rank <count>', 'of the adapters of lora')
    .option('--task <task>', 'spans or documents')
    .option('--label-field <name>', 'for documents: the field or column that holds the class')
    .option('--shards <count>', '2 to 8 models by person: cheap to unlearn, less accurate')
    .option('--seed <number>', 'the same seed gives the same model', '1')
    .option('--threads <count>', 'processor threads', '2');

export function addTrainCommands(program: Program): void {
  const train = noun(program, 'train', 'train a model on this machine');

  leaf<RecipeFlags & OutsideFlags & { snapshot?: string; name?: string }>(program, train, 'run', {
    summary: 'train on a snapshot, or without a vault on a folder; Ctrl+C keeps the checkpoint',
    options: (command) =>
      outsideOptions(
        recipeOptions(
          command
            .option('--snapshot <name>', 'which snapshot')
            .option('--name <name>', 'what the run and its model are called'),
        ),
      ),
    examples: [
      'train run --snapshot first',
      'train run --snapshot first --preset standard --seed 7',
      'train run --snapshot first --preset classic --base "hospital BERT"',
      'train run --snapshot questions --preset quick --task documents --label-field intent',
      'train run --data train/ --dev dev/ --format brat --recipe recipe.json --out model/',
    ],
    local: (within, options) => (isOutside(options) ? trainOutside(within, options) : undefined),
    async run(session, options) {
      const snapshotId = await findSnapshot(session, options.snapshot);
      const recipe = await recipeOrder(session, options);
      const result = await withLossCurve(session, (curve) =>
        session.job(
          'train.run',
          { snapshotId, recipe, ...(options.name !== undefined && { name: options.name }) },
          'Training',
          curve,
        ),
      );
      return { json: result, text: describeRun(result) };
    },
  });

  leaf<{ run?: string }>(program, train, 'resume', {
    summary: 'go on from the last checkpoint of an interrupted run',
    options: (command) => command.option('--run <name>', 'which run'),
    examples: ['train resume', 'train resume --run run_01JD9ZK3V7Q2'],
    async run(session, options) {
      const runId = await findRun(session, options.run);
      const result = await withLossCurve(session, (curve) =>
        session.job('train.resume', { runId }, 'Training', curve),
      );
      return { json: result, text: describeRun(result) };
    },
  });

  leaf<RecipeFlags & { snapshot?: string }>(program, train, 'preview', {
    summary: 'the whole recipe with its hash, and what stands against it; trains nothing',
    options: (command) =>
      recipeOptions(command.option('--snapshot <name>', 'whether it fits this snapshot')),
    examples: ['train preview --preset lora --base "hospital BERT" --snapshot first'],
    async run(session, options) {
      const snapshotId =
        options.snapshot === undefined ? undefined : await findSnapshot(session, options.snapshot);
      const preview = await session.call('recipe.preview', {
        recipe: await recipeOrder(session, options),
        ...(snapshotId !== undefined && { snapshotId }),
      });
      const { recipe, sha256, problems } = preview;
      return {
        json: preview,
        text: [
          JSON.stringify(recipe, null, 2),
          `sha-256 ${sha256}`,
          ...problems.map(({ severity, field, message }) => `${severity}: ${field}: ${message}`),
        ].join('\n'),
        exitCode: problems.some(({ severity }) => severity === 'error') ? 2 : 0,
      };
    },
  });

  leaf(program, train, 'list', {
    summary: 'runs and how they ended; trials of sweeps are listed by `sweep show`',
    examples: ['train list'],
    async run(session) {
      const { items } = await session.call('run.list', {});
      return {
        json: items,
        text: table(
          ['run', 'snapshot', 'state', 'steps', 'loss', 'dev F1', 'time', 'identifier'],
          items.map((each) => [
            each.name,
            each.snapshot,
            each.resumable ? `${each.state}, can be resumed` : each.state,
            each.steps,
            each.lastLoss === null ? null : fixed(each.lastLoss),
            each.devF1 === null ? null : fixed(each.devF1),
            duration(each.seconds),
            each.runId,
          ]),
        ),
      };
    },
  });
}

/** From the file where one is named, else from the preset; a base may be called by its name. */
export async function recipeOrder(session: Session, flags: RecipeFlags): Promise<RecipeOrder> {
  const order = flags.recipe === undefined ? presetOrder(flags) : readOrder(flags.recipe);
  if (order['architecture'] === 'encoder') {
    const wanted = flags.base ?? (order['base'] as string | undefined);
    order['base'] = await findBase(session, wanted);
  }
  // What else is wrong with it, the core says in the same words as to the page.
  return order as RecipeOrder;
}

function presetOrder(flags: RecipeFlags): Record<string, unknown> {
  const { preset } = flags;
  const architecture = Object.hasOwn(TAGGER_PRESETS, preset)
    ? 'tagger'
    : Object.hasOwn(ENCODER_PRESETS, preset)
      ? 'encoder'
      : 'pretraining';
  if (!PRESET_NAMES.includes(preset)) {
    throw usage(`There is no preset "${preset}". There are: ${PRESET_NAMES.join(', ')}.`);
  }
  const numbers = {
    epochs: flags.epochs,
    learningRate: flags.learningRate,
    batchSize: flags.batchSize,
    maxTokens: flags.maxTokens,
    rank: flags.rank,
    shards: flags.shards,
    seed: flags.seed,
    threads: flags.threads,
  };
  const texts = { task: flags.task, labelField: flags.labelField };
  const given = [
    ...Object.entries(numbers).map(([key, value]) => [key, value && Number(value)] as const),
    ...Object.entries(texts),
  ].filter(([, value]) => value !== undefined);
  return { architecture, preset, ...Object.fromEntries(given) };
}

function readOrder(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw usage(`The recipe file ${path} could not be read.`, 'SOURCE_NOT_FOUND');
  }
  try {
    const order: unknown = JSON.parse(text);
    if (typeof order === 'object' && order !== null) return order as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw usage(`The recipe file ${path} is no JSON object.`, 'RECIPE_INVALID');
}

/** Listens to the run while it goes, so that the bar can show loss and score. */
export async function withLossCurve<T>(
  session: Session,
  act: (options: JobOptions<Pick<OutputOf<'train.run'>, 'run'>>) => Promise<T>,
): Promise<T> {
  const losses: number[] = [];
  let devF1: number | null = null;
  const release = session.client.on('run.progressed', ({ point }) => {
    losses.push(point.loss);
    devF1 = point.devF1 ?? devF1;
  });
  const score = (): string => (devF1 === null ? '' : `  dev F1 ${fixed(devF1, 3)}`);
  try {
    return await act({
      extra: () =>
        losses.length === 0
          ? ''
          : `loss ${fixed(losses.at(-1) ?? 0, 3)}${score()}  ${sparkline(losses, 24)}`,
      done: ({ run }) =>
        `${run.steps} steps in ${duration(run.seconds)}, loss ${sparkline(losses)} ${
          run.lastLoss === null ? '' : fixed(run.lastLoss, 3)
        }${score()}`,
    });
  } finally {
    release();
  }
}

export function describeRun({ run, model }: Pick<OutputOf<'train.run'>, 'run' | 'model'>): string {
  return facts([
    ['run', `${run.name} (${run.runId})`],
    ['model', `${model.name} (${model.modelId})`],
    ['steps', run.steps],
    ['loss', run.lastLoss === null ? null : fixed(run.lastLoss)],
    ['dev F1', run.devF1 === null ? null : fixed(run.devF1)],
    ...(run.test
      ? ([['test F1', `${fixed(run.test.f1)} (${run.test.gold} spans or documents)`]] as const)
      : []),
    ...(run.privacy
      ? ([
          [
            'privacy',
            `epsilon ${fixed(Math.min(run.privacy.epsilonPrv, run.privacy.epsilonRdp), 3)} at delta ${run.privacy.delta}, per ${run.privacy.unit}`,
          ],
        ] as const)
      : []),
    ...(run.base ? ([['built on', `${run.base.name} (${run.base.baseId})`]] as const) : []),
    ['time', duration(run.seconds)],
    ['trained on', `${model.documents} documents of ${model.subjects} people`],
    ['recipe', run.recipeSha256],
    ['weights', model.sha256],
  ]);
}
