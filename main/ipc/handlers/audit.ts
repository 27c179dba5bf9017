// The audit log and the register of exits over the wire.
import { failure, ok } from '../../../shared/kernel/result.ts';
import type { AuditLog, Governance } from '../../governance/index.ts';
import type { Clock } from '../../platform/index.ts';
import type { Handlers } from './types.ts';

type AuditName = 'audit.list' | 'audit.verify' | 'exit.list';

export function auditHandlers(deps: {
  readonly audit: AuditLog;
  readonly governance: Pick<Governance, 'exits' | 'purposes'>;
  readonly clock: Clock;
}): Pick<Handlers, AuditName> {
  const { audit, governance, clock } = deps;
  return {
    'audit.list'({ cursor, limit, action }, { session }) {
      const before = cursor === null ? undefined : Number(cursor);
      if (before !== undefined && !Number.isSafeInteger(before)) {
        return failure('BAD_INPUT', 'This place in the list does not exist. Start from the top.');
      }
      const page = audit.list({
        limit,
        ...(before !== undefined && { before }),
        ...(action !== null && { action }),
      });
      const names = new Map(session.vault.keys.users().map(({ id, name }) => [id as string, name]));
      return ok({
        items: page.items.map(({ seq, at, action: done, body, leafHash }) => ({
          seq,
          at,
          action: done,
          actor: body ? (names.get(body.actor) ?? body.actor) : '',
          object: body?.object?.id ?? null,
          purpose: body?.purpose
            ? (governance.purposes.get(body.purpose)?.name ?? body.purpose)
            : null,
          counts: { ...body?.counts },
          leafHash: leafHash.toString('hex'),
        })),
        next: page.next === undefined ? null : String(page.next),
        total: page.total,
      });
    },
    async 'audit.verify'(_, context) {
      context.title('Audit log');
      const verified = await audit.verify({
        signal: context.signal,
        onProgress: (done, total) =>
          context.progress({ stage: 'verifying', done, total, unit: 'steps', etaSeconds: null }),
      });
      if (context.signal.aborted) {
        return failure('CANCELLED', 'The check was cancelled. Nothing was changed.');
      }
      // A log that is whole gets a fresh head, so that what was just checked is also anchored.
      const head = verified.intact ? audit.sign() : audit.signedHead();
      context.note({ counts: { size: verified.size, intact: verified.intact ? 1 : 0 } });
      return ok({
        intact: verified.intact,
        size: verified.size,
        root: verified.root.toString('hex'),
        checkpoint: head?.checkpoint ?? '',
        signedBy: audit.verifierKey,
        verifiedAt: clock.now(),
        firstBroken: verified.firstBroken ? { ...verified.firstBroken } : null,
        knownHead: verified.knownHead ? { ...verified.knownHead } : null,
      });
    },
    'exit.list': (page) => ok(governance.exits.list(page)),
  };
}
