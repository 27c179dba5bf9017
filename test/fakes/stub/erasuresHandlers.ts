// Rectification, redaction of third persons, and the decisions of an erasure, in the stub's memory: corrections
// change the stub's texts, decisions stay as long as the stub.
import type {
  Correction,
  DataRequest,
  KeptPart,
  OutputOf,
  Redaction,
} from '../../../shared/contract/index.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { at, digest, id, type StubDocument } from './fixtures.ts';

const kept = new Map<string, readonly KeptPart[]>();
const decisions = new Map<string, 'redact' | 'keep'>();
const versions: OutputOf<'request.versions'>['items'] = [];
let own: readonly string[] = [];
let staff: 'redact' | 'keep' = 'redact';

/** As the core spells it for the people who sign. */
export const keepLines = (requestId: string): string[] =>
  keptOf(requestId).map(({ scope, ground, until }) => {
    const what =
      scope.of === 'collection'
        ? scope.collectionId
        : scope.of === 'category'
          ? scope.category
          : 'consents';
    return `${scope.of} ${what}: ${ground}, until ${until}`;
  });
export const keptOf = (requestId: string): readonly KeptPart[] => kept.get(requestId) ?? [];

function requestOf(requestId: string, { vault }: StubContext): DataRequest {
  const request = vault.requests.find((each) => each.requestId === requestId);
  if (!request) throw new Refusal('NOT_FOUND', 'There is no such request.');
  return request;
}

const ownDocuments = (requestId: string, context: StubContext): StubDocument[] => {
  const { subjectKey } = requestOf(requestId, context);
  return context.vault.documents.filter(({ row }) => row.subjectKey === subjectKey);
};

const keyOf = (documentId: string, start: number, end: number): string =>
  `${documentId} ${start} ${end}`;

function redactionsOf({ row, note }: StubDocument): Redaction[] {
  return note.spans
    .filter(({ label }) => label === 'NAME' || label === 'PHONE' || label === 'DOCTOR')
    .map(({ start, end, label }, index): Redaction => {
      const decided = decisions.get(keyOf(row.documentId, start, end));
      const isStaff = index > 0;
      return {
        start,
        end,
        label,
        rule: isStaff ? 'name.titled' : 'name.relation',
        score: 0.9,
        who: isStaff ? 'staff' : 'third',
        decision: decided ?? (isStaff ? staff : 'redact'),
        decided: decided !== undefined,
      };
    });
}

const reachOf = (corrections: readonly Correction[]) => ({
  shifted: corrections.length * 9,
  setAside: corrections.some(({ kind }) => kind === 'passage') ? 1 : 0,
  reopened: corrections.some(({ kind }) => kind === 'passage') ? 1 : 0,
  copies: [
    { documentId: id('doc', 41), collection: 'Ward 7 (de-identified)', state: 'remade' as const },
  ],
  snapshots: [{ snapshotId: id('snp', 1), name: 'Ward 7, first half' }],
  models: [{ modelId: id('mdl', 1), name: 'Ward 7 tagger, standard', state: 'valid' }],
  recipients: [{ recipient: 'Ethics board', at: at(2) }],
});

export const erasuresHandlers: HandlersOf<
  | 'request.holdings'
  | 'request.readText'
  | 'request.previewRectification'
  | 'request.rectify'
  | 'request.versions'
  | 'request.redactions'
  | 'request.decideRedactions'
  | 'request.decideKept'
  | 'request.kept'
  | 'request.verifyErasure'
> = {
  'request.holdings'({ requestId }, context) {
    const documents = ownDocuments(requestId, context);
    return {
      identifiers: [
        { scheme: 'record', value: requestOf(requestId, context).subjectKey ?? '' },
        { scheme: 'insurance', value: 'K 204 118 773' },
      ],
      items: documents.map(({ row, note }) => ({
        documentId: row.documentId,
        name: row.name,
        collectionId: row.collectionId,
        collection: 'Ward 7',
        kind: row.kind,
        language: row.language,
        category: row.category,
        length: note.text.length,
        metadata: { ward: '7', visit: 'first' },
        corrections: versions.filter(({ documentId }) => documentId === row.documentId).length,
        outOfDate: false,
      })),
      next: null,
      total: documents.length,
    };
  },
  'request.readText'({ requestId, documentId }, context) {
    const found = ownDocuments(requestId, context).find(({ row }) => row.documentId === documentId);
    if (!found) throw new Refusal('NOT_FOUND', 'There is no such text of this person.');
    const { row, note } = found;
    return {
      documentId,
      name: row.name,
      language: row.language,
      sha256: digest(documentId),
      text: note.text,
    };
  },
  'request.previewRectification': ({ corrections }) => ({
    corrections: corrections.map(({ expected, replacement }) => ({
      problem: expected === replacement ? ('nothing' as const) : null,
    })),
    ...reachOf(corrections),
  }),
  'request.rectify'({ requestId, corrections }, context) {
    const request = requestOf(requestId, context);
    const done = corrections.map((correction, index) => {
      const versionId = id('ver', versions.length + 1);
      const document =
        'documentId' in correction
          ? context.vault.documents.find(({ row }) => row.documentId === correction.documentId)
          : undefined;
      versions.unshift({
        versionId,
        at: at(0),
        by: 'Reader A',
        kind: correction.kind,
        documentId: document?.row.documentId ?? null,
        name: document?.row.name ?? null,
        field:
          correction.kind === 'metadata'
            ? correction.field
            : correction.kind === 'identifier'
              ? correction.scheme
              : null,
        start: correction.kind === 'passage' ? correction.start : null,
        before: correction.expected,
        after: correction.replacement,
      });
      if (document && correction.kind === 'passage') {
        const { text } = document.note;
        Object.assign(document.note, {
          text:
            text.slice(0, correction.start) + correction.replacement + text.slice(correction.end),
        });
      }
      return {
        versionId,
        kind: correction.kind,
        before: digest(`before ${index}`),
        after: digest(`after ${index}`),
      };
    });
    Object.assign(request, { state: 'closed', closedAt: at(0), outcome: 'rectified' });
    context.changed('requests', 'documents', 'annotations', 'reports');
    return {
      request,
      reportId: id('rep', 3),
      corrections: done,
      leaf: 131,
      notices: 1,
      ...reachOf(corrections),
    };
  },
  'request.versions': () => ({ items: versions, next: null, total: versions.length }),
  'request.redactions'({ requestId, cursor, limit }, context) {
    const documents = ownDocuments(requestId, context);
    const from = Number(cursor ?? 0);
    return {
      own: [
        {
          value: requestOf(requestId, context).subjectKey ?? '',
          from: 'identifier',
          confirmed: true,
        },
        ...own.map((value) => ({ value, from: 'confirmed' as const, confirmed: true })),
      ],
      staff,
      items: documents.slice(from, from + limit).map((document) => ({
        documentId: document.row.documentId,
        name: document.row.name,
        language: document.row.language,
        text: document.note.text,
        redactions: redactionsOf(document),
      })),
      next: from + limit < documents.length ? String(from + limit) : null,
      total: documents.length,
    };
  },
  'request.decideRedactions'({ requestId, decisions: made, ownNames, staff: of }, context) {
    for (const { documentId, start, end, decision } of made)
      decisions.set(keyOf(documentId, start, end), decision);
    own = ownNames ?? own;
    staff = of ?? staff;
    const all = ownDocuments(requestId, context).flatMap(redactionsOf);
    context.changed('requests');
    return {
      decided: made.length,
      redact: all.filter(({ decision }) => decision === 'redact').length,
      keep: all.filter(({ decision }) => decision === 'keep').length,
    };
  },
  'request.decideKept'({ requestId, parts }, context) {
    kept.set(requestId, parts);
    context.changed('requests');
    return { request: requestOf(requestId, context), parts };
  },
  'request.kept': ({ dueOnly }, { vault }) => {
    const items = vault.subjects.slice(0, 2).map((subject, index) => ({
      requestId: id('req', 70 + index),
      subjectId: subject.subjectId,
      subjectKey: subject.key,
      part: {
        scope: { of: 'collection' as const, collectionId: id('col', 1) },
        ground: index === 0 ? ('statute' as const) : ('claims' as const),
        text: 'Treatment records are kept for ten years after the end of treatment.',
        until: at(index === 0 ? 4 : -400).slice(0, 10),
      },
      collection: 'Ward 7',
      documents: 3 + index,
      keptAt: at(90),
      approvedBy: 'Marta Brandt',
      due: index === 0,
    }));
    return { items: items.filter(({ due }) => due || !dueOnly), due: 1 };
  },
  async 'request.verifyErasure'({ words }, context) {
    await context.progress('scanning', 4, 'steps');
    return {
      intact: true,
      verifiedAt: at(0),
      checks: [
        { what: 'certificateHash', ok: true, because: 'The certificate has the hash it states.' },
        {
          what: 'certificateLeaf',
          ok: true,
          because: 'Leaf 121 of the audit log commits to the same hash.',
        },
        {
          what: 'orderBeforeDeletion',
          ok: true,
          because: 'Leaf 120, the order, stands before the certificate.',
        },
        { what: 'inclusion', ok: true, because: 'Both leaves are in the signed head.' },
        { what: 'pseudonym', ok: true, because: 'The pseudonym of the request links to nobody.' },
        {
          what: 'files',
          ok: true,
          because: 'Every sealed file belongs to something in the vault.',
        },
        { what: 'words', ok: true, because: `${words.length} words were searched for.` },
      ],
      scan: {
        bytes: 18_432_000,
        files: 6,
        words: words.length,
        forms: words.length * 9,
        hits: 0,
      },
    };
  },
};
