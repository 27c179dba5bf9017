// Words live in the message tables alone, every locale says the same things with the same placeholders, and
// no component writes a word, a style attribute or raw HTML of its own.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, type AST } from 'svelte/compiler';
import { describe, expect, test } from 'vitest';
import { de } from '../../../renderer/messages/de/index.ts';
import { en } from '../../../renderer/messages/en/index.ts';
import { zh } from '../../../renderer/messages/zh/index.ts';
import { contract, ERRORS, type ErrorCode } from '../../../shared/contract/index.ts';

type Message = string | { readonly one?: string; readonly other: string };
const tables: Readonly<Record<string, Readonly<Record<string, Message>>>> = { en, zh, de };
const forms = (message: Message): readonly string[] =>
  typeof message === 'string' ? [message] : Object.values(message);
const placeholders = (text: string) =>
  [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe('messages', () => {
  test.each(['zh', 'de'])('%s has the keys of English, no more and no fewer', (name) => {
    expect(Object.keys(tables[name]!).sort()).toEqual(Object.keys(en).sort());
  });

  test.each(['zh', 'de'])('%s uses the placeholders of English', (name) => {
    const differing = Object.entries(tables[name]!).flatMap(([key, message]) => {
      const wanted = placeholders(forms(en[key as keyof typeof en]).at(-1)!);
      return forms(message)
        .filter((form) => placeholders(form).join() !== wanted.join())
        .map(() => key);
    });
    expect(differing).toEqual([]);
  });

  test('a message with forms is counted, and the forms are those its language has', () => {
    const wrong = Object.entries(tables).flatMap(([name, table]) => {
      const rules = new Intl.PluralRules(name).resolvedOptions().pluralCategories;
      return Object.entries(table)
        .filter(([, message]) => typeof message !== 'string')
        .filter(
          ([, message]) =>
            !forms(message).some((form) => form.includes('{count}')) ||
            Object.keys(message).sort().join() !== [...rules].sort().join(),
        )
        .map(([key]) => `${name}: ${key}`);
    });
    expect(wrong).toEqual([]);
  });

  test('every failure of the contract is told: what happened and what to do', () => {
    const codes = Object.keys(ERRORS) as ErrorCode[];
    const missing = codes.flatMap((code) =>
      [`error.${code}.what`, `error.${code}.todo`].filter((key) => !Object.hasOwn(en, key)),
    );
    expect(missing).toEqual([]);
  });

  test('every act of two people is put in words for the second one', () => {
    const missing = Object.entries(contract)
      .filter(([, entry]) => (entry as { dual?: unknown }).dual !== undefined)
      .map(([name]) => `order.what.${name}`)
      .filter((key) => !Object.hasOwn(en, key));
    expect(missing).toEqual([]);
  });

  test('every job has a name and says what cancelling keeps', () => {
    const missing = Object.entries(contract)
      .filter(([, entry]) => entry.kind === 'job')
      .flatMap(([name, entry]) => [
        `job.procedure.${name}`,
        `job.kept.${(entry as { keeps?: string }).keeps ?? 'nothing'}`,
      ])
      .filter((key) => !Object.hasOwn(en, key));
    expect(missing).toEqual([]);
  });

  test('no message shouts', () => {
    const shouting = Object.entries(tables).flatMap(([name, table]) =>
      Object.entries(table)
        .filter(([, message]) => forms(message).some((form) => /[!！]/.test(form)))
        .map(([key]) => `${name}: ${key}`),
    );
    expect(shouting).toEqual([]);
  });
});

const RENDERER = fileURLToPath(new URL('../../../renderer', import.meta.url));
const components = readdirSync(RENDERER, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.svelte'),
);
/** Attributes whose text a person reads or hears. */
const READ_ALOUD = new Set([
  'title',
  'aria-label',
  'placeholder',
  'alt',
  'label',
  'description',
  'hint',
]);

/** Every place where a component writes words of its own, as `line: what`. */
function findings(path: string): readonly string[] {
  const source = readFileSync(join(RENDERER, path), 'utf8');
  const tree = parse(source, { modern: true });
  const found: string[] = [];
  const line = (at: number) => source.slice(0, at).split('\n').length;
  const visit = (node: unknown, attribute: string | null): void => {
    if (Array.isArray(node)) {
      for (const each of node) visit(each, attribute);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const typed = node as AST.SvelteNode & { start: number };
    if (typed.type === 'StyleDirective' || typed.type === 'ClassDirective') return;
    if (typed.type === 'HtmlTag') found.push(`${line(typed.start)}: {@html}`);
    if (typed.type === 'Attribute') {
      if (typed.name === 'style') found.push(`${line(typed.start)}: style attribute`);
      visit(typed.value, typed.name);
      return;
    }
    if (typed.type === 'Text' && /\p{L}/u.test(typed.data)) {
      if (attribute === null || READ_ALOUD.has(attribute)) {
        found.push(`${line(typed.start)}: ${typed.data.trim()}`);
      }
      return;
    }
    for (const [key, value] of Object.entries(typed)) {
      if (key !== 'loc' && key !== 'metadata') visit(value, attribute);
    }
  };
  visit(tree.fragment, null);
  return found;
}

describe('components', () => {
  test.each(components)('%s writes no words, no style attribute and no raw HTML', (path) => {
    expect(findings(path)).toEqual([]);
  });
});
