// The audit log inside a backup or a damaged vault, judged without opening it as a vault: nothing is signed,
// nothing is written.
import type { CopyOfVault } from '../../store/index.ts';
import { ANCHOR_FILE, SIGNING_KEY, noteInAnchor } from './auditLog.ts';
import { createAuditRepository } from './auditRepository.ts';
import { createSigner, openCheckpoint } from './checkpoint.ts';
import { rootAt } from './merkle.ts';
import { verifyLog, type AuditVerification, type VerificationOptions } from './verification.ts';

export interface CopyVerdict extends AuditVerification {
  readonly origin: string;
  readonly verifierKey: string;
  /** Whether the log is the one whose head the manifest names. */
  readonly continuesManifest: boolean;
}

/** Undefined where the copy holds no log yet. */
export async function verifyCopy(
  copy: CopyOfVault,
  manifest: { readonly log: { readonly size: number; readonly checkpoint: string } },
  options: VerificationOptions = {},
): Promise<CopyVerdict | undefined> {
  const repository = createAuditRepository(copy.db);
  const key = repository.secret(SIGNING_KEY);
  if (!key) return undefined;
  const origin = `cloister/${copy.vaultId}`;
  const { verifierKey } = createSigner(origin, key);
  const anchor = noteInAnchor(copy.sidecar(ANCHOR_FILE));
  const verified = await verifyLog({ ...options, repository, origin, verifierKey, anchor });
  const named = openCheckpoint(manifest.log.checkpoint, origin, verifierKey);
  const root = (size: number): Buffer | undefined => {
    try {
      return rootAt(BigInt(size), (level, index) => {
        const hash = repository.hash(level, Number(index));
        if (!hash) throw new Error('missing');
        return hash;
      });
    } catch {
      return undefined;
    }
  };
  const continuesManifest =
    verified.size === manifest.log.size &&
    named !== undefined &&
    named.size <= verified.size &&
    root(named.size)?.equals(named.root) === true;
  return { ...verified, origin, verifierKey, continuesManifest };
}
