import { beforeAll, describe, expect, it } from 'vitest';
import { KDF_FLOOR } from '../../../main/store/kdf.ts';
import {
  createSlot,
  openSlot,
  rewrapSlot,
  withKeys,
  type Slot,
} from '../../../main/store/slots.ts';
import type { UserId } from '../../../shared/kernel/id.ts';
import { createFakeClock } from '../../fakes/clock.ts';
import { createFakeRandom } from '../../fakes/random.ts';

const VAULT = 'vlt_1';
const random = createFakeRandom(createFakeClock());
const key = { generation: 1, bytes: Buffer.alloc(32, 0xaa) };
const next = { generation: 2, bytes: Buffer.alloc(32, 0xbb) };
const user = { id: 'usr_1' as UserId, name: 'Ana', roles: ['clinician'] as const };

let slot: Slot;
beforeAll(async () => {
  slot = await createSlot(
    {
      vaultId: VAULT,
      user,
      passphrase: 'open sesame',
      cost: KDF_FLOOR,
      createdAt: '2026-11-23T09:00:00.000Z',
      keys: [key],
    },
    random,
  );
});

describe('slot', () => {
  it('gives the database key for the passphrase and nothing for another', async () => {
    expect(await openSlot(VAULT, slot, 'open sesame')).toEqual([key]);
    expect(await openSlot(VAULT, slot, 'open sesam')).toBeUndefined();
  });

  it('holds no key in clear', () => {
    const text = JSON.stringify(slot);
    expect(text).not.toContain(key.bytes.toString('base64'));
    expect(text).not.toContain(key.bytes.toString('hex'));
  });

  it('takes new keys without a passphrase, two at a time', async () => {
    const both = withKeys(VAULT, slot, [key, next], random);
    expect(await openSlot(VAULT, both, 'open sesame')).toEqual([key, next]);
    const after = withKeys(VAULT, both, [next], random);
    expect(await openSlot(VAULT, after, 'open sesame')).toEqual([next]);
  });

  it('changes its passphrase and keeps its key', async () => {
    const changed = await rewrapSlot(VAULT, slot, 'open sesame', 'new words', KDF_FLOOR, random);
    if (!changed) throw new Error('the right passphrase was refused');
    expect(await openSlot(VAULT, changed, 'new words')).toEqual([key]);
    expect(await openSlot(VAULT, changed, 'open sesame')).toBeUndefined();
    expect(await rewrapSlot(VAULT, slot, 'wrong', 'x', KDF_FLOOR, random)).toBeUndefined();
  });
});

describe('a slot is bound to its place', () => {
  const without = async (changed: Slot, vaultId = VAULT) =>
    openSlot(vaultId, changed, 'open sesame');

  it('and does not open for another vault, user or cost', async () => {
    expect(await without(slot, 'vlt_2')).toBeUndefined();
    expect(await without({ ...slot, user: { ...slot.user, id: 'usr_2' } })).toBeUndefined();
    expect(await without({ ...slot, kdf: { ...slot.kdf!, iterations: 3 } })).toBeUndefined();
  });

  it('and gives no key for another role or generation', async () => {
    const roles: Slot['user']['roles'] = ['clinician', 'administrator'];
    expect(await without({ ...slot, user: { ...slot.user, roles } })).toEqual([]);
    const relabeled = slot.keys.map((sealed) => ({ ...sealed, generation: 7 }));
    expect(await without({ ...slot, keys: relabeled })).toEqual([]);
  });

  it('and gives no key when a byte of it is changed', async () => {
    const sealed = Buffer.from(slot.keys[0]?.sealed ?? '', 'base64');
    for (const at of [0, 31, 40, 60, sealed.length - 1]) {
      const bent = Buffer.from(sealed);
      bent[at] = (bent[at] ?? 0) ^ 1;
      const keys = [{ generation: 1, sealed: bent.toString('base64') }];
      expect(await without({ ...slot, keys })).toEqual([]);
    }
    expect(await without({ ...slot, keys: [{ generation: 1, sealed: '' }] })).toEqual([]);
  });
});
