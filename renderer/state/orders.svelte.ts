/**
 * Acts of two people, as the page meets them: the core answers ORDER_NEEDED, the order dialog opens, and
 * whoever called waits until both have signed or the order was left for later.
 */
import { contract, type ProcedureName } from '../../shared/contract/index.ts';

export interface AskedOrder {
  readonly procedure: ProcedureName;
  /** What both sign; never the rest of the act's input, which may hold a passphrase or a person's number. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** True: both have signed, the act can be done now. */
  settle(signed: boolean): void;
}

export class Orders {
  asked = $state.raw<AskedOrder | null>(null);

  /** Resolves once the dialog is closed. */
  ask(procedure: ProcedureName, input: unknown): Promise<boolean> {
    this.forget();
    const facts = contract[procedure].dual?.facts(input as never) ?? {};
    return new Promise((resolve) => {
      this.asked = {
        procedure,
        facts,
        settle: (signed) => {
          this.asked = null;
          resolve(signed);
        },
      };
    });
  }

  forget(): void {
    this.asked?.settle(false);
  }
}
