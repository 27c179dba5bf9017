// The note of a clean close must not outlive what it vouches for: a migration that stopped half way, by a
// kill or a fault, is no file that somebody put back, and must not make the vault read-only.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KDF_FLOOR, createVaultFiles } from '../../../main/store/index.ts';
import { migrations } from '../../../main/store/migrations/index.ts';
import type { Migration } from '../../../main/store/migrations/migration.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { TEST_PASSPHRASE, createTestVault, type TestVault } from '../../fakes/openVault.ts';

const passphrase = TEST_PASSPHRASE;
const last = migrations.at(-1)?.id ?? 0;
const first: Migration = {
  id: last + 10,
  name: 'first',
  up: (sql) => sql.exec('CREATE TABLE half_way (x)'),
};
const failing: Migration = { ...first, id: last + 20, name: 'failing' };

let test: TestVault;
beforeEach(async () => {
  test = await createTestVault();
});
afterEach(() => test.dispose());

const opening = (...more: readonly Migration[]) =>
  createVaultFiles({
    ...test,
    kdfCost: KDF_FLOOR,
    migrations: [...migrations, ...more],
  }).unlock(test.folder, { passphrase });

it('goes before the first byte is written, so that half a migration raises no alarm', async () => {
  test.vault.close();
  const note = join(test.folder, 'closed.json');
  expect(existsSync(note)).toBe(true);
  await expect(opening(first, failing)).rejects.toThrow('already exists');
  const vault = unwrap(await opening(first));
  expect(vault.info().schemaVersion).toBe(first.id);
  expect(vault.sinceClosed).toBe('unknown');
  expect(existsSync(note)).toBe(false);
  vault.close();
  const again = unwrap(await opening(first));
  expect(again.sinceClosed).toBe('same');
  again.close();
});
