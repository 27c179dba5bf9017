// Files in memory, for importers.
import { IMPORTERS } from '../../main/corpus/importers/index.ts';
import type { KnownFormat, ParsedDocument, ReadOptions, Source } from '../../main/corpus/types.ts';
import type { ImportIssue } from '../../shared/contract/index.ts';

export type Files = Readonly<Record<string, string | Uint8Array>>;

export function sourceOf(files: Files, chunkBytes = 1024 * 1024): Source {
  return {
    label: 'source',
    issues: [],
    files: Object.entries(files).map(([name, content]) => {
      const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
      return {
        name,
        size: bytes.length,
        *chunks() {
          for (let at = 0; at < bytes.length; at += chunkBytes)
            yield bytes.subarray(at, at + chunkBytes);
        },
      };
    }),
  };
}

export interface Parsed {
  readonly documents: readonly ParsedDocument[];
  readonly issues: readonly ImportIssue[];
  readonly rejected: number;
  readonly columns: readonly string[];
}

export async function readAll(
  format: KnownFormat,
  source: Source,
  options: Partial<ReadOptions> = {},
): Promise<Parsed> {
  const documents: ParsedDocument[] = [];
  const issues: ImportIssue[] = [];
  const columns: string[] = [];
  let rejected = 0;
  const full = {
    encoding: 'auto' as const,
    csv: { textColumn: null, delimiter: null },
    ...options,
  };
  for await (const item of IMPORTERS[format](source, full)) {
    if (item.kind === 'document') documents.push(item.document);
    else if (item.kind === 'columns') columns.push(...item.columns);
    else {
      issues.push(item.issue);
      if (item.rejects === true) rejected += 1;
    }
  }
  return { documents, issues, rejected, columns };
}
