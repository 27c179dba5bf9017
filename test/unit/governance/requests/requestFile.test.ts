import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unwrap } from '../../../../shared/kernel/result.ts';
import { createHouse, person, TESTER, type House } from '../house.ts';

let house: House;
beforeEach(async () => {
  house = await createHouse();
});
afterEach(() => house.dispose());

const open = (kind: 'access' | 'restriction', receivedOn: string): string =>
  unwrap(house.governance.requests.open(TESTER, { kind, subject: { key: '1' }, receivedOn }))
    .requestId;
const show = (requestId: string) => unwrap(house.governance.requestFile.show(requestId));

describe('the file of a request', () => {
  it('shows every reading of the deadline, and which days its end was moved over', () => {
    person(house, '1');
    house.governance.calendar.setCountry('DE');
    house.governance.calendar.change('DE', '2026-11-30', 'added', 'Feast of the town');
    const file = show(open('access', '2026-10-28'));
    expect(file.deadline.month).toEqual({
      endsOn: '2026-11-28',
      dueOn: '2026-12-01',
      skipped: [
        { day: '2026-11-28', why: 'saturday', name: '' },
        { day: '2026-11-29', why: 'sunday', name: '' },
        { day: '2026-11-30', why: 'holiday', name: 'Feast of the town' },
      ],
    });
    expect(file.request.dueOn).toBe('2026-12-01');
    expect(file.deadline.country).toBe('DE');
    const { threeMonthsFromReceipt, twoMonthsAfterTheFirst } = show(
      open('access', '2026-10-31'),
    ).deadline;
    expect(threeMonthsFromReceipt).toMatchObject({ endsOn: '2027-01-31', dueOn: '2027-02-01' });
    expect(twoMonthsAfterTheFirst).toMatchObject({ endsOn: '2027-01-30', dueOn: '2027-02-01' });
  });

  it('counts from the day of identity beside the deadline, never instead of it', () => {
    person(house, '1');
    const id = open('access', '2026-11-10');
    expect(show(id).deadline.fromIdentity).toBeNull();
    unwrap(house.governance.requestActs.identify(TESTER, id, 'inPerson'));
    const { request, deadline } = show(id);
    expect(deadline.fromIdentity).toMatchObject({ endsOn: '2026-12-23' });
    expect(request.dueOn).toBe('2026-12-10');
  });

  it('keeps a ledger of codes, and says since when a restriction holds', () => {
    const { requestActs } = house.governance;
    person(house, '1');
    const id = open('restriction', '2026-11-13');
    expect(show(id)).toMatchObject({ daysUsed: 10, restriction: null });
    unwrap(requestActs.identify(TESTER, id, 'knownToStaff'));
    unwrap(requestActs.extend(TESTER, id, 'complexity'));
    unwrap(requestActs.restrict(TESTER, id, 'accuracy'));
    const at = house.clock.now();
    const file = show(id);
    expect(file.request).toMatchObject({ state: 'closed', inForce: true });
    expect(file.ledger.map(({ what, code, until }) => [what, code, until])).toEqual([
      ['opened', null, null],
      ['identityChecked', 'knownToStaff', null],
      ['extended', 'complexity', '2027-02-15'],
      ['restricted', 'accuracy', null],
      ['closed', 'restricted', null],
    ]);
    expect(file.ledger.every(({ by }) => by === TESTER.userId)).toBe(true);
    expect(file.restriction).toEqual({
      ground: 'accuracy',
      since: at,
      noticedAt: null,
      liftedAt: null,
    });
    unwrap(requestActs.noticeLifting(TESTER, id));
    unwrap(requestActs.lift(TESTER, id));
    expect(show(id)).toMatchObject({
      request: { inForce: false },
      restriction: { noticedAt: at, liftedAt: at },
    });
  });

  it('is of a request that exists', () => {
    expect(house.governance.requestFile.show('req_00000001')).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
  });
});
