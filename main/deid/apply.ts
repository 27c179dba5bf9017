// Replaces findings and says where everything went. What no finding covers stays byte for byte.
import type { Range } from '../../shared/domain/spans.ts';
import type { Finding } from './types.ts';

export interface AppliedFinding extends Finding {
  readonly replacement: string;
  readonly resultStart: number;
  readonly resultEnd: number;
}

export interface Applied {
  readonly text: string;
  readonly findings: readonly AppliedFinding[];
  /** Where a range of the original lies in the result; one inside a finding becomes the whole replacement. */
  place(range: Range): Range;
}

/** @param findings disjoint, in order of the text. */
export function applyFindings(
  text: string,
  findings: readonly Finding[],
  replace: (finding: Finding) => string,
): Applied {
  const applied: AppliedFinding[] = [];
  let result = '';
  let from = 0;
  for (const finding of findings) {
    result += text.slice(from, finding.start);
    const replacement = replace(finding);
    const resultStart = result.length;
    result += replacement;
    applied.push({ ...finding, replacement, resultStart, resultEnd: result.length });
    from = finding.end;
  }
  result += text.slice(from);

  /** The last finding that begins before the offset decides how far it moved. */
  const move = (offset: number, edge: 'start' | 'end'): number => {
    let low = 0;
    let high = applied.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const start = applied[middle]?.start ?? 0;
      if (edge === 'start' ? start <= offset : start < offset) low = middle + 1;
      else high = middle;
    }
    const before = applied[low - 1];
    if (before === undefined) return offset;
    if (edge === 'start' && offset < before.end) return before.resultStart;
    if (edge === 'end' && offset <= before.end) return before.resultEnd;
    return before.resultEnd + offset - before.end;
  };
  return {
    text: result,
    findings: applied,
    place: ({ start, end }) => ({ start: move(start, 'start'), end: move(end, 'end') }),
  };
}

export const byType = ({ label }: Pick<Finding, 'label'>): string => `[${label}]`;
