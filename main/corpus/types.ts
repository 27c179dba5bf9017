// What importers hand to the corpus: documents with their text exactly as found, spans in UTF-16 code units,
// and issues that name file and line. Nothing here knows of the vault.
import type { z } from 'zod';
import type {
  Collection,
  Format,
  ImportIssue,
  ImportOptions,
  ImportReport,
} from '../../shared/contract/index.ts';
import type { Span } from '../../shared/domain/spans.ts';
import type { JsonValue } from '../platform/index.ts';

export type ImportFormat = z.infer<typeof Format>;
/** A format that has been decided on. */
export type KnownFormat = Exclude<ImportFormat, 'auto'>;
export type ImportSettings = z.output<typeof ImportOptions>;
export type SubjectMapping = ImportSettings['subjects'];
export type Encoding = ImportSettings['encoding'];
export type IssueCode = ImportIssue['code'];
export type { Collection, ImportIssue, ImportReport };

export type SpanAttributes = Readonly<Record<string, JsonValue>>;

export interface ParsedSpan extends Span {
  /** What the format says beside label and place; null when nothing. */
  readonly attributes: SpanAttributes | null;
}

export interface ParsedDocument {
  /** Unique inside its source: the path inside the folder, with a row number where a file holds many. */
  readonly name: string;
  readonly text: string;
  readonly spans: readonly ParsedSpan[];
  /** Keys that begin with `_` are kept for exporters and not shown. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Where it came from, for issues found later. */
  readonly file: string;
  readonly line: number | null;
}

export type ParsedItem =
  | { readonly kind: 'document'; readonly document: ParsedDocument }
  /** `rejects` says that a whole document was left out because of it. */
  | { readonly kind: 'issue'; readonly issue: ImportIssue; readonly rejects?: boolean }
  /** Names of the columns of a table, for the mapping of subjects. */
  | { readonly kind: 'columns'; readonly columns: readonly string[] };

export interface ReadOptions {
  readonly encoding: Encoding;
  readonly csv: ImportSettings['csv'];
}

export interface SourceFile {
  /** Relative to the source, with `/` between folders; never a path of this machine. */
  readonly name: string;
  readonly size: number;
  /** The bytes from the beginning, again on every call. Throws what the operating system throws. */
  chunks(): Iterable<Uint8Array>;
}

export interface Source {
  /** Base name of the folder or file, or the label that the page gave. */
  readonly label: string;
  readonly files: readonly SourceFile[];
  /** What could not even be listed. */
  readonly issues: readonly ImportIssue[];
}

/** A text longer than this is refused: it is the limit of one text on the wire. */
export const MAX_TEXT = 16 * 1024 * 1024;

export function issue(
  severity: ImportIssue['severity'],
  code: IssueCode,
  at: { readonly file: string; readonly line?: number | null; readonly field?: string | null },
  message: string,
): ImportIssue {
  return {
    severity,
    code,
    file: at.file.slice(0, 1000),
    line: at.line ?? null,
    field: at.field?.slice(0, 200) ?? null,
    message: message.slice(0, 2000),
  };
}

export const documentItem = (document: ParsedDocument): ParsedItem => ({
  kind: 'document',
  document,
});
export const issueItem = (found: ImportIssue, rejects = false): ParsedItem => ({
  kind: 'issue',
  issue: found,
  rejects,
});
