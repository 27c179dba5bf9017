// Small tools of the rules: whole-word edges in every script, and matches as findings.
import type { DeidLabel, Finding } from '../types.ts';

/** Nothing that continues a word stands before or behind. `\b` knows ASCII alone. */
export const START = String.raw`(?<![\p{L}\p{N}])`;
export const END = String.raw`(?![\p{L}\p{N}])`;
/** A number is no part of a longer one, nor of a decimal. Han characters may touch it: Chinese has no blanks. */
export const NUMBER_START = String.raw`(?<![\p{sc=Latin}\p{N}]|\d[.,])`;
export const NUMBER_END = String.raw`(?![\p{sc=Latin}\p{N}]|[.,]\d)`;

/** Rules for Chinese are not tried on texts without a Han character. */
export const HAS_HAN = /\p{sc=Han}/u;

export const any = (words: readonly string[]): string => `(?:${words.join('|')})`;

/** Case matters only where it says something: names and sentence starts. */
export const pattern = (source: string, flags = ''): RegExp => new RegExp(source, `gu${flags}`);

/**
 * The group `value` of every match, or the whole match where there is no such group. A rule may look at the
 * match and answer with a score of its own, or null for nothing.
 */
export function* matches(
  text: string,
  expression: RegExp,
  label: DeidLabel,
  rule: string,
  score: number | ((match: RegExpExecArray) => number | null),
): Generator<Finding> {
  expression.lastIndex = 0;
  for (const match of text.matchAll(expression)) {
    const found = typeof score === 'number' ? score : score(match);
    if (found === null) continue;
    const value = match.groups?.['value'] ?? match[0];
    const start = match.index + (value === match[0] ? 0 : match[0].lastIndexOf(value));
    yield { start, end: start + value.length, label, rule, score: found };
  }
}

/** Whether a word of the pattern stands within so many characters before the place. */
export function hasBefore(text: string, at: number, words: RegExp, reach = 40): boolean {
  words.lastIndex = 0;
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  return words.test(text.slice(Math.max(lineStart, at - reach), at));
}
