import { readFileSync } from 'node:fs';
import type { OutputOf } from '../../../shared/contract/index.ts';
import { leaf, noun, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { findDocument, findModel, findProject, findSnapshot } from '../resolve.ts';
import { facts, fixed, printable, table } from '../text.ts';

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
      const { spans, classes } = await session.call('suggest.text', { modelId, text });
      if (classes.length > 0) {
        return {
          json: classes,
          text: table(
            ['class', 'score'],
            classes.map(({ label, score }) => [label, fixed(score, 3)]),
          ),
        };
      }
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
