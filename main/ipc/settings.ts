// How this installation looks and when it locks. They are needed before the vault is open (the unlock
// screen speaks a language too), so they lie beside the database in clear and hold nothing personal.
import { Settings } from '../../shared/contract/index.ts';
import type { Sidecar } from '../store/index.ts';

export const DEFAULT_SETTINGS: Settings = {
  locale: 'en',
  theme: 'system',
  readingSize: 17,
  lockAfterMinutes: 10,
  keys: {},
};

export interface SettingsFile {
  read(): Settings;
  change(change: Partial<Settings>): Settings;
}

/** A damaged or foreign file counts as absent: the defaults are always safe. */
export function createSettingsFile(file: Sidecar): SettingsFile {
  let known: Settings | undefined;
  const load = (): Settings => {
    try {
      const bytes = file.read();
      const parsed = bytes && Settings.safeParse(JSON.parse(bytes.toString('utf8')));
      return parsed?.success ? parsed.data : DEFAULT_SETTINGS;
    } catch {
      return DEFAULT_SETTINGS;
    }
  };
  return {
    read: () => (known ??= load()),
    change(change) {
      const next = Settings.parse({ ...(known ?? load()), ...change });
      file.write(`${JSON.stringify(next, null, 2)}\n`);
      known = next;
      return next;
    },
  };
}
