// What left, whom it went to, and the notices under Art. 19 GDPR.
import type { ExitNotice } from '../../../shared/contract/index.ts';
import { DESTINATIONS_VERSION, destinationGround } from '../../../shared/domain/destinations.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { at, digest, id, type StubVault } from './fixtures.ts';

type ExitName =
  | 'exit.list'
  | 'exit.recipients'
  | 'exit.destination'
  | 'exit.notices'
  | 'exit.queueNotices'
  | 'exit.noticeLetter'
  | 'exit.noticeSent';

const queues = new WeakMap<StubVault, ExitNotice[]>();

const notice = (n: number, changes: Partial<ExitNotice>): ExitNotice => ({
  noticeId: id('exn', n),
  exitId: id('exi', 1),
  requestId: id('req', 1),
  act: 'erasure',
  recipient: 'Ethics board',
  country: 'DE',
  what: 'report',
  sha256: digest('exit'),
  leftAt: at(20),
  queuedAt: at(1),
  sent: null,
  ...changes,
});

export function noticesOf(vault: StubVault): ExitNotice[] {
  let queue = queues.get(vault);
  if (!queue) {
    queue =
      vault.exits.length === 0
        ? []
        : [
            notice(2, {}),
            notice(3, {
              act: 'rectification',
              recipient: 'University clinic, registry',
              country: 'CH',
            }),
            notice(1, {
              act: 'restriction',
              queuedAt: at(30),
              sent: {
                at: at(29),
                by: 'Steward S',
                how: 'post',
                reference: 'Registered letter 7713',
              },
            }),
          ];
    queues.set(vault, queue);
  }
  return queue;
}

function find(noticeId: string, { vault }: StubContext): ExitNotice {
  const found = noticesOf(vault).find((each) => each.noticeId === noticeId);
  if (!found) throw new Refusal('NOT_FOUND', 'There is no such notice.');
  return found;
}

export const exitsHandlers: HandlersOf<ExitName> = {
  'exit.list': (_, { vault }) => ({ items: vault.exits, next: null, total: vault.exits.length }),
  'exit.recipients': (_, { vault }) => ({ items: vault.exits }),
  'exit.destination': ({ country }) => ({
    home: 'DE',
    ground: destinationGround('DE', country, (code) => code === 'US'),
    listVersion: DESTINATIONS_VERSION,
  }),
  'exit.notices'(_, { vault }) {
    const items = noticesOf(vault);
    return {
      items,
      next: null,
      total: items.length,
      open: items.filter(({ sent }) => sent === null).length,
    };
  },
  'exit.queueNotices'({ requestId, act }, context) {
    const queue = noticesOf(context.vault);
    for (const exit of context.vault.exits) {
      queue.unshift(
        notice(queue.length + 1, {
          ...{ requestId, act, exitId: exit.exitId, recipient: exit.recipient },
          ...{ country: exit.country, what: exit.kind, sha256: exit.sha256, leftAt: exit.at },
          queuedAt: new Date().toISOString(),
        }),
      );
    }
    context.changed('exits');
    return { queued: context.vault.exits.length };
  },
  'exit.noticeLetter': ({ noticeId }, context) => {
    find(noticeId, context);
    return { reportId: context.vault.reports[0]?.reportId ?? id('rep', 1) };
  },
  'exit.noticeSent'({ noticeId, how, reference }, context) {
    const found = find(noticeId, context);
    Object.assign(found, {
      sent: { at: new Date().toISOString(), by: 'Steward S', how, reference },
    });
    context.changed('exits');
    return found;
  },
};
