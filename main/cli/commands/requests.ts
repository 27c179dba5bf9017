// Requests of every kind from the terminal: entered, extended, refused, closed. Access and erasure have
// commands of their own beside these.
import type { Command } from 'commander';
import type { InputOf, OutputOf } from '../../../shared/contract/index.ts';
import {
  EXTENSION_GROUNDS,
  IDENTITY_CHECKS,
  REFUSAL_CODES,
  REQUEST_KINDS,
} from '../../../shared/domain/requests.ts';
import { leaf, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { subjectOf } from '../resolve.ts';
import { facts } from '../text.ts';

const OUTCOMES = ['takenBack', 'answeredElsewhere'] as const;

/** What was typed, as one of a closed list; else the list is shown. */
function oneOf<T extends string>(what: string, wanted: string | undefined, all: readonly T[]): T {
  const found = all.find((each) => each === wanted);
  if (found !== undefined) return found;
  throw usage(
    `${wanted === undefined ? `Say ${what}` : `There is no ${what} "${wanted}"`}. There are: ${all.join(', ')}.`,
  );
}

export function addRequestWork(program: Program, request: Command): void {
  leaf<{ kind?: string; received?: string; identity?: string }>(program, request, 'open', {
    summary: 'enter a request that came in; the deadline is set by the site’s calendar',
    arguments: '<person>',
    options: (command) =>
      command
        .option('--kind <kind>', REQUEST_KINDS.join(', '))
        .option('--received <day>', 'when it came in, e.g. 2026-11-20')
        .option('--identity <how>', `how the person was identified: ${IDENTITY_CHECKS.join(', ')}`),
    examples: [
      'request open 4411093 --kind restriction --received 2026-11-20',
      'request open 4411093 --kind objection --identity inPerson',
    ],
    async run(session, options, [person = '']) {
      const kind = oneOf('--kind', options.kind, REQUEST_KINDS);
      const how =
        options.identity === undefined
          ? undefined
          : oneOf('--identity', options.identity, IDENTITY_CHECKS);
      const opened = await session.call('request.open', {
        kind,
        subject: subjectOf(person),
        ...(options.received !== undefined && { receivedOn: options.received }),
      });
      const { requestId } = opened;
      const shown =
        how === undefined ? opened : await session.call('request.identify', { requestId, how });
      return { json: shown, text: describeRequest(shown) };
    },
  });

  leaf<{ ground?: string; reason: string }>(program, request, 'extend', {
    summary: 'two further months, with the letter that says why; only within the first month',
    arguments: '<request>',
    options: (command) =>
      command
        .option('--ground <ground>', EXTENSION_GROUNDS.join(', '))
        .requiredOption('--reason <text>', 'for the letter'),
    examples: ['request extend req_01JD9ZK3V7Q2 --ground complexity --reason "Four wards …"'],
    async run(session, { ground, reason }, [requestId = '']) {
      const extended = await session.call('request.extend', {
        requestId,
        ground: oneOf('--ground', ground, EXTENSION_GROUNDS),
        reason,
      });
      return { json: extended, text: describeLetter(extended) };
    },
  });

  leaf<{ code?: string; reason: string }>(program, request, 'refuse', {
    summary: 'refuse with a reason; the letter names complaint and court',
    arguments: '<request>',
    options: (command) =>
      command
        .option('--code <code>', REFUSAL_CODES.join(', '))
        .requiredOption('--reason <text>', 'for the letter'),
    examples: [
      'request refuse req_01JD9ZK3V7Q2 --code excessive --reason "The ninth this month …"',
    ],
    async run(session, { code, reason }, [requestId = '']) {
      const refused = await session.call('request.refuse', {
        requestId,
        code: oneOf('--code', code, REFUSAL_CODES),
        reason,
      });
      return { json: refused, text: describeLetter(refused) };
    },
  });

  leaf<{ outcome?: string }>(program, request, 'close', {
    summary: 'close what needs no answer from here',
    arguments: '<request>',
    options: (command) => command.option('--outcome <outcome>', OUTCOMES.join(', ')),
    examples: ['request close req_01JD9ZK3V7Q2 --outcome takenBack'],
    async run(session, { outcome }, [requestId = '']) {
      const input: InputOf<'request.close'> = {
        requestId,
        outcome: oneOf('--outcome', outcome, OUTCOMES),
      };
      const closed = await session.call('request.close', input);
      return { json: closed, text: describeRequest(closed) };
    },
  });
}

const describeLetter = ({ request, reportId }: OutputOf<'request.refuse'>): string =>
  `${describeRequest(request)}\nThe letter lies among the reports: ${reportId}.`;

const describeRequest = (request: OutputOf<'request.open'>): string =>
  facts([
    ['request', request.requestId],
    ['kind', request.kind],
    ['person', request.subjectKey],
    ['received', request.receivedOn],
    ['due', request.dueOn],
    ['identity', request.identity?.how ?? 'not checked'],
    ['state', request.outcome === null ? request.state : `${request.state}: ${request.outcome}`],
  ]);
