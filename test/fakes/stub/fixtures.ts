// A vault as pictures and browser tests see it: twelve people, forty-eight notes, two purposes, a project
// half labeled, a snapshot, runs, a model, evaluations, reports, requests and an audit log. Same every time.
import type {
  DataRequest,
  DocumentRow,
  Evaluation,
  ImportReport,
  Job,
  LabelDefinition,
  Model,
  OutputOf,
  Project,
  Purpose,
  Report,
  Run,
  Settings,
  Snapshot,
  SpanScores,
  SubjectRow,
  Suggestion,
  TrainingPoint,
} from '../../../shared/contract/index.ts';
import { TAGGER_PRESETS } from '../../../shared/contract/recipe.ts';
import { trainingOf, type StubBase, type SweepTable } from './trainingFixtures.ts';
import { noteOf, PEOPLE, type StubNote } from './notes.ts';
import { stubRequests, type LedgerEntry } from './requestFixtures.ts';
import type { z } from 'zod';
import type { ConsentEvent, Annotation, Collection } from '../../../shared/contract/index.ts';

export const NOW = Date.parse('2026-11-23T14:02:11.000Z');
export const at = (daysAgo: number, minutes = 0): string =>
  new Date(NOW - daysAgo * 86_400_000 - minutes * 60_000).toISOString();
export const id = (prefix: string, n: number): string =>
  `${prefix}_01KAR${String(n).padStart(6, '0')}`;

/** 64 hex digits that follow from the seed; not a hash of anything. */
export function digest(seed: string): string {
  let state = 0x811c9dc5;
  let out = '';
  for (let round = 0; out.length < 64; round += 1) {
    for (const char of `${seed}#${round}`) {
      state = Math.imul(state ^ char.codePointAt(0)!, 0x01000193) >>> 0;
    }
    out += state.toString(16).padStart(8, '0');
  }
  return out;
}

export interface StubDocument {
  readonly row: DocumentRow;
  readonly note: StubNote;
}
export interface StubTask {
  readonly documentId: string;
  annotations: Annotation[];
  suggestions: Suggestion[];
  completed: boolean;
  revision: number;
  undo: Annotation[][];
  redo: Annotation[][];
}
type Consent = z.infer<typeof ConsentEvent>;

export interface StubVault {
  purposes: Purpose[];
  subjects: SubjectRow[];
  consents: Map<string, Consent[]>;
  collections: Collection[];
  documents: StubDocument[];
  imports: ImportReport[];
  projects: Project[];
  tasks: Map<string, StubTask[]>;
  snapshots: Snapshot[];
  runs: Run[];
  curves: Map<string, TrainingPoint[]>;
  models: Model[];
  bases: StubBase[];
  sweeps: SweepTable[];
  evaluations: Evaluation[];
  reports: Report[];
  requests: DataRequest[];
  ledgers: Map<string, LedgerEntry[]>;
  leaves: OutputOf<'audit.list'>['items'];
  exits: OutputOf<'exit.list'>['items'];
  jobs: Job[];
  settings: Settings;
}

export const LABELS: readonly LabelDefinition[] = [
  ['NAME', 'Name', '1', 0, 'solid', 'Mark given name and family name together; leave titles out.'],
  [
    'RECORD',
    'Record number',
    '2',
    1,
    'solid',
    'Every number that leads to one person in the hospital.',
  ],
  [
    'ADDRESS',
    'Address',
    '3',
    2,
    'solid',
    'Mark the street with its number. Leave the postcode and the town as spans of their own.',
  ],
  ['DATE', 'Date', '4', 3, 'double', 'Days, not years alone. Times of the day are no dates.'],
  ['AGE', 'Age', '5', 4, 'solid', 'With its unit. Above 89 always.'],
  ['PLACE', 'Place', '6', 6, 'dotted', 'Towns and smaller.'],
  ['POSTCODE', 'Postcode', '7', 8, 'dotted', 'Without the town.'],
  ['CONTACT', 'Contact', '8', 5, 'wavy', 'Telephone, fax, e-mail.'],
].map(([labelId, name, key, color, pattern, guideline]) => ({
  id: labelId as string,
  name: name as string,
  key: key as string,
  color: color as number,
  pattern: pattern as LabelDefinition['pattern'],
  guideline: guideline as string,
}));

const DEFAULT_SETTINGS: Settings = {
  locale: 'en',
  theme: 'light',
  readingSize: 17,
  lockAfterMinutes: 10,
  lockAfterHours: 12,
  keys: {},
};

export const emptyVault = (): StubVault => ({
  purposes: [],
  subjects: [],
  consents: new Map(),
  collections: [],
  documents: [],
  imports: [],
  projects: [],
  tasks: new Map(),
  snapshots: [],
  runs: [],
  curves: new Map(),
  models: [],
  bases: [],
  sweeps: [],
  evaluations: [],
  reports: [],
  requests: [],
  ledgers: new Map(),
  leaves: [],
  exits: [],
  jobs: [],
  settings: DEFAULT_SETTINGS,
});

export function fullVault(): StubVault {
  const vault = emptyVault();
  vault.purposes = purposes();
  const [train, audit] = vault.purposes as [Purpose, Purpose];
  const states = [
    'given',
    'given',
    'given',
    'given',
    'given',
    'withdrawn',
    'given',
    'given',
    'refused',
    'given',
    'never',
    'expired',
  ] as const;
  PEOPLE.forEach((person, index) => {
    const subjectId = id('sub', index + 1);
    const consent = states[index]!;
    vault.subjects.push({
      subjectId,
      key: person.key,
      scheme: 'record',
      documents: 4,
      state: index === 3 ? 'restricted' : 'active',
      consent,
      consentSince: consent === 'never' ? null : at(40 - index),
      expiresAt: index === 6 ? at(-12) : null,
    });
    vault.consents.set(subjectId, consentHistory(train, consent, index));
  });
  const originalId = id('col', 1);
  const maskedId = id('col', 2);
  for (let visit = 0; visit < 4; visit += 1) {
    PEOPLE.forEach((person, index) => {
      const note = noteOf(person, visit * 3 + index);
      vault.documents.push({
        note,
        row: {
          documentId: id('doc', visit * PEOPLE.length + index + 1),
          name: `${person.language}/${person.key}-${visit + 1}.txt`,
          collectionId: originalId,
          collection: 'Ward 7 discharge notes',
          subjectId: id('sub', index + 1),
          subjectKey: person.key,
          language: note.language,
          category: 'health',
          kind: 'original',
          length: note.text.length,
          spans: note.spans.length,
          importedAt: at(21, visit),
          access: null,
          withheldStep: null,
        },
      });
    });
  }
  const counts = new Map<string, number>();
  for (const { note } of vault.documents) {
    for (const span of note.spans) counts.set(span.label, (counts.get(span.label) ?? 0) + 1);
  }
  const labels = [...counts].map(([label, count]) => ({ label, count }));
  const spans = labels.reduce((sum, { count }) => sum + count, 0);
  vault.collections = [
    {
      collectionId: originalId,
      name: 'Ward 7 discharge notes',
      documents: 48,
      subjects: 12,
      spans,
      labels,
      createdAt: at(21),
      derivedFrom: null,
      kind: 'original',
    },
    {
      collectionId: maskedId,
      name: 'Ward 7 discharge notes, surrogates',
      documents: 36,
      subjects: 9,
      spans: 0,
      labels: [],
      createdAt: at(6),
      derivedFrom: originalId,
      kind: 'deidentified',
    },
  ];
  vault.imports = [
    {
      importId: id('imp', 1),
      collectionId: originalId,
      collection: 'Ward 7 discharge notes',
      format: 'brat',
      startedAt: at(21, 3),
      finishedAt: at(21, 2),
      documents: { added: 48, unchanged: 0, changed: 0, rejected: 2 },
      spans,
      subjects: { linked: 48, created: 12, withoutSubject: 0 },
      issues: ISSUES,
      issueCount: ISSUES.length,
    },
  ];
  labelingOf(vault, train, originalId, labels);
  modelsOf(vault, train);
  trainingOf(vault);
  accountabilityOf(vault, audit);
  return vault;
}

export const ISSUES: ImportReport['issues'] = [
  {
    severity: 'error',
    file: 'es/771204-9.ann',
    line: 12,
    field: null,
    code: 'spanOutOfRange',
    message: 'The span 812-829 ends behind the text, which has 804 characters.',
  },
  {
    severity: 'error',
    file: 'de/902216-5.txt',
    line: null,
    field: null,
    code: 'unreadableEncoding',
    message: 'The bytes at 1,204 are neither UTF-8 nor Windows-1252.',
  },
  {
    severity: 'warning',
    file: 'en/680551-2.ann',
    line: 4,
    field: 'T4',
    code: 'spanTextDiffers',
    message: 'The annotation says "Marlow Terace"; the text has "Marlow Terrace".',
  },
];

function purposes(): Purpose[] {
  return [
    {
      purposeId: id('pur', 1),
      parentId: null,
      depth: 0,
      name: 'Train a de-identifier',
      description:
        'Find personal data in discharge notes, so that the ward may share them for research.',
      operations: ['read', 'deidentify', 'label', 'train', 'evaluate', 'suggest', 'export'],
      categories: ['health'],
      basis: { article6: '6(1)(a)', article9: '9(2)(a)', piplSeparateConsent: true },
      needsConsent: true,
      noticeVersion: '3',
      retentionDays: 730,
      state: 'active',
      declaredAt: at(45),
    },
    {
      purposeId: id('pur', 2),
      parentId: null,
      depth: 0,
      name: 'Quality review of the ward',
      description: 'Yearly review under the hospital act.',
      operations: ['read'],
      categories: ['health'],
      basis: { article6: '6(1)(e)', article9: '9(2)(h)', piplSeparateConsent: false },
      needsConsent: false,
      noticeVersion: '1',
      retentionDays: null,
      state: 'active',
      declaredAt: at(30),
    },
    {
      purposeId: id('pur', 3),
      parentId: id('pur', 1),
      depth: 1,
      name: 'Pilot of spring',
      description: '',
      operations: ['read', 'label'],
      categories: ['health'],
      basis: { article6: '6(1)(a)', article9: '9(2)(a)', piplSeparateConsent: false },
      needsConsent: true,
      noticeVersion: '1',
      retentionDays: 90,
      state: 'retired',
      declaredAt: at(200),
    },
  ];
}

function consentHistory(purpose: Purpose, state: string, index: number): Consent[] {
  const event = (type: Consent['type'], days: number, evidence: string): Consent => ({
    at: at(days),
    recordedAt: at(days, -20),
    type,
    purposeId: purpose.purposeId,
    purpose: purpose.name,
    noticeVersion: '3',
    channel: index % 3 === 0 ? 'paper' : 'verbal',
    evidence,
    expiresAt: null,
    actor: 'Steward S',
  });
  if (state === 'never') return [];
  if (state === 'refused') return [event('refused', 40 - index, 'Form 12, archive box 4')];
  const given = event('given', 60 - index, `Form ${100 + index}, archive box 4`);
  return state === 'withdrawn' ? [event('withdrawn', 40 - index, 'By telephone'), given] : [given];
}

function labelingOf(
  vault: StubVault,
  purpose: Purpose,
  collectionId: string,
  labels: readonly { label: string; count: number }[],
): void {
  const projectId = id('prj', 1);
  const tasks = vault.documents.map(({ row, note }, index): StubTask => {
    const completed = index < 30;
    const annotations = note.spans.slice(0, completed ? undefined : index % 3).map((span, n) => ({
      ...span,
      annotationId: id('ann', index * 100 + n + 1),
      annotator: n % 2 === 0 ? 'Reader A' : 'import',
      origin: n % 2 === 0 ? ('human' as const) : ('import' as const),
      at: at(3, n),
    }));
    const suggestions = completed
      ? []
      : note.spans.slice(index % 3).map((span, n) => ({
          ...span,
          suggestionId: id('sug', index * 100 + n + 1),
          modelId: id('mdl', 1),
          model: 'Ward 7 tagger, standard',
          score: [0.97, 0.93, 0.88, 0.71, 0.64][n % 5]!,
        }));
    return {
      documentId: row.documentId,
      annotations,
      suggestions,
      completed,
      revision: 3,
      undo: [],
      redo: [],
    };
  });
  vault.tasks.set(projectId, tasks);
  vault.projects = [
    {
      projectId,
      name: 'Ward 7, personal data',
      purposeId: purpose.purposeId,
      purpose: purpose.name,
      collectionId,
      collection: 'Ward 7 discharge notes',
      labels: [...LABELS],
      createdAt: at(18),
      documents: 48,
      completed: 30,
      withheld: 20,
      annotations: tasks.reduce((sum, task) => sum + task.annotations.length, 0),
    },
  ];
  vault.snapshots = [
    {
      snapshotId: id('snp', 1),
      name: 'November, first freeze',
      projectId,
      project: 'Ward 7, personal data',
      purposeId: purpose.purposeId,
      purpose: purpose.name,
      createdAt: at(5),
      manifestSha256: digest('manifest'),
      policySha256: digest('policy'),
      splits: [
        { split: 'train', documents: 24, subjects: 6, spans: 252, characters: 17_480 },
        { split: 'dev', documents: 6, subjects: 2, spans: 63, characters: 4_391 },
      ],
      labels: [...labels],
      leftOut: [
        { reason: 'consentWithdrawn', count: 4 },
        { reason: 'restricted', count: 4 },
        { reason: 'unfinished', count: 10 },
      ],
    },
  ];
}

const scores = (f1: number, seed: number): SpanScores => {
  const row = (name: string, precision: number, recall: number, support: number) => ({
    name,
    precision,
    recall,
    f1: (2 * precision * recall) / (precision + recall),
    support,
  });
  const perLabel = LABELS.map((label, index) =>
    row(
      label.id,
      f1 + ((index * 7 + seed) % 5) / 100 - 0.02,
      f1 - ((index * 3 + seed) % 7) / 100 + 0.01,
      6 + ((index * 5) % 13),
    ),
  );
  const gold = perLabel.reduce((sum, entry) => sum + entry.support, 0);
  return {
    perLabel,
    micro: row('micro avg', f1 + 0.004, f1 - 0.006, gold),
    macro: row('macro avg', f1 - 0.01, f1 - 0.014, gold),
    weighted: row('weighted avg', f1 + 0.002, f1 - 0.006, gold),
    gold,
    predicted: gold + 2,
    correct: Math.round(gold * f1),
    interval: { low: f1 - 0.041, high: f1 + 0.029 },
  };
};

function modelsOf(vault: StubVault, purpose: Purpose): void {
  const run = (n: number, name: string, state: Run['state'], f1: number | null): Run => ({
    runId: id('run', n),
    name,
    snapshotId: id('snp', 1),
    snapshot: 'November, first freeze',
    recipe: {
      ...TAGGER_PRESETS[n === 1 ? 'standard' : 'quick'],
      dilations: [...TAGGER_PRESETS.quick.dilations],
      epochs: 24,
      learningRate: 0.002,
    },
    preset: n === 1 ? 'standard' : 'quick',
    recipeSha256: digest(`recipe${n}`),
    base: null,
    sweepId: null,
    test: null,
    privacy: null,
    state,
    startedAt: at(n - 0.95),
    finishedAt: state === 'running' ? null : at(n - 0.97),
    steps: state === 'running' ? 412 : 1008,
    totalSteps: 1008,
    lastLoss: f1 === null ? 0.431 : 0.0874,
    devF1: f1,
    modelId: state === 'done' ? id('mdl', n) : null,
    resumable: state === 'interrupted',
    provider: 'CPU, 2 threads',
    errorCode: null,
    jobId: state === 'running' ? id('job', 1) : null,
    seconds: 186,
  });
  vault.runs = [
    run(1, 'Ward 7 tagger, standard', 'done', 0.912),
    run(2, 'Ward 7 tagger, quick', 'done', 0.874),
    run(3, 'Ward 7 tagger, first try', 'interrupted', 0.702),
  ];
  for (const entry of vault.runs) {
    vault.curves.set(entry.runId, curve(entry.steps, entry.devF1 ?? 0.6));
  }
  const model = (n: number, name: string, state: Model['state'], reason: string | null): Model => ({
    modelId: id('mdl', n),
    name,
    runId: id('run', n),
    architecture: 'tagger',
    task: 'spans',
    labels: LABELS.map((label) => label.id),
    createdAt: at(n),
    sizeBytes: 2_481_152,
    sha256: digest(`model${n}`),
    state,
    stateReason: reason,
    purposeId: purpose.purposeId,
    purpose: purpose.name,
    snapshotId: id('snp', 1),
    snapshot: 'November, first freeze',
    subjects: 8,
    documents: 30,
  });
  vault.models = [
    model(1, 'Ward 7 tagger, standard', 'valid', null),
    model(2, 'Ward 7 tagger, quick', 'stale', 'a consent was withdrawn'),
  ];
  vault.evaluations = [1, 2].map((n): Evaluation => {
    const f1 = n === 1 ? 0.912 : 0.874;
    const exact = scores(f1, n);
    const perTag = LABELS.flatMap((label, index) =>
      ['B', 'I'].map((prefix) => ({ ...exact.perLabel[index]!, name: `${prefix}-${label.id}` })),
    );
    return {
      evaluationId: id('evl', n),
      modelId: id('mdl', n),
      model: vault.models[n - 1]!.name,
      snapshotId: id('snp', 1),
      snapshot: 'November, first freeze',
      split: 'dev',
      at: at(n, 5),
      documents: 6,
      withheld: 0,
      tokens: 1_118,
      seconds: 2.4,
      exact,
      seqevalDefault: scores(f1 + 0.006, n),
      seqevalStrict: scores(f1, n),
      tokenScores: {
        perTag,
        micro: exact.micro,
        macro: exact.macro,
        weighted: exact.weighted,
        accuracy: 0.981,
      },
      classificationReport: report(perTag),
      seqevalReport: report(exact.perLabel),
      confusions: [
        { gold: 'ADDRESS', predicted: 'PLACE', count: 3 },
        { gold: 'O', predicted: 'DATE', count: 2 },
        { gold: 'NAME', predicted: 'O', count: 2 },
        { gold: 'RECORD', predicted: 'POSTCODE', count: 1 },
      ],
      sha256: digest(`evaluation${n}`),
    };
  });
}

function curve(steps: number, f1: number): TrainingPoint[] {
  return Array.from({ length: 96 }, (_, index) => {
    const progress = (index + 1) / 96;
    return {
      step: Math.round(progress * steps),
      epoch: progress * 24,
      loss:
        2.4 * Math.exp(-4.2 * progress) +
        0.06 +
        0.05 * Math.abs(Math.sin(index * 2.7)) * (1 - progress),
      learningRate: 0.002 * Math.min(1, progress * 10) * (1 - progress * 0.9),
      devF1: (index + 1) % 4 === 0 ? f1 * (1 - Math.exp(-4 * progress)) * 1.018 : null,
      at: at(1, (96 - index) / 30),
    };
  });
}

function report(
  rows: readonly { name: string; precision: number; recall: number; f1: number; support: number }[],
): string {
  const width = Math.max(12, ...rows.map((row) => row.name.length));
  const head = `${' '.repeat(width)}  precision    recall  f1-score   support\n\n`;
  const line = (row: (typeof rows)[number]) =>
    `${row.name.padStart(width)}  ${row.precision.toFixed(2).padStart(9)} ${row.recall.toFixed(2).padStart(9)} ${row.f1.toFixed(2).padStart(9)} ${String(row.support).padStart(9)}\n`;
  return head + rows.map(line).join('');
}

function accountabilityOf(vault: StubVault, purpose: Purpose): void {
  const file = (name: string, mediaType: string, bytes: number) => ({
    name,
    mediaType,
    bytes,
    sha256: digest(name),
  });
  const reportOf = (
    n: number,
    kind: Report['kind'],
    title: string,
    extra: Partial<Report>,
  ): Report => ({
    reportId: id('rep', n),
    kind,
    title,
    createdAt: at(n),
    modelId: null,
    requestId: null,
    files: [
      file(`${kind}.html`, 'text/html', 48_211),
      file(`${kind}.json`, 'application/json', 12_040),
    ],
    ...extra,
  });
  vault.reports = [
    reportOf(1, 'modelCard', 'Model card: Ward 7 tagger, standard', { modelId: id('mdl', 1) }),
    reportOf(2, 'evaluation', 'Evaluation: Ward 7 tagger, standard', { modelId: id('mdl', 1) }),
    reportOf(3, 'accessPack', 'Access pack 680774', { requestId: id('req', 2) }),
    reportOf(4, 'erasureCertificate', 'Erasure certificate', { requestId: id('req', 3) }),
  ];
  for (const { request, ledger } of stubRequests()) {
    vault.requests.push(request);
    vault.ledgers.set(request.requestId, ledger);
  }
  const actions: readonly [
    action: string,
    object: string | null,
    counts: Record<string, number>,
  ][] = [
    ['vault.unlock', null, {}],
    ['request.open', id('req', 2), {}],
    ['report.write', id('mdl', 1), { reports: 2 }],
    ['evaluate.run', id('mdl', 1), { documents: 6, tokens: 1118 }],
    ['train.run', id('run', 1), { steps: 1008, documents: 30 }],
    ['snapshot.freeze', id('snp', 1), { documents: 30, leftOut: 18 }],
    ['document.read', id('doc', 12), {}],
    ['consent.withdraw', null, { subjects: 1, staleModels: 1 }],
    ['deid.run', id('col', 1), { documents: 36, findings: 402 }],
    ['consent.record', null, { subjects: 9 }],
    ['corpus.import', id('imp', 1), { added: 48, rejected: 2 }],
    ['purpose.declare', id('pur', 1), {}],
  ];
  vault.leaves = Array.from({ length: 180 }, (_, index) => {
    const [action, object, counts] = actions[index % actions.length]!;
    return {
      seq: 180 - index,
      at: at(index / 6),
      actor: index % 4 === 0 ? 'Steward S' : 'Reader A',
      action,
      object,
      purpose: action.startsWith('document') ? purpose.name : null,
      counts,
      leafHash: digest(`leaf${180 - index}`),
    };
  });
  vault.exits = [
    {
      exitId: id('exi', 1),
      at: at(2),
      kind: 'modelCard',
      actor: 'Reader A',
      recipient: 'Ethics board',
      partyId: null,
      country: 'DE',
      ground: 'home',
      toSubject: false,
      purpose: null,
      subjects: 0,
      sha256: digest('exit'),
      bytes: 60_251,
      auditSeq: 171,
    },
  ];
  vault.jobs = [
    {
      jobId: id('job', 1),
      procedure: 'train.run',
      title: 'November, first freeze',
      state: 'running',
      startedAt: at(0, 4),
      finishedAt: null,
      progress: { stage: 'training', done: 412, total: 1008, unit: 'steps', etaSeconds: 112 },
      keeps: 'checkpoint',
      errorCode: null,
    },
    {
      jobId: id('job', 2),
      procedure: 'corpus.import',
      title: 'Ward 7 discharge notes',
      state: 'done',
      startedAt: at(0, 51),
      finishedAt: at(0, 50),
      progress: null,
      keeps: 'goodRows',
      errorCode: null,
    },
    {
      jobId: id('job', 3),
      procedure: 'deid.run',
      title: 'Ward 7 discharge notes',
      state: 'cancelled',
      startedAt: at(0, 90),
      finishedAt: at(0, 88),
      progress: null,
      keeps: 'finishedDocuments',
      errorCode: null,
    },
  ];
}
