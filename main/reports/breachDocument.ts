/*
 * A breach as a document: what Art. 33(3) has the controller tell the authority and Art. 33(5) has it keep.
 * The page and its JSON twin hold the same facts; what nobody has entered prints as MISSING.
 */
import type { Breach } from '../../shared/contract/index.ts';
import { count, factList, MISSING, moment, table } from './facts.ts';
import { html, type Html } from './html.ts';
import { page } from './page.ts';
import type { NewReport } from './reportArchive.ts';

export interface BreachDocument {
  readonly breach: Breach;
  readonly history: readonly { readonly at: string; readonly by: string; readonly what: string }[];
  readonly keyFacts: readonly string[];
  readonly controller: string | null;
  readonly officer: string | null;
  readonly writtenAt: string;
  /** IANA name of the zone the site's clock is in; UTC stands beside every local time. */
  readonly timeZone: string;
}

export const breachTitle = ({ breach }: BreachDocument): string =>
  `Breach: ${breach.title}`.slice(0, 200);

export function breachFiles(document: BreachDocument): NewReport['files'] {
  return [
    {
      name: 'breach.html',
      mediaType: 'text/html; charset=utf-8',
      content: breachPage(document),
    },
    {
      name: 'breach.json',
      mediaType: 'application/json',
      content: `${JSON.stringify(breachJson(document), null, 2)}\n`,
    },
  ];
}

/** `24 November 2026, 09:00 UTC (10:00 Europe/Berlin)` */
const both = (at: string, timeZone: string): string => {
  const local = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(at));
  return timeZone === 'UTC' ? moment(at) : `${moment(at)} (${local} ${timeZone})`;
};

const orNull = (text: string): string | null => (text === '' ? null : text);
const listed = (items: readonly string[]): string | null =>
  items.length === 0 ? null : items.join(', ');
const STATES = {
  unknown: null,
  readable: 'readable by whoever has it',
  unintelligible: 'unintelligible to whoever has it (Art. 34(3)(a))',
} as const;

function breachPage(document: BreachDocument): string {
  const { breach, timeZone } = document;
  const { decisions } = breach;
  return page({
    title: breach.title,
    kind: 'Breach of personal data',
    lead: html`Known since ${both(breach.awareAt, timeZone)}. The 72 hours of Article 33(1) of the
    General Data Protection Regulation end on ${both(breach.dueAt, timeZone)}.`,
    top: html``,
    sections: [
      {
        title: 'What happened',
        body: factList([
          { name: 'Nature', value: orNull(breach.nature) },
          { name: 'Loss of', value: listed(breach.kinds) },
          { name: 'Categories of data', value: listed(breach.categories) },
          { name: 'Categories of people', value: orNull(breach.subjectCategories) },
          {
            name: 'People, approximately',
            value: breach.people === null ? null : count(breach.people),
          },
          {
            name: 'Records, approximately',
            value: breach.records === null ? null : count(breach.records),
          },
          { name: 'State of the data', value: STATES[breach.dataState] },
          { name: 'Keys and encryption', value: orNull(breach.keyStatement) },
        ]),
      },
      {
        title: 'What this vault says about keys',
        body: html`<ul>
          ${document.keyFacts.map((fact) => html`<li>${fact}</li>`)}
        </ul>`,
      },
      {
        title: 'Consequences and measures',
        body: factList([
          { name: 'Likely consequences', value: orNull(breach.effects) },
          { name: 'Measures', value: orNull(breach.measures) },
          { name: 'Controller', value: document.controller },
          { name: 'Data protection officer', value: document.officer },
        ]),
      },
      { title: 'Decisions', body: decisionFacts(decisions) },
      { title: 'Who was told', body: toldTable(document) },
      {
        title: 'How it went',
        body: table({
          caption: 'In the order in which it was recorded.',
          columns: [
            {
              title: 'When',
              heads: true,
              cell: ({ at }: BreachDocument['history'][number]) => moment(at),
            },
            { title: 'What', cell: ({ what }) => what },
            { title: 'By', cell: ({ by }) => by },
          ],
          rows: document.history,
        }),
      },
      ...(breach.closed
        ? [
            {
              title: 'Conclusion',
              body: html`<p>${breach.closed.conclusion}</p>
                <p>${moment(breach.closed.at)}, ${breach.closed.by}</p>`,
            },
          ]
        : []),
    ],
    foot: html`<p>Breach ${breach.breachId}, written ${moment(document.writtenAt)}.</p>`,
  });
}

const decisionFacts = (decisions: Breach['decisions']): Html =>
  factList([
    {
      name: 'Tell the authority (Art. 33)',
      value:
        decisions && `${decisions.authority.needed ? 'yes' : 'no'}: ${decisions.authority.ground}`,
    },
    {
      name: 'Tell the people (Art. 34)',
      value:
        decisions && `${decisions.subjects.needed ? 'yes' : 'no'}: ${decisions.subjects.ground}`,
    },
    { name: 'Decided', value: decisions && `${moment(decisions.at)}, ${decisions.by}` },
  ]);

const toldTable = ({ breach, timeZone }: BreachDocument): Html =>
  breach.notifications.length === 0
    ? html`<p>Nobody yet.</p>`
    : table({
        caption: 'With the reasons where it was later than 72 hours.',
        columns: [
          { title: 'Who', heads: true, cell: ({ to }: Breach['notifications'][number]) => to },
          { title: 'When', cell: ({ at }) => both(at, timeZone) },
          { title: 'Reference', cell: ({ reference }) => reference },
          { title: 'Reasons for delay', cell: ({ delayReason }) => delayReason },
        ],
        rows: breach.notifications,
      });

function breachJson({ breach, history, keyFacts, controller, officer, writtenAt }: BreachDocument) {
  const { nature, effects, measures, keyStatement, subjectCategories, ...rest } = breach;
  const text = (value: string | null): string => (value === null || value === '' ? MISSING : value);
  return {
    schema: 'cloister/breach',
    version: 1,
    writtenAt,
    ...rest,
    people: breach.people ?? MISSING,
    records: breach.records ?? MISSING,
    nature: text(nature),
    effects: text(effects),
    measures: text(measures),
    keyStatement: text(keyStatement),
    subjectCategories: text(subjectCategories),
    controller: text(controller),
    officer: text(officer),
    keyFacts,
    history,
  };
}
