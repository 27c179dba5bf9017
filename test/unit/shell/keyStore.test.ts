import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createElectronHost, type ElectronParent } from '../../../main/ipc/hosts.ts';
import { runShell } from '../../../main/shell/index.ts';
import { createSafeStorageKeyStore } from '../../../main/shell/keyStore.ts';
import { createFakeElectron, type FakeElectron } from '../../fakes/electron.ts';

let folder = '';
let fake: FakeElectron;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloister-keystore-'));
  fake = createFakeElectron({ userData: folder });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const storeOn = (platform: NodeJS.Platform = 'linux') =>
  createSafeStorageKeyStore(fake.electron.safeStorage, {
    folder: join(folder, 'key-store'),
    platform,
  });

describe('the key store of the system', () => {
  it('gives back what it kept, to the next start too', async () => {
    expect(await storeOn().set('device.vlt_1.usr_1', 'secret')).toBe(true);
    expect(await storeOn().get('device.vlt_1.usr_1')).toBe('secret');
    expect(await storeOn().get('device.vlt_1.usr_2')).toBeUndefined();
  });

  it('writes neither the secret nor whose it is, for nobody else to read', async () => {
    await storeOn().set('device.vlt_1.usr_1', 'of this device');
    const [name = ''] = readdirSync(join(folder, 'key-store'));
    const path = join(folder, 'key-store', name);
    expect(name).not.toContain('usr_1');
    expect(readFileSync(path, 'utf8')).not.toContain('of this device');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ backend: 'gnome_libsecret' });
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('uses the asynchronous calls alone', async () => {
    // The deprecated ones are not even there to be called.
    await storeOn().set('a', 'b');
    await storeOn().get('a');
    expect(new Set(fake.safeStorage.calls)).toEqual(
      new Set(['isAsyncEncryptionAvailable', 'encryptStringAsync', 'decryptStringAsync']),
    );
  });

  it.each(['basic_text', 'unknown'])('refuses the backend %s on Linux', async (backend) => {
    await storeOn().set('a', 'kept before');
    fake.safeStorage.backend = backend;
    const store = storeOn();
    expect(await store.state()).toEqual({ usable: false, why: 'weak', backend });
    expect(await store.set('b', 'secret')).toBe(false);
    expect(await store.get('a')).toBeUndefined();
  });

  it.each([
    ['darwin', 'keychain'],
    ['win32', 'dpapi'],
  ] as const)('asks for no backend on %s, where there is one', async (platform, backend) => {
    fake.safeStorage.backend = 'basic_text';
    expect(await storeOn(platform).state()).toEqual({ usable: true, backend });
  });

  it('says that it is closed where the system offers no encryption, or throws', async () => {
    fake.safeStorage.available = false;
    expect(await storeOn().state()).toMatchObject({ usable: false, why: 'closed' });
    fake.safeStorage.fails = true;
    expect(await storeOn().state()).toMatchObject({ usable: false, why: 'closed' });
    expect(await storeOn().set('a', 'b')).toBe(false);
    expect(await storeOn().get('a')).toBeUndefined();
  });

  it('opens a box of another backend where the keyring was migrated, and counts it as gone where not', async () => {
    await storeOn().set('a', 'secret');
    fake.safeStorage.backend = 'kwallet6';
    expect(await storeOn().get('a')).toBe('secret');
    fake.safeStorage.key = 'of a keyring that was reset';
    expect(await storeOn().get('a')).toBeUndefined();
  });

  it('boxes anew what the system wants boxed anew, under the backend of the day', async () => {
    await storeOn().set('a', 'secret');
    fake.safeStorage.backend = 'kwallet6';
    fake.safeStorage.shouldReEncrypt = true;
    expect(await storeOn().get('a')).toBe('secret');
    const [name = ''] = readdirSync(join(folder, 'key-store'));
    expect(readFileSync(join(folder, 'key-store', name), 'utf8')).toContain('kwallet6');
  });

  it('takes a damaged file for nothing', async () => {
    await storeOn().set('a', 'secret');
    const [name = ''] = readdirSync(join(folder, 'key-store'));
    for (const noise of ['', '{', '{"box":7}', 'null', '{"box":"AAAA"}']) {
      writeFileSync(join(folder, 'key-store', name), noise);
      expect(await storeOn().get('a')).toBeUndefined();
    }
  });
});

describe('the way of a secret from the shell to the core', () => {
  /** A core on the other end of the fake utility process. */
  async function start() {
    await runShell(fake.electron, {
      paths: { page: folder, preload: '/p', core: '/app/core.js', compute: '/c' },
      vaultFolder: '/vaults/ward',
      version: '1.2.3',
    });
    const child = fake.processes[0]!;
    type Listener = Parameters<ElectronParent['on']>[1];
    const listeners: Listener[] = [];
    const asked: unknown[] = [];
    const host = createElectronHost({
      on: (_event, listener) => void listeners.push(listener),
      postMessage(message) {
        asked.push(message);
        child.emit('message', message);
      },
    });
    child.postMessage = (message) => {
      for (const listener of listeners) listener({ data: message, ports: [] });
    };
    return { host, child, asked };
  }

  it('is asked for and answered by number', async () => {
    const { host } = await start();
    const { keyStore } = host;
    expect(await keyStore.state()).toEqual({ usable: true, backend: 'gnome_libsecret' });
    const [first, second] = [keyStore.set('a', '1'), keyStore.set('b', '2')];
    expect([await first, await second]).toEqual([true, true]);
    expect(await Promise.all([keyStore.get('b'), keyStore.get('a')])).toEqual(['2', '1']);
    expect(await keyStore.get('c')).toBeUndefined();
  });

  it('has no room for a name that leaves the folder, or for a value without end', async () => {
    const { host } = await start();
    for (const name of ['../../etc/passwd', '', '/etc/passwd', 'a b', 'x'.repeat(500)]) {
      expect(await host.keyStore.set(name, 'secret')).toBe(false);
      expect(await host.keyStore.get(name)).toBeUndefined();
    }
    expect(await host.keyStore.set('a', 'x'.repeat(70_000))).toBe(false);
    expect(fake.safeStorage.calls).not.toContain('encryptStringAsync');
  });

  it('ends nowhere but in the core that asked', async () => {
    const { child } = await start();
    const posted: unknown[] = [];
    child.postMessage = (message) => void posted.push(message);
    child.emit('message', { control: 'keyStore', id: 9, ask: { do: 'state' } });
    child.emit('exit', 1);
    await new Promise((resolve) => setTimeout(resolve, 600)); // Its successor runs by now.
    expect(fake.processes).toHaveLength(2);
    child.emit('message', { control: 'keyStore', id: 10, ask: { do: 'get', name: 'a' } });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(posted).toEqual([expect.objectContaining({ id: 9 })]);
    expect(fake.processes[1]!.posted).toEqual([]);
  });
});
