// Retention rules, what is due and why, legal holds, deletion runs. State lives with the stub's vault, so two
// pages in one test do not meet.
import type {
  LegalHold,
  OutputOf,
  RetentionPreview,
  RetentionRule,
  RetentionRun,
} from '../../../shared/contract/index.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { at, id } from './fixtures.ts';
import { clearOrder } from './staffHandlers.ts';

type DocumentRow = OutputOf<'retention.documents'>['items'][number];

interface Kept {
  rules: RetentionRule[];
  holds: LegalHold[];
  runs: RetentionRun[];
  documents: (DocumentRow & { readonly which: 'due' | 'held' | 'soon' | 'undated' })[];
}

const kept = new WeakMap<object, Kept>();
const day = (daysAgo: number): string => at(daysAgo).slice(0, 10);

function keptOf({ vault }: Pick<StubContext, 'vault'>): Kept {
  const known = kept.get(vault);
  if (known) return known;
  const made = vault.documents.length === 0 ? nothing() : filled(vault);
  kept.set(vault, made);
  return made;
}

const nothing = (): Kept => ({ rules: [], holds: [], runs: [], documents: [] });

const LAW = 'Hospital act, section 10 (3): records of treatment';

function filled(vault: StubContext['vault']): Kept {
  const rules: RetentionRule[] = [
    {
      ...{ ruleId: id('rul', 1), category: 'health', purposeId: null, purpose: null },
      ...{ days: 3653, start: 'documentDate', action: 'delete', ground: LAW },
      ...{ source: 'organisation', setAt: at(120) },
    },
    {
      ...{ ruleId: id('rul', 2), category: 'health', purposeId: id('pur', 1) },
      ...{ purpose: 'Train a de-identifier', days: 30, start: 'consentEnd', action: 'delete' },
      ground: 'Protocol of the study, 7.2: deleted 30 days after a withdrawal',
      ...{ source: 'site', setAt: at(44) },
    },
  ];
  const hold: LegalHold = {
    ...{ holdId: id('hld', 1), caseId: 'LG 2026/114', approver: 'Legal department' },
    ...{ reason: 'Liability claim, notes of the ward in spring', state: 'active' },
    ...{ setAt: at(60), setBy: 'Reader A', reviewOn: day(-12), endsOn: null },
    ...{ reviewedAt: at(20), releasedAt: null, people: 3, categories: [] },
    collections: vault.collections.slice(0, 1).map(({ collectionId, name }) => ({
      ...{ collectionId, name },
    })),
    ...{ documents: 48, overdue: 2 },
  };
  const released: LegalHold = {
    ...hold,
    ...{ holdId: id('hld', 2), caseId: 'VG 2025/8', state: 'released', releasedAt: at(3) },
    ...{ collections: [], people: 1, documents: 0, overdue: 0, reason: '' },
  };
  const documents = vault.documents.slice(0, 12).map(({ row: document }, index) => {
    const which = (['due', 'due', 'due', 'soon', 'held', 'undated'] as const)[index % 6] ?? 'due';
    const dueOn = which === 'undated' ? null : day(which === 'soon' ? -3 - index : 2 + index);
    const holds = which === 'held' ? [{ holdId: hold.holdId, caseId: hold.caseId }] : [];
    return {
      ...{ documentId: document.documentId, name: document.name, which, dueOn, holds },
      ...{ collection: document.collection, category: document.category },
      ...{ importedAt: document.importedAt, purpose: 'Train a de-identifier' },
      ruleId: id('rul', index % 2 === 0 ? 1 : 2),
    };
  });
  const done: RetentionRun = {
    ...{ runId: id('rtr', 1), startedAt: at(31), startedBy: 'Reader A', completedAt: at(31, -2) },
    ...{ state: 'done', ordered: 41, deleted: 40, copies: 12 },
    skipped: [{ reason: 'held', count: 1 }],
    groups: [
      {
        ...{ category: 'health', ruleId: id('rul', 1), purposeId: null, purpose: null },
        ...{ days: 3653, start: 'documentDate', ground: LAW, documents: 41 },
      },
    ],
    rows: [
      { table: 'document', rows: 52 },
      { table: 'annotation_event', rows: 318 },
    ],
    ...{ staleModels: 1, orderLeaf: 288, reportId: id('rep', 1) },
    scan: { bytes: 42_860_000, files: 37, documents: 40, needles: 812, hits: 0 },
  };
  return { rules, holds: [hold, released], runs: [done], documents };
}

function previewOf(context: StubContext): RetentionPreview {
  const { documents, holds, rules } = keptOf(context);
  const count = (which: string): number =>
    documents.filter((document) => document.which === which).length;
  const due = rules.flatMap((rule): RetentionPreview['due'] => {
    const own = documents.filter(({ which, ruleId }) => which === 'due' && ruleId === rule.ruleId);
    const days = own.map(({ dueOn }) => dueOn ?? '').sort();
    if (own.length === 0) return [];
    const { category, ruleId, purposeId, purpose, start, ground } = rule;
    return [
      {
        ...{ category, ruleId, purposeId, purpose, days: rule.days, start, ground },
        ...{ documents: own.length, subjects: Math.ceil(own.length / 2) },
        ...{ firstDueOn: days[0] ?? '', lastDueOn: days.at(-1) ?? '' },
      },
    ];
  });
  return {
    ...{ asOf: at(0), due },
    held: holds
      .filter(({ state, overdue }) => state === 'active' && overdue > 0)
      .map(({ holdId, caseId, reviewOn, overdue }) => ({
        ...{ holdId, caseId, reviewOn, documents: overdue },
      })),
    totals: {
      ...{ due: count('due'), held: count('held') },
      ...{ soon: count('soon'), undated: count('undated') },
    },
    along: { copies: 3, annotations: 58, snapshotEntries: 6, accessPacks: 1 },
    models: context.vault.models
      .slice(0, 1)
      .map(({ modelId, name, state }) => ({ modelId, name, state })),
  };
}

function holdOf(holdId: string, context: StubContext): LegalHold {
  const found = keptOf(context).holds.find((hold) => hold.holdId === holdId);
  if (!found) throw new Refusal('NOT_FOUND', 'There is no such hold.');
  return found;
}

function change(holdId: string, context: StubContext, changes: Partial<LegalHold>): LegalHold {
  const hold = { ...holdOf(holdId, context), ...changes };
  const state = keptOf(context);
  state.holds = state.holds.map((each) => (each.holdId === holdId ? hold : each));
  context.changed('holds', 'retention');
  return hold;
}

const page = <Item>(items: Item[]) => ({ items, next: null, total: items.length });

export const retentionHandlers: HandlersOf<
  | 'retention.rules'
  | 'retention.setRule'
  | 'retention.endRule'
  | 'retention.preview'
  | 'retention.documents'
  | 'retention.run'
  | 'retention.runs'
  | 'hold.list'
  | 'hold.set'
  | 'hold.review'
  | 'hold.release'
> = {
  'retention.rules': (_, context) => ({ items: [...keptOf(context).rules] }),
  'retention.setRule'(input, context) {
    const state = keptOf(context);
    const purpose = context.vault.purposes.find(({ purposeId }) => purposeId === input.purposeId);
    const rule: RetentionRule = {
      ...{ ...input, ruleId: id('rul', 10 + state.rules.length), purpose: purpose?.name ?? null },
      ...{ action: 'delete', source: 'site', setAt: at(0) },
    };
    const isSame = (each: RetentionRule): boolean =>
      each.source === 'site' &&
      each.category === rule.category &&
      each.purposeId === rule.purposeId;
    state.rules = [...state.rules.filter((each) => !isSame(each)), rule];
    context.changed('retention');
    return rule;
  },
  'retention.endRule'({ ruleId }, context) {
    const state = keptOf(context);
    if (state.rules.find((rule) => rule.ruleId === ruleId)?.source === 'organisation') {
      throw new Refusal('POLICY_LOCKED', 'Your organisation set this rule.');
    }
    state.rules = state.rules.filter((rule) => rule.ruleId !== ruleId);
    context.changed('retention');
    return { ruleId };
  },
  'retention.preview': (_, context) => previewOf(context),
  'retention.documents': ({ which }, context) =>
    page(
      keptOf(context)
        .documents.filter((document) => document.which === which)
        .map(({ which: _which, ...row }) => row),
    ),
  async 'retention.run'(input, context) {
    const state = keptOf(context);
    const { totals, due, along } = previewOf(context);
    if ('documents' in input && input.documents !== totals.due) {
      throw new Refusal('CONFLICT', 'What is due has changed since you looked.');
    }
    await context.progress('erasing', totals.due, 'documents');
    const run: RetentionRun = {
      ...{ runId: id('rtr', 10 + state.runs.length), startedAt: at(0), startedBy: 'Reader A' },
      ...{ completedAt: at(0), state: 'done', ordered: totals.due, deleted: totals.due },
      ...{ copies: along.copies, skipped: [], staleModels: 1, orderLeaf: 415 },
      groups: due.map(
        ({ subjects: _subjects, firstDueOn: _first, lastDueOn: _last, ...group }) => group,
      ),
      rows: [{ table: 'document', rows: totals.due + along.copies }],
      scan: { bytes: 42_860_000, files: 37, documents: totals.due, needles: 96, hits: 0 },
      reportId: id('rep', 1),
    };
    state.runs = [run, ...state.runs];
    state.documents = state.documents.filter(({ which }) => which !== 'due');
    context.changed('retention', 'documents', 'reports', 'models', 'audit');
    return run;
  },
  'retention.runs': (_, context) => page([...keptOf(context).runs]),
  'hold.list': (_, context) => page([...keptOf(context).holds]),
  'hold.set'(input, context) {
    const state = keptOf(context);
    const { caseId, approver, reason, reviewOn, endsOn, categories } = input;
    const people = input.subjects === null ? 0 : Object.values(input.subjects).flat().length;
    const hold: LegalHold = {
      ...{ holdId: id('hld', 10 + state.holds.length), caseId, approver, reason, reviewOn, endsOn },
      ...{ state: 'active', setAt: at(0), setBy: 'Reader A', reviewedAt: null, releasedAt: null },
      ...{ people, categories, documents: 12, overdue: 0 },
      collections: context.vault.collections
        .filter(({ collectionId }) => input.collectionIds.includes(collectionId))
        .map(({ collectionId, name }) => ({ collectionId, name })),
    };
    state.holds = [hold, ...state.holds];
    context.changed('holds', 'retention');
    return { hold, unknownKeys: [] };
  },
  'hold.review': ({ holdId, reviewOn, endsOn }, context) =>
    change(holdId, context, { reviewOn, endsOn, reviewedAt: at(0) }),
  'hold.release'({ holdId }, context) {
    holdOf(holdId, context);
    clearOrder(context, 'hold.release', { holdId });
    return change(holdId, context, { state: 'released', releasedAt: at(0), overdue: 0 });
  },
};
