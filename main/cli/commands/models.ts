import { readFileSync } from 'node:fs';
import type { OutputOf } from '../../../shared/contract/index.ts';
import { leaf, noun, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { findDocument, findModel, findProject, findRun, findSnapshot } from '../resolve.ts';
import type { JobOptions, Session } from '../session.ts';
import { duration, facts, fixed, printable, sparkline, table } from '../text.ts';

export function addTrainCommands(program: Program): void {
  const train = noun(program, 'train', 'train a model on this machine');

  leaf<{
    snapshot?: string;
    preset: string;
    epochs?: string;
    learningRate?: string;
    seed: string;
    threads: string;
    name?: string;
  }>(program, train, 'run', {
    summary: 'train the tagger on a snapshot; Ctrl+C stops and keeps the checkpoint',
    options: (command) =>
      command
        .option('--snapshot <name>', 'which snapshot')
        .option('--preset <preset>', 'quick or standard', 'quick')
        .option('--epochs <count>', 'instead of what the preset says')
        .option('--learning-rate <rate>', 'instead of what the preset says')
        .option('--seed <number>', 'the same seed gives the same model', '1')
        .option('--threads <count>', 'processor threads', '2')
        .option('--name <name>', 'what the run and its model are called'),
    examples: [
      'train run --snapshot first',
      'train run --snapshot first --preset standard --seed 7',
    ],
    async run(session, options) {
      const snapshotId = await findSnapshot(session, options.snapshot);
      const result = await withLossCurve(session, (curve) =>
        session.job(
          'train.run',
          {
            snapshotId,
            recipe: {
              architecture: 'tagger',
              preset: options.preset as 'quick',
              seed: Number(options.seed),
              threads: Number(options.threads),
              ...(options.epochs !== undefined && { epochs: Number(options.epochs) }),
              ...(options.learningRate !== undefined && {
                learningRate: Number(options.learningRate),
              }),
            },
            ...(options.name !== undefined && { name: options.name }),
          },
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

  leaf(program, train, 'list', {
    summary: 'runs and how they ended',
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

/** Listens to the run while it goes, so that the bar can show loss and score. */
export async function withLossCurve<T>(
  session: Session,
  act: (options: JobOptions<OutputOf<'train.run'>>) => Promise<T>,
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

export function describeRun({ run, model }: OutputOf<'train.run'>): string {
  return facts([
    ['run', `${run.name} (${run.runId})`],
    ['model', `${model.name} (${model.modelId})`],
    ['steps', run.steps],
    ['loss', run.lastLoss === null ? null : fixed(run.lastLoss)],
    ['dev F1', run.devF1 === null ? null : fixed(run.devF1)],
    ['time', duration(run.seconds)],
    ['trained on', `${model.documents} documents of ${model.subjects} people`],
    ['recipe', run.recipeSha256],
    ['weights', model.sha256],
  ]);
}

export function addEvaluateCommands(program: Program): void {
  const evaluate = noun(program, 'evaluate', 'how good a model is');
  leaf<{ model?: string; snapshot?: string; split: string }>(program, evaluate, 'run', {
    summary: 'span scores and the token-level classification report',
    options: (command) =>
      command
        .option('--model <name>', 'which model')
        .option('--snapshot <name>', 'another snapshot than it was trained on')
        .option('--split <part>', 'train, dev, test', 'dev'),
    examples: ['evaluate run', 'evaluate run --model first --split test --json'],
    async run(session, options) {
      const evaluation = await session.job(
        'evaluate.run',
        {
          modelId: await findModel(session, options.model),
          split: options.split as 'dev',
          ...(options.snapshot !== undefined && {
            snapshotId: await findSnapshot(session, options.snapshot),
          }),
        },
        'Evaluating',
      );
      return { json: evaluation, text: describeEvaluation(evaluation) };
    },
  });
}

export function describeEvaluation(evaluation: OutputOf<'evaluate.run'>): string {
  const { exact } = evaluation;
  const row = (each: (typeof exact)['micro'], name = each.name) => [
    name,
    fixed(each.precision),
    fixed(each.recall),
    fixed(each.f1),
    each.support,
  ];
  const { interval } = exact;
  return [
    `${evaluation.model} on ${evaluation.snapshot}, ${evaluation.split}: ${evaluation.documents} documents, ${evaluation.tokens} tokens`,
    'Spans, exact (start, end and label):',
    table(
      ['label', 'precision', 'recall', 'F1', 'support'],
      [
        ...exact.perLabel.map((each) => row(each)),
        row(exact.micro, 'micro'),
        row(exact.macro, 'macro'),
        row(exact.weighted, 'weighted'),
      ],
    ),
    facts([
      [
        'exact micro F1',
        interval
          ? `${fixed(exact.micro.f1)} (95 % ${fixed(interval.low)} to ${fixed(interval.high)})`
          : fixed(exact.micro.f1),
      ],
      ['seqeval default micro F1', fixed(evaluation.seqevalDefault.micro.f1)],
      ['seqeval strict micro F1', fixed(evaluation.seqevalStrict.micro.f1)],
    ]),
    'Tokens, classification report:',
    evaluation.classificationReport.trimEnd(),
  ].join('\n\n');
}

export function addSuggestCommand(program: Program): void {
  leaf<{ model?: string; document?: string; project?: string }>(program, program.root, 'suggest', {
    summary: 'let a model mark a text file, standard input (-) or a document of a project',
    arguments: '[file]',
    options: (command) =>
      command
        .option('--model <name>', 'which model')
        .option('--document <name>', 'a document of the vault instead of a file')
        .option('--project <name>', 'the project the document belongs to'),
    examples: [
      'suggest note.txt',
      'suggest - < note.txt',
      'suggest --document note-17 --project names',
    ],
    async run(session, options, [file]) {
      const modelId = await findModel(session, options.model);
      if (options.document !== undefined) {
        const projectId = await findProject(session, options.project);
        const documentId = await findDocument(session, options.document, null);
        const { suggestions } = await session.call('suggest.document', {
          modelId,
          projectId,
          documentId,
        });
        return { json: suggestions, text: describeSpans(suggestions) };
      }
      if (file === undefined) throw usage('Say a file, - for standard input, or --document.');
      const text = file === '-' ? await session.terminal.readDescriptor(0) : readText(file);
      const { spans } = await session.call('suggest.text', { modelId, text });
      return { json: spans, text: describeSpans(spans, text) };
    },
  });
}

type Scored = OutputOf<'suggest.text'>['spans'][number];

export function describeSpans(spans: readonly Scored[], text?: string): string {
  if (spans.length === 0) return 'Nothing found.';
  return table(
    ['label', 'start', 'end', 'score', ...(text === undefined ? [] : ['text'])],
    spans.map(({ label, start, end, score }) => [
      label,
      start,
      end,
      fixed(score, 3),
      ...(text === undefined ? [] : [printable(text.slice(start, end))]),
    ]),
  );
}

function readText(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES') {
      throw usage(
        `The file ${path} could not be read (${code}).`,
        code === 'EACCES' ? 'NO_PERMISSION' : 'SOURCE_NOT_FOUND',
      );
    }
    throw usage(`The file ${path} is not UTF-8 text.`, 'SOURCE_UNREADABLE');
  }
}
