// The faces of an open vault; `vault.ts` makes them. A vault is a folder: vault.db (encrypted SQLite),
// slots.json (who may open it), sealed/ (large encrypted files) and small sidecars.
import type { Role } from '../../shared/contract/define.ts';
import type { Instant } from '../../shared/kernel/time.ts';
import type { UserId, VaultId } from '../../shared/kernel/id.ts';
import type { Result } from '../../shared/kernel/result.ts';
import type { Db } from './db.ts';
import type { KdfCost } from './kdf.ts';
import type { LockOwner } from './lock.ts';
import type { SealedFiles } from './sealed.ts';

/** `aegis`: AEGIS-256, fast and authenticated. `sqlcipher`: AES-256-CBC with HMAC-SHA512. */
export type Cipher = 'aegis' | 'sqlcipher';

export interface VaultUser {
  readonly id: UserId;
  readonly name: string;
  readonly roles: readonly Role[];
}

export interface LockedVault {
  readonly id: VaultId;
  readonly name: string;
  readonly cipher: Cipher;
  readonly createdAt: Instant;
  readonly lastOpenedAt: Instant | undefined;
  /** People as slots.json says; vouched for only once the vault is open. */
  readonly users: readonly VaultUser[];
  /** Set while a process holds the vault open. */
  readonly inUse: LockOwner | undefined;
}

/** What the person who just unlocked ought to hear. */
export type VaultNotice =
  | 'headerRestored' // slots.json was damaged; its previous copy was used and written back.
  | 'rekeyCompleted' // A change of key had been cut short after it took effect; it was finished.
  | 'rekeyUndone'; // A change of key had been cut short before it took effect.

export interface CreateVault {
  readonly name: string;
  readonly user: { readonly name: string; readonly roles: readonly Role[] };
  readonly passphrase: string;
  /** `aegis` unless the site asks otherwise. */
  readonly cipher?: Cipher;
}

export interface Unlock {
  /** A passphrase, or the printed recovery code in any spacing and case. */
  readonly passphrase: string;
  /** Without it every slot is tried in turn, each at the full price of the key derivation. */
  readonly userId?: UserId;
}

export interface VaultFiles {
  /** Undefined where the folder holds no vault. Fails with VAULT_DAMAGED, NO_PERMISSION. */
  status(folder: string): Result<LockedVault | undefined>;
  /** Fails with VAULT_EXISTS, WEAK_PASSPHRASE (empty), VAULT_IN_USE, DISK_FULL, NO_PERMISSION. */
  create(folder: string, options: CreateVault): Promise<Result<OpenVault>>;
  /**
   * Fails with WRONG_PASSPHRASE, THROTTLED (param `waitSeconds`), VAULT_IN_USE (params `pid`, `host`,
   * `since`), NOT_A_VAULT, VAULT_DAMAGED, VAULT_TOO_NEW, DISK_FULL, NO_PERMISSION.
   */
  unlock(folder: string, options: Unlock): Promise<Result<OpenVault>>;
}

export interface OpenVault {
  readonly id: VaultId;
  readonly name: string;
  readonly user: VaultUser;
  /** Opened by the printed code: whoever it is acts as an administrator, and everybody is told. */
  readonly byRecoveryCode: boolean;
  readonly notices: readonly VaultNotice[];
  readonly store: Store;
  readonly keys: VaultKeys;
  info(): VaultInfo;
  /** Checkpoints, closes the database, zeroes the keys, releases the lock. Safe to call twice. */
  close(): void;
}

export interface VaultInfo {
  readonly cipher: Cipher;
  readonly createdAt: Instant;
  readonly schemaVersion: number;
  /** Database with its log, sealed files and header, in bytes. */
  readonly sizeBytes: number;
  readonly kdf: KdfCost;
  /** For example `SQLite 3.53.4, SQLite3 Multiple Ciphers 2.4.0`. */
  readonly sqlite: string;
  /** Absolute path: for the terminal, never for the page. */
  readonly folder: string;
}

export interface UserSignature {
  /** 64 bytes. */
  readonly signature: Buffer;
  /** Raw Ed25519 key, 32 bytes. */
  readonly publicKey: Buffer;
}

/** Who may open the vault. Only slots.json is rewritten here; the database keeps its key. */
export interface VaultKeys {
  users(): readonly VaultUser[];
  add(
    user: { readonly name: string; readonly roles: readonly Role[] },
    passphrase: string,
  ): Promise<Result<VaultUser>>;
  /** Re-wraps one slot. WRONG_PASSPHRASE where `current` does not open it. */
  changePassphrase(userId: UserId, current: string, next: string): Promise<Result<void>>;
  /** A new slot for the same person, who forgot the old passphrase; the signing key is a new one. */
  reset(userId: UserId, passphrase: string): Promise<Result<void>>;
  /** Ed25519 over `message`, for acts that ask for the passphrase again. WRONG_PASSPHRASE. */
  sign(userId: UserId, passphrase: string, message: Uint8Array): Promise<Result<UserSignature>>;
  /** Replaces the printed code, or makes the first one. The code is returned once and kept nowhere. */
  makeRecoveryCode(): Promise<Result<string>>;
  hasRecoveryCode(): boolean;
  /** For acts that ask for the passphrase again. */
  verify(userId: UserId, passphrase: string): Promise<Result<void>>;
  setRoles(userId: UserId, roles: readonly Role[]): Result<void>;
  /** Call `store.rekey()` after it: the person may have kept the key. CONFLICT for the last slot. */
  remove(userId: UserId): Result<void>;
}

export interface Store {
  readonly vaultId: VaultId;
  readonly db: Db;
  readonly sealed: SealedFiles;
  /**
   * Runs `act` in a write transaction; a nested call is a savepoint. A thrown error rolls back and
   * passes on. `act` may not be async: there is one connection. Batch: a commit costs an fsync.
   */
  transaction<T>(act: () => T): T;
  /** After the outermost transaction committed, at once outside one, never after a rollback. */
  afterCommit(act: () => void): void;
  /** Moves the write-ahead log into the database and truncates it. */
  checkpoint(): void;
  /** Checkpoint, rebuild, checkpoint: no deleted byte is left in a page or in the log. */
  vacuum(): void;
  /** The database's pages in clear, free pages included: what an eraser must scan. */
  image(): Iterable<Buffer>;
  /**
   * New random database key. Returns only after the reopened file passed its integrity check and refused
   * the old key, and after both copies of slots.json hold the new one. Not inside a transaction.
   */
  rekey(): RekeyReport;
  /** Reads and authenticates every page; empty when sound, else SQLite's own lines. */
  check(): readonly string[];
  /** A small file beside the database, outside its encryption: never anything personal. */
  sidecar(name: string): Sidecar;
  /** Every file of the vault on disk, absolute paths. */
  files(): readonly string[];
}

export interface RekeyReport {
  readonly pages: number;
  readonly milliseconds: number;
}

export interface Sidecar {
  read(): Buffer | undefined;
  /** Atomic. */
  write(bytes: Uint8Array | string): void;
}
