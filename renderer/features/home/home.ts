/**
 * What Home derives from the summary: one line for each thing that needs somebody today, in the order in which
 * it becomes late, each with the one next step and leading to the very place; and where the next step leads.
 */
import type { OutputOf, ProcedureName } from '../../../shared/contract/index.ts';
import { REQUEST_KINDS } from '../../../shared/domain/requests.ts';
import { day, dayTime, t } from '../../messages/index.ts';

export type Summary = OutputOf<'home.summary'>;

export interface Due {
  readonly id: string;
  readonly text: string;
  /** How long still; shown beside the text. */
  readonly when: string | null;
  readonly urgency: 'late' | 'soon' | 'calm';
  /** The next step, in a word or two. */
  readonly step: string;
  readonly to: readonly [room: string, ...rest: string[]];
}

/** What only concerns those who may do something about it. */
interface Line extends Due {
  readonly needs: ProcedureName;
}

const RANK: Readonly<Record<Due['urgency'], number>> = { late: 0, soon: 1, calm: 2 };

export function dueItems(
  summary: Summary,
  {
    may,
    orders,
    now = new Date(),
  }: {
    readonly may: (name: ProcedureName) => boolean;
    /** Waiting for the second signature of this person. */
    readonly orders: number;
    readonly now?: Date;
  },
): readonly Due[] {
  const lines: readonly Line[] = [
    ...breaches(summary, now),
    ...several(orders, {
      id: 'orders',
      text: (count) => t('order.waiting', { count }),
      urgency: 'soon',
      step: t('home.step.sign'),
      to: ['settings', 'people'],
      needs: 'order.list',
    }),
    ...requests(summary, now),
    ...(summary.documents > 0 && summary.backup !== 'kept' ? [backup(summary.backup)] : []),
    ...several(summary.staleModels, {
      id: 'models',
      text: (count) => t('home.stale', { count }),
      urgency: 'soon',
      step: t('home.step.decide'),
      to: ['training'],
      needs: 'run.list',
    }),
    ...several(summary.keptDue, {
      id: 'kept',
      text: (count) => t('home.kept', { count }),
      urgency: 'soon',
      step: t('home.step.decide'),
      to: ['requests', 'kept'],
      needs: 'request.kept',
    }),
    ...several(summary.retentionDue, {
      id: 'retention',
      text: (count) => t('home.retention', { count }),
      urgency: 'calm',
      step: t('home.step.look'),
      to: ['retention'],
      needs: 'retention.preview',
    }),
    ...several(summary.openNotices, {
      id: 'notices',
      text: (count) => t('home.notices', { count }),
      urgency: 'calm',
      step: t('home.step.tell'),
      to: ['reports', 'exits'],
      needs: 'exit.notices',
    }),
    ...several(summary.lapsingConsents, {
      id: 'consents',
      text: (count) => t('home.lapsing', { count }),
      urgency: 'calm',
      step: t('home.step.ask'),
      to: ['consent'],
      needs: 'subject.list',
    }),
    ...several(summary.openTasks, {
      id: 'tasks',
      text: (count) => t('home.tasks', { count }),
      urgency: 'calm',
      step: t('home.step.label'),
      to: ['labeling'],
      needs: 'project.list',
    }),
  ];
  return lines.filter(({ needs }) => may(needs)).sort((a, b) => RANK[a.urgency] - RANK[b.urgency]);
}

function several(
  count: number,
  line: Omit<Line, 'text' | 'when'> & { readonly text: (count: number) => string },
): readonly Line[] {
  return count > 0 ? [{ ...line, text: line.text(count), when: null }] : [];
}

/** The 72 hours run through weekends, so they are told in hours. */
const breaches = ({ openBreaches }: Summary, now: Date): readonly Line[] =>
  openBreaches.map(({ breachId, dueAt }) => {
    const hours = dueAt === null ? 0 : Math.floor((Date.parse(dueAt) - now.getTime()) / 3_600_000);
    return {
      id: breachId,
      text: dueAt === null ? t('home.breach.open') : t('home.breach', { time: dayTime(dueAt) }),
      when:
        dueAt === null
          ? null
          : hours < 0
            ? t('home.breach.late', { count: -hours })
            : t('home.breach.hours', { count: hours }),
      urgency: dueAt === null ? 'calm' : hours < 0 ? 'late' : 'soon',
      step: t('home.step.report'),
      to: ['breaches', breachId],
      needs: 'breach.list',
    } as const;
  });

const requests = ({ openRequests }: Summary, now: Date): readonly Line[] =>
  openRequests
    .toSorted((a, b) => a.dueOn.localeCompare(b.dueOn))
    .map((request) => {
      const left = daysUntil(request.dueOn, now);
      const kind = REQUEST_KINDS.find((each) => each === request.kind) ?? 'access';
      return {
        id: request.requestId,
        text: t(`home.request.${kind}`, { date: day(request.dueOn) }),
        when: daysLeft(left),
        urgency: left < 0 ? 'late' : left <= 7 ? 'soon' : 'calm',
        step: t('home.step.answer'),
        to: ['requests', request.requestId],
        needs: 'request.list',
      } as const;
    });

const backup = (state: 'none' | 'overdue'): Line => ({
  id: 'backup',
  text: t(`home.backup.${state}`),
  when: null,
  urgency: state === 'none' ? 'soon' : 'late',
  step: t('home.step.backup'),
  to: ['settings', 'backups'],
  needs: 'backup.create',
});

export function daysUntil(dueOn: string, today: Date): number {
  const start = Date.UTC(today.getFullYear(), today.getMonth(), today.getDate());
  return Math.round((Date.parse(`${dueOn}T00:00:00Z`) - start) / 86_400_000);
}

export function daysLeft(days: number): string {
  if (days < 0) return t('home.request.overdue', { count: -days });
  return days === 0 ? t('home.request.today') : t('home.request.days', { count: days });
}

export const NEXT_ROOM: Readonly<Record<Summary['nextStep'], readonly string[]>> = {
  import: ['documents', 'import'],
  purpose: ['consent', 'declare'],
  consent: ['consent'],
  project: ['labeling'],
  label: ['labeling'],
  snapshot: ['snapshots'],
  train: ['training'],
  evaluate: ['evaluation'],
  report: ['reports'],
  none: ['reports'],
};
