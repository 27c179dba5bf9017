// Tables with a header row (RFC 4180, and the dialects of spreadsheets): one row is one document, its text
// column is the text, all other columns are metadata. csv-parse does the quoting; bytes are decoded here, so
// that a broken row has a line number and costs itself alone.
import { parse, type Info } from 'csv-parse';
import { Readable } from 'node:stream';
import { guarded } from '../reading/guard.ts';
import { readLines } from '../reading/lines.ts';
import {
  documentItem,
  issue,
  issueItem,
  MAX_TEXT,
  type ImportIssue,
  type ParsedItem,
  type ReadOptions,
  type Source,
  type SourceFile,
} from '../types.ts';
import { extensionOf, readHead } from './detect.ts';
import { isStorable } from './spanChecks.ts';

const EXTENSIONS = new Set(['csv', 'tsv', 'txt']);
const DELIMITERS = [',', ';', '\t', '|'];
const TEXT_COLUMNS =
  /^(?:text|note|notes|note_text|content|body|sentence|message|question|full_text|column_data|texto|nota|informe|bericht|befund|文本|正文|内容)$/i;
/** How many rows are looked at where no column has a telling name. */
const SAMPLE_ROWS = 20;

interface Row {
  readonly fields: readonly string[];
  /** Of its first line. */
  readonly line: number;
  readonly lastLine: number;
}

export async function* readCsv(source: Source, options: ReadOptions): AsyncGenerator<ParsedItem> {
  for (const file of source.files) {
    if (source.files.length > 1 && !EXTENSIONS.has(extensionOf(file.name))) {
      yield issueItem(
        issue(
          'warning',
          'unsupportedFile',
          { file: file.name },
          'It is no table. It was passed over.',
        ),
      );
      continue;
    }
    yield* guarded(file, readTable(file, options));
  }
}

async function* readTable(file: SourceFile, options: ReadOptions): AsyncGenerator<ParsedItem> {
  const head = readHead(file, options.encoding) ?? '';
  const delimiter = options.csv.delimiter ?? detectDelimiter(head, extensionOf(file.name));
  /** Lines whose bytes could not be read: a row that touches one is left out. */
  const badLines = new Map<number, ImportIssue>();
  const found: ImportIssue[] = [];
  const rows = parseRows(file, options, delimiter, badLines, found);

  let columns: readonly string[] | null = null;
  let textAt = -1;
  let sample: Row[] = [];
  function* flush(): Generator<ParsedItem> {
    for (const row of sample) yield* rowItems(row, columns ?? [], textAt, file.name, badLines);
    sample = [];
  }
  for await (const row of rows) {
    for (const item of found.splice(0)) yield issueItem(item, true);
    if (columns === null) {
      columns = row.fields.map((name) => name.trim());
      yield { kind: 'columns', columns };
      const wanted = options.csv.textColumn;
      textAt = columns.findIndex((name) =>
        wanted === null ? TEXT_COLUMNS.test(name) : name === wanted,
      );
      if (wanted !== null && textAt === -1) {
        yield issueItem(
          issue(
            'error',
            'missingText',
            { file: file.name, line: row.line, field: wanted },
            `There is no column "${wanted}". The file was left out.`,
          ),
          true,
        );
        return;
      }
      continue;
    }
    sample.push(row);
    if (textAt !== -1) yield* flush();
    else if (sample.length >= SAMPLE_ROWS) {
      textAt = longestColumn(sample, columns.length);
      yield* flush();
    }
  }
  if (textAt === -1 && columns !== null) textAt = longestColumn(sample, columns.length);
  yield* flush();
  for (const item of found.splice(0)) yield issueItem(item, true);
  for (const item of badLines.values()) yield issueItem(item, true);
}

async function* parseRows(
  file: SourceFile,
  options: ReadOptions,
  delimiter: string,
  badLines: Map<number, ImportIssue>,
  found: ImportIssue[],
): AsyncGenerator<Row> {
  function* decoded(): Generator<string> {
    for (const line of readLines(file, options)) {
      if (line.problem !== null) {
        const at = { file: file.name, line: line.number };
        const message = `${line.problem.message} The row was left out.`;
        badLines.set(line.number, issue('error', line.problem.code, at, message));
      }
      yield line.text + line.end;
    }
  }
  let lastLine = 0;
  /** The parser runs ahead of whoever reads its rows. */
  let parsedLine = 0;
  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: 2 * MAX_TEXT,
    on_record(record: string[], { lines }) {
      parsedLine = lines;
      return record;
    },
  });
  const badRow = (line: number): void => {
    found.push(
      issue(
        'error',
        'badCsv',
        { file: file.name, line },
        'The quoting is broken here. The row was left out.',
      ),
    );
  };
  // A quote that never closes is an error of the line it was opened on, which is that of its row.
  parser.on('skip', (error) => {
    const { code, lines } = error as { code?: string; lines?: number };
    badRow(code === 'CSV_QUOTE_NOT_CLOSED' ? parsedLine + 1 : (lines ?? parsedLine + 1));
  });
  const input = Readable.from(decoded(), { objectMode: true, highWaterMark: 64 });
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  try {
    for await (const raw of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      const line = lastLine + 1;
      lastLine = raw.info.lines;
      yield { fields: raw.record, line, lastLine };
    }
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('CSV_') !== true) throw error;
    // An open quote at the end of the file swallows everything behind it.
    badRow(parsedLine + 1);
  } finally {
    input.destroy();
  }
}

function* rowItems(
  row: Row,
  columns: readonly string[],
  textAt: number,
  file: string,
  badLines: Map<number, ImportIssue>,
): Generator<ParsedItem> {
  const at = { file, line: row.line };
  let broken = false;
  for (let line = row.line; badLines.size > 0 && line <= row.lastLine; line += 1) {
    const found = badLines.get(line);
    if (found === undefined) continue;
    badLines.delete(line);
    broken = true;
    yield issueItem(found, true);
  }
  if (broken) return;
  if (row.fields.length !== columns.length) {
    yield issueItem(
      issue(
        'error',
        'badColumnCount',
        at,
        `${row.fields.length} fields under ${columns.length} columns. The row was left out.`,
      ),
      true,
    );
    return;
  }
  const text = row.fields[textAt] ?? '';
  const field = columns[textAt] ?? null;
  if (text.trim() === '') {
    yield issueItem(
      issue(
        'error',
        'emptyDocument',
        { ...at, field },
        'The text column is empty. The row was left out.',
      ),
      true,
    );
    return;
  }
  if (text.length > MAX_TEXT || !isStorable(text)) {
    yield issueItem(
      issue(
        'error',
        'fileTooLarge',
        { ...at, field },
        'The text is too long. The row was left out.',
      ),
      true,
    );
    return;
  }
  const metadata: Record<string, string> = {};
  columns.forEach((name, index) => {
    const value = row.fields[index];
    if (index !== textAt && name !== '' && value !== undefined && value !== '')
      metadata[name.slice(0, 100)] = value;
  });
  const id = metadata['id'] ?? metadata['document_id'] ?? metadata['name'] ?? String(row.line);
  yield documentItem({
    name: `${file}#${id.slice(0, 400)}`,
    text,
    spans: [],
    metadata,
    file,
    line: row.line,
  });
}

/** The delimiter that the header line holds most often outside of quotes. */
function detectDelimiter(head: string, extension: string): string {
  if (extension === 'tsv') return '\t';
  const header = (/^[^\r\n]*/.exec(head)?.[0] ?? '').replace(/"[^"]*"/g, '');
  let best = ',';
  let most = 0;
  for (const delimiter of DELIMITERS) {
    const count = header.split(delimiter).length - 1;
    if (count > most) {
      best = delimiter;
      most = count;
    }
  }
  return best;
}

function longestColumn(rows: readonly Row[], columns: number): number {
  let best = 0;
  let most = -1;
  for (let index = 0; index < columns; index += 1) {
    const total = rows.reduce((sum, { fields }) => sum + (fields[index]?.length ?? 0), 0);
    if (total > most) {
      best = index;
      most = total;
    }
  }
  return best;
}
