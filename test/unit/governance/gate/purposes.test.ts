import { afterEach, beforeEach, expect, it } from 'vitest';
import { unwrap } from '../../../../shared/kernel/result.ts';
import { createHouse, declare, TESTER, type House } from '../house.ts';

let house: House;
beforeEach(async () => {
  house = await createHouse();
});
afterEach(() => house.dispose());

const refusal = (changes: Parameters<typeof declare>[1]) => {
  const result = house.governance.purposes.declare(TESTER, {
    name: 'Refused',
    description: '',
    operations: ['read'],
    categories: ['health'],
    basis: { article6: '6(1)(e)', article9: '9(2)(h)', piplSeparateConsent: false },
    noticeVersion: '1',
    retentionDays: null,
    ...changes,
  });
  return result.ok ? undefined : [result.error.code, result.error.params['problem']];
};

it('asks for an Art. 9(2) condition beside Art. 6 for health data, and only for that', () => {
  const basis = { article6: '6(1)(f)', article9: null, piplSeparateConsent: false } as const;
  expect(refusal({ basis })).toEqual(['BAD_INPUT', 'article9Missing']);
  expect(refusal({ basis, categories: ['finance', 'health'] })).toEqual([
    'BAD_INPUT',
    'article9Missing',
  ]);
  expect(refusal({ basis, categories: ['finance'] })).toBeUndefined();
  expect(house.governance.purposes.list().map(({ name }) => name)).toEqual(['Refused']);
});

it.each([
  ['6(1)(a)', '9(2)(h)', false, true],
  ['6(1)(e)', '9(2)(a)', false, true],
  ['6(1)(e)', '9(2)(h)', true, true],
  ['6(1)(e)', '9(2)(h)', false, false],
] as const)(
  '%s with %s, separate consent %s: needs consent %s',
  (article6, article9, piplSeparateConsent, needs) => {
    expect(
      declare(house, { basis: { article6, article9, piplSeparateConsent } }).needsConsent,
    ).toBe(needs);
  },
);

it('keeps what was declared, once, and ends it by an event', () => {
  const purpose = declare(house, {
    operations: ['read', 'train', 'read'],
    retentionDays: 30,
    description: 'Why',
  });
  expect(purpose).toEqual({
    purposeId: purpose.purposeId,
    parentId: null,
    depth: 0,
    name: 'Research',
    description: 'Why',
    operations: ['read', 'train'],
    categories: ['health'],
    basis: { article6: '6(1)(a)', article9: '9(2)(a)', piplSeparateConsent: false },
    needsConsent: true,
    noticeVersion: '1',
    retentionDays: 30,
    state: 'active',
    declaredAt: house.clock.now(),
  });
  expect(refusal({ name: 'Research' })).toEqual(['CONFLICT', undefined]);
  const { purposes } = house.governance;
  expect(unwrap(purposes.renewNotice(TESTER, purpose.purposeId, '2')).noticeVersion).toBe('2');
  expect(purposes.renewNotice(TESTER, purpose.purposeId, '2')).toMatchObject({
    error: { code: 'CONFLICT' },
  });
  const stored = () => house.store.db.get<{ body: string }>('SELECT body FROM purpose')?.body;
  const before = stored();
  expect(unwrap(purposes.retire(TESTER, purpose.purposeId, 'done'))).toMatchObject({
    state: 'retired',
    noticeVersion: '2',
  });
  expect(stored()).toBe(before);
  expect(purposes.retire(TESTER, purpose.purposeId, 'again')).toMatchObject({
    error: { code: 'PURPOSE_RETIRED' },
  });
  expect(purposes.retire(TESTER, 'pur_none', '')).toMatchObject({ error: { code: 'NOT_FOUND' } });
  expect(purposes.require(purpose.purposeId).ok).toBe(true);
});
