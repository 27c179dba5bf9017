/**
 * Purposes form a tree: a purpose may be a part of a wider one and is then narrower than it in everything.
 * Being allowed for a purpose allows what lies below it, never what lies above (purpose-based access
 * control: Byun and Li, VLDB Journal 17, 2008); what ends a purpose ends all that is below.
 */
import type { Instant } from '../kernel/time.ts';
import type { ConsentState, ConsentStatus } from './consent.ts';
import { needsConsent, type Category, type LegalBasis, type Operation } from './purpose.ts';

/** Deep enough for any register of processing; a way to the root is walked on every question. */
export const MOST_DEPTH = 6;

export interface TreeNode {
  readonly purposeId: string;
  readonly parentId: string | null;
}

/**
 * The purposes above one, nearest first. Null where the way does not end at a root: a parent that is not
 * there, or a circle. Neither can be declared, so somebody changed the rows; nothing may rest on it.
 */
export function ancestorsOf<Node extends TreeNode>(
  node: TreeNode,
  byId: (purposeId: string) => Node | undefined,
): readonly Node[] | null {
  const way: Node[] = [];
  for (let above = node.parentId; above !== null;) {
    const found = byId(above);
    if (found === undefined || way.length > MOST_DEPTH || found.purposeId === node.purposeId) {
      return null;
    }
    way.push(found);
    above = found.parentId;
  }
  return way.length > MOST_DEPTH ? null : way;
}

/** Parents before their children, siblings in the order given; what has no parent here stands as a root. */
export function inTreeOrder<Node extends TreeNode>(nodes: readonly Node[]): Node[] {
  const known = new Set(nodes.map(({ purposeId }) => purposeId));
  const children = Map.groupBy(nodes, ({ parentId }) =>
    parentId !== null && known.has(parentId) ? parentId : null,
  );
  const ordered: Node[] = [];
  const visit = (node: Node): void => {
    ordered.push(node);
    for (const child of children.get(node.purposeId) ?? []) visit(child);
  };
  for (const root of children.get(null) ?? []) visit(root);
  return ordered;
}

export interface PurposeBounds {
  readonly operations: readonly Operation[];
  readonly categories: readonly Category[];
  readonly basis: LegalBasis;
  readonly retentionDays: number | null;
}

export type ChildProblem =
  'operationsBroader' | 'categoriesBroader' | 'retentionLonger' | 'consentAvoided';

/**
 * What makes a purpose broader than the one it would be a part of; empty where nothing does. A part without
 * consent under a purpose that rests on consent would go on after a withdrawal: it is a purpose of its own.
 */
export function checkChild(child: PurposeBounds, parent: PurposeBounds): readonly ChildProblem[] {
  const problems: ChildProblem[] = [];
  if (child.operations.some((operation) => !parent.operations.includes(operation))) {
    problems.push('operationsBroader');
  }
  if (child.categories.some((category) => !parent.categories.includes(category))) {
    problems.push('categoriesBroader');
  }
  if (
    parent.retentionDays !== null &&
    (child.retentionDays === null || child.retentionDays > parent.retentionDays)
  ) {
    problems.push('retentionLonger');
  }
  if (needsConsent(parent.basis) && !needsConsent(child.basis)) problems.push('consentAvoided');
  return problems;
}

/** What a person said about one purpose of the way from the purpose asked for up to its root. */
export interface PurposeConsent {
  readonly declaredAt: Instant;
  readonly status: ConsentStatus;
}

/**
 * The consent that stands for the first purpose of the way. The nearest purpose about which the person
 * decided speaks: who refused a part refused it, whatever they said about the whole. Consent to the whole
 * covers a part of it, because it covers all processing for the same purpose (recital 32 GDPR), but only a
 * part that was there when the person decided: one declared afterwards was in no notice they could read, and
 * letting it slip in is what "specific" forbids (Art. 4(11); EDPB Guidelines 05/2020, 55-58: function creep).
 * Consent to a part ends when the person later refuses or withdraws the whole.
 */
export function consentAlong(way: readonly PurposeConsent[]): {
  readonly state: ConsentState;
  /** When consent ended, for periods counted from then; null while it has not. */
  readonly endedAt: Instant | null;
} {
  const speaking = way.findIndex(({ status }) => status.state !== 'never');
  const spoken = way[speaking]?.status;
  if (spoken === undefined) return { state: 'never', endedAt: null };
  if (spoken.state !== 'given') return ended(spoken);
  const decidedAt = spoken.decision?.at ?? '';
  if (way.slice(0, speaking).some(({ declaredAt }) => declaredAt > decidedAt)) {
    return { state: 'never', endedAt: null };
  }
  const revoked = way
    .slice(speaking + 1)
    .map(({ status }) => status)
    .find(
      ({ state, decision }) =>
        (state === 'withdrawn' || state === 'refused') && (decision?.at ?? '') > decidedAt,
    );
  return revoked === undefined ? { state: 'given', endedAt: null } : ended(revoked);
}

/** A lapsed consent has no date of its own: the person may still agree to the new notice. */
const ended = ({ state, since }: ConsentStatus) => ({
  state,
  endedAt: state === 'withdrawn' || state === 'refused' || state === 'expired' ? since : null,
});
