/**
 * Changing one passage of a text: where it may be cut, and what the smallest changed passage between two
 * texts is. Offsets are UTF-16 code units; a cut never lies inside a grapheme cluster, neither of the old
 * text nor of the new one. Pure.
 */
import type { Passage } from './erasures.ts';
import { createGraphemes } from './graphemes.ts';
import type { Range } from './spans.ts';

export type PassageProblem = 'outOfRange' | 'changedMeanwhile' | 'cutsGrapheme' | 'nothing';

export interface Replacement extends Range {
  /** What stands there now, as whoever asks for the change saw it. */
  readonly expected: string;
  readonly replacement: string;
}

export function replacePassage(text: string, { start, end, replacement }: Replacement): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

/** The first thing wrong with a change, or null. New words may not grow together with their neighbors. */
export function checkReplacement(text: string, change: Replacement): PassageProblem | null {
  const { start, end, expected, replacement } = change;
  if (start > end || end > text.length) return 'outOfRange';
  if (text.slice(start, end) !== expected) return 'changedMeanwhile';
  if (expected === replacement) return 'nothing';
  const before = createGraphemes(text);
  const after = createGraphemes(replacePassage(text, change));
  const whole =
    before.isBoundary(start) &&
    before.isBoundary(end) &&
    after.isBoundary(start) &&
    after.isBoundary(start + replacement.length);
  return whole ? null : 'cutsGrapheme';
}

/** The smallest passage that leads from one text to the other; null where they are the same. */
export function changedPassage(before: string, after: string): Passage | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let same = 0;
  while (
    same < shorter - start &&
    before[before.length - 1 - same] === after[after.length - 1 - same]
  ) {
    same += 1;
  }
  const old = createGraphemes(before);
  const made = createGraphemes(after);
  while (!(old.isBoundary(start) && made.isBoundary(start))) start -= 1;
  const isCut = (left: number): boolean =>
    old.isBoundary(before.length - left) && made.isBoundary(after.length - left);
  while (!isCut(same)) same -= 1;
  return { start, end: before.length - same, inserted: after.length - same - start };
}
