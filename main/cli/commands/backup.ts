import { resolve } from 'node:path';
import { EXIT_CODE, type OutputOf } from '../../../shared/contract/index.ts';
import { leaf, noun, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { readPassphrase } from '../passphrase.ts';
import { bytes, facts, table } from '../text.ts';

const place = (path: string) => ({ kind: 'path' as const, path: resolve(path) });

export function addBackupCommands(program: Program): void {
  const backup = noun(program, 'backup', 'copies of the vault, encrypted and checked');

  leaf(program, backup, 'create', {
    summary: 'make a backup while the vault is in use, and read it back',
    arguments: '[folder]',
    examples: ['backup create', 'backup create /media/stick/backups'],
    async run(session, _options, [folder]) {
      const input = folder === undefined ? {} : { destination: place(folder) };
      const made = await session.job('backup.create', input, 'Backing up');
      return {
        json: made,
        text: facts([
          ['backup', made.backupId],
          ['folder', made.folder],
          ['size', bytes(made.bytes)],
          ['audit leaves', made.logSize],
          ['read back', made.verifiedAt],
        ]),
      };
    },
  });

  leaf(program, backup, 'list', {
    summary: 'the backups of this vault, newest first, and the schedule',
    examples: ['backup list', 'backup list --json'],
    async run(session) {
      const { items, ...state } = await session.call('backup.list', {});
      const { policy, dueAt, overdue } = state;
      const plan = policy
        ? `every ${policy.intervalHours} h to ${policy.folder ?? '?'}, the last ${policy.keep} are kept; due ${dueAt ?? '?'}${overdue ? ', OVERDUE' : ''}`
        : 'no schedule';
      return {
        json: { ...state, items },
        text: [
          table(
            ['made', 'backup', 'size', 'there', 'tried out', 'former users', 'folder'],
            items.map((each) => [
              each.madeAt,
              each.backupId,
              bytes(each.bytes),
              each.present ? 'yes' : 'no',
              each.drilledAt ?? 'never',
              each.formerUsers.map(({ name }) => name).join(', '),
              each.folder,
            ]),
          ),
          plan,
        ].join('\n\n'),
      };
    },
  });

  leaf<{ every: string; keep: string; to?: string; stop?: boolean }>(program, backup, 'schedule', {
    summary: 'have backups made while the vault is open and one is due',
    options: (command) =>
      command
        .option('--every <hours>', 'how often', '24')
        .option('--keep <count>', 'how many scheduled backups stay', '14')
        .option('--to <folder>', 'where they go')
        .option('--stop', 'end the schedule; backups stay'),
    examples: ['backup schedule --every 24 --keep 14 --to /mnt/backups', 'backup schedule --stop'],
    async run(session, options) {
      const intervalHours = Number(options.every);
      const keep = Number(options.keep);
      if (!Number.isInteger(intervalHours) || !Number.isInteger(keep)) {
        throw usage('--every and --keep are whole numbers.');
      }
      const policy = options.stop
        ? null
        : { intervalHours, keep, ...(options.to && { destination: place(options.to) }) };
      await session.call('backup.schedule', { policy });
      return { json: policy, text: policy ? 'The schedule is kept.' : 'The schedule has ended.' };
    },
  });

  leaf(program, backup, 'verify', {
    summary: 'read every byte of a backup: files, pages, sealed files, audit log',
    arguments: '<folder>',
    unlock: false,
    examples: ['backup verify /media/stick/backups/cloister-backup-20261124T001819Z-JNFVH7'],
    async run(session, options, [folder = '']) {
      const passphrase = await readPassphrase(session.terminal, options, 'unlock');
      const verified = await session.job(
        'backup.verify',
        { source: place(folder), passphrase },
        'Reading',
      );
      return {
        json: verified,
        text: describeVerified(verified),
        exitCode: verified.whole ? 0 : EXIT_CODE.integrity,
      };
    },
  });

  leaf<{ to: string; erasures?: string; acceptUnknownErasures?: boolean }>(
    program,
    backup,
    'restore',
    {
      summary: 'make a new vault from a backup; who was erased since is erased again first',
      arguments: '<folder>',
      unlock: false,
      options: (command) =>
        command
          .requiredOption('--to <folder>', 'the new vault; nothing may be there')
          .option(
            '--erasures <place>',
            'where the newest list of erasures lies: a vault, a newer backup, an anchor (default: --vault)',
          )
          .option(
            '--accept-unknown-erasures',
            'go on although no such list exists any more; the log keeps it',
          ),
      examples: [
        'backup restore /media/stick/cloister-backup-20261124T001819Z-JNFVH7 --to ~/Cloister/restored',
      ],
      async run(session, options, [folder = '']) {
        const passphrase = await readPassphrase(session.terminal, options, 'unlock');
        const restored = await session.job(
          'backup.restore',
          {
            source: place(folder),
            destination: place(options.to),
            passphrase,
            ...(options.erasures && { erasures: place(options.erasures) }),
            acceptUnknownErasures: options.acceptUnknownErasures === true,
          },
          'Restoring',
        );
        return { json: restored, text: describeRestored(restored, resolve(options.to)) };
      },
    },
  );

  leaf(program, backup, 'drill', {
    summary: 'restore a backup to a scratch folder, check it, take it away again',
    arguments: '[backup]',
    examples: ['backup drill', 'backup drill bak_01M85ENW8J26T5ETPZSMJNFVH7'],
    async run(session, options, [backupId]) {
      const passphrase = await readPassphrase(session.terminal, options, 'unlock');
      const drilled = await session.job(
        'backup.drill',
        { passphrase, ...(backupId !== undefined && { backupId }) },
        'Trying out',
      );
      return {
        json: drilled,
        text: `${describeRestored(drilled, 'a scratch folder, removed again')}\n\nThe drill went well: ${drilled.documents} documents in ${drilled.seconds.toFixed(1)} s.`,
      };
    },
  });
}

function describeVerified(verified: OutputOf<'backup.verify'>): string {
  return [
    verified.whole
      ? 'The backup is whole.'
      : `The backup is NOT whole: ${verified.problems.length} problems.`,
    facts([
      ['backup', verified.backupId],
      ['made', verified.madeAt],
      ['size', `${bytes(verified.bytes)} in ${verified.files} files`],
      ['audit leaves', verified.logSize],
      ['opens for', openers(verified.users)],
      [
        'erasures since',
        verified.erasures.complete
          ? `${verified.erasures.since}, to be carried out again by a restore`
          : `${verified.erasures.since} known here, but the list is missing or too old`,
      ],
    ]),
    ...(verified.whole
      ? []
      : [
          table(
            ['problem', 'where'],
            verified.problems.map(({ what, where }) => [what, where]),
          ),
        ]),
  ].join('\n\n');
}

const openers = (users: OutputOf<'backup.verify'>['users']): string =>
  users.map(({ name, former }) => (former ? `${name} (former)` : name)).join(', ');

function describeRestored(
  restored: OutputOf<'backup.drill'> | OutputOf<'backup.restore'>,
  where: string,
): string {
  const { erased, before, absent } = restored.replayed;
  const former = restored.users.filter((user) => user.former);
  return [
    facts([
      ['restored to', where],
      ['backup', `${restored.backupId} of ${restored.madeAt}`],
      [
        'erasures',
        restored.erasuresKnown
          ? `${erased} carried out again, ${before} known before, ${absent} not in this copy`
          : 'UNKNOWN since the backup: accepted, and written into the log',
      ],
      ['opens for', openers(restored.users)],
    ]),
    ...(former.length > 0
      ? [
          `These people have no access any more but can open the restored vault: ${former.map(({ name }) => name).join(', ')}. Remove them and change the key.`,
        ]
      : []),
  ].join('\n\n');
}
