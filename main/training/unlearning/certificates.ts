/*
 * Certificates of unlearning: what was done, over which bytes, under which leaf. They hold hashes and
 * numbers alone, so they may outlive everybody they are about.
 */
import { createHash } from 'node:crypto';
import type { Model, UnlearningCertificate } from '../../../shared/contract/index.ts';
import type { Actor, AuditLog } from '../../governance/index.ts';
import { canonicalJson, type Clock, type JsonValue, type Random } from '../../platform/index.ts';
import type { Store } from '../../store/index.ts';
import type { UnlearningRepository } from './unlearningRepository.ts';

export interface CertificateDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly certificates: UnlearningRepository;
}

export type CertificateBody = Omit<
  UnlearningCertificate,
  'certificateId' | 'at' | 'auditSeq' | 'sha256'
>;

/** Joins the caller's transaction: the act and its certificate are one. */
export function certify(
  { store, clock, random, audit, certificates }: CertificateDeps,
  actor: Actor,
  body: CertificateBody,
): UnlearningCertificate {
  return store.transaction(() => {
    const unsigned = {
      certificateId: random.newId('unlearning'),
      at: clock.now(),
      ...body,
      auditSeq: audit.size(),
    };
    const sha256 = createHash('sha256')
      .update(canonicalJson(unsigned as unknown as JsonValue))
      .digest('hex');
    const { seq } = audit.append({
      action: 'unlearning.certify',
      actor: actor.userId,
      roles: actor.roles,
      object: { type: 'model', id: body.model.modelId },
      counts: { people: body.left.reduce((sum, { people }) => sum + people, 0) },
      commitments: {
        certificate: sha256,
        before: body.model.sha256,
        ...(body.successor && { after: body.successor.sha256 }),
      },
    });
    if (seq !== unsigned.auditSeq) throw new Error('Another leaf came between');
    const certificate = { ...unsigned, sha256 };
    certificates.insertCertificate(certificate);
    return certificate;
  });
}

export const markOf = ({
  modelId,
  name,
  runId,
  sha256,
}: Model): UnlearningCertificate['model'] => ({
  modelId,
  name,
  runId,
  sha256,
});
