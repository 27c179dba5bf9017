import { readFileSync } from 'node:fs';
import type { InputOf, OutputOf } from '../../../shared/contract/index.ts';
import { inTreeOrder } from '../../../shared/domain/purposeTree.ts';
import { leaf, noun, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { addConsentImport } from './consentFile.ts';
import { exportReport } from './reports.ts';
import { addGateExplain } from './gateExplain.ts';
import { findCollection, findPurpose, subjectOf } from '../resolve.ts';
import type { Session } from '../session.ts';
import { facts, table } from '../text.ts';

type PurposeInput = InputOf<'purpose.declare'>;
type Selector = InputOf<'consent.record'>['subjects'];

export function addGovernanceCommands(program: Program): void {
  addPurposeCommands(program);
  addConsentCommands(program);
  addGateCommand(program);
}

function addPurposeCommands(program: Program): void {
  const purpose = noun(program, 'purpose', 'what the data may be used for, and on which ground');

  leaf<{
    description: string;
    operations: string;
    categories: string;
    article6: string;
    article9?: string;
    piplSeparateConsent?: boolean;
    notice: string;
    retentionDays?: string;
    parent?: string;
  }>(program, purpose, 'declare', {
    summary: 'declare a purpose with its legal basis',
    arguments: '<name>',
    options: (command) =>
      command
        .option('--description <sentence>', 'one sentence a person would understand', '')
        .option(
          '--operations <list>',
          'read, deidentify, label, train, evaluate, suggest, export',
          'read,deidentify,label,train,evaluate,suggest,export',
        )
        .option('--categories <list>', 'health, finance, other', 'health')
        .option('--article6 <letter>', 'GDPR Art. 6(1): the letter, a to f', 'a')
        .option('--article9 <letter>', 'GDPR Art. 9(2), for health data: the letter, a to j')
        .option('--pipl-separate-consent', 'PIPL Art. 29: separate consent is needed')
        .option('--notice <version>', 'version of the notice people were given', '1')
        .option('--retention-days <days>', 'how long after import it may be used')
        .option('--parent <name>', 'the wider purpose that this one is a part of'),
    examples: [
      'purpose declare research --article6 a --article9 a --description "Train a model that finds names"',
      'purpose declare service --categories finance --article6 b --retention-days 365',
    ],
    async run(session, options, [name = '']) {
      const declared = await session.call('purpose.declare', {
        name,
        parentId: options.parent === undefined ? null : await findPurpose(session, options.parent),
        description: options.description,
        operations: list(options.operations) as PurposeInput['operations'],
        categories: list(options.categories) as PurposeInput['categories'] & string[],
        basis: {
          article6: `6(1)(${options.article6})` as PurposeInput['basis']['article6'],
          article9: (options.article9 === undefined
            ? null
            : `9(2)(${options.article9})`) as PurposeInput['basis']['article9'],
          piplSeparateConsent: options.piplSeparateConsent ?? false,
        },
        noticeVersion: options.notice,
        retentionDays: options.retentionDays === undefined ? null : Number(options.retentionDays),
      });
      return {
        json: declared,
        text: `Purpose "${declared.name}" is declared (${declared.purposeId}). ${
          declared.needsConsent
            ? 'It needs consent: nothing is readable until it is recorded.'
            : 'It does not rest on consent.'
        }`,
      };
    },
  });

  leaf(program, purpose, 'list', {
    summary: 'all purposes, with basis and state',
    examples: ['purpose list'],
    async run(session) {
      const { items } = await session.call('purpose.list', {});
      return {
        json: items,
        text: table(
          ['purpose', 'state', 'basis', 'consent', 'operations', 'identifier'],
          inTreeOrder(items).map((each) => [
            `${'  '.repeat(each.depth)}${each.name}`,
            each.state,
            [each.basis.article6, each.basis.article9].filter(Boolean).join(' '),
            each.needsConsent ? 'needed' : 'not needed',
            each.operations.join(' '),
            each.purposeId,
          ]),
        ),
      };
    },
  });
}

interface SubjectFlags {
  readonly keys?: string;
  readonly keysFile?: string;
  readonly collection?: string;
  readonly purpose?: string;
}

function addConsentCommands(program: Program): void {
  const consent = noun(program, 'consent', 'who agreed to what; withdrawing is as near as giving');
  addConsentImport(program, consent);

  leaf<
    SubjectFlags & {
      refused?: boolean;
      channel: string;
      evidence: string;
      expires?: string;
      language?: string;
      separate?: boolean;
      conditional?: boolean;
    }
  >(program, consent, 'record', {
    summary: 'record that people agreed, or refused',
    options: (command) =>
      command
        .option('--purpose <name>', 'to which purpose')
        .option('--keys <numbers>', 'record or customer numbers, separated by commas')
        .option('--keys-file <file>', 'a text or CSV file with one number first in each line')
        .option('--collection <name>', 'everybody the notes of a collection are about')
        .option('--refused', 'they refused')
        .option('--channel <channel>', 'paper, screen, verbal, import', 'paper')
        .option('--evidence <text>', 'where the proof is kept', '')
        .option('--expires <instant>', 'until when, e.g. 2027-12-31T00:00:00Z')
        .option('--language <code>', 'in which language the notice was shown')
        .option('--separate', 'asked for this purpose alone (PIPL Art. 29)')
        .option('--conditional', 'something depended on it: counts once confirmed (Art. 7(4))'),
    examples: [
      'consent record --purpose research --keys 4411093,4411094 --evidence "binder 7"',
      'consent record --purpose research --keys-file consent.csv --channel import',
      'consent record --purpose research --collection train',
    ],
    async run(session, options) {
      const result = await session.call('consent.record', {
        purposeId: await findPurpose(session, options.purpose),
        subjects: await selector(session, options),
        decision: options.refused ? 'refused' : 'given',
        channel: options.channel as 'paper',
        evidence: options.evidence,
        expiresAt: options.expires ?? null,
        language: options.language ?? null,
        separate: options.separate ?? false,
        conditional: options.conditional ?? false,
      });
      return { json: result, text: describeRecorded(result) };
    },
  });

  leaf<SubjectFlags & { reason: string }>(program, consent, 'withdraw', {
    summary: 'record that people withdrew; the gate denies from the next read on',
    options: (command) =>
      command
        .option('--purpose <name>', 'from which purpose')
        .option('--keys <numbers>', 'record or customer numbers, separated by commas')
        .option('--keys-file <file>', 'a text or CSV file with one number first in each line')
        .option('--collection <name>', 'everybody the notes of a collection are about')
        .option('--reason <text>', 'if they gave one; nobody has to', ''),
    examples: ['consent withdraw --purpose research --keys 4411093'],
    async run(session, options) {
      const result = await session.call('consent.withdraw', {
        purposeId: await findPurpose(session, options.purpose),
        subjects: await selector(session, options),
        reason: options.reason,
      });
      const stale =
        result.staleModels > 0 ? `\nModels trained on them, now stale: ${result.staleModels}.` : '';
      return { json: result, text: describeRecorded(result) + stale };
    },
  });

  leaf<{ purpose?: string; out?: string }>(program, consent, 'receipt', {
    summary: 'write the receipt of a person’s newest decision: a page and JSON-LD',
    arguments: '<person>',
    options: (command) =>
      command
        .option('--purpose <name>', 'about which purpose')
        .option('--out <folder>', 'also hand it over to the person, into this folder'),
    examples: ['consent receipt 4411093 --purpose research --out ./receipt'],
    async run(session, options, [person = '']) {
      const receipt = await session.call('consent.receipt', {
        subject: subjectOf(person),
        purposeId: await findPurpose(session, options.purpose),
      });
      const { receiptId, reportId, at } = receipt;
      const lines = [`Written as ${receiptId} (report ${reportId}).`];
      if (options.out !== undefined) {
        const left = await exportReport(session, reportId, person, options.out);
        lines.push(`Registered as ${left.exitId}.`, ...left.files);
      }
      return { json: { receiptId, reportId, at }, text: lines.join('\n') };
    },
  });

  leaf(program, consent, 'status', {
    summary: 'what one person agreed to, and what that permits',
    arguments: '<person>',
    examples: ['consent status 4411093'],
    async run(session, _options, [person = '']) {
      const status = await session.call('consent.status', { subject: subjectOf(person) });
      return {
        json: status,
        text: [
          facts([
            ['person', status.subject.key],
            ['notes', status.subject.documents],
            ['state', status.subject.state],
          ]),
          table(
            ['purpose', 'consent', 'since', 'readable'],
            status.byPurpose.map((each) => [
              each.purpose,
              each.needsConsent ? each.state : 'not needed',
              each.since,
              each.permitted ? 'yes' : `no: ${each.deniedStep ?? ''}`,
            ]),
          ),
          table(
            ['recorded', 'decision', 'purpose', 'notice', 'channel', 'by'],
            status.events.map((each) => [
              each.recordedAt,
              each.type,
              each.purpose,
              each.noticeVersion,
              each.channel,
              each.actor,
            ]),
          ),
        ].join('\n\n'),
      };
    },
  });
}

function addGateCommand(program: Program): void {
  const gate = noun(program, 'gate', 'what may be read, and why the rest may not');
  addGateExplain(program, gate);
  leaf<{ purpose?: string; operation: string; collection?: string }>(program, gate, 'summary', {
    summary: 'how many documents a purpose permits, and what withholds the others',
    options: (command) =>
      command
        .option('--purpose <name>', 'which purpose')
        .option(
          '--operation <name>',
          'read, deidentify, label, train, evaluate, suggest, export',
          'read',
        )
        .option('--collection <name>', 'only this collection'),
    examples: ['gate summary --purpose research --operation train'],
    async run(session, options) {
      const summary = await session.call('gate.summary', {
        purposeId: await findPurpose(session, options.purpose),
        operation: options.operation as 'read',
        collectionId:
          options.collection === undefined
            ? null
            : await findCollection(session, options.collection),
      });
      return { json: summary, text: describeGate(summary) };
    },
  });
}

export function describeGate(summary: OutputOf<'gate.summary'>): string {
  return table(
    ['documents', 'count', 'step'],
    [
      ['permitted', summary.permitted, null],
      ...summary.withheld.map(({ step, reason, count }) => [`withheld: ${reason}`, count, step]),
    ],
  );
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

async function selector(session: Session, flags: SubjectFlags): Promise<Selector> {
  const given = [flags.keys, flags.keysFile, flags.collection].filter((each) => each !== undefined);
  if (given.length !== 1) {
    throw usage('Say who: --keys, --keys-file or --collection, exactly one of them.');
  }
  if (flags.collection !== undefined) {
    return { collectionId: await findCollection(session, flags.collection) };
  }
  return { keys: flags.keys !== undefined ? list(flags.keys) : readKeys(flags.keysFile ?? '') };
}

/** First column of each line; a heading, if there is one, is recognised by having no digit. */
export function readKeys(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw usage(
      `The file ${path} could not be read (${code ?? 'unknown reason'}).`,
      code === 'EACCES' ? 'NO_PERMISSION' : 'SOURCE_NOT_FOUND',
    );
  }
  const keys = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line) => (line.split(/[,;\t]/, 1)[0] ?? '').trim().replace(/^"(.*)"$/, '$1'))
    .filter((key, index) => key !== '' && !(index === 0 && !/\d/.test(key)));
  if (keys.length === 0) throw usage(`The file ${path} names nobody.`);
  return [...new Set(keys)];
}

function describeRecorded(result: {
  readonly recorded: number;
  readonly unchanged: number;
  readonly unknownKeys: readonly string[];
}): string {
  const unknown =
    result.unknownKeys.length > 0 ? `\nUnknown here: ${result.unknownKeys.join(', ')}` : '';
  return `Recorded: ${result.recorded}. Already so: ${result.unchanged}.${unknown}`;
}
