// The destructive part of an erasure, in one transaction: the files, the models' permission, the index, the
// rows. Where a part stays, only what goes is taken, and the person is restricted in the same breath.
import type { Actor, RoomContext } from '../context.ts';
import { backupsHolding } from './erasureBackups.ts';
import type { Going } from './erasureNeedles.ts';
import type { Deleted, ErasureRecord, Ordered } from './erasureRecord.ts';
import type { ErasureRepository } from './erasureRepository.ts';
import type { DeletedRows, SubjectFollower, SubjectModel } from '../followers.ts';
import type { GateRepository } from '../gate/gateRepository.ts';
import type { KeptRepository } from './keptRepository.ts';
import type { RequestRepository } from '../requests/requestRepository.ts';
import type { Requests } from '../requests/requests.ts';
import type { createSubjectRepository } from '../subjectRepository.ts';
import { erasedIdentifierHmac, type Subjects } from '../subjects.ts';
import type { SealedId } from '../../store/index.ts';

export interface DeletionDeps {
  readonly requests: Requests;
  readonly requestRows: RequestRepository;
  readonly subjects: Subjects;
  readonly subjectRows: ReturnType<typeof createSubjectRepository>;
  readonly texts: GateRepository;
  readonly followers: readonly SubjectFollower[];
  readonly record: ErasureRecord;
  readonly repository: ErasureRepository;
  readonly kept: KeptRepository;
  readonly modelsOf: (subjectId: string) => readonly SubjectModel[];
  readonly queueNotices: (
    actor: Actor,
    about: { readonly requestId: string; readonly subjectId: string },
  ) => number;
}

export function createDeletion(context: RoomContext, deps: DeletionDeps) {
  const { store, clock } = context;
  const { requests, requestRows, subjects, subjectRows, texts, followers, record } = deps;
  const { repository, kept, modelsOf } = deps;

  /** There is nobody left to answer about; whoever asked is told by the certificate. */
  function closeOtherRequests(actor: Actor, requestId: string, subjectId: string): void {
    for (const { id } of requestRows.ofSubject(subjectId)) {
      const found = requests.get(id);
      if (id === requestId || !found.ok || found.value.state === 'closed') continue;
      record.add(actor, id, 'closed', { outcome: 'personErased' });
    }
  }

  /** A recipient is free text; the person who took their own copy is named there. */
  function maskRecipients(subjectId: string, identifiers: readonly string[]): void {
    const words = identifiers
      .map((value) => value.toLowerCase())
      .filter((value) => value.length > 2);
    for (const { id, recipient } of repository.exits(subjectId)) {
      if (words.some((word) => recipient.toLowerCase().includes(word)))
        repository.maskRecipient(id);
    }
  }

  function deleteWhole(
    actor: Actor,
    requestId: string,
    { orderId }: Ordered,
    { subjectId, documents }: Going,
  ): void {
    for (const { scheme, value } of subjects.identifiers(subjectId)) {
      repository.rememberErased(erasedIdentifierHmac(context, scheme, value), clock.now(), orderId);
    }
    closeOtherRequests(actor, requestId, subjectId);
    repository.deleteDocuments(documents.map(({ rowid }) => rowid));
    repository.deleteSubject(subjectId);
  }

  function deletePart(actor: Actor, requestId: string, { subjectId, documents }: Going): void {
    const rowids = documents.map(({ rowid }) => rowid);
    const parts = kept.ofRequest(requestId);
    repository.detachKept(subjectId, rowids);
    repository.deleteDocuments(rowids);
    repository.deleteAround(
      subjectId,
      requestId,
      parts.some(({ scope }) => scope === 'consents'),
    );
    // The order denied everything; from now on the restriction does (Art. 18(2): storage alone).
    subjectRows.event({
      subjectId,
      type: 'restricted',
      at: clock.now(),
      actor: actor.userId,
      reason: '', // Why, say the parts that are kept.
    });
  }

  return function deleteRows(
    actor: Actor,
    requestId: string,
    ordered: Ordered,
    going: Going,
  ): void {
    const { subjectId, documents, partly } = going;
    const rowids = documents.map(({ rowid }) => rowid);
    store.transaction(() => {
      const before = repository.countRows(subjectId);
      const textsBefore = texts.countTexts(subjectId);
      if (!partly) {
        maskRecipients(
          subjectId,
          subjects.identifiers(subjectId).map(({ value }) => value),
        );
      }
      // While the person's rows still lead to them: who is told, which files, which models.
      const notices = deps.queueNotices(actor, { requestId, subjectId });
      const packs = repository.packs(subjectId);
      const checkpoints = repository.checkpoints(subjectId);
      const sealed = [...packs, ...checkpoints].map(({ sealed_id }) => sealed_id);
      const modelIds = new Set(modelsOf(subjectId).map(({ modelId }) => modelId));
      const byFollowers = followers.flatMap((follower) => [...(follower.erase?.(subjectId) ?? [])]);
      const models = modelsOf(subjectId).filter(({ modelId }) => modelIds.has(modelId));
      for (const id of sealed) store.sealed.remove(id as SealedId);
      for (const { run_id } of checkpoints) repository.deleteCheckpoint(run_id);

      const indexRows = texts.removeFromIndex(rowids);
      if (partly) deletePart(actor, requestId, going);
      else deleteWhole(actor, requestId, ordered, going);

      const after = new Map(
        repository.countRows(subjectId).map(({ table, rows }) => [table, rows]),
      );
      const deleted = merge([
        ...before.map(({ table, rows }) => ({ table, rows: rows - (after.get(table) ?? 0) })),
        { table: 'text', rows: textsBefore - texts.countTexts(subjectId) },
        { table: 'search', rows: indexRows },
        { table: 'run_checkpoint', rows: checkpoints.length },
        ...byFollowers,
      ]);
      record.add(actor, requestId, 'step', {
        step: 'deleted',
        deleted,
        files: sealed.length,
        sealed,
        notices,
        models,
        backups: backupsHolding(store, clock.nowMs()),
      } satisfies Deleted);
    });
  };
}

/** One line per table; a room may report rows that were counted for the cascade too. */
function merge(rows: readonly DeletedRows[]): DeletedRows[] {
  const most = new Map<string, number>();
  for (const { table, rows: n } of rows) most.set(table, Math.max(most.get(table) ?? 0, n));
  return [...most].filter(([, n]) => n > 0).map(([table, n]) => ({ table, rows: n }));
}
