// Other people in a person's texts (GDPR Art. 15(4), 20(4)): a copy for the person leaves out names, numbers
// and contacts that are not theirs. What is whose, the recognizers of de-identification propose; they are of a
// room above and register at composition. The steward sees every proposal in its text and keeps what may be
// told; whatever nobody decided is left out. A gap says what kind of thing was there and no more: neither
// its length nor a hash of the whole text is told, from which the words could be tried out.
import type { OutputOf, ParsedInputOf, Redaction } from '../../../shared/contract/index.ts';
import { createGraphemes } from '../../../shared/domain/graphemes.ts';
import { checkSpan, overlaps, type Range } from '../../../shared/domain/spans.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Actor, PageRequest, RoomContext } from '../context.ts';
import type { GateRepository, TextRow } from '../gate/gateRepository.ts';
import { logOwnReading } from './ownReading.ts';
import { createRedactionRepository } from './redactionRepository.ts';
import type { RequestRepository } from './requestRepository.ts';
import type { Requests } from './requests.ts';
import type { Subjects } from '../subjects.ts';

export interface FoundPerson extends Range {
  readonly label: string;
  readonly rule: string;
  readonly score: number;
  readonly whose: 'subject' | 'staff' | 'other';
}

/** Names, numbers and contacts of people in a text, disjoint and in order. */
export interface PeopleFinder {
  readonly find: (text: string) => readonly FoundPerson[];
  /** Whether a name says no more than one of the others. */
  readonly isSamePerson: (name: string, others: readonly string[]) => boolean;
}

export interface RedactionLog {
  readonly redacted: number;
  /** By kind and by whose they are. */
  readonly kinds: readonly {
    readonly label: string;
    readonly who: Redaction['who'];
    readonly count: number;
  }[];
  /** Proposed, and kept by a person. */
  readonly kept: number;
  /** Proposed, decided by nobody, and left out. */
  readonly undecided: number;
}

export interface RedactedText {
  readonly text: string;
  readonly redactions: readonly Redaction[];
  /** Where a place of the whole text lies in the copy. */
  place(range: Range): Range;
}

export interface Redactor {
  /** Text of one document, as a copy may give it. */
  text(row: Pick<TextRow, 'rowid' | 'kind' | 'sha256'>, text: string): RedactedText;
  /** A short value, for example of a field; by the proposals alone. */
  value(field: string, value: string): string;
  /** Over everything this redactor was asked for. */
  log(): RedactionLog;
}

type Own = OutputOf<'request.redactions'>['own'][number];

export interface Redactions {
  /** Registers the recognizers. At composition only. */
  findWith(finder: PeopleFinder): void;
  /** Whole texts; registered as a reading. Fails with NOT_FOUND, REQUEST_CLOSED, CONFLICT (no copy is asked for). */
  list(actor: Actor, requestId: string, page: PageRequest): Result<OutputOf<'request.redactions'>>;
  /** Fails as `list`, and with SPAN_INVALID. */
  decide(
    actor: Actor,
    input: ParsedInputOf<'request.decideRedactions'>,
  ): Result<OutputOf<'request.decideRedactions'>>;
  redactor(requestId: string, subjectId: string): Redactor;
}

const KINDS = ['access', 'portability'] as const;

export function createRedactions(
  { store, clock }: RoomContext,
  deps: {
    readonly requests: Requests;
    readonly requestRows: RequestRepository;
    readonly subjects: Subjects;
    readonly texts: GateRepository;
  },
): Redactions {
  const { requests, requestRows, subjects, texts } = deps;
  const repository = createRedactionRepository(store);
  let finder: PeopleFinder = { find: () => [], isSamePerson: () => false };

  function subjectOf(requestId: string): Result<string> {
    const found = requests.get(requestId);
    if (!found.ok) return found;
    const kind = KINDS.find((each) => each === found.value.kind);
    if (kind === undefined) {
      return failure(
        'CONFLICT',
        `No copy goes to the person for a request for ${found.value.kind}, so nothing is left out of one. Nothing was changed.`,
      );
    }
    const open = requests.requireOpen(requestId, kind);
    if (!open.ok) return open;
    if (open.value.subjectId === null) throw new Error('An open request has lost its person');
    return ok(open.value.subjectId);
  }

  const originals = (subjectId: string): TextRow[] =>
    texts.ownTexts(subjectId).filter(({ kind }) => kind === 'original');

  const staffOf = (requestId: string): 'redact' | 'keep' => {
    const event = requestRows.events(requestId).findLast(({ type }) => type === 'redactionRules');
    return event
      ? (JSON.parse(event.body) as { readonly staff: 'redact' | 'keep' }).staff
      : 'redact';
  };

  /** Once somebody confirmed a list, it is the list; before that the headers of the notes speak. */
  function ownOf(subjectId: string): Own[] {
    const own = new Map<string, Own>();
    const confirmed = new Set(repository.names(subjectId));
    for (const { value } of subjects.identifiers(subjectId)) {
      own.set(value, { value: value.slice(0, 200), from: 'identifier', confirmed: true });
    }
    for (const { text } of originals(subjectId)) {
      const whole = text ?? '';
      for (const { start, end, whose, label } of finder.find(whole)) {
        const value = whole.slice(start, end).trim().slice(0, 200);
        if (whose !== 'subject' || label !== 'NAME' || own.has(value)) continue;
        // One part of a name that is there already.
        if (finder.isSamePerson(value, [...own.keys()])) continue;
        own.set(value, { value, from: 'header', confirmed: confirmed.has(value) });
      }
    }
    for (const value of confirmed) {
      if (!own.has(value)) own.set(value, { value, from: 'confirmed', confirmed: true });
    }
    return [...own.values()].slice(0, 500);
  }

  const countsAsOwn = (own: readonly Own[]): string[] => {
    const isDecided = own.some(({ from, confirmed }) => from !== 'identifier' && confirmed);
    return own.filter(({ confirmed }) => confirmed || !isDecided).map(({ value }) => value);
  };

  const normal = (value: string): string => value.toLowerCase().replace(/[\s.\-/]/gu, '');

  function proposalsIn(text: string, own: readonly string[]): FoundPerson[] {
    const ownNumbers = new Set(own.map(normal));
    return finder.find(text).filter(({ start, end, label }) => {
      const value = text.slice(start, end);
      if (ownNumbers.has(normal(value))) return false;
      return !(label === 'NAME' && finder.isSamePerson(value, own));
    });
  }

  function redactionsOf(
    requestId: string,
    { rowid, kind, sha256 }: Pick<TextRow, 'rowid' | 'kind' | 'sha256'>,
    text: string,
    own: readonly string[],
    staff: 'redact' | 'keep',
  ): Redaction[] {
    if (kind !== 'original') return []; // A de-identified copy names nobody.
    const decisions = repository.decisions(requestId, rowid, sha256);
    const at = (range: Range) =>
      decisions.find(({ start, end }) => start === range.start && end === range.end);
    const proposed = proposalsIn(text, own).map((found): Redaction => {
      const decided = at(found)?.decision;
      const who = found.whose === 'staff' ? 'staff' : 'third';
      const { start, end, label, rule, score } = found;
      return {
        ...{ start, end, label, rule, score, who },
        decision: decided ?? (who === 'staff' ? staff : 'redact'),
        decided: decided !== undefined,
      };
    });
    const byHand = decisions
      .filter(({ decision }) => decision === 'redact')
      .filter(
        (range) => !proposed.some((each) => each.start === range.start && each.end === range.end),
      )
      .map(({ start, end }): Redaction => ({
        ...{ start, end, label: 'MANUAL', rule: 'manual', score: 1, who: 'third' },
        ...{ decision: 'redact', decided: true },
      }));
    return [...proposed, ...byHand].sort((a, b) => a.start - b.start || b.end - a.end);
  }

  return {
    findWith(found) {
      finder = found;
    },
    list(actor, requestId, { cursor, limit }) {
      const subject = subjectOf(requestId);
      if (!subject.ok) return subject;
      const subjectId = subject.value;
      const own = ownOf(subjectId);
      const staff = staffOf(requestId);
      const all = originals(subjectId);
      const from = Number(cursor ?? 0);
      const shown = all.slice(from, from + limit);
      logOwnReading({ texts, clock }, actor, requestId, 'redaction', subjectId, shown.length);
      return ok({
        own,
        staff,
        items: shown.map((row) => ({
          documentId: row.id,
          name: row.name.slice(0, 1000),
          language: row.language,
          text: row.text ?? '',
          redactions: redactionsOf(requestId, row, row.text ?? '', countsAsOwn(own), staff),
        })),
        next: from + limit < all.length ? String(from + limit) : null,
        total: all.length,
      });
    },
    decide: (actor, { requestId, decisions, ownNames, staff }) =>
      store.transaction(() => {
        const subject = subjectOf(requestId);
        if (!subject.ok) return subject;
        const subjectId = subject.value;
        const rows = new Map(originals(subjectId).map((row) => [row.id, row]));
        for (const [index, { documentId, start, end }] of decisions.entries()) {
          const row = rows.get(documentId);
          if (!row) {
            return failure(
              'NOT_FOUND',
              'There is no such text of this person. Nothing was changed.',
            );
          }
          const problem = checkSpan({ start, end }, createGraphemes(row.text ?? ''));
          if (problem !== null) {
            return failure(
              'SPAN_INVALID',
              'A passage lies outside the text or cuts a character. Nothing was changed. Mark it again.',
              { reason: problem, index },
            );
          }
        }
        const at = clock.now();
        for (const { documentId, ...decision } of decisions) {
          const { rowid, sha256 } = rows.get(documentId) as TextRow;
          repository.put({
            request: requestId,
            rowid,
            sha256,
            ...decision,
            at,
            actor: actor.userId,
          });
        }
        if (ownNames) repository.replaceNames(subjectId, ownNames, at, actor.userId);
        if (staff) {
          requestRows.addEvent({
            requestId,
            type: 'redactionRules',
            at,
            actor: actor.userId,
            body: { staff },
          });
        }
        const own = countsAsOwn(ownOf(subjectId));
        const rule = staffOf(requestId);
        const all = [...rows.values()].flatMap((row) =>
          redactionsOf(requestId, row, row.text ?? '', own, rule),
        );
        return ok({
          decided: decisions.length,
          redact: all.filter(({ decision }) => decision === 'redact').length,
          keep: all.filter(({ decision }) => decision === 'keep').length,
        });
      }),
    redactor(requestId, subjectId) {
      const own = countsAsOwn(ownOf(subjectId));
      const staff = staffOf(requestId);
      const seen: Redaction[] = [];
      return {
        text(row, text) {
          const all = redactionsOf(requestId, row, text, own, staff);
          seen.push(...all);
          return redact(text, all);
        },
        value(field, value) {
          // The field's word says whose a name is.
          const lead = `${field}: `;
          const found = proposalsIn(lead + value, own)
            .filter(({ start }) => start >= lead.length)
            .map((each): Redaction => ({
              start: each.start - lead.length,
              end: each.end - lead.length,
              label: each.label,
              rule: each.rule,
              score: each.score,
              who: each.whose === 'staff' ? 'staff' : 'third',
              decision: each.whose === 'staff' ? staff : 'redact',
              decided: false,
            }));
          seen.push(...found);
          return redact(value, found).text;
        },
        log: () => logOf(seen),
      };
    },
  };
}

/** `[withheld: record number]`. */
export const gapOf = (label: string): string =>
  label === 'MANUAL' ? '[withheld]' : `[withheld: ${label.toLowerCase().replaceAll('_', ' ')}]`;

/** Redactions that overlap make one gap. */
function redact(text: string, all: readonly Redaction[]): RedactedText {
  const gaps: { start: number; end: number; label: string; at: number }[] = [];
  let copy = '';
  let from = 0;
  const taken = all.filter(({ decision }) => decision === 'redact');
  for (const { start, end, label } of taken) {
    const last = gaps.at(-1);
    if (last && overlaps(last, { start, end })) {
      last.end = Math.max(last.end, end);
      from = Math.max(from, last.end);
      continue;
    }
    copy += text.slice(from, start);
    gaps.push({ start, end, label, at: copy.length });
    copy += gapOf(label);
    from = end;
  }
  copy += text.slice(from);

  const move = (offset: number, edge: 'start' | 'end'): number => {
    let by = 0;
    for (const { start, end, label, at } of gaps) {
      if (offset <= start && !(edge === 'start' && offset === start)) break;
      if (offset < end || (edge === 'end' && offset === end)) {
        return edge === 'start' ? at : at + gapOf(label).length;
      }
      by = at + gapOf(label).length - end;
    }
    return offset + by;
  };
  return {
    text: copy,
    redactions: taken,
    place: ({ start, end }) => ({ start: move(start, 'start'), end: move(end, 'end') }),
  };
}

function logOf(all: readonly Redaction[]): RedactionLog {
  const taken = all.filter(({ decision }) => decision === 'redact');
  const kinds = Map.groupBy(taken, ({ label, who }) => `${label} ${who}`);
  return {
    redacted: taken.length,
    kinds: [...kinds.values()].map((own) => ({
      label: own[0]?.label ?? '',
      who: own[0]?.who ?? 'third',
      count: own.length,
    })),
    kept: all.length - taken.length,
    undecided: taken.filter(({ decided }) => !decided).length,
  };
}
