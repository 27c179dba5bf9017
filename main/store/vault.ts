// A vault folder from outside: look at it, create one, unlock one.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  NO_KEY_STORE,
  UNFINISHED_SUFFIX,
  attempt,
  attemptAsync,
  ensureFolder,
  fault,
  fileFault,
  syncFolder,
  type Clock,
  type KeyStore,
  type Random,
} from '../platform/index.ts';
import type { VaultId } from '../../shared/kernel/id.ts';
import { listBackups } from './backup.ts';
import { BACKUP_FILE, UNFINISHED_VAULT } from './backupFolder.ts';
import { createDatabase } from './database.ts';
import { createDeviceSecrets } from './devices.ts';
import { DATABASE_FILE, keyOpens, openHandle } from './driver.ts';
import { examineInside, examineOutside } from './examine.ts';
import type { CreateVault, OpenVault, Unlock, VaultFiles } from './faces.ts';
import {
  HEADER_COPY,
  HEADER_FILE,
  headerDamaged,
  readHeader,
  writeHeader,
  type Header,
} from './header.ts';
import { calibrateKdf, isAcceptableCost, KDF_FLOOR, type KdfCost } from './kdf.ts';
import { deviceMissing, refuseWeak, wrongPassphrase } from './keyring.ts';
import { acquireVaultLock, vaultLockOwner, type VaultLock } from './lock.ts';
import { migrations as product } from './migrations/index.ts';
import type { Migration } from './migrations/migration.ts';
import { migrate } from './migrations/runner.ts';
import { openVault } from './openVault.ts';
import { normalRecoveryCode } from './recoveryCode.ts';
import {
  copyBackup,
  finishing,
  growVault,
  keyFromSlots,
  requireManifest,
  verifyBackup,
} from './restore.ts';
import { salvage, type Salvage } from './salvage.ts';
import {
  createSlot,
  isHere,
  isPerson,
  needsDevice,
  openSlot,
  slotCost,
  userOf,
  type DatabaseKey,
  type Slot,
} from './slots.ts';
import { createThrottle } from './throttle.ts';

export interface VaultFilesDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Defaults to the product's schema. */
  readonly migrations?: readonly Migration[];
  /** Fixed cost instead of calibrating to 0.5–1 s at creation; never below the OWASP floor. */
  readonly kdfCost?: KdfCost;
  /** Where devices keep their half of a bound access; without it there is none. */
  readonly keyStore?: KeyStore;
}

const UNFINISHED_DATABASE = `${DATABASE_FILE}${UNFINISHED_SUFFIX}`;

export function createVaultFiles(deps: VaultFilesDeps): VaultFiles {
  const { clock, random, migrations = product } = deps;
  if (deps.kdfCost && !isAcceptableCost(deps.kdfCost)) {
    throw new RangeError('The cost of a key derivation may not go below the floor');
  }
  const throttle = createThrottle(clock);
  const devices = createDeviceSecrets(deps.keyStore ?? NO_KEY_STORE, random);

  /** Runs `act` under the lock, which passes to the vault that `act` opens. */
  const locked = async (
    folder: string,
    act: (lock: VaultLock) => Promise<OpenVault>,
  ): Promise<OpenVault> => {
    const lock = acquireVaultLock(folder, clock);
    try {
      return await act(lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  };

  async function create(folder: string, options: CreateVault, lock: VaultLock): Promise<OpenVault> {
    refuseOccupied(folder);
    const cost = deps.kdfCost ?? (await calibrateKdf(clock));
    const key: DatabaseKey = { generation: 1, bytes: random.bytes(32) };
    const createdAt = clock.now();
    const cipher = options.cipher ?? 'aegis';
    const vault = { id: random.newId('vault'), name: options.name, createdAt, cipher };
    const user = { id: random.newId('user'), ...options.user };
    const { passphrase } = options;
    const slot = await createSlot(
      { vaultId: vault.id, user, passphrase, cost, createdAt, keys: [key] },
      random,
    );
    const header: Header = { format: 'cloister-vault', version: 1, vault, slots: [slot] };

    // The database gets its name last: a crash before that leaves nothing that looks like a vault.
    try {
      const path = join(folder, UNFINISHED_DATABASE);
      const database = createDatabase(openHandle(path, { cipher, key: key.bytes, create: true }));
      try {
        migrate(database, migrations, clock);
      } finally {
        database.close();
      }
      writeHeader(folder, header, [key]);
      renameSync(path, join(folder, DATABASE_FILE));
      syncFolder(folder);
    } catch (error) {
      removeUnfinished(folder);
      throw fileFault(error, join(folder, DATABASE_FILE));
    }
    throttle.opened(folder);
    const read = readHeader(folder);
    if (!read) throw headerDamaged();
    return openVault({
      ...{ ...deps, migrations, folder, read, keys: [key], user, cost, lock, devices },
      ...{ byRecoveryCode: false, withoutDevice: false },
    });
  }

  async function unlock(folder: string, options: Unlock, lock: VaultLock): Promise<OpenVault> {
    const read = readHeader(folder);
    if (!read) throw headerDamaged();
    const vaultId = read.header.vault.id;
    const code = normalRecoveryCode(options.passphrase);
    const wanted = (slot: Slot): boolean =>
      isPerson(slot) ? !options.userId || slot.user.id === options.userId : code !== undefined;
    // The printed code is recognized by its checksum, so that nobody else waits for its slot.
    const slots = read.header.slots
      .filter(wanted)
      .sort((a, b) => Number(isPerson(a)) - Number(isPerson(b)));
    let tried = 0;
    for (const slot of slots) {
      const passphrase = isPerson(slot) ? options.passphrase : (code ?? '');
      const secret = slot.device && (await devices.find(vaultId, slot.user.id));
      if (needsDevice(slot, secret)) continue;
      tried += 1;
      const keys = await openSlot(vaultId, slot, passphrase, secret);
      if (!keys) continue;
      const user = userOf(slot);
      const byRecoveryCode = !isPerson(slot);
      const withoutDevice = slot.device !== undefined && !isHere(slot, secret);
      const cost = (byRecoveryCode ? undefined : slotCost(slot)) ?? personCost(read.header.slots);
      const vault = openVault({
        ...{ ...deps, migrations, folder, read, keys, user, lock, cost, devices },
        ...{ byRecoveryCode, withoutDevice },
      });
      throttle.opened(folder);
      return vault;
    }
    if (tried > 0) throttle.failed(folder);
    throw tried < slots.length ? deviceMissing() : wrongPassphrase();
  }

  return {
    status: (folder) =>
      attempt(() => {
        if (!existsSync(join(folder, DATABASE_FILE))) return undefined;
        const read = readHeader(folder);
        if (!read) throw headerDamaged();
        const { vault, slots } = read.header;
        return {
          ...vault,
          id: vault.id as VaultId,
          users: slots.filter(isPerson).map(userOf),
          lastOpenedAt: throttle.lastOpenedAt(folder),
          inUse: vaultLockOwner(folder),
        };
      }),
    create: (folder, options) =>
      attemptAsync(async () => {
        refuseWeak(options.passphrase);
        ensureFolder(folder);
        return locked(folder, (lock) => create(folder, options, lock));
      }),
    unlock: (folder, options) =>
      attemptAsync(async () => {
        if (!existsSync(join(folder, DATABASE_FILE))) throw notAVault();
        if (existsSync(join(folder, BACKUP_FILE))) throw isABackup();
        if (existsSync(join(folder, UNFINISHED_VAULT))) throw notAVault();
        throttle.check(folder);
        return locked(folder, (lock) => unlock(folder, options, lock));
      }),
    readBackup: (folder) => attempt(() => requireManifest(folder).manifest),
    listBackups,
    verifyBackup: (folder, options) => attemptAsync(() => verifyBackup(folder, options, devices)),
    examine: (folder, options) =>
      attemptAsync(async () => {
        if (!existsSync(join(folder, DATABASE_FILE))) throw notAVault();
        const outside = examineOutside(folder, clock, throttle.lastOpenedAt(folder));
        const read = outside.some(({ what, state }) => what === 'header' && state === 'bad')
          ? undefined
          : readHeader(folder);
        if (!options.unlock || !read) return outside;
        throttle.check(folder);
        const key = await keyFromSlots(
          read.header,
          options.unlock,
          devices,
          fitsFile(folder, read.header),
          true,
        );
        if (!key) {
          throttle.failed(folder);
          throw wrongPassphrase();
        }
        const { inspect } = options;
        const { cipher } = read.header.vault;
        try {
          return [...outside, ...(await examineInside({ folder, read, key, cipher, inspect }))];
        } finally {
          key.bytes.fill(0);
        }
      }),
    salvage: async (folder, target, options, act) => {
      const saved = await attemptAsync(async () => {
        if (!existsSync(join(folder, DATABASE_FILE))) throw notAVault();
        const { header } = readHeader(folder) ?? {};
        if (!header) throw headerDamaged();
        throttle.check(folder);
        const key = await keyFromSlots(header, options, devices, fitsFile(folder, header), true);
        if (!key) {
          throttle.failed(folder);
          throw wrongPassphrase();
        }
        const growing = growVault(target);
        return finishing(growing, async () => {
          const lock = acquireVaultLock(folder, clock); // The source must stand still.
          let report: Salvage;
          try {
            report = await salvage({
              ...{ source: folder, target: growing.folder, header, key, clock, random },
            });
          } finally {
            lock.release();
            key.bytes.fill(0);
          }
          const vault = await locked(growing.folder, (own) => unlock(growing.folder, options, own));
          try {
            return await act({ ...report, vault });
          } finally {
            vault.close();
          }
        });
      });
      return saved.ok ? saved.value : saved;
    },
    restore: async (folder, target, options, act) => {
      const restored = await attemptAsync(async () => {
        const read = requireManifest(folder);
        const growing = growVault(target);
        return finishing(growing, async () => {
          await copyBackup(folder, read, growing.folder, options);
          const vault = await locked(growing.folder, (lock) =>
            unlock(growing.folder, options, lock),
          );
          try {
            return await act(vault, read.manifest);
          } finally {
            vault.close();
          }
        });
      });
      return restored.ok ? restored.value : restored;
    },
  };
}

/** What new slots cost: as the people's do, never as cheap as the slot of the printed code. */
function personCost(slots: readonly Slot[]): KdfCost {
  return slots.filter(isPerson).map(slotCost).find(Boolean) ?? KDF_FLOOR;
}

/** A damaged first page refuses every key; the passphrase was right all the same (`orNewest`). */
const fitsFile =
  (folder: string, { vault }: Header) =>
  (key: DatabaseKey): boolean =>
    keyOpens(join(folder, DATABASE_FILE), vault.cipher, key.bytes);

function refuseOccupied(folder: string): void {
  const has = (name: string): boolean => existsSync(join(folder, name));
  const crashed = has(UNFINISHED_DATABASE);
  if (has(DATABASE_FILE) || (!crashed && (has(HEADER_FILE) || has(HEADER_COPY)))) {
    throw fault(
      'VAULT_EXISTS',
      'There is already a vault, or a part of one, in this folder. Nothing was changed. Unlock it, or choose an empty folder.',
    );
  }
  removeUnfinished(folder);
}

function removeUnfinished(folder: string): void {
  for (const name of [HEADER_FILE, HEADER_COPY]) rmSync(join(folder, name), { force: true });
  // Last, because its presence is what says that the rest is unfinished too.
  for (const end of ['-wal', '-shm', '-journal', '']) {
    rmSync(join(folder, UNFINISHED_DATABASE + end), { force: true });
  }
}

const isABackup = () =>
  fault(
    'NOT_A_VAULT',
    'This folder is a backup, not a vault. Nothing was changed. Restore it to a new folder first: people erased since then must not come back.',
  );

const notAVault = () =>
  fault(
    'NOT_A_VAULT',
    'There is no vault in this folder. Nothing was changed. Choose the folder that holds "vault.db", or create a new vault.',
  );
