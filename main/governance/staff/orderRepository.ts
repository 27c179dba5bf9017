// The SQL of orders that two people sign.
import type { Store } from '../../store/index.ts';

export interface OrderRow {
  readonly id: string;
  readonly procedure: string;
  readonly statement: string;
  readonly facts_sha256: string;
  readonly reason: string;
  readonly requested_by: string;
  readonly requested_at: string;
  readonly expires_at: string;
  readonly signature: Buffer;
  readonly signing_key: Buffer;
}

export type OrderEventType = 'approved' | 'refused' | 'withdrawn' | 'carriedOut';

export interface OrderEventRow {
  readonly order_id: string;
  readonly type: OrderEventType;
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
  readonly signature: Buffer | null;
  readonly signing_key: Buffer | null;
}

export type OrderRepository = ReturnType<typeof createOrderRepository>;

export function createOrderRepository({ db }: Pick<Store, 'db'>) {
  return {
    insert(row: OrderRow): void {
      db.run(
        `INSERT INTO dual_order (id, procedure, statement, facts_sha256, reason, requested_by, requested_at, expires_at, signature, signing_key)
         VALUES (:id, :procedure, :statement, :facts_sha256, :reason, :requested_by, :requested_at, :expires_at, :signature, :signing_key)`,
        { ...row },
      );
    },
    event(row: OrderEventRow): void {
      db.run(
        `INSERT INTO dual_order_event (order_id, type, at, actor, reason, signature, signing_key)
         VALUES (:order_id, :type, :at, :actor, :reason, :signature, :signing_key)`,
        { ...row },
      );
    },
    get: (id: string) => db.get<OrderRow>('SELECT * FROM dual_order WHERE id = ?', [id]),
    events: (id: string) =>
      db.all<OrderEventRow>('SELECT * FROM dual_order_event WHERE order_id = ? ORDER BY seq', [id]),
    /** Newest first. */
    newest: (limit: number) =>
      db.all<OrderRow>('SELECT * FROM dual_order ORDER BY requested_at DESC, id DESC LIMIT ?', [
        limit,
      ]),
    /** What this person asked for in these very words and may still be good. */
    matching: (procedure: string, requestedBy: string, factsSha256: string, now: string) =>
      db.all<OrderRow>(
        `SELECT * FROM dual_order WHERE procedure = ? AND requested_by = ? AND facts_sha256 = ? AND expires_at > ?
         ORDER BY requested_at DESC`,
        [procedure, requestedBy, factsSha256, now],
      ),
  };
}
