// What a deletion run amounts to: a fold over its events.
import type { RetentionRun } from '../../../shared/contract/index.ts';
import type { RunEventRow, RunRow } from './runRepository.ts';

/** As the contract shows it; `startedBy` is an id. */
export type RunRecord = RetentionRun;

export interface BatchBody {
  readonly deleted: number;
  readonly copies: number;
  readonly staleModels: number;
  readonly skipped: { readonly held: number; readonly notDueAnyMore: number };
  readonly rows: Readonly<Record<string, number>>;
}

interface DoneBody {
  readonly scan: RetentionRun['scan'];
  readonly reportId: string;
}

export function foldRun(
  row: RunRow,
  events: readonly RunEventRow[],
  isRunning: boolean,
): RunRecord {
  const batches = events
    .filter(({ type }) => type === 'batch')
    .map(({ body }) => JSON.parse(body) as BatchBody);
  const sum = (of: (batch: BatchBody) => number): number =>
    batches.reduce((total, batch) => total + of(batch), 0);
  const done = events.find(({ type }) => type === 'done');
  const ending = done === undefined ? null : (JSON.parse(done.body) as DoneBody);
  const isDeleted = events.some(({ type }) => type === 'compacted');
  const deleted = sum((batch) => batch.deleted);
  const skipped = {
    held: sum((batch) => batch.skipped.held),
    notDueAnyMore: sum((batch) => batch.skipped.notDueAnyMore),
    // Erased meanwhile, or deleted as the copy of another document of this run.
    gone: 0,
  };
  if (isDeleted || done !== undefined) {
    skipped.gone = row.ordered - deleted - skipped.held - skipped.notDueAnyMore;
  }
  const rows = new Map<string, number>();
  for (const batch of batches) {
    for (const [table, n] of Object.entries(batch.rows))
      rows.set(table, (rows.get(table) ?? 0) + n);
  }
  return {
    ...{ runId: row.id, startedAt: row.at, startedBy: row.actor, completedAt: done?.at ?? null },
    state: stateOf(events, isRunning),
    ...{ ordered: row.ordered, deleted, copies: sum((batch) => batch.copies) },
    skipped: (['held', 'notDueAnyMore', 'gone'] as const)
      .map((reason) => ({ reason, count: skipped[reason] }))
      .filter(({ count }) => count > 0),
    groups: JSON.parse(row.decided_by) as RetentionRun['groups'],
    rows: [...rows].map(([table, n]) => ({ table, rows: n })),
    staleModels: sum((batch) => batch.staleModels),
    ...{ scan: ending?.scan ?? null, orderLeaf: row.order_leaf },
    reportId: ending?.reportId ?? null,
  };
}

function stateOf(events: readonly RunEventRow[], isRunning: boolean): RetentionRun['state'] {
  if (events.some(({ type }) => type === 'done')) return 'done';
  if (isRunning) return 'running';
  return events.at(-1)?.type === 'unproven' ? 'unproven' : 'interrupted';
}
