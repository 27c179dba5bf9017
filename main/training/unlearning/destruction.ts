/*
 * Destroying a model: its keys go with the leaf that says so, in one transaction; then the database is
 * rebuilt and given a new key, and everything is searched for the old keys and for pieces of the files as
 * they lay on the disk. It counts as done when the search says so.
 */
import type { UnlearningCertificate } from '../../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Actor } from '../../governance/index.ts';
import type { ModelRegistry } from '../../models/index.ts';
import { scanForNeedles } from '../../store/index.ts';
import { certify, markOf, type CertificateDeps } from './certificates.ts';

export type DestructionStage = 'deleting' | 'compacting' | 'rekeying' | 'proving';
export const DESTRUCTION_STAGES: readonly DestructionStage[] = [
  'deleting',
  'compacting',
  'rekeying',
  'proving',
];

export interface DestructionDeps extends CertificateDeps {
  readonly models: ModelRegistry;
  /** Folders outside the vault in which this program may have left something. */
  readonly scanFolders: () => readonly string[];
}

/** Fails with NOT_FOUND, CONFLICT (it is destroyed already), ERASURE_UNPROVEN (params `hits`, `where`). */
export async function destroyModel(
  deps: DestructionDeps,
  actor: Actor,
  modelId: string,
  onStage: (stage: DestructionStage) => void | Promise<void>,
): Promise<Result<UnlearningCertificate>> {
  const { store, audit, models } = deps;
  const found = models.get(modelId);
  if (!found.ok) return found;
  const model = found.value;
  if (model.state === 'destroyed') {
    return failure('CONFLICT', `"${model.name}" is destroyed already. Nothing was changed.`, {
      model: model.name,
    });
  }
  await onStage('deleting');
  const traces = models.traces(modelId);
  const files = models.files(modelId);
  store.transaction(() => {
    models.end(actor, modelId, 'destroyed', 'by the steward');
    models.removeFiles(modelId);
  });
  audit.sign();
  await onStage('compacting');
  store.vacuum();
  await onStage('rekeying');
  store.rekey();
  store.checkpoint();
  await onStage('proving');
  const scan = scanForNeedles(store, traces, deps.scanFolders());
  for (const trace of traces) trace.fill(0);
  const where = [...new Set([...scan.hits.map((hit) => hit.where), ...scan.unread])];
  if (where.length > 0) {
    audit.append({
      action: 'model.destroy.unproven',
      actor: actor.userId,
      roles: actor.roles,
      object: { type: 'model', id: modelId },
      counts: { hits: scan.hits.length, unread: scan.unread.length },
    });
    return failure(
      'ERASURE_UNPROVEN',
      `The keys and files of "${model.name}" were destroyed, but ${scan.hits.length} traces were found or a file could not be read (${where.slice(0, 5).join(', ')}). There is no certificate. Remove what was named.`,
      { hits: scan.hits.length, where: where.slice(0, 5).join(', ') },
    );
  }
  const certificate = certify(deps, actor, {
    decision: 'destroyed',
    model: markOf(model),
    successor: null,
    recipeSha256: null,
    data: null,
    left: [...models.departures(modelId)].slice(-500),
    exactness: null,
    shards: [],
    notes: [],
    destruction: {
      files: files.length,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      scan: { bytes: scan.bytesScanned, files: scan.files, needles: scan.needles, hits: 0 },
    },
  });
  audit.sign();
  return ok(certificate);
}
