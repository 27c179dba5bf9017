// The audit log and the register of exits over the wire.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { failure, ok } from '../../../shared/kernel/result.ts';
import type { AuditLog, Governance } from '../../governance/index.ts';
import { createAtomicFile, type Clock } from '../../platform/index.ts';
import { folderOf } from './backup.ts';
import type { Handlers } from './types.ts';

type AuditName = 'audit.export' | 'audit.list' | 'audit.verify' | 'exit.list';

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
    'audit.export'({ destination, recipient }, context) {
      const folder = folderOf(destination);
      if (!folder.ok) return folder;
      context.title('Audit log');
      const { head, lines } = audit.exportFile();
      const hash = createHash('sha256');
      const writer = createAtomicFile(destination.path);
      let bytes = 0;
      try {
        for (const line of lines) {
          const piece = Buffer.from(line, 'ascii');
          hash.update(piece);
          writer.write(piece);
          bytes += piece.length;
        }
        const sha256 = hash.digest('hex');
        const name = basename(destination.path);
        // Registered before the file has its name: nothing leaves that the register does not know.
        const exit = governance.exits.register({
          actor: context.session.actor,
          kind: 'auditLog',
          objectId: context.session.vault.id,
          recipient,
          files: [{ name, sha256, bytes }],
          subjectIds: [],
        });
        if (!exit.ok) {
          writer.abort();
          return exit;
        }
        writer.commit();
        const { exitId } = exit.value;
        context.note({ object: exitId, counts: { leaves: head.size, bytes } });
        context.changed('audit');
        const { checkpoint, size: leaves } = head;
        const { verifierKey } = audit;
        return ok({ exitId, leaves, bytes, sha256, checkpoint, verifierKey });
      } catch (error) {
        writer.abort();
        throw error;
      }
    },
    'exit.list': (page) => ok(governance.exits.list(page)),
  };
}
