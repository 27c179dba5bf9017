// `train run --data …`: the engine on folders, without a vault. The result is marked as ungoverned, in its
// record and in what is printed.
import type { Command } from 'commander';
import type { Outcome, Program } from '../command.ts';
import { CliFailure, usage } from '../failure.ts';
import { createProgressLine } from '../progress.ts';
import { duration, facts, fixed, sparkline } from '../text.ts';
import type { Workbench } from '../../ipc/index.ts';

type OutsideOrder = Parameters<Workbench['train']>[0];
type OutsideRecord = Extract<
  Awaited<ReturnType<Workbench['train']>>,
  { readonly ok: true }
>['value'];

export interface OutsideFlags {
  readonly data?: string;
  readonly dev?: string;
  readonly test?: string;
  readonly format?: string;
  readonly text?: string;
  readonly label?: string;
  readonly out?: string;
  readonly recipe?: string;
  readonly resume?: boolean;
}

export const outsideOptions = (command: Command): Command =>
  command
    .option('--data <folder>', 'without a vault: train on the documents of this folder or file')
    .option('--dev <folder>', 'without a vault: development documents')
    .option('--test <folder>', 'without a vault: documents to score once at the end')
    .option('--format <format>', 'of --data: auto, brat, conll, jsonl, csv, text', 'auto')
    .option('--text <column>', 'of --data: the column of a table that holds the text')
    .option('--label <column>', 'of --data: the column or field that holds the class')
    .option('--out <folder>', 'without a vault: where the model goes')
    .option('--resume', 'without a vault: go on with the run that was cut short in --out');

export const isOutside = (options: OutsideFlags): boolean => options.data !== undefined;

const FORMATS = ['auto', 'brat', 'conll', 'jsonl', 'csv', 'text'] as const;

export async function trainOutside(program: Program, flags: OutsideFlags): Promise<Outcome> {
  const order = orderOf(flags);
  const { terminal } = program.deps;
  const workbench = await program.deps.workbench();
  const line = createProgressLine(terminal, 'Training');
  const losses: number[] = [];
  let devF1: number | null = null;
  const stop = new AbortController();
  const release = terminal.onInterrupt(() => {
    terminal.note(stop.signal.aborted ? 'Still stopping.' : 'Stopping at the next safe point.');
    stop.abort();
  });
  try {
    const trained = await workbench.train(order, {
      signal: stop.signal,
      onNote: (sentence) => terminal.note(sentence),
      onProgress: (progress) => line.show(progress),
      onTrain({ phase, step, totalSteps, loss, etaSeconds, evaluation }) {
        if (loss !== null) losses.push(loss);
        devF1 = evaluation?.dev.f1 ?? devF1;
        const score = devF1 === null ? '' : `  dev F1 ${fixed(devF1, 3)}`;
        const shown = losses.at(-1);
        line.show(
          {
            stage: phase,
            done: step,
            total: totalSteps > 0 ? totalSteps : null,
            unit: 'steps',
            etaSeconds,
          },
          shown === undefined ? '' : `loss ${fixed(shown, 3)}${score}  ${sparkline(losses, 24)}`,
        );
      },
    });
    if (!trained.ok) {
      line.end(trained.error.code === 'CANCELLED' ? 'cancelled' : 'failed');
      throw new CliFailure({ ...trained.error, code: codeOf(trained.error), correlationId: '' });
    }
    line.end('done');
    return { json: trained.value, text: describe(trained.value, order.out) };
  } finally {
    release();
    workbench.close();
  }
}

const codeOf = (error: { readonly code: string }): CliFailure['error']['code'] =>
  error.code as CliFailure['error']['code'];

function orderOf(flags: OutsideFlags): OutsideOrder {
  const { data, recipe, out, format = 'auto' } = flags;
  if (data === undefined || recipe === undefined || out === undefined) {
    throw usage('Training without a vault needs --data, --recipe and --out.');
  }
  const known = FORMATS.find((one) => one === format);
  if (!known) throw usage(`There is no format "${format}". There are: ${FORMATS.join(', ')}.`);
  return {
    data,
    dev: flags.dev ?? null,
    test: flags.test ?? null,
    format: known,
    textColumn: flags.text ?? null,
    labelField: flags.label ?? null,
    recipeFile: recipe,
    out,
    resume: flags.resume === true,
  };
}

function describe(record: OutsideRecord, out: string): string {
  const { result, data } = record;
  const last = result?.lossCurve.at(-1)?.loss;
  return [
    facts([
      ['model', out],
      ['governed', 'no'],
      ['documents', `${data.train.documents} train, ${data.dev?.documents ?? 0} development`],
      ['labels', data.labels.length === 0 ? null : data.labels.join(', ')],
      ['steps', result?.steps ?? null],
      ['loss', last === undefined ? null : fixed(last)],
      ['dev F1', result?.best ? fixed(result.best.dev.f1) : null],
      ['test F1', result?.test ? fixed(result.test.f1) : null],
      ['time', result ? duration(result.seconds) : null],
      ['engine', result ? `${result.runtime.engine}, ${result.runtime.provider}` : null],
      ['recipe', record.recipeSha256],
      ['data', data.sha256],
      ['weights', result?.modelSha256 ?? null],
    ]),
    record.notice,
  ].join('\n\n');
}
