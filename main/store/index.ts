// The vault on disk and everything SQL. No other room names the SQLite package or a path inside a vault.
export type { Db, RunResult, SqlParams, SqlValue, Statement } from './db.ts';
export type {
  BackupManifest,
  BackupProblem,
  Cipher,
  CopyOfVault,
  CreateVault,
  ExamineVault,
  Finding,
  FoundBackup,
  LockedVault,
  MadeBackup,
  MakeBackup,
  OpenVault,
  RekeyReport,
  SalvagedVault,
  Sidecar,
  Snapshot,
  Store,
  Unlock,
  UserSignature,
  VaultFiles,
  VaultInfo,
  VaultKeys,
  VaultNotice,
  VaultUser,
  VerifiedBackup,
  VerifyBackup,
} from './faces.ts';
export type { KdfCost } from './kdf.ts';
export type { LockOwner } from './lock.ts';
export type { Migration, SqlExecutor } from './migrations/migration.ts';
export type { SealedFile, SealedFiles, SealedId, SealedReader, SealedWriter } from './sealed.ts';
export {
  createFinder,
  needleForms,
  scanForNeedles,
  type Finder,
  type ScanHit,
  type ScanReport,
} from './scan.ts';
export { createVaultFiles, type VaultFilesDeps } from './vault.ts';
export { clockGoesBack } from './examine.ts';
export type { Salvage, SalvagedTable } from './salvage.ts';
export { KDF_FLOOR } from './kdf.ts';
export { normalRecoveryCode } from './recoveryCode.ts';
export { isConstraintViolation } from './driver.ts';
