// A key store whose moods a test sets. The one in a file serves processes that are killed.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { KeyStore } from '../../main/platform/index.ts';

export interface FakeKeyStore extends KeyStore {
  readonly entries: Map<string, string>;
  backend: string;
  closed: boolean;
  /** Everything kept so far, as another keyring of the same account would not have it. */
  forget(): void;
}

export function createFakeKeyStore(): FakeKeyStore {
  const entries = new Map<string, string>();
  const store: FakeKeyStore = {
    entries,
    backend: 'gnome_libsecret',
    closed: false,
    forget: () => entries.clear(),
    state: () =>
      Promise.resolve(
        store.closed
          ? { usable: false, why: 'closed', backend: store.backend }
          : { usable: true, backend: store.backend },
      ),
    get: (name) => Promise.resolve(store.closed ? undefined : entries.get(name)),
    set(name, value) {
      if (!store.closed) entries.set(name, value);
      return Promise.resolve(!store.closed);
    },
  };
  return store;
}

export function createFileKeyStore(path: string): KeyStore {
  const read = (): Record<string, string> => {
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
    } catch {
      return {};
    }
  };
  return {
    state: () => Promise.resolve({ usable: true, backend: 'file' }),
    get: (name) => Promise.resolve(read()[name]),
    set(name, value) {
      writeFileSync(`${path}.new`, JSON.stringify({ ...read(), [name]: value }));
      renameSync(`${path}.new`, path);
      return Promise.resolve(true);
    },
  };
}
