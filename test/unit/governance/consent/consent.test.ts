import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unwrap } from '../../../../shared/kernel/result.ts';
import {
  createHouse,
  declare,
  give,
  person,
  putCollection,
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

const state = (subjectId: string, purposeId: string) =>
  house.governance.consent.status(subjectId, purposeId).state;

describe('recording', () => {
  it('takes keys, ids or a collection, in one transaction, and names the keys it does not know', () => {
    const { purposeId } = declare(house);
    const ids = ['A1', 'A2', 'A3'].map((key) => person(house, key));
    putDocument(house, { name: 'a', text: 'a', subjectId: ids[2] as string });
    const common = {
      purposeId,
      decision: 'given',
      channel: 'paper',
      evidence: 'form 7',
      expiresAt: null,
    } as const;
    const byKeys = house.governance.consent.record(TESTER, {
      ...common,
      subjects: { keys: ['A1', 'A2', 'A2', 'nobody'] },
    });
    expect(unwrap(byKeys)).toEqual({ recorded: 2, unchanged: 0, unknownKeys: ['nobody'] });
    const byCollection = house.governance.consent.record(TESTER, {
      ...common,
      subjects: { collectionId: putCollection(house) },
    });
    expect(unwrap(byCollection)).toEqual({ recorded: 1, unchanged: 0, unknownKeys: [] });
    const byIds = house.governance.consent.record(TESTER, {
      ...common,
      subjects: { subjectIds: ids },
    });
    expect(unwrap(byIds)).toEqual({ recorded: 0, unchanged: 3, unknownKeys: [] });
    expect(ids.map((id) => state(id, purposeId))).toEqual(['given', 'given', 'given']);
    expect(house.governance.consent.history(ids[0] as string)).toEqual([
      {
        at: house.clock.now(),
        recordedAt: house.clock.now(),
        type: 'given',
        purposeId,
        purpose: 'Research',
        noticeVersion: '1',
        channel: 'paper',
        evidence: 'form 7',
        expiresAt: null,
        actor: TESTER.userId,
      },
    ]);
  });

  it('does not guess which of two people a key means', () => {
    const { purposeId } = declare(house);
    person(house, '17', 'record');
    person(house, '17', 'customer');
    const result = house.governance.consent.withdraw(TESTER, {
      purposeId,
      subjects: { keys: ['17'] },
      reason: '',
    });
    expect(unwrap(result)).toEqual({
      recorded: 0,
      unchanged: 0,
      unknownKeys: ['17'],
      staleModels: 0,
    });
    expect(house.governance.subjects.byKey('17')).toBeUndefined();
  });

  it('refuses a decision in the future, one that ends before it begins, and a retired purpose', () => {
    const { purposeId } = declare(house);
    const ana = person(house, '1');
    const record = (changes: { at?: string; expiresAt?: string | null }) =>
      house.governance.consent.record(TESTER, {
        purposeId,
        subjects: { subjectIds: [ana] },
        decision: 'given',
        channel: 'paper',
        evidence: '',
        expiresAt: null,
        ...changes,
      });
    expect(record({ at: '2026-11-24T00:00:00Z' })).toMatchObject({
      ok: false,
      error: { code: 'BAD_INPUT' },
    });
    expect(record({ at: '2026-11-20T00:00:00Z', expiresAt: '2026-11-20T00:00:00Z' })).toMatchObject(
      { ok: false, error: { code: 'BAD_INPUT' } },
    );
    expect(state(ana, purposeId)).toBe('never');
    unwrap(house.governance.purposes.retire(TESTER, purposeId, ''));
    expect(record({})).toMatchObject({ ok: false, error: { code: 'PURPOSE_RETIRED' } });
  });

  it('orders by when people decided, not by when it was typed in', () => {
    const { purposeId } = declare(house);
    const ana = person(house, '1');
    give(house, purposeId, [ana], { at: '2026-11-01T00:00:00Z' });
    withdraw(house, purposeId, [ana]);
    // A paper form of last week turns up: it cannot undo what came after it.
    give(house, purposeId, [ana], { at: '2026-11-15T00:00:00Z' });
    expect(state(ana, purposeId)).toBe('withdrawn');
    give(house, purposeId, [ana]);
    expect(state(ana, purposeId)).toBe('given');
  });

  it('expires at its instant and lapses with a new notice', () => {
    const { purposeId } = declare(house);
    const [ana, ben] = ['1', '2'].map((key) => person(house, key)) as [string, string];
    give(house, purposeId, [ana], { expiresAt: '2026-12-01T00:00:00Z' });
    give(house, purposeId, [ben]);
    expect(house.governance.consent.ending(30)).toBe(1);
    expect(house.governance.consent.ending(3)).toBe(0);
    house.clock.set('2026-12-01T00:00:00.000Z');
    expect([state(ana, purposeId), state(ben, purposeId)]).toEqual(['expired', 'given']);
    unwrap(house.governance.purposes.renewNotice(TESTER, purposeId, '2'));
    expect(state(ben, purposeId)).toBe('lapsed');
    give(house, purposeId, [ben]);
    expect(state(ben, purposeId)).toBe('given');
  });
});

describe('withdrawing', () => {
  it('tells what depends on the consent inside the same transaction, for those who changed only', () => {
    const { purposeId } = declare(house);
    const [ana, ben] = ['1', '2'].map((key) => person(house, key)) as [string, string];
    give(house, purposeId, [ana, ben]);
    withdraw(house, purposeId, [ben]);
    const told: unknown[] = [];
    house.governance.onConsentLost((subjectIds, purpose) => {
      told.push([subjectIds, purpose, house.store.db.inTransaction]);
      return 2;
    });
    expect(withdraw(house, purposeId, [ana, ben])).toEqual({
      recorded: 1,
      unchanged: 1,
      unknownKeys: [],
      staleModels: 2,
    });
    expect(told).toEqual([[[ana], purposeId, true]]);
  });

  it('is undone when what depends on it cannot follow', () => {
    const { purposeId } = declare(house);
    const ana = person(house, '1');
    give(house, purposeId, [ana]);
    house.governance.onConsentLost(() => {
      throw new Error('no');
    });
    expect(() => withdraw(house, purposeId, [ana])).toThrow('no');
    expect(state(ana, purposeId)).toBe('given');
  });

  it('works for a retired purpose and cannot be brought back to life by setting the clock back', () => {
    const { purposeId } = declare(house);
    const ana = person(house, '1');
    house.clock.set('2026-11-01T00:00:00.000Z');
    give(house, purposeId, [ana]);
    house.clock.set('2026-11-20T00:00:00.000Z');
    unwrap(house.governance.purposes.retire(TESTER, purposeId, ''));
    withdraw(house, purposeId, [ana]);
    house.clock.set('2026-11-10T00:00:00.000Z');
    expect(state(ana, purposeId)).toBe('withdrawn');
    expect(house.governance.consent.vaultTime()).toBe('2026-11-20T00:00:00.000Z');
  });
});

describe('people', () => {
  it('are listed with their consent, by page, by piece of a key, by state', () => {
    const { purposeId } = declare(house);
    const ids = Array.from({ length: 7 }, (_, index) => person(house, `NHC-10${index}`));
    give(house, purposeId, ids.slice(0, 4));
    withdraw(house, purposeId, ids.slice(0, 1));
    const { subjects } = house.governance;
    unwrap(subjects.note(TESTER, ids[5] as string, 'restricted', 'accuracy contested'));
    unwrap(subjects.note(TESTER, ids[6] as string, 'objected', ''));
    const all = { purposeId, search: '', consent: null, cursor: null, limit: 5 };
    const first = unwrap(subjects.list(all));
    expect(first.total).toBe(7);
    expect(first.items.map(({ consent }) => consent)).toEqual([
      'withdrawn',
      'given',
      'given',
      'given',
      'never',
    ]);
    const second = unwrap(subjects.list({ ...all, cursor: first.next }));
    expect(second.items.map(({ key, state: shown }) => [key, shown])).toEqual([
      ['NHC-105', 'restricted'],
      ['NHC-106', 'objected'],
    ]);
    expect(second.next).toBeNull();
    expect(new Map(first.byState.map(({ state: name, count }) => [name, count]))).toEqual(
      new Map([
        ['given', 3],
        ['never', 3],
        ['withdrawn', 1],
      ]),
    );
    expect(unwrap(subjects.list({ ...all, search: '103' })).items.map(({ key }) => key)).toEqual([
      'NHC-103',
    ]);
    expect(unwrap(subjects.list({ ...all, search: '%' })).items).toEqual([]);
    expect(unwrap(subjects.list({ ...all, consent: 'never' }))).toMatchObject({ total: 3 });
    expect(unwrap(subjects.list({ ...all, purposeId: null })).items[0]).toMatchObject({
      consent: null,
      documents: 0,
    });
    expect(subjects.list({ ...all, purposeId: 'pur_none' })).toMatchObject({
      ok: false,
      error: { code: 'NOT_FOUND' },
    });
  });

  it('are denied while restricted and free again once that is lifted', () => {
    const { purposeId } = declare(house);
    const ana = person(house, '1');
    give(house, purposeId, [ana]);
    const { subjects, gate } = house.governance;
    const verdict = () => gate.verdictOn(ana, purposeId);
    expect(verdict()).toBeNull();
    unwrap(subjects.note(TESTER, ana, 'restricted', ''));
    expect(verdict()).toEqual({ step: 'state', reason: 'restricted' });
    unwrap(subjects.note(TESTER, ana, 'restrictionLifted', ''));
    expect(verdict()).toBeNull();
    unwrap(subjects.note(TESTER, ana, 'objected', ''));
    expect(verdict()).toEqual({ step: 'state', reason: 'objected' });
    unwrap(subjects.note(TESTER, ana, 'objectionResolved', ''));
    withdraw(house, purposeId, [ana]);
    expect(verdict()).toEqual({ step: 'basis', reason: 'consentWithdrawn' });
    expect(gate.verdictOn('sub_none', purposeId)).toBeUndefined();
  });

  it('have a pseudonym that is stable, and different for everybody', () => {
    const [ana, ben] = ['1', '2'].map((key) => person(house, key)) as [string, string];
    const { subjects } = house.governance;
    expect(subjects.subjectRef(ana)).toHaveLength(32);
    expect(subjects.subjectRef(ana).equals(subjects.subjectRef(ana))).toBe(true);
    expect(subjects.subjectRef(ana).equals(subjects.subjectRef(ben))).toBe(false);
    expect(subjects.findOrCreate('record', '1')).toEqual({ subjectId: ana, created: false });
  });
});
