// The one door out: a recipient, an open country, a hash; and who has to be told afterwards.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RegisterExit } from '../../../../main/governance/index.ts';
import { unwrap } from '../../../../shared/kernel/result.ts';
import { createHouse, person, TESTER, type House } from '../house.ts';

let house: House;
beforeEach(async () => {
  house = await createHouse();
});
afterEach(() => house.dispose());

const exit = (changes: Partial<RegisterExit> = {}): RegisterExit => ({
  actor: TESTER,
  kind: 'report',
  objectId: 'rep_1',
  recipient: 'Registry',
  files: [{ name: 'a', sha256: 'a'.repeat(64), bytes: 3 }],
  subjectIds: [],
  ...changes,
});
const codeOf = (changes: Partial<RegisterExit>): string => {
  const left = house.governance.exits.register(exit(changes));
  return left.ok ? 'ok' : left.error.code;
};

describe('the door', () => {
  it('lets nothing out to nobody', () => {
    expect(codeOf({ recipient: '  ' })).toBe('BAD_INPUT');
    expect(house.governance.exits.list({ cursor: null, limit: 10 }).total).toBe(0);
  });

  it('blocks every country by name while nobody has said where the site is', () => {
    expect(codeOf({ country: 'DE' })).toBe('DESTINATION_BLOCKED');
    expect(codeOf({})).toBe('ok');
  });

  it('opens the EEA, the adequate countries and what the register names', () => {
    house.governance.calendar.setCountry('DE');
    expect(codeOf({ country: 'DE' })).toBe('ok');
    expect(codeOf({ country: 'AT' })).toBe('ok');
    expect(codeOf({ country: 'CH' })).toBe('ok');
    expect(codeOf({ country: 'US' })).toBe('DESTINATION_BLOCKED');
    unwrap(
      house.governance.register.transfers.set(TESTER, {
        country: 'US',
        safeguard: 'standardClauses',
        reference: 'Contract 12, binder 3',
      }),
    );
    expect(codeOf({ country: 'US' })).toBe('ok');
    const { items } = house.governance.exits.list({ cursor: null, limit: 10 });
    expect(items.map(({ country, ground }) => [country, ground])).toEqual([
      ['US', 'transfer'],
      ['CH', 'adequacy'],
      ['AT', 'eea'],
      ['DE', 'home'],
    ]);
  });

  it('leaves no row and no leaf of what was blocked', () => {
    house.governance.register.transfers.setHome(TESTER, 'CN');
    const before = house.audit.size();
    expect(codeOf({ country: 'HK' })).toBe('DESTINATION_BLOCKED');
    expect(house.audit.size()).toBe(before);
    expect(house.governance.exits.list({ cursor: null, limit: 10 }).total).toBe(0);
  });

  it('pages from the newest', () => {
    for (const recipient of ['R0', 'R1', 'R2']) expect(codeOf({ recipient })).toBe('ok');
    const first = house.governance.exits.list({ cursor: null, limit: 2 });
    expect(first.items.map(({ recipient }) => recipient)).toEqual(['R2', 'R1']);
    const second = house.governance.exits.list({ cursor: first.next, limit: 2 });
    expect([second.items.length, second.next, second.total]).toEqual([1, null, 3]);
  });
});

describe('notices under Art. 19', () => {
  it('go to everybody who got the data, and not to the person', () => {
    const { exits, exitNotices } = house.governance;
    const ana = person(house, 'NHC-1');
    const ben = person(house, 'NHC-2');
    unwrap(exits.register(exit({ subjectIds: [ana], recipient: 'Ana', toSubject: true })));
    unwrap(exits.register(exit({ subjectIds: [ana, ben], recipient: 'Registry' })));
    unwrap(exits.register(exit({ subjectIds: [ben], recipient: 'Study' })));
    expect(exits.recipientsOf(ana).map(({ recipient }) => recipient)).toEqual(['Registry']);
    expect(exits.ofSubject(ana)).toHaveLength(2);

    const about = { requestId: null, subjectId: ana, act: 'erasure' as const };
    expect(exitNotices.queue(TESTER, about)).toEqual({ queued: 1 });
    expect(exitNotices.queue(TESTER, about)).toEqual({ queued: 0 });
    unwrap(exits.register(exit({ subjectIds: [ana], recipient: 'Late' })));
    expect(exitNotices.queue(TESTER, about)).toEqual({ queued: 1 });
    expect(exitNotices.open()).toBe(2);
  });

  it('outlive the person and hold nothing of them', () => {
    const { exits, exitNotices } = house.governance;
    const ana = person(house, 'NHC-1');
    unwrap(exits.register(exit({ subjectIds: [ana] })));
    exitNotices.queue(TESTER, { requestId: null, subjectId: ana, act: 'erasure' });
    house.store.db.run('DELETE FROM subject WHERE id = ?', [ana]);
    const [notice] = exitNotices.list({ cursor: null, limit: 10 }).items;
    expect(notice).toMatchObject({ recipient: 'Registry', act: 'erasure', sent: null });
    expect(JSON.stringify(notice)).not.toContain(ana);
    expect(JSON.stringify(house.store.db.all('SELECT * FROM exit_notice'))).not.toContain(ana);
  });

  it('are sent once, with a reason where nobody could be told', () => {
    const { exits, exitNotices } = house.governance;
    const ana = person(house, 'NHC-1');
    unwrap(exits.register(exit({ subjectIds: [ana] })));
    exitNotices.queue(TESTER, { requestId: null, subjectId: ana, act: 'restriction' });
    const { noticeId = '' } = exitNotices.list({ cursor: null, limit: 1 }).items[0] ?? {};
    const send = (how: 'post' | 'notPossible', reference: string): string => {
      const sent = exitNotices.sent(TESTER, { noticeId, how, reference });
      return sent.ok ? 'ok' : sent.error.code;
    };
    expect(send('notPossible', '')).toBe('BAD_INPUT');
    expect(send('post', 'Registered letter 7')).toBe('ok');
    expect(send('post', '')).toBe('CONFLICT');
    expect(exitNotices.open()).toBe(0);
    expect(exitNotices.get(noticeId)?.sent).toMatchObject({ how: 'post', by: TESTER.userId });
  });
});
