import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createAtomicFile, failureOf } from '../../platform/index.ts';
import { leaf, noun, type Program } from '../command.ts';
import { CliFailure, usage } from '../failure.ts';
import { findBase, findModel } from '../resolve.ts';
import { withAsk, withSecond, type AskOptions } from '../second.ts';
import type { Session } from '../session.ts';
import { bytes, table } from '../text.ts';
import { describeInspection } from './compute.ts';
import { addUnlearningCommands } from './unlearning.ts';

export function addModelCommands(program: Program): void {
  const model = noun(program, 'model', 'models of this vault, and encoders brought from outside');

  leaf<{ name?: string; licence?: string; inferenceOnly?: boolean; check?: boolean }>(
    program,
    model,
    'import',
    {
      summary: 'inspect a model folder or .zip and store it, to build models on',
      arguments: '<path>',
      options: (command) =>
        command
          .option('--name <name>', 'what to call it (default: the name of the folder)')
          .option('--licence <licence>', 'where its files name none')
          .option('--inference-only', 'also where it can only predict')
          .option('--check', 'only look: nothing is stored'),
      examples: [
        'model import /media/stick/bert-base-german/ --check',
        'model import /media/stick/bert-base-german.zip --name "German BERT" --licence MIT',
      ],
      async run(session, options, [path = '']) {
        const source = { kind: 'path', path: resolve(path) } as const;
        if (options.check) {
          const report = await session.job('base.inspect', { source }, 'Inspecting');
          return {
            json: report,
            text: describeInspection(report),
            exitCode: report.verdict === 'refused' ? 1 : 0,
          };
        }
        const imported = await session.job(
          'base.import',
          {
            source,
            inferenceOnly: options.inferenceOnly === true,
            ...(options.name !== undefined && { name: options.name }),
            ...(options.licence !== undefined && { licence: options.licence }),
          },
          'Importing',
        );
        const { base, report } = imported;
        return {
          json: imported,
          text: `${describeInspection(report)}\n\nStored as ${base.name} (${base.baseId}).`,
        };
      },
    },
  );

  leaf(program, model, 'list', {
    summary: 'models trained here, and what they can be built on',
    examples: ['model list'],
    async run(session) {
      const [{ items: models }, { items: bases }] = [
        await session.call('model.list', {}),
        await session.call('base.list', {}),
      ];
      const imported = bases.filter(({ origin }) => origin === 'imported');
      return {
        json: { models, bases },
        text: [
          table(
            ['model', 'architecture', 'task', 'state', 'size', 'identifier'],
            models.map((each) => [
              each.name,
              each.architecture,
              each.task,
              each.state,
              bytes(each.sizeBytes),
              each.modelId,
            ]),
          ),
          table(
            ['base', 'family', 'parameters', 'licence', 'size', 'runs', 'identifier'],
            imported.map((each) => [
              each.name,
              each.family,
              each.parameters,
              each.licence,
              bytes(each.sizeBytes),
              each.runs,
              each.baseId,
            ]),
          ),
        ].join('\n\n'),
      };
    },
  });

  leaf<{ base?: string }>(program, model, 'remove', {
    summary: 'destroy an imported base; refused while a model or a run needs it',
    options: (command) => command.requiredOption('--base <name>', 'which base'),
    examples: ['model remove --base "German BERT"'],
    async run(session, options) {
      const baseId = await findBase(session, options.base);
      await session.call('base.remove', { baseId });
      return { json: { baseId }, text: `Removed ${baseId}.` };
    },
  });

  interface ExportFlags extends AskOptions {
    readonly model?: string;
    readonly out: string;
    readonly recipient: string;
    readonly country?: string;
    readonly zip?: boolean;
  }
  leaf<ExportFlags>(program, model, 'export', {
    summary: 'take a model out, which takes two people; registered before a byte leaves',
    options: (command) =>
      withAsk(command)
        .option('--model <name>', 'which model')
        .requiredOption('--out <folder>', 'where to put it')
        .requiredOption('--recipient <name>', 'who gets it')
        .option('--country <code>', 'where it goes (two letters); this site’s if left out')
        .option('--zip', 'as one archive'),
    examples: [
      'model export --model first --out ./first --recipient "Dr Hall, St Anne"',
      'model export --model first --out ./first --recipient "Dr Hall" --ask "Joint study"',
    ],
    async run(session, options) {
      const input = {
        modelId: await findModel(session, options.model),
        recipient: options.recipient,
        country: options.country ?? null,
        form: options.zip === true ? ('zip' as const) : ('files' as const),
      };
      return withSecond(session, 'model.export', input, options, async (left) => {
        const out = resolve(options.out);
        for (const file of left.files) await fetchFile(session, left.exitId, file, out);
        return {
          json: { ...left, folder: out },
          text: [
            `Registered as ${left.exitId}.`,
            ...left.files.map(({ name, sha256 }) => `${join(out, name)}  ${sha256}`),
          ].join('\n'),
        };
      });
    },
  });
  addUnlearningCommands(program, model);
}

/** Whole or not at all, and only with the bytes that were registered. */
async function fetchFile(
  session: Session,
  exitId: string,
  file: { readonly name: string; readonly sha256: string },
  folder: string,
): Promise<void> {
  const path = join(folder, file.name);
  if (!path.startsWith(folder)) throw usage(`${file.name} would lie outside ${folder}.`);
  const writer = openFor(path);
  const hash = createHash('sha256');
  try {
    for (let offset: number | null = 0; offset !== null;) {
      const piece: { readonly chunk: string; readonly next: number | null } = await session.call(
        'model.exportRead',
        { exitId, file: file.name, offset },
      );
      const chunk = Buffer.from(piece.chunk, 'base64');
      hash.update(chunk);
      writer.write(chunk);
      offset = piece.next;
    }
    if (hash.digest('hex') !== file.sha256) {
      throw usage(`${file.name} is not what was registered; it was not kept.`, 'VAULT_DAMAGED');
    }
    writer.commit();
  } catch (error) {
    writer.abort();
    throw readable(error, folder);
  }
}

function openFor(path: string): ReturnType<typeof createAtomicFile> {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return createAtomicFile(path, 0o644);
  } catch (error) {
    throw readable(error, dirname(path));
  }
}

function readable(error: unknown, folder: string): unknown {
  if (error instanceof CliFailure) return error;
  const found = failureOf(error);
  if (found) {
    const code = found.code as CliFailure['error']['code'];
    return new CliFailure({ ...found, code, correlationId: '' });
  }
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined
    ? error
    : usage(`The folder ${folder} could not be written (${code}).`, 'NO_PERMISSION');
}
