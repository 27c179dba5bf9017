// The open vault's keys and slots. Whoever holds this object holds the database key: it lives as long as
// the vault is open and is wiped at `close`.
import {
  fault,
  attempt,
  attemptAsync,
  type Clock,
  type Fault,
  type Random,
} from '../platform/index.ts';
import type { UserId } from '../../shared/kernel/id.ts';
import type { DeviceSecrets } from './devices.ts';
import type { VaultKeys, VaultUser } from './faces.ts';
import { writeHeader, type Header } from './header.ts';
import { KDF_FLOOR, type KdfCost } from './kdf.ts';
import { newRecoveryCode, normalRecoveryCode } from './recoveryCode.ts';
import {
  bindSlot,
  createSlot,
  isHere,
  isPerson,
  needsDevice,
  openSlot,
  rewrapSlot,
  signAs,
  unbindSlot,
  userOf,
  withKeys,
  type DatabaseKey,
  type Slot,
} from './slots.ts';

export interface Keyring {
  readonly keys: VaultKeys;
  header(): Header;
  current(): DatabaseKey;
  /** A new key, sealed to every slot beside the current one. On disk before this returns. */
  beginRekey(): DatabaseKey;
  /** Goes on with this key alone, and writes it so. */
  settle(key: DatabaseKey): void;
  close(): void;
}

export interface KeyringDeps {
  readonly folder: string;
  readonly header: Header;
  readonly key: DatabaseKey;
  readonly clock: Clock;
  readonly random: Random;
  readonly devices: DeviceSecrets;
  /** For slots made from now on. */
  readonly cost: KdfCost;
}

export function createKeyring(deps: KeyringDeps): Keyring {
  const { folder, clock, random, cost, devices } = deps;
  const vaultId = deps.header.vault.id;
  let header = deps.header;
  let current = deps.key;

  function save(slots: readonly Slot[], keys: readonly DatabaseKey[] = [current]): void {
    const next = { ...header, slots: [...slots] };
    writeHeader(folder, next, keys);
    header = next;
  }

  function slotOf(userId: UserId): Slot {
    const slot = header.slots.find(({ user }) => user.id === userId);
    if (!slot) throw fault('NOT_FOUND', 'This vault has no such user.', { userId });
    return slot;
  }

  /** The slot with what this machine knows of its device. Throws where the passphrase alone will not do. */
  async function withDevice(userId: UserId): Promise<[slot: Slot, secret: Buffer | undefined]> {
    const slot = slotOf(userId);
    const secret = slot.device && (await devices.find(vaultId, userId));
    if (needsDevice(slot, secret)) throw deviceMissing();
    return [slot, secret];
  }

  const replace = (slot: Slot): Slot[] =>
    header.slots.map((other) => (other.user.id === slot.user.id ? slot : other));

  const sealedTo = (slots: readonly Slot[], keys: readonly DatabaseKey[]): Slot[] =>
    slots.map((slot) => withKeys(vaultId, slot, keys, random));

  const keys: VaultKeys = {
    users: () => header.slots.filter(isPerson).map(userOf),
    add: ({ name, roles }, passphrase) =>
      attemptAsync(async () => {
        refuseWeak(passphrase);
        const user = { id: random.newId('user'), name, roles };
        const createdAt = clock.now();
        const slot = await createSlot(
          { vaultId, user, passphrase, cost, createdAt, keys: [current] },
          random,
        );
        save([...header.slots, slot]);
        return user;
      }),
    changePassphrase: (userId, now, next) =>
      attemptAsync(async () => {
        refuseWeak(next);
        const [slot, secret] = await withDevice(userId);
        const changed = await rewrapSlot(vaultId, slot, now, next, cost, random, secret);
        if (!changed) throw wrongPassphrase();
        save(replace(changed));
      }),
    reset: (userId, passphrase) =>
      attemptAsync(async () => {
        refuseWeak(passphrase);
        const user = userOf(slotOf(userId));
        const createdAt = clock.now();
        save(
          replace(
            await createSlot(
              { vaultId, user, passphrase, cost, createdAt, keys: [current] },
              random,
            ),
          ),
        );
      }),
    sign: (userId, passphrase, message) =>
      attemptAsync(async () => {
        const [slot, secret] = await withDevice(userId);
        const signed = await signAs(vaultId, slot, passphrase, message, secret);
        if (!signed) throw wrongPassphrase();
        const signingKey = signed.publicKey.toString('base64');
        if (slot.signingKey !== signingKey) save(replace({ ...slot, signingKey }));
        return signed;
      }),
    signingKey(userId) {
      const slot = header.slots.find(({ user }) => user.id === userId);
      return slot?.signingKey === undefined ? undefined : Buffer.from(slot.signingKey, 'base64');
    },
    makeRecoveryCode: () =>
      attemptAsync(async () => {
        const code = newRecoveryCode(random);
        const user: VaultUser = {
          id: random.newId('user'),
          name: 'Recovery code',
          roles: ['administrator'],
        };
        const slot = await createSlot(
          {
            vaultId,
            user,
            passphrase: normalRecoveryCode(code) as string,
            kind: 'recovery',
            // 130 random bits cannot be guessed at any price; the floor keeps an emergency quick.
            cost: KDF_FLOOR,
            createdAt: clock.now(),
            keys: [current],
          },
          random,
        );
        save([...header.slots.filter(isPerson), slot]);
        return code;
      }),
    hasRecoveryCode: () => !header.slots.every(isPerson),
    checkRecoveryCode: (text) =>
      attemptAsync(async () => {
        const code = normalRecoveryCode(text);
        const slot = header.slots.find((each) => !isPerson(each));
        const opened = code && slot && (await openSlot(vaultId, slot, code));
        if (!opened) throw wrongCode();
        for (const { bytes } of opened) bytes.fill(0);
      }),
    verify: (userId, passphrase) =>
      attemptAsync(async () => {
        const [slot, secret] = await withDevice(userId);
        const opened = await openSlot(vaultId, slot, passphrase, secret);
        if (!opened) throw wrongPassphrase();
        for (const { bytes } of opened) bytes.fill(0);
      }),
    keyStore: () => devices.state(),
    async binding(userId) {
      const slot = header.slots.find(({ user }) => user.id === userId);
      if (!slot?.device) return undefined;
      const { boundAt, backend } = slot.device;
      return {
        boundAt,
        backend,
        here: isHere(slot, await devices.find(vaultId, userId)),
        withoutDevice: slot.seed === undefined ? 'code' : 'passphrase',
      };
    },
    bind: (userId, passphrase, withoutDevice) =>
      attemptAsync(async () => {
        const [slot] = await withDevice(userId);
        const state = await devices.state();
        if (!state.usable) throw noKeyStore();
        const secret = await devices.make(vaultId, userId);
        if (!secret) throw noKeyStore();
        const bound = await bindSlot(
          vaultId,
          slot,
          passphrase,
          {
            device: { secret, backend: state.backend, boundAt: clock.now() },
            alone: withoutDevice === 'passphrase',
            cost,
          },
          random,
        );
        if (!bound) throw wrongPassphrase();
        save(replace(bound));
      }),
    unbind: (userId, passphrase) =>
      attemptAsync(async () => {
        const [slot, secret] = await withDevice(userId);
        const free = await unbindSlot(vaultId, slot, passphrase, cost, random, secret);
        if (!free) throw wrongPassphrase();
        save(replace(free));
      }),
    setRoles: (userId, roles) =>
      attempt(() => {
        const slot = slotOf(userId);
        const changed = { ...slot, user: { ...slot.user, roles: [...roles] } };
        save(replace(withKeys(vaultId, changed, [current], random)));
      }),
    remove: (userId) =>
      attempt(() => {
        const { user } = slotOf(userId);
        if (header.slots.filter(isPerson).length === 1) {
          throw fault(
            'CONFLICT',
            'The last user of a vault cannot be removed: nobody could open it.',
            {
              userId,
            },
          );
        }
        save(header.slots.filter((slot) => slot.user.id !== user.id));
      }),
  };

  return {
    keys,
    header: () => header,
    current: () => current,
    beginRekey() {
      const next = { generation: current.generation + 1, bytes: random.bytes(32) };
      const both = [current, next];
      save(sealedTo(header.slots, both), both);
      return next;
    },
    settle(key) {
      save(sealedTo(header.slots, [key]), [key]);
      if (current !== key) current.bytes.fill(0);
      current = key;
    },
    close: () => void current.bytes.fill(0),
  };
}

/** How strong a passphrase must be is the interface's rule; an empty one protects nothing. */
export function refuseWeak(passphrase: string): void {
  if (passphrase.trim() === '') {
    throw fault('WEAK_PASSPHRASE', 'A passphrase cannot be empty. Nothing was changed.');
  }
}

/** Bound with no other way than the printed code, and this is not the device. */
export const deviceMissing = (): Fault =>
  fault(
    'KEY_STORE_UNAVAILABLE',
    'This access is bound to a device, and the key store here does not hold its secret. Nothing was changed and no data is lost. Work on that device, unlock with the printed recovery code, or ask an administrator for a new passphrase.',
  );

const noKeyStore = (): Fault =>
  fault(
    'KEY_STORE_UNAVAILABLE',
    'The key store of this machine would not keep a secret. Nothing was changed; your passphrase opens the vault as before.',
  );

const wrongCode = (): Fault =>
  fault(
    'WRONG_PASSPHRASE',
    'This is not the recovery code of this vault, or there is a slip in it. Nothing was changed. Compare it with the paper, group by group.',
    {},
    { retryable: true },
  );

export const wrongPassphrase = (): Fault =>
  fault(
    'WRONG_PASSPHRASE',
    'The passphrase does not open this vault. Nothing was changed. Check the keyboard layout and Caps Lock, then try again.',
    {},
    { retryable: true },
  );
