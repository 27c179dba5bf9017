// JSON, one object per line, or one array per file. Lines are read as a stream; an array has to be held as a
// whole, so it has a limit of its own.
import { guarded } from '../reading/guard.ts';
import { readLines } from '../reading/lines.ts';
import { readText } from '../reading/text.ts';
import {
  documentItem,
  issue,
  issueItem,
  type ParsedItem,
  type ReadOptions,
  type Source,
  type SourceFile,
} from '../types.ts';
import { extensionOf, readHead } from './detect.ts';
import { readRecord, type RecordRead } from './jsonRecord.ts';

const EXTENSIONS = new Set(['jsonl', 'ndjson', 'json', 'txt']);
const MAX_ARRAY_BYTES = 256 * 1024 * 1024;

export async function* readJsonl(source: Source, options: ReadOptions): AsyncGenerator<ParsedItem> {
  for (const file of source.files) {
    if (source.files.length > 1 && !EXTENSIONS.has(extensionOf(file.name))) {
      yield issueItem(
        issue(
          'warning',
          'unsupportedFile',
          { file: file.name },
          'It is no JSON file. It was passed over.',
        ),
      );
      continue;
    }
    const head = readHead(file, options.encoding) ?? '';
    const whole = isWholeValue(head, extensionOf(file.name));
    yield* guarded(file, whole ? readWhole(file, options) : readByLine(file, options));
  }
}

/** An array, or an object laid out over several lines. */
function isWholeValue(head: string, extension: string): boolean {
  const begin = head.trimStart();
  if (begin.startsWith('[')) return true;
  const firstLine = begin.split('\n', 1)[0] ?? '';
  return extension === 'json' && begin.startsWith('{') && parse(firstLine) === undefined;
}

function* readByLine(file: SourceFile, options: ReadOptions): Generator<ParsedItem> {
  for (const line of readLines(file, options)) {
    const at = { file: file.name, line: line.number };
    if (line.problem !== null) {
      yield issueItem(
        issue('error', line.problem.code, at, `${line.problem.message} The row was left out.`),
        true,
      );
    } else if (line.text.trim() !== '') {
      const record = parse(line.text);
      if (record === undefined) {
        yield issueItem(
          issue('error', 'badJson', at, 'The line is no complete JSON value. It was left out.'),
          true,
        );
      } else yield* items(readRecord(record, at));
    }
  }
}

function* readWhole(file: SourceFile, options: ReadOptions): Generator<ParsedItem> {
  if (file.size > MAX_ARRAY_BYTES) {
    yield issueItem(
      issue(
        'error',
        'fileTooLarge',
        { file: file.name },
        `One JSON array may have ${MAX_ARRAY_BYTES} bytes. Write one object per line instead; such files may have any size.`,
      ),
      true,
    );
    return;
  }
  const read = readText(file, options.encoding, MAX_ARRAY_BYTES);
  if (!read.ok) {
    yield issueItem(
      issue('error', read.code, { file: file.name, line: read.line }, read.message),
      true,
    );
    return;
  }
  let value: unknown;
  try {
    value = JSON.parse(read.text);
  } catch (error) {
    // The engine's message quotes the text around the place: only the place may be told.
    const position = Number(/position (\d+)/.exec(String(error))?.[1] ?? read.text.length);
    const line = read.text.slice(0, position).split('\n').length;
    yield issueItem(
      issue(
        'error',
        'badJson',
        { file: file.name, line },
        'The JSON is not complete or not well formed here. The file was left out.',
      ),
      true,
    );
    return;
  }
  let entry = 0;
  for (const record of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
    entry += 1;
    yield* items(readRecord(record, { file: file.name, line: entry }));
  }
}

function* items(read: RecordRead): Generator<ParsedItem> {
  for (const found of read.issues) yield issueItem(found, read.document === null);
  if (read.document !== null) yield documentItem(read.document);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
