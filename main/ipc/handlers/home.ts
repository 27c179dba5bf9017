// The first screen: where the vault stands and what the next sensible step is. Composed from what the rooms
// say about themselves.
import type { OutputOf } from '../../../shared/contract/index.ts';
import { ok } from '../../../shared/kernel/result.ts';
import type { Actor } from '../../governance/index.ts';
import type { Services } from '../services.ts';
import type { Handlers } from './types.ts';

type HomeServices = Pick<
  Services,
  | 'audit'
  | 'backups'
  | 'governance'
  | 'corpus'
  | 'labeling'
  | 'models'
  | 'training'
  | 'evaluation'
  | 'reports'
>;
type Home = OutputOf<'home.summary'>;

/** A consent that ends within this time is worth asking for again now. */
const LAPSING_DAYS = 30;

export function homeHandlers(services: HomeServices): Pick<Handlers, 'home.summary'> {
  const { audit, governance, corpus, labeling, models, training } = services;

  /** Of the newest purpose in force: the one the chip at the top offers first. */
  function withheld(actor: Actor): number {
    const purpose = governance.purposes.list().findLast(({ state }) => state === 'active');
    const [operation] = purpose?.operations ?? [];
    if (!purpose || !operation) return 0;
    const summary = governance.gate.summary({ actor, purposeId: purpose.purposeId, operation });
    return summary.ok ? summary.value.withheld.reduce((sum, { count }) => sum + count, 0) : 0;
  }

  return {
    'home.summary'(_, { session }) {
      const { actor } = session;
      const collections = corpus.documents.collections();
      const projects = labeling.projects.list(actor);
      const head = audit.head();
      const summary: Omit<Home, 'nextStep'> = {
        documents: collections.reduce((sum, { documents }) => sum + documents, 0),
        subjects: governance.subjects.count(),
        withheld: withheld(actor),
        openTasks: projects.reduce(
          (sum, project) =>
            sum + Math.max(0, project.documents - project.completed - project.withheld),
          0,
        ),
        openRequests: governance.requests
          .unanswered(50)
          .map(({ requestId, kind, dueOn }) => ({ requestId, kind, dueOn })),
        openBreaches: [...governance.breaches.unclosed(50)],
        openNotices: governance.exitNotices.open(),
        lapsingConsents: governance.consent.ending(LAPSING_DAYS),
        retentionDue: governance.retention.due.reminder(),
        keptDue: governance.keptParts.list(true).due,
        backup: backupOf(services.backups),
        staleModels: models.list().filter(({ state }) => state === 'stale').length,
        lastRuns: training
          .list()
          .slice(0, 5)
          .map(({ runId, name, state, devF1 }) => ({ runId, name, state, f1: devF1 })),
        audit: { size: head.size, root: head.size === 0 ? null : head.root.toString('hex') },
      };
      return ok({ ...summary, nextStep: nextStepOf(actor, summary, services, projects) });
    },
  };
}

function backupOf(backups: HomeServices['backups']): Home['backup'] {
  const { newestAt, overdue } = backups.state();
  if (overdue) return 'overdue';
  return newestAt === undefined ? 'none' : 'kept';
}

/** The main job in its order; the first step that has not happened yet. */
function nextStepOf(
  actor: Actor,
  summary: Omit<Home, 'nextStep'>,
  { governance, labeling, models, evaluation, reports }: HomeServices,
  projects: ReturnType<HomeServices['labeling']['projects']['list']>,
): Home['nextStep'] {
  const purposes = governance.purposes.list().filter(({ state }) => state === 'active');
  if (summary.documents === 0) return 'import';
  if (purposes.length === 0) return 'purpose';
  if (projects.length === 0) {
    return summary.withheld >= summary.documents && purposes.some((purpose) => purpose.needsConsent)
      ? 'consent'
      : 'project';
  }
  const snapshots = labeling.snapshots.list();
  if (snapshots.length === 0) return summary.openTasks > 0 ? 'label' : 'snapshot';
  const usable = models.list().filter(({ state }) => state === 'valid');
  const [newest] = usable;
  if (!newest) return 'train';
  if (evaluation.details(newest.modelId).length === 0) return 'evaluate';
  return reports.list(actor).some(({ modelId }) => modelId === newest.modelId) ? 'none' : 'report';
}
