// The only module that names the SQLite package. It opens handles with the settings every handle must
// have and turns the driver's errors into Faults.
//
// Order matters (SQLite3MC): cipher, then key, then anything else. `temp_store=MEMORY` keeps sorts and
// temporary indexes out of plain temp files, which SQLite3MC does not encrypt before 2.6.
import Database from 'better-sqlite3-multiple-ciphers';
import { diskFull, fault, noPermission } from '../platform/index.ts';
import type { Cipher } from './faces.ts';

export type Handle = Database.Database;
export type NativeStatement = Database.Statement<unknown[]>;

export const DATABASE_FILE = 'vault.db';

export interface OpenHandle {
  readonly cipher: Cipher;
  /** 32 random bytes; never a passphrase. */
  readonly key: Uint8Array;
  readonly create?: boolean;
}

/** Throws VAULT_DAMAGED where the key does not open the file. */
export function openHandle(path: string, { cipher, key, create = false }: OpenHandle): Handle {
  return guarded(() => {
    const handle = new Database(path, { fileMustExist: !create, timeout: 2_000 });
    try {
      handle.pragma(`cipher='${cipher}'`);
      const spelled = spellRawKey(key);
      handle.key(spelled);
      spelled.fill(0);
      handle.pragma('temp_store=MEMORY');
      handle.pragma('trusted_schema=OFF');
      handle.pragma('cell_size_check=ON');
      handle.pragma('secure_delete=ON');
      handle.pragma('foreign_keys=ON');
      handle.pragma('synchronous=FULL');
      handle.pragma('fullfsync=ON'); // macOS: a plain fsync stops at the drive's cache.
      handle.pragma('checkpoint_fullfsync=ON');
      handle.pragma('journal_mode=WAL'); // The first statement that reads: a wrong key fails here.
      handle.prepare('SELECT count(*) FROM sqlite_schema').get();
      return handle;
    } catch (error) {
      handle.close();
      throw error;
    }
  });
}

/**
 * Whether the key opens the file. Tried read-only: closing a writable handle with a wrong key could move
 * a pending write-ahead log into the database under that key.
 */
export function keyOpens(path: string, cipher: Cipher, key: Uint8Array): boolean {
  return guarded(() => {
    try {
      openReadOnly(path, { cipher, key }).close();
      return true;
    } catch (error) {
      if (isUnreadable(error)) return false;
      throw error;
    }
  });
}

/** Changes nothing, not even by closing. The driver's own errors pass, for callers that judge them. */
export function openReadOnly(path: string, { cipher, key }: Omit<OpenHandle, 'create'>): Handle {
  const handle = new Database(path, { readonly: true, fileMustExist: true, timeout: 2_000 });
  try {
    handle.pragma(`cipher='${cipher}'`);
    const spelled = spellRawKey(key);
    handle.key(spelled);
    spelled.fill(0);
    handle.pragma('temp_store=MEMORY');
    handle.pragma('trusted_schema=OFF');
    handle.pragma('cell_size_check=ON');
    handle.prepare('SELECT count(*) FROM sqlite_schema').get();
    return handle;
  } catch (error) {
    handle.close();
    throw error;
  }
}

/** A page whose authentication failed, a page that makes no sense, a disk that does not give it back. */
export const isUnreadable = (error: unknown): boolean =>
  /^SQLITE_(NOTADB|CORRUPT|IOERR)/.test(codeOf(error));

export function rekeyHandle(handle: Handle, key: Uint8Array): void {
  const spelled = spellRawKey(key);
  try {
    guarded(() => handle.rekey(spelled));
  } finally {
    spelled.fill(0);
  }
}

/** `raw:<hex>` skips the cipher's own key derivation. Built as bytes: a string could not be wiped. */
function spellRawKey(key: Uint8Array): Buffer {
  const digits = Buffer.from('0123456789abcdef', 'ascii');
  const spelled = Buffer.alloc(4 + key.length * 2);
  spelled.write('raw:', 'ascii');
  key.forEach((byte, at) => {
    spelled[4 + at * 2] = digits[byte >> 4] as number;
    spelled[5 + at * 2] = digits[byte & 15] as number;
  });
  return spelled;
}

/**
 * Takes the operating system's exclusive lock on an (empty) file; undefined while another process, or
 * another vault object of this one, holds it. The system drops it when the holder dies, so there is no
 * stale lock to judge by process numbers, which are reused and differ between containers.
 */
export function acquireFileLock(path: string): { release(): void } | undefined {
  return guarded(() => {
    const handle = new Database(path, { timeout: 0 });
    try {
      handle.pragma('temp_store=MEMORY');
      handle.pragma('journal_mode=MEMORY');
      handle.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      handle.close();
      if (codeOf(error).startsWith('SQLITE_BUSY')) return undefined;
      throw error;
    }
    return { release: () => void handle.close() };
  }, path);
}

export function guarded<T>(act: () => T, path = DATABASE_FILE): T {
  try {
    return act();
  } catch (error) {
    throw driverFault(error, path);
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Database.SqliteError ? error.code : '';

/** A duplicate key, a missing parent, a failed check: for repositories that expect one. */
export const isConstraintViolation = (error: unknown): boolean =>
  codeOf(error).startsWith('SQLITE_CONSTRAINT');

function driverFault(error: unknown, path: string): unknown {
  const code = codeOf(error);
  const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  if (code === 'SQLITE_FULL') return diskFull(file, error);
  if (/^SQLITE_(READONLY|CANTOPEN|PERM|AUTH)/.test(code)) return noPermission(file, error);
  if (isUnreadable(error)) {
    return fault(
      'VAULT_DAMAGED',
      `"${file}" could not be read or written as it should be: the file was changed from outside or the disk fails. Copy the whole vault folder to another disk before anything else, then check it or restore a backup.`,
      { file, detail: code },
      { cause: error },
    );
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return fault(
      'VAULT_IN_USE',
      `"${file}" is in use by another program. Nothing was changed.`,
      {
        file,
      },
      { retryable: true, cause: error },
    );
  }
  return error;
}
