// How the program looks and when it locks, per person, in the vault. Before the vault is open the screen
// speaks the language of the machine, or what the last session in this process was set to.
import { Settings, type PolicyLimits } from '../../shared/contract/index.ts';
import type { Store } from '../store/index.ts';

export interface SettingsOwner {
  readonly actor: { readonly userId: string };
  readonly vault: { readonly store: Pick<Store, 'db'> };
  readonly parts: { readonly policy?: { limits(): PolicyLimits } };
}

export interface SettingsBook {
  /** Never laxer than the policy of the organisation, whatever the person had set before it came. */
  read(owner: SettingsOwner | undefined): Settings;
  change(owner: SettingsOwner, change: Partial<Settings>): Settings;
  /** The field that asks for more than the policy allows; undefined where none does. */
  exceeds(owner: SettingsOwner, change: Partial<Settings>): keyof Settings | undefined;
}

export function defaultSettings(systemLocale: string): Settings {
  const language = systemLocale.slice(0, 2).toLowerCase();
  return {
    locale: language === 'zh' || language === 'de' ? language : 'en',
    theme: 'system',
    readingSize: 17,
    lockAfterMinutes: 10,
    lockAfterHours: 12,
    keys: {},
  };
}

export function createSettingsBook(systemLocale: string): SettingsBook {
  let last = defaultSettings(systemLocale);
  /**
   * What does not fit (any more) counts as not set: the defaults are always safe. Fields are judged one by
   * one, so that a rule that was tightened does not take the language away.
   */
  const stored = ({ actor, vault }: SettingsOwner): Settings => {
    const row = vault.store.db.get<{ readonly value: string }>(
      'SELECT value FROM setting WHERE user_id = ?',
      [actor.userId],
    );
    const kept = (row ? JSON.parse(row.value) : {}) as Partial<Record<keyof Settings, unknown>>;
    const fitting = Object.entries(Settings.shape).flatMap(([name, field]) => {
      const parsed = field.safeParse(kept[name as keyof Settings]);
      return parsed.success ? [[name, parsed.data]] : [];
    });
    return { ...defaultSettings(systemLocale), ...Object.fromEntries(fitting) };
  };
  const bounded = (owner: SettingsOwner, settings: Settings): Settings => {
    const bounds = boundsOf(owner);
    return {
      ...settings,
      lockAfterMinutes: Math.min(settings.lockAfterMinutes, bounds.lockAfterMinutes),
      lockAfterHours: Math.min(settings.lockAfterHours, bounds.lockAfterHours),
    };
  };
  return {
    read: (owner) => (owner ? (last = bounded(owner, stored(owner))) : last),
    exceeds(owner, change) {
      const bounds = boundsOf(owner);
      return BOUNDED.find((field) => (change[field] ?? 0) > bounds[field]);
    },
    change(owner, change) {
      last = bounded(owner, { ...stored(owner), ...change });
      owner.vault.store.db.run(
        'INSERT INTO setting (user_id, value) VALUES (?, ?) ON CONFLICT (user_id) DO UPDATE SET value = excluded.value',
        [owner.actor.userId, JSON.stringify(last)],
      );
      return last;
    },
  };
}

const BOUNDED = ['lockAfterMinutes', 'lockAfterHours'] as const;

function boundsOf({ parts }: SettingsOwner): Pick<Settings, (typeof BOUNDED)[number]> {
  const { idleLockMinutes = Infinity, sessionHours = Infinity } = parts.policy?.limits() ?? {};
  return { lockAfterMinutes: idleLockMinutes, lockAfterHours: sessionHours };
}
