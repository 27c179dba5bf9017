// The people of the stub's vault and two orders between them: one waiting, one signed by both.
import type { Order, StaffMember } from '../../../shared/contract/index.ts';
import { PASSPHRASE, Refusal, type HandlersOf, type StubContext } from './core.ts';
import { at, id } from './fixtures.ts';

const PEOPLE: readonly StaffMember[] = [
  {
    userId: id('usr', 1),
    name: 'Reader A',
    roles: ['clinician', 'steward', 'auditor', 'administrator'],
    addedAt: at(40),
    removedAt: null,
  },
  {
    userId: id('usr', 2),
    name: 'Marta Brandt',
    roles: ['steward'],
    addedAt: at(38),
    removedAt: null,
  },
  { userId: id('usr', 3), name: '林佳', roles: ['clinician'], addedAt: at(31), removedAt: null },
  { userId: id('usr', 4), name: 'O. Petrov', roles: ['auditor'], addedAt: at(30), removedAt: null },
  {
    userId: id('usr', 5),
    name: 'Reader B',
    roles: ['clinician'],
    addedAt: at(39),
    removedAt: at(12),
  },
];

const isNew = ({ subjects }: StubContext['vault']): boolean => subjects.length === 0;

const SECONDS = [{ userId: id('usr', 2), name: 'Marta Brandt' }];
const order = (n: number, changes: Partial<Order>): Order => ({
  orderId: id('ord', n),
  procedure: 'user.setRoles',
  facts: { userId: id('usr', 3), roles: ['clinician', 'auditor'] },
  reason: 'Covers for Petrov in December.',
  requestedBy: id('usr', 1),
  requestedByName: 'Reader A',
  requestedAt: at(0, 95),
  expiresAt: at(-1, 95),
  state: 'open',
  decidedBy: null,
  decidedByName: null,
  decidedAt: null,
  decisionReason: '',
  approvers: SECONDS,
  ...changes,
});
const ORDERS: readonly Order[] = [
  order(2, {}),
  order(1, {
    procedure: 'request.erase',
    facts: { requestId: id('req', 2) },
    reason: 'Letter of 12 November.',
    requestedAt: at(3),
    expiresAt: at(2),
    state: 'carriedOut',
    decidedBy: id('usr', 2),
    decidedByName: 'Marta Brandt',
    decidedAt: at(3, -20),
  }),
];

const person = (userId: string): StaffMember => {
  const found = PEOPLE.find((each) => each.userId === userId);
  if (!found) throw new Refusal('NOT_FOUND', 'This vault has no such person.');
  return found;
};
const mustKnow = (passphrase: string): void => {
  if (passphrase !== PASSPHRASE)
    throw new Refusal('WRONG_PASSPHRASE', 'That is not the passphrase.');
};
const orderOf = (orderId: string): Order => {
  const found = ORDERS.find((each) => each.orderId === orderId);
  if (!found) throw new Refusal('NOT_FOUND', 'There is no such order.');
  return found;
};

export const staffHandlers: HandlersOf<
  | 'user.list'
  | 'user.add'
  | 'user.setRoles'
  | 'user.remove'
  | 'user.resetPassphrase'
  | 'user.changePassphrase'
  | 'recovery.make'
  | 'recovery.confirm'
  | 'order.list'
  | 'order.request'
  | 'order.approve'
  | 'order.refuse'
  | 'audit.acceptHead'
> = {
  'user.list': (_, { vault }) => ({
    items: isNew(vault)
      ? PEOPLE.slice(0, 1).map((each) => ({ ...each }))
      : PEOPLE.map((each) => ({ ...each })),
    recovery: isNew(vault) ? 'none' : 'confirmed',
    dualControl: !isNew(vault),
  }),
  'user.add': ({ name, roles }) => ({
    userId: id('usr', 9),
    name,
    roles,
    addedAt: at(0),
    removedAt: null,
  }),
  'user.setRoles': ({ userId, roles }) => ({ ...person(userId), roles }),
  'user.remove': ({ userId }) => ({ ...person(userId), removedAt: at(0) }),
  'user.resetPassphrase': ({ userId }) => person(userId),
  'user.changePassphrase'({ current }) {
    mustKnow(current);
    return {};
  },
  'recovery.make'({ passphrase }) {
    mustKnow(passphrase);
    return { code: '7Q4M-0X2C-9KDV-H3TB-WE6R-5ZNA-8GJY' };
  },
  'recovery.confirm'({ code }) {
    if (!code.startsWith('7Q4M')) throw new Refusal('WRONG_PASSPHRASE', 'There is a slip in it.');
    return {};
  },
  'order.list': (_, { vault }) => ({
    items: isNew(vault) ? [] : ORDERS.map((each) => ({ ...each })),
  }),
  'order.request'({ procedure, reason, passphrase }) {
    mustKnow(passphrase);
    return order(3, { procedure, reason, facts: {} });
  },
  'order.approve'({ orderId, userId, passphrase }) {
    mustKnow(passphrase);
    return {
      ...orderOf(orderId),
      state: 'approved',
      decidedBy: userId ?? id('usr', 2),
      decidedByName: 'Marta Brandt',
      decidedAt: at(0),
    };
  },
  'order.refuse': ({ orderId, reason }) => ({
    ...orderOf(orderId),
    state: 'refused',
    decisionReason: reason,
    decidedBy: id('usr', 2),
    decidedByName: 'Marta Brandt',
    decidedAt: at(0),
  }),
  'audit.acceptHead'({ passphrase }) {
    mustKnow(passphrase);
    return { accepted: true };
  },
};
