/*
 * HTML as values: what is interpolated is escaped unless it is markup made here. A label or a name of a
 * model comes from people and must not be able to become a tag.
 */
declare const marked: unique symbol;
export interface Html {
  readonly text: string;
  readonly [marked]?: never;
}

type Part = Html | string | number | null | undefined | false | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => ESCAPES[c] ?? c);

const isHtml = (part: Part): part is Html =>
  typeof part === 'object' && part !== null && 'text' in part;

function render(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (isHtml(part)) return part.text;
  if (typeof part === 'object') return part.map(render).join('');
  return escapeHtml(String(part));
}

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0] ?? '';
  parts.forEach((part, index) => {
    text += render(part) + (strings[index + 1] ?? '');
  });
  return { text };
}

/** Markup that was written here, not received. */
export const trusted = (text: string): Html => ({ text });
