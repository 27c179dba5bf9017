// The audit log and the register of exits over the wire.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { failure, ok } from '../../../shared/kernel/result.ts';
import {
  createAuditRetention,
  explains,
  notesIn,
  recordedRestores,
  type AuditLog,
  type Governance,
  type Staff,
} from '../../governance/index.ts';
import type { Store } from '../../store/index.ts';
import { anchorPage } from '../../reports/index.ts';
import { createAtomicFile, type AtomicWriter, type Clock } from '../../platform/index.ts';
import { folderOf } from './backup.ts';
import type { Handlers } from './types.ts';

type AuditName =
  | 'audit.anchor'
  | 'audit.compare'
  | 'audit.export'
  | 'audit.exportPart'
  | 'audit.heads'
  | 'audit.list'
  | 'audit.prune'
  | 'audit.retention'
  | 'audit.verify';

/** Of several heads in one file the worst answer counts. */
const SEVERITY = { intact: 0, unknown: 1, rolledBack: 2, broken: 3 } as const;

interface Waiting {
  readonly exitId: string;
  readonly userId: string;
  readonly parts: readonly string[];
}

const PART_CHARACTERS = 1 << 20;

/** Gathers lines into parts that fit one message each. */
function createParts() {
  const parts: string[] = [];
  let lines: string[] = [];
  let length = 0;
  const cut = (): void => {
    if (length > 0) parts.push(lines.join(''));
    lines = [];
    length = 0;
  };
  return {
    write(piece: Uint8Array): void {
      if (length + piece.length > PART_CHARACTERS) cut();
      lines.push(Buffer.from(piece).toString('ascii'));
      length += piece.length;
    },
    commit: cut,
    abort(): void {
      parts.length = 0;
    },
    done: (): readonly string[] => parts,
  };
}

export function auditHandlers(deps: {
  readonly audit: AuditLog;
  readonly governance: Pick<Governance, 'exits' | 'purposes'>;
  readonly staff: Pick<Staff, 'nameOf'>;
  readonly store: Store;
  readonly clock: Clock;
}): Pick<Handlers, AuditName> {
  const { audit, governance, staff, clock } = deps;
  const retention = createAuditRetention(deps);
  /** One export at a time waits to be fetched; locking forgets it with the handlers. */
  let waiting: Waiting | undefined;
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
    'audit.heads': () =>
      ok({
        items: audit.knownHeads().map((head) => ({ ...head, at: head.at ?? null })),
        verifierKey: audit.verifierKey,
        restores: recordedRestores(audit).map((each) => ({ ...each })),
      }),
    'audit.compare'({ anchor }) {
      const heads = notesIn(Buffer.from(anchor, 'utf8')).map((note) => audit.compareHead(note));
      const [worst] = heads.sort((a, b) => SEVERITY[b.state] - SEVERITY[a.state]);
      if (!worst) {
        return failure(
          'BAD_INPUT',
          'This holds no signed head of an audit log. Nothing was changed. Give the anchor file, or the lines of the printed page.',
        );
      }
      const { size } = worst;
      const state = worst.state === 'unknown' ? ('broken' as const) : worst.state;
      const restored =
        state === 'rolledBack'
          ? recordedRestores(audit).find((restore) => explains(restore, size))
          : undefined;
      return ok({ state, size, restored: restored ? { ...restored } : null });
    },
    'audit.retention': () => ok({ classes: retention.preview().map((each) => ({ ...each })) }),
    'audit.prune'(_, context) {
      const { userId, roles } = context.session.actor;
      const pruned = retention.prune({ actor: userId, roles });
      context.changed('audit');
      return ok({ pruned });
    },
    'audit.export'({ destination, recipient, partyId, country }, context) {
      const folder = folderOf(destination);
      if (!folder.ok) return folder;
      const { actor, vault } = context.session;
      context.title('Audit log');
      const { head, lines } = audit.exportFile();
      const hash = createHash('sha256');
      const parts = createParts();
      const writer: Pick<AtomicWriter, 'write' | 'commit' | 'abort'> = destination
        ? createAtomicFile(destination.path)
        : parts;
      let bytes = 0;
      try {
        for (const line of lines) {
          const piece = Buffer.from(line, 'ascii');
          hash.update(piece);
          writer.write(piece);
          bytes += piece.length;
        }
        const sha256 = hash.digest('hex');
        const name = destination ? basename(destination.path) : 'audit.jsonl';
        // Registered before the file has its name: nothing leaves that the register does not know.
        const exit = governance.exits.register({
          actor,
          kind: 'auditLog',
          objectId: vault.id,
          ...{ recipient, partyId, country },
          files: [{ name, sha256, bytes }],
          subjectIds: [],
        });
        if (!exit.ok) {
          writer.abort();
          return exit;
        }
        writer.commit();
        const { exitId } = exit.value;
        if (!destination) waiting = { exitId, userId: actor.userId, parts: parts.done() };
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
    'audit.exportPart'({ exitId, from }, { session }) {
      const part =
        waiting?.exitId === exitId && waiting.userId === session.actor.userId
          ? waiting.parts[from]
          : undefined;
      if (!waiting || part === undefined) {
        return failure(
          'NOT_FOUND',
          'This export is not kept any more. Nothing was changed. Export the log again.',
        );
      }
      const next = from + 1 < waiting.parts.length ? from + 1 : null;
      if (next === null) waiting = undefined;
      return ok({ text: part, next });
    },
  };
}
