// The same questions for the spans of every format: does it lie in the text, does it cut a character that a
// reader sees as one, does it overlap another. A bad span is left out and named; its document goes in.
import { createGraphemes } from '../../../shared/domain/graphemes.ts';
import { checkSpan, overlaps, sortSpans, type SpanProblem } from '../../../shared/domain/spans.ts';
import { issue, type ImportIssue, type IssueCode, type ParsedSpan } from '../types.ts';

export interface Candidate {
  readonly span: ParsedSpan;
  readonly line: number | null;
}

const MAX_LABEL = 100;

const CODE: Readonly<Record<SpanProblem, IssueCode>> = {
  notAnOffset: 'badAnnotationLine',
  inverted: 'spanOutOfRange',
  empty: 'spanOutOfRange',
  outOfRange: 'spanOutOfRange',
  cutsGrapheme: 'spanCutsGrapheme',
};

const SAYS: Readonly<Record<SpanProblem, string>> = {
  notAnOffset: 'is no pair of whole numbers',
  inverted: 'ends before it begins',
  empty: 'covers nothing',
  outOfRange: 'lies outside the text',
  cutsGrapheme: 'cuts a character that readers see as one',
};

export function checkSpans(
  text: string,
  candidates: readonly Candidate[],
  file: string,
): { readonly spans: ParsedSpan[]; readonly issues: ImportIssue[] } {
  const graphemes = createGraphemes(text);
  const issues: ImportIssue[] = [];
  const good: (ParsedSpan & { readonly line: number | null })[] = [];
  for (const { span, line } of candidates) {
    if (span.label.length > MAX_LABEL) {
      issues.push(
        issue(
          'error',
          'badAnnotationLine',
          { file, line },
          `A label has ${span.label.length} characters; the limit is ${MAX_LABEL}. Its span was left out.`,
        ),
      );
      continue;
    }
    const problem = checkSpan(span, graphemes);
    if (problem === null) good.push({ ...span, line });
    else issues.push(badSpan(problem, span, { file, line }));
  }
  const ordered = sortSpans(good);
  let reach = ordered[0];
  for (const span of ordered.slice(1)) {
    if (reach !== undefined && overlaps(reach, span)) {
      issues.push(
        issue(
          'warning',
          'spanOverlaps',
          { file, line: span.line, field: span.label },
          `${span.label} ${span.start}-${span.end} overlaps ${reach.label} ${reach.start}-${reach.end}. Both were kept.`,
        ),
      );
    }
    if (reach === undefined || span.end > reach.end) reach = span;
  }
  return {
    spans: ordered.map(({ start, end, label, attributes }) => ({ start, end, label, attributes })),
    issues,
  };
}

export const badSpan = (
  problem: SpanProblem,
  span: { readonly start: number; readonly end: number; readonly label: string },
  at: { readonly file: string; readonly line: number | null },
): ImportIssue =>
  issue(
    'error',
    CODE[problem],
    { ...at, field: span.label },
    `The span ${span.label} ${span.start}-${span.end} ${SAYS[problem]}. It was left out; its document is imported.`,
  );

/** Text that cannot be stored exactly: SQLite keeps UTF-8, which has no form for half a surrogate pair. */
export const isStorable = (text: string): boolean => text.isWellFormed();
