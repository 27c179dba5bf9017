// What an erasure will do, shown before anybody orders it: what goes, what stays and on which ground, which
// models go stale, who received something and has to be told (GDPR Art. 17(3), 19).
import type { OutputOf } from '../../../shared/contract/index.ts';
import { KEEP_GROUNDS } from '../../../shared/domain/erasures.ts';
import { ok, type Result } from '../../../shared/kernel/result.ts';
import type { RoomContext } from '../context.ts';
import { backupsHolding } from './erasureBackups.ts';
import type { ErasureRecord } from './erasureRecord.ts';
import type { ErasureRepository } from './erasureRepository.ts';
import type { Exits } from '../exits/exits.ts';
import type { SubjectFollower, SubjectModel } from '../followers.ts';
import type { GateRepository } from '../gate/gateRepository.ts';
import { keepLine, partOf } from './keptParts.ts';
import type { KeptRepository, KeptRow } from './keptRepository.ts';
import { isConsentTable } from '../personTables.ts';
import type { Requests } from '../requests/requests.ts';
import type { Subjects } from '../subjects.ts';

export type ErasurePreview = OutputOf<'request.previewErasure'>;

export const KEPT = [
  {
    what: 'auditLeaves',
    ground: 'Art. 5(2) and 17(3)(b) GDPR: accountability; the pseudonym links to nobody any more',
  },
  { what: 'requestRecord', ground: 'Art. 5(2) GDPR: proof that the request was answered' },
  {
    what: 'erasedIdentifierHash',
    ground: 'Art. 5(1)(f) GDPR: keyed hash that keeps an import from bringing the person back',
  },
] as const;

export type BlockingHolds = (
  subjectId: string,
  documents: readonly number[] | undefined,
) => ErasurePreview['holds'];

type What = ErasurePreview['goes'][number]['what'];

/** What a table's rows are called; those of any other count as `other`. */
const CALLED: Readonly<Record<string, What>> = {
  source_span: 'spans',
  annotation_event: 'annotations',
  suggestion: 'suggestions',
  snapshot_document: 'snapshotEntries',
  subject_identifier: 'identifiers',
  consent_event: 'consents',
  report: 'accessPacks',
  run_subject: 'runs',
  deid_finding: 'findings',
  deid_surrogate: 'surrogates',
  rectification: 'versions',
  redaction_decision: 'redactions',
  own_name: 'redactions',
  exit_subject: 'exits',
};
/** Counted in other lines, or nothing anybody would miss. */
const NOT_SHOWN: ReadonlySet<string> = new Set([
  'subject',
  'document',
  'report_file',
  'copy_source',
]);
/** Shown also where there are none: their absence says something. */
const ALWAYS: readonly What[] = [
  'documents',
  'deidentified',
  'spans',
  'annotations',
  'suggestions',
  'snapshotEntries',
  'identifiers',
  'indexEntries',
  'files',
  'consents',
  'accessPacks',
];

export function createErasurePreview(deps: {
  readonly store: RoomContext['store'];
  readonly clock: RoomContext['clock'];
  readonly requests: Requests;
  readonly subjects: Subjects;
  readonly exits: Exits;
  readonly texts: Pick<GateRepository, 'countTexts'>;
  readonly followers: readonly SubjectFollower[];
  readonly record: ErasureRecord;
  readonly repository: ErasureRepository;
  readonly kept: KeptRepository;
  readonly holdsOn: BlockingHolds;
}) {
  const { requests, subjects, followers, record, repository, kept } = deps;

  function goingOf(
    requestId: string,
    subjectId: string,
    parts: readonly KeptRow[],
  ): ErasurePreview['goes'] {
    const partly = parts.length > 0;
    const keepConsents = parts.some(({ scope }) => scope === 'consents');
    const documents = kept.going(subjectId, requestId);
    const rowids = documents.map(({ rowid }) => rowid);
    const { original, deidentified } = repository.countDocuments(rowids);
    const counts = new Map<What, number>(ALWAYS.map((what) => [what, 0]));
    const add = (what: What, n: number): void => void counts.set(what, (counts.get(what) ?? 0) + n);
    add('documents', original);
    add('deidentified', deidentified);
    add('indexEntries', documents.length);
    add('files', repository.packs(subjectId).length + repository.checkpoints(subjectId).length);
    add('checkpoints', repository.checkpoints(subjectId).length);
    add('evaluations', repository.evaluationsNaming(documents.map(({ id }) => id)));
    if (!partly) add('requests', repository.otherRequests(subjectId, requestId));
    for (const { table, rows } of repository.countRows(subjectId, partly ? rowids : undefined)) {
      if (NOT_SHOWN.has(table) || rows === 0) continue;
      if (partly && STAYS.has(table)) continue;
      if (isConsentTable(table) && keepConsents) continue;
      add(CALLED[table] ?? (isConsentTable(table) ? 'receipts' : 'other'), rows);
    }
    return [...counts]
      .filter(([what, count]) => count > 0 || ALWAYS.includes(what))
      .map(([what, count]) => ({ what, count }));
  }

  const modelsOf = (subjectId: string): SubjectModel[] =>
    followers.flatMap((follower) => follower.models?.(subjectId) ?? []);

  /** The rows went before the interruption: only the proof is left to do. */
  function resumed(requestId: string): Result<ErasurePreview> {
    const ordered = record.ordered(requestId);
    if (!ordered) throw new Error('A request without a person has no order');
    const journal = record.journal(ordered);
    return ok({
      subjectId: journal.subjectId,
      subjectKey: journal.subjectKey,
      goes: [],
      stays: staysOf(0),
      models: [...(record.deleted(requestId)?.models ?? [])],
      recipients: [],
      collections: [],
      keep: [...(ordered.keep ?? [])],
      holds: [],
      backups: backupsHolding(deps.store, deps.clock.nowMs()),
      confirmation: journal.subjectKey,
    });
  }

  function preview(requestId: string): Result<ErasurePreview> {
    const found = requests.requireOpen(requestId, 'erasure');
    if (!found.ok) return found;
    const { subjectId, subjectKey } = found.value;
    if (subjectId === null || record.deleted(requestId)) return resumed(requestId);
    const key = subjectKey ?? '';
    const parts = kept.ofRequest(requestId).filter(({ kept_at }) => kept_at === null);
    const partly = parts.length > 0;
    const ref = subjects.subjectRef(subjectId).toString('hex');
    const going = partly ? kept.going(subjectId, requestId).map(({ rowid }) => rowid) : undefined;
    return ok({
      subjectId,
      subjectKey: key,
      goes: goingOf(requestId, subjectId, parts),
      stays: [...staysOf(repository.leavesAbout(ref)), ...keptOf(subjectId, parts)],
      models: modelsOf(subjectId),
      recipients: deps.exits
        .ofSubject(subjectId)
        .slice(0, 500)
        .map(({ recipient, at }) => ({ recipient, at })),
      collections: kept.collections(subjectId).map((collection) => ({
        ...collection,
        kept: parts.some(
          ({ scope, target }) =>
            (scope === 'collection' && target === collection.collectionId) ||
            (scope === 'category' && target === collection.category),
        ),
      })),
      keep: parts.map((row) => keepLine(partOf(row))),
      holds: [...deps.holdsOn(subjectId, going)],
      backups: backupsHolding(deps.store, deps.clock.nowMs()),
      confirmation: key,
    });
  }

  function keptOf(subjectId: string, parts: readonly KeptRow[]): ErasurePreview['stays'] {
    if (parts.length === 0) return [];
    const consents = repository
      .countRows(subjectId)
      .filter(({ table }) => isConsentTable(table))
      .reduce((sum, { rows }) => sum + rows, 0);
    const who = `Art. 18(2) GDPR: says whose the kept data is`;
    return [
      ...parts.map(({ scope, target, ground, until }) => ({
        what: scope === 'consents' ? ('consentProof' as const) : ('documents' as const),
        count: scope === 'consents' ? consents : kept.countIn(subjectId, scope, target),
        ground: `${KEEP_GROUNDS[ground]}, until ${until}`.slice(0, 200),
      })),
      { what: 'identifiers', count: subjects.identifiers(subjectId).length, ground: who },
    ];
  }

  return { preview, modelsOf };
}

/** Of a person kept in part; see `personTables`. */
const STAYS: ReadonlySet<string> = new Set([
  'subject',
  'subject_identifier',
  'subject_event',
  'exit_subject',
  'hold_subject',
  'kept_part',
]);

const staysOf = (leaves: number): ErasurePreview['stays'] => [
  { what: 'auditLeaves', count: leaves, ground: KEPT[0].ground },
  { what: 'requestRecord', count: 1, ground: KEPT[1].ground },
];
