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
  /** After a policy was applied. */
  refresh(): void;
}

export function createPolicyBook({ store }: Pick<RoomContext, 'store'>): PolicyBook {
  const repository = createPolicyRepository(store);
  // Parsed once: limits are asked for on every call.
  let known: { readonly current: ReturnType<PolicyBook['current']> } | undefined;

  function current(): ReturnType<PolicyBook['current']> {
    if (!known) {
      const row = repository.newest();
      known = {
        current: row && { policy: PolicyFile.parse(JSON.parse(row.file)).policy, row },
      };
    }
    return known.current;
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
    refresh: () => void (known = undefined),
  };
}
