import { mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { OutputOf } from '../../../shared/contract/index.ts';
import { failureOf, writeFileAtomic } from '../../platform/index.ts';
import { leaf, noun, type Program } from '../command.ts';
import { addDeadlineCommand } from './deadline.ts';
import { describeCertificate, describePreview, erasureRequest } from './erasing.ts';
import { addCorrections } from './correcting.ts';
import { addRequestWork } from './requests.ts';
import { CliFailure, usage } from '../failure.ts';
import { findModel, subjectOf } from '../resolve.ts';
import type { Session } from '../session.ts';
import { bytes, facts, table } from '../text.ts';

export function addReportCommands(program: Program): void {
  const report = noun(
    program,
    'report',
    'model cards, evaluations, packs for the people concerned',
  );

  leaf<{ model?: string; kinds: string }>(program, report, 'write', {
    summary: 'write the reports of a model into the vault',
    options: (command) =>
      command
        .option('--model <name>', 'which model')
        .option('--kinds <list>', 'modelCard, evaluation', 'modelCard,evaluation'),
    examples: ['report write', 'report write --model first --kinds modelCard'],
    async run(session, options) {
      const { reports } = await session.call('report.write', {
        modelId: await findModel(session, options.model),
        kinds: options.kinds.split(',').map((kind) => kind.trim()) as ['modelCard'],
      });
      return { json: reports, text: describeReports(reports) };
    },
  });

  leaf(program, report, 'list', {
    summary: 'the reports in this vault',
    examples: ['report list'],
    async run(session) {
      const { items } = await session.call('report.list', {});
      return { json: items, text: describeReports(items) };
    },
  });

  leaf<{ out: string; recipient?: string; country?: string }>(program, report, 'export', {
    summary: 'take a copy out; recipient and hash are registered before a byte leaves',
    arguments: '<report>',
    options: (command) =>
      command
        .requiredOption('--out <folder>', 'where to put the files')
        .requiredOption('--recipient <name>', 'who gets it')
        .option('--country <code>', 'where it goes (two letters); this site’s if left out'),
    examples: ['report export rep_01JD9ZK3V7Q2 --out ./card --recipient "Ethics board"'],
    async run(session, options, [reportId = '']) {
      const written = await exportReport(
        session,
        reportId,
        options.recipient ?? '',
        options.out,
        options.country,
      );
      return {
        json: { exitId: written.exitId, files: written.files },
        text: [`Registered as ${written.exitId}.`, ...written.files].join('\n'),
      };
    },
  });
}

/** Writes the files of a report into a folder; returns where they lie. */
export async function exportReport(
  session: Session,
  reportId: string,
  recipient: string,
  folder: string,
  country: string | null = null,
): Promise<{ readonly exitId: string; readonly files: readonly string[] }> {
  const copy = await session.call('report.export', { reportId, recipient, country });
  return { exitId: copy.exitId, files: writeFiles(folder, copy.files) };
}

/** Writes what was registered as having left; returns where the files lie. */
export function writeFiles(
  folder: string,
  files: readonly { readonly name: string; readonly content: string }[],
): readonly string[] {
  const out = resolve(folder);
  try {
    mkdirSync(out, { recursive: true });
    return files.map(({ name, content }) => {
      const path = join(out, basename(name)); // A name is a name, wherever it came from.
      writeFileAtomic(path, content);
      return path;
    });
  } catch (error) {
    const found = failureOf(error);
    if (found) throw new CliFailure({ ...found, correlationId: '' });
    const code = (error as NodeJS.ErrnoException).code;
    throw usage(
      `The folder ${out} could not be written (${code ?? 'unknown reason'}).`,
      'NO_PERMISSION',
    );
  }
}

export const describeReports = (reports: OutputOf<'report.list'>['items']): string =>
  table(
    ['report', 'kind', 'files', 'size', 'written', 'identifier'],
    reports.map((each) => [
      each.title,
      each.kind,
      each.files.map(({ name }) => name).join(' '),
      bytes(each.files.reduce((sum, file) => sum + file.bytes, 0)),
      each.createdAt,
      each.reportId,
    ]),
  );

export function addRequestCommands(program: Program): void {
  const request = noun(program, 'request', 'requests of the people in the data');
  addDeadlineCommand(program, request);
  addRequestWork(program, request);
  addCorrections(program, request);

  leaf<{ out?: string; recipient?: string; received?: string }>(program, request, 'access', {
    summary: 'put together everything held about a person',
    arguments: '<person>',
    options: (command) =>
      command
        .option('--received <day>', 'when the request came in, e.g. 2026-11-20')
        .option('--out <folder>', 'also take the pack out of the vault into this folder')
        .option('--recipient <name>', 'who gets it (default: the person)'),
    examples: ['request access 4411093', 'request access 4411093 --out ./pack'],
    async run(session, options, [person = '']) {
      const opened = await session.call('request.open', {
        kind: 'access',
        subject: subjectOf(person),
        ...(options.received !== undefined && { receivedOn: options.received }),
      });
      const pack = await session.job(
        'request.access',
        { requestId: opened.requestId },
        'Collecting',
      );
      const exported =
        options.out === undefined
          ? undefined
          : await exportReport(session, pack.reportId, options.recipient ?? person, options.out);
      return {
        json: { ...pack, files: exported?.files ?? [] },
        text: [
          describeAccessPack(pack),
          ...(exported ? [`Registered as ${exported.exitId}.`, ...exported.files] : []),
        ].join('\n'),
      };
    },
  });

  leaf<{ confirm?: string; received?: string; preview?: boolean }>(program, request, 'erase', {
    summary:
      'erase a person: shows what goes and stays, asks for a typed confirmation, cannot be undone',
    arguments: '<person>',
    options: (command) =>
      command
        .option('--received <day>', 'when the request came in')
        .option('--preview', 'only show what would go')
        .option('--confirm <text>', 'the confirmation the preview asks for, for batch work'),
    examples: ['request erase 4411093 --preview', 'request erase 4411093'],
    async run(session, options, [person = '']) {
      const requestId = await erasureRequest(session, person, options.received);
      const preview = await session.call('request.previewErasure', { requestId });
      if (options.preview) return { json: preview, text: describePreview(preview) };
      let { confirm } = options;
      if (confirm === undefined) {
        session.terminal.note(describePreview(preview));
        confirm = await session.terminal.ask(
          `Erasing cannot be undone. Type "${preview.confirmation}" to erase: `,
        );
      }
      if (confirm === undefined) {
        throw usage(
          `Nothing was erased. There is no terminal to confirm at; say --confirm "${preview.confirmation}".`,
          'CONFIRMATION_MISMATCH',
        );
      }
      const certificate = await session.job(
        'request.erase',
        { requestId, confirmation: confirm, keep: preview.keep },
        'Erasing',
      );
      return { json: certificate, text: describeCertificate(certificate) };
    },
  });

  leaf(program, request, 'list', {
    summary: 'open and closed requests, with the day they are due',
    examples: ['request list'],
    async run(session) {
      const page = await session.call('request.list', {});
      return {
        json: page.items,
        text: table(
          ['request', 'kind', 'person', 'received', 'due', 'state', 'outcome'],
          page.items.map((each) => [
            each.requestId,
            each.kind,
            each.subjectKey,
            each.receivedOn,
            each.dueOn,
            each.state,
            each.outcome,
          ]),
        ),
      };
    },
  });
}

export const describeAccessPack = (pack: OutputOf<'request.access'>): string =>
  facts([
    ['pack', pack.reportId],
    ['notes', pack.documents],
    ['annotations', pack.annotations],
    ['consents', pack.consents],
    ['uses', pack.uses],
    ['recipients', pack.recipients],
    ['left out about others', pack.redacted],
    ['size', bytes(pack.bytes)],
    ['sha-256', pack.sha256],
  ]);
