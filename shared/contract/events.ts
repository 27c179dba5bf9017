/** What the core tells every client without being asked. Names are in the past tense. */
import { z } from 'zod';
import { At, Identifier, Progress } from './define.ts';

export const JobState = z.enum(['running', 'done', 'failed', 'cancelled', 'interrupted']);

export const Job = z.strictObject({
  jobId: Identifier,
  procedure: z.string().max(60),
  /** What it is about, e.g. the name of a collection; shown in the tray. */
  title: z.string().max(200),
  state: JobState,
  startedAt: At,
  finishedAt: At.nullable(),
  progress: Progress.nullable(),
  keeps: z.enum(['nothing', 'goodRows', 'checkpoint', 'finishedDocuments']),
  errorCode: z.string().max(60).nullable(),
});
export type Job = z.infer<typeof Job>;

/** Which lists a change touches; a screen that shows one of them asks again. */
export const Scope = z.enum([
  'staff',
  'vault',
  'documents',
  'subjects',
  'purposes',
  'consent',
  'projects',
  'annotations',
  'snapshots',
  'runs',
  'bases',
  'sweeps',
  'models',
  'evaluations',
  'reports',
  'requests',
  'audit',
  'settings',
  'deid',
  'retention',
  'holds',
  'register',
  'policies',
  'breaches',
  'exits',
]);
export type Scope = z.infer<typeof Scope>;

export const TrainingPoint = z.strictObject({
  step: z.number().int(),
  epoch: z.number(),
  loss: z.number(),
  learningRate: z.number(),
  /** Present after an epoch. */
  devF1: z.number().nullable(),
  at: At,
});
export type TrainingPoint = z.infer<typeof TrainingPoint>;

export const events = {
  'job.changed': Job,
  'data.changed': z.strictObject({ scopes: z.array(Scope).max(40) }),
  'data.stored': z.strictObject({ at: At }),
  'vault.changed': z.strictObject({ state: z.enum(['absent', 'locked', 'unlocked']) }),
  'run.progressed': z.strictObject({ runId: Identifier, point: TrainingPoint }),
  'compute.restarted': z.strictObject({ at: At, attempt: z.number().int() }),
} as const;
export type EventName = keyof typeof events;
export type EventPayload<E extends EventName> = z.infer<(typeof events)[E]>;
