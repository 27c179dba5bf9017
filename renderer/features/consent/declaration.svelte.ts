/** The draft of a purpose. A purpose is never edited once declared, so the draft is checked before. */
import type { Basis, InputOf } from '../../../shared/contract/index.ts';

export const OPERATION_NAMES = [
  'read',
  'deidentify',
  'label',
  'train',
  'evaluate',
  'suggest',
  'export',
] as const;
export const CATEGORIES = ['health', 'finance', 'other'] as const;
export const ARTICLES_6 = [
  '6(1)(a)',
  '6(1)(b)',
  '6(1)(c)',
  '6(1)(d)',
  '6(1)(e)',
  '6(1)(f)',
] as const;
export const ARTICLES_9 = [
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
type Operation = (typeof OPERATION_NAMES)[number];
type Category = (typeof CATEGORIES)[number];

export class Declaration {
  name = $state('');
  /** The wider purpose this one is a part of. */
  parentId = $state<string | null>(null);
  description = $state('');
  operations = $state.raw<readonly Operation[]>(OPERATION_NAMES.slice(0, 6));
  categories = $state.raw<readonly Category[]>(['health']);
  article6 = $state<Basis['article6']>('6(1)(a)');
  article9 = $state<Basis['article9']>('9(2)(a)');
  pipl = $state(false);
  notice = $state('1');
  retentionDays = $state<number | null>(null);

  /** Art. 9(1): data on health may not be processed without an exception. */
  get lacksArticle9(): boolean {
    return this.categories.includes('health') && this.article9 === null;
  }
  get needsConsent(): boolean {
    return this.article6 === '6(1)(a)' || this.article9 === '9(2)(a)' || this.pipl;
  }
  get ready(): boolean {
    return (
      this.name.trim() !== '' &&
      this.notice.trim() !== '' &&
      this.operations.length > 0 &&
      this.categories.length > 0 &&
      !this.lacksArticle9
    );
  }

  toggleOperation(operation: Operation): void {
    this.operations = toggled(this.operations, operation, OPERATION_NAMES);
  }
  toggleCategory(category: Category): void {
    this.categories = toggled(this.categories, category, CATEGORIES);
  }

  input(): InputOf<'purpose.declare'> {
    return {
      name: this.name.trim(),
      parentId: this.parentId,
      description: this.description.trim(),
      operations: [...this.operations],
      categories: [...this.categories],
      basis: {
        article6: this.article6,
        article9: this.article9,
        piplSeparateConsent: this.pipl,
      },
      noticeVersion: this.notice.trim(),
      retentionDays: this.retentionDays || null,
    };
  }

  clear(): void {
    this.name = '';
    this.parentId = null;
    this.description = '';
    this.retentionDays = null;
  }
}

const toggled = <T>(chosen: readonly T[], value: T, order: readonly T[]): readonly T[] =>
  order.filter((each) => (each === value ? !chosen.includes(each) : chosen.includes(each)));
