// A real encrypted vault in a folder of its own, at the floor of the key derivation, for tests of any
// service. `dispose` closes it and takes the folder away.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createClock,
  createRandom,
  type Clock,
  type KeyStore,
  type Random,
} from '../../main/platform/index.ts';
import {
  KDF_FLOOR,
  createVaultFiles,
  type Cipher,
  type OpenVault,
  type VaultFiles,
} from '../../main/store/index.ts';
import { ROLES, type Role } from '../../shared/contract/define.ts';
import { unwrap } from '../../shared/kernel/result.ts';

export const TEST_PASSPHRASE = 'correct horse battery staple';

export interface TestVault {
  readonly folder: string;
  readonly files: VaultFiles;
  readonly vault: OpenVault;
  readonly clock: Clock;
  readonly random: Random;
  /** Closes and unlocks again, as a restart would. Use the vault it returns from then on. */
  reopen(): Promise<OpenVault>;
  dispose(): void;
}

export interface TestVaultOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly cipher?: Cipher;
  readonly roles?: readonly Role[];
  readonly keyStore?: KeyStore;
}

export async function createTestVault(options: TestVaultOptions = {}): Promise<TestVault> {
  const { clock = createClock(), cipher = 'aegis', roles = ROLES } = options;
  const random = options.random ?? createRandom(clock);
  const root = mkdtempSync(join(tmpdir(), 'cloister-vault-'));
  const folder = join(root, 'vault');
  const files = createVaultFiles({
    ...{ clock, random, kdfCost: KDF_FLOOR },
    ...(options.keyStore && { keyStore: options.keyStore }),
  });
  const made = await files.create(folder, {
    name: 'Test vault',
    user: { name: 'Tester', roles },
    passphrase: TEST_PASSPHRASE,
    cipher,
  });
  const vault = unwrap(made);
  let open = vault;
  return {
    folder,
    files,
    vault,
    clock,
    random,
    async reopen() {
      open.close();
      open = unwrap(await files.unlock(folder, { passphrase: TEST_PASSPHRASE }));
      return open;
    },
    dispose() {
      open.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
