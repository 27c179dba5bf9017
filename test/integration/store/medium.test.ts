// A full disk and a medium that cannot be written, on a small file system made for the test. Mounting
// needs an administrator on Linux; elsewhere the unit tests limit SQLite's page count instead.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuditLog } from '../../../main/governance/audit/index.ts';
import {
  attempt,
  createClock,
  createRandom,
  writeFileAtomic,
} from '../../../main/platform/index.ts';
import { KDF_FLOOR, createVaultFiles, type OpenVault } from '../../../main/store/index.ts';
import { unwrap, type Result } from '../../../shared/kernel/result.ts';

const clock = createClock();
const random = createRandom(clock);
const files = createVaultFiles({ clock, random, kdfCost: KDF_FLOOR });
const passphrase = 'correct horse battery staple';
const options = { name: 'V', user: { name: 'A', roles: [] }, passphrase };

const mount = (folder: string): void =>
  void execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'cloister', folder], {
    stdio: 'ignore',
  });
const unmount = (folder: string): void => void execFileSync('umount', ['-l', folder]);

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'cloister-mount-'));
  try {
    mount(folder);
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(!canMount())('a small medium (needs the right to mount one)', () => {
  let medium: string;
  let folder: string;
  let vault: OpenVault;

  beforeEach(async () => {
    medium = mkdtempSync(join(tmpdir(), 'cloister-medium-'));
    mount(medium);
    folder = join(medium, 'vault');
    vault = unwrap(await files.create(folder, options));
  });
  afterEach(() => {
    vault.close();
    unmount(medium);
    rmSync(medium, { recursive: true });
  });

  const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.error.code);
  const reopen = async (): Promise<OpenVault> => unwrap(await files.unlock(folder, { passphrase }));
  const put = (key: string, size: number): void =>
    void vault.store.db.run('INSERT INTO setting VALUES (?, ?)', [key, 'x'.repeat(size)]);
  const count = (): unknown =>
    vault.store.db.get<{ n: number }>('SELECT count(*) AS n FROM setting')?.n;
  /** Leaves at most `bytes` free. */
  function fillUp(bytes = 0): void {
    const { bavail, bsize } = statfsSync(medium);
    writeFileSync(join(medium, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
  }
  const makeRoom = (): void => rmSync(join(medium, 'ballast'), { force: true });

  it('that runs full while rows are written says so, keeps what was committed, and goes on after', async () => {
    let committed = 0;
    writeFileSync(join(medium, 'ballast'), Buffer.alloc(4_500_000));
    const result = attempt(() => {
      for (;;) {
        vault.store.transaction(() => put(`row ${committed}`, 50_000));
        committed += 1;
      }
    });
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'DISK_FULL', retryable: true, params: { file: 'vault.db' } },
    });
    expect(committed).toBeGreaterThan(5);
    expect(count()).toBe(committed);
    vault.close();
    vault = await reopen();
    expect(count()).toBe(committed);
    makeRoom();
    vault.store.checkpoint(); // What the full disk had kept in the log moves into the database.
    vault.store.transaction(() => void vault.store.db.run('DELETE FROM setting'));
    vault.store.transaction(() => put('after', 50_000));
    expect(count()).toBe(1);
    expect(vault.store.check()).toEqual([]);
  });

  it('leaves no half of a sealed file', () => {
    const before = readdirSync(join(folder, 'sealed'));
    const result = attempt(() => vault.store.sealed.put('weights', [Buffer.alloc(10_000_000)]));
    expect(codeOf(result)).toBe('DISK_FULL');
    expect(readdirSync(join(folder, 'sealed'))).toEqual(before);
    vault.store.sealed.put('weights', [Buffer.alloc(600_000)]);
  });

  it('leaves the old file where an atomic write did not fit', () => {
    const path = join(medium, 'export.json');
    writeFileAtomic(path, 'old');
    fillUp();
    expect(attempt(() => writeFileAtomic(path, Buffer.alloc(1_000_000)))).toMatchObject({
      error: { code: 'DISK_FULL', params: { file: 'export.json' } },
    });
    makeRoom();
    expect(readdirSync(medium).sort()).toEqual(['export.json', 'vault']);
  });

  it('too small for a change of key leaves the vault under the old one', async () => {
    vault.store.transaction(() => {
      for (let row = 0; row < 16; row += 1) put(`row ${row}`, 50_000);
    });
    vault.store.checkpoint();
    fillUp(200_000);
    expect(codeOf(attempt(() => vault.store.rekey()))).toBe('DISK_FULL');
    expect(count()).toBe(16);
    vault.close();
    vault = await reopen();
    expect(count()).toBe(16);
    makeRoom();
    vault.store.rekey();
    expect(vault.store.check()).toEqual([]);
    expect(count()).toBe(16);
  });

  it('without room for new key slots keeps the old passphrase', async () => {
    fillUp();
    const { id } = vault.user;
    expect(codeOf(await vault.keys.changePassphrase(id, passphrase, 'other'))).toBe('DISK_FULL');
    makeRoom();
    expect(codeOf(await vault.keys.verify(id, passphrase))).toBe('ok');
    vault.close();
    vault = await reopen();
  });

  it('loses no audit leaf and signs no head that it could not keep', async () => {
    const log = createAuditLog({ store: vault.store, clock, random, appVersion: '0.0.0' });
    log.append({ action: 'test.start', actor: 'system' });
    log.sign();
    fillUp();
    const result = attempt(() => {
      for (;;) log.append({ action: 'test.go', actor: 'system' });
    });
    expect(codeOf(result)).toBe('DISK_FULL');
    attempt(() => log.sign());
    makeRoom();
    log.append({ action: 'test.end', actor: 'system' });
    log.sign();
    expect(await log.verify()).toMatchObject({ intact: true, size: log.size() });
  });

  it('already full takes no new vault and keeps no piece of one', async () => {
    fillUp();
    const second = join(medium, 'second');
    const made = await files.create(second, options);
    expect(codeOf(made)).toBe('DISK_FULL');
    makeRoom();
    unwrap(await files.create(second, options)).close();
  });

  it('that is write-protected is told apart from a damaged one', async () => {
    vault.close();
    execFileSync('mount', ['-o', 'remount,ro', medium]);
    expect(codeOf(await files.unlock(folder, { passphrase }))).toBe('NO_PERMISSION');
    expect(codeOf(await files.create(join(medium, 'second'), options))).toBe('NO_PERMISSION');
    expect(codeOf(files.status(folder))).toBe('ok');
    execFileSync('mount', ['-o', 'remount,rw', medium]);
    vault = await reopen();
  });

  it('on which another account owns the folder says so', async () => {
    // An administrator may read everything: the question is asked as nobody.
    vault.close();
    const script = `
      import { createVaultFiles, KDF_FLOOR } from './main/store/index.ts';
      import { createClock, createRandom } from './main/platform/index.ts';
      const clock = createClock();
      const files = createVaultFiles({ clock, random: createRandom(clock), kdfCost: KDF_FLOOR });
      const results = [
        await files.unlock(process.argv[1], { passphrase: 'x' }),
        await files.create(process.argv[2], { name: 'V', user: { name: 'A', roles: [] }, passphrase: 'x' }),
      ];
      console.log(results.map((result) => result.error?.code).join(' '));`;
    mkdirSync(join(medium, 'locked'), { mode: 0o555 });
    const output = execFileSync(
      'setpriv',
      [
        '--reuid=65534',
        '--regid=65534',
        '--clear-groups',
        process.execPath,
        '--input-type=module-typescript',
        '-e',
        script,
        '--',
        folder,
        join(medium, 'locked', 'new'),
      ],
      { encoding: 'utf8' },
    );
    expect(output.trim().split(' ').at(-1)).toBe('NO_PERMISSION');
    vault = await reopen();
  });
});
