import { usage } from '../failure.ts';
import { leaf, noun, type Program } from '../command.ts';
import { readPassphrase } from '../passphrase.ts';
import { bytes, facts } from '../text.ts';

export function addVaultCommands(program: Program): void {
  const vault = noun(program, 'vault', 'make a vault, or say what is in it');

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
        return {
          json: status,
          text: `The vault "${status.name ?? ''}" is made. There is no way back in without the passphrase: keep it safe.`,
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
}
