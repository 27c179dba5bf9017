// Consent forms as a table: one decision a row. Every row is held against the format before anything is
// recorded; a bad row is named with its line and field, and the good ones go in.
import type { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import { readFileSync } from 'node:fs';
import type { Guardian } from '../../../shared/contract/index.ts';
import {
  CONSENT_METHODS,
  GUARDIAN_RELATIONS,
  type ConsentMethod,
} from '../../../shared/domain/consent.ts';
import { leaf, type Program } from '../command.ts';
import { CliFailure, usage } from '../failure.ts';
import type { Session } from '../session.ts';
import { table } from '../text.ts';

const FIELDS = [
  'number',
  'purpose',
  'decision',
  'date',
  'received',
  'channel',
  'method',
  'language',
  'notice',
  'evidence',
  'expires',
  'present',
  'guardian',
  'relation',
  'authority',
  'separate',
  'conditional',
] as const;
type Field = (typeof FIELDS)[number];
const DECISIONS = ['given', 'refused', 'withdrawn'] as const;
const CHANNELS = ['paper', 'screen', 'verbal', 'import'] as const;
const YES = ['yes', 'true', '1', 'x'];
const NO = ['', 'no', 'false', '0'];
/** Nothing longer is taken over; evidence has its own limit, because a date may stand before it. */
const LONGEST: Partial<Record<Field, number>> = {
  number: 200,
  purpose: 200,
  notice: 40,
  language: 35,
  evidence: 480,
  present: 500,
  guardian: 200,
  authority: 500,
};

export interface ConsentRow {
  readonly line: number;
  readonly number: string;
  readonly purpose: string;
  readonly decision: (typeof DECISIONS)[number];
  /** Undefined: now. */
  readonly at: string | undefined;
  readonly channel: (typeof CHANNELS)[number];
  readonly evidence: string;
  readonly expiresAt: string | null;
  /** When the form reached the site. */
  readonly receivedAt: string | null;
  readonly method: ConsentMethod | null;
  readonly language: string | null;
  /** The version that was shown; undefined: the one in force. */
  readonly noticeVersion: string | undefined;
  readonly present: string;
  readonly guardian: Guardian | null;
  readonly separate: boolean;
  readonly conditional: boolean;
}

export interface BadRow {
  readonly line: number;
  readonly field: Field;
  readonly problem: string;
}

interface Info {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

/** @throws a usage failure where the table itself cannot be read or lacks a column. */
export function readConsentRows(text: string): {
  readonly rows: readonly ConsentRow[];
  readonly bad: readonly BadRow[];
} {
  let heading: readonly string[] = [];
  let records: Info[];
  try {
    records = parse(text, {
      bom: true,
      columns(names: string[]) {
        heading = names.map((name) => name.trim().toLowerCase());
        return [...heading];
      },
      delimiter: separatorOf(text),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as Info[];
  } catch (error) {
    throw usage(`The file is not a table: ${(error as Error).message}.`);
  }
  const absent = (['number', 'purpose', 'decision'] as const).filter(
    (field) => !heading.includes(field),
  );
  if (absent.length > 0) {
    throw usage(
      `The first line must name the columns; ${absent.join(', ')} is not there. Known are: ${FIELDS.join(', ')}.`,
    );
  }
  const rows: ConsentRow[] = [];
  const bad: BadRow[] = [];
  for (const { record, info } of records) {
    const read = readRow(record, info.lines);
    if ('field' in read) bad.push(read);
    else rows.push(read);
  }
  return { rows, bad };
}

/** Of the first line: a comma inside a field must not part a row that semicolons part. */
function separatorOf(text: string): string {
  const [first = ''] = text.split(/\r?\n/, 1);
  const count = (separator: string): number => first.split(separator).length;
  return [',', ';', '\t'].reduce((best, each) => (count(each) > count(best) ? each : best));
}

function readRow(record: Readonly<Record<string, string>>, line: number): ConsentRow | BadRow {
  const value = (field: Field): string => record[field] ?? '';
  const wrong = (field: Field, problem: string): BadRow => ({ line, field, problem });
  for (const field of ['number', 'purpose'] as const) {
    if (value(field) === '') return wrong(field, 'is empty');
  }
  for (const field of FIELDS) {
    const longest = LONGEST[field];
    if (longest !== undefined && value(field).length > longest) {
      return wrong(field, `is longer than ${longest} characters`);
    }
  }
  const decision = DECISIONS.find((each) => each === value('decision').toLowerCase());
  if (!decision) return wrong('decision', `is not one of ${DECISIONS.join(', ')}`);
  const channel = CHANNELS.find((each) => each === (value('channel').toLowerCase() || 'paper'));
  if (!channel) return wrong('channel', `is not one of ${CHANNELS.join(', ')}`);
  const at = value('date') === '' ? undefined : instantOf(value('date'));
  if (at === null) return wrong('date', 'is not a day such as 2026-11-20');
  const expiresAt = value('expires') === '' ? null : instantOf(value('expires'));
  if (value('expires') !== '' && expiresAt === null) {
    return wrong('expires', 'is not a day such as 2027-11-20');
  }
  const receivedAt = value('received') === '' ? null : instantOf(value('received'));
  if (value('received') !== '' && receivedAt === null) {
    return wrong('received', 'is not a day such as 2026-11-20');
  }
  const method = CONSENT_METHODS.find((each) => each === value('method').toLowerCase()) ?? null;
  if (value('method') !== '' && method === null) {
    return wrong('method', `is not one of ${CONSENT_METHODS.join(', ')}`);
  }
  if (value('language') !== '' && !/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(value('language'))) {
    return wrong('language', 'is not a language such as en, de or zh-Hans');
  }
  const flags: Record<'separate' | 'conditional', boolean> = {
    separate: false,
    conditional: false,
  };
  for (const field of ['separate', 'conditional'] as const) {
    const given = value(field).toLowerCase();
    if (![...YES, ...NO].includes(given)) return wrong(field, 'is neither yes nor no');
    flags[field] = YES.includes(given);
  }
  const guardian = guardianOf(value);
  if (guardian !== null && 'field' in guardian) return wrong(guardian.field, guardian.problem);
  return {
    ...{ line, number: value('number'), purpose: value('purpose') },
    ...{ decision, at, channel, expiresAt, receivedAt, method, guardian },
    ...flags,
    evidence: value('evidence'),
    language: value('language') || null,
    noticeVersion: value('notice') || undefined,
    present: value('present'),
  };
}

/** Who consents for a child says in which relation and on which authority, or the consent proves nothing. */
function guardianOf(
  value: (field: Field) => string,
): Guardian | Pick<BadRow, 'field' | 'problem'> | null {
  const [name, authority] = [value('guardian'), value('authority')];
  const given = value('relation').toLowerCase();
  if (name === '' && authority === '' && given === '') return null;
  if (name === '')
    return { field: 'guardian', problem: 'is empty, but relation or authority is not' };
  const relation = GUARDIAN_RELATIONS.find((each) => each === given);
  if (!relation) {
    return { field: 'relation', problem: `is not one of ${GUARDIAN_RELATIONS.join(', ')}` };
  }
  if (authority === '') return { field: 'authority', problem: 'is empty' };
  return { name, relation, authority };
}

/** A day or an instant; null for anything else, days that do not exist among it. */
function instantOf(text: string): string | null {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/.test(text)) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return null;
  const instant = new Date(ms).toISOString();
  return instant.slice(0, 10) === text.slice(0, 10) ? instant : null;
}

export function addConsentImport(program: Program, consent: Command): void {
  leaf(program, consent, 'import', {
    summary: `record decisions from a table with the columns ${FIELDS.join(', ')}`,
    arguments: '<file>',
    examples: ['consent import consents.csv', 'consent import consents.csv --json'],
    async run(session, _options, [file = '']) {
      const { rows, bad } = readConsentRows(readTable(file));
      const outcome = await recordRows(session, rows);
      const all = [...bad, ...outcome.bad].sort((a, b) => a.line - b.line);
      return {
        json: { recorded: outcome.recorded, unchanged: outcome.unchanged, bad: all },
        text: [
          `Recorded: ${outcome.recorded}. Already so: ${outcome.unchanged}. Left out: ${all.length}.`,
          ...(all.length > 0
            ? [
                table(
                  ['line', 'field', 'problem'],
                  all.map(({ line, field, problem }) => [line, field, problem]),
                ),
              ]
            : []),
        ].join('\n'),
        ...(all.length > 0 && { exitCode: 7 }),
      };
    },
  });
}

async function recordRows(session: Session, rows: readonly ConsentRow[]) {
  const { items } = await session.call('purpose.list', {});
  const purposes = new Map(
    items.flatMap((each) =>
      [each.name, each.purposeId].map((name) => [name, each.purposeId] as const),
    ),
  );
  const bad: BadRow[] = [];
  let recorded = 0;
  let unchanged = 0;
  for (const row of rows) {
    const purposeId = purposes.get(row.purpose);
    if (purposeId === undefined) {
      bad.push({ line: row.line, field: 'purpose', problem: 'is not in this vault' });
      continue;
    }
    try {
      const told = await recordRow(session, purposeId, row);
      recorded += told.recorded;
      unchanged += told.unchanged;
      if (told.unknownKeys.length > 0) {
        bad.push({ line: row.line, field: 'number', problem: 'names nobody, or several people' });
      }
    } catch (error) {
      // What concerns this row alone; a locked vault or a full disk ends the whole.
      if (!(error instanceof CliFailure)) throw error;
      const { code, message } = error.error;
      if (code === 'PURPOSE_RETIRED') {
        bad.push({ line: row.line, field: 'purpose', problem: 'is retired' });
      } else if (code === 'BAD_INPUT')
        bad.push({
          line: row.line,
          field: error.error.params['noticeVersion'] === undefined ? 'date' : 'notice',
          problem: message,
        });
      else throw error;
    }
  }
  return { recorded, unchanged, bad };
}

/** A withdrawal works from now on, whatever day the form bears; that day is kept with the evidence. */
const recordRow = (session: Session, purposeId: string, row: ConsentRow) => {
  const subjects = { keys: [row.number] };
  const { at, channel, evidence, expiresAt, language, method, present } = row;
  const { receivedAt, noticeVersion, guardian, separate, conditional } = row;
  return row.decision === 'withdrawn'
    ? session.call('consent.withdraw', {
        purposeId,
        subjects,
        reason: [at?.slice(0, 10), evidence].filter(Boolean).join(' '),
        ...{ language, method, present },
      })
    : session.call('consent.record', {
        ...{ purposeId, subjects, decision: row.decision, channel, evidence, expiresAt },
        ...{ language, method, present, receivedAt, guardian, separate, conditional },
        ...(at !== undefined && { at }),
        ...(noticeVersion !== undefined && { noticeVersion }),
      });
};

function readTable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw usage(
      `The file ${path} could not be read (${code ?? 'unknown reason'}).`,
      code === 'EACCES' ? 'NO_PERMISSION' : 'SOURCE_NOT_FOUND',
    );
  }
}
