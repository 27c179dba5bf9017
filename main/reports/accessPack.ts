/*
 * The answer to an access request (GDPR Art. 15) as two files: a page for the person, and the same for
 * machines. It says what is held, why and on which basis, for how long, who used it, who got it, and what
 * the person may ask for next. It holds the person's own texts, so it is kept sealed and goes with them.
 */
import type { AccessData, AccessDocument, AccessPart } from '../governance/index.ts';
import { canonicalJson, type JsonValue } from '../platform/index.ts';
import { count, factList, moment, plural, table } from './facts.ts';
import { html, type Html } from './html.ts';
import { figures, page } from './page.ts';
import type { NewReport } from './reportArchive.ts';

export interface AccessPackCounts {
  readonly documents: number;
  readonly annotations: number;
  readonly consents: number;
  readonly uses: number;
  readonly recipients: number;
}

/** The corpus repeats here what stands beside each text already. */
const SHOWN_WITH_TEXTS = new Set(['importedNotes', 'importedLabels']);
const LABELS_MADE_HERE = new Set(['labels', 'annotations']);

export function accessPackCounts(data: AccessData): AccessPackCounts {
  const imported = data.documents.reduce((sum, { labels }) => sum + labels.length, 0);
  const made = data.parts
    .filter(({ what }) => LABELS_MADE_HERE.has(what))
    .reduce((sum, { rows }) => sum + rows.length, 0);
  const { decisions, total, snapshots, models } = data.uses;
  return {
    documents: data.documents.length,
    annotations: imported + made,
    consents: data.consents.length,
    uses: Math.max(total, decisions.length) + snapshots.length + models.length,
    recipients: data.recipients.length,
  };
}

export const accessPackFiles = (data: AccessData): NewReport['files'] => [
  {
    name: 'access-pack.html',
    mediaType: 'text/html; charset=utf-8',
    content: accessPackPage(data),
  },
  { name: 'access-pack.json', mediaType: 'application/json', content: accessPackJson(data) },
];

export function accessPackJson(data: AccessData): string {
  const { request, collectedAt, person, documents, consents, purposes, uses, recipients } = data;
  const pack = {
    schema: 'cloister/access-pack',
    version: 1,
    request,
    collectedAt,
    person,
    documents,
    parts: data.parts.map(({ what, columns, rows }) => ({ what, columns, rows })),
    consents,
    purposes,
    uses,
    recipients,
    redaction: { ...data.redaction, article: REDACTION_ARTICLE },
    rights: RIGHTS.map(([article, sentence]) => ({ article, sentence })),
  };
  const plain = JSON.parse(JSON.stringify(pack)) as JsonValue;
  return `${JSON.stringify(JSON.parse(canonicalJson(plain)), null, 2)}\n`;
}

export function accessPackPage(data: AccessData): string {
  const counts = accessPackCounts(data);
  const name = data.person.identifiers[0]?.value ?? 'unknown';
  const parts = data.parts.filter(({ what }) => !SHOWN_WITH_TEXTS.has(what));
  return page({
    title: `Your data: ${name}`,
    kind: 'Answer to an access request',
    lead: html`Everything this vault holds about you on ${moment(data.collectedAt)}, why it is held,
    who used it and who received it (Article 15 of the General Data Protection Regulation).`,
    top: figures([
      { value: count(counts.documents), name: 'texts' },
      { value: count(counts.annotations), name: 'labels in them' },
      { value: count(counts.consents), name: 'decisions of yours' },
      { value: count(counts.uses), name: 'recorded uses' },
      { value: count(counts.recipients), name: 'recipients' },
    ]),
    sections: [
      { title: 'You in this vault', body: personSection(data) },
      { title: 'Why and how long', body: purposesSection(data) },
      { title: 'Your decisions', body: consentsSection(data) },
      { title: 'Who used it', body: usesSection(data) },
      { title: 'Who received it', body: recipientsSection(data) },
      ...parts.map((part) => ({ title: titleOf(part), body: partTable(part) })),
      { title: 'What was left out', body: redactionSection(data) },
      { title: 'Your texts', body: html`${data.documents.map(documentBlock)}` },
      { title: 'Your rights', body: rightsSection() },
    ],
    foot: html`<p>
      Written by Cloister for request ${data.request.requestId}. The JSON file beside this page
      holds the same for machines (Article 20). This pack contains your data in clear: keep it safe.
    </p>`,
  });
}

const personSection = ({ person, request }: AccessData): Html =>
  factList([
    ...person.identifiers.map(({ scheme, value }) => ({ name: `Known as (${scheme})`, value })),
    { name: 'Known since', value: moment(person.knownSince) },
    { name: 'State', value: person.state },
    { name: 'Request received', value: request.receivedOn },
    { name: 'Answer due', value: request.dueOn },
    {
      name: 'Source',
      value: 'Files imported by the staff; the place and date stand beside each text.',
    },
    {
      name: 'Automated decisions',
      value: 'None. Models propose labels to staff, who accept or reject each one.',
    },
    { name: 'Controller and contact', value: null },
  ]);

const purposesSection = ({ purposes }: AccessData): Html =>
  purposes.length === 0
    ? html`<p>No purpose has been declared. Nobody may use your texts.</p>`
    : table({
        caption:
          'Purposes declared in this vault, their legal basis, and whether your consent stands.',
        columns: [
          { title: 'Purpose', heads: true, cell: ({ name }) => name },
          {
            title: 'Basis',
            cell: ({ basis }) =>
              [
                `Art. ${basis.article6}`,
                basis.article9 === null ? '' : `Art. ${basis.article9}`,
                basis.piplSeparateConsent ? 'PIPL Art. 29' : '',
              ]
                .filter((part) => part !== '')
                .join(', '),
          },
          { title: 'Data', cell: ({ categories }) => categories.join(', ') },
          { title: 'Operations', cell: ({ operations }) => operations.join(', ') },
          {
            title: 'Kept for this',
            cell: ({ retentionDays }) =>
              retentionDays === null ? 'no limit set' : plural(retentionDays, 'day'),
          },
          {
            title: 'Your consent',
            cell: ({ needsConsent, consent }) => (needsConsent ? consent : 'not the basis'),
          },
          { title: 'State', cell: ({ state }) => state },
        ],
        rows: purposes,
      });

const consentsSection = ({ consents }: AccessData): Html =>
  consents.length === 0
    ? html`<p>No decision of yours is recorded.</p>`
    : table({
        caption: 'Consents given, refused and withdrawn, with the version of the notice you had.',
        columns: [
          { title: 'When', heads: true, cell: ({ at }) => moment(at) },
          { title: 'Decision', cell: ({ type }) => type },
          { title: 'Purpose', cell: ({ purpose }) => purpose },
          { title: 'Notice', cell: ({ noticeVersion }) => noticeVersion },
          { title: 'How', cell: ({ channel }) => channel },
          { title: 'Note', cell: ({ evidence }) => evidence },
          {
            title: 'Ends',
            cell: ({ expiresAt }) => (expiresAt === null ? 'when withdrawn' : moment(expiresAt)),
          },
        ],
        rows: consents,
      });

const REACH = {
  person: 'your texts',
  collection: 'a collection with your texts in it',
  everything: 'all texts, yours among them',
} as const;

function usesSection({ uses }: AccessData): Html {
  const { decisions, total, snapshots, models } = uses;
  return html`${
    decisions.length === 0
      ? html`<p>No use is recorded.</p>`
      : table({
          caption: `Permitted uses that reached your texts, newest first: ${count(decisions.length)} of ${count(total)}.`,
          columns: [
            { title: 'When', heads: true, cell: ({ at }) => moment(at) },
            { title: 'Operation', cell: ({ operation }) => operation },
            { title: 'Purpose', cell: ({ purpose }) => purpose },
            { title: 'Covered', cell: ({ reach }) => REACH[reach] },
          ],
          rows: decisions,
        })
  }
  ${
    snapshots.length > 0 &&
    table({
      caption: 'Frozen data sets that contain texts of yours.',
      columns: [
        { title: 'Data set', heads: true, cell: ({ name }) => name },
        { title: 'Frozen', cell: ({ at }) => moment(at) },
        { title: 'Purpose', cell: ({ purpose }) => purpose },
        { title: 'Your texts', numeric: true, cell: ({ documents }) => documents },
      ],
      rows: snapshots,
    })
  }
  ${
    models.length > 0 &&
    table({
      caption: 'Models that learned from texts of yours.',
      columns: [
        { title: 'Model', heads: true, cell: ({ name }) => name },
        { title: 'Trained', cell: ({ at }) => moment(at) },
        { title: 'Your texts', numeric: true, cell: ({ documents }) => documents },
      ],
      rows: models,
    })
  }`;
}

const recipientsSection = ({ recipients }: AccessData): Html =>
  recipients.length === 0
    ? html`<p>Nothing about you has left this vault.</p>`
    : table({
        caption: 'Everything with data about you that left this vault.',
        columns: [
          { title: 'When', heads: true, cell: ({ at }) => moment(at) },
          { title: 'Recipient', cell: ({ recipient }) => recipient },
          { title: 'What', cell: ({ kind }) => kind },
          { title: 'Purpose', cell: ({ purpose }) => purpose ?? 'your own request' },
          { title: 'Contents', cell: ({ sha256 }) => html`<code>${sha256}</code>` },
        ],
        rows: recipients,
      });

/** `importedNotes` becomes `Imported notes`. */
function titleOf({ what }: AccessPart): string {
  const words = what.replace(/([A-Z])/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const partTable = ({ what, columns, rows }: AccessPart): Html =>
  table({
    caption: `${titleOf({ what, columns, rows })}: ${plural(rows.length, 'entry', 'entries')}.`,
    columns: columns.map((title, index) => ({
      title: titleOf({ what: title, columns: [], rows: [] }),
      cell: (row: AccessPart['rows'][number]) => row[index] ?? '',
    })),
    rows,
  });

const REDACTION_ARTICLE = 'Articles 15(4) and 20(4)';

/** As the gap in the text says it. */
const KIND = (label: string): string =>
  label === 'MANUAL' ? 'other' : label.toLowerCase().replaceAll('_', ' ');

const redactionSection = ({ redaction }: AccessData): Html =>
  redaction.redacted === 0
    ? html`<p>Nothing was left out of your texts.</p>`
    : html`<p>
          ${plural(redaction.redacted, 'passage')} about other people
          ${redaction.redacted === 1 ? 'was' : 'were'} left out of your texts, because a copy may
          not harm the rights of others (${REDACTION_ARTICLE} of the General Data Protection
          Regulation). Each gap says what kind of thing stood there: <code>[withheld: name]</code>.
          You may ask for a gap to be looked at again.
        </p>
        ${table({
          caption: 'What was left out, by kind.',
          columns: [
            { title: 'Kind', heads: true, cell: ({ label }) => KIND(label) },
            { title: 'Of', cell: ({ who }) => (who === 'staff' ? 'staff' : 'other people') },
            { title: 'Passages', numeric: true, cell: ({ count: n }) => n },
          ],
          rows: redaction.kinds,
        })}`;

function documentBlock(document: AccessDocument): Html {
  const { name, kind, collection, importedAt, category, language, metadata, labels } = document;
  return html`<h3>${name}</h3>
    ${factList([
      { name: 'Kind', value: kind === 'original' ? 'original' : 'de-identified copy' },
      { name: 'Collection', value: collection },
      { name: 'Imported', value: moment(importedAt) },
      { name: 'Category', value: category },
      ...(document.withheld > 0
        ? [{ name: 'Left out', value: plural(document.withheld, 'passage') }]
        : []),
      { name: 'Fingerprint of the text', value: '', sha256: document.sha256 },
      ...Object.entries(metadata).map(([field, value]) => ({ name: field, value })),
    ])}
    <div lang="${language ?? 'und'}" dir="auto"><pre>${'\n'}${document.text}</pre></div>
    ${
      labels.length > 0 &&
      table({
        caption: 'Labels that came with this text. Places count UTF-16 code units.',
        columns: [
          { title: 'Label', heads: true, cell: ({ label }) => label },
          { title: 'Text', cell: ({ text }) => text },
          { title: 'From', numeric: true, cell: ({ start }) => start },
          { title: 'To', numeric: true, cell: ({ end }) => end },
          { title: 'By', cell: ({ annotator }) => annotator },
        ],
        rows: labels,
      })
    }`;
}

/** Art. 15(1)(e), (f). */
const RIGHTS: readonly (readonly [article: string, sentence: string])[] = [
  ['Article 7(3)', 'withdraw a consent at any time, as easily as you gave it'],
  ['Article 16', 'have wrong data corrected'],
  ['Article 17', 'have your data erased, unless the law requires it to be kept'],
  ['Article 18', 'have its use restricted'],
  ['Article 20', 'take the data you provided with you, in the JSON file beside this page'],
  ['Article 21', 'object to a use that rests on public or legitimate interest'],
  ['Article 77', 'complain to a supervisory authority'],
];

const rightsSection = (): Html =>
  html`<p>You may:</p>
    <ul>
      ${RIGHTS.map(([article, sentence]) => html`<li>${sentence} (${article});</li>`)}
    </ul>`;
