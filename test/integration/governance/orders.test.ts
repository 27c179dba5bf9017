import { generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createOrders,
  createStaff,
  type Actor,
  type Orders,
  type Staff,
} from '../../../main/governance/index.ts';
import type { UserId } from '../../../shared/kernel/id.ts';
import type { Role } from '../../../shared/contract/define.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { TEST_PASSPHRASE } from '../../fakes/openVault.ts';
import { createHouse, type House } from '../../unit/governance/house.ts';

const REQUEST = { requestId: 'req_00000001' };
const SECRET = 'passphrase of the second';
let house: House;
let orders: Orders;
let staff: Staff;
let founder: Actor;

const newcomer = async (name: string, roles: readonly Role[]): Promise<Actor> => {
  const { userId } = unwrap(await staff.add(founder, { name, roles, passphrase: SECRET }));
  return { userId, name, roles };
};
const ask = (actor: Actor, facts: Record<string, string> = REQUEST, passphrase = TEST_PASSPHRASE) =>
  orders.request(actor, { procedure: 'request.erase', facts, reason: 'A letter.', passphrase });
const actions = (): string[] =>
  house.audit
    .list({ limit: 100 })
    .items.map(({ action }) => action)
    .reverse();

beforeEach(async () => {
  house = await createHouse();
  const { keys, user } = house.test.vault;
  founder = { userId: user.id, name: user.name, roles: user.roles };
  orders = createOrders(house, { keys });
  staff = createStaff(house, { keys });
});
afterEach(() => house.dispose());

describe('an act of two persons', () => {
  it('is done alone where nobody else could sign, and the log says so', async () => {
    await newcomer('Clinician', ['clinician']);
    expect(unwrap(orders.clear(founder, 'request.erase', REQUEST))).toBeNull();
    expect(await ask(founder)).toMatchObject({ error: { code: 'CONFLICT' } });
    orders.settle(founder, 'request.erase', null);
    expect(actions()).toEqual(['staff.add', 'order.alone']);
  });

  it('needs the other signature as soon as somebody could give it, for exactly this act, once', async () => {
    const steward = await newcomer('Steward', ['steward']);
    expect(orders.clear(founder, 'request.erase', REQUEST)).toMatchObject({
      error: { code: 'ORDER_NEEDED' },
    });
    const { orderId } = unwrap(await ask(founder));
    expect(orders.clear(founder, 'request.erase', REQUEST).ok).toBe(false);
    unwrap(await orders.approve(orderId, { userId: steward.userId, passphrase: SECRET }));

    expect(orders.clear(founder, 'request.erase', { requestId: 'req_00000002' }).ok).toBe(false);
    expect(orders.clear(founder, 'user.remove', { userId: steward.userId }).ok).toBe(false);
    expect(orders.clear(steward, 'request.erase', REQUEST).ok).toBe(false);
    expect(unwrap(orders.clear(founder, 'request.erase', REQUEST))).toBe(orderId);
    orders.settle(founder, 'request.erase', orderId);
    expect(orders.clear(founder, 'request.erase', REQUEST).ok).toBe(false);
    expect(orders.list()[0]).toMatchObject({ state: 'carriedOut', decidedBy: steward.userId });
    expect(actions()).toEqual(['staff.add', 'order.request', 'order.approve', 'order.carryOut']);
  });

  it('is not approved by the one who asked, by somebody without the role, or by a wrong passphrase', async () => {
    const steward = await newcomer('Steward', ['steward']);
    const clinician = await newcomer('Clinician', ['clinician']);
    const { orderId } = unwrap(await ask(founder));
    const by = (userId: string, passphrase: string) =>
      orders.approve(orderId, { userId, passphrase });
    expect(await by(founder.userId, TEST_PASSPHRASE)).toMatchObject({
      error: { code: 'FORBIDDEN' },
    });
    expect(await by(clinician.userId, SECRET)).toMatchObject({ error: { code: 'FORBIDDEN' } });
    expect(await by(steward.userId, TEST_PASSPHRASE)).toMatchObject({
      error: { code: 'WRONG_PASSPHRASE' },
    });
    expect(await ask(founder, REQUEST, SECRET)).toMatchObject({
      error: { code: 'WRONG_PASSPHRASE' },
    });
    expect(orders.clear(founder, 'request.erase', REQUEST).ok).toBe(false);
  });

  it('is void after a day, after a refusal, and after the requester took it back', async () => {
    const steward = await newcomer('Steward', ['steward']);
    const approve = (orderId: string) =>
      orders.approve(orderId, { userId: steward.userId, passphrase: SECRET });
    const late = unwrap(await ask(founder)).orderId;
    unwrap(await approve(late));
    house.clock.advance(86_400_000);
    expect(orders.clear(founder, 'request.erase', REQUEST).ok).toBe(false);
    expect(orders.list()[0]?.state).toBe('expired');

    const refused = unwrap(await ask(founder)).orderId;
    unwrap(orders.refuse(steward, refused, 'The wrong person.'));
    expect(await approve(refused)).toMatchObject({ error: { code: 'ORDER_CLOSED' } });
    const withdrawn = unwrap(await ask(founder)).orderId;
    expect(unwrap(orders.refuse(founder, withdrawn, 'A mistake.')).state).toBe('withdrawn');
    const clinician = await newcomer('Clinician', ['clinician']);
    const open = unwrap(await ask(founder)).orderId;
    expect(orders.refuse(clinician, open, '')).toMatchObject({ error: { code: 'FORBIDDEN' } });
  });

  it('is not opened by rows that somebody wrote into the database', async () => {
    const steward = await newcomer('Steward', ['steward']);
    const { orderId } = unwrap(await ask(founder));
    const { db } = house.store;
    const approval = (signature: Uint8Array, key: Uint8Array): void =>
      void db.run(
        "INSERT INTO dual_order_event (order_id, type, at, actor, signature, signing_key) VALUES (?, 'approved', ?, ?, ?, ?)",
        [orderId, house.clock.now(), steward.userId, signature, key],
      );
    const own = db.get<{ signature: Buffer; signing_key: Buffer }>('SELECT * FROM dual_order');
    approval(own!.signature, own!.signing_key);
    expect(orders.clear(founder, 'request.erase', REQUEST)).toMatchObject({
      error: { code: 'AUDIT_BROKEN' },
    });
    db.run('DELETE FROM dual_order_event');

    // A true signature under another order does not fit this one.
    const other = unwrap(await ask(founder, { requestId: 'req_00000009' })).orderId;
    unwrap(await orders.approve(other, { userId: steward.userId, passphrase: SECRET }));
    db.run('UPDATE dual_order_event SET order_id = ?', [orderId]);
    expect(orders.clear(founder, 'request.erase', REQUEST).ok).toBe(false);
    db.run('UPDATE dual_order_event SET order_id = ?', [other]);
    db.run(
      'UPDATE dual_order SET statement = replace(statement, ?, ?), facts_sha256 = (SELECT facts_sha256 FROM dual_order WHERE id = ?) WHERE id = ?',
      ['req_00000009', 'req_00000001', orderId, other],
    );
    expect(orders.clear(founder, 'request.erase', REQUEST).ok).toBe(false);
  });

  it('is not opened by a true signature of a key that is not in the second person’s slot', async () => {
    const steward = await newcomer('Steward', ['steward']);
    const { orderId } = unwrap(await ask(founder));
    unwrap(await orders.approve(orderId, { userId: steward.userId, passphrase: SECRET }));
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const { statement } = house.store.db.get<{ statement: string }>('SELECT * FROM dual_order')!;
    house.store.db.run('UPDATE dual_order_event SET signature = ?, signing_key = ?', [
      sign(null, Buffer.from(statement), privateKey),
      publicKey.export({ format: 'der', type: 'spki' }).subarray(12),
    ]);
    expect(orders.clear(founder, 'request.erase', REQUEST)).toMatchObject({
      error: { code: 'AUDIT_BROKEN' },
    });
  });

  it('is not opened by a passphrase that one of the two gave the other', async () => {
    const steward = await newcomer('Steward', ['steward']);
    const { orderId } = unwrap(await ask(founder));
    const { keys } = house.test.vault;
    // The founder as administrator resets the steward's passphrase behind their back.
    unwrap(await keys.sign(steward.userId as UserId, SECRET, Buffer.from('before')));
    unwrap(await keys.reset(steward.userId as UserId, 'known to the founder'));
    const forged = await orders.approve(orderId, {
      userId: steward.userId,
      passphrase: 'known to the founder',
    });
    // It signs, which is why resetting a passphrase is itself an act of two persons.
    expect(forged.ok).toBe(true);
    expect(orders.clear(founder, 'user.resetPassphrase', { userId: steward.userId })).toMatchObject(
      {
        error: { code: 'ORDER_NEEDED' },
      },
    );
  });
});

describe('the register of people', () => {
  it('keeps the name of somebody who left, takes the slot and changes the key', async () => {
    const { test } = house;
    const leaver = await newcomer('Ada', ['clinician']);
    expect(
      await staff.add(founder, { name: ' ada ', roles: ['auditor'], passphrase: SECRET }),
    ).toMatchObject({
      error: { code: 'CONFLICT' },
    });
    unwrap(staff.remove(founder, leaver.userId));
    expect(staff.nameOf(leaver.userId)).toBe('Ada');
    expect(staff.list().find(({ userId }) => userId === leaver.userId)?.removedAt).not.toBeNull();
    test.vault.close();
    expect(await test.files.unlock(test.folder, { passphrase: SECRET })).toMatchObject({
      error: { code: 'WRONG_PASSPHRASE' },
    });
    const again = await test.reopen();
    expect(again.store.check()).toEqual([]);
  });

  it('never loses its last administrator', async () => {
    const other = await newcomer('Steward', ['steward']);
    expect(staff.setRoles(founder, founder.userId, ['steward'])).toMatchObject({
      error: { code: 'CONFLICT' },
    });
    expect(staff.remove(founder, founder.userId)).toMatchObject({ error: { code: 'CONFLICT' } });
    unwrap(staff.setRoles(founder, other.userId, ['administrator']));
    expect(unwrap(staff.setRoles(founder, founder.userId, ['clinician'])).roles).toEqual([
      'clinician',
    ]);
  });

  it('confirms the printed code by what was written down', async () => {
    expect(staff.recovery()).toBe('none');
    const code = unwrap(await staff.makeRecoveryCode(founder));
    expect(staff.recovery()).toBe('unconfirmed');
    expect((await staff.confirmRecoveryCode(founder, code.replace(/.$/, '~'))).ok).toBe(false);
    expect(staff.recovery()).toBe('unconfirmed');
    unwrap(await staff.confirmRecoveryCode(founder, code.toLowerCase()));
    expect(staff.recovery()).toBe('confirmed');
    unwrap(await staff.makeRecoveryCode(founder));
    expect(staff.recovery()).toBe('unconfirmed');
    expect((await staff.confirmRecoveryCode(founder, code)).ok).toBe(false);
  });
});
