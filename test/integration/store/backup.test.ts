// Backups made while the vault is at work: whole, consistent, refused when a byte is wrong, absent when the
// process dies; restored to new places only.
import {
  appendFileSync,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MakeBackup, OpenVault } from '../../../main/store/index.ts';
import { failure, ok, unwrap, type Result } from '../../../shared/kernel/result.ts';
import { TEST_PASSPHRASE, createTestVault, type TestVault } from '../../fakes/openVault.ts';

let test: TestVault;
let vault: OpenVault;
let parent: string;
beforeEach(async () => {
  test = await createTestVault();
  vault = test.vault;
  parent = join(dirname(test.folder), 'backups');
});
afterEach(() => test.dispose());

const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.error.code);
const passphrase = TEST_PASSPHRASE;

function fill(from: number, to: number): void {
  vault.store.transaction(() => {
    for (let row = from; row < to; row += 1) {
      vault.store.db.run('INSERT INTO setting (user_id, value) VALUES (?, ?)', [
        `row${row}`,
        `${row} `.repeat(200),
      ]);
    }
  });
}
const count = ({ store }: OpenVault = vault): number =>
  store.db.get<{ n: number }>('SELECT count(*) AS n FROM setting')?.n ?? -1;

const options = (more: Partial<MakeBackup> = {}): MakeBackup => ({
  parent,
  app: '0.0.0',
  log: () => ({ size: 0, checkpoint: '' }),
  inspect: () => Promise.resolve(),
  ...more,
});
const verify = (folder: string) =>
  test.files.verifyBackup(folder, { passphrase, inspect: () => Promise.resolve([]) });
const problemsOf = async (folder: string): Promise<string[]> =>
  unwrap(await verify(folder)).problems.map(({ what, where }) => `${what} ${where}`);

describe.each(['aegis', 'sqlcipher'] as const)('a backup of a vault under %s', (cipher) => {
  it('holds one moment of a vault that goes on being written to', async () => {
    test.dispose();
    test = await createTestVault({ cipher });
    vault = test.vault;
    parent = join(dirname(test.folder), 'backups');
    fill(0, 3_000);
    const sealed = vault.store.sealed.put('weights', [Buffer.alloc(3_000_000, 7)]);
    let rows = 3_000;
    const made = unwrap(
      await vault.backUp(
        options({
          onProgress(stage) {
            if (stage !== 'copying' || rows > 6_000) return;
            fill(rows, (rows += 500)); // Between any two pieces of the copy.
            vault.store.sealed.remove(sealed.id);
          },
        }),
      ),
    );
    expect(rows).toBeGreaterThan(4_000);
    expect(count()).toBe(rows);
    expect(await problemsOf(made.folder)).toEqual([]);
    // What was removed meanwhile leaves the vault when the copy is done, and is in the backup.
    expect(readdirSync(join(test.folder, 'sealed'))).toEqual([]);
    const target = join(dirname(test.folder), 'second');
    const restored = await test.files.restore(made.folder, target, { passphrase }, (copy) => {
      copy.store.sealed.verify(sealed.id);
      return Promise.resolve(ok([count(copy), copy.store.check()]));
    });
    expect(restored).toEqual(ok([3_000, []]));
    expect(vault.store.check()).toEqual([]);
  });
});

describe('a backup', () => {
  it('is nowhere to be seen until it is finished', async () => {
    fill(0, 2_000);
    const seen = new Set<string>();
    const made = unwrap(
      await vault.backUp(
        options({
          onProgress: () => readdirSync(parent).forEach((name) => seen.add(name.slice(0, 1))),
        }),
      ),
    );
    expect([...seen]).toEqual(['.']);
    expect(test.files.listBackups(parent).map(({ folder }) => folder)).toEqual([made.folder]);
  });

  it('gives way to an erasure and leaves nothing behind', async () => {
    fill(0, 2_000);
    const made = await vault.backUp(options({ onProgress: () => vault.store.checkpoint() }));
    expect(codeOf(made)).toBe('CONFLICT');
    expect(readdirSync(parent)).toEqual([]);
    unwrap(await vault.backUp(options()));
  });

  it('is made one at a time', async () => {
    const first = vault.backUp(options());
    expect(codeOf(await vault.backUp(options()))).toBe('CONFLICT');
    unwrap(await first);
  });

  it('that is cancelled or refused by whoever inspects it leaves nothing behind', async () => {
    const stop = new AbortController();
    const cancelled = vault.backUp(
      options({ signal: stop.signal, onProgress: () => stop.abort('caller') }),
    );
    await expect(cancelled).rejects.toBe('caller');
    await expect(
      vault.backUp(options({ inspect: () => Promise.reject(new Error('log')) })),
    ).rejects.toThrow('log');
    expect(readdirSync(parent)).toEqual([]);
  });

  it('cannot lie inside its vault, and is no vault itself', async () => {
    expect(codeOf(await vault.backUp(options({ parent: join(test.folder, 'backups') })))).toBe(
      'BAD_INPUT',
    );
    const { folder } = unwrap(await vault.backUp(options()));
    expect(codeOf(await test.files.unlock(folder, { passphrase }))).toBe('NOT_A_VAULT');
  });

  it('names what is wrong with it', async () => {
    fill(0, 2_000);
    const sealed = vault.store.sealed.put('weights', [Buffer.alloc(100_000, 7)]);
    const { folder } = unwrap(await vault.backUp(options()));
    const spoil = async (act: (copy: string) => void): Promise<string[]> => {
      const copy = `${folder}-spoiled`;
      rmSync(copy, { recursive: true, force: true });
      cpSync(folder, copy, { recursive: true });
      act(copy);
      return problemsOf(copy);
    };
    const flip = (path: string, at: number): void => {
      const bytes = readFileSync(path);
      bytes[at] = (bytes[at] as number) ^ 1;
      writeFileSync(path, bytes);
    };
    expect(await spoil((copy) => rmSync(join(copy, 'sealed', sealed.id)))).toEqual([
      `missing sealed/${sealed.id}`,
      `sealed ${sealed.id}`,
    ]);
    expect(await spoil((copy) => flip(join(copy, 'sealed', sealed.id), 70_000))).toContain(
      `sealed ${sealed.id}`,
    );
    const paged = await spoil((copy) => flip(join(copy, 'vault.db'), 4096 * 150 + 9));
    expect(paged[0]).toBe('changed vault.db');
    expect(paged.some((line) => line.startsWith('page '))).toBe(true);
    expect(await spoil((copy) => writeFileSync(join(copy, 'extra'), ''))).toEqual([
      'foreign extra',
    ]);
    const renamed = (copy: string): void => {
      const path = join(copy, 'backup.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace('"app": "0.0.0"', '"app": "9.9.9"'));
    };
    expect(await spoil(renamed)).toEqual(['manifest backup.json']);
    expect(codeOf(await verify(`${folder}-nowhere`))).toBe('SOURCE_NOT_FOUND');
    const other = await test.files.verifyBackup(folder, {
      passphrase: 'another',
      inspect: () => Promise.resolve([]),
    });
    expect(codeOf(other)).toBe('WRONG_PASSPHRASE');
  });

  it('opens with the passphrases of the day it was made, whatever became of them', async () => {
    const { folder } = unwrap(await vault.backUp(options()));
    unwrap(await vault.keys.changePassphrase(vault.user.id, passphrase, 'the next passphrase'));
    vault.store.rekey();
    expect(await problemsOf(folder)).toEqual([]);
    const second = unwrap(await vault.backUp(options()));
    expect(codeOf(await verify(second.folder))).toBe('WRONG_PASSPHRASE');
    unwrap(await vault.keys.changePassphrase(vault.user.id, 'the next passphrase', passphrase));
  });
});

describe('a restore', () => {
  it('goes over nothing, and gives the vault its name last', async () => {
    fill(0, 10);
    const { folder } = unwrap(await vault.backUp(options()));
    const never = (): Promise<Result<never>> => Promise.reject(new Error('reached'));
    expect(codeOf(await test.files.restore(folder, test.folder, { passphrase }, never))).toBe(
      'VAULT_EXISTS',
    );
    const target = join(dirname(test.folder), 'deep', 'second');
    let growing = '';
    const restored = await test.files.restore(folder, target, { passphrase }, async (copy) => {
      growing = copy.info().folder;
      expect(existsSync(target)).toBe(false);
      expect(codeOf(await test.files.unlock(growing, { passphrase }))).toBe('NOT_A_VAULT');
      return ok(count(copy));
    });
    expect(restored).toEqual(ok(10));
    expect(readdirSync(dirname(target))).toEqual(['second']);
    const opened = unwrap(await test.files.unlock(target, { passphrase }));
    expect(count(opened)).toBe(10);
    opened.close();
  });

  it('that fails leaves no vault', async () => {
    const { folder } = unwrap(await vault.backUp(options()));
    const target = join(dirname(test.folder), 'second');
    const refuse = (): Promise<Result<never>> =>
      Promise.resolve(failure('ERASURES_UNKNOWN', 'Nobody knows.'));
    expect(codeOf(await test.files.restore(folder, target, { passphrase }, refuse))).toBe(
      'ERASURES_UNKNOWN',
    );
    appendFileSync(join(folder, 'vault.db'), 'x');
    expect(codeOf(await test.files.restore(folder, target, { passphrase }, refuse))).toBe(
      'BACKUP_DAMAGED',
    );
    expect(readdirSync(dirname(test.folder)).sort()).toEqual(['backups', 'vault']);
  });
});
