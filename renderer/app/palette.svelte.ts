/**
 * What the palette lists: enabled commands, recent ones first while nothing is typed, ranked by bits-ui's
 * command score otherwise. (Its Command component itself writes inline styles, which the content policy
 * forbids.)
 */
import { computeCommandScore } from 'bits-ui';
import { t } from '../messages/index.ts';
import type { App, Command } from '../state/index.ts';

export interface PaletteGroup {
  readonly title: string;
  readonly commands: readonly { readonly command: Command; readonly at: number }[];
}

export class PaletteList {
  query = $state('');
  active = $state(0);
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  readonly #listed = $derived.by(() =>
    this.#app.commands.all.filter((command) => !command.quiet && command.enabled !== false),
  );

  readonly flat: readonly Command[] = $derived.by(() => {
    const words = this.query.trim();
    if (words === '') {
      const recent = this.#app.commands.recent.flatMap(
        (id) => this.#listed.find((command) => command.id === id) ?? [],
      );
      return [...recent, ...this.#listed.filter((command) => !recent.includes(command))];
    }
    return this.#listed
      .map((command) => ({ command, score: score(command, words) }))
      .filter((entry) => entry.score > 0)
      .sort((a, b) => b.score - a.score)
      .map((entry) => entry.command);
  });

  readonly groups: readonly PaletteGroup[] = $derived.by(() => {
    const recentCount = this.query.trim() === '' ? this.#app.commands.recent.length : 0;
    const groups = new Map<string, { command: Command; at: number }[]>();
    this.flat.forEach((command, at) => {
      const title = at < recentCount ? t('palette.recent') : command.group;
      groups.set(title, [...(groups.get(title) ?? []), { command, at }]);
    });
    return [...groups].map(([title, commands]) => ({ title, commands }));
  });

  move(step: number): void {
    const count = this.flat.length;
    if (count > 0) this.active = (this.active + step + count) % count;
  }

  reset(): void {
    this.query = '';
    this.active = 0;
  }
}

// Chinese has no word borders to score by: a plain substring counts as a good match.
const score = (command: Command, words: string): number =>
  command.title.toLowerCase().includes(words.toLowerCase())
    ? 1
    : computeCommandScore(command.title, words, [command.group]);
