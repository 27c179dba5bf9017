import type { DocumentRow, OutputOf } from '../../../shared/contract/index.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { at, digest, id, ISSUES } from './fixtures.ts';

const STEP = {
  consentWithdrawn: 'basis',
  consentRefused: 'basis',
  consentNever: 'basis',
  consentExpired: 'basis',
  consentLapsed: 'basis',
  consentGuardianMissing: 'basis',
  consentOutgrown: 'basis',
  consentNotSeparate: 'basis',
  consentConditional: 'basis',
  restricted: 'state',
} as const;

const REASON = {
  withdrawn: 'consentWithdrawn',
  refused: 'consentRefused',
  never: 'consentNever',
  expired: 'consentExpired',
  lapsed: 'consentLapsed',
  guardianMissing: 'consentGuardianMissing',
  outgrown: 'consentOutgrown',
  notSeparate: 'consentNotSeparate',
  conditional: 'consentConditional',
} as const;

/** Why a purpose does not see a document, or null: a coarse likeness of the gate. */
export function deniedFor(row: DocumentRow, purposeId: string, { vault }: StubContext) {
  const purpose = vault.purposes.find((candidate) => candidate.purposeId === purposeId);
  if (!purpose) throw new Refusal('NOT_FOUND', 'There is no such purpose.');
  const subject = vault.subjects.find((candidate) => candidate.subjectId === row.subjectId);
  if (subject?.state === 'restricted') return 'restricted' as const;
  if (!purpose.needsConsent || !subject || subject.consent === 'given') return null;
  return REASON[subject.consent ?? 'never'];
}

export function withheldFor(rows: readonly DocumentRow[], purposeId: string, context: StubContext) {
  const counts = new Map<keyof typeof STEP, number>();
  for (const row of rows) {
    const reason = deniedFor(row, purposeId, context);
    if (reason !== null) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => ({ step: STEP[reason], reason, count }));
}

function seen(row: DocumentRow, purposeId: string | null, context: StubContext): DocumentRow {
  if (purposeId === null) return row;
  const reason = deniedFor(row, purposeId, context);
  return reason === null
    ? { ...row, access: 'permitted' }
    : { ...row, access: 'withheld', withheldStep: STEP[reason], subjectKey: null };
}

function open(documentId: string, purposeId: string, context: StubContext) {
  const document = context.vault.documents.find((each) => each.row.documentId === documentId);
  if (!document) throw new Refusal('NOT_FOUND', 'There is no such document.');
  const reason = deniedFor(document.row, purposeId, context);
  if (reason !== null) {
    throw new Refusal('GATE_DENIED', 'The gate did not release this document.', {
      step: STEP[reason],
      reason,
    });
  }
  return document;
}

const REPLACED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  es: {
    NAME: 'Elena Prado',
    ADDRESS: 'Calle Mayor 3',
    PLACE: 'Soria',
    POSTCODE: '42001',
    AGE: '75 años',
    DATE: '21/02/1950',
  },
  en: {
    NAME: 'Harriet Lowe',
    ADDRESS: '4 Quarry Lane',
    PLACE: 'Truro',
    POSTCODE: 'TR1 2LP',
    AGE: '76-year-old',
    DATE: '11/02/1950',
  },
  de: {
    NAME: 'Marlies Brandt',
    ADDRESS: 'Am Anger 12',
    PLACE: 'Celle',
    POSTCODE: '29221',
    AGE: '68 Jahre',
    DATE: '02.11.1957',
  },
  zh: {
    NAME: '韩玉梅',
    ADDRESS: '中山路15号',
    PLACE: '无锡市',
    POSTCODE: '214000',
    AGE: '66岁',
    DATE: '2025年12月8日',
  },
};
const surrogate = (label: string, language: string): string =>
  REPLACED[language.slice(0, 2)]?.[label] ?? (label === 'RECORD' ? '604418' : '555 0100');

function preview(
  documentId: string,
  purposeId: string,
  mode: string,
  context: StubContext,
): OutputOf<'deid.preview'> {
  const { note } = open(documentId, purposeId, context);
  let result = '';
  let from = 0;
  const findings = note.spans.map((span, index) => {
    const replacement = mode === 'type' ? `[${span.label}]` : surrogate(span.label, note.language);
    result += note.text.slice(from, span.start);
    const resultStart = result.length;
    result += replacement;
    from = span.end;
    return {
      ...span,
      rule: `${span.label.toLowerCase()}.${note.language.slice(0, 2)}`,
      score: [0.99, 0.93, 0.88][index % 3]!,
      replacement,
      resultStart,
      resultEnd: result.length,
    };
  });
  return { text: note.text, result: result + note.text.slice(from), findings };
}

export const corpusHandlers: HandlersOf<
  | 'intake.begin'
  | 'intake.append'
  | 'intake.discard'
  | 'corpus.preflight'
  | 'corpus.import'
  | 'corpus.imports'
  | 'collection.list'
  | 'corpus.list'
  | 'document.read'
  | 'deid.preview'
  | 'deid.run'
> = {
  'intake.begin'(_, context) {
    const intakeId = id('itk', context.intakes.size + 1);
    context.intakes.set(intakeId, new Map());
    return { intakeId };
  },
  'intake.append'({ intakeId, file, chunk }, context) {
    const files = context.intakes.get(intakeId);
    if (!files) throw new Refusal('NOT_FOUND', 'There is no such intake.');
    files.set(file, (files.get(file) ?? 0) + Math.floor((chunk.length * 3) / 4));
    return { receivedBytes: [...files.values()].reduce((sum, bytes) => sum + bytes, 0) };
  },
  'intake.discard'({ intakeId }, context) {
    context.intakes.delete(intakeId);
    return {};
  },
  async 'corpus.preflight'(input, context) {
    await context.progress('read', 98, 'files');
    const mapped = input.subjects.by !== 'none';
    return {
      format: 'brat',
      files: 98,
      documents: 48,
      spans: 504,
      alreadyKnown: 0,
      labels: [
        { label: 'NAME', count: 118 },
        { label: 'DATE', count: 96 },
        { label: 'RECORD', count: 48 },
      ],
      columns: [],
      subjects: mapped
        ? { found: 47, distinct: 12, examples: ['771204', '680551', '902216'] }
        : { found: 0, distinct: 0, examples: [] },
      issues: ISSUES,
      issueCount: ISSUES.length,
    };
  },
  async 'corpus.import'(input, context) {
    await context.progress('import', 48, 'documents');
    const name = 'name' in input.collection ? input.collection.name : 'Ward 7 discharge notes';
    const report = {
      importId: id('imp', context.vault.imports.length + 1),
      collectionId: id('col', 1),
      collection: name,
      format: 'brat' as const,
      startedAt: at(0, 1),
      finishedAt: at(0),
      documents: { added: 46, unchanged: 0, changed: 0, rejected: 2 },
      spans: 504,
      subjects: { linked: 46, created: 12, withoutSubject: 0 },
      issues: ISSUES,
      issueCount: ISSUES.length,
    };
    context.vault.imports.unshift(report);
    context.changed('documents', 'subjects');
    return report;
  },
  'corpus.imports': (_, { vault }) => ({
    items: vault.imports,
    next: null,
    total: vault.imports.length,
  }),
  'collection.list': (_, { vault }) => ({ items: vault.collections }),
  'corpus.list'(input, context) {
    const all = context.vault.documents
      .filter(({ row }) => input.collectionId === null || row.collectionId === input.collectionId)
      .filter(({ note }) => note.text.toLowerCase().includes(input.search.toLowerCase()))
      .map(({ row }) => seen(row, input.purposeId, context))
      .filter((row) => input.access === 'all' || row.access === input.access);
    const from = Number(input.cursor ?? 0);
    const end = from + input.limit;
    const byStep =
      input.purposeId === null
        ? []
        : withheldFor(
            context.vault.documents.map(({ row }) => row),
            input.purposeId,
            context,
          );
    return {
      items: all.slice(from, end),
      next: end < all.length ? String(end) : null,
      total: all.length,
      withheld: { total: byStep.reduce((sum, entry) => sum + entry.count, 0), byStep },
    };
  },
  'document.read'({ documentId, purposeId }, context) {
    const { row, note } = open(documentId, purposeId, context);
    return {
      document: { ...row, access: 'permitted' },
      text: note.text,
      sha256: digest(documentId),
      spans: note.spans.map((span) => ({ ...span, annotator: 'import' })),
      metadata: { ward: '7', type: 'discharge' },
    };
  },
  'deid.preview': ({ documentId, purposeId, mode }, context) =>
    preview(documentId, purposeId, mode, context),
  async 'deid.run'(input, context) {
    await context.progress('deidentify', 34, 'documents');
    context.changed('documents', 'deid');
    return {
      collectionId: id('col', 2),
      collection: input.name ?? 'Ward 7 discharge notes, surrogates',
      documents: 34,
      withheld: 14,
      findings: 371,
      byType: [
        { label: 'NAME', count: 102 },
        { label: 'DATE', count: 68 },
      ],
      againstGold: { gold: 374, covered: 358, recall: 0.957, precision: 0.965 },
    };
  },
};
