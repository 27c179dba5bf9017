// A file that stops being readable half-way costs itself, not the import: the error of the operating system
// becomes an issue that names the file. Everything else that is thrown is a defect and passes on.
import { notReadable } from '../sources/folder.ts';
import { issueItem, type ParsedItem, type SourceFile } from '../types.ts';

const READING = new Set(['open', 'read', 'close', 'fstat']);

function readProblem(error: unknown, file: SourceFile): ParsedItem {
  const { syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined || !READING.has(syscall)) throw error;
  return issueItem(notReadable(error, file.name), true);
}

export async function* guarded(
  file: SourceFile,
  items: Iterable<ParsedItem> | AsyncIterable<ParsedItem>,
): AsyncGenerator<ParsedItem> {
  try {
    yield* items;
  } catch (error) {
    yield readProblem(error, file);
  }
}
