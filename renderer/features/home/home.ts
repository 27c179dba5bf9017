/** What Home derives from the summary: the due list in order of urgency, and where the next step leads. */
import type { OutputOf } from '../../../shared/contract/index.ts';
import { REQUEST_KINDS } from '../../../shared/domain/requests.ts';
import { day, t } from '../../messages/index.ts';

export type Summary = OutputOf<'home.summary'>;

export interface Due {
  readonly text: string;
  /** How long still; shown beside the text. */
  readonly when: string | null;
  readonly urgent: boolean;
  readonly room: string;
}

export function dueItems(summary: Summary, today = new Date()): readonly Due[] {
  const requests = summary.openRequests.toSorted((a, b) => a.dueOn.localeCompare(b.dueOn));
  const items: Due[] = requests.map((request) => {
    const left = daysUntil(request.dueOn, today);
    const kind = REQUEST_KINDS.find((each) => each === request.kind) ?? 'access';
    return {
      text: t(`home.request.${kind}`, { date: day(request.dueOn) }),
      when: daysLeft(left),
      urgent: left <= 7,
      room: 'requests',
    };
  });
  const add = (count: number, text: () => string, room: string, urgent: boolean) => {
    if (count > 0) items.push({ text: text(), when: null, urgent, room });
  };
  add(summary.staleModels, () => t('home.stale', { count: summary.staleModels }), 'training', true);
  add(
    summary.lapsingConsents,
    () => t('home.lapsing', { count: summary.lapsingConsents }),
    'consent',
    false,
  );
  add(summary.openTasks, () => t('home.tasks', { count: summary.openTasks }), 'labeling', false);
  return items;
}

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
