/**
 * What a screen shows from the core. A query asks again when its input changes or when a change touches
 * one of its scopes, keeps the last answer on screen meanwhile (the layout does not jump), and shares
 * answers across screens until the vault locks: then everything is forgotten.
 */
import type {
  InputOf,
  OutputOf,
  QueryName,
  Scope,
  WireError,
} from '../../shared/contract/index.ts';
import { getApp } from './context.ts';

export class Query<N extends QueryName> {
  data = $state.raw<OutputOf<N> | null>(null);
  error = $state.raw<WireError | null>(null);
  /** True while an answer is awaited, also behind data that is already shown. */
  busy = $state(false);
  readonly #app = getApp();
  readonly #name: N;
  readonly #input: () => InputOf<N> | null;
  #turn = 0;

  constructor(name: N, input: () => InputOf<N> | null, scopes: readonly Scope[]) {
    this.#name = name;
    this.#input = input;
    const key = $derived.by(() => {
      const value = input();
      return value === null ? null : JSON.stringify(value);
    });
    $effect(() => {
      void key;
      void this.refresh();
    });
    $effect(() =>
      this.#app.client.on('data.changed', (change) => {
        if (change.scopes.some((scope) => scopes.includes(scope))) void this.refresh();
      }),
    );
  }

  get state(): 'idle' | 'loading' | 'ready' | 'failed' {
    if (this.error) return 'failed';
    if (this.data !== null) return 'ready';
    return this.busy ? 'loading' : 'idle';
  }

  async refresh(): Promise<void> {
    const input = this.#input();
    const turn = ++this.#turn;
    if (input === null) {
      this.data = null;
      this.error = null;
      this.busy = false;
      return;
    }
    const cacheKey = `${this.#name} ${JSON.stringify(input)}`;
    const known = this.#app.cache.get(cacheKey) as OutputOf<N> | undefined;
    if (known !== undefined) this.data = known;
    this.busy = true;
    const result = await this.#app.client.call(this.#name, input);
    if (turn !== this.#turn) return; // A later question has been asked meanwhile.
    this.busy = false;
    if (result.ok) {
      this.#app.cache.set(cacheKey, result.value);
      this.data = result.value;
      this.error = null;
    } else {
      this.data = null;
      this.error = result.error;
    }
  }
}

/** To be called while a component is set up. `input` returning null asks nothing. */
export const useQuery = <N extends QueryName>(
  name: N,
  input: () => InputOf<N> | null,
  scopes: readonly Scope[] = [],
): Query<N> => new Query(name, input, scopes);
