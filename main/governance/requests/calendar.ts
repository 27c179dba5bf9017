// Public holidays of the site: the list of the chosen country, with the days the site added or took away.
// A deadline that was set stays as it was set; a change counts for requests opened after it.
import type { IsHoliday } from '../../../shared/domain/deadlines.ts';
import {
  isHolidayCountry,
  publicHolidays,
  type HolidayCountry,
} from '../../../shared/domain/holidays.ts';
import type { CalendarDay } from '../../../shared/kernel/time.ts';
import { createCalendarRepository } from './calendarRepository.ts';
import type { RoomContext } from '../context.ts';

export interface SiteHoliday {
  readonly day: CalendarDay;
  readonly source: 'law' | 'added' | 'removed';
  readonly name: string;
}

export interface Calendar {
  /** Null: no holiday counts, and deadlines fall earlier, never later. */
  country(): HolidayCountry | null;
  setCountry(country: HolidayCountry | null): void;
  /** In the order of the days; days the site took away stand here as `removed`. */
  list(country: HolidayCountry, year: number): SiteHoliday[];
  /** Null takes the site's own change of that day back. */
  change(
    country: HolidayCountry,
    day: CalendarDay,
    change: 'added' | 'removed' | null,
    name: string,
  ): void;
  /** By the country chosen at the moment of asking. */
  readonly isHoliday: IsHoliday;
}

export function createCalendar({ store }: Pick<RoomContext, 'store'>): Calendar {
  const repository = createCalendarRepository(store);

  const country = (): HolidayCountry | null => {
    const code = repository.site('country');
    return code !== undefined && isHolidayCountry(code) ? code : null;
  };

  return {
    country,
    setCountry: (code) => repository.setSite('country', code),
    list(code, year) {
      const changes = new Map(repository.changes(code, year).map((row) => [row.day, row]));
      const days = new Set([...publicHolidays(code, year), ...changes.keys()]);
      return [...days].sort().map((day) => {
        const own = changes.get(day);
        return { day, source: own?.kind ?? 'law', name: own?.name ?? '' };
      });
    },
    change: (code, day, kind, name) =>
      kind === null
        ? repository.forget(code, day)
        : repository.change({ country: code, day, kind, name }),
    isHoliday(day) {
      const code = country();
      if (code === null) return false;
      const own = repository.changeOn(code, day);
      return own ? own === 'added' : publicHolidays(code, Number(day.slice(0, 4))).includes(day);
    },
  };
}
