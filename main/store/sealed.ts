import type { Id } from '../../shared/kernel/id.ts';
import type { Instant } from '../../shared/kernel/time.ts';

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

/** Large encrypted files beside the database. Damage or loss of one throws a VAULT_DAMAGED fault. */
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
