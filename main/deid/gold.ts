// Against labels that people gave: how much of what they marked is covered. Recall is what counts; what is
// not covered leaks. A gold span is covered when every letter and digit of it is.
import type { Range } from '../../shared/domain/spans.ts';

export interface GoldCounts {
  gold: number;
  covered: number;
  findings: number;
  /** Findings that touch a gold span. */
  right: number;
}

export const noGold = (): GoldCounts => ({ gold: 0, covered: 0, findings: 0, right: 0 });

const TELLING = /[\p{L}\p{N}]/u;

export function countAgainstGold(
  counts: GoldCounts,
  text: string,
  gold: readonly Range[],
  findings: readonly Range[],
): void {
  const covered = new Uint8Array(text.length);
  for (const { start, end } of findings) covered.fill(1, start, end);
  const marked = new Uint8Array(text.length);
  for (const { start, end } of gold) {
    marked.fill(1, start, end);
    counts.gold += 1;
    let whole = true;
    for (let at = start; at < end && whole; at += 1) {
      whole = covered[at] === 1 || !TELLING.test(text.charAt(at));
    }
    if (whole) counts.covered += 1;
  }
  for (const { start, end } of findings) {
    counts.findings += 1;
    if (marked.subarray(start, end).includes(1)) counts.right += 1;
  }
}
