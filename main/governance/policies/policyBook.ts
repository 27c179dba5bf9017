// The policy in force: read from the newest file that was applied here. What it narrows is asked for here by
// everything that enforces it; a vault without one is bound by the contract alone.
import {
  PolicyFile,
  type Policy,
  type PolicyLimits,
  type Role,
} from '../../../shared/contract/index.ts';
import type { RoomContext } from '../context.ts';
import { createPolicyRepository, type AppliedRow } from './policyRepository.ts';

export interface PolicyBook {
  current(): { readonly policy: Policy; readonly row: AppliedRow } | undefined;
  limits(): PolicyLimits;
  /** True where none of these roles may call it here. The contract was asked before. */
  denies(procedure: string, mayCall: readonly Role[]): boolean;
  /** Newest first. */
  history(): readonly AppliedRow[];
}

export function createPolicyBook({ store }: Pick<RoomContext, 'store'>): PolicyBook {
  const repository = createPolicyRepository(store);
  // Parsed once per file: limits are asked for on every call.
  let known: { readonly id: string; readonly policy: Policy } | undefined;

  function current(): ReturnType<PolicyBook['current']> {
    const row = repository.newest();
    if (!row) return undefined;
    if (known?.id !== row.id) {
      known = { id: row.id, policy: PolicyFile.parse(JSON.parse(row.file)).policy };
    }
    return { policy: known.policy, row };
  }

  return {
    current,
    limits: () => current()?.policy.limits ?? {},
    denies(procedure, mayCall) {
      const without = current()?.policy.without ?? [];
      const open = mayCall.filter(
        (role) =>
          !without.some((each) => each.role === role && each.procedures.includes(procedure)),
      );
      return open.length === 0;
    },
    history: () => repository.all(),
  };
}
