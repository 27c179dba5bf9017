// A vault folder through its face: real files, real keys, and everything that can be wrong with them.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson, createRandom } from '../../../main/platform/index.ts';
import {
  KDF_FLOOR,
  createVaultFiles,
  scanForNeedles,
  type OpenVault,
} from '../../../main/store/index.ts';
import { keyOpens } from '../../../main/store/driver.ts';
import type { UserId } from '../../../shared/kernel/id.ts';
import { unwrap, type Result } from '../../../shared/kernel/result.ts';
import { createFakeClock } from '../../fakes/clock.ts';
import { createFakeRandom } from '../../fakes/random.ts';
import { TEST_PASSPHRASE, createTestVault, type TestVault } from '../../fakes/openVault.ts';
import { startChild } from './process.ts';

let test: TestVault;
beforeEach(async () => {
  test = await createTestVault();
});
afterEach(() => test.dispose());

const at = (name: string): string => join(test.folder, name);
const unlock = (passphrase = TEST_PASSPHRASE, userId?: UserId): Promise<Result<OpenVault>> =>
  test.files.unlock(test.folder, { passphrase, ...(userId && { userId }) });
const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.error.code);
const put = (vault: OpenVault, key: string): void =>
  void vault.store.db.run('INSERT INTO setting (user_id, value) VALUES (?, ?)', [key, key]);
const count = (vault: OpenVault): unknown =>
  vault.store.db.get<{ n: number }>('SELECT count(*) AS n FROM setting')?.n;

describe('create and unlock', () => {
  it.each(['aegis', 'sqlcipher'] as const)('keep the data under %s', async (cipher) => {
    const own = await createTestVault({ cipher });
    put(own.vault, 'kept');
    const again = await own.reopen();
    expect(count(again)).toBe(1);
    expect(again.info()).toMatchObject({ cipher, kdf: KDF_FLOOR, folder: own.folder });
    expect(again.info().sqlite).toMatch(/^SQLite 3\.\d+\.\d+, SQLite3 Multiple Ciphers 2\./);
    expect(again.notices).toEqual([]);
    own.dispose();
  });

  it('leave nothing readable in the folder but names, roles and parameters', () => {
    const marker = 'Lorenzo Quijano de la Mancha';
    put(test.vault, marker);
    test.vault.store.checkpoint();
    put(test.vault, `${marker} again`);
    for (const name of readdirSync(test.folder)) {
      if (!statSync(at(name)).isFile()) continue;
      expect(readFileSync(at(name)).includes(marker), name).toBe(false);
    }
    if (process.platform !== 'win32') expect(statSync(test.folder).mode & 0o077).toBe(0);
  });

  it('say who may open the vault before it is open', () => {
    const status = unwrap(test.files.status(test.folder));
    expect(status).toMatchObject({
      id: test.vault.id,
      name: 'Test vault',
      cipher: 'aegis',
      users: [{ id: test.vault.user.id, name: 'Tester' }],
      inUse: { pid: process.pid },
    });
    test.vault.close();
    test.vault.close();
    expect(unwrap(test.files.status(test.folder))?.inUse).toBeUndefined();
    expect(unwrap(test.files.status(at('elsewhere')))).toBeUndefined();
  });

  it('refuse what cannot be done, and change nothing', async () => {
    const user = { name: 'A', roles: [] };
    const options = { name: 'B', user, passphrase: 'x' };
    expect(codeOf(await test.files.create(test.folder, options))).toBe('VAULT_IN_USE');
    test.vault.close();
    expect(codeOf(await test.files.create(test.folder, options))).toBe('VAULT_EXISTS');
    const elsewhere = mkdtempSync(join(tmpdir(), 'cloister-none-'));
    const empty = { ...options, passphrase: '  ' };
    expect(codeOf(await test.files.create(elsewhere, empty))).toBe('WEAK_PASSPHRASE');
    expect(codeOf(await test.files.unlock(elsewhere, { passphrase: 'x' }))).toBe('NOT_A_VAULT');
    expect(readdirSync(elsewhere)).toEqual([]);
    rmSync(elsewhere, { recursive: true });
  });

  it('do not overwrite the key slots of a vault whose database was moved away', async () => {
    test.vault.close();
    rmSync(at('vault.db'));
    const before = readFileSync(at('slots.json'));
    const user = { name: 'A', roles: [] };
    const made = await test.files.create(test.folder, { name: 'B', user, passphrase: 'x' });
    expect(codeOf(made)).toBe('VAULT_EXISTS');
    expect(readFileSync(at('slots.json'))).toEqual(before);
  });
});

describe('wrong passphrase', () => {
  it('is told, slowed down after three misses, and does not keep the owner out', async () => {
    test.dispose();
    const clock = createFakeClock();
    test = await createTestVault({ clock, random: createFakeRandom(clock) });
    test.vault.close();
    for (let miss = 0; miss < 3; miss += 1) {
      expect(codeOf(await unlock('wrong'))).toBe('WRONG_PASSPHRASE');
    }
    expect(await unlock()).toMatchObject({
      ok: false,
      error: { code: 'THROTTLED', params: { waitSeconds: 1 } },
    });
    clock.advance(1_000);
    const vault = unwrap(await unlock());
    expect(vault.user.name).toBe('Tester');
    vault.close();
  });

  it('leaves the vault free for the next try', async () => {
    test.vault.close();
    await unlock('wrong');
    unwrap(await unlock()).close();
  });
});

describe('opened twice', () => {
  it('stays refused to others after the holder looked at its own vault', async () => {
    // POSIX drops a process's locks on a file when any descriptor of it is closed.
    expect(unwrap(test.files.status(test.folder))?.inUse?.pid).toBe(process.pid);
    expect(codeOf(await unlock())).toBe('VAULT_IN_USE');
    scanForNeedles(test.vault.store, [Buffer.from('anything')]);
    await expect(startChild('hold', test.folder).ready()).rejects.toThrow('already open');
  });

  it('is refused with who holds it, from another process and from this one', async () => {
    expect(codeOf(await unlock())).toBe('VAULT_IN_USE');
    test.vault.close();
    const child = startChild('hold', test.folder);
    await child.ready();
    const refused = await unlock();
    expect(refused).toMatchObject({ ok: false, error: { code: 'VAULT_IN_USE', retryable: true } });
    expect(refused.ok || refused.error.params.pid).not.toBe(process.pid);
    await child.kill();
    // The dead holder's note still lies there; the lock went with the process.
    expect(existsSync(at('owner.json'))).toBe(true);
    unwrap(await unlock()).close();
  });
});

describe('damaged key slots', () => {
  beforeEach(() => test.vault.close());

  it.each([
    ['cut short', (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 100))],
    ['emptied', (path: string) => writeFileSync(path, '')],
    ['missing', (path: string) => rmSync(path)],
    [
      'changed in one letter',
      (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('Tester', 'Taster')),
    ],
  ])('are read from their copy when %s, said so, and mended', async (_name, damage) => {
    damage(at('slots.json'));
    const vault = unwrap(await unlock());
    expect(vault.notices).toEqual(['headerRestored']);
    vault.close();
    expect(readFileSync(at('slots.json'))).toEqual(readFileSync(at('slots.copy.json')));
    const again = unwrap(await unlock());
    expect(again.notices).toEqual([]);
    again.close();
  });

  it('are reported when both copies are gone or broken', async () => {
    writeFileSync(at('slots.json'), '{');
    writeFileSync(at('slots.copy.json'), '{');
    expect(codeOf(await unlock())).toBe('VAULT_DAMAGED');
    expect(codeOf(test.files.status(test.folder))).toBe('VAULT_DAMAGED');
    rmSync(at('slots.json'));
    rmSync(at('slots.copy.json'));
    expect(codeOf(await unlock())).toBe('VAULT_DAMAGED');
  });

  /** Rewrites the header as someone without the key would: with a sound checksum. */
  function forge(change: (text: string) => string): void {
    const file = JSON.parse(change(readFileSync(at('slots.json'), 'utf8')));
    delete file.checksum;
    const checksum = createHash('sha256').update(canonicalJson(file)).digest('hex');
    const text = JSON.stringify({ ...file, checksum });
    for (const name of ['slots.json', 'slots.copy.json']) writeFileSync(at(name), text);
  }

  it('are refused when someone without the key renamed a user or gave a role', async () => {
    forge((text) => text.replace('"Tester"', '"Mallory"'));
    expect(codeOf(await unlock())).toBe('VAULT_DAMAGED');
    forge((text) => text.replace('"Mallory"', '"Tester"'));
    unwrap(await unlock()).close();
    forge((text) => text.replace('"clinician",', ''));
    expect(codeOf(await unlock())).toBe('VAULT_DAMAGED');
  });

  it('cannot be made cheap to guess', async () => {
    forge((text) => text.replace('"iterations": 2', '"iterations": 1'));
    expect(codeOf(await unlock())).toBe('VAULT_DAMAGED');
  });
});

describe('damaged database', () => {
  const flip = (name: string, place: number): void => {
    const bytes = readFileSync(at(name));
    bytes[place] = (bytes[place] ?? 0) ^ 0x10;
    writeFileSync(at(name), bytes);
  };

  it.each(['aegis', 'sqlcipher'] as const)('is detected at every page under %s', async (cipher) => {
    test.dispose();
    test = await createTestVault({ cipher });
    test.vault.store.transaction(() => {
      for (let row = 0; row < 200; row += 1) put(test.vault, `${row}`.padEnd(500, 'x'));
    });
    test.vault.close();
    const pages = statSync(at('vault.db')).size / 4_096;
    expect(pages).toBeGreaterThan(30);
    cpSync(at('vault.db'), at('sound.bak'));
    for (let page = 0; page < pages; page += Math.ceil(pages / 12)) {
      flip('vault.db', page * 4_096 + 2_000);
      const opened = await unlock();
      if (opened.ok) {
        const read = () => [opened.value.store.check(), count(opened.value)];
        let found: unknown;
        try {
          found = read();
        } catch (error) {
          found = (error as { failure?: { code: string } }).failure?.code;
        }
        // Either SQLite lists the page or reading it fails; it is never taken for sound.
        expect(found === 'VAULT_DAMAGED' || (found as string[][])[0]?.length).toBeTruthy();
        opened.value.close();
      } else {
        expect(opened.error.code).toBe('VAULT_DAMAGED');
      }
      for (const end of ['-wal', '-shm']) rmSync(at(`vault.db${end}`), { force: true });
      copyFileSync(at('sound.bak'), at('vault.db'));
    }
    unwrap(await unlock()).close();
  });

  it('from another vault is told from a wrong passphrase', async () => {
    const other = await createTestVault();
    other.vault.close();
    test.vault.close();
    copyFileSync(join(other.folder, 'vault.db'), at('vault.db'));
    expect(codeOf(await unlock())).toBe('VAULT_DAMAGED');
    other.dispose();
  });
});

describe('change of the database key', () => {
  it.each(['aegis', 'sqlcipher'] as const)(
    'shuts the old key and header out (%s)',
    async (cipher) => {
      test.dispose();
      // Keys are the only 32-byte draws: the fake's hook shows them to the test.
      const keys: Buffer[] = [];
      const clock = createFakeClock();
      const random = createRandom(clock, (size) => {
        const bytes = Buffer.from(createHash('sha512').update(`${keys.length}/${size}`).digest());
        if (size === 32) keys.push(Buffer.from(bytes.subarray(0, 32)));
        return bytes.subarray(0, size);
      });
      test = await createTestVault({ cipher, clock, random });
      const { vault } = test;
      put(vault, 'kept');
      const file = vault.store.sealed.put('weights', [Buffer.alloc(100_000, 3)]);
      const statement = vault.store.db.prepare<{ n: number }>('SELECT count(*) AS n FROM setting');
      expect(statement.get()).toEqual({ n: 1 });
      for (const name of ['slots.json', 'slots.copy.json']) cpSync(at(name), at(`${name}.old`));
      const opening = keys.filter((key) => keyOpens(at('vault.db'), cipher, key));
      expect(opening).toHaveLength(1);

      const report = vault.store.rekey();
      expect(report.pages).toBeGreaterThan(10);
      expect(statement.get()).toEqual({ n: 1 });
      vault.store.sealed.verify(file.id);
      expect(opening.some((key) => keyOpens(at('vault.db'), cipher, key))).toBe(false);

      vault.close();
      unwrap(await unlock()).close();
      for (const name of ['slots.json', 'slots.copy.json'])
        copyFileSync(at(`${name}.old`), at(name));
      expect(codeOf(await unlock())).toBe('VAULT_DAMAGED');
    },
  );

  it('works again and again, with data written in between, and not inside a transaction', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      put(test.vault, `turn ${turn}`);
      test.vault.store.rekey();
    }
    expect(() => test.vault.store.transaction(() => test.vault.store.rekey())).toThrow();
    const again = await test.reopen();
    expect(count(again)).toBe(5);
    expect(again.store.check()).toEqual([]);
  });
});

describe('users', () => {
  const roles = ['clinician'] as const;

  it('come and go; each opens with the own passphrase and is who they are', async () => {
    const { keys } = test.vault;
    const ana = unwrap(await keys.add({ name: 'Ana', roles }, 'ana’s words'));
    put(test.vault, 'shared');
    test.vault.store.rekey();
    test.vault.close();

    const hers = unwrap(await unlock('ana’s words'));
    expect(hers.user).toEqual({ id: ana.id, name: 'Ana', roles: ['clinician'] });
    expect(count(hers)).toBe(1);
    expect(codeOf(await hers.keys.verify(ana.id, 'ana’s words'))).toBe('ok');
    expect(codeOf(await hers.keys.verify(ana.id, 'wrong'))).toBe('WRONG_PASSPHRASE');
    expect(codeOf(await hers.keys.changePassphrase(ana.id, 'wrong', 'x'))).toBe('WRONG_PASSPHRASE');
    unwrap(await hers.keys.changePassphrase(ana.id, 'ana’s words', 'new words'));
    unwrap(hers.keys.setRoles(ana.id, ['clinician', 'steward']));
    hers.close();

    expect(codeOf(await unlock('ana’s words', ana.id))).toBe('WRONG_PASSPHRASE');
    const again = unwrap(await unlock('new words', ana.id));
    expect(again.user.roles).toEqual(['clinician', 'steward']);
    unwrap(again.keys.remove(ana.id));
    expect(again.keys.users().map(({ name }) => name)).toEqual(['Tester']);
    again.store.rekey();
    again.close();

    expect(codeOf(await unlock('new words'))).toBe('WRONG_PASSPHRASE');
    unwrap(await unlock()).close();
  });

  it('cannot all be removed, nor can a stranger', () => {
    const { keys, user } = test.vault;
    expect(codeOf(keys.remove(user.id))).toBe('CONFLICT');
    expect(codeOf(keys.remove('usr_none' as UserId))).toBe('NOT_FOUND');
  });
});

describe('store', () => {
  it('keeps sidecars beside the database and its own files out of them', () => {
    const { store } = test.vault;
    const note = store.sidecar('note.json');
    expect(note.read()).toBeUndefined();
    note.write('{}');
    expect(note.read()?.toString()).toBe('{}');
    for (const name of ['slots.json', 'unlock.json', '../x.json', 'vault.db', 'A.json']) {
      expect(() => store.sidecar(name)).toThrow('no name for a sidecar');
    }
  });

  // SQLite unlinks its temporary files at once; only the open descriptor shows them.
  it.skipIf(!existsSync('/proc/self/fd'))('sorts what does not fit its cache in memory', () => {
    const { store } = test.vault;
    const temporaryFiles = (): string[] =>
      readdirSync('/proc/self/fd').flatMap((descriptor) => {
        try {
          return readlinkSync(`/proc/self/fd/${descriptor}`).match(/etilqs_\w+/) ?? [];
        } catch {
          return []; // The descriptor of the listing itself.
        }
      });
    const whileSorting = (): string[] => {
      const rows = store.db.iterate('SELECT value FROM setting ORDER BY value DESC');
      rows.next();
      const found = temporaryFiles();
      rows.return?.();
      return found;
    };
    store.transaction(() => {
      for (let row = 0; row < 5_000; row += 1)
        put(test.vault, `${(row * 7919) % 5_000}`.padEnd(900));
    });
    store.db.exec('PRAGMA cache_size=10');
    expect(whileSorting()).toEqual([]);
    // The control: with the setting that the vault forbids, the same sort does reach the disk.
    store.db.exec('PRAGMA temp_store=FILE; PRAGMA cache_size=10');
    expect(whileSorting()).not.toEqual([]);
  });
});

it('a calibrated vault costs a guess at least half a second on this machine', async () => {
  const folder = join(test.folder, '..', 'calibrated');
  const files = createVaultFiles({ clock: test.clock, random: test.random });
  const user = { name: 'A', roles: [] };
  unwrap(await files.create(folder, { name: 'B', user, passphrase: 'x' })).close();
  const started = performance.now();
  const vault = unwrap(await files.unlock(folder, { passphrase: 'x' }));
  const took = performance.now() - started;
  // A busy machine may take longer than the second aimed at, never much less than it was tuned to.
  expect(took).toBeGreaterThan(350);
  vault.close();
});
