// The audit log and the register of exits over the wire.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { failure, ok } from '../../../shared/kernel/result.ts';
import {
  createAuditRetention,
  notesIn,
  type AuditLog,
  type Governance,
  type Staff,
} from '../../governance/index.ts';
import type { Store } from '../../store/index.ts';
import { anchorPage } from '../../reports/index.ts';
import { createAtomicFile, type Clock } from '../../platform/index.ts';
import { folderOf } from './backup.ts';
import type { Handlers } from './types.ts';

type AuditName =
  | 'audit.anchor'
  | 'audit.compare'
  | 'audit.export'
  | 'audit.list'
  | 'audit.prune'
  | 'audit.retention'
  | 'audit.verify'
  | 'exit.list';

/** Of several heads in one file the worst answer counts. */
const SEVERITY = { intact: 0, unknown: 1, rolledBack: 2, broken: 3 } as const;

export function auditHandlers(deps: {
  readonly audit: AuditLog;
  readonly governance: Pick<Governance, 'exits' | 'purposes'>;
  readonly staff: Pick<Staff, 'nameOf'>;
  readonly store: Store;
  readonly clock: Clock;
}): Pick<Handlers, AuditName> {
  const { audit, governance, staff, clock } = deps;
  const retention = createAuditRetention(deps);
  return {
    'audit.list'({ cursor, limit, action }) {
      const before = cursor === null ? undefined : Number(cursor);
      if (before !== undefined && !Number.isSafeInteger(before)) {
        return failure('BAD_INPUT', 'This place in the list does not exist. Start from the top.');
      }
      const page = audit.list({
        limit,
        ...(before !== undefined && { before }),
        ...(action !== null && { action }),
      });
      return ok({
        items: page.items.map(({ seq, at, action: done, body, leafHash }) => ({
          seq,
          at,
          action: done,
          actor: body ? staff.nameOf(body.actor) : '',
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
    'audit.anchor'(_, context) {
      const { checkpoint, size, at } = audit.sign();
      context.changed('audit');
      const { verifierKey } = audit;
      const vault = context.session.vault.name;
      const page = anchorPage({ vault, checkpoint, verifierKey, size, at });
      return ok({ checkpoint, verifierKey, size, at, page });
    },
    'audit.compare'({ anchor }) {
      const heads = notesIn(Buffer.from(anchor, 'utf8')).map((note) => audit.compareHead(note));
      const [worst] = heads.sort((a, b) => SEVERITY[b.state] - SEVERITY[a.state]);
      return worst
        ? ok({ state: worst.state === 'unknown' ? 'broken' : worst.state, size: worst.size })
        : failure(
            'BAD_INPUT',
            'This holds no signed head of an audit log. Nothing was changed. Give the anchor file, or the lines of the printed page.',
          );
    },
    'audit.retention': () => ok({ classes: retention.preview().map((each) => ({ ...each })) }),
    'audit.prune'(_, context) {
      const { userId, roles } = context.session.actor;
      const pruned = retention.prune({ actor: userId, roles });
      context.changed('audit');
      return ok({ pruned });
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
