/** What an order asks for in words, and whether it waits for somebody. */
import type { Order, StaffMember } from '../../../shared/contract/index.ts';
import { list, t, tData } from '../../messages/index.ts';

type Facts = Readonly<Record<string, unknown>>;
type Named = Pick<StaffMember, 'userId' | 'name'>;

export function orderWords(procedure: string, facts: Facts, people: readonly Named[]): string {
  const { userId, name, roles, requestId, modelId, recipient, keyId, holdId, title, version } =
    facts;
  return tData(`order.what.${procedure}`, procedure, {
    name: name ? String(name) : nameOf(String(userId ?? ''), people),
    roles: Array.isArray(roles) ? list(roles.map((role) => t(`role.${role as 'auditor'}`))) : '',
    request: String(requestId ?? ''),
    model: String(modelId ?? ''),
    recipient: String(recipient ?? ''),
    key: String(keyId ?? ''),
    hold: String(holdId ?? ''),
    title: String(title ?? ''),
    version: String(version ?? ''),
  });
}

export const nameOf = (userId: string, people: readonly Named[]): string =>
  people.find((person) => person.userId === userId)?.name ?? userId;

export const sameFacts = (one: Facts, other: Facts): boolean => {
  const ordered = (facts: Facts) =>
    JSON.stringify(Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1)));
  return ordered(one) === ordered(other);
};

export const waitsFor = (orders: readonly Order[], userId: string | undefined): readonly Order[] =>
  orders.filter(
    (order) =>
      order.state === 'open' && order.approvers.some((approver) => approver.userId === userId),
  );
