// How a sealed file lies on disk: eight bytes of format, then chunks of 64 KiB under AES-256-GCM, each
// followed by its tag. A chunk's nonce is its index and its associated data say whether it is the last,
// which detects swapped, missing and appended chunks (the STREAM construction, Hoang, Reyhanitabar, Rogaway
// and Vizár 2015). A random key per file makes the counting nonce safe. Any chunk can be read alone.
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fault, fileFault, type AtomicWriter } from '../platform/index.ts';
import type { SealedFile, SealedId, SealedReader } from './sealed.ts';

const CHUNK = 65_536;
const TAG = 16;
const MAGIC = Buffer.from('CLSEAL01', 'ascii');
const CIPHER = 'aes-256-gcm';

function nonceOf(index: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(index), 4);
  return nonce;
}

const associated = (last: boolean): Buffer => Buffer.concat([MAGIC, Buffer.from([last ? 1 : 0])]);

export interface ChunkWriter {
  write(bytes: Uint8Array): void;
  commit(): { readonly size: number; readonly sha256: Buffer };
  abort(): void;
}

export function createChunkWriter(target: AtomicWriter, key: Buffer): ChunkWriter {
  const pending = Buffer.allocUnsafe(CHUNK);
  const hash = createHash('sha256');
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

/** `key` is wiped when the reader closes. */
export function createChunkReader(path: string, file: SealedFile, key: Buffer): SealedReader {
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

export const damaged = (id: SealedId, cause?: unknown) =>
  fault(
    'VAULT_DAMAGED',
    `The sealed file ${id} is missing or was changed from outside. The rest of the vault is not touched by this. Restore the file from a backup.`,
    { id },
    { cause },
  );
