/**
 * The only way text reaches the screen: `t('key', { placeholder })`. Keys and placeholders are typed from
 * the English table; the other locales must have the same keys to compile. Sentences are whole; a message
 * with plural forms is chosen by its `count` through Intl.PluralRules. Reading `t` inside markup or a
 * derived value follows a change of locale.
 */
import { de } from './de/index.ts';
import { en } from './en/index.ts';
import { zh } from './zh/index.ts';

export type Locale = 'en' | 'zh' | 'de';
export const LOCALES: readonly Locale[] = ['en', 'zh', 'de'];
/** BCP 47 tags for `lang` and for Intl. */
export const LANG: Readonly<Record<Locale, string>> = { en: 'en-GB', zh: 'zh-Hans', de: 'de' };
/** A language is named in itself, so that its speaker finds it in any locale. */
export const LOCALE_NAME: Readonly<Record<Locale, string>> = {
  en: 'English',
  zh: '简体中文',
  de: 'Deutsch',
};

export interface Plural {
  readonly one?: string;
  readonly other: string;
}
export type Message = string | Plural;
/** What a locale must provide for an area of the English table. */
export type Translation<Area> = { readonly [K in keyof Area]: Message };

type English = typeof en;
export type MessageKey = keyof English;
type Forms<M> = M extends string ? M : M[keyof M];
type Placeholders<S> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;
type ParamsOf<K extends MessageKey> = Placeholders<Forms<English[K]>>;
export type Params = Readonly<Record<string, string | number>>;

const TABLES: Readonly<Record<Locale, Readonly<Record<MessageKey, Message>>>> = { en, zh, de };

let current = $state<Locale>('en');

export const locale = {
  get current(): Locale {
    return current;
  },
  get lang(): string {
    return LANG[current];
  },
  set(next: Locale) {
    current = next;
  },
};

export function t<K extends MessageKey>(
  key: K,
  ...args: [ParamsOf<K>] extends [never]
    ? []
    : [params: Readonly<Record<ParamsOf<K>, string | number>>]
): string {
  return render(TABLES[current][key], (args[0] ?? {}) as Params);
}

/** For keys made of data (`job.stage.${stage}`): the fallback shows when the data is newer than the page. */
export function tData(key: string, fallback: string, params: Params = {}): string {
  return Object.hasOwn(TABLES.en, key)
    ? render(TABLES[current][key as MessageKey], params)
    : fallback;
}

export const isMessageKey = (key: string): key is MessageKey => Object.hasOwn(TABLES.en, key);

function render(message: Message, params: Params): string {
  const form =
    typeof message === 'string' ? message : pluralForm(message, Number(params['count'] ?? 0));
  return form.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? number(value) : value;
  });
}

function pluralForm(message: Plural, count: number): string {
  const rule = new Intl.PluralRules(LANG[current]).select(count);
  return rule === 'one' ? (message.one ?? message.other) : message.other;
}

// Numbers and dates as the locale writes them. Formatters are cheap to keep and dear to make.
const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();
function cached<F extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => F): F {
  const id = `${current}:${key}`;
  const known = cache.get(id) as F | undefined;
  if (known) return known;
  const made = make();
  cache.set(id, made);
  return made;
}

export const number = (value: number, digits?: number): string =>
  cached(`n${digits ?? ''}`, () => {
    return new Intl.NumberFormat(LANG[current], {
      minimumFractionDigits: digits ?? 0,
      maximumFractionDigits: digits ?? 2,
    });
  }).format(value);

/** A fraction 0-1 as a percentage. */
export const percent = (fraction: number, digits = 0): string =>
  cached(`p${digits}`, () => {
    return new Intl.NumberFormat(LANG[current], {
      style: 'percent',
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  }).format(fraction);

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
export function bytes(count: number): string {
  const power = count < 1 ? 0 : Math.min(3, Math.floor(Math.log10(count) / 3));
  return cached(`b${power}`, () => {
    return new Intl.NumberFormat(LANG[current], {
      style: 'unit',
      unit: UNITS[power]!,
      unitDisplay: power === 0 ? 'long' : 'short',
      maximumFractionDigits: power < 2 ? 0 : 1,
    });
  }).format(count / 1000 ** power);
}

/** 23 Nov 2026; takes an instant or a calendar day. */
export const day = (instant: string): string =>
  cached('d', () => new Intl.DateTimeFormat(LANG[current], { dateStyle: 'medium' })).format(
    new Date(instant.length === 10 ? `${instant}T12:00:00` : instant),
  );

/** 23 Nov 2026, 14:02 */
export const dayTime = (instant: string): string =>
  cached('dt', () => {
    return new Intl.DateTimeFormat(LANG[current], {
      dateStyle: 'medium',
      timeStyle: 'short',
      hourCycle: 'h23',
    });
  }).format(new Date(instant));

/** 14:02:11 */
export const clock = (instant: string): string =>
  cached('t', () => {
    return new Intl.DateTimeFormat(LANG[current], { timeStyle: 'medium', hourCycle: 'h23' });
  }).format(new Date(instant));

/** Seconds as 0:42, 12:05 or 1:02:05: the same in every locale. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown
    .map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0')))
    .join(':');
}

/** The name of a language in the language of the page: `es` is Spanish, 西班牙语, Spanisch. */
export function languageName(tag: string | null): string {
  if (tag === null) return t('common.languageUnknown');
  try {
    return new Intl.DisplayNames([LANG[current]], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

export const list = (items: readonly string[]): string =>
  new Intl.ListFormat(LANG[current], { type: 'conjunction' }).format(items);

/** Short facts one after another, with the comma of the language. Empty ones are left out. */
export const clauses = (parts: readonly (string | null | undefined)[]): string =>
  parts.filter(Boolean).join(current === 'zh' ? '，' : ', ');
