// Large encrypted files beside the database: model weights, imported originals. Each has a key of its own,
// kept in its row: deleting the row destroys the file, whatever becomes of its blocks. How the bytes lie
// in the file is `sealedChunks.ts`.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  createAtomicFile,
  ensureFolder,
  fault,
  type Clock,
  type Random,
} from '../platform/index.ts';
import type { Id } from '../../shared/kernel/id.ts';
import type { Instant } from '../../shared/kernel/time.ts';
import type { Database } from './database.ts';
import { createChunkReader, createChunkWriter, damaged } from './sealedChunks.ts';

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
  /**
   * What must not be found any more once the file is destroyed: its key, and pieces of it as they lie on the
   * disk. Empty where there is none. The caller keeps them in memory alone.
   */
  traces(id: SealedId): readonly Buffer[];
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

export interface SealedDeps {
  readonly folder: string;
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  /** Takes the file of a destroyed row away, now or when whoever is copying it has ended. */
  readonly discard: (path: string) => void;
}

export function createSealedFiles({
  folder,
  database,
  clock,
  random,
  discard,
}: SealedDeps): SealedFiles {
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
    traces(id) {
      const found = row(id);
      return found ? [found.key, ...piecesOf(pathOf(id))] : [];
    },
    remove(id) {
      if (db.run('DELETE FROM sealed_files WHERE id = ?', [id]).changes === 0) return false;
      database.afterCommit(() => discard(pathOf(id)));
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

const FORMAT = 8;
const TRACE = 32;
/** The tag of an empty file. */
const SHORTEST_TRACE = 16;
const MOST_TRACES = 64;

/** Pieces of a file from all over it; ciphertext, so none can be found elsewhere by chance. */
function piecesOf(path: string): Buffer[] {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const step = Math.max(TRACE, Math.floor(size / MOST_TRACES));
    const pieces: Buffer[] = [];
    // The first bytes are the format's, the same in every sealed file.
    for (let at = FORMAT; at + SHORTEST_TRACE <= size; at += step) {
      const piece = Buffer.alloc(Math.min(TRACE, size - at));
      readSync(descriptor, piece, 0, piece.length, at);
      pieces.push(piece);
    }
    return pieces;
  } finally {
    closeSync(descriptor);
  }
}

const fileOf = ({ id, kind, size, sha256, created_at }: SealedRow): SealedFile => ({
  id,
  kind,
  size,
  sha256,
  createdAt: created_at,
});
