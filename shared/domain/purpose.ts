/**
 * Why personal data is processed and on which legal ground. Every purpose names one basis of GDPR
 * Art. 6(1); special categories such as health need a condition of Art. 9(2) beside it; PIPL Art. 29
 * asks for a separate consent to sensitive data. Consent is only one of these grounds.
 */
export const ARTICLE_6 = [
  '6(1)(a)',
  '6(1)(b)',
  '6(1)(c)',
  '6(1)(d)',
  '6(1)(e)',
  '6(1)(f)',
] as const;
/** a consent, b contract, c legal obligation, d vital interests, e public task, f legitimate interests. */
export type Article6 = (typeof ARTICLE_6)[number];

export const ARTICLE_9 = [
  '9(2)(a)',
  '9(2)(b)',
  '9(2)(c)',
  '9(2)(d)',
  '9(2)(e)',
  '9(2)(f)',
  '9(2)(g)',
  '9(2)(h)',
  '9(2)(i)',
  '9(2)(j)',
] as const;
/** a explicit consent … h care, i public health, j research and statistics. */
export type Article9 = (typeof ARTICLE_9)[number];

export interface LegalBasis {
  readonly article6: Article6;
  readonly article9: Article9 | null;
  readonly piplSeparateConsent: boolean;
}

export const CATEGORIES = ['health', 'finance', 'other'] as const;
export type Category = (typeof CATEGORIES)[number];
export const OPERATIONS = [
  'read',
  'deidentify',
  'label',
  'train',
  'evaluate',
  'suggest',
  'export',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** True when at least one of the grounds is the person's consent, so that withdrawing ends the purpose. */
export const needsConsent = (basis: LegalBasis): boolean =>
  basis.article6 === '6(1)(a)' || basis.article9 === '9(2)(a)' || basis.piplSeparateConsent;

/** Health data is a special category: without an Art. 9(2) condition no Art. 6 basis carries it. */
export const coversCategory = (basis: LegalBasis, category: Category): boolean =>
  category !== 'health' || basis.article9 !== null;

export interface PurposeDraft {
  readonly name: string;
  readonly operations: readonly Operation[];
  readonly categories: readonly Category[];
  readonly basis: LegalBasis;
  readonly noticeVersion: string;
  readonly retentionDays: number | null;
}

export type PurposeProblem =
  | 'nameMissing'
  | 'noOperation'
  | 'noCategory'
  | 'article6Unknown'
  | 'article9Unknown'
  | 'article9Missing'
  | 'noticeMissing'
  | 'retentionInvalid';

/** Everything that keeps a purpose from being declared; empty when sound. */
export function checkPurpose(draft: PurposeDraft): readonly PurposeProblem[] {
  const { basis, retentionDays } = draft;
  const problems: PurposeProblem[] = [];
  if (draft.name.trim() === '') problems.push('nameMissing');
  if (draft.operations.length === 0) problems.push('noOperation');
  if (draft.categories.length === 0) problems.push('noCategory');
  if (!ARTICLE_6.includes(basis.article6)) problems.push('article6Unknown');
  if (basis.article9 !== null && !ARTICLE_9.includes(basis.article9)) {
    problems.push('article9Unknown');
  }
  if (draft.categories.some((category) => !coversCategory(basis, category))) {
    problems.push('article9Missing');
  }
  // Consent is given to a text: without its version nobody can show to what (Art. 7(1)).
  if (needsConsent(basis) && draft.noticeVersion.trim() === '') problems.push('noticeMissing');
  if (retentionDays !== null && !(Number.isInteger(retentionDays) && retentionDays > 0)) {
    problems.push('retentionInvalid');
  }
  return problems;
}
