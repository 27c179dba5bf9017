/**
 * The purpose one reads under, and what the gate withholds under it. Choosing is a conscious act: it is
 * not stored, and a locked vault forgets it.
 */
import type { Client, OutputOf, Purpose } from '../../shared/contract/index.ts';

export class Purposes {
  all = $state.raw<readonly Purpose[]>([]);
  chosenId = $state<string | null>(null);
  gate = $state.raw<OutputOf<'gate.summary'> | null>(null);
  chooserOpen = $state(false);
  readonly #client: Client;
  readonly #wished: () => string | null;

  /** `wished` names an active purpose by its place in the list: a flag of pictures. */
  constructor(client: Client, wished: () => string | null) {
    this.#client = client;
    this.#wished = wished;
    client.on('data.changed', ({ scopes }) => {
      if (scopes.includes('purposes')) void this.refresh();
      else if (scopes.some((scope) => GATE_SCOPES.has(scope))) void this.refreshGate();
    });
  }

  readonly active = $derived(this.all.filter((purpose) => purpose.state === 'active'));
  readonly chosen = $derived(
    this.all.find((purpose) => purpose.purposeId === this.chosenId) ?? null,
  );
  readonly withheld = $derived((this.gate?.withheld ?? []).reduce((sum, w) => sum + w.count, 0));

  async refresh(): Promise<void> {
    const result = await this.#client.call('purpose.list', {});
    if (!result.ok) return;
    this.all = result.value.items;
    // One active purpose needs no choosing; with several, the person decides.
    if (this.chosen?.state !== 'active') {
      const only = this.active.length === 1 ? this.active[0] : undefined;
      const wished = this.#wished();
      const flagged = wished === null ? undefined : this.active[Number(wished) - 1];
      this.chosenId = (flagged ?? only)?.purposeId ?? null;
    }
    await this.refreshGate();
  }

  async choose(purposeId: string | null): Promise<void> {
    this.chosenId = purposeId;
    this.chooserOpen = false;
    await this.refreshGate();
  }

  async refreshGate(): Promise<void> {
    const purposeId = this.chosenId;
    if (purposeId === null) {
      this.gate = null;
      return;
    }
    const result = await this.#client.call('gate.summary', { purposeId });
    if (purposeId === this.chosenId) this.gate = result.ok ? result.value : null;
  }

  forget(): void {
    this.all = [];
    this.chosenId = null;
    this.gate = null;
  }
}

const GATE_SCOPES: ReadonlySet<string> = new Set(['consent', 'documents', 'subjects', 'requests']);
