// The audit log inside a backup or a damaged vault, judged without opening it as a vault: nothing is signed,
// nothing is written.
import type { CopyOfVault } from '../../store/index.ts';
import { ANCHOR_FILE, readAnchor } from './anchor.ts';
import { SIGNING_KEY } from './auditLog.ts';
import { createAuditRepository } from './auditRepository.ts';
import { createSigner } from './checkpoint.ts';
import { rootAt } from './merkle.ts';
import { createLogKeys, keysOfLog, type LogKeys } from './succession.ts';
import { verifyLog, type AuditVerification, type VerificationOptions } from './verification.ts';

export interface CopyVerdict extends AuditVerification {
  readonly origin: string;
  /** Of the key that the copy signs with. */
  readonly verifierKey: string;
  readonly keys: LogKeys;
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
  const anchor = readAnchor(copy.sidecar(ANCHOR_FILE));
  const anchors = anchor ? [anchor] : [];
  const verified = await verifyLog({ ...options, repository, origin, verifierKey, anchors });
  const keys = keysOfLog(repository, origin, verifierKey) ?? createLogKeys(origin, verifierKey);
  const named = keys.openHead(manifest.log.checkpoint);
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
  return { ...verified, origin, verifierKey, keys, continuesManifest };
}
