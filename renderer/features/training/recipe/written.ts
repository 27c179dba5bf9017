/**
 * Between a value and what stands in its field. German writes 0,5; every locale may write 2e-5. What cannot
 * be read stays as it was typed: the schema then says what is wrong with it.
 */
import type { Locale } from '../../../messages/index.ts';
import type { Setting } from './settings.ts';

type Control = Setting['control'];

export function written(value: unknown, control: Control, locale: Locale): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.join(', ');
  if (control === 'number' && typeof value === 'number') {
    const plain = String(value);
    return locale === 'de' ? plain.replace('.', ',') : plain;
  }
  return String(value);
}

/** `undefined` for an empty field: the setting is left out. */
export function read(text: string, control: Control, locale: Locale): unknown {
  const trimmed = text.trim();
  if (control === 'numbers' || control === 'words') {
    const parts = trimmed.split(/[\s,，、]+/u).filter((part) => part !== '');
    return control === 'words' ? parts : parts.map((part) => numberOf(part, locale) ?? part);
  }
  if (trimmed === '') return undefined;
  return control === 'number' ? (numberOf(trimmed, locale) ?? trimmed) : trimmed;
}

function numberOf(text: string, locale: Locale): number | null {
  const plain = locale === 'de' ? text.replace(',', '.') : text;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : null;
}
