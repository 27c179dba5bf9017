// From import settings to a stream of parsed items: which source, which format, how far along. Shared by the
// preflight, which writes nothing, and the import.
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { Progress } from '../../shared/contract/index.ts';
import type { Actor } from '../governance/index.ts';
import type { Clock } from '../platform/index.ts';
import { detectFormat, IMPORTERS } from './importers/index.ts';
import { openFolder } from './sources/folder.ts';
import type { Intakes } from './sources/intake.ts';
import type {
  ImportIssue,
  ImportSettings,
  KnownFormat,
  ParsedItem,
  Source,
  SourceFile,
} from './types.ts';

/** How a long job tells and is told. */
export interface Run {
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
}

export interface OpenedSource {
  readonly label: string;
  readonly format: KnownFormat;
  readonly files: number;
  items(): AsyncGenerator<ParsedItem>;
  /** With the bytes read so far as measure. */
  progress(stage: string): Progress;
}

/** Fails with SOURCE_NOT_FOUND, NO_PERMISSION, NOT_FOUND (an intake that is gone), FORMAT_UNKNOWN. */
export function openSource(
  actor: Actor,
  settings: ImportSettings,
  deps: { readonly intakes: Intakes; readonly clock: Clock },
): Result<OpenedSource> {
  const { source: wanted } = settings;
  const opened =
    wanted.kind === 'path'
      ? openFolder(wanted.path)
      : deps.intakes.source(actor.userId, wanted.intakeId);
  return opened.ok ? openAs(opened.value, settings, deps.clock) : opened;
}

/** A folder or file of this machine, read without a vault. Fails as `openSource`. */
export function openPlace(path: string, reading: ReadSettings, clock: Clock): Result<OpenedSource> {
  const opened = openFolder(path);
  return opened.ok ? openAs(opened.value, reading, clock) : opened;
}

export type ReadSettings = Pick<ImportSettings, 'format' | 'encoding' | 'csv'>;

function openAs(
  found: Source,
  { format: wantedFormat, encoding, csv }: ReadSettings,
  clock: Clock,
): Result<OpenedSource> {
  const total = found.files.reduce((sum, { size }) => sum + size, 0);
  const meter = createMeter(total, clock);
  const source: Source = { ...found, files: found.files.map(meter.watch) };
  const format = wantedFormat === 'auto' ? detectFormat(source, encoding) : wantedFormat;
  if (format === null) {
    return failure(
      'FORMAT_UNKNOWN',
      `The format of "${source.label}" was not recognized. Nothing was imported. Choose the format in the import options.`,
      { source: source.label },
    );
  }
  return ok({
    label: source.label,
    format,
    files: source.files.length,
    progress: meter.progress,
    async *items() {
      meter.restart();
      for (const issue of source.issues) yield { kind: 'issue', issue };
      yield* IMPORTERS[format](source, { encoding, csv });
    },
  });
}

function createMeter(total: number, clock: Clock) {
  let done = 0;
  let startedMs = clock.monotonicMs();
  return {
    restart(): void {
      done = 0;
      startedMs = clock.monotonicMs();
    },
    watch: (file: SourceFile): SourceFile => ({
      ...file,
      *chunks() {
        for (const chunk of file.chunks()) {
          done += chunk.length;
          yield chunk;
        }
      },
    }),
    progress(stage: string): Progress {
      const elapsed = (clock.monotonicMs() - startedMs) / 1000;
      const known = Math.min(done, total);
      const etaSeconds = known > 0 && elapsed > 1 ? (elapsed * (total - known)) / known : null;
      return { stage, done: known, total, unit: 'bytes', etaSeconds };
    },
  };
}

/** What a list shows of the issues; all of them are counted. */
const MAX_LISTED = 500;

export interface IssueList {
  add(found: ImportIssue): void;
  listed(): ImportIssue[];
  count(): number;
}

/** Errors before warnings when there is no room for all. */
export function createIssueList(): IssueList {
  const errors: ImportIssue[] = [];
  const warnings: ImportIssue[] = [];
  let count = 0;
  return {
    add(found) {
      count += 1;
      const list = found.severity === 'error' ? errors : warnings;
      if (list.length < MAX_LISTED) list.push(found);
    },
    listed: () => [...errors, ...warnings].slice(0, MAX_LISTED),
    count: () => count,
  };
}

/** Lets cancelling, other calls and the page's events through between two batches. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
