// Whether a correction can be made as it stands: what was expected is there, no character is cut, no two
// corrections change the same words, and no number or name is taken from somebody else.
import type { Correction, RectificationPreview } from '../../../shared/contract/index.ts';
import { checkReplacement } from '../../../shared/domain/textChange.ts';
import { failure, type Failure } from '../../../shared/kernel/result.ts';
import type { GateRepository } from '../gate/gateRepository.ts';
import type { Subjects } from '../subjects.ts';
import { metadataOf } from './correctionActs.ts';
import type { RectificationRepository } from './rectificationRepository.ts';

export type Problem = NonNullable<RectificationPreview['corrections'][number]['problem']>;

export interface CorrectionChecks {
  /** One entry per correction; null where nothing is wrong. */
  problemsOf(subjectId: string, corrections: readonly Correction[]): readonly (Problem | null)[];
}

export function createCorrectionChecks(deps: {
  readonly subjects: Pick<Subjects, 'identifiers' | 'isTaken'>;
  readonly texts: Pick<GateRepository, 'ownText'>;
  readonly repository: Pick<RectificationRepository, 'isNameTaken'>;
}): CorrectionChecks {
  const { subjects, texts, repository } = deps;

  /** What is wrong with each, against what stands there before the first of them. */
  function problemsOf(
    subjectId: string,
    corrections: readonly Correction[],
  ): readonly (Problem | null)[] {
    return corrections.map((correction, index) => {
      if (corrections.slice(0, index).some((other) => collide(other, correction)))
        return 'overlaps';
      if (correction.kind === 'identifier') return identifierProblem(subjectId, correction);
      const row = texts.ownText(subjectId, correction.documentId);
      if (!row || row.kind !== 'original') return 'unknown';
      if (correction.kind === 'passage') return checkReplacement(row.text ?? '', correction);
      if (correction.kind === 'name') {
        if (row.name !== correction.expected) return 'changedMeanwhile';
        if (row.name === correction.replacement) return 'nothing';
        return repository.isNameTaken(row.rowid, correction.replacement) ? 'taken' : null;
      }
      const now = metadataOf(row)[correction.field] ?? null;
      if (now !== correction.expected) return 'changedMeanwhile';
      return now === correction.replacement ? 'nothing' : null;
    });
  }

  function identifierProblem(
    subjectId: string,
    { scheme, expected, replacement }: Extract<Correction, { kind: 'identifier' }>,
  ): Problem | null {
    const known = subjects
      .identifiers(subjectId)
      .some((own) => own.scheme === scheme && own.value === expected);
    if (!known) return 'changedMeanwhile';
    if (expected === replacement) return 'nothing';
    return subjects.isTaken(scheme, replacement) ? 'taken' : null;
  }

  return { problemsOf };
}

/** Two that change the same thing; passages that only meet do not. */
function collide(a: Correction, b: Correction): boolean {
  if (a.kind === 'identifier' || b.kind === 'identifier') {
    const isIdentifier = a.kind === 'identifier' && b.kind === 'identifier';
    return isIdentifier && a.scheme === b.scheme && a.expected === b.expected;
  }
  if (a.documentId !== b.documentId) return false;
  if (a.kind === 'metadata') return b.kind === 'metadata' && a.field === b.field;
  if (a.kind === 'name') return b.kind === 'name';
  if (b.kind !== 'passage') return false;
  return a.start === b.start || (a.start < b.end && b.start < a.end);
}

const SAYS: Readonly<
  Record<
    Problem,
    readonly [
      code: 'STALE_EDIT' | 'SPAN_INVALID' | 'CONFLICT' | 'NOT_FOUND' | 'BAD_INPUT',
      sentence: string,
    ]
  >
> = {
  changedMeanwhile: ['STALE_EDIT', 'something else stands there than what was to be corrected'],
  outOfRange: ['SPAN_INVALID', 'the passage lies outside the text'],
  cutsGrapheme: ['SPAN_INVALID', 'it would cut a character that readers see as one'],
  overlaps: ['SPAN_INVALID', 'two corrections change the same words'],
  taken: ['CONFLICT', 'the number or name belongs to somebody or something else already'],
  nothing: ['BAD_INPUT', 'it changes nothing'],
  unknown: ['NOT_FOUND', 'the text is not one of the person, or is a copy of one'],
};

export function refusedCorrection(problem: Problem, index: number): { ok: false; error: Failure } {
  const [code, sentence] = SAYS[problem];
  return failure(
    code,
    `Correction ${index + 1} cannot be made: ${sentence}. Nothing was changed. Look at the text again.`,
    { reason: problem, index },
  );
}
