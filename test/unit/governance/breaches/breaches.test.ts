// The register of breaches over a real vault: what it refuses, and whom a breach reaches.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BreachScope } from '../../../../shared/domain/breaches.ts';
import { unwrap } from '../../../../shared/kernel/result.ts';
import {
  createHouse,
  declare,
  person,
  putCollection,
  putDocument,
  TESTER,
  type House,
} from '../house.ts';

let house: House;
beforeEach(async () => {
  house = await createHouse();
});
afterEach(() => house.dispose());

const hoursAgo = (hours: number): string =>
  new Date(house.clock.nowMs() - hours * 3_600_000).toISOString();
const open = (awareAt?: string) =>
  house.governance.breaches.open(TESTER, { title: 'Stick lost', awareAt, nature: '' });
const SCOPE: BreachScope = {
  ...{ collectionId: null, purposeId: null, exitId: null, modelId: null },
  ...{ from: null, to: null },
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string =>
  result.ok ? 'ok' : (result.error?.code ?? '');
const no = { needed: false, ground: 'Unlikely.' };
const yes = { needed: true, ground: 'High.' };

describe('the register of breaches', () => {
  it('takes no moment of awareness that has not come', () => {
    expect(codeOf(open(hoursAgo(-1)))).toBe('BAD_INPUT');
    expect(codeOf(open(hoursAgo(1)))).toBe('ok');
  });

  it('is not closed before it is decided and whoever must be told was told', () => {
    const { breaches } = house.governance;
    const { breachId } = unwrap(open(hoursAgo(2)));
    const close = (): string => codeOf(breaches.close(TESTER, breachId, 'Done.'));
    expect(close()).toBe('CONFLICT');
    unwrap(breaches.decide(TESTER, breachId, { authority: yes, subjects: no }));
    expect(close()).toBe('CONFLICT');
    unwrap(breaches.notify(TESTER, breachId, { to: 'authority', reference: '1', delayReason: '' }));
    expect(breaches.unclosed(10)).toEqual([{ breachId, dueAt: null }]);
    expect(close()).toBe('ok');
    expect(breaches.unclosed(10)).toEqual([]);
    expect(codeOf(breaches.decide(TESTER, breachId, { authority: no, subjects: no }))).toBe(
      'CONFLICT',
    );
    expect(breaches.history(breachId).map(({ what }) => what)).toEqual([
      ...['opened', 'decided', 'notified', 'closed'],
    ]);
  });

  it('wants the reasons when the authority is told after 72 hours', () => {
    const { breaches } = house.governance;
    const { breachId } = unwrap(open(hoursAgo(73)));
    const tell = (delayReason: string): string =>
      codeOf(breaches.notify(TESTER, breachId, { to: 'authority', reference: '', delayReason }));
    expect(tell('')).toBe('BAD_INPUT');
    expect(tell('The stick was thought to be at home.')).toBe('ok');
  });

  it('lists open ones by the end of their hours, then the closed ones', () => {
    const { breaches } = house.governance;
    const later = unwrap(open(hoursAgo(1))).breachId;
    const sooner = unwrap(open(hoursAgo(50))).breachId;
    const closed = unwrap(open(hoursAgo(60))).breachId;
    unwrap(breaches.decide(TESTER, closed, { authority: no, subjects: no }));
    unwrap(breaches.close(TESTER, closed, 'Nothing.'));
    const first = breaches.list({ cursor: null, limit: 2 });
    expect(first.items.map(({ breachId }) => breachId)).toEqual([sooner, later]);
    const second = breaches.list({ cursor: first.next, limit: 2 });
    expect(second.items.map(({ breachId }) => breachId)).toEqual([closed]);
    expect([second.next, second.total]).toEqual([null, 3]);
  });
});

describe('whom a breach reaches', () => {
  it('counts people, their texts and the children among them, narrowed by each part', () => {
    const { breaches, exits, consent } = house.governance;
    const wardA = putCollection(house, 'A');
    const wardB = putCollection(house, 'B');
    const [ana, ben, eva] = [person(house, 'P-1'), person(house, 'P-2'), person(house, 'P-3')];
    putDocument(house, { name: 'a1', text: 'One.', subjectId: ana, collectionId: wardA });
    putDocument(house, { name: 'a2', text: 'Two.', subjectId: ana, collectionId: wardA });
    putDocument(house, { name: 'b1', text: 'Three.', subjectId: ben, collectionId: wardB });
    unwrap(consent.setBirthDate(ben, '2016-02-01'));
    const reach = (part: Partial<BreachScope>) => {
      const { people, documents, minors } = breaches.count({ ...SCOPE, ...part });
      return [people, documents, minors];
    };
    expect(reach({})).toEqual([3, 3, 1]);
    expect(reach({ collectionId: wardA })).toEqual([1, 2, 0]);
    expect(reach({ to: '2020-01-01T00:00:00Z' })).toEqual([0, 0, 0]);
    expect(breaches.count({ ...SCOPE, collectionId: wardB }).byCategory).toEqual([
      { category: 'health', people: 1 },
    ]);

    const purpose = declare(house);
    const { exitId } = unwrap(
      exits.register({
        ...{ actor: TESTER, kind: 'model', objectId: 'mdl_1', recipient: 'Study', files: [] },
        purpose: purpose.purposeId,
        subjectIds: [ben, eva],
      }),
    );
    expect(reach({ exitId })).toEqual([2, 1, 1]);
    expect(reach({ exitId, collectionId: wardA })).toEqual([0, 0, 0]);
    expect(reach({ purposeId: purpose.purposeId })).toEqual([2, 1, 1]);
    expect(reach({ purposeId: purpose.purposeId, from: hoursAgo(-1) })).toEqual([0, 0, 0]);

    const page = breaches.people({ ...SCOPE, exitId }, { cursor: null, limit: 1 });
    expect(page.items.map(({ key, documents }) => [key, documents])).toEqual([['P-2', 1]]);
    const rest = breaches.people({ ...SCOPE, exitId }, { cursor: page.next, limit: 1 });
    expect(rest.items.map(({ key }) => key)).toEqual(['P-3']);
    expect([rest.next, rest.total]).toEqual([null, 2]);
  });
});
