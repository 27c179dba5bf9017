/**
 * A list that comes by cursor: the first page when the input changes or a scope is touched, the next page
 * when the end comes into sight. Rows on screen stay until the new first page has come.
 */
import type {
  InputOf,
  OutputOf,
  QueryName,
  Scope,
  WireError,
} from '../../shared/contract/index.ts';
import { getApp } from './context.ts';

type Page = {
  readonly items: readonly unknown[];
  readonly next: string | null;
  readonly total: number;
};
export type PagedName = {
  [N in QueryName]: OutputOf<N> extends Page ? N : never;
}[QueryName];
type RowOf<N extends PagedName> = OutputOf<N>['items'][number];

export class Paged<N extends PagedName> {
  rows = $state.raw<readonly RowOf<N>[]>([]);
  /** The first page, with what it says beside its rows; null until it has come. */
  first = $state.raw<OutputOf<N> | null>(null);
  error = $state.raw<WireError | null>(null);
  busy = $state(false);
  readonly #app = getApp();
  readonly #name: N;
  readonly #input: () => InputOf<N> | null;
  #next: string | null = null;
  #turn = 0;

  constructor(name: N, input: () => InputOf<N> | null, scopes: readonly Scope[]) {
    this.#name = name;
    this.#input = input;
    const key = $derived(JSON.stringify(input()));
    $effect(() => {
      void key;
      void this.refresh();
    });
    $effect(() => this.#app.onChanged(scopes, () => void this.refresh()));
  }

  get total(): number {
    return this.first?.total ?? 0;
  }

  refresh(): Promise<void> {
    return this.#load(null);
  }

  async more(): Promise<void> {
    if (!this.busy && this.#next !== null) await this.#load(this.#next);
  }

  async #load(cursor: string | null): Promise<void> {
    const input = this.#input();
    const turn = ++this.#turn;
    if (input === null) {
      this.rows = [];
      this.first = null;
      this.error = null;
      return;
    }
    this.busy = true;
    const result = await this.#app.client.call(this.#name, { ...input, cursor });
    if (turn !== this.#turn) return;
    this.busy = false;
    if (!result.ok) {
      this.error = result.error;
      return;
    }
    const page = result.value as OutputOf<N> & Page;
    this.error = null;
    this.#next = page.next;
    if (cursor === null) this.first = page;
    this.rows = cursor === null ? page.items : [...this.rows, ...page.items];
  }
}

/** To be called while a component is set up. */
export const usePaged = <N extends PagedName>(
  name: N,
  input: () => InputOf<N> | null,
  scopes: readonly Scope[] = [],
): Paged<N> => new Paged(name, input, scopes);
