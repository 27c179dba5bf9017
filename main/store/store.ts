// What the services get of an open vault: SQL, transactions, sealed files, and the upkeep that erasure
// needs (checkpoint, vacuum, re-key, image of every page).
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  ensureFolder,
  fault,
  readFileIfThere,
  syncFolder,
  writeFileAtomic,
  type Clock,
  type Random,
} from '../platform/index.ts';
import type { VaultId } from '../../shared/kernel/id.ts';
import { CLOSED_FILE } from './closed.ts';
import { createDatabase, type Database } from './database.ts';
import {
  DATABASE_FILE,
  guarded,
  keyOpens,
  openHandle,
  openReadOnly,
  rekeyHandle,
  type Handle,
} from './driver.ts';
import type { RekeyReport, Store } from './faces.ts';
import { HEADER_COPY, HEADER_FILE } from './header.ts';
import type { Keyring } from './keyring.ts';
import { LOCK_FILE, OWNER_FILE } from './lock.ts';
import { createSealedFiles } from './sealed.ts';
import { firstUnreadablePage } from './pages.ts';
import type { DatabaseKey } from './slots.ts';
import { createSnapshots } from './snapshot.ts';
import { UNLOCK_FILE } from './throttle.ts';

export const SEALED_FOLDER = 'sealed';
const RESERVED = new Set([HEADER_FILE, HEADER_COPY, OWNER_FILE, UNLOCK_FILE, CLOSED_FILE]);
const IMAGE_PIECE = 1 << 24;

export interface StoreDeps {
  readonly folder: string;
  readonly handle: Handle;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly random: Random;
}

export interface OwnedStore {
  readonly store: Store;
  readonly database: Database;
  close(): void;
}

export function createStore(deps: StoreDeps): OwnedStore {
  const { folder, keyring, clock, random } = deps;
  const { id, cipher } = keyring.header().vault;
  const path = join(folder, DATABASE_FILE);
  const database = createDatabase(deps.handle);
  const sealed = createSealedFiles({
    folder: join(folder, SEALED_FOLDER),
    database,
    clock,
    random,
    discard: (path) => snapshots.whenReleased(() => unlink(path)),
  });
  const snapshots = createSnapshots({
    path,
    open: () => openReadOnly(path, { cipher, key: keyring.current().bytes }),
    inTransaction: () => database.db.inTransaction,
    truncateLog: () => truncateLog(),
  });
  const pragma = (text: string): unknown => guarded(() => database.handle().pragma(text));

  /** Whoever asks for it changes or erases what a snapshot shows: the snapshot loses. */
  function checkpoint(): void {
    snapshots.revoke();
    truncateLog();
  }

  function truncateLog(): void {
    const [row] = pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    if (row?.busy)
      throw new Error('A reader is still open: the write-ahead log cannot be truncated');
  }

  const check = (): string[] =>
    (pragma('integrity_check') as { integrity_check: string }[])
      .map((row) => row.integrity_check)
      .filter((line) => line !== 'ok');

  /**
   * Every table and index of the file as it lies there, those of the full-text index among them; not what the
   * full-text index means, which a change of key cannot touch and which takes ten times as long to work out.
   */
  const checkTables = (): string[] =>
    database.db
      .all<{ name: string }>(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'",
      )
      .flatMap(({ name }) => pragma(`integrity_check("${name}")`) as { integrity_check: string }[])
      .map((row) => row.integrity_check)
      .filter((line) => line !== 'ok');

  /** Ends a re-key that went wrong half-way: the file says which of the two keys it has. */
  function settleOnWhatOpens(candidates: readonly DatabaseKey[]): void {
    const key = candidates.find(({ bytes }) => keyOpens(path, cipher, bytes));
    if (!key) throw fault('VAULT_DAMAGED', lostKey, { file: DATABASE_FILE });
    keyring.settle(key);
  }

  function rekey(): RekeyReport {
    snapshots.revoke();
    if (database.db.inTransaction) throw new Error('The key cannot change inside a transaction');
    const started = clock.monotonicMs();
    checkpoint();
    const old = keyring.current();
    const next = keyring.beginRekey();
    let failed: unknown;
    try {
      rekeyHandle(database.handle(), next.bytes);
      checkpoint();
    } catch (error) {
      failed = error;
    }
    database.exchange(() => {
      if (keyOpens(path, cipher, old.bytes))
        failed ??= new Error('The old key still opens the vault');
      settleOnWhatOpens([next, old]);
      return openHandle(path, { cipher, key: keyring.current().bytes });
    });
    if (failed !== undefined) throw failed;
    const complaints = checkTables();
    if (complaints.length > 0) {
      throw fault('VAULT_DAMAGED', lostKey, { file: DATABASE_FILE, detail: complaints[0] ?? '' });
    }
    const pages = pragma('page_count') as { page_count: number }[];
    return {
      pages: pages[0]?.page_count ?? 0,
      milliseconds: Math.round(clock.monotonicMs() - started),
    };
  }

  const store: Store = {
    vaultId: id as VaultId,
    db: database.db,
    sealed,
    transaction: database.transaction,
    afterCommit: database.afterCommit,
    snapshot: snapshots.take,
    checkpoint,
    vacuum() {
      checkpoint();
      guarded(() => database.handle().exec('VACUUM'));
      checkpoint();
    },
    *image() {
      const whole = guarded(() => database.handle().serialize());
      const page = firstUnreadablePage(whole);
      if (page !== undefined) throw unreadablePage(page);
      for (let at = 0; at < whole.length; at += IMAGE_PIECE) {
        yield whole.subarray(at, at + IMAGE_PIECE);
      }
    },
    rekey,
    check,
    sidecar(name) {
      if (!/^[a-z][a-z0-9-]*\.json$/.test(name) || RESERVED.has(name)) {
        throw new Error(`"${name}" is no name for a sidecar`);
      }
      return {
        read: () => readFileIfThere(join(folder, name)),
        write: (bytes) => writeFileAtomic(join(folder, name), bytes),
      };
    },
    files: () => vaultFiles(folder),
  };
  ensureFolder(join(folder, SEALED_FOLDER));
  return {
    store,
    database,
    close() {
      snapshots.close();
      database.close();
    },
  };
}

function unlink(path: string): void {
  rmSync(path, { force: true });
  if (existsSync(dirname(path))) syncFolder(dirname(path));
}

/**
 * Without the lock file: on POSIX, closing any descriptor of a locked file drops the process's lock, and
 * who lists files means to read them.
 */
export function vaultFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith(LOCK_FILE))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
    .sort();
}

const unreadablePage = (page: number) =>
  fault(
    'VAULT_DAMAGED',
    `Page ${page} of "${DATABASE_FILE}" cannot be read: the file was changed from outside or the disk fails. Copy the whole vault folder to another disk before anything else, then restore a backup or save what is readable (vault salvage).`,
    { file: DATABASE_FILE, page },
  );

const lostKey =
  'The database did not come out of the change of key as it should. Do not delete anything; copy the vault folder to another disk and restore the latest backup.';
