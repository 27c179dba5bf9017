import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRegister } from '../../../main/governance/index.ts';
import { prepare } from '../../../main/training/preparation.ts';
import { ok, unwrap } from '../../../shared/kernel/result.ts';
import { createHouse, declare, TESTER, type House } from '../governance/house.ts';

let house: House;
let required: boolean;
beforeEach(async () => {
  house = await createHouse();
  required = true;
});
afterEach(() => house.dispose());

const registerOf = () =>
  createRegister({
    store: house.store,
    clock: house.clock,
    random: house.random,
    audit: house.audit,
    purposes: house.governance.purposes,
    notices: house.governance.notices,
    holidayCountry: () => null,
    exportCountries: () => undefined,
    requireAssessment: () => required,
  });

const TEXT = {
  necessity: 'No milder means',
  risks: [
    { risk: 'A name is drawn out', likelihood: 'low', severity: 'high', measure: 'Tested' },
  ] satisfies Parameters<ReturnType<typeof registerOf>['assessments']['write']>[2]['risks'],
  measures: 'Gate, roles, encryption',
  advice: '',
  views: '',
};

it('asks nobody for an assessment where the organisation does not', () => {
  required = false;
  const { purposeId } = declare(house);
  expect(registerOf().assessments.mayTrain(purposeId).ok).toBe(true);
});

it('lets a purpose train only while its assessment is approved or waived', () => {
  const { assessments } = registerOf();
  const { purposeId } = declare(house);
  const code = () => {
    const may = assessments.mayTrain(purposeId);
    return may.ok ? 'may' : `${may.error.code} ${String(may.error.params['reason'])}`;
  };
  expect(code()).toBe('GATE_DENIED assessment');
  unwrap(assessments.write(TESTER, purposeId, TEXT));
  expect(code()).toBe('GATE_DENIED assessment');
  unwrap(assessments.approve(TESTER, purposeId, 1, null));
  expect(code()).toBe('may');
  unwrap(assessments.write(TESTER, purposeId, { ...TEXT, measures: 'Others' }));
  expect(code()).toBe('GATE_DENIED assessment');
  unwrap(assessments.waive(TESTER, purposeId, 'Covered elsewhere'));
  expect(code()).toBe('may');
  unwrap(assessments.waive(TESTER, purposeId, null));
  expect(code()).toBe('GATE_DENIED assessment');
});

it('refuses a run before a single text of its snapshot is read', () => {
  const { purposeId } = declare(house);
  const refused = prepare(
    {
      snapshots: {
        open: () => ok({ snapshot: { purposeId, unfinished: 0 } } as never),
        get: () => undefined,
      },
      bases: {} as never,
      mayTrain: registerOf().assessments.mayTrain,
    },
    TESTER,
    'snp_00000000000000000000000001',
    {} as never,
  );
  expect(refused).toMatchObject({ error: { code: 'GATE_DENIED', params: { step: 'duty' } } });
});
