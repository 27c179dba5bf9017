/**
 * The closed lists of an erasure and of a correction: on which ground something may be kept (GDPR Art. 17(3)),
 * and what a corrected passage does to the places behind it. Pure.
 */
import type { Range } from './spans.ts';

/** Why a part of a person's data stays although they asked for its erasure. */
export const KEEP_GROUNDS = {
  expression: 'Article 17(3)(a): freedom of expression and information',
  legalObligation: 'Article 17(3)(b): a legal obligation or a task in the public interest',
  publicHealth: 'Article 17(3)(c): public health',
  research:
    'Article 17(3)(d): archiving, research or statistics that erasure would seriously impair',
  claims: 'Article 17(3)(e): legal claims',
  statute: 'Article 17(3)(b): a period of retention set by statute',
  hold: 'Article 17(3)(e): a legal hold is in force',
} as const;
export type KeepGround = keyof typeof KEEP_GROUNDS;
export const KEEP_GROUND_CODES = Object.keys(KEEP_GROUNDS) as readonly KeepGround[];

/** One passage of a text gets other words. `end` exclusive; offsets of the old text. */
export interface Passage extends Range {
  /** Length of the new words, in UTF-16 code units. */
  readonly inserted: number;
}

/**
 * Where a range of the old text lies in the new one. Null where the correction touches it: what somebody
 * marked are then no longer the words they saw. A range that ends where the passage begins, or begins where
 * it ends, keeps its words. A passage without length touches what encloses it.
 */
export function shiftRange(range: Range, passage: Passage): Range | null {
  const by = passage.inserted - (passage.end - passage.start);
  if (range.end <= passage.start) return { start: range.start, end: range.end };
  if (range.start >= passage.end) return { start: range.start + by, end: range.end + by };
  return null;
}
