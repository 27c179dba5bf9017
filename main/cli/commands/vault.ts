import { resolve } from 'node:path';
import { EXIT_CODE, type OutputOf } from '../../../shared/contract/index.ts';
import { CliFailure, usage } from '../failure.ts';
import { leaf, noun, vaultFolder, type CommonOptions, type Program } from '../command.ts';
import { readPassphrase } from '../passphrase.ts';
import type { Session } from '../session.ts';
import { bytes, facts, table } from '../text.ts';

export function addVaultCommands(program: Program): void {
  const vault = noun(program, 'vault', 'make a vault, say what is in it, look after it');

  leaf<{ name: string; user: string; cipher: string; together?: boolean }>(
    program,
    vault,
    'create',
    {
      summary: 'make an encrypted vault in an empty or new folder',
      unlock: false,
      options: (command) =>
        command
          .option('--name <name>', 'what the vault is called', 'Vault')
          .option('--user <name>', 'who you are', process.env.USER ?? 'owner')
          .option(
            '--cipher <cipher>',
            'aegis (fast, authenticated) or sqlcipher (AES-CBC, HMAC)',
            'aegis',
          )
          .option('--together', 'others will work here: the founder administers and lets them in'),
      examples: [
        'vault create --vault /srv/ward3 --user "Ana Ruiz" --together',
        'vault create --vault /media/stick/ward3 --name "Ward 3" --user "Ana Ruiz"',
        'vault create --passphrase-file ~/pass --cipher sqlcipher',
      ],
      async run(session, options) {
        const { cipher } = options;
        if (cipher !== 'aegis' && cipher !== 'sqlcipher') {
          throw usage('--cipher is either aegis or sqlcipher.');
        }
        const passphrase = await readPassphrase(session.terminal, options, 'create');
        const status = await session.call('vault.create', {
          name: options.name,
          userName: options.user,
          passphrase,
          cipher,
          working: options.together === true ? 'together' : 'alone',
        });
        const { verifierKey } = await session.call('audit.key', {});
        return {
          json: { ...status, auditKey: verifierKey },
          text: [
            `The vault "${status.name ?? ''}" is made. There is no way back in without the passphrase: keep it safe.`,
            `Note down the key of its audit log, on paper and with your auditor:\n${verifierKey}`,
          ].join('\n\n'),
        };
      },
    },
  );

  leaf(program, vault, 'info', {
    summary: 'size, cipher, counts',
    examples: ['vault info', 'vault info --vault .cloister/demo/vault --json'],
    async run(session) {
      const info = await session.call('vault.info', {});
      const { counts, kdf } = info;
      return {
        json: info,
        text: facts([
          ['name', info.name],
          ['location', info.location],
          ['cipher', info.cipher],
          ['size', bytes(info.sizeBytes)],
          ['made', info.createdAt],
          [
            'passphrase check',
            `${kdf.name}, ${bytes(kdf.memoryKiB * 1024)}, ${kdf.iterations} rounds`,
          ],
          ['database', `${info.sqlite}, schema ${info.schemaVersion}`],
          ['documents', counts.documents],
          ['people', counts.subjects],
          ['purposes', counts.purposes],
          ['projects', counts.projects],
          ['annotations', counts.annotations],
          ['snapshots', counts.snapshots],
          ['models', counts.models],
          ['audit leaves', counts.auditLeaves],
        ]),
      };
    },
  });

  leaf<{ backup: boolean }>(program, vault, 'rekey', {
    summary: 'give the vault a new key; everybody keeps their passphrase',
    options: (command) =>
      command.option(
        '--no-backup',
        'make no verified backup first, where there is no room for one',
      ),
    examples: ['vault rekey'],
    async run(session, options) {
      const done = await session.job('vault.rekey', { backup: options.backup }, 'Changing the key');
      return {
        json: done,
        text: `The vault has a new key: ${done.pages} pages in ${done.milliseconds} ms. Backups of before keep opening with the passphrases of their day.`,
      };
    },
  });

  leaf(program, vault, 'doctor', {
    summary: 'what is wrong with a vault and what to do; changes nothing',
    unlock: false,
    examples: ['vault doctor --vault /media/stick/ward3', 'vault doctor --passphrase-file ~/pass'],
    async run(session, options) {
      const passphrase = await passphraseIfAny(session.terminal, options);
      const { findings } = await session.call('vault.examine', {
        place: { kind: 'path', path: vaultFolder(program, options) },
        ...(passphrase !== undefined && { passphrase }),
      });
      const worst = findings.some(({ state }) => state === 'bad');
      return {
        json: findings,
        text: [
          table(
            ['what', 'state', 'detail'],
            findings.map(({ what, state, detail }) => [what, state, detail]),
          ),
          ...findings.filter(({ todo }) => todo !== '').map(({ what, todo }) => `${what}: ${todo}`),
          ...(passphrase === undefined
            ? ['Only the outside was looked at: give the passphrase to look inside.']
            : []),
        ].join('\n'),
        exitCode: worst ? EXIT_CODE.integrity : 0,
      };
    },
  });

  leaf<{ to: string }>(program, vault, 'salvage', {
    summary:
      'copy whatever can be read of a damaged vault to a new one, with a list of what cannot',
    unlock: false,
    options: (command) => command.requiredOption('--to <folder>', 'the new vault'),
    examples: ['vault salvage --vault ~/Cloister/vault --to ~/Cloister/saved'],
    async run(session, options) {
      const passphrase = await readPassphrase(session.terminal, options, 'unlock');
      const saved = await session.call('vault.salvage', {
        source: { kind: 'path', path: vaultFolder(program, options) },
        destination: { kind: 'path', path: resolve(options.to) },
        passphrase,
      });
      return { json: saved, text: describeSalvage(saved, resolve(options.to)) };
    },
  });
}

async function passphraseIfAny(
  terminal: Session['terminal'],
  options: CommonOptions,
): Promise<string | undefined> {
  try {
    return await readPassphrase(terminal, options, 'unlock');
  } catch (error) {
    // Nobody is there to type one: the outside can be looked at all the same.
    if (options.passphraseFile !== undefined || options.passphraseFd !== undefined) throw error;
    if (error instanceof CliFailure) return undefined;
    throw error;
  }
}

function describeSalvage(saved: OutputOf<'vault.salvage'>, target: string): string {
  const damaged = saved.tables.filter(({ gaps }) => gaps.length > 0);
  const rows = saved.tables.reduce((sum, { copied }) => sum + copied, 0);
  const lines = [
    facts([
      ['saved to', target],
      ['rows', rows],
      ['first unreadable page', saved.firstPage ?? 'none'],
      [
        'audit log',
        `${saved.log.leaves} leaves, ${saved.log.intact ? 'whole' : 'with a gap that its newest leaf names'}`,
      ],
    ]),
  ];
  if (damaged.length > 0) {
    lines.push(
      table(
        ['rows may be missing in', 'copied', 'between'],
        damaged.flatMap(({ table: name, copied, gaps }) =>
          gaps.map(({ from, to }) => [name, copied, `${from} and ${to}`]),
        ),
      ),
    );
  }
  if (saved.orphans.length > 0) {
    lines.push(
      table(
        ['left out, for what they belong to is lost', 'rows'],
        saved.orphans.map((each) => [each.table, each.rows]),
      ),
    );
  }
  if (saved.documentsLost.length > 0) {
    lines.push(`Documents to import again:\n${saved.documentsLost.join('\n')}`);
  }
  if (saved.sealedLost.length > 0) {
    lines.push(
      table(
        ['sealed files lost', 'kind'],
        saved.sealedLost.map(({ id, kind }) => [id, kind]),
      ),
    );
  }
  return lines.join('\n\n');
}
