// Two persons for what one alone must not do: erasure, bulk export, release of a hold, new keys, new roles.
// Requester and approver differ and sign the same bytes with their own Ed25519 keys, each after giving the
// passphrase again; an order that was not carried out within a day is void.
//
// A vault in which only one person could approve has nobody to ask. Acts are then carried out alone and a
// leaf of the log says so, so that an auditor sees every one of them. As soon as there are two, both are
// needed, also for letting one of them go.
import { createHash } from 'node:crypto';
import {
  contract,
  SECOND_PERSONS,
  type ProcedureName,
  type Role,
} from '../../../shared/contract/index.ts';
import { failure, ok, type Failure, type Result } from '../../../shared/kernel/result.ts';
import type { UserId } from '../../../shared/kernel/id.ts';
import { canonicalJson, type JsonValue } from '../../platform/index.ts';
import type { VaultKeys } from '../../store/index.ts';
import { isSignedBy } from '../audit/ed25519.ts';
import type { Actor, RoomContext } from '../context.ts';
import {
  createOrderRepository,
  type OrderEventRow,
  type OrderEventType,
  type OrderRow,
} from './orderRepository.ts';

export interface DualOrder {
  readonly orderId: string;
  readonly procedure: string;
  /** What both sign, apart from who and when: ids, settings and counts. */
  readonly facts: Readonly<Record<string, JsonValue>>;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly expiresAt: string;
  readonly state: 'open' | 'approved' | 'refused' | 'withdrawn' | 'carriedOut' | 'expired';
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly decisionReason: string;
}

export interface Orders {
  /** Whether acts of two persons need the second one here, and who could be it. */
  approvers(
    procedure: ProcedureName,
    requester: string,
  ): readonly { userId: string; name: string }[];
  /** Fails with WRONG_PASSPHRASE, CONFLICT (nobody else could approve; no such act; already asked). */
  request(
    actor: Actor,
    order: {
      readonly procedure: string;
      readonly facts: Readonly<Record<string, JsonValue>>;
      readonly reason: string;
      readonly passphrase: string;
    },
  ): Promise<Result<DualOrder>>;
  /**
   * The second person may sit at the same desk: `userId` says who approves, the passphrase proves it.
   * Fails with NOT_FOUND, ORDER_CLOSED, FORBIDDEN (the requester, or no role for it), WRONG_PASSPHRASE.
   */
  approve(
    orderId: string,
    approver: { readonly userId: string; readonly passphrase: string },
  ): Promise<Result<DualOrder>>;
  /** By anybody who could have approved, or by the requester, who withdraws. Fails like `approve`. */
  refuse(actor: Actor, orderId: string, reason: string): Result<DualOrder>;
  /** Newest first, at most 200. */
  list(): readonly DualOrder[];
  /**
   * May this person do this now? The id of the order that allows it, or null where the vault has no second
   * person. Fails with ORDER_NEEDED (params `procedure`), AUDIT_BROKEN where signatures do not hold.
   */
  clear(
    actor: Actor,
    procedure: ProcedureName,
    facts: Readonly<Record<string, JsonValue>>,
  ): Result<string | null>;
  /** The act is done: the order cannot be used again, or, where there was none, the log says so. */
  settle(actor: Actor, procedure: ProcedureName, orderId: string | null): void;
}

const DAY_MS = 86_400_000;

export function createOrders(
  { store, clock, random, audit }: RoomContext,
  { keys }: { readonly keys: Pick<VaultKeys, 'users' | 'sign' | 'signingKey'> },
): Orders {
  const repository = createOrderRepository(store);

  const dualOf = (procedure: string) =>
    Object.hasOwn(contract, procedure) ? contract[procedure as ProcedureName].dual : undefined;

  const mayApprove = (procedure: string, roles: readonly Role[]): boolean =>
    (dualOf(procedure)?.approvers ?? SECOND_PERSONS).some((role) => roles.includes(role));

  const approvers = (procedure: string, requester: string) =>
    keys
      .users()
      .filter(({ id, roles }) => id !== requester && mayApprove(procedure, roles))
      .map(({ id, name }) => ({ userId: id as string, name }));

  function orderOf(row: OrderRow): DualOrder {
    const decision = repository.events(row.id).findLast(({ type }) => type !== 'carriedOut');
    return {
      orderId: row.id,
      procedure: row.procedure,
      facts: (JSON.parse(row.statement) as Statement).facts,
      reason: row.reason,
      requestedBy: row.requested_by,
      requestedAt: row.requested_at,
      expiresAt: row.expires_at,
      state: stateOf(row, repository.events(row.id), clock.now()),
      decidedBy: decision?.actor ?? null,
      decidedAt: decision?.at ?? null,
      decisionReason: decision?.reason ?? '',
    };
  }

  function leaf(
    action: string,
    actor: { readonly userId: string; readonly roles: readonly Role[] },
    row: OrderRow,
  ): void {
    audit.append({
      action,
      actor: actor.userId,
      roles: actor.roles,
      object: { type: 'order', id: row.id },
      commitments: {
        statement: createHash('sha256').update(row.statement).digest('hex'),
      },
    });
  }

  function note(
    row: OrderRow,
    event: Partial<OrderEventRow> & { type: OrderEventType; actor: string },
  ): void {
    repository.event({
      order_id: row.id,
      at: clock.now(),
      reason: '',
      signature: null,
      signing_key: null,
      ...event,
    });
  }

  function openOrder(orderId: string): Result<OrderRow> {
    const row = repository.get(orderId);
    if (!row)
      return failure('NOT_FOUND', 'There is no such order in this vault. Nothing was changed.');
    const state = stateOf(row, repository.events(orderId), clock.now());
    return state === 'open' ? ok(row) : closedOrder(state);
  }

  /** The key in the person's own slot, which is authenticated with the vault's header. */
  const isKeyOf = (userId: string, key: Buffer): boolean =>
    keys.signingKey(userId as UserId)?.equals(key) ?? false;

  /** Both signatures, recomputed from what is stored: a row that somebody edited opens nothing. */
  function holds(row: OrderRow, events: readonly OrderEventRow[]): boolean {
    const statement = JSON.parse(row.statement) as Statement;
    const bytes = Buffer.from(row.statement, 'utf8');
    const approval = events.find(({ type }) => type === 'approved');
    return (
      approval?.signature !== undefined &&
      approval.signature !== null &&
      approval.signing_key !== null &&
      approval.actor !== row.requested_by &&
      statement.order === row.id &&
      statement.requestedBy === row.requested_by &&
      statement.expiresAt === row.expires_at &&
      statement.procedure === row.procedure &&
      factsHash(statement.facts) === row.facts_sha256 &&
      isKeyOf(row.requested_by, row.signing_key) &&
      isKeyOf(approval.actor, approval.signing_key) &&
      isSignedBy(row.signing_key, bytes, row.signature) &&
      isSignedBy(approval.signing_key, bytes, approval.signature)
    );
  }

  return {
    approvers,
    async request(actor, { procedure, facts, reason, passphrase }) {
      const dual = dualOf(procedure);
      if (!dual) {
        return failure(
          'CONFLICT',
          'This act needs no second person. Nothing was changed. Do it at once.',
        );
      }
      if (approvers(procedure, actor.userId).length === 0) {
        return failure(
          'CONFLICT',
          'Nobody else in this vault could approve this, so there is nobody to ask. Nothing was changed. You can do it alone; the audit log will say so.',
        );
      }
      const id = random.newId('order');
      const requestedAt = clock.now();
      const statement = canonicalJson({
        v: 1,
        vault: store.vaultId,
        order: id,
        procedure,
        facts,
        reason,
        requestedBy: actor.userId,
        requestedAt,
        expiresAt: new Date(clock.nowMs() + DAY_MS).toISOString(),
      } satisfies Statement);
      const signed = await keys.sign(
        actor.userId as UserId,
        passphrase,
        Buffer.from(statement, 'utf8'),
      );
      if (!signed.ok) return signed;
      const { expiresAt } = JSON.parse(statement) as Statement;
      const row: OrderRow = {
        id,
        procedure,
        statement,
        facts_sha256: factsHash(facts),
        reason,
        requested_by: actor.userId,
        requested_at: requestedAt,
        expires_at: expiresAt,
        signature: signed.value.signature,
        signing_key: signed.value.publicKey,
      };
      store.transaction(() => {
        repository.insert(row);
        leaf('order.request', actor, row);
      });
      return ok(orderOf(row));
    },
    async approve(orderId, { userId, passphrase }) {
      const found = openOrder(orderId);
      if (!found.ok) return found;
      const row = found.value;
      const user = keys.users().find(({ id }) => id === userId);
      if (!user || userId === row.requested_by || !mayApprove(row.procedure, user.roles)) {
        return failure(
          'FORBIDDEN',
          'The second person must be somebody else than the one who asked, with a role that may approve this. Nothing was changed.',
        );
      }
      const signed = await keys.sign(user.id, passphrase, Buffer.from(row.statement, 'utf8'));
      if (!signed.ok) return signed;
      store.transaction(() => {
        note(row, {
          type: 'approved',
          actor: userId,
          signature: signed.value.signature,
          signing_key: signed.value.publicKey,
        });
        leaf('order.approve', { userId, roles: user.roles }, row);
      });
      return ok(orderOf(row));
    },
    refuse(actor, orderId, reason) {
      const found = openOrder(orderId);
      if (!found.ok) return found;
      const row = found.value;
      const own = actor.userId === row.requested_by;
      if (!own && !mayApprove(row.procedure, actor.roles)) {
        return failure(
          'FORBIDDEN',
          'Your roles do not decide about this order. Nothing was changed.',
        );
      }
      store.transaction(() => {
        note(row, { type: own ? 'withdrawn' : 'refused', actor: actor.userId, reason });
        leaf(own ? 'order.withdraw' : 'order.refuse', actor, row);
      });
      return ok(orderOf(row));
    },
    list: () => repository.newest(200).map(orderOf),
    clear(actor, procedure, facts) {
      if (approvers(procedure, actor.userId).length === 0) return ok(null);
      const now = clock.now();
      for (const row of repository.matching(procedure, actor.userId, factsHash(facts), now)) {
        const events = repository.events(row.id);
        if (stateOf(row, events, now) !== 'approved') continue;
        return holds(row, events) ? ok(row.id) : forged();
      }
      return failure(
        'ORDER_NEEDED',
        'This needs a second person. Nothing was changed. Ask for approval; when somebody else has signed the same order, do it again within a day.',
        { procedure },
      );
    },
    settle(actor, procedure, orderId) {
      store.transaction(() => {
        if (orderId === null) {
          audit.append({
            action: 'order.alone',
            actor: actor.userId,
            roles: actor.roles,
            object: { type: procedure, id: 'alone' },
          });
          return;
        }
        const row = repository.get(orderId);
        if (!row) return;
        note(row, { type: 'carriedOut', actor: actor.userId });
        leaf('order.carryOut', actor, row);
      });
    },
  };
}

interface Statement {
  readonly v: 1;
  readonly vault: string;
  readonly order: string;
  readonly procedure: string;
  readonly facts: Readonly<Record<string, JsonValue>>;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly expiresAt: string;
}

const factsHash = (facts: Readonly<Record<string, JsonValue>>): string =>
  createHash('sha256').update(canonicalJson(facts)).digest('hex');

function stateOf(row: OrderRow, events: readonly OrderEventRow[], now: string): DualOrder['state'] {
  const types = events.map(({ type }) => type);
  for (const last of ['carriedOut', 'withdrawn', 'refused'] as const) {
    if (types.includes(last)) return last;
  }
  if (now >= row.expires_at) return 'expired';
  return types.includes('approved') ? 'approved' : 'open';
}

const closedOrder = (state: string): { readonly ok: false; readonly error: Failure } =>
  failure(
    'ORDER_CLOSED',
    'This order was decided before or has expired. Nothing was changed. Ask for a new one.',
    { state },
  );

const forged = () =>
  failure(
    'AUDIT_BROKEN',
    'The signatures of this order do not belong to it: the vault was changed by something other than Cloister. Nothing was done. Tell the auditor.',
  );
