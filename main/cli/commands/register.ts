// The register from the terminal: who takes part, what people were told, the record of processing.
import { readFileSync } from 'node:fs';
import { PARTY_ROLES, type PartyRole } from '../../../shared/domain/register.ts';
import type { OutputOf } from '../../../shared/contract/index.ts';
import { leaf, noun, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { findPurpose } from '../resolve.ts';
import { table } from '../text.ts';
import { writeFiles } from './reports.ts';

export function addRegisterCommands(program: Program): void {
  addPartyCommands(program);
  addNoticeCommands(program);
  addRecordCommand(program);
}

interface PartyFlags {
  readonly role?: string;
  readonly address: string;
  readonly contact: string;
  readonly country?: string;
  readonly party?: string;
}

function addPartyCommands(program: Program): void {
  const party = noun(
    program,
    'party',
    'who takes part: controller, officer, processors, recipients',
  );

  leaf<PartyFlags>(program, party, 'set', {
    summary: 'enter a party, or a new version of one; the former version is kept',
    arguments: '<name>',
    options: (command) =>
      command
        .option('--role <role>', PARTY_ROLES.join(', '))
        .option('--address <text>', 'postal address', '')
        .option('--contact <text>', 'how to reach them', '')
        .option('--country <code>', 'two letters, e.g. DE')
        .option('--party <identifier>', 'the one to be changed'),
    examples: [
      'party set "Klinikum am See" --role controller --address "Seestr. 1, Friedrichshafen" --country DE',
    ],
    async run(session, options, [name = '']) {
      const role = PARTY_ROLES.find((each): each is PartyRole => each === options.role);
      if (!role) throw usage(`Say --role, one of: ${PARTY_ROLES.join(', ')}.`);
      const { address, contact, country, party: partyId } = options;
      const set = await session.call('party.set', {
        ...{ name, role, address, contact },
        country: country ?? null,
        ...(partyId !== undefined && { partyId }),
      });
      return {
        json: set,
        text: `${set.name} stands in the register (${set.partyId}, version ${set.version}).`,
      };
    },
  });

  leaf(program, party, 'list', {
    summary: 'all parties in force',
    examples: ['party list'],
    async run(session) {
      const { items } = await session.call('party.list', {});
      return {
        json: items,
        text: table(
          ['role', 'name', 'country', 'contact', 'version', 'identifier'],
          items.map(({ role, name, country, contact, version, partyId }) => [
            ...[role, name, country, contact, version, partyId],
          ]),
        ),
      };
    },
  });
}

function addNoticeCommands(program: Program): void {
  const notice = noun(program, 'notice', 'the texts people were given');

  leaf<{ purpose?: string; release: string; language: string; title: string }>(
    program,
    notice,
    'publish',
    {
      summary: 'publish a text for good; a new version makes consents to the former one lapse',
      arguments: '<file>',
      options: (command) =>
        command
          .option('--purpose <name>', 'which purpose')
          .requiredOption('--release <version>', 'version of the text, e.g. 2')
          .requiredOption('--language <tag>', 'e.g. de, en, zh')
          .requiredOption('--title <text>', 'what it is headed'),
      examples: [
        'notice publish hinweis.txt --purpose research --release 2 --language de --title "Ihre Daten in der Forschung"',
      ],
      async run(session, { purpose, release: version, language, title }, [file = '']) {
        const published = await session.call('notice.publish', {
          purposeId: await findPurpose(session, purpose),
          ...{ version, language, title },
          text: textOf(file),
        });
        return {
          json: published,
          text: `Published as ${published.noticeId}, SHA-256 ${published.sha256}.${
            published.renewed
              ? ' It is the version in force now: consents to the former one lapsed.'
              : ''
          }`,
        };
      },
    },
  );

  leaf<{ purpose?: string }>(program, notice, 'list', {
    summary: 'published texts, and versions whose text is missing',
    options: (command) => command.option('--purpose <name>', 'only this one'),
    examples: ['notice list', 'notice list --purpose research'],
    async run(session, { purpose }) {
      const listed = await session.call(
        'notice.list',
        purpose === undefined ? {} : { purposeId: await findPurpose(session, purpose) },
      );
      return { json: listed, text: describeNotices(listed) };
    },
  });
}

const describeNotices = ({ items, missing }: OutputOf<'notice.list'>): string =>
  table(
    ['purpose', 'version', 'language', 'in force', 'title', 'to be found in it', 'identifier'],
    [
      ...items.map((each) => [
        ...[each.purpose, each.version, each.language, each.inForce ? 'yes' : 'no', each.title],
        each.unchecked.length,
        each.noticeId,
      ]),
      ...missing.map((each) => [
        ...[each.purpose, each.version, null, each.inForce ? 'yes' : 'no', 'MISSING', null, null],
      ]),
    ],
  );

function addRecordCommand(program: Program): void {
  const ropa = noun(program, 'ropa', 'the record of processing activities (Art. 30 GDPR)');
  leaf<{ form: string; out: string; recipient: string }>(program, ropa, 'export', {
    summary:
      'generate the record from the configuration and hand it out: HTML, CSV, JSON-LD, signed',
    options: (command) =>
      command
        .option('--form <form>', 'controller (30(1)) or processor (30(2))', 'controller')
        .requiredOption('--out <folder>', 'where to put the files')
        .requiredOption('--recipient <name>', 'who gets it'),
    examples: ['ropa export --out ./record --recipient "Landesbeauftragter"'],
    async run(session, { form, out, recipient }) {
      if (form !== 'controller' && form !== 'processor') {
        throw usage('The form is controller or processor.');
      }
      const { missing } = await session.call('ropa.get', { form });
      const exported = await session.call('ropa.export', { form, recipient });
      const files = writeFiles(out, exported.files);
      return {
        json: { exitId: exported.exitId, sha256: exported.sha256, missing, files },
        text: [
          `Registered as ${exported.exitId}. Entries missing: ${missing}.`,
          `SHA-256 ${exported.sha256}`,
          ...files,
        ].join('\n'),
      };
    },
  });
}

export function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw usage(
      `The file ${path} could not be read (${code ?? 'unknown reason'}).`,
      code === 'EACCES' ? 'NO_PERMISSION' : 'SOURCE_NOT_FOUND',
    );
  }
}
