/** What an order asks for in words, and whether it waits for somebody. */
import type { Order, StaffMember } from '../../../shared/contract/index.ts';
import { clauses, day, list, t, tData } from '../../messages/index.ts';

type Facts = Readonly<Record<string, unknown>>;
type Named = Pick<StaffMember, 'userId' | 'name'>;

/** A line of what an erasure leaves standing, as both people sign it: codes and ids, no word about the person. */
const KEPT = /^(collection|category|consents)\b.*: ([A-Za-z]+), until (\d{4}-\d\d-\d\d)$/;

function keptWords(line: string): string {
  const [, scope, ground = '', until] = KEPT.exec(line) ?? [];
  if (scope === undefined || until === undefined) return line;
  return clauses([
    t(`order.keep.${scope as 'consents'}`),
    tData(`keep.ground.${ground}`, ground),
    t('keep.ends', { date: day(until) }),
  ]);
}

export function orderWords(procedure: string, facts: Facts, people: readonly Named[]): string {
  const keep = facts['keep'];
  if (procedure === 'request.erase' && Array.isArray(keep) && keep.length > 0) {
    return t('order.what.request.eraseBut', {
      request: String(facts['requestId'] ?? ''),
      keep: keep.map((line) => keptWords(String(line))).join('; '),
    });
  }
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
