/** Appearance, language, keys and lock time. Flags in the address win over stored settings (pictures). */
import type { Client, Settings as Stored } from '../../shared/contract/index.ts';
import { LOCALES, locale, type Locale } from '../messages/index.ts';
import type { Route } from './route.svelte.ts';

const THEMES = ['system', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

const DEFAULTS: Stored = {
  locale: 'en',
  theme: 'system',
  readingSize: 17,
  lockAfterMinutes: 10,
  lockAfterHours: 12,
  keys: {},
};

export class Settings {
  stored = $state.raw<Stored>(DEFAULTS);
  readonly #client: Client;
  readonly #route: Route;
  /** Chosen at the door, while there was no vault to keep it in. */
  #chosen: Partial<Stored> = {};
  #systemDark = $state(matchMedia('(prefers-color-scheme: dark)').matches);
  #systemContrast = $state(matchMedia('(prefers-contrast: more)').matches);

  constructor(client: Client, route: Route) {
    this.#client = client;
    this.#route = route;
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (event) => {
      this.#systemDark = event.matches;
    });
    matchMedia('(prefers-contrast: more)').addEventListener('change', (event) => {
      this.#systemContrast = event.matches;
    });
    client.on('data.changed', ({ scopes }) => {
      if (scopes.includes('settings')) void this.refresh();
    });
  }

  /** What is on screen: never `system`. */
  get theme(): 'light' | 'dark' | 'contrast' {
    const flag = this.#route.flag('theme');
    const wish = THEMES.find((theme) => theme === flag) ?? this.stored.theme;
    if (wish !== 'system') return wish;
    if (this.#systemContrast) return 'contrast';
    return this.#systemDark ? 'dark' : 'light';
  }

  get locale(): Locale {
    const flag = this.#route.flag('locale');
    return LOCALES.find((known) => known === flag) ?? this.stored.locale;
  }

  /** Writes what is chosen onto the document; called from an effect. */
  apply(): void {
    const root = document.documentElement;
    root.dataset['theme'] = this.theme;
    root.style.setProperty('--reading-size', `${this.stored.readingSize}px`);
    locale.set(this.locale);
    root.lang = locale.lang;
  }

  async refresh(): Promise<void> {
    const result = await this.#client.call('settings.get', {});
    if (result.ok) this.stored = { ...result.value, ...this.#chosen };
  }

  /** For the door: shown at once; a locked vault has nowhere to store it. */
  preview(part: Partial<Stored>): void {
    this.#chosen = { ...this.#chosen, ...part };
    this.stored = { ...this.stored, ...part };
  }

  /** After unlocking: what was chosen at the door becomes the person's. */
  async keepChosen(): Promise<void> {
    const chosen = this.#chosen;
    this.#chosen = {};
    if (Object.keys(chosen).length > 0) await this.change(chosen);
    else await this.refresh();
  }

  /** Shown at once, then stored; a refusal brings the stored value back. */
  async change(part: Partial<Stored>): Promise<void> {
    const before = this.stored;
    this.stored = { ...before, ...part };
    const result = await this.#client.call('settings.set', part);
    this.stored = result.ok ? result.value : before;
  }
}
