// Where the rule of two persons meets a call: before the handler runs the order must be there, after it
// succeeded the order is used up.
import { contract, type ProcedureName } from '../../shared/contract/index.ts';
import { ok, type Result } from '../../shared/kernel/result.ts';
import type { JsonValue } from '../platform/index.ts';
import type { Actor } from './handlers/types.ts';

/** The part of governance that knows orders. */
export interface DualGuard {
  clear(
    actor: Actor,
    procedure: ProcedureName,
    facts: Readonly<Record<string, JsonValue>>,
  ): Result<string | null>;
  settle(actor: Actor, procedure: ProcedureName, orderId: string | null): void;
}

export interface Clearance {
  /** To be called once the act is done. */
  readonly settle: () => void;
}

/** Undefined where the procedure asks for nobody else. */
export function clearance(
  guard: DualGuard,
  procedure: ProcedureName,
  input: unknown,
  { actor, byRecoveryCode }: { readonly actor: Actor; readonly byRecoveryCode: boolean },
): Result<Clearance | undefined> {
  const { dual } = contract[procedure];
  if (!dual) return ok(undefined);
  // The paper in the safe is for the day on which nobody else can sign; everybody hears of its use.
  if (byRecoveryCode && procedure === 'user.resetPassphrase') {
    return ok({ settle: () => guard.settle(actor, procedure, null) });
  }
  const facts = dual.facts(input as never) as Readonly<Record<string, JsonValue>>;
  const cleared = guard.clear(actor, procedure, facts);
  if (!cleared.ok) return cleared;
  return ok({ settle: () => guard.settle(actor, procedure, cleared.value) });
}
