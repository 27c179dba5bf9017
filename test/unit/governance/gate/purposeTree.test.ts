// The tree of purposes where it decides: what may be declared, what retiring ends, whose notes a part reaches.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { unwrap } from '../../../../shared/kernel/result.ts';
import {
  createHouse,
  declare,
  give,
  person,
  putDocument,
  TESTER,
  withdraw,
  type House,
} from '../house.ts';

let house: House;
beforeEach(async () => {
  house = await createHouse();
});
afterEach(() => house.dispose());

const open = (purposeId: string, changes: object = {}) =>
  house.governance.gate.open({ actor: TESTER, purposeId, operation: 'read', ...changes });
const permitted = (purposeId: string) => unwrap(open(purposeId)).permitted;

it('takes a part that is narrower, says why a broader one is refused, and ends it with the whole', () => {
  const { purposes } = house.governance;
  const whole = declare(house, { operations: ['read', 'train'], retentionDays: 400 });
  const refusal = (changes: Parameters<typeof declare>[1]) => {
    const declared = purposes.declare(TESTER, {
      ...{ name: 'Part', description: '', categories: ['health'], noticeVersion: '1' },
      basis: { article6: '6(1)(a)', article9: '9(2)(a)', piplSeparateConsent: false },
      ...{ operations: ['read'], retentionDays: 30, parentId: whole.purposeId },
      ...changes,
    });
    return declared.ok ? undefined : (declared.error.params['problem'] ?? declared.error.code);
  };
  expect(refusal({ operations: ['read', 'export'] })).toBe('operationsBroader');
  expect(refusal({ categories: ['health', 'finance'] })).toBe('categoriesBroader');
  expect(refusal({ retentionDays: null })).toBe('retentionLonger');
  expect(
    refusal({ basis: { article6: '6(1)(e)', article9: '9(2)(j)', piplSeparateConsent: false } }),
  ).toBe('consentAvoided');
  expect(refusal({ parentId: 'pur_nowhere' })).toBe('NOT_FOUND');
  expect(refusal({})).toBeUndefined();
  const part = purposes.list().find(({ name }) => name === 'Part');
  expect(part).toMatchObject({ parentId: whole.purposeId, depth: 1, state: 'active' });
  expect(purposes.below(whole.purposeId).map(({ name }) => name)).toEqual(['Part']);
  unwrap(purposes.retire(TESTER, whole.purposeId, 'done'));
  expect(purposes.get(part!.purposeId)?.state).toBe('retired');
  expect(refusal({ name: 'Late' })).toBe('PURPOSE_RETIRED');
  expect(open(part!.purposeId)).toMatchObject({ error: { code: 'PURPOSE_RETIRED' } });
});

it('rests nothing on rows in which somebody closed a circle', () => {
  const whole = declare(house);
  const part = declare(house, { name: 'Part', parentId: whole.purposeId });
  house.store.db.run('UPDATE purpose SET parent_id = ? WHERE id = ?', [
    part.purposeId,
    whole.purposeId,
  ]);
  for (const { state } of house.governance.purposes.list()) expect(state).toBe('retired');
  expect(open(part.purposeId)).toMatchObject({ error: { code: 'PURPOSE_RETIRED' } });
});

it('allows a question at or below what the processing was allowed for, never above', () => {
  const whole = declare(house);
  const part = declare(house, { name: 'Part', parentId: whole.purposeId });
  expect(open(part.purposeId, { allowedPurposes: [whole.purposeId] }).ok).toBe(true);
  expect(open(whole.purposeId, { allowedPurposes: [part.purposeId] })).toMatchObject({
    error: { code: 'GATE_DENIED', params: { step: 'purpose', reason: 'purposeNotAllowed' } },
  });
});

it('lets consent to the whole reach a part that was there, and loses both with one withdrawal', () => {
  const [ana, ben] = ['1', '2'].map((value) => person(house, value)) as [string, string];
  putDocument(house, { name: 'a', text: 'A', subjectId: ana });
  putDocument(house, { name: 'b', text: 'B', subjectId: ben });
  const whole = declare(house);
  const part = declare(house, { name: 'Part', parentId: whole.purposeId });
  house.clock.advance(60_000);
  give(house, whole.purposeId, [ana]);
  give(house, part.purposeId, [ben]);
  expect([permitted(whole.purposeId), permitted(part.purposeId)]).toEqual([1, 2]);
  house.clock.advance(60_000);
  const late = declare(house, { name: 'Late', parentId: whole.purposeId });
  expect(permitted(late.purposeId)).toBe(0);
  expect(house.governance.gate.verdictOn(ana, late.purposeId)?.reason).toBe('consentNever');
  expect(house.governance.gate.verdictOn(ana, part.purposeId)).toBeNull();

  const lost: string[] = [];
  house.governance.onConsentLost((_, purposeId) => {
    lost.push(purposeId);
    return 0;
  });
  withdraw(house, whole.purposeId, [ana]);
  expect(lost).toEqual([whole.purposeId, part.purposeId, late.purposeId]);
  expect([permitted(whole.purposeId), permitted(part.purposeId)]).toEqual([0, 1]);
  expect(house.governance.gate.verdictOn(ana, part.purposeId)?.reason).toBe('consentWithdrawn');
});

it('logs duties that only the caller can tell of, for the question as a whole', () => {
  const purpose = declare(house, {
    basis: { article6: '6(1)(e)', article9: '9(2)(j)', piplSeparateConsent: false },
  });
  putDocument(house, { name: 'a', text: 'A' });
  const reader = unwrap(open(purpose.purposeId, { duties: [{ name: 'destination', met: null }] }));
  expect(reader.withheld).toEqual([{ step: 'duty', reason: 'destination', count: 1 }]);
});
