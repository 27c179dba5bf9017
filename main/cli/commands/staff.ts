import { ROLES, type Role } from '../../../shared/contract/index.ts';
import { leaf, noun, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { readPassphrase } from '../passphrase.ts';
import { describeOrder, withAsk, withSecond, type AskOptions } from '../second.ts';
import type { Session } from '../session.ts';
import { facts, table } from '../text.ts';
import { addMatrixCommand } from './matrix.ts';

export function addUserCommands(program: Program): void {
  const user = noun(program, 'user', 'the people who work in this vault');
  addMatrixCommand(program, user);

  leaf(program, user, 'list', {
    summary: 'who works here, and who left',
    examples: ['user list', 'user list --json'],
    async run(session) {
      const listed = await session.call('user.list', {});
      const rows = listed.items.map(({ name, roles, addedAt, removedAt, userId }) => [
        name,
        roles.join(', '),
        removedAt === null ? 'here' : `left ${removedAt.slice(0, 10)}`,
        addedAt?.slice(0, 10) ?? null,
        userId,
      ]);
      return {
        json: listed,
        text: `${table(['name', 'roles', 'state', 'since', 'identifier'], rows)}\n\n${facts([
          ['recovery code', listed.recovery],
          [
            'two persons',
            listed.dualControl ? 'needed for what one must not do alone' : 'nobody else could sign',
          ],
        ])}`,
      };
    },
  });

  leaf<{ role: Role[]; newPassphraseFile?: string } & AskOptions>(program, user, 'add', {
    summary: 'let somebody in, with a passphrase they change at the first sign-in',
    arguments: '<name>',
    options: (command) =>
      withAsk(
        command
          .requiredOption('--role <roles...>', ROLES.join(', '))
          .option('--new-passphrase-file <file>', 'their first passphrase'),
      ),
    examples: [
      'user add "Marta Brandt" --role steward',
      'user add "Lin Jia" --role clinician --ask "Starts on Monday"',
    ],
    async run(session, options, [name = '']) {
      const roles = rolesOf(options.role);
      const passphrase = await newPassphrase(session, options.newPassphraseFile);
      return withSecond(session, 'user.add', { name, roles, passphrase }, options, (added) => ({
        json: added,
        text: `${added.name} can unlock this vault as ${added.roles.join(', ')}.`,
      }));
    },
  });

  leaf<{ role: Role[] } & AskOptions>(program, user, 'role', {
    summary: 'change what somebody may do',
    arguments: '<name>',
    options: (command) => withAsk(command.requiredOption('--role <roles...>', ROLES.join(', '))),
    examples: ['user role "Lin Jia" --role clinician auditor --ask "Covers in December"'],
    async run(session, options, [name = '']) {
      const roles = rolesOf(options.role);
      const userId = await findUser(session, name);
      return withSecond(session, 'user.setRoles', { userId, roles }, options, (changed) => ({
        json: changed,
        text: `${changed.name} is ${changed.roles.join(', ')} from the next unlocking on.`,
      }));
    },
  });

  leaf<AskOptions>(program, user, 'remove', {
    summary: 'take somebody’s access away and give the vault a new key',
    arguments: '<name>',
    options: withAsk,
    examples: ['user remove "Lin Jia" --ask "Left the ward"'],
    async run(session, options, [name = '']) {
      const userId = await findUser(session, name);
      return withSecond(session, 'user.remove', { userId }, options, (removed) => ({
        json: removed,
        text: [
          `${removed.name} cannot open this vault any more; it has a new key.`,
          ...(removed.readableBackups.length === 0
            ? ['No backup that is here now can be opened with the old passphrase.']
            : [
                'The old passphrase still opens these backups; make a new one and destroy them when you can:',
                table(
                  ['backup', 'made', 'folder'],
                  removed.readableBackups.map(({ backupId, madeAt, folder }) => [
                    backupId,
                    madeAt,
                    folder,
                  ]),
                ),
              ]),
        ].join('\n\n'),
      }));
    },
  });

  leaf<{ of?: string; newPassphraseFile?: string } & AskOptions>(program, user, 'passphrase', {
    summary: 'change your passphrase, or give a new one to somebody who forgot theirs',
    options: (command) =>
      withAsk(
        command
          .option('--of <name>', 'somebody else, who forgot theirs')
          .option('--new-passphrase-file <file>', 'the new one'),
      ),
    examples: ['user passphrase', 'user passphrase --of "Lin Jia" --ask "Forgot it"'],
    async run(session, options) {
      const passphrase = await newPassphrase(session, options.newPassphraseFile);
      if (options.of !== undefined) {
        const userId = await findUser(session, options.of);
        const input = { userId, passphrase };
        return withSecond(session, 'user.resetPassphrase', input, options, (reset) => ({
          json: reset,
          text: `${reset.name} has a new passphrase.`,
        }));
      }
      const current = await readPassphrase(session.terminal, options, 'unlock');
      await session.call('user.changePassphrase', { current, next: passphrase });
      return { json: {}, text: 'Your passphrase is changed.' };
    },
  });

  const recovery = noun(
    program,
    'recovery',
    'the printed code for the day every passphrase is lost',
  );
  leaf(program, recovery, 'make', {
    summary: 'make a new code; the one of before opens nothing any more',
    examples: ['recovery make'],
    async run(session, options) {
      const passphrase = await readPassphrase(session.terminal, options, 'unlock');
      const made = await session.call('recovery.make', { passphrase });
      return {
        json: made,
        text: `${made.code}\n\nWrite it down or print it, and lock it away: it is shown this once. Then type it back with "cloister recovery confirm".`,
      };
    },
  });
  leaf(program, recovery, 'confirm', {
    summary: 'type the code back, to know that the paper is right',
    examples: ['recovery confirm'],
    async run(session) {
      const code = await session.terminal.askSecret('Recovery code: ');
      if (code === undefined) throw usage('There is no terminal to ask for the code at.');
      await session.call('recovery.confirm', { code });
      return { json: {}, text: 'The code on the paper opens this vault.' };
    },
  });
}

export function addOrderCommands(program: Program): void {
  const order = noun(program, 'order', 'acts that two people sign');

  leaf(program, order, 'list', {
    summary: 'what was asked for and what became of it',
    examples: ['order list'],
    async run(session) {
      const { items } = await session.call('order.list', {});
      return {
        json: items,
        text: table(
          ['order', 'act', 'asked by', 'reason', 'state', 'decided by', 'until'],
          items.map((each) => [
            each.orderId,
            each.procedure,
            each.requestedByName,
            each.reason,
            each.state,
            each.decidedByName,
            each.expiresAt.slice(0, 16).replace('T', ' '),
          ]),
        ),
      };
    },
  });

  leaf(program, order, 'approve', {
    summary: 'sign, as the second person, what somebody else asked for',
    arguments: '<order>',
    examples: ['order approve ord_01JD9ZK3V7Q2 --as "Marta Brandt"'],
    async run(session, options, [orderId = '']) {
      const passphrase = await readPassphrase(session.terminal, options, 'unlock');
      const approved = await session.call('order.approve', { orderId, passphrase });
      return { json: approved, text: describeOrder(approved) };
    },
  });

  leaf<{ reason: string }>(program, order, 'refuse', {
    summary: 'say no; whoever asked takes it back with the same words',
    arguments: '<order>',
    options: (command) => command.requiredOption('--reason <text>', 'why'),
    examples: ['order refuse ord_01JD9ZK3V7Q2 --reason "The wrong person"'],
    async run(session, { reason }, [orderId = '']) {
      const refused = await session.call('order.refuse', { orderId, reason });
      return { json: refused, text: describeOrder(refused) };
    },
  });
}

async function findUser(session: Session, wanted: string): Promise<string> {
  const { items } = await session.call('user.list', {});
  const here = items.filter(({ removedAt }) => removedAt === null);
  const found = here.filter(({ userId, name }) => userId === wanted || name === wanted);
  const [only] = found;
  if (only && found.length === 1) return only.userId;
  const list = here.map(({ userId, name }) => `  ${userId}  ${name}`).join('\n');
  throw usage(`There is nobody called "${wanted}" here. There are:\n${list}`, 'NOT_FOUND');
}

function rolesOf(words: readonly string[]): Role[] {
  const roles = words.flatMap((word) => word.split(',')).filter((word) => word !== '');
  const wrong = roles.find((role) => !(ROLES as readonly string[]).includes(role));
  if (wrong !== undefined)
    throw usage(`There is no role "${wrong}". There are: ${ROLES.join(', ')}.`);
  return roles as Role[];
}

const newPassphrase = (session: Session, passphraseFile: string | undefined): Promise<string> =>
  readPassphrase(
    session.terminal,
    passphraseFile === undefined ? {} : { passphraseFile },
    'create',
  );
