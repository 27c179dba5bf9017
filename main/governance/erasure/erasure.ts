// Erasing a person (GDPR Art. 17), proven on bytes. The order of steps is the protocol:
//
//   ordered    the order, with what stays and on which ground, is a leaf of the signed log before anything is
//              destroyed; the gate denies from here
//   deleted    rows, index entries, files, in one transaction; models that saw the person become stale
//   compacted  index merged, log truncated, file rebuilt: no deleted byte left in a page
//   rekeyed    the old key is gone, and with it every stale block on the disk (NIST SP 800-88)
//   proven     the decrypted image and every file are searched for pieces of the person
//
// Each step leaves an event, so a killed process resumes where it stopped. What to search for must survive
// that kill, or an interrupted erasure could never be proven: it lies in a sealed file whose key is
// destroyed together with the closing of the request. A hit, a file that could not be read, a step that shows
// no effect: each ends in `failed`. An erasure is done when a scan says so, never because no error occurred.
import { createHash } from 'node:crypto';
import type { ErasureCertificate } from '../../../shared/contract/index.ts';
import { KEEP_GROUNDS } from '../../../shared/domain/erasures.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import { canonicalJson } from '../../platform/index.ts';
import type { Actor, RoomContext } from '../context.ts';
import { createDeletion } from './erasureDeletion.ts';
import { createTakeNeedles, type Going } from './erasureNeedles.ts';
import {
  KEPT,
  createErasurePreview,
  type BlockingHolds,
  type ErasurePreview,
} from './erasurePreview.ts';
import { fingerprintOf, proveErasure, type Proof } from './erasureProof.ts';
import { createErasureRecord, type Journal, type Ordered } from './erasureRecord.ts';
import { createErasureRepository } from './erasureRepository.ts';
import type { Exits } from '../exits/exits.ts';
import type { SubjectFollower } from '../followers.ts';
import type { GateRepository } from '../gate/gateRepository.ts';
import { createKeptRepository } from './keptRepository.ts';
import type { RequestRepository } from '../requests/requestRepository.ts';
import { noSuchRequest, type Requests } from '../requests/requests.ts';
import { createSubjectRepository } from '../subjectRepository.ts';
import type { Subjects } from '../subjects.ts';

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

export interface ErasureOrder {
  readonly requestId: string;
  readonly confirmation: string;
  /** What stays, as the preview gave it and two people signed it. */
  readonly keep?: readonly string[];
  /** Id of the second person, where there was one. */
  readonly approvedBy?: string | undefined;
  /** In a restored copy: it was ordered where the copy was made from, and a hold of then is no hold of now. */
  readonly carriedOutBefore?: boolean;
}

export interface Erasure {
  /** Fails with NOT_FOUND, REQUEST_CLOSED, CONFLICT (not a request for erasure). */
  preview(requestId: string): Result<ErasurePreview>;
  /**
   * Carries the order out, or goes on with one that was interrupted or failed. Cannot be cancelled once
   * ordered. Fails as `preview`, and with CONFIRMATION_MISMATCH, CONFLICT (what stays is not what was signed),
   * HELD (params `holds`), ERASURE_UNPROVEN (params `hits`, `where`).
   */
  erase(
    actor: Actor,
    order: ErasureOrder,
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
  /** Holds on the person, or on the given documents where only these go. */
  readonly holdsOn: BlockingHolds;
  /** Art. 19; while the person's rows are there. Returns how many recipients will be told. */
  readonly queueNotices: (
    actor: Actor,
    about: { readonly requestId: string; readonly subjectId: string },
  ) => number;
}

export function createErasure(context: RoomContext, deps: ErasureDeps): Erasure {
  const { store, clock, random, audit } = context;
  const { requests, requestRows, subjects, texts, followers } = deps;
  const repository = createErasureRepository(store);
  const subjectRows = createSubjectRepository(store);
  const kept = createKeptRepository(store);
  const record = createErasureRecord(context, requestRows);
  const { preview, modelsOf } = createErasurePreview({
    ...deps,
    ...{ store, clock, record, repository, kept },
  });
  const takeNeedles = createTakeNeedles({ texts, subjects, repository });
  const deleteRows = createDeletion(context, {
    ...deps,
    ...{ subjectRows, record, repository, kept, modelsOf },
  });

  function goingOf(requestId: string, subjectId: string, subjectKey: string): Going {
    return {
      subjectId,
      subjectKey,
      documents: kept.going(subjectId, requestId),
      partly: kept.ofRequest(requestId).length > 0,
    };
  }

  /** Logged, denied by the gate and resumable, all in one commit. */
  function order(actor: Actor, { requestId, keep, approvedBy }: ErasureOrder, going: Going): void {
    const { subjectId } = going;
    const journal = takeNeedles(going);
    store.transaction(() => {
      const orderId = random.newId('order');
      const { seq } = audit.append({
        action: 'erasure.order',
        actor: actor.userId,
        roles: actor.roles,
        object: { type: 'request', id: requestId },
        subjectRef: subjects.subjectRef(subjectId).toString('hex'),
        counts: {
          documents: going.documents.length,
          kept: keep?.length ?? 0,
          needles: journal.count,
          sharedNeedles: journal.shared,
          shortNames: journal.tooShort,
        },
        ...(going.partly && { commitments: { keep: hashOf([...(keep ?? [])]) } }),
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
        ...(going.partly && { keep: keep ?? [] }),
        approvedBy: approvedBy ?? actor.userId,
      } satisfies Ordered);
    });
    audit.sign();
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

  function prove(
    requestId: string,
    ordered: Ordered,
    journal: Journal,
    fingerprintBefore: string,
  ): Proof {
    store.checkpoint();
    return proveErasure(store, texts, {
      journal,
      fingerprintBefore,
      orderId: ordered.orderId,
      sealed: record.deleted(requestId)?.sealed ?? [],
      partly: ordered.keep !== undefined,
      folders: [
        ...deps.scanFolders(),
        ...followers.flatMap((follower) => follower.folders?.() ?? []),
      ],
    });
  }

  function fail(actor: Actor, requestId: string, { scan, complaints }: Proof): Result<never> {
    const where = [
      ...new Set([...scan.hits.map((hit) => hit.where), ...scan.unread, ...complaints]),
    ];
    const hits = scan.hits.length;
    store.transaction(() => {
      audit.append({
        action: 'erasure.unproven',
        actor: actor.userId,
        roles: actor.roles,
        object: { type: 'request', id: requestId },
        counts: {
          hits,
          unread: scan.unread.length,
          checks: complaints.length,
          bytes: scan.bytesScanned,
        },
      });
      record.add(actor, requestId, 'failed', { hits, where });
    });
    audit.sign();
    return failure(
      'ERASURE_UNPROVEN',
      `The person’s records were deleted, but ${hits} traces were found, a file could not be read, or a step shows no effect (${where.slice(0, 5).join(', ')}). The erasure does not count as done. Remove what was named and order the erasure again: only the proof is repeated.`,
      { hits, where: where.slice(0, 5).join(', ') },
    );
  }

  function close(
    actor: Actor,
    requestId: string,
    ordered: Ordered,
    journal: Journal,
    { scan }: Proof,
  ): ErasureCertificate {
    const done = record.deleted(requestId);
    if (!done) throw new Error('Nothing was deleted yet');
    const outcome = ordered.keep === undefined ? 'erased' : 'partlyErased';
    const certificate = store.transaction(() => {
      const completedAt = clock.now();
      const approvedBy = ordered.approvedBy ?? actor.userId;
      if (outcome === 'partlyErased') kept.markKept(requestId, completedAt, approvedBy);
      const body: Omit<ErasureCertificate, 'sha256'> = {
        requestId,
        orderId: ordered.orderId,
        orderedAt: record.orderedAt(requestId),
        completedAt,
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
        kept: KEPT.filter(
          ({ what }) => outcome === 'erased' || what !== 'erasedIdentifierHash',
        ).map((item) => ({ ...item })),
        outcome,
        ...(outcome === 'partlyErased' && {
          keptData: kept.ofRequest(requestId).map((row) => ({
            scope: scopeWords(row.scope, row.target, kept.collectionName(row.target)),
            ground: KEEP_GROUNDS[row.ground],
            documents: kept.countIn(row.subject_id, row.scope, row.target),
            until: row.until,
            approvedBy,
          })),
        }),
        backups: done.backups,
        notices: done.notices,
        rekeyed: record.isRekeyed(requestId),
        orderLeaf: ordered.orderLeaf,
        certificateLeaf: audit.size(),
      };
      const sha256 = hashOf(body);
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
          kept: ordered.keep?.length ?? 0,
        },
        commitments: { certificate: sha256 },
      });
      if (seq !== body.certificateLeaf) throw new Error('Another leaf came between');
      record.add(actor, requestId, 'certificate', { ...body, sha256 });
      record.add(actor, requestId, 'closed', { outcome });
      store.sealed.remove(ordered.journal);
      return { ...body, sha256 };
    });
    store.checkpoint();
    audit.sign();
    return certificate;
  }

  /** What two people signed is what stays, and nothing that goes is held. */
  function mayOrder(asked: ErasurePreview, keep: readonly string[]): Result<void> {
    if (hashOf([...asked.keep]) !== hashOf([...keep])) {
      return failure(
        'CONFLICT',
        'What is to stay has changed since this order was put together. Nothing was erased. Look at the preview again.',
      );
    }
    if (asked.holds.length === 0) return ok(undefined);
    const holds = asked.holds.map(({ name }) => name).join(', ');
    return failure(
      'HELD',
      `A legal hold is on what would go (${holds}). Nothing was erased. Release the hold with a second person, or keep the part it is about.`,
      { holds },
    );
  }

  return {
    preview,
    async erase(actor, asked, onStage = () => undefined) {
      const { requestId, confirmation, keep = [] } = asked;
      const shown = preview(requestId);
      if (!shown.ok) return shown;
      const { subjectId, subjectKey } = shown.value;
      if (confirmation.trim() !== shown.value.confirmation.trim()) {
        return failure(
          'CONFIRMATION_MISMATCH',
          'What was typed is not the record number of this person. Nothing was erased. Type it exactly as shown.',
        );
      }
      if (record.ordered(requestId) === undefined) {
        const { holds, ...rest } = shown.value;
        const may = mayOrder({ ...rest, holds: asked.carriedOutBefore ? [] : holds }, keep);
        if (!may.ok) return may;
        await onStage('ordering');
        order(actor, asked, goingOf(requestId, subjectId, subjectKey));
      }
      const ordered = record.ordered(requestId) as Ordered;
      await onStage('deleting');
      if (!record.deleted(requestId)) {
        deleteRows(actor, requestId, ordered, goingOf(requestId, subjectId, subjectKey));
      }
      // What follows can be repeated, and after a failed proof it is what has to be.
      await onStage('compacting');
      compact(actor, requestId);
      await onStage('rekeying');
      const fingerprint = fingerprintOf(store);
      rekey(actor, requestId);
      await onStage('proving');
      const journal = record.journal(ordered);
      const proof = prove(requestId, ordered, journal, fingerprint);
      const { hits, unread } = proof.scan;
      if (hits.length + unread.length + proof.complaints.length > 0) {
        return fail(actor, requestId, proof);
      }
      await onStage('closing');
      return ok(close(actor, requestId, ordered, journal, proof));
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

/** Over the canonical JSON (RFC 8785), hex. */
export const hashOf = (value: Parameters<typeof canonicalJson>[0]): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex');

function scopeWords(scope: string, target: string, collection: string | undefined): string {
  if (scope === 'collection') return `collection ${collection ?? target}`.slice(0, 120);
  return scope === 'category' ? `category ${target}` : 'proofs of consent';
}
