// What an erasure will do, shown before anybody orders it: what goes, what stays and on which ground, which
// models go stale, who received something and has to be told (GDPR Art. 17(3), 19).
import type { OutputOf } from '../../shared/contract/index.ts';
import { ok, type Result } from '../../shared/kernel/result.ts';
import type { ErasureRecord } from './erasureRecord.ts';
import type { ErasureRepository } from './erasureRepository.ts';
import type { Exits } from './exits.ts';
import type { SubjectFollower, SubjectModel } from './followers.ts';
import type { GateRepository } from './gateRepository.ts';
import type { Requests } from './requests.ts';
import type { Subjects } from './subjects.ts';

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

export function createErasurePreview(deps: {
  readonly requests: Requests;
  readonly subjects: Subjects;
  readonly exits: Exits;
  readonly texts: Pick<GateRepository, 'countTexts'>;
  readonly followers: readonly SubjectFollower[];
  readonly record: ErasureRecord;
  readonly repository: ErasureRepository;
}) {
  const { requests, subjects, texts, followers, record, repository } = deps;

  function goingOf(subjectId: string): ErasurePreview['goes'] {
    const rows = new Map(repository.countRows(subjectId).map(({ table, rows: n }) => [table, n]));
    const n = (table: string): number => rows.get(table) ?? 0;
    const documents = repository.countDocuments(subjectId);
    return [
      { what: 'documents', count: documents.original },
      { what: 'deidentified', count: documents.deidentified },
      { what: 'spans', count: n('source_span') },
      { what: 'annotations', count: n('annotation_event') },
      { what: 'suggestions', count: n('suggestion') },
      { what: 'snapshotEntries', count: n('snapshot_document') },
      { what: 'identifiers', count: n('subject_identifier') },
      { what: 'indexEntries', count: texts.countTexts(subjectId) },
      {
        what: 'files',
        count: repository.packs(subjectId).length + repository.checkpoints(subjectId).length,
      },
      { what: 'consents', count: n('consent_event') },
      { what: 'accessPacks', count: n('report') },
    ];
  }

  const modelsOf = (subjectId: string): SubjectModel[] =>
    followers.flatMap((follower) => follower.models?.(subjectId) ?? []);

  function preview(requestId: string): Result<ErasurePreview> {
    const found = requests.requireOpen(requestId, 'erasure');
    if (!found.ok) return found;
    const { subjectId, subjectKey } = found.value;
    if (subjectId === null) {
      // The rows went before the interruption: only the proof is left to do.
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
        keep: [],
        holds: [],
        backups: { count: 0, newestAt: null, endsOn: null },
        confirmation: journal.subjectKey,
      });
    }
    const key = subjectKey ?? '';
    return ok({
      subjectId,
      subjectKey: key,
      goes: goingOf(subjectId),
      stays: staysOf(repository.leavesAbout(subjects.subjectRef(subjectId).toString('hex'))),
      models: modelsOf(subjectId),
      recipients: deps.exits.ofSubject(subjectId).map(({ recipient, at }) => ({ recipient, at })),
      collections: [],
      keep: [],
      holds: [],
      backups: { count: 0, newestAt: null, endsOn: null },
      confirmation: key,
    });
  }

  return { preview, modelsOf };
}

const staysOf = (leaves: number): ErasurePreview['stays'] => [
  { what: 'auditLeaves', count: leaves, ground: KEPT[0].ground },
  { what: 'requestRecord', count: 1, ground: KEPT[1].ground },
];
