// Large encrypted files beside the database: model weights, imported originals. AES-256-GCM in chunks of
// 64 KiB under a key of the file's own, kept in its row, so that the row's deletion destroys the file.
//
// Each chunk's nonce is its index and its associated data say whether it is the last, which detects
// swapped, missing and appended chunks (the STREAM construction, Hoang et al. 2015). A random key per
// file makes the counting nonce safe. The file's name and header are bound through the key's row.
import { createCipheriv, createDecipheriv, createHash, type Hash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  createAtomicFile,
  ensureFolder,
  fault,
  fileFault,
  syncFolder,
  type AtomicWriter,
  type Clock,
  type Random,
} from '../platform/index.ts';
import type { Id } from '../../shared/kernel/id.ts';
import type { Instant } from '../../shared/kernel/time.ts';
import type { Database } from './database.ts';

export type SealedId = Id<'sealed'>;

export interface SealedFile {
  readonly id: SealedId;
  /** What it holds, in the caller's words, e.g. `weights`. */
  readonly kind: string;
  /** Plain bytes. */
  readonly size: number;
  /** Of the plain bytes. */
  readonly sha256: Buffer;
  readonly createdAt: Instant;
}

export interface SealedWriter {
  write(bytes: Uint8Array): void;
  /** The file exists from here on, or, inside a transaction, from its commit on. */
  commit(): SealedFile;
  /** Leaves no trace. */
  abort(): void;
}

export interface SealedReader {
  readonly file: SealedFile;
  /** Fewer bytes than asked only at the end of the file. */
  read(offset: number, length: number): Buffer;
  /** The whole, in pieces of at most 64 KiB. */
  chunks(): IterableIterator<Buffer>;
  close(): void;
}

/** Damage or loss of a file throws a VAULT_DAMAGED fault. */
export interface SealedFiles {
  create(kind: string): SealedWriter;
  /** Writes the whole from pieces. */
  put(kind: string, pieces: Iterable<Uint8Array>): SealedFile;
  putStream(kind: string, pieces: AsyncIterable<Uint8Array>): Promise<SealedFile>;
  get(id: SealedId): SealedFile | undefined;
  /** NOT_FOUND fault where there is none. */
  open(id: SealedId): SealedReader;
  read(id: SealedId): Buffer;
  /** Reads and authenticates the whole; throws VAULT_DAMAGED if a byte is not as written. */
  verify(id: SealedId): void;
  /** Destroys the key with the transaction, then unlinks the file. False where there was none. */
  remove(id: SealedId): boolean;
  /** Unlinks what a crash left: files without a row. Done at every unlock. Returns how many. */
  sweep(): number;
}

interface SealedRow {
  readonly id: SealedId;
  readonly kind: string;
  readonly size: number;
  readonly sha256: Buffer;
  readonly key: Buffer;
  readonly created_at: Instant;
}

const CHUNK = 65_536;
const TAG = 16;
const MAGIC = Buffer.from('CLSEAL01', 'ascii');
const CIPHER = 'aes-256-gcm';

export interface SealedDeps {
  readonly folder: string;
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
}

export function createSealedFiles({ folder, database, clock, random }: SealedDeps): SealedFiles {
  const { db } = database;
  const pathOf = (id: SealedId): string => join(folder, id);

  const row = (id: SealedId): SealedRow | undefined =>
    db.get<SealedRow>(
      'SELECT id, kind, size, sha256, key, created_at FROM sealed_files WHERE id = ?',
      [id],
    );

  function insert(file: SealedFile, key: Buffer): void {
    db.run(
      'INSERT INTO sealed_files (id, kind, size, sha256, key, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      [file.id, file.kind, file.size, file.sha256, key, file.createdAt],
    );
  }

  function create(kind: string): SealedWriter {
    ensureFolder(folder);
    const id = random.newId('sealed');
    const key = random.bytes(32);
    const writer = createChunkWriter(createAtomicFile(pathOf(id)), key);
    return {
      write: writer.write,
      abort: writer.abort,
      commit() {
        const file = { id, kind, ...writer.commit(), createdAt: clock.now() };
        try {
          insert(file, key);
        } catch (error) {
          rmSync(pathOf(id), { force: true });
          throw error;
        }
        key.fill(0);
        return file;
      },
    };
  }

  function open(id: SealedId): SealedReader {
    const found = row(id);
    if (!found) throw fault('NOT_FOUND', 'There is no such sealed file in this vault.', { id });
    return createChunkReader(pathOf(id), fileOf(found), found.key);
  }

  function within<T>(id: SealedId, act: (reader: SealedReader) => T): T {
    const reader = open(id);
    try {
      return act(reader);
    } finally {
      reader.close();
    }
  }

  return {
    create,
    put(kind, pieces) {
      const writer = create(kind);
      try {
        for (const piece of pieces) writer.write(piece);
        return writer.commit();
      } catch (error) {
        writer.abort();
        throw error;
      }
    },
    async putStream(kind, pieces) {
      const writer = create(kind);
      try {
        for await (const piece of pieces) writer.write(piece);
        return writer.commit();
      } catch (error) {
        writer.abort();
        throw error;
      }
    },
    get(id) {
      const found = row(id);
      return found && fileOf(found);
    },
    open,
    read: (id) => within(id, (reader) => Buffer.concat([...reader.chunks()])),
    verify: (id) =>
      within(id, (reader) => {
        const hash = createHash('sha256');
        for (const chunk of reader.chunks()) hash.update(chunk);
        if (!hash.digest().equals(reader.file.sha256)) throw damaged(id);
      }),
    remove(id) {
      if (db.run('DELETE FROM sealed_files WHERE id = ?', [id]).changes === 0) return false;
      database.afterCommit(() => {
        rmSync(pathOf(id), { force: true });
        if (existsSync(folder)) syncFolder(folder);
      });
      return true;
    },
    sweep() {
      if (!existsSync(folder)) return 0;
      const orphans = readdirSync(folder).filter((name) => !row(name as SealedId));
      for (const name of orphans) rmSync(join(folder, name), { force: true });
      return orphans.length;
    },
  };
}

const fileOf = ({ id, kind, size, sha256, created_at }: SealedRow): SealedFile => ({
  id,
  kind,
  size,
  sha256,
  createdAt: created_at,
});

function nonceOf(index: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(index), 4);
  return nonce;
}

const associated = (last: boolean): Buffer => Buffer.concat([MAGIC, Buffer.from([last ? 1 : 0])]);

interface ChunkWriter {
  write(bytes: Uint8Array): void;
  commit(): { readonly size: number; readonly sha256: Buffer };
  abort(): void;
}

function createChunkWriter(target: AtomicWriter, key: Buffer): ChunkWriter {
  const pending = Buffer.allocUnsafe(CHUNK);
  const hash: Hash = createHash('sha256');
  let filled = 0;
  let index = 0;
  let size = 0;

  function seal(last: boolean): void {
    const cipher = createCipheriv(CIPHER, key, nonceOf(index), { authTagLength: TAG });
    cipher.setAAD(associated(last));
    const sealed = Buffer.concat([cipher.update(pending.subarray(0, filled)), cipher.final()]);
    target.write(sealed);
    target.write(cipher.getAuthTag());
    index += 1;
    filled = 0;
  }

  target.write(MAGIC);
  return {
    write(bytes) {
      hash.update(bytes);
      size += bytes.byteLength;
      for (let at = 0; at < bytes.byteLength;) {
        // A full chunk waits for the next byte: only then is it known not to be the last.
        if (filled === CHUNK) seal(false);
        const take = Math.min(CHUNK - filled, bytes.byteLength - at);
        pending.set(bytes.subarray(at, at + take), filled);
        filled += take;
        at += take;
      }
    },
    commit() {
      seal(true);
      pending.fill(0);
      target.commit();
      return { size, sha256: hash.digest() };
    },
    abort() {
      pending.fill(0);
      target.abort();
    },
  };
}

function createChunkReader(path: string, file: SealedFile, key: Buffer): SealedReader {
  const descriptor = openSealed(path, file);
  const chunkCount = Math.max(1, Math.ceil(file.size / CHUNK));
  const plainLength = (index: number): number =>
    index === chunkCount - 1 ? file.size - index * CHUNK : CHUNK;

  function chunk(index: number): Buffer {
    const length = plainLength(index) + TAG;
    const sealed = Buffer.allocUnsafe(length);
    const at = MAGIC.length + index * (CHUNK + TAG);
    if (readSync(descriptor, sealed, 0, length, at) !== length) throw damaged(file.id);
    const decipher = createDecipheriv(CIPHER, key, nonceOf(index), { authTagLength: TAG });
    decipher.setAAD(associated(index === chunkCount - 1));
    decipher.setAuthTag(sealed.subarray(length - TAG));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, length - TAG)), decipher.final()]);
    } catch (error) {
      throw damaged(file.id, error);
    }
  }

  return {
    file,
    read(offset, length) {
      const end = Math.min(file.size, offset + length);
      const pieces: Buffer[] = [];
      for (let index = Math.floor(offset / CHUNK); index * CHUNK < end; index += 1) {
        const start = index * CHUNK;
        pieces.push(chunk(index).subarray(Math.max(0, offset - start), end - start));
      }
      return Buffer.concat(pieces);
    },
    *chunks() {
      for (let index = 0; index < chunkCount; index += 1) yield chunk(index);
    },
    close() {
      closeSync(descriptor);
      key.fill(0);
    },
  };
}

function openSealed(path: string, file: SealedFile): number {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw damaged(file.id, error);
    throw fileFault(error, path);
  }
  const magic = Buffer.alloc(MAGIC.length);
  const chunkCount = Math.max(1, Math.ceil(file.size / CHUNK));
  const expected = MAGIC.length + file.size + chunkCount * TAG;
  readSync(descriptor, magic, 0, MAGIC.length, 0);
  if (!magic.equals(MAGIC) || fstatSync(descriptor).size !== expected) {
    closeSync(descriptor);
    throw damaged(file.id);
  }
  return descriptor;
}

const damaged = (id: SealedId, cause?: unknown) =>
  fault(
    'VAULT_DAMAGED',
    `The sealed file ${id} is missing or was changed from outside. The rest of the vault is not touched by this. Restore the file from a backup.`,
    { id },
    { cause },
  );
