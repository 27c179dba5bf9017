import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unwrap } from '../../../../shared/kernel/result.ts';
import { createHouse, declare, TESTER, type House } from '../house.ts';

let house: House;
beforeEach(async () => {
  house = await createHouse();
});
afterEach(() => house.dispose());

const draft = (changes: object = {}) => ({
  ...{ category: 'health' as const, purposeId: null, days: 3653, start: 'import' as const },
  ...{ ground: 'Hospital act, section 10', ...changes },
});
const problem = (changes: object) => {
  const set = house.governance.retention.setRule(TESTER, draft(changes));
  return set.ok ? undefined : [set.error.code, set.error.params['problem']];
};

describe('a retention rule', () => {
  it('takes the place of the former one for the same category and purpose, and of no other', () => {
    const { retention } = house.governance;
    const purpose = declare(house);
    unwrap(retention.setRule(TESTER, draft()));
    unwrap(retention.setRule(TESTER, draft({ purposeId: purpose.purposeId, days: 30 })));
    const newer = unwrap(retention.setRule(TESTER, draft({ days: 1826 })));
    expect(retention.list().map(({ days }) => days)).toEqual([30, 1826]);
    expect(unwrap(retention.setRule(TESTER, draft({ days: 1826 }))).ruleId).toBe(newer.ruleId);
    unwrap(retention.endRule(TESTER, newer.ruleId, 'the act was repealed'));
    expect(retention.list().map(({ days }) => days)).toEqual([30]);
    expect(retention.endRule(TESTER, newer.ruleId, '')).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
  });

  it('is refused where it could never be applied', () => {
    const onTask = declare(house, {
      name: 'Task',
      basis: { article6: '6(1)(e)', article9: '9(2)(h)', piplSeparateConsent: false },
    });
    expect(problem({ start: 'consentEnd' })).toEqual(['BAD_INPUT', 'startNeedsPurpose']);
    expect(problem({ start: 'consentEnd', purposeId: onTask.purposeId })).toEqual([
      ...['BAD_INPUT', 'startNeedsConsent'],
    ]);
    expect(problem({ category: 'finance', purposeId: onTask.purposeId })).toEqual([
      ...['BAD_INPUT', 'categoryNotCovered'],
    ]);
    expect(problem({ purposeId: 'pur_nowhere' })).toEqual(['NOT_FOUND', undefined]);
    unwrap(house.governance.purposes.retire(TESTER, onTask.purposeId, 'done'));
    expect(problem({ purposeId: onTask.purposeId })).toEqual(['PURPOSE_RETIRED', undefined]);
    expect(house.governance.retention.list()).toEqual([]);
  });

  it('of the organisation is set as a whole, is not ended by the site, and stands beside its own', () => {
    const { retention } = house.governance;
    unwrap(retention.setRule(TESTER, draft({ days: 100 })));
    const set = (days: readonly number[]) =>
      unwrap(
        retention.set(
          TESTER,
          days.map((each) => draft({ days: each, category: each > 500 ? 'other' : 'health' })),
          'organisation',
        ),
      );
    const [first] = set([200, 900]);
    expect(retention.endRule(TESTER, first!.ruleId, '')).toMatchObject({
      error: { code: 'POLICY_LOCKED' },
    });
    expect(set([200]).map(({ ruleId }) => ruleId)).toEqual([first!.ruleId]);
    expect(retention.list().map(({ days, source }) => [days, source])).toEqual([
      [100, 'site'],
      [200, 'organisation'],
    ]);
    // A set that cannot stand as a whole changes nothing.
    const broken = [draft({ days: 5 }), draft({ purposeId: 'pur_nowhere' })];
    expect(retention.set(TESTER, broken, 'organisation').ok).toBe(false);
    expect(set([200])).toHaveLength(1);
  });

  it('bounds the purpose it is for and what lies below, and changes the policy’s hash', () => {
    const { retention, gate, purposes } = house.governance;
    const whole = declare(house, { retentionDays: 400 });
    const part = declare(house, { name: 'Part', parentId: whole.purposeId, retentionDays: 90 });
    const other = declare(house, { name: 'Other' });
    const hash = () =>
      unwrap(gate.summary({ actor: TESTER, purposeId: part.purposeId, operation: 'read' }))
        .policySha256;
    const before = hash();
    const rule = unwrap(retention.setRule(TESTER, draft({ purposeId: whole.purposeId, days: 60 })));
    const daysOf = (id: string) =>
      retention.limitsOf(unwrap(purposes.require(id))).map(({ ruleId, days }) => [ruleId, days]);
    expect(daysOf(part.purposeId)).toEqual([
      [null, 90],
      [rule.ruleId, 60],
    ]);
    expect(daysOf(other.purposeId)).toEqual([]);
    const bounded = hash();
    expect(bounded).not.toBe(before);
    // A new notice of the whole lapses consents to it, which the part rests on.
    unwrap(purposes.renewNotice(TESTER, whole.purposeId, '2'));
    expect(hash()).not.toBe(bounded);
  });
});
