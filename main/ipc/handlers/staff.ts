// The people of the vault and the orders two of them sign, over the wire. Whoever asks for a passphrase
// again goes through the guard against guessing.
import { contract, type Order, type ProcedureName } from '../../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { UserId } from '../../../shared/kernel/id.ts';
import type { AuditLog, Backups, DualOrder, Orders, Staff } from '../../governance/index.ts';
import type { JsonValue } from '../../platform/index.ts';
import type { Guesses } from '../guesses.ts';
import type { CallContext, Handlers } from './types.ts';

type StaffName =
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
  | 'audit.acceptHead';

export function staffHandlers({
  staff,
  orders,
  audit,
  guesses,
  backups,
}: {
  readonly staff: Staff;
  readonly backups: Pick<Backups, 'list'>;
  readonly orders: Orders;
  readonly audit: Pick<AuditLog, 'acceptHead'>;
  readonly guesses: Guesses;
}): Pick<Handlers, StaffName> {
  const shown = (order: DualOrder): Order => ({
    ...order,
    facts: order.facts as Order['facts'],
    requestedByName: staff.nameOf(order.requestedBy),
    decidedByName: order.decidedBy === null ? null : staff.nameOf(order.decidedBy),
    approvers: orders
      .approvers(order.procedure as ProcedureName, order.requestedBy)
      .map(({ userId, name }) => ({ userId, name })),
  });
  const ordered = (result: Result<DualOrder>, context: CallContext): Result<Order> => {
    if (result.ok) context.changed('staff');
    return result.ok ? ok(shown(result.value)) : result;
  };
  const member = <T extends { readonly userId: string; readonly roles: readonly string[] }>(
    result: Result<T>,
    context: CallContext,
  ) => {
    if (!result.ok) return result;
    context.note({ object: result.value.userId });
    context.changed('staff');
    return ok({ ...result.value, roles: [...result.value.roles] as never });
  };
  const own = (context: CallContext, passphrase: string): Promise<Result<void>> =>
    guesses.guard(() =>
      context.session.vault.keys.verify(context.session.actor.userId, passphrase),
    );

  return {
    'user.list': (_, { session }) =>
      ok({
        items: staff.list().map((person) => ({ ...person, roles: [...person.roles] })),
        recovery: staff.recovery(),
        dualControl: orders.approvers('request.erase', session.actor.userId).length > 0,
      }),
    'user.add': async (input, context) =>
      member(await staff.add(context.session.actor, input), context),
    'user.setRoles': ({ userId, roles }, context) =>
      member(staff.setRoles(context.session.actor, userId, roles), context),
    async 'user.remove'({ userId }, context) {
      context.title('New key for the vault');
      context.progress({ stage: 'rekeying', done: 0, total: 1, unit: 'steps', etaSeconds: null });
      // The new key blocks the process while pages are rewritten; the page hears of it before.
      await new Promise((resolve) => setImmediate(resolve));
      const removed = member(staff.remove(context.session.actor, userId), context);
      if (!removed.ok) return removed;
      const opens = backups
        .list()
        .filter(({ formerUsers }) => formerUsers.some((former) => former.userId === userId));
      const toTerminal = context.client === 'terminal';
      return ok({
        ...removed.value,
        readableBackups: opens.slice(0, 1000).map(({ backupId, madeAt, folder }) => ({
          ...{ backupId, madeAt, folder: toTerminal ? folder : null },
        })),
      });
    },
    'user.resetPassphrase': async ({ userId, passphrase }, context) =>
      member(await staff.resetPassphrase(context.session.actor, userId, passphrase), context),
    async 'user.changePassphrase'({ current, next }, { session }) {
      const changed = await guesses.guard(() =>
        staff.changePassphrase(session.actor, current, next),
      );
      return changed.ok ? ok({}) : changed;
    },
    async 'recovery.make'({ passphrase }, context) {
      const { session } = context;
      if (!session.vault.byRecoveryCode) {
        const known = await own(context, passphrase ?? '');
        if (!known.ok) return known;
      }
      const made = await staff.makeRecoveryCode(session.actor);
      if (made.ok) context.changed('staff');
      return made.ok ? ok({ code: made.value }) : made;
    },
    async 'recovery.confirm'({ code }, context) {
      const confirmed = await guesses.guard(() =>
        staff.confirmRecoveryCode(context.session.actor, code),
      );
      if (confirmed.ok) context.changed('staff');
      return confirmed.ok ? ok({}) : confirmed;
    },
    'order.list': () => ok({ items: orders.list().map(shown) }),
    async 'order.request'({ procedure, input, reason, passphrase }, context) {
      const facts = factsOf(procedure, input);
      if (!facts.ok) return facts;
      const { actor } = context.session;
      return ordered(
        await guesses.guard(() =>
          orders.request(actor, { procedure, facts: facts.value, reason, passphrase }),
        ),
        context,
      );
    },
    async 'order.approve'({ orderId, userId, passphrase }, context) {
      const approver = { userId: userId ?? context.session.actor.userId, passphrase };
      return ordered(await guesses.guard(() => orders.approve(orderId, approver)), context);
    },
    'order.refuse': ({ orderId, reason }, context) =>
      ordered(orders.refuse(context.session.actor, orderId, reason), context),
    async 'audit.acceptHead'({ reason, passphrase, second }, context) {
      const { actor, vault } = context.session;
      const known = await own(context, passphrase);
      if (!known.ok) return known;
      const others = orders.approvers('audit.acceptHead', actor.userId);
      if (others.length > 0) {
        if (!second || !others.some(({ userId }) => userId === second.userId)) {
          return failure(
            'FORBIDDEN',
            'This needs a second person who is steward or administrator. Nothing was changed. Ask one of them to give their passphrase here.',
          );
        }
        const theirs = await guesses.guard(() =>
          vault.keys.verify(second.userId as UserId, second.passphrase),
        );
        if (!theirs.ok) return theirs;
      }
      const accepted = audit.acceptHead({
        actor: actor.userId,
        roles: actor.roles,
        reason,
        ...(second && { second: second.userId }),
      });
      if (accepted.ok) context.changed('audit', 'staff');
      return accepted.ok ? ok({ accepted: true }) : accepted;
    },
  };
}

/** What would be signed, from the act's own input, checked by the act's own schema. */
function factsOf(procedure: string, input: unknown): Result<Readonly<Record<string, JsonValue>>> {
  const entry = Object.hasOwn(contract, procedure)
    ? contract[procedure as ProcedureName]
    : undefined;
  if (!entry?.dual) {
    return failure(
      'CONFLICT',
      'This act needs no second person. Nothing was changed. Do it at once.',
    );
  }
  const facts = entry.dual.facts(input as never);
  const complete = Object.values(facts).every((value) => value !== undefined);
  if (!complete) {
    return failure('BAD_INPUT', 'The order does not say what is to be done. Nothing was changed.');
  }
  return ok(facts as Readonly<Record<string, JsonValue>>);
}
