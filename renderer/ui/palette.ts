/** A label keeps its color and its underline pattern everywhere it is shown. */
import type { LabelDefinition } from '../../shared/contract/index.ts';

export type Underline = 'solid' | 'double' | 'dotted' | 'wavy';
const PATTERNS: readonly Underline[] = ['solid', 'double', 'dotted', 'wavy'];

export interface LabelLook {
  readonly color: number;
  readonly pattern: Underline;
}

/** Looks for labels without a definition: by their place in the sorted list, so that they do not move. */
export function labelLooks(labels: Iterable<string>): ReadonlyMap<string, LabelLook> {
  const sorted = [...new Set(labels)].sort();
  return new Map(
    sorted.map((label, index) => [
      label,
      { color: index % 12, pattern: PATTERNS[Math.floor(index / 12) % 4] ?? 'solid' },
    ]),
  );
}

export const definedLooks = (labels: readonly LabelDefinition[]): ReadonlyMap<string, LabelLook> =>
  new Map(labels.map((label) => [label.id, { color: label.color, pattern: label.pattern }]));
