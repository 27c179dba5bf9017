/** Periods and scopes in words. */
import type { RetentionRule } from '../../../shared/contract/index.ts';
import { t } from '../../messages/index.ts';

type Counted = Pick<RetentionRule, 'days' | 'start'>;

/** Years where the days are whole years, counted with leap years. */
export function period(days: number): string {
  const years = Math.round(days / 365.25);
  return years > 0 && Math.floor(years * 365.25) <= days && days <= Math.ceil(years * 365.25)
    ? t('retention.years', { count: years })
    : t('retention.days', { count: days });
}

export const counted = ({ days, start }: Counted): string =>
  t(`retention.from.${start}`, { period: period(days) });

export const today = (): string => new Date().toISOString().slice(0, 10);
