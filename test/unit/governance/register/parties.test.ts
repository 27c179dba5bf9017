import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unwrap } from '../../../../shared/kernel/result.ts';
import { createHouse, TESTER, type House } from '../house.ts';

let house: House;
beforeEach(async () => {
  house = await createHouse();
});
afterEach(() => house.dispose());

const HOSPITAL = {
  role: 'controller',
  name: 'Klinikum am See',
  address: 'Seestraße 1, 88045 Friedrichshafen',
  contact: 'datenschutz@klinikum.example',
  country: 'DE',
} as const;

describe('parties', () => {
  it('keeps every version, and says which one holds', () => {
    const { parties } = house.governance.register;
    const first = unwrap(parties.set(TESTER, undefined, HOSPITAL));
    const moved = unwrap(
      parties.set(TESTER, first.partyId, { ...HOSPITAL, address: 'Hafenplatz 3' }),
    );
    expect([first.version, moved.version]).toEqual([1, 2]);
    expect(parties.active()).toEqual([moved]);
    expect(parties.history()).toEqual([moved, first]);
    expect(house.audit.leaf(moved.auditSeq)).toMatchObject({
      action: 'party.set',
      body: { object: { type: 'party', id: first.partyId }, counts: { version: 2 } },
    });
  });

  it('ends a party and takes it back by a new version', () => {
    const { parties } = house.governance.register;
    const { partyId } = unwrap(parties.set(TESTER, undefined, HOSPITAL));
    expect(unwrap(parties.end(TESTER, partyId))).toMatchObject({ state: 'ended', version: 2 });
    expect(parties.active()).toEqual([]);
    expect(parties.end(TESTER, partyId)).toMatchObject({ error: { code: 'CONFLICT' } });
    expect(unwrap(parties.set(TESTER, partyId, HOSPITAL))).toMatchObject({ version: 3 });
    expect(parties.active('controller')).toHaveLength(1);
    expect(parties.active('dpo')).toHaveLength(0);
  });

  it('writes no version where nothing differs, and none for a stranger', () => {
    const { parties } = house.governance.register;
    const { partyId } = unwrap(parties.set(TESTER, undefined, HOSPITAL));
    const size = house.audit.size();
    expect(parties.set(TESTER, partyId, HOSPITAL)).toMatchObject({ error: { code: 'CONFLICT' } });
    expect(parties.set(TESTER, 'pty_00000000000000000000000000', HOSPITAL)).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
    expect(house.audit.size()).toBe(size);
  });
});

describe('transfers', () => {
  const open = (country: string, safeguard: 'standardClauses' | 'adequacy' | 'piplAssessment') =>
    house.governance.register.transfers.set(TESTER, { country, safeguard, reference: 'Binder 7' });

  it('closes every country while the site has not said where it is', () => {
    const { transfers } = house.governance.register;
    expect(['DE', 'FR', 'CH', 'US'].map((country) => transfers.allowed(country))).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it('knows from a Union country what needs nothing, a decision, or a document', () => {
    house.governance.calendar.setCountry('DE');
    const { transfers } = house.governance.register;
    expect(
      ['DE', 'NO', 'CH', 'US', 'IN'].map((country) => transfers.allowed(country)?.ground),
    ).toEqual(['home', 'eea', 'adequacy', undefined, undefined]);
    unwrap(open('IN', 'standardClauses'));
    expect(transfers.allowed('IN')).toMatchObject({
      ground: 'standardClauses',
      reference: 'Binder 7',
    });
  });

  it('takes an entry back by a version, and closes the country with it', () => {
    house.governance.calendar.setCountry('DE');
    const { transfers } = house.governance.register;
    unwrap(open('IN', 'standardClauses'));
    unwrap(transfers.set(TESTER, { country: 'IN', safeguard: null, reference: '' }));
    expect(transfers.allowed('IN')).toBeNull();
    expect(transfers.list()).toEqual([]);
    expect(transfers.history().map(({ version }) => version)).toEqual([2, 1]);
  });

  it('refuses a safeguard that does not exist between the two, and one without a document', () => {
    house.governance.calendar.setCountry('DE');
    const { transfers } = house.governance.register;
    expect(open('IN', 'adequacy')).toMatchObject({ error: { code: 'BAD_INPUT' } });
    expect(open('IN', 'piplAssessment')).toMatchObject({ error: { code: 'BAD_INPUT' } });
    expect(open('US', 'adequacy').ok).toBe(true);
    expect(
      transfers.set(TESTER, { country: 'IN', safeguard: 'standardClauses', reference: '' }),
    ).toMatchObject({ error: { code: 'BAD_INPUT', params: { field: 'reference' } } });
  });

  it('no longer counts an entry that the law of a new home country does not know', () => {
    house.governance.calendar.setCountry('DE');
    const { transfers } = house.governance.register;
    unwrap(open('US', 'adequacy'));
    expect(transfers.allowed('US')?.ground).toBe('adequacy');
    transfers.setHome(TESTER, 'CN');
    expect(transfers.allowed('US')).toBeNull();
    unwrap(open('US', 'piplAssessment'));
    expect(transfers.allowed('US')?.ground).toBe('piplAssessment');
    transfers.setHome(TESTER, null);
    expect(transfers.home()).toBe('DE');
  });
});
