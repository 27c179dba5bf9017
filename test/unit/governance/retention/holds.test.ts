import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unwrap } from '../../../../shared/kernel/result.ts';
import { createHouse, person, putCollection, putDocument, TESTER, type House } from '../house.ts';

let house: House;
beforeEach(async () => {
  house = await createHouse();
});
afterEach(() => house.dispose());

const wanted = (scope: object) => ({
  ...{ caseId: 'LG 1/26', approver: 'Legal', reason: 'claim', reviewOn: '2027-01-01' },
  ...{ endsOn: null, subjects: null, collectionIds: [], categories: [], ...scope },
});
const hold = (scope: object) => unwrap(house.governance.holds.set(TESTER, wanted(scope))).hold;
const blocking = (subjectId: string) =>
  house.governance.holds.blocking(subjectId).map(({ caseId }) => caseId);

describe('a legal hold', () => {
  it('keeps whatever any part of its scope names', () => {
    const [ana, ben, eve] = ['1', '2', '3'].map((value) => person(house, value)) as [
      ...[string, string, string],
    ];
    const elsewhere = putCollection(house, 'Elsewhere');
    putDocument(house, { name: 'a', text: 'A', subjectId: ana });
    putDocument(house, { name: 'b', text: 'B', subjectId: ben, collectionId: elsewhere });
    putDocument(house, { name: 'c', text: 'C', subjectId: eve, category: 'finance' });
    const { hold: made, unknownKeys } = unwrap(
      house.governance.holds.set(
        TESTER,
        wanted({ subjects: { keys: ['1', '99'] }, collectionIds: [elsewhere] }),
      ),
    );
    expect(unknownKeys).toEqual(['99']);
    expect(made).toMatchObject({
      state: 'active',
      people: 1,
      documents: 2,
      reviewOn: '2027-01-01',
    });
    expect([ana, ben, eve].map(blocking)).toEqual([['LG 1/26'], ['LG 1/26'], []]);
    hold({ caseId: 'Second', categories: ['finance'] });
    expect(blocking(eve)).toEqual(['Second']);
  });

  it('keeps a person whose note lives on in a held copy, and the original of that copy', () => {
    const ana = person(house, '1');
    const copies = putCollection(house, 'Copies');
    const note = putDocument(house, { name: 'a', text: 'A', subjectId: ana });
    putDocument(house, {
      ...{ name: 'copy', text: 'A', subjectId: null, collectionId: copies },
      ...{ kind: 'deidentified', derivedFrom: note.id },
    });
    hold({ collectionIds: [copies] });
    expect(blocking(ana)).toEqual(['LG 1/26']);
    expect(house.governance.holds.on(note.rowid)).toHaveLength(1);
  });

  it('is reviewed and released by events, and ends by no date', () => {
    const { holds } = house.governance;
    const ana = person(house, '1');
    const { holdId } = hold({ subjects: { subjectIds: [ana] }, endsOn: '2026-12-01' });
    house.clock.advance(400 * 86_400_000);
    expect(blocking(ana)).toEqual(['LG 1/26']);
    const review = { reviewOn: '2028-06-01', endsOn: null, reason: 'goes on' };
    expect(unwrap(holds.review(TESTER, holdId, review))).toMatchObject({
      ...{ reviewOn: '2028-06-01', endsOn: null, reviewedAt: house.clock.now() },
    });
    expect(holds.blocking(ana)[0]?.reviewOn).toBe('2028-06-01');
    expect(unwrap(holds.release(TESTER, holdId, 'settled')).state).toBe('released');
    expect(blocking(ana)).toEqual([]);
    expect(holds.any()).toBe(false);
    expect(holds.release(TESTER, holdId, '')).toMatchObject({ error: { code: 'CONFLICT' } });
    expect(holds.review(TESTER, holdId, review)).toMatchObject({ error: { code: 'CONFLICT' } });
    const page = { cursor: null, limit: 10 };
    expect(holds.list({ ...page, released: true }).total).toBe(1);
    expect(holds.list({ ...page, released: false }).items).toEqual([]);
  });

  it.each([
    [{}, 'BAD_INPUT'],
    [{ subjects: { keys: ['nobody'] } }, 'BAD_INPUT'],
    [{ categories: ['health'], reviewOn: '2026-11-01' }, 'BAD_INPUT'],
    [{ collectionIds: ['col_nowhere'] }, 'NOT_FOUND'],
  ])('is refused for %o', (scope, code) => {
    expect(house.governance.holds.set(TESTER, wanted(scope))).toMatchObject({ error: { code } });
    expect(house.store.db.all('SELECT 1 FROM hold')).toEqual([]);
  });
});
