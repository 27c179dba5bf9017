// The tamper-evident log: an RFC 6962 tree in the vault with C2SP checkpoints as signed heads.
export { loadKeptHeads, type KeptHeads } from './anchor.ts';
export { createLogKeys, type LogKeys, type Succession } from './succession.ts';
export {
  createAuditLog,
  type AnchorState,
  type AuditLeaf,
  type AuditLog,
  type AuditLogDeps,
  type SignedHead,
} from './auditLog.ts';
export {
  openCheckpoint,
  openNote,
  parseCheckpoint,
  type Checkpoint,
  type Head,
} from './checkpoint.ts';
export { notesIn, verifyExport, type ExportFlaw, type ExportVerdict } from './exportFile.ts';
export { runVectors, type VectorReport } from './vectors.ts';
export { verifyCopy, type CopyVerdict } from './copy.ts';
export { commitment, type AuditEntry, type LeafBody } from './leaf.ts';
export { explains, recordedRestores, type KnownHead, type RecordedRestore } from './known.ts';
export { createAuditRetention, type AuditRetention } from './retention.ts';
export {
  leafHash,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
  type ConsistencyClaim,
  type InclusionClaim,
} from './merkle.ts';
export type { AuditVerification, BrokenPlace, VerificationOptions } from './verification.ts';
