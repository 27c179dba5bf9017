/**
 * A breach of personal data as the law wants it kept (GDPR Art. 4(12), 33, 34). Its state is a fold over
 * events: what was known at which hour is part of the record. Nothing here names a person in the data.
 */
import type { Instant } from '../kernel/time.ts';
import { breachNotificationDue } from './deadlines.ts';
import type { Category } from './purpose.ts';

/** EDPB Guidelines 9/2022: loss of confidentiality, integrity or availability. */
export const BREACH_KINDS = ['confidentiality', 'integrity', 'availability'] as const;
export type BreachKind = (typeof BREACH_KINDS)[number];
/** unintelligible: encrypted, and the key did not get out with it (Art. 34(3)(a)). */
export const BREACH_DATA_STATES = ['unknown', 'readable', 'unintelligible'] as const;
export type BreachDataState = (typeof BREACH_DATA_STATES)[number];
export const BREACH_NOTIFIED = ['authority', 'subjects', 'controller', 'other'] as const;
export type BreachNotified = (typeof BREACH_NOTIFIED)[number];
export const BREACH_STATES = ['open', 'decided', 'notified', 'closed'] as const;
export type BreachState = (typeof BREACH_STATES)[number];

export interface BreachScope {
  readonly collectionId: string | null;
  readonly purposeId: string | null;
  readonly exitId: string | null;
  readonly modelId: string | null;
  readonly from: Instant | null;
  readonly to: Instant | null;
}

export interface BreachAssessment {
  readonly kinds: readonly BreachKind[];
  readonly nature: string;
  readonly categories: readonly Category[];
  readonly subjectCategories: string;
  readonly people: number | null;
  readonly records: number | null;
  readonly scope: BreachScope;
  readonly effects: string;
  readonly measures: string;
  readonly dataState: BreachDataState;
  readonly keyStatement: string;
}

export interface BreachDecision {
  readonly needed: boolean;
  readonly ground: string;
}
export interface BreachDecisions {
  /** Art. 33(1): not where a risk is unlikely. */
  readonly authority: BreachDecision;
  /** Art. 34: where the risk is high, unless the data is unintelligible to whoever has it. */
  readonly subjects: BreachDecision;
}
export interface BreachNotification {
  readonly to: BreachNotified;
  /** When they were told. */
  readonly told: Instant;
  readonly reference: string;
  readonly delayReason: string;
}

export type BreachEvent = { readonly at: Instant; readonly by: string } & (
  | {
      readonly type: 'opened';
      readonly body: { readonly title: string; readonly awareAt: Instant; readonly nature: string };
    }
  | { readonly type: 'assessed'; readonly body: BreachAssessment }
  | { readonly type: 'decided'; readonly body: BreachDecisions }
  | { readonly type: 'notified'; readonly body: BreachNotification }
  | { readonly type: 'closed'; readonly body: { readonly conclusion: string } }
);

export interface BreachView extends BreachAssessment {
  readonly title: string;
  readonly state: BreachState;
  readonly openedAt: Instant;
  readonly openedBy: string;
  readonly awareAt: Instant;
  readonly dueAt: Instant;
  readonly decisions: (BreachDecisions & { readonly at: Instant; readonly by: string }) | null;
  readonly notifications: readonly (BreachNotification & { readonly by: string })[];
  readonly closed: {
    readonly at: Instant;
    readonly by: string;
    readonly conclusion: string;
  } | null;
}

const NOTHING_KNOWN: BreachAssessment = {
  kinds: [],
  nature: '',
  categories: [],
  subjectCategories: '',
  people: null,
  records: null,
  scope: { collectionId: null, purposeId: null, exitId: null, modelId: null, from: null, to: null },
  effects: '',
  measures: '',
  dataState: 'unknown',
  keyStatement: '',
};

/** @param events in the order recorded; the first opens it. */
export function breachAt(events: readonly BreachEvent[]): BreachView {
  const [first] = events;
  if (first?.type !== 'opened') throw new Error('A breach begins by being opened');
  let view: BreachView = {
    ...NOTHING_KNOWN,
    nature: first.body.nature,
    title: first.body.title,
    state: 'open',
    openedAt: first.at,
    openedBy: first.by,
    awareAt: first.body.awareAt,
    dueAt: breachNotificationDue(first.body.awareAt),
    decisions: null,
    notifications: [],
    closed: null,
  };
  for (const event of events.slice(1)) view = apply(view, event);
  return { ...view, state: stateOf(view) };
}

function apply(view: BreachView, event: BreachEvent): BreachView {
  const { at, by } = event;
  switch (event.type) {
    case 'opened':
      return view;
    case 'assessed':
      return { ...view, ...event.body };
    case 'decided':
      return { ...view, decisions: { ...event.body, at, by } };
    case 'notified':
      return { ...view, notifications: [...view.notifications, { ...event.body, by }] };
    case 'closed':
      return { ...view, closed: { at, by, conclusion: event.body.conclusion } };
  }
}

const wasTold = ({ notifications }: BreachView, who: BreachNotified): boolean =>
  notifications.some(({ to }) => to === who);

function stateOf(view: BreachView): BreachState {
  if (view.closed) return 'closed';
  if (!view.decisions) return 'open';
  const { authority, subjects } = view.decisions;
  const told =
    (!authority.needed || wasTold(view, 'authority')) &&
    (!subjects.needed || wasTold(view, 'subjects'));
  return told ? 'notified' : 'decided';
}

export const BREACH_GAPS = [
  'nature',
  'kinds',
  'categories',
  'numbers',
  'effects',
  'measures',
  'dataState',
  'decision',
  'authority',
  'delay',
  'subjects',
] as const;
export type BreachGap = (typeof BREACH_GAPS)[number];

/** What Art. 33(3) and 33(5) ask for and the record lacks. */
export function breachGaps(view: BreachView): readonly BreachGap[] {
  const { decisions } = view;
  const toldLate = view.notifications.some(
    ({ to, told, delayReason }) => to === 'authority' && told > view.dueAt && delayReason === '',
  );
  const gaps: Readonly<Record<BreachGap, boolean>> = {
    nature: view.nature === '',
    kinds: view.kinds.length === 0,
    categories: view.categories.length === 0,
    numbers: view.people === null || view.records === null,
    effects: view.effects === '',
    measures: view.measures === '',
    dataState: view.dataState === 'unknown',
    decision: decisions === null,
    authority: decisions !== null && decisions.authority.needed && !wasTold(view, 'authority'),
    delay: toldLate,
    subjects: decisions !== null && decisions.subjects.needed && !wasTold(view, 'subjects'),
  };
  return BREACH_GAPS.filter((gap) => gaps[gap]);
}

/** The clock that counts: while the authority may still have to be told. Negative once it has run out. */
export function hoursLeft(view: BreachView, now: Instant): number | null {
  if (view.closed || wasTold(view, 'authority')) return null;
  if (view.decisions && !view.decisions.authority.needed) return null;
  return (Date.parse(view.dueAt) - Date.parse(now)) / 3_600_000;
}
