/**
 * The one table of rooms. A screen is registered by one entry: its place in the address, its name, its
 * icon, the component (loaded when first shown) and the procedure without which it would show nothing:
 * who may not call that does not see the room.
 */
import type { Component } from 'svelte';
import type { OutputOf, ProcedureName } from '../../shared/contract/index.ts';
import { number, t, type MessageKey } from '../messages/index.ts';
import type { IconName } from '../ui/index.ts';

type Summary = OutputOf<'home.summary'>;

/** A number, and the number with its word where there is room. */
export interface Attention {
  readonly count: number;
  readonly text: string;
}

export interface Room {
  /** First part of the address: `#/documents`. */
  readonly route: string;
  readonly title: MessageKey & `room.${string}`;
  readonly icon: IconName;
  readonly group: 'data' | 'work' | 'models' | 'accountability' | 'program';
  readonly needs: ProcedureName;
  readonly load: () => Promise<{ default: Component }>;
  /** The one number that asks for attention; null shows nothing. */
  readonly attention?: (summary: Summary) => Attention | null;
}

export const ROOMS: readonly Room[] = [
  {
    route: 'home',
    title: 'room.home',
    icon: 'home',
    group: 'data',
    needs: 'home.summary',
    load: () => import('../features/home/HomeScreen.svelte'),
  },
  {
    route: 'documents',
    title: 'room.documents',
    icon: 'documents',
    group: 'data',
    needs: 'corpus.list',
    load: () => import('../features/documents/DocumentsScreen.svelte'),
    attention: ({ documents }) => attention(documents, number),
  },
  {
    route: 'consent',
    title: 'room.consent',
    icon: 'consent',
    group: 'data',
    needs: 'subject.list',
    load: () => import('../features/consent/ConsentScreen.svelte'),
    attention: ({ lapsingConsents }) =>
      attention(lapsingConsents, (count) => t('nav.lapse', { count })),
  },
  {
    route: 'labeling',
    title: 'room.labeling',
    icon: 'labeling',
    group: 'work',
    needs: 'project.list',
    load: () => import('../features/labeling/LabelingScreen.svelte'),
    attention: ({ openTasks }) => attention(openTasks, (count) => t('nav.left', { count })),
  },
  {
    route: 'snapshots',
    title: 'room.snapshots',
    icon: 'snapshots',
    group: 'work',
    needs: 'snapshot.list',
    load: () => import('../features/snapshots/SnapshotsScreen.svelte'),
  },
  {
    route: 'training',
    title: 'room.training',
    icon: 'training',
    group: 'models',
    needs: 'run.list',
    load: () => import('../features/training/TrainingScreen.svelte'),
    attention: ({ staleModels }) => attention(staleModels, (count) => t('nav.stale', { count })),
  },
  {
    route: 'evaluation',
    title: 'room.evaluation',
    icon: 'evaluation',
    group: 'models',
    needs: 'evaluate.list',
    load: () => import('../features/evaluation/EvaluationScreen.svelte'),
  },
  {
    route: 'requests',
    title: 'room.requests',
    icon: 'requests',
    group: 'accountability',
    needs: 'request.list',
    load: () => import('../features/requests/RequestsScreen.svelte'),
    attention: ({ openRequests }) =>
      attention(openRequests.length, (count) => t('nav.due', { count })),
  },
  {
    route: 'breaches',
    title: 'room.breaches',
    icon: 'warn',
    group: 'accountability',
    needs: 'breach.list',
    load: () => import('../features/breaches/BreachesScreen.svelte'),
    attention: ({ openBreaches }) =>
      attention(openBreaches.length, (count) => t('nav.breaches', { count })),
  },
  {
    route: 'retention',
    title: 'room.retention',
    icon: 'clock',
    group: 'accountability',
    needs: 'retention.rules',
    load: () => import('../features/retention/RetentionScreen.svelte'),
    attention: ({ retentionDue }) =>
      attention(retentionDue, (count) => t('nav.retention', { count })),
  },
  {
    route: 'register',
    title: 'room.register',
    icon: 'folder',
    group: 'accountability',
    needs: 'ropa.get',
    load: () => import('../features/register/RegisterScreen.svelte'),
  },
  {
    route: 'reports',
    title: 'room.reports',
    icon: 'reports',
    group: 'accountability',
    needs: 'report.list',
    load: () => import('../features/reports/ReportsScreen.svelte'),
  },
  {
    route: 'audit',
    title: 'room.audit',
    icon: 'audit',
    group: 'accountability',
    needs: 'audit.list',
    load: () => import('../features/audit/AuditScreen.svelte'),
  },
  {
    route: 'settings',
    title: 'room.settings',
    icon: 'settings',
    group: 'program',
    needs: 'settings.set',
    load: () => import('../features/settings/SettingsScreen.svelte'),
  },
];

function attention(count: number, text: (count: number) => string): Attention | null {
  return count > 0 ? { count, text: text(count) } : null;
}
