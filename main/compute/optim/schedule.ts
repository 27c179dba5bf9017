/** Learning-rate schedules: a factor of the peak rate as a pure function of the step. */
export type ScheduleShape = 'constant' | 'linear' | 'cosine';

export interface Schedule {
  readonly shape: ScheduleShape;
  readonly warmupSteps: number;
  readonly totalSteps: number;
}

/** @param step counted from 0; the first step of a warm-up already moves (1/warmupSteps). */
export function scheduleFactor(schedule: Schedule, step: number): number {
  const { shape, warmupSteps, totalSteps } = schedule;
  if (step < warmupSteps) return (step + 1) / warmupSteps;
  if (shape === 'constant') return 1;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
  return shape === 'linear' ? 1 - progress : 0.5 * (1 + Math.cos(Math.PI * progress));
}
