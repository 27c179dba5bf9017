// Retention rules, what is due and why, legal holds, deletion runs over the wire. Leaves name rules, runs and
// holds; whom a hold covers stands in the vault alone.
import type { LegalHold, RetentionRun } from '../../../shared/contract/index.ts';
import { ok, type Result } from '../../../shared/kernel/result.ts';
import type { Governance, RunRecord, RunStage } from '../../governance/index.ts';
import { retentionRunFiles, retentionRunTitle, type ReportArchive } from '../../reports/index.ts';
import type { CallContext, Handlers } from './types.ts';

type RetentionName = Extract<keyof Handlers, `retention.${string}` | `hold.${string}`>;

export interface RetentionHandlerDeps {
  readonly governance: Pick<Governance, 'retention' | 'holds'>;
  readonly reports: { readonly archive: Pick<ReportArchive, 'put'> };
}

export function retentionHandlers({
  governance: { retention, holds },
  reports,
}: RetentionHandlerDeps): Pick<Handlers, RetentionName> {
  const nameOf = ({ session }: CallContext, userId: string): string =>
    session.vault.keys.users().find(({ id }) => id === userId)?.name ?? userId;

  const shownRun = (context: CallContext, run: RunRecord): RetentionRun => ({
    ...run,
    startedBy: nameOf(context, run.startedBy),
  });

  type Hold = Omit<LegalHold, 'overdue'>;
  function shownHolds(context: CallContext, items: readonly Hold[]): LegalHold[] {
    const overdue = items.some(({ state }) => state === 'active')
      ? retention.due.overdueOf()
      : new Map<string, number>();
    return items.map((hold) => ({
      ...hold,
      setBy: nameOf(context, hold.setBy),
      overdue: overdue.get(hold.holdId) ?? 0,
    }));
  }
  const shownHold = (context: CallContext, hold: Hold): LegalHold =>
    shownHolds(context, [hold])[0] as LegalHold;

  function changed(context: CallContext, acted: Result<Hold>): Result<LegalHold> {
    if (!acted.ok) return acted;
    const { holdId, people, documents } = acted.value;
    context.note({ object: holdId, counts: { people, documents } });
    context.changed('holds', 'retention', 'documents');
    return ok(shownHold(context, acted.value));
  }

  return {
    'retention.rules': () => ok({ items: [...retention.list()] }),
    'retention.setRule'(draft, context) {
      const set = retention.setRule(context.session.actor, draft);
      if (set.ok) {
        const { ruleId, purposeId, days } = set.value;
        context.note({
          object: ruleId,
          ...(purposeId !== null && { purposeId }),
          counts: { days },
        });
        context.changed('retention', 'documents', 'projects');
      }
      return set;
    },
    'retention.endRule'({ ruleId, reason }, context) {
      const ended = retention.endRule(context.session.actor, ruleId, reason);
      if (ended.ok) {
        context.note({ object: ruleId });
        context.changed('retention', 'documents', 'projects');
      }
      return ended;
    },
    'retention.preview': () => ok(retention.due.preview()),
    'retention.documents': (page) => ok(retention.due.list(page)),
    async 'retention.run'(order, context) {
      const { actor } = context.session;
      context.title('Retention');
      const ran = await retention.runs.run(actor, order, {
        signal: context.signal,
        async onStage(stage, done, total) {
          context.progress({
            stage: SHOWN_STAGE[stage],
            ...(stage === 'deleting'
              ? { done, total, unit: 'documents' }
              : { done: 0, total: null, unit: 'steps' }),
            etaSeconds: null,
          });
          // The steps block the process; the page hears of each before it begins.
          await new Promise((resolve) => setImmediate(resolve));
        },
        report: (run) =>
          reports.archive.put({
            kind: 'retentionRun',
            title: retentionRunTitle(run),
            actor,
            files: retentionRunFiles(shownRun(context, run), nameOf(context, run.startedBy)),
          }).reportId,
      });
      context.changed(
        ...(['retention', 'holds', 'documents', 'annotations', 'projects', 'snapshots'] as const),
        ...(['models', 'reports', 'subjects', 'audit'] as const),
      );
      if (!ran.ok) return ran;
      const { runId, ordered, deleted, copies, staleModels } = ran.value;
      context.note({ object: runId, counts: { ordered, deleted, copies, staleModels } });
      return ok(shownRun(context, ran.value));
    },
    'retention.runs'(page, context) {
      const runs = retention.runs.list(page);
      return ok({ ...runs, items: runs.items.map((run) => shownRun(context, run)) });
    },
    'hold.list'(page, context) {
      const listed = holds.list(page);
      return ok({ ...listed, items: shownHolds(context, listed.items) });
    },
    'hold.set'(wanted, context) {
      const set = holds.set(context.session.actor, wanted);
      if (!set.ok) return set;
      const { hold, unknownKeys } = set.value;
      context.note({
        object: hold.holdId,
        counts: { people: hold.people, documents: hold.documents, unknown: unknownKeys.length },
      });
      context.changed('holds', 'retention', 'documents');
      return ok({ hold: shownHold(context, hold), unknownKeys });
    },
    'hold.review': ({ holdId, ...review }, context) =>
      changed(context, holds.review(context.session.actor, holdId, review)),
    'hold.release': ({ holdId, reason }, context) =>
      changed(context, holds.release(context.session.actor, holdId, reason)),
  };
}

/** What the job tray calls the steps. */
const SHOWN_STAGE: Readonly<Record<RunStage, string>> = {
  ordering: 'preparing',
  deleting: 'erasing',
  compacting: 'erasing',
  rekeying: 'rekeying',
  proving: 'scanning',
  closing: 'saving',
};
