// The policy in force for one question: which purpose, which rules, whose roles. Its hash goes into every
// decision and every snapshot, so that "under which policy was this used" has one answer (canonical JSON,
// RFC 8785, SHA-256).
import { createHash } from 'node:crypto';
import type { Purpose } from '../../../shared/contract/index.ts';
import {
  ROLE_OPERATIONS,
  type GateDuty,
  type GatePurpose,
  type GateReason,
  type GateRole,
  type GateStep,
} from '../../../shared/domain/gate.ts';
import type { Operation } from '../../../shared/domain/purpose.ts';
import type { RetentionLimit } from '../../../shared/domain/retention.ts';
import type { Instant } from '../../../shared/kernel/time.ts';
import { canonicalJson } from '../../platform/index.ts';

/** Raise on every change of meaning of the rule in shared/domain or of the duties below. */
export const GATE_RULES_VERSION = 2;

export interface Denial {
  readonly step: GateStep;
  readonly reason: GateReason;
}

/** What stands for a purpose: itself, the purposes it is a part of (nearest first), and what bounds its use. */
export interface PurposePolicy {
  readonly purpose: Purpose;
  readonly ancestors: readonly Purpose[];
  readonly limits: readonly RetentionLimit[];
}

export interface PolicyQuestion extends PurposePolicy {
  /** The purposes this processing was allowed for: the one asked for must be one of them or lie below one. */
  readonly allowedPurposes: readonly string[];
  /** Those that do not depend on the document. */
  readonly duties: readonly GateDuty[];
  readonly roles: readonly GateRole[];
  readonly operation: Operation;
  readonly now: Instant;
}

export const gatePurposeOf = ({ purpose, ancestors, limits }: PurposePolicy): GatePurpose => ({
  id: purpose.purposeId,
  ancestors: ancestors.map(({ purposeId }) => purposeId),
  state: purpose.state,
  operations: purpose.operations,
  categories: purpose.categories,
  basis: purpose.basis,
  limits,
});

/** Data minimization by default (Art. 5(1)(c), 25): only a de-identified copy leaves the vault. */
export const dutiesOf = (
  operation: Operation,
  kind: 'original' | 'deidentified',
): readonly GateDuty[] =>
  operation === 'export' ? [{ name: 'deidentifyFirst', met: kind === 'deidentified' }] : [];

/**
 * What can be said before any document is looked at, for a clear refusal of the whole question. Null does
 * not permit anything yet.
 */
export function refusalOf({
  purpose,
  ancestors,
  allowedPurposes,
  roles,
  operation,
}: PolicyQuestion): Denial | null {
  if (!roles.some((role) => ROLE_OPERATIONS[role].includes(operation))) {
    return { step: 'role', reason: 'roleLacksOperation' };
  }
  if (purpose.state !== 'active') return { step: 'purpose', reason: 'purposeRetired' };
  const way = [purpose, ...ancestors];
  if (!way.some(({ purposeId }) => allowedPurposes.includes(purposeId))) {
    return { step: 'purpose', reason: 'purposeNotAllowed' };
  }
  if (!purpose.operations.includes(operation)) {
    return { step: 'basis', reason: 'operationNotCovered' };
  }
  return null;
}

/** Holds and people are not part of it: they are what the policy is applied to. */
export function policySha256({ purpose, ancestors, limits }: PurposePolicy): string {
  const text = canonicalJson({
    rules: GATE_RULES_VERSION,
    roles: ROLE_OPERATIONS,
    purpose: { ...purpose },
    tree: ancestors.map((above) => ({ ...above })),
    retention: limits.map((limit) => ({ ...limit })),
  });
  return createHash('sha256').update(text).digest('hex');
}
