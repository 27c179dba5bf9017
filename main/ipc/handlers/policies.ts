// Policies as signed files, over the wire. Reading and signing a file outside a vault is `policyFiles.ts`.
import type { OutputOf } from '../../../shared/contract/index.ts';
import { ok } from '../../../shared/kernel/result.ts';
import { createPolicyActs, fingerprintOf, summaryOf } from '../../governance/index.ts';
import type { Services } from '../services.ts';
import type { Handlers } from './types.ts';

type PoliciesName = 'policy.current' | 'policy.preview' | 'policy.apply';

export function policiesHandlers(
  services: Pick<
    Services,
    'governance' | 'audit' | 'backups' | 'staff' | 'store' | 'clock' | 'random'
  >,
): Pick<Handlers, PoliciesName> {
  const { governance, staff, store, clock, random, audit, backups } = services;
  const { policies, purposes, retention } = governance;
  const acts = createPolicyActs({
    ...{ store, clock, random, audit, purposes, retention, backups },
    book: policies,
  });

  function current(): OutputOf<'policy.current'> {
    const now = policies.current();
    const history = policies.history();
    return {
      policy: now
        ? {
            ...summaryOf(now.policy, now.row.key),
            appliedAt: now.row.at,
            appliedBy: staff.nameOf(now.row.actor),
            auditSeq: now.row.audit_seq,
          }
        : null,
      pinned: now ? fingerprintOf(now.row.key) : null,
      history: history.map((row) => ({
        policyId: row.id,
        title: (JSON.parse(row.file) as { policy: { title: string } }).policy.title,
        version: row.version,
        sha256: row.sha256,
        appliedAt: row.at,
        appliedBy: staff.nameOf(row.actor),
        auditSeq: row.audit_seq,
      })),
    };
  }

  return {
    'policy.current': () => ok(current()),
    'policy.preview': ({ text }) => ok(acts.preview(text)),
    'policy.apply'({ text, sha256 }, context) {
      const applied = acts.apply(context.session.actor, text, sha256);
      if (applied.ok) {
        context.changed(
          ...(['policies', 'settings', 'purposes', 'retention', 'register', 'vault'] as const),
        );
      }
      return applied;
    },
  };
}
