/** Who is signed in, to which vault, in which state. The core tells; the page never assumes. */
import {
  mayCall,
  type Client,
  type OutputOf,
  type ProcedureName,
  type Role,
  type WireError,
} from '../../shared/contract/index.ts';

export type VaultState = OutputOf<'vault.status'>;

export class Session {
  status = $state.raw<VaultState | null>(null);
  failure = $state.raw<WireError | null>(null);
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  get unlocked(): boolean {
    return this.status?.state === 'unlocked' && this.status.user !== null;
  }
  get roles(): readonly Role[] {
    return this.status?.user?.roles ?? [];
  }

  /** Whether the person signed in may call it; what may not be called is not offered. */
  may(name: ProcedureName): boolean {
    return this.unlocked && mayCall(name, this.roles);
  }

  async refresh(): Promise<void> {
    const result = await this.#client.call('vault.status', {});
    if (result.ok) this.accept(result.value);
    else this.failure = result.error;
  }

  accept(status: VaultState): void {
    this.status = status;
    this.failure = null;
  }
}
