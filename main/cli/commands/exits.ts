// What left the vault, who has to be told of it, and the register of breaches.
import type { OutputOf } from '../../../shared/contract/index.ts';
import { leaf, noun, type Program } from '../command.ts';
import { usage } from '../failure.ts';
import { subjectOf } from '../resolve.ts';
import { table } from '../text.ts';

type Notice = OutputOf<'exit.notices'>['items'][number];
type Exit = OutputOf<'exit.list'>['items'][number];

export function addExitCommands(program: Program): void {
  const exit = noun(program, 'exit', 'what left the vault, for whom, and who has to be told');

  leaf<{ person?: string }>(program, exit, 'list', {
    summary: 'what left, newest first; with --person, who received that person’s data',
    options: (command) => command.option('--person <number>', 'only with this person’s data'),
    examples: ['exit list', 'exit list --person 4411093'],
    async run(session, { person }) {
      const { items } =
        person === undefined
          ? await session.call('exit.list', { limit: 500 })
          : await session.call('exit.recipients', { subject: subjectOf(person) });
      return { json: items, text: describeExits(items) };
    },
  });

  leaf<{
    letters?: boolean;
    sent?: string;
    how?: string;
    reference?: string;
    queue?: string;
    act?: string;
  }>(program, exit, 'notices', {
    summary: 'recipients to be told of an erasure, a rectification, a restriction (Art. 19)',
    options: (command) =>
      command
        .option(
          '--queue <request>',
          'put on the list whoever got the data of that request’s person',
        )
        .option('--act <act>', 'with --queue: rectification, erasure, restriction')
        .option('--letters', 'write the letter of every open notice into the reports')
        .option('--sent <notice>', 'record that this one was sent')
        .option('--how <way>', 'with --sent: handed, post, carrier, spoken, notPossible', 'post')
        .option('--reference <text>', 'with --sent: e.g. the number of the registered letter'),
    examples: [
      'exit notices',
      'exit notices --letters',
      'exit notices --sent exn_01JD9ZK3V7Q2 --how post --reference "Registered letter 7713"',
    ],
    async run(session, options) {
      if (options.queue !== undefined) {
        if (options.act === undefined) throw usage('Say what happened: --act.');
        const queued = await session.call('exit.queueNotices', {
          requestId: options.queue,
          act: options.act as Notice['act'],
        });
        return { json: queued, text: `Recipients put on the list: ${queued.queued}.` };
      }
      if (options.sent !== undefined) {
        const sent = await session.call('exit.noticeSent', {
          noticeId: options.sent,
          how: (options.how ?? 'post') as NonNullable<Notice['sent']>['how'],
          reference: options.reference ?? '',
        });
        return { json: sent, text: describeNotices([sent]) };
      }
      const { items } = await session.call('exit.notices', { limit: 500 });
      if (!options.letters) return { json: items, text: describeNotices(items) };
      const letters: { noticeId: string; reportId: string }[] = [];
      for (const { noticeId, sent } of items) {
        if (sent !== null) continue;
        const { reportId } = await session.call('exit.noticeLetter', { noticeId });
        letters.push({ noticeId, reportId });
      }
      return {
        json: letters,
        text: table(
          ['notice', 'report'],
          letters.map(({ noticeId, reportId }) => [noticeId, reportId]),
        ),
      };
    },
  });
}

const describeExits = (exits: readonly Exit[]): string =>
  table(
    ['at', 'what', 'recipient', 'country', 'ground', 'people', 'identifier'],
    exits.map((each) => [
      each.at,
      each.kind,
      each.recipient,
      each.country,
      each.ground,
      each.subjects,
      each.exitId,
    ]),
  );

const describeNotices = (notices: readonly Notice[]): string =>
  table(
    ['recipient', 'act', 'left', 'sent', 'how', 'identifier'],
    notices.map((each) => [
      each.recipient,
      each.act,
      each.leftAt,
      each.sent?.at ?? null,
      each.sent?.how ?? 'to be sent',
      each.noticeId,
    ]),
  );
