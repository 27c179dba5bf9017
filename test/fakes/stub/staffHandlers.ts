// The people of the stub's vault and two orders between them: one waiting, one signed by both.
import {
  contract,
  type Order,
  type ProcedureName,
  type StaffMember,
} from '../../../shared/contract/index.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
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

const isNew = ({ vault }: StubContext): boolean => vault.subjects.length === 0;

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
  order(3, {
    procedure: 'user.remove',
    facts: { userId: id('usr', 4) },
    reason: 'Left the ward on 20 November.',
    requestedBy: id('usr', 2),
    requestedByName: 'Marta Brandt',
    approvers: [{ userId: id('usr', 1), name: 'Reader A' }],
  }),
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

const CODE = '7Q4M-0X2C-9KDV-H3TB-WE6R-5ZNA-8GJY';
const plain = (code: string): string => code.toUpperCase().replaceAll(/[\s-]/gu, '');

interface Staff {
  people: StaffMember[];
  orders: Order[];
  recovery: 'none' | 'unconfirmed' | 'confirmed';
}
const staffs = new WeakMap<StubContext, Staff>();
/** Of one page; what a test changes stays with it. */
function staffOf(context: StubContext): Staff {
  const known = staffs.get(context);
  if (known) return known;
  const fresh = isNew(context);
  const staff: Staff = {
    people: fresh ? PEOPLE.slice(0, 1) : [...PEOPLE],
    orders: fresh ? [] : [...ORDERS],
    recovery: fresh ? 'none' : 'confirmed',
  };
  staffs.set(context, staff);
  return staff;
}

function changePerson(
  context: StubContext,
  userId: string,
  changes: Partial<StaffMember>,
): StaffMember {
  const staff = staffOf(context);
  const found = staff.people.find((each) => each.userId === userId);
  if (!found) throw new Refusal('NOT_FOUND', 'This vault has no such person.');
  const changed = { ...found, ...changes };
  staff.people = staff.people.map((each) => (each === found ? changed : each));
  context.changed('staff');
  return changed;
}
function changeOrder(context: StubContext, orderId: string, changes: Partial<Order>): Order {
  const staff = staffOf(context);
  const found = staff.orders.find((each) => each.orderId === orderId);
  if (!found) throw new Refusal('NOT_FOUND', 'There is no such order.');
  const changed = { ...found, ...changes, decidedAt: at(0) };
  staff.orders = staff.orders.map((each) => (each === found ? changed : each));
  context.changed('staff');
  return changed;
}
const mustKnow = (context: StubContext, passphrase: string): void => {
  if (passphrase !== context.passphrase)
    throw new Refusal('WRONG_PASSPHRASE', 'That is not the passphrase.');
};

const factsOf = (procedure: string, input: object): Order['facts'] =>
  (contract[procedure as ProcedureName].dual?.facts(input as never) ?? {}) as Order['facts'];

/** Two people where there are two, as the core does: an order signed by both is used up by the act. */
export function clearOrder(context: StubContext, procedure: ProcedureName, input: object): void {
  if (isNew(context)) return;
  const facts = JSON.stringify(factsOf(procedure, input));
  const signed = staffOf(context).orders.find(
    (each) =>
      each.state === 'approved' &&
      each.procedure === procedure &&
      JSON.stringify(each.facts) === facts,
  );
  if (!signed) throw new Refusal('ORDER_NEEDED', 'This takes two people.', { procedure });
  changeOrder(context, signed.orderId, { state: 'carriedOut' });
}

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
  'user.list': (_, context) => ({
    items: staffOf(context).people.map((each) => ({ ...each })),
    recovery: staffOf(context).recovery,
    dualControl: !isNew(context),
  }),
  'user.add'({ name, roles }, context) {
    clearOrder(context, 'user.add', { name, roles });
    const added = { userId: id('usr', 9), name, roles, addedAt: at(0), removedAt: null };
    staffOf(context).people.push(added);
    context.changed('staff');
    return added;
  },
  'user.setRoles'({ userId, roles }, context) {
    clearOrder(context, 'user.setRoles', { userId, roles });
    return changePerson(context, userId, { roles });
  },
  'user.remove'({ userId }, context) {
    clearOrder(context, 'user.remove', { userId });
    return {
      ...changePerson(context, userId, { removedAt: at(0) }),
      readableBackups: [1, 2].map((number) => ({
        ...{ backupId: id('bak', number), madeAt: at(number), folder: null },
      })),
    };
  },
  'user.resetPassphrase'({ userId }, context) {
    clearOrder(context, 'user.resetPassphrase', { userId });
    return changePerson(context, userId, {});
  },
  'user.changePassphrase'({ current, next }, context) {
    mustKnow(context, current);
    context.passphrase = next;
    return {};
  },
  'recovery.make'({ passphrase }, context) {
    if (!context.byRecoveryCode) mustKnow(context, passphrase ?? '');
    staffOf(context).recovery = 'unconfirmed';
    context.changed('staff');
    return { code: CODE };
  },
  'recovery.confirm'({ code }, context) {
    if (plain(code) !== plain(CODE)) {
      throw new Refusal('WRONG_PASSPHRASE', 'There is a slip in it.');
    }
    staffOf(context).recovery = 'confirmed';
    context.changed('staff');
    return {};
  },
  'order.list': (_, context) => ({ items: staffOf(context).orders.map((each) => ({ ...each })) }),
  'order.request'({ procedure, input, reason, passphrase }, context) {
    mustKnow(context, passphrase);
    const staff = staffOf(context);
    const facts = factsOf(procedure, input);
    const asked = order(10 + staff.orders.length, { procedure, reason, facts });
    staff.orders = [asked, ...staff.orders];
    context.changed('staff');
    return asked;
  },
  'order.approve'({ orderId, userId, passphrase }, context) {
    mustKnow(context, passphrase);
    return changeOrder(context, orderId, {
      state: 'approved',
      decidedBy: userId ?? id('usr', 2),
      decidedByName: 'Marta Brandt',
    });
  },
  'order.refuse': ({ orderId, reason }, context) =>
    changeOrder(context, orderId, {
      state: 'withdrawn',
      decisionReason: reason,
      decidedBy: id('usr', 1),
      decidedByName: 'Reader A',
    }),
  'audit.acceptHead'({ passphrase }, context) {
    mustKnow(context, passphrase);
    context.readOnly = false;
    context.changed('audit');
    return { accepted: true };
  },
};
