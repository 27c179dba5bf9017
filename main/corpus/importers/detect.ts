// Which format a source is in: by the names of its files, then by a look at their first lines. The person
// may always say it; where the look is not clear the answer is "unknown", never a guess.
import { unknownTags } from '../../../shared/domain/tagSchemes.ts';
import { chooseEncoding } from '../reading/encoding.ts';
import type { Encoding, KnownFormat, Source, SourceFile } from '../types.ts';

const HEAD_BYTES = 64 * 1024;
const EXTENSION: Readonly<Record<string, KnownFormat>> = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'jsonl',
  csv: 'csv',
  tsv: 'csv',
  conll: 'conll',
  iob: 'conll',
  iob2: 'conll',
  bio: 'conll',
};

export function detectFormat(source: Source, encoding: Encoding): KnownFormat | null {
  const extensions = source.files.map(({ name }) => extensionOf(name));
  if (extensions.includes('ann')) return 'brat';
  // One folder, one format: the one that holds most of its bytes.
  const bytes = new Map<KnownFormat, number>();
  for (const { name, size } of source.files) {
    const format = EXTENSION[extensionOf(name)];
    if (format !== undefined) bytes.set(format, (bytes.get(format) ?? 0) + size);
  }
  const [most] = [...bytes].sort((a, b) => b[1] - a[1]);
  if (most !== undefined) return most[0];
  const texts = source.files.filter(({ name }) => extensionOf(name) === 'txt');
  if (texts.some((file) => looksLikeConll(file, encoding))) return 'conll';
  if (texts.length > 0) return 'text';
  if (source.files.length === 1 && source.files[0] !== undefined)
    return sniff(source.files[0], encoding);
  return null;
}

export const extensionOf = (name: string): string =>
  /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';

/** A single file without a telling name. */
function sniff(file: SourceFile, encoding: Encoding): KnownFormat | null {
  const head = readHead(file, encoding);
  if (head === null || head.includes('\u0000')) return null;
  if (/^\s*[[{]/.test(head)) return 'jsonl';
  if (looksLikeConll(file, encoding)) return 'conll';
  return null;
}

/** The first rows have the same number of columns, at least two, and end in a tag; one may say `-DOCSTART-`. */
export function looksLikeConll(file: SourceFile, encoding: Encoding): boolean {
  const head = readHead(file, encoding);
  if (head === null) return false;
  const lines = head.split(/\r?\n/);
  lines.pop(); // Perhaps cut short.
  const rows = (lines.length > 0 ? lines : [head])
    .filter((line) => line.trim() !== '' && !line.startsWith('-DOCSTART-'))
    .slice(0, 50)
    .map((line) => (line.includes('\t') ? line.split('\t') : line.trim().split(/ +/)));
  if (rows.length === 0) return false;
  const tagged = rows.filter(
    (fields) => fields.length >= 2 && unknownTags([(fields.at(-1) ?? '').trim()]).length === 0,
  );
  return tagged.length >= rows.length * 0.9;
}

export function readHead(file: SourceFile, wanted: Encoding): string | null {
  try {
    for (const chunk of file.chunks()) {
      const head = chunk.subarray(0, HEAD_BYTES);
      const { encoding, skip } = chooseEncoding(head, wanted);
      return new TextDecoder(encoding).decode(head.subarray(skip), { stream: true });
    }
  } catch (error) {
    // Whoever reads the file in earnest reports it.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
  }
  return null;
}
