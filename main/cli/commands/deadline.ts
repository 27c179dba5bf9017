// `request deadline`: when a request must be answered, by the rules alone. Needs no vault and opens none.
import type { Command } from 'commander';
import { deadlinesOf } from '../../../shared/domain/deadlines.ts';
import {
  HOLIDAY_COUNTRIES,
  isHolidayCountry,
  publicHolidays,
} from '../../../shared/domain/holidays.ts';
import { plainLeaf, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { facts } from '../text.ts';

export interface DeadlineAnswer {
  readonly received: string;
  readonly country: string;
  readonly due: string;
  readonly unshiftedDue: string;
  readonly extended: string;
  readonly readings: {
    readonly threeMonthsFromReceipt: string;
    readonly twoMonthsAfterTheFirst: string;
  };
  /** The public holidays that moved one of these dates. */
  readonly holidaysUsed: readonly string[];
}

/** Fails as a usage error that names what is known. */
export function deadlineAnswer(received: string, code: string): DeadlineAnswer {
  const country = code.toUpperCase();
  if (!isHolidayCountry(country)) {
    throw usage(`The country "${code}" is not known. There are: ${HOLIDAY_COUNTRIES.join(', ')}.`);
  }
  if (!isCalendarDay(received)) {
    throw usage(`"${received}" is not a day. Write it as year-month-day, e.g. 2026-11-20.`);
  }
  const used = new Set<string>();
  const { dueOn, unshiftedDueOn, extendedDueOn, readings } = deadlinesOf(received, (day) => {
    const holiday = publicHolidays(country, Number(day.slice(0, 4))).includes(day);
    if (holiday) used.add(day);
    return holiday;
  });
  return {
    received,
    country,
    due: dueOn,
    unshiftedDue: unshiftedDueOn,
    extended: extendedDueOn,
    readings,
    holidaysUsed: [...used].sort(),
  };
}

/** From the year the rule book can be applied to; 2099 is where the Orthodox Easter rule ends. */
function isCalendarDay(text: string): boolean {
  if (!/^(19[5-9]\d|20\d\d)-\d\d-\d\d$/.test(text)) return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

export function addDeadlineCommand(program: Program, request: Command): void {
  plainLeaf<{ received: string; country: string }>(program, request, 'deadline', {
    summary: 'when a request must be answered, by Regulation 1182/71; needs no vault',
    options: (command) =>
      command
        .requiredOption('--received <day>', 'when it came in, e.g. 2026-11-20')
        .requiredOption('--country <code>', 'whose public holidays count, e.g. DE'),
    examples: [
      'request deadline --received 2026-01-31 --country DE',
      'request deadline --received 2026-03-03 --country FR --json',
    ],
    run(_program, { received, country }) {
      return Promise.resolve().then(() => {
        const answer = deadlineAnswer(received, country);
        const { readings } = answer;
        return {
          json: answer,
          text: facts([
            ['received', answer.received],
            ['due', answer.due],
            ['one month ends on', answer.unshiftedDue],
            ['with an extension', answer.extended],
            ['three months from receipt', readings.threeMonthsFromReceipt],
            ['two months after the first', readings.twoMonthsAfterTheFirst],
            ['public holidays that moved a date', answer.holidaysUsed.join(', ') || 'none'],
          ]),
        };
      });
    },
  });
}
