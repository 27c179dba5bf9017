// What every step of the demo is given, and how a promised refusal is tried.
import type { InputOf, ProcedureName } from '../../../shared/contract/index.ts';
import { CliFailure, usage } from '../failure.ts';
import type { Session } from '../session.ts';
import type { DemoPlan } from './plan.ts';

export interface Demo {
  readonly session: Session;
  readonly plan: DemoPlan;
  readonly reportFolder: string;
  step(title: string): void;
  say(text: string): void;
}

/** The promise is a refusal: an answer would be a defect, and another failure is one too. */
export async function refused<N extends ProcedureName>(
  session: Session,
  name: N,
  input: InputOf<N>,
  code: string,
): Promise<{ readonly code: string; readonly message: string }> {
  const result = await session.client.call(name, input);
  if (result.ok) throw usage(`${name} was answered, and must have been refused.`, 'INTERNAL');
  if (result.error.code !== code) throw new CliFailure(result.error);
  return result.error;
}
