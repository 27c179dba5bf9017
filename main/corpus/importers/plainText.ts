// Plain text: one file is one document, under its own name.
import { guarded } from '../reading/guard.ts';
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
import { extensionOf } from './detect.ts';

/** A single file is taken whatever its name; in a folder only what is called text. */
const TEXT_EXTENSIONS = new Set(['txt', 'text', 'md', '']);

export async function* readPlainText(
  source: Source,
  options: ReadOptions,
): AsyncGenerator<ParsedItem> {
  for (const file of source.files) {
    if (source.files.length > 1 && !TEXT_EXTENSIONS.has(extensionOf(file.name))) {
      yield issueItem(
        issue(
          'warning',
          'unsupportedFile',
          { file: file.name },
          'It is no text file. It was passed over.',
        ),
      );
      continue;
    }
    yield* guarded(file, readFile(file, options));
  }
}

function* readFile(file: SourceFile, options: ReadOptions): Generator<ParsedItem> {
  const read = readText(file, options.encoding);
  if (!read.ok) {
    const at = { file: file.name, line: read.line };
    yield issueItem(issue('error', read.code, at, read.message), true);
  } else if (read.text.trim() === '') {
    yield issueItem(
      issue('error', 'emptyDocument', { file: file.name }, 'It holds no text. It was left out.'),
      true,
    );
  } else {
    yield documentItem({
      name: file.name,
      text: read.text,
      spans: [],
      metadata: {},
      file: file.name,
      line: null,
    });
  }
}
