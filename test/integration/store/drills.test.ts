// Fifty ways in which a key store, a header or a machine fails somebody whose access is bound to a device.
// None of them may lock anybody out: each drill ends in an open vault, in three steps at the most, with the
// printed code working and with everything that was stored.
import {
  copyFileSync,
  cpSync,
  existsSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { KDF_FLOOR, createVaultFiles, type OpenVault } from '../../../main/store/index.ts';
import { unwrap, type Result } from '../../../shared/kernel/result.ts';
import { createFakeKeyStore, createFileKeyStore, type FakeKeyStore } from '../../fakes/keyStore.ts';
import { TEST_PASSPHRASE, createTestVault, type TestVault } from '../../fakes/openVault.ts';
import { createDice, pause, startChild } from './process.ts';

const CHANGED = 'a new passphrase since';
const MARK = 'kept through every drill';

interface Drill {
  readonly house: TestVault;
  readonly store: FakeKeyStore;
  readonly code: string;
  /** What the person knows by now. */
  passphrase: string;
  vault: OpenVault;
}
type Binding = 'passphrase' | 'code';
type Trouble = readonly [name: string, strike: (drill: Drill) => void | Promise<void>];

const file = (drill: Drill, name: string): string => join(drill.house.folder, name);

/** Everything that can happen to the second factor while nobody is signed in. */
const TROUBLES: readonly Trouble[] = [
  ['nothing at all', () => undefined],
  ['the keyring was reset', ({ store }) => store.forget()],
  ['the keyring does not open', ({ store }) => void (store.closed = true)],
  ['the desktop chose another backend', ({ store }) => void (store.backend = 'kwallet6')],
  [
    'another backend came and with it an empty keyring',
    ({ store }) => {
      store.backend = 'kwallet5';
      store.forget();
    },
  ],
  [
    'the secret is another one',
    ({ store }) => {
      for (const name of store.entries.keys()) {
        store.entries.set(name, Buffer.alloc(32, 7).toString('base64'));
      }
    },
  ],
  [
    'the secret is cut short',
    ({ store }) => {
      for (const [name, value] of store.entries) store.entries.set(name, value.slice(0, 20));
    },
  ],
  ['slots.json is gone', (drill) => rmSync(file(drill, 'slots.json'))],
  ['slots.json is cut short', (drill) => truncateSync(file(drill, 'slots.json'), 300)],
  [
    'slots.json is noise and the keyring is gone',
    (drill) => {
      writeFileSync(file(drill, 'slots.json'), Buffer.alloc(2_000, 0x5a));
      drill.store.forget();
    },
  ],
  ['the copy of the header is gone', (drill) => rmSync(file(drill, 'slots.copy.json'))],
];

let drill: Drill | undefined;
afterEach(() => {
  drill?.vault.close();
  drill?.house.dispose();
  drill = undefined;
});

async function start(binding: Binding | undefined): Promise<Drill> {
  const store = createFakeKeyStore();
  const house = await createTestVault({ keyStore: store });
  const { vault } = house;
  vault.store.db.run('INSERT INTO setting (user_id, value) VALUES (?, ?)', ['drill', MARK]);
  const code = unwrap(await vault.keys.makeRecoveryCode());
  if (binding) unwrap(await vault.keys.bind(vault.user.id, TEST_PASSPHRASE, binding));
  return { house, store, code, vault, passphrase: TEST_PASSPHRASE };
}

const unlock = ({ house }: Drill, passphrase: string): Promise<Result<OpenVault>> =>
  house.files.unlock(house.folder, { passphrase });

const isWhole = ({ store }: OpenVault): void => {
  expect(store.check()).toEqual([]);
  const row = store.db.get<{ value: string }>('SELECT value FROM setting WHERE user_id = ?', [
    'drill',
  ]);
  expect(row?.value).toBe(MARK);
};

/** The way back of somebody who knows the passphrase and can get at the paper; returns its steps. */
async function wayBack(drill: Drill): Promise<number> {
  let steps = 1;
  const own = await unlock(drill, drill.passphrase);
  if (own.ok) {
    drill.vault = own.value;
    return steps;
  }
  // Never a riddle: what is missing is the device, and the passphrase was not called wrong.
  expect(own.error.code).toBe('KEY_STORE_UNAVAILABLE');
  steps += 1;
  const byCode = unwrap(await unlock(drill, drill.code));
  expect(byCode.byRecoveryCode).toBe(true);
  steps += 1;
  unwrap(await byCode.keys.reset(byCode.keys.users()[0]!.id, CHANGED));
  byCode.close();
  drill.passphrase = CHANGED;
  drill.vault = unwrap(await unlock(drill, CHANGED));
  return steps;
}

describe.each(['passphrase', 'code'] as const)('bound, with the way of the %s', (binding) => {
  it.each(TROUBLES)('comes back when %s', async (_, strike) => {
    drill = await start(binding);
    drill.vault.close();
    await strike(drill);
    expect(await wayBack(drill)).toBeLessThanOrEqual(3);
    isWhole(drill.vault);
    // And goes on: bound anew where there is a key store, the code still good.
    const { keys, user } = drill.vault;
    if (!drill.store.closed) unwrap(await keys.bind(user.id, drill.passphrase, binding));
    unwrap(await keys.checkRecoveryCode(drill.code));
    drill.vault.close();
    drill.vault = unwrap(await unlock(drill, drill.passphrase));
    isWhole(drill.vault);
  });

  it('comes back from a backup on a machine without any key store', async () => {
    drill = await start(binding);
    const copy = join(drill.house.folder, '..', 'elsewhere');
    drill.vault.close();
    cpSync(drill.house.folder, copy, { recursive: true });
    const files = createVaultFiles({ ...drill.house, kdfCost: KDF_FLOOR });
    const own = await files.unlock(copy, { passphrase: TEST_PASSPHRASE });
    expect(own.ok).toBe(binding === 'passphrase');
    if (own.ok) {
      expect(own.value.withoutDevice).toBe(true);
      own.value.close();
    }
    drill.vault = unwrap(await files.unlock(copy, { passphrase: drill.code }));
    isWhole(drill.vault);
  });

  it('keeps the passphrase of before out after a new one, with and without the device', async () => {
    drill = await start(binding);
    const { keys, user } = drill.vault;
    const { generation: before } = keyOf(drill);
    unwrap(await keys.changePassphrase(user.id, TEST_PASSPHRASE, CHANGED));
    drill.vault.close();
    expect(keyOf(drill).generation).toBe(before);
    for (const away of [false, true]) {
      drill.store.closed = away;
      const refused = await unlock(drill, TEST_PASSPHRASE);
      expect(refused.ok).toBe(false);
    }
    drill.store.closed = false;
    drill.vault = unwrap(await unlock(drill, CHANGED));
    expect(drill.vault.withoutDevice).toBe(false);
    isWhole(drill.vault);
  });

  it('survives a new key of the database, which needs no device', async () => {
    drill = await start(binding);
    drill.vault.store.rekey();
    drill.vault.close();
    expect(await wayBack(drill)).toBe(1);
    expect(drill.vault.withoutDevice).toBe(false);
    isWhole(drill.vault);
  });

  it('is let go by the person, and then needs the passphrase alone', async () => {
    drill = await start(binding);
    const { keys, user } = drill.vault;
    expect(await keys.unbind(user.id, 'not it')).toMatchObject({
      error: { code: 'WRONG_PASSPHRASE' },
    });
    unwrap(await keys.unbind(user.id, TEST_PASSPHRASE));
    expect(await keys.binding(user.id)).toBeUndefined();
    drill.store.forget();
    drill.vault.close();
    expect(await wayBack(drill)).toBe(1);
    expect(drill.vault.withoutDevice).toBe(false);
  });

  it('opens a backup of the time when it was bound, after it was let go', async () => {
    drill = await start(binding);
    const copy = join(drill.house.folder, '..', 'copy');
    drill.vault.close();
    cpSync(drill.house.folder, copy, { recursive: true });
    drill.vault = unwrap(await unlock(drill, TEST_PASSPHRASE));
    unwrap(await drill.vault.keys.unbind(drill.vault.user.id, TEST_PASSPHRASE));
    const opened = unwrap(await drill.house.files.unlock(copy, { passphrase: TEST_PASSPHRASE }));
    expect(opened.withoutDevice).toBe(false);
    opened.close();
  });
});

describe('a key store that fails while somebody works', () => {
  it.each(['passphrase', 'code'] as const)('(way of the %s) locks nobody out', async (binding) => {
    drill = await start(binding);
    const { keys, user } = drill.vault;
    drill.store.forget();
    const verified = await keys.verify(user.id, TEST_PASSPHRASE);
    const signed = await keys.sign(user.id, TEST_PASSPHRASE, Buffer.from('an order'));
    expect([verified.ok, signed.ok]).toEqual(Array(2).fill(binding === 'passphrase'));
    const changed = await keys.changePassphrase(user.id, TEST_PASSPHRASE, CHANGED);
    if (changed.ok) {
      // The former passphrase must not live on in a wrap of the device.
      drill.passphrase = CHANGED;
      expect(await keys.binding(user.id)).toBeUndefined();
    } else expect(changed.error.code).toBe('KEY_STORE_UNAVAILABLE');
    drill.vault.close();
    expect(await wayBack(drill)).toBeLessThanOrEqual(3);
    isWhole(drill.vault);
  });

  it('changes nothing when it keeps no secret', async () => {
    drill = await start(undefined);
    const { keys, user } = drill.vault;
    drill.store.closed = true;
    expect(await keys.bind(user.id, TEST_PASSPHRASE, 'code')).toMatchObject({
      error: { code: 'KEY_STORE_UNAVAILABLE' },
    });
    expect(await keys.binding(user.id)).toBeUndefined();
    drill.vault.close();
    expect(await wayBack(drill)).toBe(1);
  });

  it('changes nothing when it says that it kept a secret and did not', async () => {
    drill = await start(undefined);
    const { keys, user } = drill.vault;
    drill.store.set = () => Promise.resolve(true);
    expect(await keys.bind(user.id, TEST_PASSPHRASE, 'code')).toMatchObject({
      error: { code: 'KEY_STORE_UNAVAILABLE' },
    });
    drill.vault.close();
    expect(await wayBack(drill)).toBe(1);
  });

  it('is not blamed for a wrong passphrase, and a wrong passphrase is not blamed on it', async () => {
    drill = await start('code');
    drill.vault.close();
    expect(await unlock(drill, 'not it')).toMatchObject({ error: { code: 'WRONG_PASSPHRASE' } });
    drill.store.forget();
    for (let attempt = 0; attempt < 6; attempt += 1) {
      // Nothing was guessed, so nobody waits.
      expect(await unlock(drill, TEST_PASSPHRASE)).toMatchObject({
        error: { code: 'KEY_STORE_UNAVAILABLE' },
      });
    }
    expect(await wayBack(drill)).toBe(3);
  });
});

describe('both copies of the header lost', () => {
  it.each(['passphrase', 'code'] as const)(
    '(way of the %s) come from a backup',
    async (binding) => {
      drill = await start(binding);
      const { house } = drill;
      const kept = join(house.folder, '..', 'kept.json');
      copyFileSync(file(drill, 'slots.json'), kept);
      drill.vault.close();
      for (const name of ['slots.json', 'slots.copy.json']) rmSync(file(drill, name));
      expect(await unlock(drill, TEST_PASSPHRASE)).toMatchObject({
        error: { code: 'VAULT_DAMAGED' },
      });
      copyFileSync(kept, file(drill, 'slots.json'));
      expect(await wayBack(drill)).toBe(1);
      expect(existsSync(file(drill, 'slots.copy.json'))).toBe(true);
      isWhole(drill.vault);
    },
  );
});

describe('a process killed while it binds', { timeout: 120_000 }, () => {
  it.each(Array.from({ length: 12 }, (_, round) => round))(
    '(%i) locks nobody out',
    async (round) => {
      drill = await start(undefined);
      drill.vault.close();
      const { house } = drill;
      const child = startChild('bind', house.folder);
      await child.ready();
      await pause(createDice(round)() * 1_500);
      await child.kill();
      const keyStore = createFileKeyStore(`${house.folder}.keystore`);
      const files = createVaultFiles({ ...house, kdfCost: KDF_FLOOR, keyStore });
      drill.vault = unwrap(await files.unlock(house.folder, { passphrase: TEST_PASSPHRASE }));
      expect(drill.vault.withoutDevice).toBe(false);
      isWhole(drill.vault);
      unwrap(await drill.vault.keys.checkRecoveryCode(drill.code));
    },
  );
});

const keyOf = ({ house }: Drill): { readonly generation: number } => {
  const header = JSON.parse(readFileSync(join(house.folder, 'slots.json'), 'utf8')) as {
    readonly slots: readonly { readonly keys: readonly { readonly generation: number }[] }[];
  };
  return header.slots[0]!.keys[0]!;
};
