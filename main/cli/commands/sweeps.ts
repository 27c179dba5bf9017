import { SEARCHABLE, type InputOf, type OutputOf } from '../../../shared/contract/index.ts';
import { leaf, noun, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { findSnapshot, findSweep } from '../resolve.ts';
import { duration, facts, fixed, table } from '../text.ts';
import {
  describeRun,
  recipeOptions,
  recipeOrder,
  withLossCurve,
  type RecipeFlags,
} from './training.ts';

type Dimension = InputOf<'sweep.start'>['plan']['space'][number];

export function addSweepCommands(program: Program): void {
  const sweep = noun(
    program,
    'sweep',
    'search for better settings: random, with successive halving',
  );

  leaf<
    RecipeFlags & {
      snapshot?: string;
      vary: readonly string[];
      trials: string;
      minutes: string;
      eta: string;
      sweepSeed: string;
      name?: string;
    }
  >(program, sweep, 'start', {
    summary: 'train many trials; Ctrl+C keeps what they have reached',
    options: (command) =>
      recipeOptions(
        command
          .option('--snapshot <name>', 'which snapshot')
          .option(
            '--vary <setting>',
            'what to search: learningRate=1e-5..1e-3 (log scale), warmup=0..0.2:uniform, mode.rank=4,8,16; again for more',
            (value: string, all: readonly string[]) => [...all, value],
            [] as readonly string[],
          )
          .option('--trials <count>', 'how many recipes to draw', '9')
          .option('--minutes <count>', 'how long it may take', '60')
          .option('--eta <count>', 'the best 1 in this many goes on, this many times as long', '3')
          .option('--sweep-seed <number>', 'the same seed draws the same trials', '1')
          .option('--name <name>', 'what the sweep is called'),
      ),
    examples: [
      'sweep start --snapshot first --preset lora --base "German BERT" --vary learningRate=1e-5..1e-3 --vary mode.rank=4,8,16 --minutes 120',
      'sweep start --snapshot first --preset quick --epochs 9 --vary learningRate=1e-3..1e-2 --vary dropout=0.1..0.5:uniform --trials 12',
    ],
    async run(session, options) {
      const snapshotId = await findSnapshot(session, options.snapshot);
      const space = options.vary.map(parseDimension);
      if (space.length === 0) throw usage('Say what to vary, e.g. --vary learningRate=1e-4..1e-2.');
      const result = await session.job(
        'sweep.start',
        {
          snapshotId,
          plan: {
            recipe: await recipeOrder(session, options),
            space,
            trials: Number(options.trials),
            budgetMinutes: Number(options.minutes),
            eta: Number(options.eta),
            seed: Number(options.sweepSeed),
          },
          ...(options.name !== undefined && { name: options.name }),
        },
        'Searching',
      );
      return { json: result, text: describeSweep(result) };
    },
  });

  leaf<{ sweep?: string }>(program, sweep, 'resume', {
    summary: 'go on with a sweep that was cut short',
    options: (command) => command.option('--sweep <name>', 'which sweep'),
    examples: ['sweep resume'],
    async run(session, options) {
      const sweepId = await findSweep(session, options.sweep);
      const result = await session.job('sweep.resume', { sweepId }, 'Searching');
      return { json: result, text: describeSweep(result) };
    },
  });

  leaf(program, sweep, 'list', {
    summary: 'sweeps and their best trials',
    examples: ['sweep list'],
    async run(session) {
      const { items } = await session.call('sweep.list', {});
      return {
        json: items,
        text: table(
          ['sweep', 'snapshot', 'state', 'trials', 'best', 'time', 'identifier'],
          items.map((each) => [
            each.name,
            each.snapshot,
            each.resumable ? `${each.state}, can be resumed` : each.state,
            `${each.started}/${each.plan.trials}`,
            each.best === null ? null : fixed(each.best.score),
            duration(each.seconds),
            each.sweepId,
          ]),
        ),
      };
    },
  });

  leaf<{ sweep?: string }>(program, sweep, 'show', {
    summary: 'every trial of a sweep: settings, score at each rung, what became of it',
    options: (command) => command.option('--sweep <name>', 'which sweep'),
    examples: ['sweep show', 'sweep show --sweep "first, sweep of encoder" --json'],
    async run(session, options) {
      const sweepId = await findSweep(session, options.sweep);
      const result = await session.call('sweep.get', { sweepId });
      return { json: result, text: describeSweep(result) };
    },
  });

  leaf<{ sweep?: string; trial?: string; name?: string }>(program, sweep, 'promote', {
    summary: 'make the best trial, or the one named, a model',
    options: (command) =>
      command
        .option('--sweep <name>', 'which sweep')
        .option('--trial <number>', 'instead of the best')
        .option('--name <name>', 'what the model is called'),
    examples: ['sweep promote', 'sweep promote --trial 4 --name "first, tuned"'],
    async run(session, options) {
      const sweepId = await findSweep(session, options.sweep);
      const runId =
        options.trial === undefined
          ? undefined
          : trialOf(await session.call('sweep.get', { sweepId }), options.trial);
      const result = await withLossCurve(session, (curve) =>
        session.job(
          'sweep.promote',
          {
            sweepId,
            ...(runId !== undefined && { runId }),
            ...(options.name !== undefined && { name: options.name }),
          },
          'Training',
          curve,
        ),
      );
      return { json: result, text: describeRun(result) };
    },
  });
}

function trialOf({ trials }: OutputOf<'sweep.get'>, wanted: string): string {
  const found = trials.find(({ number }) => String(number) === wanted);
  if (found?.runId) return found.runId;
  throw usage(`Trial ${wanted} has not been started, or there is none.`, 'NOT_FOUND');
}

/** `name=low..high`, `name=low..high:uniform`, or `name=one,other`. */
export function parseDimension(text: string): Dimension {
  const [, name = '', rest = ''] = /^([\w.]+)=(.+)$/.exec(text) ?? [];
  const setting = SEARCHABLE.find((one) => one === name);
  if (!setting) {
    throw usage(`"${text}" varies nothing known. Settings: ${SEARCHABLE.join(', ')}.`);
  }
  const range = /^([-+.\deE]+)\.\.([-+.\deE]+)(?::(log|uniform))?$/.exec(rest);
  if (!range) {
    return {
      kind: 'choice',
      setting,
      values: rest.split(',').map((value) => valueOf(value.trim())),
    };
  }
  const [low, high] = [Number(range[1]), Number(range[2])];
  if (Number.isNaN(low) || Number.isNaN(high)) throw usage(`"${rest}" is no range of numbers.`);
  // Rates are searched by orders of magnitude unless told otherwise; zero has none.
  const kind = range[3] ?? (setting === 'learningRate' && low > 0 ? 'log' : 'uniform');
  return { kind: kind === 'log' ? 'log' : 'uniform', setting, low, high };
}

const valueOf = (text: string): string | number | boolean =>
  text === 'true' || text === 'false'
    ? text === 'true'
    : text !== '' && !Number.isNaN(Number(text))
      ? Number(text)
      : text;

export function describeSweep({ sweep, trials }: OutputOf<'sweep.get'>): string {
  const settings = trials[0]?.settings.map(({ setting }) => setting) ?? [];
  return [
    facts([
      ['sweep', `${sweep.name} (${sweep.sweepId})`],
      ['state', sweep.resumable ? `${sweep.state}, can be resumed` : sweep.state],
      [
        'scored by',
        sweep.scoredBy === 'loss' ? 'development loss, negated' : `development ${sweep.scoredBy}`,
      ],
      ['time', `${duration(sweep.seconds)} of ${duration(60 * sweep.plan.budgetMinutes)}`],
      ['best', sweep.best && `trial ${sweep.best.number}, ${fixed(sweep.best.score)}`],
    ]),
    table(
      ['trial', ...settings, ...sweep.rungs.map((epochs) => `epoch ${epochs}`), 'state'],
      trials.map((trial) => [
        trial.number,
        ...trial.settings.map(({ value }) => String(value)),
        ...sweep.rungs.map((_, rung) => {
          const score = trial.rungs[rung]?.score;
          return score === undefined ? null : fixed(score);
        }),
        trial.errorCode ?? trial.state,
      ]),
    ),
  ].join('\n\n');
}
