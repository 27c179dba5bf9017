import type { OutputOf, Purpose, SubjectRow } from '../../../shared/contract/index.ts';
import { needsConsent } from '../../../shared/domain/purpose.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { withheldFor } from './corpusHandlers.ts';
import { keepLines, keptOf } from './erasuresHandlers.ts';
import { clearOrder } from './staffHandlers.ts';
import { at, digest, id, NOW } from './fixtures.ts';
import { entry, stubRequest } from './requestFixtures.ts';

const page = <T>(items: readonly T[]) => ({
  items: items.slice(0, 500),
  next: null,
  total: items.length,
});

function subjectOf(
  pick: { subjectId: string } | { key: string },
  { vault }: StubContext,
): SubjectRow {
  const subject = vault.subjects.find((each) =>
    'key' in pick ? each.key === pick.key : each.subjectId === pick.subjectId,
  );
  if (!subject) throw new Refusal('NOT_FOUND', 'Nobody here has that number.');
  return subject;
}

function purposeOf(purposeId: string, { vault }: StubContext): Purpose {
  const purpose = vault.purposes.find((each) => each.purposeId === purposeId);
  if (!purpose) throw new Refusal('NOT_FOUND', 'There is no such purpose.');
  return purpose;
}

function decide(
  selector: { subjectIds: string[] } | { keys: string[] } | { collectionId: string },
  type: 'given' | 'refused' | 'withdrawn',
  purposeId: string,
  evidence: string,
  context: StubContext,
) {
  const purpose = purposeOf(purposeId, context);
  const picked = context.vault.subjects.filter((subject) => {
    if ('subjectIds' in selector) return selector.subjectIds.includes(subject.subjectId);
    return 'keys' in selector ? selector.keys.includes(subject.key) : true;
  });
  for (const subject of picked) {
    Object.assign(subject, { consent: type, consentSince: new Date().toISOString() });
    const events = context.vault.consents.get(subject.subjectId) ?? [];
    events.unshift({
      at: new Date().toISOString(),
      recordedAt: new Date().toISOString(),
      type,
      purposeId,
      purpose: purpose.name,
      noticeVersion: purpose.noticeVersion,
      channel: 'paper',
      evidence,
      expiresAt: null,
      actor: 'Reader A',
    });
    context.vault.consents.set(subject.subjectId, events);
  }
  context.changed('consent', 'documents');
  return { recorded: picked.length, unchanged: 0, unknownKeys: [] };
}

const certificate = (requestId: string): OutputOf<'request.certificate'> => ({
  requestId,
  orderId: id('ord', 1),
  orderedAt: at(62, 2),
  completedAt: at(62),
  deleted: [
    { table: 'document', rows: 4 },
    { table: 'source_span', rows: 42 },
    { table: 'annotation_event', rows: 38 },
  ],
  files: 3,
  scan: { bytes: 18_432_000, files: 6, needles: 14, forms: 6, hits: 0 },
  models: [{ modelId: id('mdl', 2), name: 'Ward 7 tagger, quick', state: 'stale' }],
  kept: [
    { what: 'consentProof', ground: 'GDPR Art. 7(1)' },
    { what: 'auditLeaves', ground: 'GDPR Art. 5(2)' },
  ],
  rekeyed: true,
  orderLeaf: 120,
  certificateLeaf: 121,
  sha256: digest('certificate'),
});

function requestOf(requestId: string, { vault }: StubContext) {
  const request = vault.requests.find((each) => each.requestId === requestId);
  if (!request) throw new Refusal('NOT_FOUND', 'There is no such request.');
  return request;
}

export const governanceHandlers: HandlersOf<
  | 'purpose.declare'
  | 'purpose.retire'
  | 'purpose.list'
  | 'consent.record'
  | 'consent.withdraw'
  | 'consent.status'
  | 'subject.list'
  | 'gate.summary'
  | 'gate.explain'
  | 'request.open'
  | 'request.list'
  | 'request.access'
  | 'request.previewErasure'
  | 'request.erase'
  | 'request.certificate'
  | 'audit.list'
  | 'audit.verify'
  | 'audit.anchor'
  | 'audit.compare'
  | 'audit.retention'
  | 'audit.prune'
> = {
  'purpose.declare'(input, context) {
    const purpose: Purpose = {
      ...input,
      purposeId: id('pur', context.vault.purposes.length + 1),
      depth: (input.parentId === null ? -1 : purposeOf(input.parentId, context).depth) + 1,
      needsConsent: needsConsent(input.basis),
      state: 'active',
      declaredAt: new Date().toISOString(),
    };
    context.vault.purposes.push(purpose);
    context.changed('purposes');
    return purpose;
  },
  'purpose.retire'({ purposeId }, context) {
    const purpose = purposeOf(purposeId, context);
    Object.assign(purpose, { state: 'retired' });
    context.changed('purposes');
    return purpose;
  },
  'purpose.list': (_, { vault }) => ({ items: [...vault.purposes] }),
  'consent.record': (input, context) =>
    decide(input.subjects, input.decision, input.purposeId, input.evidence, context),
  'consent.withdraw': (input, context) => ({
    ...decide(input.subjects, 'withdrawn', input.purposeId, input.reason, context),
    staleModels: 1,
  }),
  'consent.status'({ subject: pick }, context) {
    const subject = subjectOf(pick, context);
    return {
      subject,
      byPurpose: context.vault.purposes
        .filter((purpose) => purpose.state === 'active')
        .map((purpose) => {
          const permitted =
            subject.state !== 'restricted' &&
            (!purpose.needsConsent || subject.consent === 'given');
          return {
            purposeId: purpose.purposeId,
            purpose: purpose.name,
            state: purpose.needsConsent ? (subject.consent ?? 'never') : ('never' as const),
            since: purpose.needsConsent ? subject.consentSince : null,
            needsConsent: purpose.needsConsent,
            permitted,
            deniedStep: permitted ? null : subject.state === 'restricted' ? 'state' : 'basis',
          };
        }),
      events: context.vault.consents.get(subject.subjectId) ?? [],
    };
  },
  'subject.list'({ search, consent, purposeId }, { vault }) {
    const found = vault.subjects
      .filter((subject) => subject.key.includes(search))
      .filter((subject) => consent === null || subject.consent === consent)
      .map((subject) => (purposeId === null ? { ...subject, consent: null } : { ...subject }));
    const counts = new Map<NonNullable<SubjectRow['consent']>, number>();
    for (const subject of vault.subjects) {
      if (subject.consent) counts.set(subject.consent, (counts.get(subject.consent) ?? 0) + 1);
    }
    return { ...page(found), byState: [...counts].map(([state, count]) => ({ state, count })) };
  },
  'gate.summary'({ purposeId }, context) {
    const rows = context.vault.documents.map(({ row }) => row);
    const withheld = withheldFor(rows, purposeId, context);
    const total = withheld.reduce((sum, entry) => sum + entry.count, 0);
    return { permitted: rows.length - total, withheld, policySha256: digest('policy') };
  },
  'gate.explain'({ subject: pick }, context) {
    const { documents: permitted } = subjectOf(pick, context);
    return {
      items: (['read', 'label', 'train'] as const).map((operation) => ({
        operation,
        permitted,
        withheld: [],
      })),
    };
  },
  'request.open'(input, context) {
    const subject = subjectOf(input.subject, context);
    const { request, ledger } = stubRequest(
      context.vault.requests.length + 1,
      input.kind,
      { n: context.vault.subjects.indexOf(subject) + 1, key: subject.key },
      input.receivedOn ?? new Date(NOW).toISOString().slice(0, 10),
    );
    context.vault.ledgers.set(request.requestId, ledger);
    context.vault.requests.unshift(request);
    context.changed('requests');
    return request;
  },
  'request.list': (_, { vault }) =>
    page(
      vault.requests.toSorted(
        (a, b) =>
          Number(a.state === 'closed') - Number(b.state === 'closed') ||
          (a.state === 'closed'
            ? (b.closedAt ?? '').localeCompare(a.closedAt ?? '')
            : a.dueOn.localeCompare(b.dueOn)),
      ),
    ),
  async 'request.access'({ requestId }, context) {
    await context.progress('packing', 6, 'documents');
    Object.assign(requestOf(requestId, context), {
      state: 'closed',
      closedAt: at(0),
      outcome: 'answered',
    });
    context.vault.ledgers
      .get(requestId)
      ?.push(entry(at(0), 'accessed'), entry(at(0), 'closed', 'answered'));
    context.changed('requests', 'reports');
    return {
      requestId,
      reportId: id('rep', 3),
      documents: 4,
      annotations: 38,
      consents: 2,
      uses: 11,
      recipients: 1,
      redacted: 6,
      sha256: digest('pack'),
      bytes: 48_211,
    };
  },
  'request.previewErasure'({ requestId }, context) {
    const request = requestOf(requestId, context);
    if (request.state === 'closed' || request.subjectId === null || request.subjectKey === null) {
      throw new Refusal('REQUEST_CLOSED', 'The request is closed.');
    }
    return {
      subjectId: request.subjectId,
      subjectKey: request.subjectKey,
      goes: [
        { what: 'documents', count: 4 },
        { what: 'spans', count: 42 },
        { what: 'annotations', count: 38 },
        { what: 'indexEntries', count: 4 },
        { what: 'snapshotEntries', count: 3 },
        { what: 'deidentified', count: 3 },
        { what: 'identifiers', count: 1 },
      ],
      stays: [
        { what: 'consentProof', count: 2, ground: 'GDPR Art. 7(1)' },
        { what: 'auditLeaves', count: 11, ground: 'GDPR Art. 5(2)' },
        { what: 'requestRecord', count: 1, ground: 'GDPR Art. 17(3)(e)' },
      ],
      collections: [
        {
          collectionId: id('col', 1),
          name: 'Ward 7',
          category: 'health',
          documents: 4,
          kept: keptOf(requestId).some(({ scope }) => scope.of === 'collection'),
        },
      ],
      keep: keepLines(requestId),
      holds: [],
      backups: { count: 3, newestAt: at(1), endsOn: at(-35).slice(0, 10) },
      models: [{ modelId: id('mdl', 1), name: 'Ward 7 tagger, standard', state: 'valid' }],
      recipients: [{ recipient: 'Ethics board', at: at(2) }],
      confirmation: `ERASE ${request.subjectKey}`,
    };
  },
  async 'request.erase'({ requestId, confirmation, keep }, context) {
    const request = requestOf(requestId, context);
    if (confirmation !== `ERASE ${request.subjectKey}`) {
      throw new Refusal('CONFIRMATION_MISMATCH', 'What was typed differs from what was asked for.');
    }
    clearOrder(context, 'request.erase', keep.length === 0 ? { requestId } : { requestId, keep });
    await context.progress('erasing', 4, 'documents');
    Object.assign(request, {
      state: 'closed',
      subjectId: null,
      subjectKey: null,
      closedAt: at(0),
      outcome: 'erased',
    });
    context.vault.ledgers
      .get(requestId)
      ?.push(entry(at(0), 'ordered'), entry(at(0), 'closed', 'erased'));
    context.changed('requests', 'documents', 'subjects', 'models');
    return certificate(requestId);
  },
  'request.certificate': ({ requestId }) => certificate(requestId),
  'audit.list'({ action, cursor, limit }, { vault }) {
    const all = vault.leaves.filter((leaf) => action === null || leaf.action === action);
    const from = Number(cursor ?? 0);
    const end = from + limit;
    return {
      items: all.slice(from, end),
      next: end < all.length ? String(end) : null,
      total: all.length,
    };
  },
  'audit.anchor': () => ({
    checkpoint: 'cloister/vlt_01KAR000001\n181\nroot\n\n— cloister signature\n',
    verifierKey: 'cloister/vlt_01KAR000001+0123abcd+key',
    size: 181,
    at: at(0),
    page: '<!doctype html><title>Anchor</title>',
  }),
  'audit.compare': () => ({ state: 'intact', size: 181, restored: null }),
  'audit.retention': () => ({
    classes: [
      { class: 'access', months: 12, due: 0 },
      { class: 'work', months: 72, due: 0 },
      { class: 'rights', months: 120, due: 0 },
    ],
  }),
  'audit.prune': () => ({ pruned: 0 }),
  async 'audit.verify'(_, context) {
    await context.progress('verifying', 180, 'steps');
    const root = digest('root');
    return {
      intact: true,
      size: context.vault.leaves.length,
      root,
      checkpoint: `cloister/${id('vlt', 1)}\n${context.vault.leaves.length}\n${root}\n\n— cloister+8f31c0aa Az3xQ…\n`,
      signedBy: 'cloister+8f31c0aa',
      verifiedAt: new Date().toISOString(),
      firstBroken: null,
      knownHead: { size: 168, consistent: true },
    };
  },
};
