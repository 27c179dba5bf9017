// From a key to a working vault: open, bring to the present schema, tidy what a crash left, hand out.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { attemptAsync, fault, type Clock, type Random } from '../platform/index.ts';
import type { VaultId } from '../../shared/kernel/id.ts';
import { makeBackup } from './backup.ts';
import { findClosed, forgetClosed, noteClosed } from './closed.ts';
import { DATABASE_FILE, keyOpens, openHandle } from './driver.ts';
import type { DeviceSecrets } from './devices.ts';
import type { OpenVault, VaultNotice, VaultUser } from './faces.ts';
import { HEADER_COPY, authenticateHeader, inspectHeaderFile, type ReadHeader } from './header.ts';
import type { KdfCost } from './kdf.ts';
import { createKeyring } from './keyring.ts';
import type { VaultLock } from './lock.ts';
import { migrate } from './migrations/runner.ts';
import type { Migration } from './migrations/migration.ts';
import type { DatabaseKey } from './slots.ts';
import { createStore, vaultFiles } from './store.ts';

export interface OpenVaultDeps {
  readonly folder: string;
  readonly read: ReadHeader;
  /** What the user's slot held: one key, or two after an interrupted change. */
  readonly keys: readonly DatabaseKey[];
  readonly user: VaultUser;
  readonly byRecoveryCode: boolean;
  readonly withoutDevice: boolean;
  readonly devices: DeviceSecrets;
  readonly cost: KdfCost;
  readonly lock: VaultLock;
  readonly migrations: readonly Migration[];
  readonly clock: Clock;
  readonly random: Random;
}

/** Throws VAULT_DAMAGED, VAULT_TOO_NEW, DISK_FULL, NO_PERMISSION; the lock stays the caller's then. */
export function openVault(deps: OpenVaultDeps): OpenVault {
  const { folder, read, keys, clock, random, lock } = deps;
  const { vault } = read.header;
  const path = join(folder, DATABASE_FILE);
  const found = findClosed(folder);
  const newestFirst = [...keys].sort((a, b) => b.generation - a.generation);
  const key = newestFirst.find(({ bytes }) => keyOpens(path, vault.cipher, bytes));
  if (!key) throw unreadable();
  authenticateHeader(read, key);
  const sinceClosed = found.judge(vault.id, key.bytes);
  // Before anything writes: a process killed in the migration must not look like a file that was put back.
  // The evidence of a change stays until people have decided about it.
  if (sinceClosed !== 'changed') forgetClosed(folder);

  const handle = openHandle(path, { cipher: vault.cipher, key: key.bytes });
  const keyring = createKeyring({ ...deps, header: read.header, key });
  const { store, database, close } = createStore({ folder, handle, keyring, clock, random });
  const notices: VaultNotice[] = [];
  let schemaVersion: number;
  try {
    if (keys.length > 1) {
      store.checkpoint();
      notices.push(key === newestFirst[0] ? 'rekeyCompleted' : 'rekeyUndone');
    }
    if (read.fromCopy) notices.push('headerRestored');
    if (notices.length > 0) keyring.settle(key);
    else healCopy(folder, () => keyring.settle(key));
    schemaVersion = migrate(database, deps.migrations, clock);
    store.sealed.sweep();
  } catch (error) {
    close();
    throw error;
  } finally {
    for (const other of keys) if (other !== key) other.bytes.fill(0);
  }

  let open = true;
  let vouches = sinceClosed !== 'changed';
  return {
    id: vault.id as VaultId,
    name: vault.name,
    user: deps.user,
    byRecoveryCode: deps.byRecoveryCode,
    withoutDevice: deps.withoutDevice,
    notices,
    sinceClosed,
    acceptChange() {
      vouches = true;
    },
    store,
    keys: keyring.keys,
    info: () => ({
      cipher: vault.cipher,
      createdAt: vault.createdAt,
      schemaVersion,
      sizeBytes: vaultFiles(folder).reduce((sum, file) => sum + statSync(file).size, 0),
      kdf: deps.cost,
      sqlite: sqliteVersion(store.db),
      folder,
    }),
    backUp: (options) =>
      attemptAsync(() => makeBackup({ folder, store, keyring, clock, random }, options)),
    close() {
      if (!open) return;
      open = false;
      try {
        store.checkpoint();
      } catch {
        // A full disk or an open reader: what was committed stays safe in the write-ahead log.
      }
      try {
        close();
        if (vouches) vouchFor(folder, vault.id, keyring.current().bytes);
      } finally {
        keyring.close();
        lock.release();
      }
    },
  };
}

/** Without it the next opening knows less; closing must not fail for it. */
function vouchFor(folder: string, vaultId: string, key: Uint8Array): void {
  try {
    noteClosed(folder, vaultId, key);
  } catch {
    forgetClosed(folder);
  }
}

/** One copy of the header is one accident away from none. A medium that cannot be written keeps what it has. */
function healCopy(folder: string, write: () => void): void {
  if (inspectHeaderFile(folder, HEADER_COPY) === 'whole') return;
  try {
    write();
  } catch {
    // The doctor tells of it; whoever came to work is not kept from it.
  }
}

function sqliteVersion(db: OpenVault['store']['db']): string {
  const row = db.get<{ sqlite: string; ciphers: string }>(
    'SELECT sqlite_version() AS sqlite, sqlite3mc_version() AS ciphers',
  );
  return `SQLite ${row?.sqlite}, ${row?.ciphers}`;
}

const unreadable = () =>
  fault(
    'VAULT_DAMAGED',
    `The passphrase is right, but "${DATABASE_FILE}" cannot be read with it: the file was damaged or comes from another vault. Copy the whole vault folder to another disk before anything else, then restore a backup.`,
    { file: DATABASE_FILE },
  );
