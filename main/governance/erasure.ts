// Erasing a person (GDPR Art. 17), proven on bytes. The order of steps is the protocol:
//
//   ordered    the order is a leaf of the signed log before anything is destroyed; the gate denies from here
//   deleted    rows, index entries, files, in one transaction; models that saw the person become stale
//   compacted  index merged, log truncated, file rebuilt: no deleted byte left in a page
//   rekeyed    the old key is gone, and with it every stale block on the disk (NIST SP 800-88)
//   proven     the decrypted image and every file are searched for pieces of the person
//
// Each step leaves an event, so a killed process resumes where it stopped. What to search for must survive
// that kill, or an interrupted erasure could never be proven: it lies in a sealed file whose key is
// destroyed together with the closing of the request. A hit, or a file that could not be read, ends in
// `failed`: an erasure is done when a scan says so, never because no error occurred.
import { createHash } from 'node:crypto';
import type { ErasureCertificate } from '../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import { canonicalJson } from '../platform/index.ts';
import { scanForNeedles, type ScanReport, type SealedId } from '../store/index.ts';
import type { Actor, RoomContext } from './context.ts';
import { KEPT, createErasurePreview, type ErasurePreview } from './erasurePreview.ts';
import { createErasureRecord, type Deleted, type Journal, type Ordered } from './erasureRecord.ts';
import { createErasureRepository } from './erasureRepository.ts';
import type { Exits } from './exits.ts';
import type { DeletedRows, SubjectFollower } from './followers.ts';
import type { GateRepository } from './gateRepository.ts';
import { chooseNeedles } from './needles.ts';
import type { RequestRepository } from './requestRepository.ts';
import { noSuchRequest, type Requests } from './requests.ts';
import { createSubjectRepository } from './subjectRepository.ts';
import { erasedIdentifierHmac, type Subjects } from './subjects.ts';

export type ErasureStage =
  'ordering' | 'deleting' | 'compacting' | 'rekeying' | 'proving' | 'closing';
export const ERASURE_STAGES: readonly ErasureStage[] = [
  'ordering',
  'deleting',
  'compacting',
  'rekeying',
  'proving',
  'closing',
];

export interface Erasure {
  /** Fails with NOT_FOUND, REQUEST_CLOSED, CONFLICT (not a request for erasure). */
  preview(requestId: string): Result<ErasurePreview>;
  /**
   * Carries the order out, or goes on with one that was interrupted or failed. Cannot be cancelled once
   * ordered. Fails as `preview`, and with CONFIRMATION_MISMATCH, ERASURE_UNPROVEN (params `hits`, `where`).
   */
  erase(
    actor: Actor,
    order: { readonly requestId: string; readonly confirmation: string },
    onStage?: (stage: ErasureStage) => void | Promise<void>,
  ): Promise<Result<ErasureCertificate>>;
  /** Fails with NOT_FOUND where nothing was erased for the request. */
  certificate(requestId: string): Result<ErasureCertificate>;
  /** Requests whose order was given and is not proven done, for the banner at unlock. */
  unfinished(): readonly string[];
}

export interface ErasureDeps {
  readonly requests: Requests;
  readonly requestRows: RequestRepository;
  readonly subjects: Subjects;
  readonly exits: Exits;
  readonly texts: GateRepository;
  readonly followers: readonly SubjectFollower[];
  /** Folders outside the vault in which this program may have left something. */
  readonly scanFolders: () => readonly string[];
}

export function createErasure(context: RoomContext, deps: ErasureDeps): Erasure {
  const { store, clock, random, audit } = context;
  const { requests, requestRows, subjects, texts, followers } = deps;
  const repository = createErasureRepository(store);
  const subjectRows = createSubjectRepository(store);

  const record = createErasureRecord(context, requestRows);
  const { preview, modelsOf } = createErasurePreview({ ...deps, record, repository });

  function takeNeedles(subjectId: string, subjectKey: string): Journal {
    const own = texts.ownTexts(subjectId);
    const byRowid = new Map(own.map((row) => [row.rowid, row.text ?? '']));
    const names = [
      ...subjects.identifiers(subjectId).map(({ value }) => value),
      ...repository.documentNames(subjectId),
      ...repository
        .findings(subjectId)
        .map(({ document_rowid, start, end }) =>
          (byRowid.get(document_rowid) ?? '').slice(start, end),
        ),
    ];
    function* staying(): IterableIterator<string> {
      for (const { text } of texts.otherTexts(subjectId)) yield text;
      yield* repository.staying(subjectId);
    }
    const needles = chooseNeedles(
      {
        names,
        texts: own.map(({ text }) => text ?? ''),
        keys: [Buffer.from(subjectId, 'utf8'), repository.refKey(subjectId)],
      },
      staying(),
    );
    return {
      subjectId,
      subjectKey,
      needles: needles.forms.map((form) => form.toString('base64')),
      count: needles.count,
      shared: needles.shared,
      tooShort: needles.tooShort,
    };
  }

  /** Logged, denied by the gate and resumable, all in one commit. */
  function order(actor: Actor, requestId: string, subjectId: string, subjectKey: string): void {
    const journal = takeNeedles(subjectId, subjectKey);
    store.transaction(() => {
      const orderId = random.newId('order');
      const { seq } = audit.append({
        action: 'erasure.order',
        actor: actor.userId,
        roles: actor.roles,
        object: { type: 'request', id: requestId },
        subjectRef: subjects.subjectRef(subjectId).toString('hex'),
        counts: {
          needles: journal.count,
          sharedNeedles: journal.shared,
          shortNames: journal.tooShort,
        },
      });
      const sealed = store.sealed.put('erasureJournal', [
        Buffer.from(JSON.stringify(journal), 'utf8'),
      ]);
      subjectRows.event({
        subjectId,
        type: 'erasing',
        at: clock.now(),
        actor: actor.userId,
        reason: '',
      });
      record.add(actor, requestId, 'ordered', {
        orderId,
        orderLeaf: seq,
        journal: sealed.id,
      } satisfies Ordered);
    });
    audit.sign();
  }

  function deleteRows(actor: Actor, requestId: string, ordered: Ordered): void {
    const { subjectId } = record.journal(ordered);
    store.transaction(() => {
      const counted = repository.countRows(subjectId);
      const textRows = texts.countTexts(subjectId);
      const identifiers = subjects.identifiers(subjectId);
      maskRecipients(
        subjectId,
        identifiers.map(({ value }) => value),
      );
      // While the person's rows still lead to them: which files, which models.
      const packs = repository.packs(subjectId);
      const checkpoints = repository.checkpoints(subjectId);
      const modelIds = new Set(modelsOf(subjectId).map(({ modelId }) => modelId));
      const byFollowers = followers.flatMap((follower) => [...(follower.erase?.(subjectId) ?? [])]);
      const models = modelsOf(subjectId).filter(({ modelId }) => modelIds.has(modelId));
      for (const { sealed_id } of [...packs, ...checkpoints])
        store.sealed.remove(sealed_id as SealedId);
      for (const { run_id } of checkpoints) repository.deleteCheckpoint(run_id);

      for (const { scheme, value } of identifiers) {
        const hmac = erasedIdentifierHmac(context, scheme, value);
        repository.rememberErased(hmac, clock.now(), ordered.orderId);
      }
      closeOtherRequests(actor, requestId, subjectId);
      const indexRows = texts.removeFromIndex(subjectId);
      repository.deleteDocuments(subjectId);
      repository.deleteSubject(subjectId);

      const deleted = merge([
        ...counted,
        { table: 'text', rows: textRows },
        { table: 'search', rows: indexRows },
        { table: 'run_checkpoint', rows: checkpoints.length },
        ...byFollowers,
      ]);
      record.add(actor, requestId, 'step', {
        step: 'deleted',
        deleted,
        files: packs.length + checkpoints.length,
        models,
      } satisfies Deleted);
    });
  }

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

  function compact(actor: Actor, requestId: string): void {
    texts.compactIndex();
    store.checkpoint();
    store.vacuum();
    store.checkpoint();
    record.add(actor, requestId, 'step', { step: 'compacted' });
  }

  function rekey(actor: Actor, requestId: string): void {
    store.rekey();
    store.checkpoint();
    record.add(actor, requestId, 'step', { step: 'rekeyed' });
  }

  function prove(journal: Journal): ScanReport {
    store.checkpoint();
    const needles = journal.needles.map((needle) => Buffer.from(needle, 'base64'));
    const folders = [
      ...deps.scanFolders(),
      ...followers.flatMap((follower) => follower.folders?.() ?? []),
    ];
    return scanForNeedles(store, needles, folders);
  }

  function fail(actor: Actor, requestId: string, scan: ScanReport): Result<never> {
    const where = [...new Set([...scan.hits.map((hit) => hit.where), ...scan.unread])];
    const hits = scan.hits.length;
    store.transaction(() => {
      audit.append({
        action: 'erasure.unproven',
        actor: actor.userId,
        roles: actor.roles,
        object: { type: 'request', id: requestId },
        counts: { hits, unread: scan.unread.length, bytes: scan.bytesScanned },
      });
      record.add(actor, requestId, 'failed', { hits, where });
    });
    audit.sign();
    return failure(
      'ERASURE_UNPROVEN',
      `The person’s records were deleted, but ${hits} traces were found or a file could not be read (${where.slice(0, 5).join(', ')}). The erasure does not count as done. Remove what was named and order the erasure again: only the proof is repeated.`,
      { hits, where: where.slice(0, 5).join(', ') },
    );
  }

  function close(
    actor: Actor,
    requestId: string,
    ordered: Ordered,
    journal: Journal,
    scan: ScanReport,
  ): ErasureCertificate {
    const done = record.deleted(requestId);
    if (!done) throw new Error('Nothing was deleted yet');
    const certificate = store.transaction(() => {
      const body: Omit<ErasureCertificate, 'sha256'> = {
        requestId,
        orderId: ordered.orderId,
        orderedAt: record.orderedAt(requestId),
        completedAt: clock.now(),
        deleted: [...done.deleted],
        files: done.files,
        scan: {
          bytes: scan.bytesScanned,
          files: scan.files,
          needles: journal.count,
          forms: journal.needles.length,
          hits: scan.hits.length,
        },
        models: done.models.map((model) => ({ ...model })),
        kept: KEPT.map((item) => ({ ...item })),
        rekeyed: record.isRekeyed(requestId),
        orderLeaf: ordered.orderLeaf,
        certificateLeaf: audit.size(),
      };
      const sha256 = createHash('sha256').update(canonicalJson(body)).digest('hex');
      const { seq } = audit.append({
        action: 'erasure.certify',
        actor: actor.userId,
        roles: actor.roles,
        object: { type: 'request', id: requestId },
        counts: {
          bytes: scan.bytesScanned,
          needles: journal.count,
          hits: 0,
          models: done.models.length,
        },
        commitments: { certificate: sha256 },
      });
      if (seq !== body.certificateLeaf) throw new Error('Another leaf came between');
      record.add(actor, requestId, 'certificate', { ...body, sha256 });
      record.add(actor, requestId, 'closed', { outcome: 'erased' });
      store.sealed.remove(ordered.journal);
      return { ...body, sha256 };
    });
    store.checkpoint();
    audit.sign();
    return certificate;
  }

  return {
    preview,
    async erase(actor, { requestId, confirmation }, onStage = () => undefined) {
      const asked = preview(requestId);
      if (!asked.ok) return asked;
      if (confirmation.trim() !== asked.value.confirmation.trim()) {
        return failure(
          'CONFIRMATION_MISMATCH',
          'What was typed is not the record number of this person. Nothing was erased. Type it exactly as shown.',
        );
      }
      if (record.ordered(requestId) === undefined) {
        await onStage('ordering');
        order(actor, requestId, asked.value.subjectId, asked.value.subjectKey);
      }
      const ordered = record.ordered(requestId) as Ordered;
      await onStage('deleting');
      if (!record.deleted(requestId)) deleteRows(actor, requestId, ordered);
      // What follows can be repeated, and after a failed proof it is what has to be.
      await onStage('compacting');
      compact(actor, requestId);
      await onStage('rekeying');
      rekey(actor, requestId);
      await onStage('proving');
      const journal = record.journal(ordered);
      const scan = prove(journal);
      if (scan.hits.length > 0 || scan.unread.length > 0) return fail(actor, requestId, scan);
      await onStage('closing');
      return ok(close(actor, requestId, ordered, journal, scan));
    },
    certificate(requestId) {
      const found = requests.get(requestId);
      if (!found.ok) return found;
      const certificate = record.certificate(requestId);
      return certificate ? ok(certificate) : noSuchRequest();
    },
    unfinished: () =>
      requests
        .unanswered(500)
        .filter(({ state }) => state === 'ordered' || state === 'failed')
        .map(({ requestId }) => requestId),
  };
}

/** One line per table; a room may report rows that were counted for the cascade too. */
function merge(rows: readonly DeletedRows[]): DeletedRows[] {
  const most = new Map<string, number>();
  for (const { table, rows: n } of rows) most.set(table, Math.max(most.get(table) ?? 0, n));
  return [...most].filter(([, n]) => n > 0).map(([table, n]) => ({ table, rows: n }));
}
