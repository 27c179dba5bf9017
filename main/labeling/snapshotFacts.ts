// What a snapshot says of itself: its manifest (canonical JSON, RFC 8785), its splits and labels in numbers.
// Pure functions of what was chosen.
import type { ParsedInputOf, Snapshot } from '../../shared/contract/index.ts';
import { sameSpan, sortSpans, type Span } from '../../shared/domain/spans.ts';
import { canonicalJson } from '../platform/index.ts';
import type { ProjectCore } from './projects.ts';
import type { FreezableDocument, SnapshotDocument, Split } from './snapshotRepository.ts';

const MANIFEST_VERSION = 1;

/** A document with its labels, on its way into a split. */
export type Chosen = Pick<FreezableDocument, 'subjectId' | 'length'> & {
  readonly spans: readonly Span[];
  readonly split: Split;
};

export const note = (counts: Map<string, number>, reason: string, count: number): void =>
  void counts.set(reason, (counts.get(reason) ?? 0) + count);

/** Two annotators who agree make one label of a dataset. */
export function distinct(spans: readonly Span[]): Span[] {
  const unique: Span[] = [];
  for (const { start, end, label } of sortSpans(spans)) {
    const last = unique.at(-1);
    const span = { start, end, label };
    if (last === undefined || !sameSpan(last, span)) unique.push(span);
  }
  return unique;
}

export function manifestOf(
  project: ProjectCore,
  policySha256: string,
  split: ParsedInputOf<'snapshot.freeze'>['split'] | null,
  documents: readonly SnapshotDocument[],
): string {
  return canonicalJson({
    version: MANIFEST_VERSION,
    projectId: project.projectId,
    purposeId: project.purposeId,
    policySha256,
    labels: project.labels.map(({ id }) => id),
    ...(split && { split: { ...split } }),
    documents: documents.map(({ documentId, split: into, textSha256, spans }) => ({
      documentId,
      split: into,
      textSha256,
      spans: spans.map(({ start, end, label }) => [start, end, label]),
    })),
  });
}

export function summaryOf(split: Split, chosen: readonly Chosen[]): Snapshot['splits'] {
  const own = chosen.filter((document) => document.split === split);
  if (own.length === 0) return [];
  return [
    {
      split,
      documents: own.length,
      subjects: new Set(own.flatMap(({ subjectId }) => (subjectId === null ? [] : [subjectId])))
        .size,
      spans: own.reduce((sum, { spans }) => sum + spans.length, 0),
      characters: own.reduce((sum, { length }) => sum + length, 0),
    },
  ];
}

export function countLabels(chosen: readonly Chosen[]): Snapshot['labels'] {
  const counts = new Map<string, number>();
  for (const { spans } of chosen) for (const { label } of spans) note(counts, label, 1);
  return [...counts]
    .map(([label, count]) => ({ label, count }))
    .sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1))
    .slice(0, 500);
}
