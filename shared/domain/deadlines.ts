// When a request must be answered. Months are counted as Regulation (EEC, Euratom) 1182/71 Art. 3 counts
// them: the day of the event does not count; the period ends on the same date of the later month, or on
// that month's last day where the date is missing; an end on a Saturday, Sunday or public holiday moves to
// the end of the next working day.
import { toInstant, type CalendarDay, type Instant } from '../kernel/time.ts';

/** Public holidays differ by Member State and are data of the site. Without them the answer is due earlier. */
export type IsHoliday = (day: CalendarDay) => boolean;
const noHoliday: IsHoliday = () => false;

const DAY_MS = 86_400_000;
const SATURDAY = 6;
const SUNDAY = 0;

const dayOf = (ms: number): CalendarDay => new Date(ms).toISOString().slice(0, 10);

function addMonths(day: CalendarDay, months: number): CalendarDay {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const lastOfMonth = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
  return dayOf(Date.UTC(year, month - 1 + months, Math.min(date, lastOfMonth)));
}

function workingDayFrom(day: CalendarDay, isHoliday: IsHoliday): CalendarDay {
  let ms = Date.parse(day);
  for (;;) {
    const weekday = new Date(ms).getUTCDay();
    if (weekday !== SATURDAY && weekday !== SUNDAY && !isHoliday(dayOf(ms))) return dayOf(ms);
    ms += DAY_MS;
  }
}

/** The days a period's end was moved over, `from` being where it ends on the calendar. */
export function skippedDays(
  from: CalendarDay,
  isHoliday: IsHoliday = noHoliday,
): readonly { readonly day: CalendarDay; readonly why: 'saturday' | 'sunday' | 'holiday' }[] {
  const end = Date.parse(workingDayFrom(from, isHoliday));
  const skipped = [];
  for (let ms = Date.parse(from); ms < end; ms += DAY_MS) {
    const weekday = new Date(ms).getUTCDay();
    const why = weekday === SATURDAY ? 'saturday' : weekday === SUNDAY ? 'sunday' : 'holiday';
    skipped.push({ day: dayOf(ms), why } as const);
  }
  return skipped;
}

/** Where one month from that day ends on the calendar. */
export const monthFrom = (day: CalendarDay): CalendarDay => addMonths(day, 1);

/** One month from receipt (GDPR Art. 12(3)). */
export const answerDueOn = (
  receivedOn: CalendarDay,
  isHoliday: IsHoliday = noHoliday,
): CalendarDay => workingDayFrom(addMonths(receivedOn, 1), isHoliday);

/**
 * With the two further months for complexity or number of requests. The law can be read as three months
 * from receipt or as two months after the end of the first; the earlier counts, and only the final date is
 * shifted (received 31 January: 30 or 28 April, so 28 April).
 */
export function extendedAnswerDueOn(
  receivedOn: CalendarDay,
  isHoliday: IsHoliday = noHoliday,
): CalendarDay {
  const { fromReceipt, afterFirst } = extendedReadings(receivedOn);
  return workingDayFrom(fromReceipt < afterFirst ? fromReceipt : afterFirst, isHoliday);
}

/** Both readings of "two further months", before any shift. */
export const extendedReadings = (receivedOn: CalendarDay) => ({
  fromReceipt: addMonths(receivedOn, 3),
  afterFirst: addMonths(addMonths(receivedOn, 1), 2),
});

export interface Deadlines {
  readonly receivedOn: CalendarDay;
  /** One month, shifted to a working day. */
  readonly dueOn: CalendarDay;
  /** Where the month ends on the calendar, and why it was moved: a weekend or a public holiday. */
  readonly unshiftedDueOn: CalendarDay;
  /** With an extension: the earlier reading, shifted. */
  readonly extendedDueOn: CalendarDay;
  /** Both readings of the extension, shifted, for the file. */
  readonly readings: {
    readonly threeMonthsFromReceipt: CalendarDay;
    readonly twoMonthsAfterTheFirst: CalendarDay;
  };
  /** Until when the person must hear of an extension or a refusal with reasons (Art. 12(3), 12(4)). */
  readonly noticeBy: CalendarDay;
}

export function deadlinesOf(receivedOn: CalendarDay, isHoliday: IsHoliday = noHoliday): Deadlines {
  const { fromReceipt, afterFirst } = extendedReadings(receivedOn);
  const dueOn = answerDueOn(receivedOn, isHoliday);
  return {
    receivedOn,
    dueOn,
    unshiftedDueOn: addMonths(receivedOn, 1),
    extendedDueOn: extendedAnswerDueOn(receivedOn, isHoliday),
    readings: {
      threeMonthsFromReceipt: workingDayFrom(fromReceipt, isHoliday),
      twoMonthsAfterTheFirst: workingDayFrom(afterFirst, isHoliday),
    },
    noticeBy: dueOn,
  };
}

/** Seventy-two hours after becoming aware (Art. 33): hours run through weekends and holidays. */
export const breachNotificationDue = (awareAt: Instant): Instant =>
  toInstant(Date.parse(awareAt) + 72 * 3_600_000);
