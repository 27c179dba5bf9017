/** What the room derives from a breach: how long still, and the form to write on. */
import type { Breach, InputOf } from '../../../shared/contract/index.ts';
import { t } from '../../messages/index.ts';

export type Assessment = InputOf<'breach.assess'>;

/** Hours until the 72 end; null where no clock runs any more. */
export function hoursUntil(breach: Breach, now: Date): number | null {
  if (breach.closed || breach.notifications.some(({ to }) => to === 'authority')) return null;
  if (breach.decisions && !breach.decisions.authority.needed) return null;
  return Math.floor((Date.parse(breach.dueAt) - now.getTime()) / 3_600_000);
}

export const clockText = (hours: number | null): string =>
  hours === null
    ? t('breaches.hours.stopped')
    : hours < 0
      ? t('breaches.hours.late', { count: -hours })
      : t('breaches.hours.left', { count: hours });

export const clockTone = (hours: number | null): 'neutral' | 'warn' | 'bad' =>
  hours === null ? 'neutral' : hours < 0 ? 'bad' : hours <= 24 ? 'warn' : 'neutral';

export function assessmentOf(breach: Breach): Assessment {
  const { breachId, kinds, nature, categories, subjectCategories, people, records } = breach;
  const { scope, effects, measures, dataState, keyStatement } = breach;
  return {
    ...{ breachId, nature, subjectCategories, people, records },
    ...{ effects, measures, dataState, keyStatement },
    kinds: [...kinds],
    categories: [...categories],
    scope: { ...scope },
  };
}

/** `2026-11-24 08:30`: the same moment in every place. */
export const utc = (at: string): string => at.slice(0, 16).replace('T', ' ');

/** What a field of type `datetime-local` holds; it knows no time zone and means the machine's. */
export function localField(at: string): string {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
export const fromField = (text: string): string => new Date(text).toISOString();
