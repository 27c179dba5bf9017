import { resolve } from 'node:path';
import type { InputOf, OutputOf } from '../../../shared/contract/index.ts';
import { leaf, noun, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { findCollection, findPurpose } from '../resolve.ts';
import { facts, printable, table } from '../text.ts';

type ImportInput = InputOf<'corpus.import'>;

interface ImportFlags {
  readonly format: string;
  readonly collection: string;
  readonly subjectPattern?: string;
  readonly subjectColumn?: string;
  readonly scheme: string;
  readonly category: string;
  readonly language?: string;
  readonly annotator: string;
  readonly encoding: string;
  readonly textColumn?: string;
  readonly delimiter?: string;
  readonly check?: boolean;
}

export function addCorpusCommands(program: Program): void {
  const corpus = noun(program, 'corpus', 'bring notes in, and see what is here');

  leaf<ImportFlags>(program, corpus, 'import', {
    summary: 'import a file or folder: brat, CoNLL columns, JSONL, CSV, plain text',
    arguments: '<path>',
    options: (command) =>
      command
        .requiredOption('--collection <name>', 'the collection to put them in; made if new')
        .option('--format <format>', 'auto, brat, conll, jsonl, csv, text', 'auto')
        .option(
          '--subject-pattern <pattern>',
          'whose note it is: first group of a pattern in the text',
        )
        .option('--subject-column <name>', 'whose note it is: a column of CSV or field of JSONL')
        .option('--scheme <name>', 'what kind of number identifies people', 'record')
        .option('--category <category>', 'health, finance, other', 'health')
        .option('--language <tag>', 'language of the notes, e.g. es')
        .option('--annotator <name>', 'whose labels the imported spans are', 'import')
        .option(
          '--encoding <encoding>',
          'auto, utf-8, utf-16le, utf-16be, windows-1252, gb18030',
          'auto',
        )
        .option('--text-column <name>', 'the column of CSV that holds the text')
        .option('--delimiter <character>', 'what separates columns of CSV')
        .option('--check', 'only look: what is there, what is wrong with it'),
    examples: [
      "corpus import notes/brat --collection train --subject-pattern 'NHC: (\\d+)' --language es",
      'corpus import customers.csv --collection bank --subject-column customer --category finance',
      'corpus import notes/ --collection train --check',
    ],
    async run(session, options, [path = '']) {
      const input = importInput(path, options);
      if (options.check) {
        const report = await session.job('corpus.preflight', input, 'Checking');
        return {
          json: report,
          text: [
            facts([
              ['format', report.format],
              ['files', report.files],
              ['documents', report.documents],
              ['already here', report.alreadyKnown],
              ['spans', report.spans],
              ['people found', report.subjects.distinct],
              [
                'labels',
                report.labels.map(({ label, count }) => `${label} ${count}`).join(', ') || '–',
              ],
            ]),
            issueLines(report.issues, report.issueCount),
          ]
            .filter(Boolean)
            .join('\n\n'),
        };
      }
      const report = await session.job('corpus.import', input, 'Importing');
      return { json: report, text: describeImport(report) };
    },
  });

  leaf<{ collection?: string; purpose?: string; search?: string; limit: string }>(
    program,
    corpus,
    'list',
    {
      summary: 'collections, or the documents of one',
      options: (command) =>
        command
          .option('--collection <name>', 'list its documents')
          .option('--purpose <name>', 'say for which purpose: shows what the gate permits')
          .option('--search <words>', 'full-text search; needs a purpose')
          .option('--limit <count>', 'at most this many documents', '50'),
      examples: ['corpus list', 'corpus list --collection train --purpose research --search asma'],
      async run(session, options) {
        if (options.collection === undefined && options.search === undefined) {
          const { items } = await session.call('collection.list', {});
          return {
            json: items,
            text: table(
              ['collection', 'kind', 'documents', 'people', 'spans'],
              items.map((each) => [
                each.name,
                each.kind,
                each.documents,
                each.subjects,
                each.spans,
              ]),
            ),
          };
        }
        const page = await session.call('corpus.list', {
          collectionId:
            options.collection === undefined
              ? null
              : await findCollection(session, options.collection),
          purposeId:
            options.purpose === undefined && options.search === undefined
              ? null
              : await findPurpose(session, options.purpose),
          search: options.search ?? '',
          limit: Math.min(500, Math.max(1, Number(options.limit) || 50)),
        });
        return { json: page, text: describePage(page) };
      },
    },
  );
}

export function importInput(path: string, flags: ImportFlags): ImportInput {
  if (flags.subjectPattern !== undefined && flags.subjectColumn !== undefined) {
    throw usage('Say either --subject-pattern or --subject-column, not both.');
  }
  const subjects: ImportInput['subjects'] =
    flags.subjectPattern !== undefined
      ? { by: 'pattern', pattern: flags.subjectPattern, scheme: flags.scheme }
      : flags.subjectColumn !== undefined
        ? { by: 'column', column: flags.subjectColumn, scheme: flags.scheme }
        : { by: 'none' };
  return {
    source: { kind: 'path', path: resolve(path) },
    // The core checks these words against the contract and names the field that does not fit.
    format: flags.format as ImportInput['format'] & string,
    category: flags.category as ImportInput['category'] & string,
    encoding: flags.encoding as ImportInput['encoding'] & string,
    collection: { name: flags.collection },
    subjects,
    language: flags.language ?? null,
    annotator: flags.annotator,
    csv: { textColumn: flags.textColumn ?? null, delimiter: flags.delimiter ?? null },
  };
}

export function describeImport(report: OutputOf<'corpus.import'>): string {
  const { documents, subjects } = report;
  return [
    facts([
      ['collection', report.collection],
      ['format', report.format],
      ['added', documents.added],
      ['unchanged', documents.unchanged],
      ['changed', documents.changed],
      ['rejected', documents.rejected],
      ['spans', report.spans],
      [
        'people',
        `${subjects.created} new, ${subjects.linked} notes linked, ${subjects.withoutSubject} without`,
      ],
    ]),
    issueLines(report.issues, report.issueCount),
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** Like a compiler: file, line, what is wrong. */
function issueLines(issues: OutputOf<'corpus.import'>['issues'], count: number): string {
  const lines = issues.map(({ severity, file, line, field, message }) =>
    printable(
      `${file}${line === null ? '' : `:${line}`}${field === null ? '' : ` (${field})`}: ${severity}: ${message}`,
    ),
  );
  if (count > issues.length) lines.push(`… and ${count - issues.length} more.`);
  return lines.join('\n');
}

function describePage(page: OutputOf<'corpus.list'>): string {
  const rows = table(
    ['document', 'person', 'language', 'spans', 'characters', 'access', 'identifier'],
    page.items.map((each) => [
      each.name,
      each.subjectKey,
      each.language,
      each.spans,
      each.length,
      each.access === 'withheld' ? `withheld: ${each.withheldStep ?? ''}` : each.access,
      each.documentId,
    ]),
  );
  const notes: string[] = [];
  if (page.total > page.items.length) notes.push(`${page.items.length} of ${page.total} shown.`);
  if (page.withheld.total > 0) {
    const why = page.withheld.byStep.map(({ reason, count }) => `${reason} ${count}`).join(', ');
    notes.push(`${page.withheld.total} withheld: ${why}.`);
  }
  return [rows, ...notes].join('\n');
}
