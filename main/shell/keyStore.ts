// The operating system's key store through Electron's `safeStorage`, which keeps one key per account with the
// system and encrypts strings under it; the boxes lie in files of our own, outside every vault. Only the
// asynchronous calls are used: the others are deprecated and hold the window up while a keyring asks.
//
// On Linux the backend follows the desktop of the day. `basic_text` encrypts under a password that stands in
// Chromium's source, and `unknown` is what it calls a choice not made yet: neither keeps a secret, so both are
// refused. A box made under another backend is tried all the same, since a keyring may have been migrated;
// where it does not open, it counts as not there and whoever asked takes the other way.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  ensureFolder,
  readFileIfThere,
  writeFileAtomic,
  type KeyStore,
  type KeyStoreState,
} from '../platform/index.ts';
import type { Electron } from './electronParts.ts';

type SafeStorage = Pick<
  Electron.SafeStorage,
  | 'isAsyncEncryptionAvailable'
  | 'getSelectedStorageBackend'
  | 'encryptStringAsync'
  | 'decryptStringAsync'
>;

const WEAK: ReadonlySet<string> = new Set(['basic_text', 'unknown']);
const BACKENDS: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'keychain',
  win32: 'dpapi',
};

export function createSafeStorageKeyStore(
  safeStorage: SafeStorage,
  { folder, platform }: { readonly folder: string; readonly platform: NodeJS.Platform },
): KeyStore {
  /** Names hold ids of vaults and people; the folder need not list them. */
  const fileOf = (name: string): string =>
    join(folder, `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.json`);

  async function state(): Promise<KeyStoreState> {
    try {
      const available = await safeStorage.isAsyncEncryptionAvailable();
      // Asked after the first asynchronous call, which is when the choice is made.
      const backend = BACKENDS[platform] ?? safeStorage.getSelectedStorageBackend();
      if (WEAK.has(backend)) return { usable: false, why: 'weak', backend };
      return available ? { usable: true, backend } : { usable: false, why: 'closed', backend };
    } catch {
      return { usable: false, why: 'closed', backend: undefined };
    }
  }

  async function keep(name: string, value: string, backend: string): Promise<boolean> {
    const box = await safeStorage.encryptStringAsync(value);
    ensureFolder(folder);
    writeFileAtomic(fileOf(name), JSON.stringify({ v: 1, backend, box: box.toString('base64') }));
    return true;
  }

  return {
    state,
    async get(name) {
      try {
        const now = await state();
        const box = now.usable ? boxIn(readFileIfThere(fileOf(name))) : undefined;
        if (!now.usable || !box) return undefined;
        const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(box);
        if (shouldReEncrypt) await keep(name, result, now.backend).catch(() => false);
        return result;
      } catch {
        return undefined; // Another account, another machine, a keyring that was reset.
      }
    },
    async set(name, value) {
      try {
        const now = await state();
        return now.usable && (await keep(name, value, now.backend));
      } catch {
        return false;
      }
    },
  };
}

function boxIn(bytes: Buffer | undefined): Buffer | undefined {
  if (!bytes) return undefined;
  const { box } = JSON.parse(bytes.toString('utf8')) as { readonly box?: unknown };
  return typeof box === 'string' ? Buffer.from(box, 'base64') : undefined;
}
