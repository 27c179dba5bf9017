// The operating system's key store as the core sees it: named secrets under a key that the system keeps for
// this account (Keychain, DPAPI, libsecret, KWallet). It may be missing, may change its backend and may
// forget everything at any time, so nothing may depend on it alone. Only the Electron shell has one; the
// terminal and the preview have none, and no weaker stand-in is invented for them.

export type KeyStoreState =
  | { readonly usable: true; readonly backend: string }
  | {
      readonly usable: false;
      /** `none`: not reachable from here. `weak`: its key is known to everybody. `closed`: no answer. */
      readonly why: 'none' | 'weak' | 'closed';
      readonly backend: string | undefined;
    };

export interface KeyStore {
  state(): Promise<KeyStoreState>;
  /** Undefined where nothing is kept under this name, or where it cannot be read any more. */
  get(name: string): Promise<string | undefined>;
  /** False where it was not kept. */
  set(name: string, value: string): Promise<boolean>;
}

/** Letters, digits, points and underscores; `isEntryName` is asked on both sides of the process border. */
export const isEntryName = (name: string): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,150}$/.test(name);
export const MOST_ENTRY_CHARACTERS = 65_536;

export const NO_KEY_STORE: KeyStore = {
  state: () => Promise.resolve({ usable: false, why: 'none', backend: undefined }),
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(false),
};
