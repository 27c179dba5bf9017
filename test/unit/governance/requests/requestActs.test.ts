import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RequestKind } from '../../../../shared/domain/requests.ts';
import { unwrap } from '../../../../shared/kernel/result.ts';
import { createHouse, declare, give, person, TESTER, type House } from '../house.ts';

let house: House;
beforeEach(async () => {
  house = await createHouse();
});
afterEach(() => house.dispose());

const open = (kind: RequestKind, key: string, receivedOn?: string): string =>
  unwrap(house.governance.requests.open(TESTER, { kind, subject: { key }, receivedOn })).requestId;
const stateOf = (subjectId: string) => house.governance.subjects.row(subjectId)?.state;

describe('a request', () => {
  it('is extended once, within the first month, to the earlier reading', () => {
    const { requestActs, requests } = house.governance;
    person(house, '1');
    const now = open('access', '1', '2026-10-31');
    expect(unwrap(requestActs.extend(TESTER, now, 'complexity'))).toMatchObject({
      dueOn: '2027-02-01', // 31 January is a Sunday; the other reading is the 30th, a Saturday.
      extendedAt: house.clock.now(),
      state: 'open',
    });
    expect(requestActs.extend(TESTER, now, 'number')).toMatchObject({
      error: { code: 'CONFLICT' },
    });
    const late = open('access', '1', '2026-10-20');
    expect(requestActs.extend(TESTER, late, 'number')).toMatchObject({
      error: { code: 'CONFLICT' },
    });
    expect(unwrap(requests.get(late)).dueOn).toBe('2026-11-20');
  });

  it('keeps how the identity was checked, and nothing about the person', () => {
    const { requestActs } = house.governance;
    person(house, '1');
    const id = open('access', '1');
    expect(unwrap(requestActs.identify(TESTER, id, 'documentShown')).identity).toEqual({
      at: house.clock.now(),
      how: 'documentShown',
    });
    expect(unwrap(requestActs.refuse(TESTER, id, 'excessive'))).toMatchObject({
      state: 'closed',
      outcome: 'refused',
    });
    expect(requestActs.identify(TESTER, id, 'inPerson')).toMatchObject({
      error: { code: 'REQUEST_CLOSED' },
    });
  });

  it('restricts, and lifts only after the person was told', () => {
    const { requestActs } = house.governance;
    const ana = person(house, '1');
    const [first, second] = [open('restriction', '1'), open('restriction', '1')] as const;
    expect(requestActs.noticeLifting(TESTER, first)).toMatchObject({ error: { code: 'CONFLICT' } });
    unwrap(requestActs.restrict(TESTER, first, 'accuracy'));
    unwrap(requestActs.restrict(TESTER, second, 'claims'));
    expect(stateOf(ana)).toBe('restricted');
    expect(requestActs.lift(TESTER, first)).toMatchObject({ error: { code: 'CONFLICT' } });
    expect(stateOf(ana)).toBe('restricted');
    unwrap(requestActs.noticeLifting(TESTER, first));
    expect(unwrap(requestActs.lift(TESTER, first)).stillRestricted).toBe(true);
    expect(stateOf(ana)).toBe('restricted');
    unwrap(requestActs.noticeLifting(TESTER, second));
    expect(unwrap(requestActs.lift(TESTER, second)).stillRestricted).toBe(false);
    expect(stateOf(ana)).toBe('active');
    expect(requestActs.lift(TESTER, second)).toMatchObject({ error: { code: 'CONFLICT' } });
  });

  it('withdraws the chosen consents, all or none', () => {
    const { requestActs, consent } = house.governance;
    const ana = person(house, '1');
    const [a, b] = ['Research', 'Teaching'].map((name) => declare(house, { name }).purposeId) as [
      string,
      string,
    ];
    give(house, a, [ana]);
    give(house, b, [ana]);
    const id = open('withdrawal', '1');
    expect(requestActs.withdraw(TESTER, id, [a, 'pur_00000000'])).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
    expect(consent.status(ana, a).state).toBe('given');
    expect(unwrap(requestActs.withdraw(TESTER, id, [a]))).toMatchObject({
      withdrawn: 1,
      request: { state: 'closed', outcome: 'withdrawn' },
    });
    expect([consent.status(ana, a).state, consent.status(ana, b).state]).toEqual([
      'withdrawn',
      'given',
    ]);
  });
});

describe('objections', () => {
  it('stop the use from opening until the last of them is decided against the person', () => {
    const { requestActs } = house.governance;
    let key = 0;
    const act = fc.constantFrom('upheld', 'overridden', 'refuse', 'close', 'wait');
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 4 }), (acts) => {
        const name = `p${(key += 1)}`;
        const subjectId = person(house, name);
        const ids = acts.map(() => open('objection', name));
        expect(stateOf(subjectId)).toBe('objected');
        acts.forEach((each, index) => {
          const id = ids[index] as string;
          if (each === 'refuse') unwrap(requestActs.refuse(TESTER, id, 'unfounded'));
          else if (each === 'close') unwrap(requestActs.close(TESTER, id, 'takenBack'));
          else if (each !== 'wait') {
            const decision = { outcome: each, balance: 'Weighed by the board.' };
            unwrap(requestActs.decideObjection(TESTER, id, decision));
          }
        });
        const stands = acts.some((each) => each === 'upheld' || each === 'wait');
        expect(stateOf(subjectId)).toBe(stands ? 'objected' : 'active');
      }),
      { numRuns: 40 },
    );
  });
});
