/**
 * The state of the page in one place. Nothing here outlives a lock: `forget` drops every answer of the
 * core, and the root component then destroys the frame with everything a screen had kept.
 */
import type { Snippet } from 'svelte';
import type {
  CallOptions,
  InputOf,
  OutputOf,
  ProcedureName,
  Scope,
  WireError,
} from '../../shared/contract/index.ts';
import type { PortClient } from '../transport/index.ts';
import { Commands } from './commands.svelte.ts';
import { Jobs } from './jobs.svelte.ts';
import { Orders } from './orders.svelte.ts';
import { Purposes } from './purposes.svelte.ts';
import { Route } from './route.svelte.ts';
import { Session } from './session.svelte.ts';
import { Settings } from './settings.svelte.ts';

/** Where the frame lays the context panel over the room. */
const NARROW = matchMedia('(max-width: 900px)');

export class App {
  readonly client: PortClient;
  readonly route: Route;
  readonly session: Session;
  readonly settings: Settings;
  readonly jobs: Jobs;
  readonly purposes: Purposes;
  readonly orders = new Orders();
  readonly commands: Commands;
  /** Answers of queries, shared across screens until the vault locks. */
  readonly cache = new Map<string, unknown>();

  /** The failure the error dialog shows. */
  fault = $state.raw<WireError | null>(null);
  storedAt = $state<string | null>(null);
  /** Counts unlocks: the frame is keyed by it. */
  epoch = $state(0);
  /** In a narrow window, and at high zoom, it would lie over the text: it folds first. */
  asideOpen = $state(!NARROW.matches);
  /** What the screen puts into the context panel and the status bar. */
  aside = $state.raw<Snippet | null>(null);
  facts = $state.raw<readonly string[]>([]);

  constructor(client: PortClient) {
    this.client = client;
    this.route = new Route();
    this.session = new Session(client);
    this.settings = new Settings(client, this.route);
    this.jobs = new Jobs(client);
    this.purposes = new Purposes(client, () => this.route.flag('purpose'));
    this.commands = new Commands(() => this.settings.stored.keys);
    NARROW.addEventListener('change', ({ matches }) => (this.asideOpen = !matches));
    client.on('data.stored', ({ at }) => (this.storedAt = at));
    client.on('vault.changed', ({ state }) => {
      if (state === 'unlocked') return; // Whoever unlocks calls `enter`.
      this.forget();
      void this.session.refresh();
    });
  }

  async start(): Promise<void> {
    await Promise.all([this.session.refresh(), this.settings.refresh()]);
    const status = this.session.status;
    if (status && this.session.unlocked) await this.enter(status);
  }

  /** After unlocking: what the frame needs, before it is shown. */
  async enter(status: OutputOf<'vault.status'>): Promise<void> {
    await Promise.all([this.jobs.refresh(), this.purposes.refresh(), this.settings.keepChosen()]);
    this.session.accept(status);
  }

  /**
   * Calls and shows the error dialog when it fails; null means failed (and told). An act of two people asks
   * for the second signature and is done once it is there; null then means it was left for later.
   */
  async act<N extends ProcedureName>(
    name: N,
    input: InputOf<N>,
    options: CallOptions = {},
  ): Promise<OutputOf<N> | null> {
    const result = await this.client.call(name, input, options);
    if (result.ok) return result.value;
    if (result.error.code === 'ORDER_NEEDED') {
      return (await this.orders.ask(name, input)) ? this.act(name, input, options) : null;
    }
    if (result.error.code !== 'CANCELLED') this.fault = result.error;
    return null;
  }

  async lock(): Promise<void> {
    const result = await this.client.call('vault.lock', {});
    this.forget(); // Even if the core is gone, nothing of the vault stays on screen.
    if (result.ok) this.session.accept(result.value);
    else await this.session.refresh();
  }

  /** Runs `listener` when a change touches a scope; returns its disposal. */
  onChanged(scopes: readonly Scope[], listener: () => void): () => void {
    return this.client.on('data.changed', (change) => {
      if (change.scopes.some((scope) => scopes.includes(scope))) listener();
    });
  }

  forget(): void {
    this.cache.clear();
    this.jobs.forget();
    this.purposes.forget();
    this.orders.forget();
    this.fault = null;
    this.storedAt = null;
    this.aside = null;
    this.facts = [];
    this.commands.paletteOpen = false;
    this.commands.sheetOpen = false;
    this.epoch += 1;
  }
}
