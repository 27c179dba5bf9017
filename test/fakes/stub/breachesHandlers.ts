// The register of breaches (GDPR Art. 33(5)): one that runs, one that is closed.
import type { Breach } from '../../../shared/contract/index.ts';
import { breachAt, breachGaps, type BreachEvent } from '../../../shared/domain/breaches.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { at, id, type StubVault } from './fixtures.ts';

type BreachName =
  | 'breach.open'
  | 'breach.list'
  | 'breach.show'
  | 'breach.assess'
  | 'breach.decide'
  | 'breach.notify'
  | 'breach.close'
  | 'breach.count'
  | 'breach.people'
  | 'breach.document';

const BY = 'Steward S';
const NO_SCOPE = {
  ...{ collectionId: null, purposeId: null, exitId: null, modelId: null },
  ...{ from: null, to: null },
};

/** A stick was lost this morning; last winter a letter went to the wrong address. */
const started = (): Map<string, BreachEvent[]> =>
  new Map([
    [
      id('brc', 2),
      [
        {
          type: 'opened',
          at: at(0, 9),
          by: BY,
          body: {
            title: 'Stick with the export of ward 7 lost',
            awareAt: at(0, 10),
            nature: 'A stick with 40 notes was not in the drawer on Monday morning.',
          },
        },
        {
          type: 'assessed',
          at: at(0, 6),
          by: BY,
          body: {
            kinds: ['confidentiality', 'availability'],
            nature: 'A stick with 40 notes was not in the drawer on Monday morning.',
            categories: ['health'],
            subjectCategories: 'In-patients of ward 7',
            people: 38,
            records: 40,
            scope: { ...NO_SCOPE, exitId: id('exi', 1) },
            effects: '',
            measures: 'The cleaning staff was asked, the corridor searched.',
            dataState: 'unknown',
            keyStatement: '',
          },
        },
      ],
    ],
    [
      id('brc', 1),
      [
        {
          type: 'opened',
          at: at(310),
          by: BY,
          body: {
            title: 'Letter to a wrong address',
            awareAt: at(310, 2),
            nature: 'One access pack went to a former address and came back unopened.',
          },
        },
        {
          type: 'assessed',
          at: at(309),
          by: BY,
          body: {
            kinds: ['confidentiality'],
            nature: 'One access pack went to a former address and came back unopened.',
            categories: ['health'],
            subjectCategories: 'One patient',
            people: 1,
            records: 4,
            scope: NO_SCOPE,
            effects: 'None are likely: the envelope was sealed.',
            measures: 'Addresses are compared with the register before a letter goes.',
            dataState: 'unintelligible',
            keyStatement: 'On paper, in a sealed envelope.',
          },
        },
        {
          type: 'decided',
          at: at(309),
          by: BY,
          body: {
            authority: { needed: false, ground: 'A risk is unlikely: it came back unopened.' },
            subjects: { needed: false, ground: 'No high risk.' },
          },
        },
        { type: 'closed', at: at(300), by: BY, body: { conclusion: 'Came back unopened.' } },
      ],
    ],
  ]);

const registers = new WeakMap<StubVault, Map<string, BreachEvent[]>>();

function registerOf(vault: StubVault): Map<string, BreachEvent[]> {
  let register = registers.get(vault);
  if (!register) {
    register = vault.documents.length === 0 ? new Map() : started();
    registers.set(vault, register);
  }
  return register;
}

function breachOf(breachId: string, events: readonly BreachEvent[]): Breach {
  const view = breachAt(events);
  return {
    ...view,
    breachId,
    kinds: [...view.kinds],
    categories: [...view.categories],
    scope: { ...view.scope },
    notifications: view.notifications.map(({ told, ...each }) => ({ ...each, at: told })),
    gaps: [...breachGaps(view)],
  };
}

function eventsOf(breachId: string, { vault }: StubContext): BreachEvent[] {
  const events = registerOf(vault).get(breachId);
  if (!events) throw new Refusal('NOT_FOUND', 'There is no such breach.');
  return events;
}

type New = Omit<BreachEvent, 'at' | 'by'>;
function add(breachId: string, event: New, context: StubContext): Breach {
  const events = eventsOf(breachId, context);
  events.push({ ...event, at: new Date().toISOString(), by: BY } as BreachEvent);
  context.changed('breaches');
  return breachOf(breachId, events);
}

export const openBreaches = (vault: StubVault): { breachId: string; dueAt: string | null }[] =>
  [...registerOf(vault)]
    .map(([breachId, events]) => breachOf(breachId, events))
    .filter(({ closed }) => closed === null)
    .map(({ breachId, dueAt }) => ({ breachId, dueAt }));

export const breachesHandlers: HandlersOf<BreachName> = {
  'breach.open'({ title, awareAt, nature }, context) {
    const register = registerOf(context.vault);
    const breachId = id('brc', register.size + 1);
    const now = new Date().toISOString();
    const body = { title, nature, awareAt: awareAt ?? now };
    register.set(breachId, [{ type: 'opened', at: now, by: BY, body }]);
    context.changed('breaches');
    return breachOf(breachId, eventsOf(breachId, context));
  },
  'breach.list'(_, { vault }) {
    const items = [...registerOf(vault)]
      .map(([breachId, events]) => breachOf(breachId, events))
      .sort((a, b) => Number(a.closed !== null) - Number(b.closed !== null));
    return { items, next: null, total: items.length };
  },
  'breach.show'({ breachId }, context) {
    const events = eventsOf(breachId, context);
    return {
      ...breachOf(breachId, events),
      history: events.map(({ type, at: when, by }) => ({ at: when, by, what: type })),
      keyFacts: [
        'The vault is encrypted at rest: AEGIS-256, authenticated page by page; sealed files AES-256-GCM.',
        'The key lies only wrapped under passphrases, one slot a person, and under the printed recovery code.',
      ],
    };
  },
  'breach.assess': ({ breachId, ...body }, context) =>
    add(breachId, { type: 'assessed', body } as New, context),
  'breach.decide': ({ breachId, ...body }, context) =>
    add(breachId, { type: 'decided', body } as New, context),
  'breach.notify': ({ breachId, at: when, ...rest }, context) =>
    add(
      breachId,
      { type: 'notified', body: { ...rest, told: when ?? new Date().toISOString() } } as New,
      context,
    ),
  'breach.close': ({ breachId, conclusion }, context) =>
    add(breachId, { type: 'closed', body: { conclusion } } as New, context),
  'breach.count': (_, { vault }) => ({
    people: vault.subjects.length,
    documents: vault.documents.length,
    minors: 1,
    byCategory: [{ category: 'health', people: vault.subjects.length }],
  }),
  'breach.people': (_, { vault }) => ({
    items: vault.subjects.map(({ subjectId, key, scheme, documents }) => ({
      ...{ subjectId, key, scheme, documents },
    })),
    next: null,
    total: vault.subjects.length,
  }),
  'breach.document': (_, { vault }) => ({ reportId: vault.reports[0]?.reportId ?? id('rep', 1) }),
};
