// Keys through the binding that page and terminal use, over a real vault: an access bound to a device, the
// head of the log in the key store, a new key for the log, and a lock that holds whatever one does.
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openParts } from '../../../main/ipc/parts.ts';
import { createMemoryPorts } from '../../../main/ipc/ports.ts';
import { createRestoring } from '../../../main/ipc/restoring.ts';
import { createServer, type Server } from '../../../main/ipc/server.ts';
import { createSettingsBook } from '../../../main/ipc/settings.ts';
import { NO_KEY_STORE, createRandom, type KeyStore } from '../../../main/platform/index.ts';
import { createVaultFiles, KDF_FLOOR } from '../../../main/store/index.ts';
import { createPortClient } from '../../../shared/contract/client.ts';
import {
  contract,
  type Client,
  type ClientMessage,
  type ServerMessage,
} from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createFakeClock, type FakeClock } from '../../fakes/clock.ts';
import { createFakeKeyStore, type FakeKeyStore } from '../../fakes/keyStore.ts';

const ANA = 'passphrase of the founder';
const MARTA = 'passphrase of the second';
const HOUR = 3_600_000;

let root: string;
let folder: string;
let clock: FakeClock;
let keyStore: FakeKeyStore;
/** Whatever was drawn at random since the start: the first 32 bytes are the key of a new vault. */
let drawn: Buffer[];
let server: Server;
let client: Client;

/** A program that starts: with the key store of the shell, or without one as from a terminal. */
function start(store: KeyStore = keyStore, kind: 'page' | 'terminal' = 'page'): void {
  const real = createRandom(clock);
  drawn = [];
  const random = {
    ...real,
    bytes(count: number): Buffer {
      const bytes = real.bytes(count);
      drawn.push(bytes);
      return bytes;
    },
  };
  const files = createVaultFiles({
    ...{ clock, random, kdfCost: KDF_FLOOR, keyStore: store },
  });
  const launchCompute = (): never => {
    throw new Error('Nothing is computed here');
  };
  const shared = { clock, random, files, launchCompute, appVersion: '0.0.0' };
  server = createServer({
    ...{ product: { name: 'Cloister', version: '0.0.0' }, folder, vaults: files, clock, random },
    settings: createSettingsBook('en-US'),
    openParts: openParts({ ...shared, keyStore: store }),
    restoring: createRestoring({ ...shared, folder, media: () => [] }),
    checkOutput: true,
    idleCheckMs: 5,
  });
  const [core, outside] = createMemoryPorts<ClientMessage, ServerMessage>();
  server.attach(core, kind);
  client = createPortClient(outside);
}
const call: Client['call'] = (name, input, options) => client.call(name, input, options);
const stop = async (): Promise<void> => void (await server.lock());
const unlock = async (passphrase = ANA) => unwrap(await call('vault.unlock', { passphrase }));
const actions = async (): Promise<string[]> =>
  unwrap(await call('audit.list', { limit: 50 })).items.map(({ action }) => action);
/** Some acts, so that the log grows. */
const work = async (): Promise<void> => {
  unwrap(await call('audit.verify', {}));
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cloister-keys-'));
  folder = join(root, 'vault');
  clock = createFakeClock();
  keyStore = createFakeKeyStore();
  start();
});
afterEach(async () => {
  await stop();
  rmSync(root, { recursive: true, force: true });
});

const create = async () =>
  unwrap(await call('vault.create', { name: 'Ward', userName: 'Ana', passphrase: ANA }));

describe('an access bound to a device', () => {
  it('opens here as before, and elsewhere by the passphrase, which everybody hears of', async () => {
    await create();
    expect(unwrap(await call('device.status', {}))).toMatchObject({
      keyStore: 'usable',
      backend: 'gnome_libsecret',
      binding: null,
    });
    const bound = unwrap(await call('device.bind', { passphrase: ANA }));
    expect(bound.binding).toMatchObject({ here: true, withoutDevice: 'passphrase' });
    await stop();
    expect(await unlock()).toMatchObject({ withoutDevice: false });
    expect(await actions()).not.toContain('device.bypass');
    await stop();

    start(NO_KEY_STORE); // Another machine, or the terminal.
    expect(await unlock()).toMatchObject({ withoutDevice: true, readOnly: false });
    expect((await actions()).slice(0, 2)).toEqual(['device.bypass', 'vault.unlock']);
    const there = unwrap(await call('device.status', {}));
    expect(there).toMatchObject({ keyStore: 'none', binding: { here: false } });
    expect(await call('device.bind', { passphrase: ANA })).toMatchObject({
      error: { code: 'KEY_STORE_UNAVAILABLE' },
    });
    // Letting go needs no device.
    expect(unwrap(await call('device.unbind', { passphrase: ANA })).binding).toBeNull();
    await stop();
    expect(await unlock()).toMatchObject({ withoutDevice: false });
  });

  it('takes no passphrase but the person’s own, and makes a guesser wait', async () => {
    await create();
    const codes: string[] = [];
    for (let guess = 0; guess < 5; guess += 1) {
      const result = await call('device.bind', { passphrase: `guess ${guess}` });
      codes.push(result.ok ? 'ok' : result.error.code);
    }
    expect(codes).toContain('THROTTLED');
    expect(codes).not.toContain('ok');
    expect(unwrap(await call('device.status', {})).binding).toBeNull();
  });

  it('may need the printed code elsewhere, once somebody has shown to hold it', async () => {
    await create();
    const strict = { passphrase: ANA, withoutDevice: 'code' as const };
    expect(await call('device.bind', strict)).toMatchObject({ error: { code: 'CONFLICT' } });
    const { code } = unwrap(await call('recovery.make', { passphrase: ANA }));
    expect(await call('device.bind', strict)).toMatchObject({ error: { code: 'CONFLICT' } });
    unwrap(await call('recovery.confirm', { code }));
    unwrap(await call('device.bind', strict));
    await stop();

    keyStore.forget();
    expect(await call('vault.unlock', { passphrase: ANA })).toMatchObject({
      error: { code: 'KEY_STORE_UNAVAILABLE' },
    });
    const opened = await unlock(code);
    expect(opened.byRecoveryCode).toBe(true);
    expect(await call('device.bind', strict)).toMatchObject({ error: { code: 'CONFLICT' } });
    const userId = opened.users[0]!.userId;
    unwrap(await call('user.resetPassphrase', { userId, passphrase: 'found again' }));
    await stop();
    expect(await unlock('found again')).toMatchObject({ byRecoveryCode: false });
  });

  it('writes no secret of the device into the vault', async () => {
    await create();
    unwrap(await call('device.bind', { passphrase: ANA }));
    const name = [...keyStore.entries.keys()].find((each) => each.startsWith('device.'))!;
    const secret = keyStore.entries.get(name)!;
    await stop();
    for (const file of readdirSync(folder)) {
      if (!file.includes('.')) continue;
      const bytes = readFileSync(join(folder, file));
      expect(bytes.includes(secret)).toBe(false);
      expect(bytes.includes(Buffer.from(secret, 'base64'))).toBe(false);
    }
  });
});

describe('the head in the key store', () => {
  const copy = (name: string): string => join(root, name);
  const keep = (name: string): void => cpSync(folder, copy(name), { recursive: true });
  const putBack = (name: string): void => {
    rmSync(folder, { recursive: true });
    cpSync(copy(name), folder, { recursive: true });
  };

  it('finds a folder that was put back whole, anchor file and all', async () => {
    await create();
    await work();
    await stop();
    keep('before');
    await unlock();
    await work();
    await stop();
    putBack('before');

    start(NO_KEY_STORE);
    expect(await unlock()).toMatchObject({ integrity: 'intact' }); // Nothing beside it knows better.
    await stop();
    putBack('before');
    start();
    expect(await unlock()).toMatchObject({ integrity: 'rolledBack', readOnly: true });
    expect(await call('device.bind', { passphrase: ANA })).toMatchObject({
      error: { code: 'READ_ONLY' },
    });
    expect(unwrap(await call('audit.verify', {})).intact).toBe(false);
    // Looking does not take the evidence away.
    await stop();
    expect(await unlock()).toMatchObject({ integrity: 'rolledBack', readOnly: true });
    const reason = 'The disk died; this is the copy of yesterday.';
    unwrap(await call('audit.acceptHead', { reason, passphrase: ANA, second: null }));
    await stop();
    expect(await unlock()).toMatchObject({ integrity: 'intact', readOnly: false });
  });

  it('finds it also after the log got a new key, and after a rotation was undone', async () => {
    await create();
    await stop();
    keep('before');
    await unlock();
    const { keyId } = unwrap(await call('audit.key', {}));
    unwrap(await call('audit.rotateKey', { keyId }));
    await stop();
    expect(await unlock()).toMatchObject({ integrity: 'intact' });
    await stop();
    putBack('before');
    expect(await unlock()).toMatchObject({ integrity: 'rolledBack', readOnly: true });
  });

  it('raises no alarm in clean work, without a key store, or where it comes and goes', async () => {
    await create();
    const stores = [keyStore, NO_KEY_STORE, keyStore, keyStore, NO_KEY_STORE] as const;
    for (let round = 0; round < 20; round += 1) {
      await stop();
      keyStore.closed = round % 7 === 3;
      if (round === 11) keyStore.forget();
      start(stores[round % stores.length]);
      expect((await unlock()).integrity).toMatch(/^(intact|unknown)$/);
      if (round % 2 === 0) await work();
    }
  });

  it('raises no alarm after a restore, and one where the restored copy is put back', async () => {
    start(keyStore, 'terminal');
    await create();
    const to = join(root, 'backups');
    const place = (path: string) => ({ kind: 'path' as const, path });
    unwrap(await call('backup.create', { destination: place(to) }));
    await work();
    await stop();
    const restored = join(root, 'restored');
    unwrap(
      await call('backup.restore', {
        source: place(join(to, readdirSync(to)[0]!)),
        destination: place(restored),
        passphrase: ANA,
        erasures: place(folder),
      }),
    );
    rmSync(folder, { recursive: true });
    cpSync(restored, folder, { recursive: true });
    expect(await unlock()).toMatchObject({ integrity: 'intact', readOnly: false });
    await work();
    await stop();
    rmSync(folder, { recursive: true });
    cpSync(restored, folder, { recursive: true });
    expect(await unlock()).toMatchObject({ integrity: 'rolledBack', readOnly: true });
  });

  it('overwrites nothing while it cannot be read', async () => {
    await create();
    await stop();
    keep('before');
    await unlock();
    await work();
    await stop();
    const kept = [...keyStore.entries];
    putBack('before');
    keyStore.closed = true;
    await unlock();
    keyStore.closed = false; // The keyring was opened meanwhile.
    await stop();
    expect([...keyStore.entries]).toEqual(kept);
    expect(await unlock()).toMatchObject({ integrity: 'rolledBack' });
  });
});

describe('a new key for the log', () => {
  it('takes two people, who sign which key goes', async () => {
    unwrap(
      await call('vault.create', {
        ...{ name: 'Ward', userName: 'Ana', passphrase: ANA, working: 'together' },
      }),
    );
    unwrap(await call('user.add', { name: 'Marta', roles: ['steward'], passphrase: MARTA }));
    const { keyId, verifierKey } = unwrap(await call('audit.key', {}));
    expect(verifierKey).toContain(`+${keyId}+`);
    expect(await call('audit.rotateKey', { keyId })).toMatchObject({
      error: { code: 'ORDER_NEEDED' },
    });
    const order = unwrap(
      await call('order.request', {
        ...{ procedure: 'audit.rotateKey', input: { keyId }, reason: 'Yearly.', passphrase: ANA },
      }),
    );
    expect(order.facts).toEqual({ keyId });
    const userId = order.approvers[0]!.userId;
    unwrap(await call('order.approve', { orderId: order.orderId, userId, passphrase: MARTA }));
    // The order is for this key and no other.
    expect(await call('audit.rotateKey', { keyId: '00000000' })).toMatchObject({
      error: { code: 'ORDER_NEEDED' },
    });
    const rotated = unwrap(await call('audit.rotateKey', { keyId }));
    expect(rotated).toMatchObject({ formerKey: verifierKey });
    expect(rotated.page).toContain(rotated.verifierKey.split('+')[1]!);
    expect(await call('audit.rotateKey', { keyId })).toMatchObject({
      error: { code: 'ORDER_NEEDED' },
    });
    const now = unwrap(await call('audit.key', {}));
    expect(now.verifierKey).toBe(rotated.verifierKey);
    expect(now.successions).toMatchObject([{ from: verifierKey, to: rotated.verifierKey }]);
    expect((await actions()).slice(0, 2)).toEqual(['order.carryOut', 'audit.succession']);
    expect(unwrap(await call('audit.verify', {}))).toMatchObject({
      intact: true,
      signedBy: rotated.verifierKey,
    });
    expect(unwrap(await call('audit.anchor', {})).verifierKey).toBe(rotated.verifierKey);
  });

  it('alone in a vault is done alone, and the log says so', async () => {
    await create();
    const { keyId } = unwrap(await call('audit.key', {}));
    unwrap(await call('audit.rotateKey', { keyId }));
    expect((await actions()).slice(0, 2)).toEqual(['order.alone', 'audit.succession']);
    expect(await call('audit.rotateKey', { keyId })).toMatchObject({ error: { code: 'CONFLICT' } });
  });

  it('still opens, checks and restores backups of the days of the old key', async () => {
    start(keyStore, 'terminal');
    await create();
    const to = join(root, 'backups');
    const place = (path: string) => ({ kind: 'path' as const, path });
    unwrap(await call('backup.create', { destination: place(to) }));
    const source = place(join(to, readdirSync(to)[0]!));
    const { keyId } = unwrap(await call('audit.key', {}));
    unwrap(await call('audit.rotateKey', { keyId }));
    unwrap(await call('backup.create', { destination: place(join(root, 'later')) }));
    await stop();
    // The newest list of erasures is signed by a key that the backup has never heard of.
    expect(unwrap(await call('backup.verify', { source, passphrase: ANA })).whole).toBe(true);
    const restored = unwrap(
      await call('backup.restore', {
        ...{ source, destination: place(join(root, 'restored')), passphrase: ANA },
      }),
    );
    expect(restored.erasuresKnown).toBe(true);
  });
});

describe('what nobody does alone', () => {
  it.each([
    ['request.erase', 'an erasure'],
    ['model.export', 'a bulk export'],
    ['hold.release', 'the release of a hold'],
    ['vault.rekey', 'a new key for the vault'],
    ['audit.rotateKey', 'a new key for the log'],
    ['user.setRoles', 'a change of roles'],
    ['user.add', 'a new person'],
    ['user.remove', 'a person who goes'],
  ] as const)('%s: %s', (name, _words) => {
    const { dual, errors } = contract[name];
    expect(dual?.approvers).toEqual(['steward', 'administrator']);
    expect(errors).toContain('ORDER_NEEDED');
  });

  it('holds a bulk export back until the same order has two signatures', async () => {
    await create();
    unwrap(await call('user.add', { name: 'Marta', roles: ['steward'], passphrase: MARTA }));
    const modelId = 'mdl_00000000000000000000000001';
    const order = { modelId, recipient: ' Dr Hall ' };
    expect(await call('model.export', order)).toMatchObject({ error: { code: 'ORDER_NEEDED' } });
    const asked = unwrap(
      await call('order.request', {
        ...{ procedure: 'model.export', input: order, reason: 'Joint study.', passphrase: ANA },
      }),
    );
    expect(asked.facts).toEqual({
      ...{ modelId, recipient: 'Dr Hall', partyId: null, country: null, form: 'files' },
    });
    const userId = asked.approvers[0]!.userId;
    unwrap(await call('order.approve', { orderId: asked.orderId, userId, passphrase: MARTA }));
    // Another recipient, country or form is another order.
    for (const other of [{ recipient: 'Dr Hell' }, { country: 'US' }, { form: 'zip' as const }]) {
      expect(await call('model.export', { ...order, ...other })).toMatchObject({
        error: { code: 'ORDER_NEEDED' },
      });
    }
    // The order holds; there is no such model.
    expect(await call('model.export', order)).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });
});

describe('somebody who leaves', () => {
  it('takes no key along, and what their passphrase still opens is named', async () => {
    start(keyStore, 'terminal');
    await create();
    unwrap(
      await call('user.add', { name: 'Lin', roles: ['clinician'], passphrase: 'first of Lin' }),
    );
    const to = { kind: 'path' as const, path: join(root, 'backups') };
    const old = unwrap(await call('backup.create', { destination: to }));
    const { items } = unwrap(await call('user.list', {}));
    const lin = items.find(({ name }) => name === 'Lin')!.userId;
    await stop();
    const before = readFileSync(join(folder, 'vault.db'));
    await unlock();
    const removed = unwrap(await call('user.remove', { userId: lin }));
    expect(removed.readableBackups).toMatchObject([{ backupId: old.backupId, folder: old.folder }]);
    unwrap(await call('backup.create', { destination: to }));
    await stop();

    expect(await call('vault.unlock', { passphrase: 'first of Lin' })).toMatchObject({
      error: { code: 'WRONG_PASSPHRASE' },
    });
    // Another key: not one page of the file is what it was.
    const after = readFileSync(join(folder, 'vault.db'));
    for (let at = 4_096; at + 4_096 <= Math.min(before.length, after.length); at += 4_096) {
      expect(before.subarray(at, at + 4_096).equals(after.subarray(at, at + 4_096))).toBe(false);
    }
    const [first, second] = readdirSync(to.path).sort();
    const opens = async (name: string) =>
      (
        await call('backup.verify', {
          source: { kind: 'path', path: join(to.path, name) },
          passphrase: 'first of Lin',
        })
      ).ok;
    expect([await opens(first!), await opens(second!)]).toEqual([true, false]);
  });
});

describe('a new passphrase', () => {
  it('wraps one slot anew and leaves every byte of the database as it is', async () => {
    await create();
    await stop();
    await unlock();
    const { store } = server.session()!.vault;
    store.checkpoint();
    const file = join(folder, 'vault.db');
    const before = readFileSync(file);
    const slots = readFileSync(join(folder, 'slots.json'), 'utf8');
    const started = performance.now();
    unwrap(
      await server
        .session()!
        .vault.keys.changePassphrase(
          server.session()!.actor.userId,
          ...([ANA, 'a new one'] as const),
        ),
    );
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readFileSync(join(folder, 'slots.json'), 'utf8')).not.toBe(slots);
    await stop();
    await unlock('a new one');
  });
});

describe('the hours of a session', () => {
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));
  const state = async () => unwrap(await call('vault.status', {})).state;

  it('end after twelve, however busy somebody is', async () => {
    const { openedAt } = await create();
    expect(openedAt).toBe(clock.now());
    for (let hour = 0; hour < 23; hour += 1) {
      clock.advance(HOUR / 2);
      unwrap(await call('user.list', {}));
    }
    await settle();
    expect(await state()).toBe('unlocked');
    clock.advance(HOUR / 2);
    await settle();
    expect(await state()).toBe('locked');
    expect(await call('user.list', {})).toMatchObject({ error: { code: 'LOCKED' } });
  });

  it('are fewer where somebody wants so, and never more', async () => {
    await create();
    unwrap(await call('settings.set', { lockAfterHours: 2 }));
    for (const lockAfterHours of [0, 13, 24]) {
      expect(await call('settings.set', { lockAfterHours })).toMatchObject({
        error: { code: 'BAD_INPUT' },
      });
    }
    expect(await call('settings.set', { lockAfterMinutes: 16 })).toMatchObject({
      error: { code: 'BAD_INPUT' },
    });
    clock.advance(2 * HOUR);
    await settle();
    expect(await state()).toBe('locked');
  });

  it('are not stretched by setting the clock back', async () => {
    await create();
    clock.advance(11 * HOUR);
    clock.set('2026-11-23T00:00:00.000Z');
    clock.advance(HOUR);
    await settle();
    expect(await state()).toBe('locked');
  });

  it('begin again with the passphrase', async () => {
    await create();
    clock.advance(11 * HOUR);
    await unlock();
    clock.advance(11 * HOUR);
    unwrap(await call('user.list', {}));
    await settle();
    expect(await state()).toBe('unlocked');
  });

  it('closing them closes the database, zeroes the key and keeps what was done', async () => {
    await create();
    const { vault } = server.session()!;
    const { db } = vault.store;
    await work();
    const key = drawn.find(({ length }) => length === 32)!;
    expect(key.every((byte) => byte === 0)).toBe(false);
    const locked: string[] = [];
    client.on('vault.changed', (change) => void locked.push(change.state));
    clock.advance(12 * HOUR);
    await settle();
    expect(locked).toEqual(['locked']);
    expect(server.session()).toBeUndefined();
    expect(() => db.get('SELECT 1')).toThrow();
    expect(key.every((byte) => byte === 0)).toBe(true);
    expect(readdirSync(folder)).not.toContain('vault.db-wal');
    expect((await unlock()).integrity).toBe('intact');
    expect(await actions()).toContain('audit.verify');
  });
});
