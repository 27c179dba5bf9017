// Nothing leaves unregistered: who took what, for whom, with which contents, is written down and logged
// before a byte goes out. The register is also the list of recipients that Art. 15 and 19 GDPR ask for.
import { createHash } from 'node:crypto';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import { canonicalJson } from '../platform/index.ts';
import type { Actor, Page, PageRequest, RoomContext } from './context.ts';
import { createExitRepository, type ExitRow } from './exitRepository.ts';

export interface RegisterExit {
  readonly actor: Actor;
  /** What leaves, e.g. `report`, `model`. */
  readonly kind: string;
  /** Id of the object that leaves. */
  readonly objectId: string;
  readonly recipient: string;
  readonly purpose?: string | undefined;
  /** Everything that leaves; `sha256` in hexadecimal. */
  readonly files: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly bytes: number;
  }[];
  /** The people whose data is in it; empty where the content names nobody. */
  readonly subjectIds: readonly string[];
}

export interface ExitEntry {
  readonly exitId: string;
  readonly at: string;
  readonly kind: string;
  readonly recipient: string;
  readonly purpose: string | null;
  readonly sha256: string;
  readonly bytes: number;
  readonly auditSeq: number;
}

export interface Exits {
  /** Durable when it returns; hand the bytes over only then. Fails with BAD_INPUT without a recipient. */
  register(exit: RegisterExit): Result<{ readonly exitId: string; readonly auditSeq: number }>;
  /** Newest first. */
  list(page: PageRequest): Page<ExitEntry>;
  ofSubject(subjectId: string): readonly ExitEntry[];
}

/** One hash for several files: over their names and hashes in order of name. */
export const contentsSha256 = (files: RegisterExit['files']): string =>
  createHash('sha256')
    .update(
      canonicalJson(
        [...files]
          .sort((a, b) => (a.name < b.name ? -1 : 1))
          .map(({ name, sha256, bytes }) => ({ name, sha256, bytes })),
      ),
    )
    .digest('hex');

export function createExits({ store, clock, random, audit }: RoomContext): Exits {
  const repository = createExitRepository(store);
  return {
    register(exit) {
      const recipient = exit.recipient.trim();
      if (recipient === '') {
        return failure(
          'BAD_INPUT',
          'Nobody is named as the recipient. Nothing left the vault. Say who receives it.',
        );
      }
      const registered = store.transaction(() => {
        const exitId = random.newId('exit');
        const sha256 = contentsSha256(exit.files);
        const bytes = exit.files.reduce((sum, file) => sum + file.bytes, 0);
        const { seq } = audit.append({
          action: 'exit.register',
          actor: exit.actor.userId,
          roles: exit.actor.roles,
          object: { type: 'exit', id: exitId },
          counts: { files: exit.files.length, bytes, subjects: exit.subjectIds.length },
          commitments: { contents: sha256 },
        });
        repository.insert({
          id: exitId,
          at: clock.now(),
          actor: exit.actor.userId,
          kind: exit.kind,
          object_id: exit.objectId,
          recipient,
          purpose: exit.purpose ?? null,
          sha256,
          bytes,
          audit_seq: seq,
        });
        repository.link(exitId, exit.subjectIds);
        return { exitId, auditSeq: seq };
      });
      audit.sign();
      return ok(registered);
    },
    list({ cursor, limit }) {
      const rows = repository.page(cursor, limit + 1);
      const items = rows.slice(0, limit);
      return {
        items: items.map(entryOf),
        next: rows.length > limit ? (items.at(-1)?.id ?? null) : null,
        total: repository.total(),
      };
    },
    ofSubject: (subjectId) => repository.ofSubject(subjectId).map(entryOf),
  };
}

const entryOf = (row: ExitRow): ExitEntry => ({
  exitId: row.id,
  at: row.at,
  kind: row.kind,
  recipient: row.recipient,
  purpose: row.purpose,
  sha256: row.sha256,
  bytes: row.bytes,
  auditSeq: row.audit_seq,
});
