/**
 * The space of a sweep while a person writes it: which settings vary, and between what. How a setting is
 * drawn follows from what it is: rates by orders of magnitude, shares evenly, counts and ways from a list.
 */
import {
  SEARCHABLE,
  type Architecture,
  type SearchDimension,
} from '../../../../shared/contract/index.ts';
import type { Locale } from '../../../messages/index.ts';
import { SETTINGS } from '../recipe/settings.ts';
import { read, written } from '../recipe/written.ts';

export type Searchable = (typeof SEARCHABLE)[number];
export interface Dimension {
  readonly setting: Searchable;
  readonly low: string;
  readonly high: string;
  /** A list of numbers, written with commas. */
  readonly values: string;
  /** Of a setting with named ways: those that take part. */
  readonly picked: readonly string[];
}

const RATES: readonly string[] = ['learningRate', 'weightDecay', 'clipNorm'];
const SHARES: readonly string[] = [
  'warmup',
  'labelSmoothing',
  'dropout',
  'wordDropout',
  'averaging',
];
export const kindOf = (setting: Searchable): SearchDimension['kind'] =>
  RATES.includes(setting) ? 'log' : SHARES.includes(setting) ? 'uniform' : 'choice';

/** The named ways of a setting; null for numbers. */
export function waysOf(architecture: Architecture, setting: Searchable): readonly string[] | null {
  const known = SETTINGS[architecture].find(({ path }) => path === setting);
  if (known?.control === 'toggle') return ['true', 'false'];
  return known?.options?.filter((option) => option !== '') ?? null;
}

export const searchable = (architecture: Architecture): readonly Searchable[] =>
  SEARCHABLE.filter((setting) => SETTINGS[architecture].some(({ path }) => path === setting));

/** A sensible neighborhood of where the recipe stands. */
export function around(
  architecture: Architecture,
  setting: Searchable,
  value: unknown,
  locale: Locale,
): Dimension {
  const at = typeof value === 'number' && value > 0 ? value : 1;
  const share = typeof value === 'number' ? value : 0;
  const write = (one: unknown): string => written(one, 'number', locale);
  const list = [at / 2, at, at * 2].filter((one) => Number.isInteger(one) && one > 0);
  const round = (one: number): number => Number(one.toPrecision(2));
  const kind = kindOf(setting);
  return {
    setting,
    low: write(kind === 'log' ? round(at / 5) : Math.max(0, round(share - 0.1))),
    high: write(kind === 'log' ? round(at * 5) : Math.min(0.95, round(share + 0.2))),
    values: list.join(', '),
    picked: waysOf(architecture, setting) ?? [],
  };
}

/** What is sent; the schema says what is wrong with it. */
export function dimensionOf(
  architecture: Architecture,
  { setting, low, high, values, picked }: Dimension,
  locale: Locale,
): unknown {
  const kind = kindOf(setting);
  if (kind !== 'choice') {
    return { kind, setting, low: read(low, 'number', locale), high: read(high, 'number', locale) };
  }
  const ways = waysOf(architecture, setting);
  if (ways === null) return { kind, setting, values: read(values, 'numbers', locale) };
  const chosen = ways.filter((way) => picked.includes(way));
  return {
    kind,
    setting,
    values: chosen.map((way) => (way === 'true' ? true : way === 'false' ? false : way)),
  };
}
