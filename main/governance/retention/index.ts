// How long data is kept, what keeps it longer, and what deletes it. Read `rules.ts`, `holds.ts`, `due.ts`
// (what has to go and why) and `runs.ts` (how it goes), in this order.
import type { RoomContext } from '../context.ts';
import type { Purposes } from '../gate/purposes.ts';
import { createDueDocuments, type DueDocuments } from './due.ts';
import { createHolds, type Holds } from './holds.ts';
import { createRetentionRules, type RetentionRules } from './rules.ts';
import { createRetentionRuns, type RetentionRuns, type RunDeps } from './runs.ts';

export type Retention = RetentionRules & { readonly due: DueDocuments } & {
  readonly runs: RetentionRuns;
};

export interface RetentionDeps extends Omit<RunDeps, 'due'> {
  readonly purposes: Purposes;
  readonly rules: RetentionRules;
  readonly holds: Holds;
  readonly vaultTime: () => string;
}

export function createRetention(context: RoomContext, deps: RetentionDeps): Retention {
  const due = createDueDocuments(context, deps);
  return { ...deps.rules, due, runs: createRetentionRuns(context, { ...deps, due }) };
}

export { createHolds, createRetentionRules };
export type { RetentionRules };
export type { DueDocuments } from './due.ts';
export type { BlockingHold, Hold, Holds, SetHold } from './holds.ts';
export type { RuleDraft } from './rules.ts';
export type { RetentionRuns, RunStage, RunWatch } from './runs.ts';
export type { RunRecord } from './runFold.ts';
