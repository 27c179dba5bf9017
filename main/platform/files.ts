// Files that are either wholly there or not at all: a temporary file in the same folder, fsync, rename,
// fsync of the folder (the order that POSIX needs for a rename to survive a power cut). Errors a person
// can mend come out as Faults that name the file.
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { fileFault } from './fault.ts';

/** Only the owner reads what Cloister writes, unless the caller says otherwise. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

export interface AtomicWriter {
  write(bytes: Uint8Array): void;
  /** Makes the file appear under its name; after it, `abort` does nothing. */
  commit(): void;
  /** Leaves no trace. */
  abort(): void;
}

/** Ends every name of an unfinished file, so that a sweep knows what a crash left behind. */
export const UNFINISHED_SUFFIX = '.unfinished';

export function createAtomicFile(path: string, mode = PRIVATE_FILE): AtomicWriter {
  const folder = dirname(path);
  const temporary = join(
    folder,
    `.${basename(path)}.${randomBytes(6).toString('hex')}${UNFINISHED_SUFFIX}`,
  );
  let descriptor: number | undefined = guarded(path, () => openSync(temporary, 'wx', mode));
  const close = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  const abort = (): void => {
    if (descriptor === undefined) return;
    close();
    rmSync(temporary, { force: true });
  };
  return {
    write(bytes) {
      try {
        for (let at = 0; at < bytes.byteLength;) {
          at += writeSync(descriptor as number, bytes, at, bytes.byteLength - at);
        }
      } catch (error) {
        abort();
        throw fileFault(error, path);
      }
    },
    commit() {
      try {
        fsyncSync(descriptor as number);
        close();
        renameSync(temporary, path);
        syncFolder(folder);
      } catch (error) {
        close();
        rmSync(temporary, { force: true });
        throw fileFault(error, path);
      }
    },
    abort,
  };
}

export function writeFileAtomic(path: string, bytes: Uint8Array | string, mode?: number): void {
  const writer = createAtomicFile(path, mode);
  writer.write(typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes);
  writer.commit();
}

/**
 * Like `writeFileAtomic`, and overwrites the blocks of the replaced file: for wrapped keys that must not
 * be found again by undelete. The old file is held open across the rename, which Windows refuses; there
 * the blocks are left to the file system.
 */
export function replaceFileShredding(path: string, bytes: Uint8Array | string): void {
  const old =
    process.platform === 'win32' || !existsSync(path)
      ? undefined
      : guarded(path, () => openSync(path, 'r+'));
  try {
    writeFileAtomic(path, bytes);
    if (old !== undefined) overwrite(old);
  } finally {
    if (old !== undefined) closeSync(old);
  }
}

/** Undefined where there is no such file. */
export function readFileIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw fileFault(error, path);
  }
}

/** Creates the folder and its parents, readable by their owner alone. */
export function ensureFolder(path: string): void {
  if (existsSync(path)) return;
  // Step by step: Node's recursive form reports a write-protected medium as a missing folder.
  ensureFolder(dirname(path));
  guarded(path, () => {
    mkdirSync(path, { mode: PRIVATE_FOLDER });
    chmodSync(path, PRIVATE_FOLDER); // The umask may have taken bits away.
  });
}

/** Makes a rename or an unlink in the folder survive a power cut. Windows offers no such call. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Overwrites a file once with random bytes before unlinking it. That defeats undelete tools on the same
 * blocks; flash memory and copying file systems may keep older blocks, which is why erasure re-keys.
 */
export function shredFile(path: string): void {
  if (!existsSync(path)) return;
  guarded(path, () => {
    const descriptor = openSync(path, 'r+');
    try {
      overwrite(descriptor);
    } finally {
      closeSync(descriptor);
    }
    rmSync(path);
    syncFolder(dirname(path));
  });
}

function overwrite(descriptor: number): void {
  const { size } = fstatSync(descriptor);
  const block = 1 << 20;
  for (let at = 0; at < size; at += block) {
    writeSync(descriptor, randomBytes(Math.min(block, size - at)), 0, undefined, at);
  }
  fsyncSync(descriptor);
}

function guarded<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw fileFault(error, path);
  }
}
