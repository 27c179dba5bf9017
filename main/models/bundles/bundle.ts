/*
 * What of a folder or archive belongs to a model: the graph with its weights, the configuration, the
 * tokenizer, and what it says of itself. Everything else (weights for other frameworks, other precisions,
 * scripts, hidden files) is listed and left out, unread. Hugging Face lays the graph out at
 * `onnx/model.onnx`; older exports have it at the root or under another name, and it is kept at that place.
 */
import { createHash } from 'node:crypto';
import type { BaseReport } from '../../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Source, SourceFile } from '../../corpus/index.ts';
import { attemptAsync, fault, fileFault } from '../../platform/index.ts';
import { isSafePath, isZip, openZip } from './zip.ts';

/** A graph file cannot be larger than what protobuf can address, and the whole must fit in memory. */
export const LARGEST_BUNDLE = 2 * 1024 ** 3 - 1;
const MOST_FILES = 2000;

export type BundleUse = BaseReport['files'][number]['use'];

export interface BundleFile {
  /** As found, inside the source. */
  readonly path: string;
  readonly bytes: number;
  readonly use: BundleUse;
  /** Where it is kept; null for what is left out. */
  readonly kept: string | null;
}

export interface Bundle {
  /** Name of the folder or archive. */
  readonly label: string;
  readonly listed: readonly BundleFile[];
  /** By the path under which they are kept. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

interface Entry {
  readonly path: string;
  readonly size: number;
  readonly safe: boolean;
  read(): Promise<Uint8Array>;
}

/** Fails with TOO_LARGE before anything is read, SOURCE_UNREADABLE, FORMAT_UNKNOWN, NO_PERMISSION. */
export async function readBundle(source: Source): Promise<Result<Bundle>> {
  const opened = await entriesOf(source);
  if (!opened.ok) return opened;
  const entries = withoutFolder(opened.value);
  if (entries.length > MOST_FILES) {
    return failure(
      'FORMAT_UNKNOWN',
      `"${source.label}" holds ${entries.length} files, far more than a model does. Nothing was stored. Choose the folder of one model.`,
      { source: source.label },
    );
  }
  const listed = sortOut(entries);
  if (!listed.some(({ use }) => use === 'graph')) return noGraph(source.label, entries);
  const kept = listed.filter((file) => file.kept !== null);
  const bytes = kept.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > LARGEST_BUNDLE) return tooLarge(source.label);
  const files: Record<string, Uint8Array> = {};
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const read = await attemptAsync(async () => {
    for (const file of kept) {
      files[file.kept as string] = await (byPath.get(file.path) as Entry).read();
    }
  });
  if (!read.ok) return read;
  return ok({ label: source.label, listed, files });
}

/** The report's lines: hashes of what is kept under the names found. */
export function reportFiles({ listed, files }: Bundle): BaseReport['files'] {
  return listed.map(({ path, bytes, use, kept }) => ({
    path: path.slice(0, 1000),
    bytes,
    sha256: kept === null ? null : sha256Of(files[kept] as Uint8Array),
    use,
  }));
}

export const sha256Of = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** A folder's files, or those of the one archive that was chosen. */
async function entriesOf(source: Source): Promise<Result<readonly Entry[]>> {
  const [only] = source.files;
  if (source.files.length === 1 && only && /\.zip$/i.test(only.name)) {
    if (only.size > LARGEST_BUNDLE) return tooLarge(source.label);
    const archive = await attemptAsync(() => Promise.resolve(bytesOf(only)));
    if (!archive.ok) return archive;
    if (!isZip(archive.value)) {
      return failure(
        'SOURCE_UNREADABLE',
        `"${source.label}" is called .zip but is no such archive. Nothing was stored. Copy it again.`,
        { source: source.label },
      );
    }
    const entries = openZip(archive.value, { entries: MOST_FILES, bytes: LARGEST_BUNDLE });
    if (!entries.ok) return entries;
    return ok(
      entries.value.map((entry) => ({
        path: entry.name,
        size: entry.size,
        safe: entry.unsafe === null,
        read: entry.read,
      })),
    );
  }
  return ok(
    source.files.map((file) => ({
      path: file.name,
      size: file.size,
      safe: isSafePath(file.name),
      read: () => Promise.resolve(bytesOf(file)),
    })),
  );
}

/** An archive usually holds one folder that holds everything. */
function withoutFolder(entries: readonly Entry[]): readonly Entry[] {
  const inside = entries.filter(({ path, safe }) => safe && !isHidden(path));
  const [first] = inside;
  const cut = (first?.path.indexOf('/') ?? -1) + 1;
  const folder = first?.path.slice(0, cut) ?? '';
  const known = folder === '' || folder === 'onnx/';
  if (known || !inside.every(({ path }) => path.startsWith(folder))) return entries;
  return entries.map((entry) =>
    entry.path.startsWith(folder) ? { ...entry, path: entry.path.slice(cut) } : entry,
  );
}

/** Desktops leave such files in every archive: .DS_Store, __MACOSX/, Thumbs.db. */
const isHidden = (path: string): boolean =>
  path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX') ||
  /(^|\/)(Thumbs\.db|desktop\.ini)$/i.test(path);

const TOKENIZER = new Set([
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.txt',
  'vocab.json',
  'merges.txt',
]);
const DOCUMENTATION = /^(readme|licen[cs]e|notice|copying)(\.(md|txt|rst))?$/i;
/** What exporters call the file of weights that the graph points to. */
const EXTERNAL = /(_data|\.data|\.onnx\.data|\.onnx_data(_\d+)?|\.weights?)$/i;

function sortOut(entries: readonly Entry[]): readonly BundleFile[] {
  const usable = entries.filter(({ path, safe }) => safe && !isHidden(path));
  const graph = chooseGraph(usable.map(({ path }) => path));
  const folder = graph?.slice(0, graph.lastIndexOf('/') + 1) ?? '';
  return entries.map((entry): BundleFile => {
    const { path, size } = entry;
    const as = (use: BundleUse, kept: string | null): BundleFile => ({
      path,
      bytes: size,
      use,
      kept,
    });
    if (!usable.includes(entry)) return as('leftOut', null);
    if (path === graph) return as('graph', 'onnx/model.onnx');
    if (path === 'config.json') return as('config', path);
    if (TOKENIZER.has(path)) return as('tokenizer', path);
    if (DOCUMENTATION.test(path)) return as('documentation', path);
    const name = path.slice(folder.length);
    if (path.startsWith(folder) && !name.includes('/') && EXTERNAL.test(name)) {
      // The graph names it relative to its own folder.
      return as('weights', `onnx/${name}`);
    }
    return as('leftOut', null);
  });
}

/** The full-precision graph where there are several: quantized ones cannot be trained. */
function chooseGraph(paths: readonly string[]): string | undefined {
  const graphs = paths.filter((path) => /\.onnx$/i.test(path));
  return (
    ['onnx/model.onnx', 'model.onnx'].find((path) => graphs.includes(path)) ??
    (graphs.length === 1 ? graphs[0] : undefined)
  );
}

function noGraph(label: string, entries: readonly Entry[]): Result<never> {
  const graphs = entries.filter(({ path }) => /\.onnx$/i.test(path)).length;
  const weights = entries.some(({ path }) => /\.(safetensors|bin|pt|pth|h5|msgpack)$/i.test(path));
  const why =
    graphs > 1
      ? `holds ${graphs} ONNX files and none is called model.onnx`
      : weights
        ? 'holds weights for another framework, but no ONNX file'
        : 'holds no ONNX file';
  const remedy =
    graphs > 1
      ? 'Choose a folder that holds one of them as onnx/model.onnx.'
      : 'Export the model to ONNX where there is Python (optimum-cli export onnx), and bring that folder.';
  return failure(
    'FORMAT_UNKNOWN',
    `"${label}" ${why}, so it is not a model bundle that can be read here. Nothing was stored. ${remedy}`,
    { source: label },
  );
}

const tooLarge = (label: string): Result<never> =>
  failure(
    'TOO_LARGE',
    `"${label}" is larger than 2 GB, the most that one model may have here. Nothing was read or stored. Bring a smaller model.`,
    { source: label },
  );

function bytesOf(file: SourceFile): Buffer {
  const pieces: Uint8Array[] = [];
  try {
    for (const piece of file.chunks()) pieces.push(piece);
  } catch (error) {
    const found = fileFault(error, file.name);
    if (found !== error) throw found;
    throw fault(
      'SOURCE_UNREADABLE',
      `"${file.name}" could not be read. Nothing was stored. Check the medium and try again.`,
      { file: file.name },
      { cause: error },
    );
  }
  return Buffer.concat(pieces);
}
