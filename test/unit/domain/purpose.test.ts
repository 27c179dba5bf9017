import { describe, expect, it } from 'vitest';
import {
  ARTICLE_6,
  ARTICLE_9,
  checkPurpose,
  needsConsent,
} from '../../../shared/domain/purpose.ts';
import type { PurposeDraft } from '../../../shared/domain/purpose.ts';

const sound: PurposeDraft = {
  name: 'Discharge letters, model for abbreviations',
  operations: ['read', 'label', 'train'],
  categories: ['health'],
  basis: { article6: '6(1)(e)', article9: '9(2)(j)', piplSeparateConsent: false },
  noticeVersion: '2026-01',
  retentionDays: 730,
};

describe('purpose', () => {
  it('needs consent exactly where a ground is consent', () => {
    for (const article6 of ARTICLE_6) {
      for (const article9 of [null, ...ARTICLE_9]) {
        for (const piplSeparateConsent of [false, true]) {
          expect(needsConsent({ article6, article9, piplSeparateConsent })).toBe(
            article6.endsWith('(a)') || article9 === '9(2)(a)' || piplSeparateConsent,
          );
        }
      }
    }
  });

  it.each([
    [{}, []],
    [{ name: '  ' }, ['nameMissing']],
    [{ operations: [], categories: [] }, ['noOperation', 'noCategory']],
    [{ basis: { ...sound.basis, article9: null } }, ['article9Missing']],
    [{ basis: { ...sound.basis, article9: null }, categories: ['finance' as const] }, []],
    [{ basis: { ...sound.basis, article6: '6(1)(z)' as never } }, ['article6Unknown']],
    [{ basis: { ...sound.basis, article9: '9(2)(z)' as never } }, ['article9Unknown']],
    [
      { basis: { ...sound.basis, article6: '6(1)(a)' as const }, noticeVersion: '' },
      ['noticeMissing'],
    ],
    [{ noticeVersion: '' }, []],
    [{ retentionDays: 0 }, ['retentionInvalid']],
    [{ retentionDays: 1.5 }, ['retentionInvalid']],
    [{ retentionDays: null }, []],
  ])('%# names what keeps it from being declared', (change, problems) => {
    expect(checkPurpose({ ...sound, ...change })).toEqual(problems);
  });
});
