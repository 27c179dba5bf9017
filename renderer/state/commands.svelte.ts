/**
 * The one table of actions. The palette, the key sheet and the keyboard are projections of it. A screen
 * adds its own while it is shown; a later entry with the same key wins, so that a screen may take over a
 * key of the frame.
 */
import { untrack } from 'svelte';
import { belongsToControl, belongsToField, keyOf, normalizeKey } from './keys.ts';

export interface Command {
  /** Stable, e.g. `labeling.next`: remapped keys are stored under it. */
  readonly id: string;
  readonly title: string;
  /** The heading it stands under in the palette and the key sheet. */
  readonly group: string;
  readonly keys?: readonly string[];
  readonly enabled?: boolean;
  /** Not listed in the palette (moving the caret), only on the key sheet. */
  readonly quiet?: boolean;
  readonly run: () => void;
}

type Source = () => readonly Command[];

export class Commands {
  #sources = $state.raw<readonly Source[]>([]);
  recent = $state.raw<readonly string[]>([]);
  paletteOpen = $state(false);
  sheetOpen = $state(false);
  readonly #remapped: () => Readonly<Record<string, string>>;

  constructor(remapped: () => Readonly<Record<string, string>>) {
    this.#remapped = remapped;
  }

  readonly all = $derived(this.#sources.flatMap((source) => source()));

  add(source: Source): () => void {
    // Called from effects: they must not follow the list they write.
    this.#sources = [...untrack(() => this.#sources), source];
    return () => {
      this.#sources = untrack(() => this.#sources).filter((known) => known !== source);
    };
  }

  keysOf(command: Command): readonly string[] {
    const own = this.#remapped()[command.id];
    if (own !== undefined) return own === '' ? [] : [own];
    return command.keys ?? [];
  }

  run(command: Command): void {
    if (command.enabled === false) return;
    this.recent = [command.id, ...this.recent.filter((id) => id !== command.id)].slice(0, 5);
    command.run();
  }

  /** Returns true when a command took the key. */
  press(event: KeyboardEvent): boolean {
    if (event.defaultPrevented || belongsToField(event) || belongsToControl(event)) return false;
    const pressed = keyOf(event);
    const command = this.all.findLast(
      (candidate) =>
        candidate.enabled !== false &&
        this.keysOf(candidate).some((key) => normalizeKey(key) === pressed),
    );
    if (!command) return false;
    event.preventDefault();
    if (command.quiet) command.run();
    else this.run(command);
    return true;
  }
}
