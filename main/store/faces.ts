// The faces of an open vault; `vault.ts` makes them. A vault is a folder: vault.db (encrypted SQLite),
// slots.json (who may open it), sealed/ (large encrypted files) and small sidecars.
import type { Role } from '../../shared/contract/define.ts';
import type { Instant } from '../../shared/kernel/time.ts';
import type { UserId, VaultId } from '../../shared/kernel/id.ts';
import type { Result } from '../../shared/kernel/result.ts';
import type { KeyStoreState } from '../platform/index.ts';
import type { Db } from './db.ts';
import type { KdfCost } from './kdf.ts';
import type { LockOwner } from './lock.ts';
import type { Salvage } from './salvage.ts';
import type { SealedFiles, SealedId } from './sealed.ts';

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
   * Fails with WRONG_PASSPHRASE, KEY_STORE_UNAVAILABLE (bound to another device, with no way but the printed
   * code), THROTTLED (param `waitSeconds`), VAULT_IN_USE (params `pid`, `host`, `since`), NOT_A_VAULT,
   * VAULT_DAMAGED, VAULT_TOO_NEW, DISK_FULL, NO_PERMISSION.
   */
  unlock(folder: string, options: Unlock): Promise<Result<OpenVault>>;
  /** The manifest as written; nothing is vouched for. SOURCE_NOT_FOUND, BACKUP_DAMAGED. */
  readBackup(folder: string): Result<BackupManifest>;
  /** Finished backups below a folder, oldest first; of one vault where given. */
  listBackups(parent: string, vaultId?: string): readonly FoundBackup[];
  /**
   * Reads every byte of a backup. Fails with SOURCE_NOT_FOUND, WRONG_PASSPHRASE (the passphrase of the day
   * it was made counts), BACKUP_DAMAGED (no key can open it any more).
   */
  verifyBackup(folder: string, options: VerifyBackup): Promise<Result<VerifiedBackup>>;
  /** Looks at a vault that may be damaged, and changes nothing. Fails with NOT_A_VAULT, WRONG_PASSPHRASE. */
  examine(folder: string, options: ExamineVault): Promise<Result<readonly Finding[]>>;
  /**
   * Copies whatever can be read to a new vault folder, unlocked for `act` (search index, a leaf). The folder
   * gets its name when `act` succeeded; the damaged vault is only read. Fails with NOT_A_VAULT,
   * WRONG_PASSPHRASE, VAULT_IN_USE, VAULT_EXISTS, VAULT_DAMAGED (not even the schema is left), DISK_FULL.
   */
  salvage<T>(
    folder: string,
    target: string,
    options: Unlock,
    act: (salvaged: SalvagedVault) => Promise<Result<T>>,
  ): Promise<Result<T>>;
  /**
   * Copies a backup to a new vault folder and unlocks the copy for `act` (replay of erasures, a leaf). Only
   * when `act` succeeded does the folder get its name. Fails as `verifyBackup`, with VAULT_EXISTS (the
   * folder is there already), DISK_FULL, NO_PERMISSION, and as `act`.
   */
  restore<T>(
    folder: string,
    target: string,
    options: RestoreBackup,
    act: (vault: OpenVault, manifest: BackupManifest) => Promise<Result<T>>,
  ): Promise<Result<T>>;
}

/** One thing that was looked at, in words for the administrator. Nothing in it names a person in the data. */
export interface Finding {
  readonly what:
    | 'header'
    | 'headerCopy'
    | 'lock'
    | 'permissions'
    | 'space'
    | 'clock'
    | 'key'
    | 'pages'
    | 'tables'
    | 'sealed'
    | 'log'
    | 'anchor'
    | 'backup';
  /** `bad`: something is lost or about to be. `limited`: it works, but should not stay so. */
  readonly state: 'good' | 'limited' | 'bad' | 'unknown';
  readonly detail: string;
  /** Empty where nothing is to be done. */
  readonly todo: string;
}

export interface ExamineVault {
  /** Without it only what can be seen from outside. */
  readonly unlock?: Unlock;
  readonly inspect: (copy: CopyOfVault) => Promise<readonly Finding[]>;
}

export interface SalvagedVault extends Salvage {
  readonly vault: OpenVault;
}

/** A backup's own list of itself. Names of users stand in it as they stand in slots.json. */
export interface BackupManifest {
  readonly format: 'cloister-backup';
  readonly version: 1;
  readonly backupId: string;
  readonly vaultId: string;
  readonly vaultName: string;
  readonly createdAt: Instant;
  readonly cipher: Cipher;
  /** Of the database key it is encrypted with. */
  readonly generation: number;
  readonly app: string;
  /** Whose passphrases open it, whatever became of their access since. */
  readonly users: readonly VaultUser[];
  readonly log: { readonly size: number; readonly checkpoint: string };
  readonly files: readonly {
    readonly name: string;
    readonly size: number;
    readonly sha256: string;
  }[];
}

export interface FoundBackup {
  readonly folder: string;
  readonly manifest: BackupManifest;
}

/**
 * `missing`, `changed`, `foreign`: a file against the manifest. `page`: a table or index that cannot be
 * read. `sealed`: a sealed file that is not as written. `manifest`: not written by a holder of the key.
 * `log`: the audit log inside does not verify.
 */
export interface BackupProblem {
  readonly what: 'missing' | 'changed' | 'foreign' | 'page' | 'sealed' | 'manifest' | 'log';
  readonly where: string;
}

/** The inside of a backup, read-only. */
export interface CopyOfVault {
  readonly vaultId: string;
  readonly db: Db;
  readonly sealed: SealedFiles;
  sidecar(name: string): Buffer | undefined;
}

export interface VerifyBackup extends Unlock {
  /** What the rooms above know to check inside, e.g. the audit log. */
  readonly inspect: (copy: CopyOfVault, manifest: BackupManifest) => Promise<BackupProblem[]>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface RestoreBackup extends Unlock {
  /** Ends the copying; nothing of the new folder stays. */
  readonly signal?: AbortSignal;
  /** Bytes. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface VerifiedBackup {
  readonly manifest: BackupManifest;
  readonly bytes: number;
  readonly problems: readonly BackupProblem[];
}

export interface MakeBackup {
  /** The folder in which the backup gets a folder of its own. Absolute, outside the vault. */
  readonly parent: string;
  readonly app: string;
  /** Size and signed head of the audit log; asked for in the moment of the snapshot. */
  readonly log: () => BackupManifest['log'];
  /** Looks into the finished copy before it counts; throws to refuse it. */
  readonly inspect: (copy: CopyOfVault, manifest: BackupManifest) => Promise<void>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (stage: 'copying' | 'verifying', done: number, total: number) => void;
}

export interface MadeBackup {
  readonly manifest: BackupManifest;
  /** Absolute. */
  readonly folder: string;
  readonly bytes: number;
}

/**
 * `same`: the database is byte by byte what the last clean close left. `changed`: it is not, so a page, a
 * write-ahead log or the whole file was put back. `unknown`: the last session did not end cleanly.
 */
export type SinceClosed = 'same' | 'changed' | 'unknown';

export interface OpenVault {
  readonly id: VaultId;
  readonly name: string;
  readonly user: VaultUser;
  /** Opened by the printed code: whoever it is acts as an administrator, and everybody is told. */
  readonly byRecoveryCode: boolean;
  /** The access is bound to a device, and this was not it: everybody is told. */
  readonly withoutDevice: boolean;
  readonly notices: readonly VaultNotice[];
  readonly sinceClosed: SinceClosed;
  /** People looked at a changed database and go on from it: the next close vouches for it again. */
  acceptChange(): void;
  readonly store: Store;
  readonly keys: VaultKeys;
  info(): VaultInfo;
  /** Fails with CONFLICT (one is under way, or an erasure came first), DISK_FULL, NO_PERMISSION, BACKUP_DAMAGED. */
  backUp(options: MakeBackup): Promise<Result<MadeBackup>>;
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

export interface DeviceBinding {
  readonly boundAt: Instant;
  readonly backend: string;
  /** Whether the key store of this machine holds the secret now. */
  readonly here: boolean;
  /** The second way in: see `seedWrap.ts`. */
  readonly withoutDevice: 'passphrase' | 'code';
}

/**
 * Who may open the vault. Only slots.json is rewritten here; the database keeps its key. Whatever takes a
 * passphrase fails with KEY_STORE_UNAVAILABLE where the person's access needs a device that is not here.
 */
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
  /** Raw Ed25519 key; undefined for nobody here and for whoever never signed yet. */
  signingKey(userId: UserId): Buffer | undefined;
  /** Replaces the printed code, or makes the first one. The code is returned once and kept nowhere. */
  makeRecoveryCode(): Promise<Result<string>>;
  hasRecoveryCode(): boolean;
  /** WRONG_PASSPHRASE where it has a slip in it or is not this vault's. */
  checkRecoveryCode(code: string): Promise<Result<void>>;
  /** For acts that ask for the passphrase again. */
  verify(userId: UserId, passphrase: string): Promise<Result<void>>;
  keyStore(): Promise<KeyStoreState>;
  /** Undefined where the passphrase alone opens, and for nobody here. */
  binding(userId: UserId): Promise<DeviceBinding | undefined>;
  /** WRONG_PASSPHRASE; KEY_STORE_UNAVAILABLE also where this machine keeps no secrets. */
  bind(
    userId: UserId,
    passphrase: string,
    withoutDevice: DeviceBinding['withoutDevice'],
  ): Promise<Result<void>>;
  unbind(userId: UserId, passphrase: string): Promise<Result<void>>;
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
  /**
   * The vault as it is at this moment, for a copy while work goes on: later writes pile up in the
   * write-ahead log, removed sealed files stay on disk until it is released. Not inside a transaction.
   */
  snapshot(): Snapshot;
  /** Moves the write-ahead log into the database and truncates it. */
  checkpoint(): void;
  /** Checkpoint, rebuild, checkpoint: no deleted byte is left in a page or in the log. */
  vacuum(): void;
  /**
   * The database's pages in clear, free pages included: what an eraser must scan. Throws VAULT_DAMAGED where
   * a page cannot be read: nothing is proven about it.
   */
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

export interface Snapshot {
  /** Of the encrypted database, in bytes. */
  readonly size: number;
  /** Sealed files that belong to it. */
  readonly sealed: readonly SealedId[];
  /** Encrypted bytes. */
  read(offset: number, length: number): Buffer;
  /**
   * Like `read`, throws a CONFLICT fault once a checkpoint, an erasure or a change of key came first: what
   * was copied must be thrown away.
   */
  assertHeld(): void;
  release(): void;
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
