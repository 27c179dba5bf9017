// The file of one request, for the steward and for whoever asks later: how its deadline was counted, what
// happened when and by whom, what it holds in force. Codes only: words about a person stand in letters.
import type { Reading, RequestFile } from '../../../shared/contract/procedures/requests.ts';
import { extendedReadings, monthFrom, skippedDays } from '../../../shared/domain/deadlines.ts';
import { ok, type Result } from '../../../shared/kernel/result.ts';
import type { CalendarDay } from '../../../shared/kernel/time.ts';
import type { Calendar } from './calendar.ts';
import type { RoomContext } from '../context.ts';
import type { SubjectFollower } from '../followers.ts';
import type { KeptParts } from '../erasure/keptParts.ts';
import type { RequestEventRow, RequestRepository } from './requestRepository.ts';
import { noSuchRequest, type Requests } from './requests.ts';

/** Steps of an erasure are its own journal, not what a person would ask about. */
const UNTOLD: ReadonlySet<string> = new Set(['step']);

export function createRequestFile(
  { clock }: Pick<RoomContext, 'clock'>,
  deps: {
    readonly requests: Pick<Requests, 'get'>;
    readonly repository: Pick<RequestRepository, 'get' | 'events'>;
    readonly calendar: Calendar;
    readonly followers: readonly SubjectFollower[];
    readonly keptParts: Pick<KeptParts, 'ofRequest'>;
  },
): { show(requestId: string): Result<RequestFile> } {
  const { requests, repository, calendar, followers } = deps;

  function reading(endsOn: CalendarDay): Reading {
    const skipped = skippedDays(endsOn, calendar.isHoliday);
    const country = calendar.country();
    return {
      endsOn,
      dueOn: dayAfter(skipped.at(-1)?.day) ?? endsOn,
      skipped: skipped.map(({ day, why }) => {
        const known =
          why === 'holiday' && country !== null
            ? calendar.list(country, Number(day.slice(0, 4))).find((each) => each.day === day)
            : undefined;
        return { day, why, name: known?.name ?? '' };
      }),
    };
  }

  return {
    show(requestId) {
      const row = repository.get(requestId);
      if (!row) return noSuchRequest();
      const found = requests.get(requestId);
      if (!found.ok) return found;
      const request = found.value;
      const { receivedOn, identity, subjectId } = request;
      const events = repository.events(requestId);
      const { fromReceipt, afterFirst } = extendedReadings(receivedOn);
      const end = (request.closedAt ?? clock.now()).slice(0, 10);
      return ok({
        request,
        deadline: {
          country: calendar.country(),
          month: reading(monthFrom(receivedOn)),
          fromIdentity: identity && reading(monthFrom(identity.at.slice(0, 10))),
          threeMonthsFromReceipt: reading(fromReceipt),
          twoMonthsAfterTheFirst: reading(afterFirst),
        },
        daysUsed: Math.max(0, Math.round((Date.parse(end) - Date.parse(receivedOn)) / 86_400_000)),
        ledger: [
          { at: row.opened_at, what: 'opened', by: row.actor, code: null, until: null },
          ...events.filter(({ type }) => !UNTOLD.has(type)).map(entryOf),
        ].slice(-1000),
        restriction: restrictionOf(events),
        kept: [...deps.keptParts.ofRequest(requestId)],
        models:
          subjectId === null
            ? []
            : followers.flatMap((follower) => [...(follower.models?.(subjectId) ?? [])]),
      });
    },
  };
}

/** The members of an event's body that are codes of closed lists. */
function codesOf({ body }: RequestEventRow): {
  readonly how?: string;
  readonly ground?: string;
  readonly code?: string;
  readonly outcome?: string;
  readonly dueOn?: string;
} {
  return JSON.parse(body) as object;
}

function entryOf(event: RequestEventRow): RequestFile['ledger'][number] {
  const { how, ground, code, outcome, dueOn } = codesOf(event);
  return {
    at: event.at,
    what: event.type,
    by: event.actor,
    code: how ?? ground ?? code ?? outcome ?? null,
    until: dueOn ?? null,
  };
}

function restrictionOf(events: readonly RequestEventRow[]): RequestFile['restriction'] {
  const restricted = events.findLast(({ type }) => type === 'restricted');
  if (!restricted) return null;
  const at = (type: RequestEventRow['type']) =>
    events.findLast((event) => event.type === type)?.at ?? null;
  return {
    ground: codesOf(restricted).ground ?? '',
    since: restricted.at,
    noticedAt: at('liftNoticed'),
    liftedAt: at('lifted'),
  };
}

const dayAfter = (day: CalendarDay | undefined): CalendarDay | undefined =>
  day && new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
