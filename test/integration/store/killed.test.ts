// kill -9 in the middle of everything that writes: the vault always opens again, and what was
// acknowledged is there. `CLOISTER_SOAK=100` runs each attack that many times instead of a few.
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuditLog } from '../../../main/governance/audit/index.ts';
import { createClock, createRandom } from '../../../main/platform/index.ts';
import { KDF_FLOOR, createVaultFiles, type SealedId } from '../../../main/store/index.ts';
import { migrations } from '../../../main/store/migrations/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { TEST_PASSPHRASE, createTestVault, type TestVault } from '../../fakes/openVault.ts';
import { createDice, pause, startChild } from './process.ts';
import { slowMigration } from './slowMigration.ts';

const ROUNDS = Number(process.env.CLOISTER_SOAK ?? 4);
const TIMEOUT = 60_000 + ROUNDS * 5_000;

let test: TestVault;
beforeEach(async () => {
  test = await createTestVault();
});
afterEach(() => test.dispose());

/** Lets a child work on the closed vault and kills it after up to `mostMs`; what it acknowledged. */
async function killDuring(task: string, mostMs: number, seed: number): Promise<readonly string[]> {
  const child = startChild(task, test.folder);
  await child.ready();
  await pause(createDice(seed)() * mostMs);
  return child.kill();
}

const unlock = async (files = test.files) =>
  unwrap(await files.unlock(test.folder, { passphrase: TEST_PASSPHRASE }));

function fill(rows: number): void {
  const { store } = test.vault;
  store.transaction(() => {
    for (let row = 0; row < rows; row += 1) {
      store.db.run('INSERT INTO setting (user_id, value) VALUES (?, ?)', [
        `row${row}`,
        `${row} `.repeat(200),
      ]);
    }
  });
}

describe('a process killed without warning', { timeout: TIMEOUT }, () => {
  it('while it writes loses no acknowledged act and leaves no half of one', async () => {
    test.vault.close();
    let expected = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const acknowledged = await killDuring('write', 250, round);
      const vault = await unlock();
      const { store } = vault;
      const rows = store.db.all<{ user_id: SealedId; value: string }>('SELECT * FROM setting');
      // One act more than was acknowledged may have been committed before its line was written.
      expected += acknowledged.length;
      expect(rows.length - expected).toBeGreaterThanOrEqual(0);
      expect(rows.length - expected).toBeLessThanOrEqual(1);
      expected = rows.length;
      for (const id of acknowledged) store.sealed.verify(id as SealedId);
      expect(readdirSync(join(test.folder, 'sealed')).sort()).toEqual(
        rows.map((row) => row.user_id).sort(),
      );
      expect(store.check()).toEqual([]);
      const log = createAuditLog({ ...test, store, appVersion: '0.0.0' });
      expect(await log.verify()).toMatchObject({ intact: true, size: rows.length });
      expect(['intact', 'unknown']).toContain(log.compareAnchor());
      vault.close();
    }
    expect(expected).toBeGreaterThan(0);
  });

  it.each(['aegis', 'sqlcipher'] as const)(
    'while it changes the key (%s) keeps a key',
    async (cipher) => {
      test.dispose();
      test = await createTestVault({ cipher });
      fill(4_000);
      test.vault.close();
      const notices = new Set<string>();
      for (let round = 0; round < ROUNDS; round += 1) {
        await killDuring('rekey', 300, 100 + round);
        const vault = await unlock();
        vault.notices.forEach((notice) => notices.add(notice));
        expect(vault.store.check()).toEqual([]);
        expect(vault.store.db.get('SELECT count(*) AS rows FROM setting')).toEqual({ rows: 4_000 });
        vault.close();
        // Whatever had to be finished was finished: a second opening has nothing to tell.
        const again = await unlock();
        expect(again.notices).toEqual([]);
        again.close();
      }
      // Otherwise no kill hit the change itself and the test has shown nothing.
      expect(notices.size).toBeGreaterThan(0);
    },
  );

  it('while it rebuilds the database keeps every row', async () => {
    fill(2_000);
    test.vault.close();
    for (let round = 0; round < ROUNDS; round += 1) {
      await killDuring('vacuum', 300, 200 + round);
      const vault = await unlock();
      expect(vault.store.check()).toEqual([]);
      expect(
        vault.store.db.get(`SELECT count(*) AS rows FROM setting WHERE user_id LIKE 'row%'`),
      ).toEqual({ rows: 2_000 });
      vault.close();
    }
  });

  it('while it migrates leaves the old or the new schema', async () => {
    test.vault.close();
    const older = migrations.at(-1)?.id ?? 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const folder = join(test.folder, '..', `migrated${round}`);
      cpSync(test.folder, folder, { recursive: true });
      const child = startChild('migrate', folder);
      await child.ready();
      await pause(createDice(300 + round)() * 500);
      await child.kill();

      const passphrase = TEST_PASSPHRASE;
      const newer = createVaultFiles({
        ...test,
        kdfCost: KDF_FLOOR,
        migrations: [...migrations, slowMigration],
      });
      const opened = await test.files.unlock(folder, { passphrase });
      const vault = opened.ok ? opened.value : unwrap(await newer.unlock(folder, { passphrase }));
      const made = vault.store.db.all(`SELECT name FROM sqlite_schema WHERE name LIKE 'slow%'`);
      expect(vault.sinceClosed, 'a kill is no rollback').not.toBe('changed');
      if (opened.ok) {
        expect(vault.info().schemaVersion).toBe(older);
        expect(made).toEqual([]);
      } else {
        expect(opened.error.code).toBe('VAULT_TOO_NEW');
        expect(made).toHaveLength(3);
        const last = vault.store.db.get('SELECT count(*) AS rows FROM slow_three');
        expect(last).toEqual({ rows: 20_000 });
      }
      expect(vault.store.check()).toEqual([]);
      vault.close();
    }
  });

  it('while it rewrites the key slots can always be opened with the passphrase', async () => {
    test.vault.close();
    for (let round = 0; round < ROUNDS; round += 1) {
      await killDuring('passphrase', 300, 400 + round);
      (await unlock()).close();
    }
  });

  it('while it creates a vault leaves a working vault or room for one', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const root = mkdtempSync(join(tmpdir(), 'cloister-create-'));
      const folder = join(root, 'vault');
      const child = startChild('create', folder);
      await child.ready();
      await pause(createDice(500 + round)() * 150);
      await child.kill();
      const clock = createClock();
      const files = createVaultFiles({ clock, random: createRandom(clock), kdfCost: KDF_FLOOR });
      const user = { name: 'Tester', roles: ['administrator'] as const };
      const passphrase = TEST_PASSPHRASE;
      const made = unwrap(files.status(folder))
        ? await files.unlock(folder, { passphrase })
        : await files.create(folder, { name: 'V', user, passphrase });
      unwrap(made).close();
      rmSync(root, { recursive: true });
    }
  });
});
