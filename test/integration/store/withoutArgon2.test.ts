// A vault made where the crypto library has Argon2 opens where it has none, and the other way round.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { nodeArgon2 } from '../../../main/store/kdf.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { TEST_PASSPHRASE, createTestVault, type TestVault } from '../../fakes/openVault.ts';

const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
let house: TestVault | undefined;
afterEach(() => house?.dispose());

function elsewhere(act: string, folder: string): string {
  const kdf = JSON.stringify(at('../../../main/store/kdf.ts'));
  const store = JSON.stringify(at('../../../main/store/index.ts'));
  const platform = JSON.stringify(at('../../../main/platform/index.ts'));
  const script = `
    const { nodeArgon2, calibrateKdf, KDF_FLOOR } = await import(${kdf});
    const { createVaultFiles } = await import(${store});
    const { createClock, createRandom } = await import(${platform});
    const clock = createClock();
    const files = createVaultFiles({ clock, random: createRandom(clock), kdfCost: KDF_FLOOR });
    if (nodeArgon2 !== undefined) throw new Error('Argon2 is still there');
    const [folder, passphrase] = process.argv.slice(1);
    ${act}`;
  const run = spawnSync(
    process.execPath,
    [
      ...['--import', at('./withoutArgon2.ts'), '--input-type=module', '-e', script],
      ...['--', folder, TEST_PASSPHRASE],
    ],
    { encoding: 'utf8' },
  );
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout.trim();
}

it.skipIf(!nodeArgon2)('a vault of a machine with Argon2 is opened without it', async () => {
  house = await createTestVault();
  house.vault.close();
  const opened = elsewhere(
    'const vault = await files.unlock(folder, { passphrase });' +
      'console.log(vault.ok, vault.value?.name); vault.value?.close();',
    house.folder,
  );
  expect(opened).toBe('true Test vault');
});

it.skipIf(!nodeArgon2)('a vault made without it opens where it is there', async () => {
  house = await createTestVault();
  house.vault.close();
  const folder = `${house.folder}-2`;
  const made = elsewhere(
    "const user = { name: 'Ana', roles: ['administrator'] };" +
      "const vault = await files.create(folder, { name: 'Made there', user, passphrase });" +
      'console.log(vault.ok); vault.value?.close();',
    folder,
  );
  expect(made).toBe('true');
  const vault = unwrap(await house.files.unlock(folder, { passphrase: TEST_PASSPHRASE }));
  expect(vault.name).toBe('Made there');
  vault.close();
});

it('the cost is found without it too, above the floor', () => {
  const cost = JSON.parse(
    elsewhere('console.log(JSON.stringify(await calibrateKdf(clock)));', ''),
  ) as { readonly memoryKiB: number; readonly iterations: number };
  expect(cost.memoryKiB).toBeGreaterThanOrEqual(19_456);
  expect(cost.iterations).toBeGreaterThanOrEqual(2);
});
