/*
 * The receipt of a decision: what the person agreed to or took back, on a page to print and as JSON-LD in the
 * terms of the Data Privacy Vocabulary (profiles record-eu-gdpr and receipt-eu-gdpr of
 * https://w3id.org/dpv/schema/dpv-27560, after ISO/IEC TS 27560:2023). A receipt wraps the record as it stood
 * then and is never rewritten. It belongs to the person and goes with them.
 */
import type { ConsentRecordData, RecordedEvent } from '../governance/index.ts';
import type { ConsentState } from '../../shared/domain/consent.ts';
import type { Category, Operation } from '../../shared/domain/purpose.ts';
import { factList, MISSING, moment, table } from './facts.ts';
import { html, type Html } from './html.ts';
import { page } from './page.ts';
import type { NewReport } from './reportArchive.ts';

export interface Receipt {
  readonly receiptId: string;
  readonly at: string;
  readonly record: ConsentRecordData;
  /** The fields as they are shown, with what is missing. */
  readonly fields: readonly {
    readonly section: string;
    readonly field: string;
    readonly values: readonly string[] | null;
    readonly required: boolean;
  }[];
}

const SCHEMA = 'https://w3id.org/dpv/schema/dpv-27560#';
export const CONTEXT = {
  dpv: 'https://w3id.org/dpv#',
  'dpv-27560': SCHEMA,
  'eu-gdpr': 'https://w3id.org/dpv/legal/eu/gdpr#',
  pd: 'https://w3id.org/dpv/pd#',
  loc: 'https://w3id.org/dpv/loc#',
  dct: 'http://purl.org/dc/terms/',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  schema: 'https://schema.org/',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
} as const;

const DECISIONS = {
  given: 'dpv:ConsentGiven',
  refused: 'dpv:ConsentRefused',
  withdrawn: 'dpv:ConsentWithdrawn',
} as const;

/** What the record as a whole amounts to; only ConsentGiven justifies processing. */
const STATES: Readonly<Record<ConsentState, string>> = {
  never: 'dpv:ConsentUnknown',
  given: 'dpv:ConsentGiven',
  refused: 'dpv:ConsentRefused',
  withdrawn: 'dpv:ConsentWithdrawn',
  expired: 'dpv:ConsentExpired',
  lapsed: 'dpv:ConsentExpired',
  guardianMissing: 'dpv:ConsentInvalidated',
  outgrown: 'dpv:ConsentExpired',
  notSeparate: 'dpv:ConsentInvalidated',
  conditional: 'dpv:ConsentInvalidated',
};

const PROCESSING: Readonly<Record<Operation, string>> = {
  read: 'dpv:Consult',
  deidentify: 'dpv:Pseudonymise',
  label: 'dpv:Structure',
  train: 'dpv:Analyse',
  evaluate: 'dpv:Assess',
  suggest: 'dpv:Infer',
  export: 'dpv:DiscloseByTransmission',
};

const PERSONAL_DATA: Readonly<Record<Category, string>> = {
  health: 'pd:MedicalHealth',
  finance: 'pd:Financial',
  other: 'dpv:PersonalData',
};

const ROLES = {
  controller: ['dpv:hasDataController', 'dpv:DataController'],
  jointController: ['dpv:hasJointDataControllers', 'dpv:JointDataControllers'],
  representative: ['dpv:hasRepresentative', 'dpv:Representative'],
  dpo: ['dpv:hasDataProtectionOfficer', 'dpv:DataProtectionOfficer'],
  processor: ['dpv:hasDataProcessor', 'dpv:DataProcessor'],
  recipient: ['dpv:hasRecipient', 'dpv:Recipient'],
  authority: ['dpv:hasAuthority', 'dpv:DataProtectionAuthority'],
} as const;

const GUARDIANS = {
  parent: 'dpv:ParentOfDataSubject',
  guardian: 'dpv:GuardianOfDataSubject',
  custodian: 'dpv:GuardianOfDataSubject',
  other: 'dpv:GuardianOfDataSubject',
} as const;

const RIGHTS = [
  ['eu-gdpr:A7-3', 'Right to withdraw consent'],
  ['eu-gdpr:A15', 'Right of access'],
  ['eu-gdpr:A16', 'Right to rectification'],
  ['eu-gdpr:A17', 'Right to erasure'],
  ['eu-gdpr:A18', 'Right to restrict processing'],
  ['eu-gdpr:A20', 'Right to data portability'],
  ['eu-gdpr:A77', 'Right to complain to a supervisory authority'],
] as const;

const urn = (id: string): string => `urn:cloister:${id}`;
const instant = (value: string) => ({ '@type': 'xsd:dateTime', '@value': value });
const orMissing = (value: string | null | undefined): string =>
  value === null || value === undefined || value === '' ? MISSING : value;
const location = (country: string | null): string =>
  country === null ? MISSING : `loc:${country}`;

/** The record alone: `dpv-27560:record-eu-gdpr`. */
export function recordJsonLd(record: ConsentRecordData) {
  const { purpose, events, parties, notice, country } = record;
  const parts = Object.entries(ROLES).map(([role, [relation, type]]) => {
    const named = parties.filter((party) => party.role === role);
    const values = named.map((party) => ({
      '@id': urn(party.partyId),
      '@type': type,
      'dct:identifier': party.partyId,
      'dpv:hasName': orMissing(party.name),
      'dpv:hasAddress': orMissing(party.address),
      'dpv:hasContact': orMissing(party.contact),
      ...(party.country !== null && { 'dpv:hasLocation': `loc:${party.country}` }),
    }));
    return [relation, values] as const;
  });
  const involved = new Map<string, unknown[]>();
  for (const [relation, values] of parts) {
    if (values.length > 0) involved.set(relation, [...(involved.get(relation) ?? []), ...values]);
  }
  const recipients = [
    ...((involved.get('dpv:hasRecipient') as object[] | undefined) ?? []),
    ...record.recipients.map((name) => ({ '@type': 'dpv:Recipient', 'dpv:hasName': name })),
  ];
  return {
    '@id': urn(record.recordId),
    '@type': 'dpv:ConsentRecord',
    'dct:identifier': record.recordId,
    'dct:conformsTo': { '@id': `${SCHEMA}record-eu-gdpr` },
    'dct:created': instant(record.openedAt),
    'dpv:hasDataSubject': {
      '@type': record.minor ? ['dpv:DataSubject', 'dpv:Child'] : 'dpv:DataSubject',
      'dct:identifier': orMissing(record.subjectKey),
    },
    ...Object.fromEntries(involved),
    ...(!involved.has('dpv:hasDataController') && { 'dpv:hasDataController': MISSING }),
    ...(!involved.has('dpv:hasAuthority') && { 'dpv:hasAuthority': MISSING }),
    'dpv:hasJurisdiction': location(country),
    'dpv:hasApplicableLaw': 'eu-gdpr:GDPR',
    'dpv:hasProcess': {
      '@type': 'dpv:Process',
      'dpv:hasPurpose': {
        '@id': urn(purpose.purposeId),
        '@type': 'dpv:Purpose',
        'dct:title': purpose.name,
        'dct:description': orMissing(purpose.description),
      },
      'dpv:hasLegalBasis': legalBases(record),
      'dpv:hasProcessing': purpose.operations.map((operation) => PROCESSING[operation]),
      'dpv:hasPersonalData': purpose.categories.map((category) => ({
        '@type':
          category === 'health'
            ? [PERSONAL_DATA[category], 'dpv:SpecialCategoryPersonalData']
            : [PERSONAL_DATA[category]],
        'dct:title': category,
      })),
      'dpv:hasDataSource': sourceOf(events.at(-1)),
      'dpv:hasRecipient': recipients,
      'dpv:hasStorageCondition': [
        {
          '@type': 'dpv:StorageLocation',
          'dpv:hasLocation': [location(country), 'dpv:WithinDevice'],
        },
        {
          '@type': 'dpv:StorageDuration',
          'dpv:hasDuration':
            purpose.retentionDays === null ? MISSING : `P${purpose.retentionDays}D`,
        },
      ],
      'dpv:hasLocation': location(country),
      'dpv:hasRule': {
        '@type': 'dpv:Rule',
        'dct:description': 'Data leaves for these countries only',
        'dpv:hasLocation': [country, ...record.transfers]
          .filter((code): code is string => code !== null)
          .map((code) => `loc:${code}`),
      },
    },
    'dpv:hasConsentControl': {
      '@type': ['dpv:ProvideConsent', 'dpv:WithdrawConsent'],
      'dpv:isExercisedAt': orMissing(
        parties.find(({ role }) => role === 'controller')?.contact ?? null,
      ),
    },
    'dpv:hasRight': RIGHTS.map(([article, title]) => ({
      '@type': ['dpv:DataSubjectRight', article],
      'dct:title': title,
    })),
    'dpv:hasNotice': notice
      ? {
          '@id': urn(notice.noticeId),
          '@type': 'dpv:ConsentNotice',
          'dct:title': notice.title,
          'dct:hasVersion': notice.version,
          'dct:language': notice.language,
          'dct:issued': instant(notice.publishedAt),
          'schema:sha256': notice.sha256,
        }
      : MISSING,
    'dct:language': orMissing(events.at(-1)?.language),
    'dpv:hasStatus': STATES[record.state],
    'dpv:hasConsentStatus': events.map((event) => eventJsonLd(event, record)),
  };
}

function legalBases({ purpose: { basis } }: ConsentRecordData): string[] {
  const article = (text: string): string =>
    `eu-gdpr:A${text.replace(/[()]/g, '-').replace(/-+/g, '-').replace(/-$/, '')}`;
  return [
    ...(basis.article6 === '6(1)(a)' ? ['dpv:ExplicitlyExpressedConsent'] : []),
    article(basis.article6),
    ...(basis.article9 === null ? [] : [article(basis.article9)]),
  ];
}

const SOURCES = {
  paper: 'Form on paper',
  screen: 'On screen with the person',
  verbal: 'Spoken',
  import: 'From a list of forms',
} as const;
const METHODS = { written: 'written', spoken: 'spoken', electronic: 'electronic' } as const;

const sourceOf = (event: RecordedEvent | undefined) =>
  event === undefined
    ? MISSING
    : { '@type': 'dpv:DataSource', 'dct:description': SOURCES[event.channel] };

const howOf = ({ channel, method }: RecordedEvent): string =>
  method === null ? SOURCES[channel] : `${SOURCES[channel]}, ${METHODS[method]}`;

const eventJsonLd = (event: RecordedEvent, { purpose }: ConsentRecordData) => ({
  '@type': [
    DECISIONS[event.type],
    purpose.basis.article9 === '9(2)(a)'
      ? 'dpv:ExplicitlyExpressedConsent'
      : 'dpv:ExpressedConsent',
  ],
  'dpv:isIndicatedAtTime': instant(event.at),
  'dpv:isIndicatedBy': event.guardian
    ? {
        '@type': GUARDIANS[event.guardian.relation],
        'dpv:hasName': event.guardian.name,
        'dct:description': event.guardian.authority,
      }
    : 'dpv:DataSubject',
  'dpv:hasIndicationMethod': howOf(event),
  'dpv:hasNotice': event.notice
    ? { '@id': urn(event.notice.noticeId), 'schema:sha256': event.notice.sha256 }
    : { '@type': 'dpv:ConsentNotice', 'dct:hasVersion': event.noticeVersion },
  'dct:language': orMissing(event.language),
  'dct:valid': event.expiresAt === null ? 'until withdrawn' : instant(event.expiresAt),
  'dct:dateAccepted': instant(event.recordedAt),
  ...(event.receivedAt !== null && { 'dct:dateSubmitted': instant(event.receivedAt) }),
  'dpv:isImplementedByEntity': event.actor,
  ...(event.evidence !== '' && { 'dct:source': event.evidence }),
});

export const receiptJsonLd = ({ receiptId, at, record }: Receipt) => ({
  '@context': CONTEXT,
  '@id': urn(receiptId),
  '@type': 'dpv:ConsentReceipt',
  'dct:identifier': receiptId,
  'dct:conformsTo': { '@id': `${SCHEMA}receipt-eu-gdpr` },
  'dct:created': instant(at),
  'dct:publisher': orMissing(record.parties.find(({ role }) => role === 'controller')?.name),
  'schema:recipient': 'dpv:DataSubject',
  'dpv:hasRecordOfActivity': [recordJsonLd(record)],
});

const VERBS = {
  given: 'You agreed',
  refused: 'You did not agree',
  withdrawn: 'You took your consent back',
} as const;

export const receiptTitle = ({ at, record }: Pick<Receipt, 'at' | 'record'>): string =>
  `Consent receipt ${at.slice(0, 10)}: ${record.purpose.name}`;

export function receiptFiles(receipt: Receipt): NewReport['files'] {
  return [
    {
      name: 'consent-receipt.html',
      mediaType: 'text/html; charset=utf-8',
      content: receiptPage(receipt),
    },
    {
      name: 'consent-receipt.jsonld',
      mediaType: 'application/ld+json',
      content: `${JSON.stringify(receiptJsonLd(receipt), null, 2)}\n`,
    },
  ];
}

function receiptPage(receipt: Receipt): string {
  const { record } = receipt;
  const last = record.events.at(-1);
  if (!last) throw new Error('A receipt is of a decision');
  return page({
    title: VERBS[last.type],
    kind: 'Consent receipt',
    lead: html`${VERBS[last.type]} to “${record.purpose.name}” on ${moment(last.at)}.
    ${last.type === 'given' && 'You can take this back at any time, as easily as you gave it; what was done before stays lawful (Article 7(3) of the General Data Protection Regulation).'}`,
    top: html``,
    sections: [
      { title: 'This decision', body: decisionFacts(receipt, last) },
      ...(last.notice
        ? [
            {
              title: 'What you were told',
              body: html`<p>
                ${last.notice.title}, version ${last.notice.version}, ${last.notice.language}.
                <code>${last.notice.sha256}</code>
              </p>`,
            },
          ]
        : []),
      { title: 'The record', body: fieldTable(receipt) },
      { title: 'All decisions', body: eventTable(record.events) },
      {
        title: 'Your rights',
        body: html`<ul>
          ${RIGHTS.map(([article, title]) => html`<li>${title} (Article ${article.slice(9)})</li>`)}
        </ul>`,
      },
    ],
    foot: html`<p>
      Receipt ${receipt.receiptId} of record ${record.recordId}, ${moment(receipt.at)}. Fields after
      ISO/IEC TS 27560:2023.
    </p>`,
  });
}

const decisionFacts = ({ record }: Receipt, event: RecordedEvent): Html =>
  factList([
    { name: 'Known as', value: record.subjectKey },
    { name: 'Decision', value: event.type },
    { name: 'Taken', value: moment(event.at) },
    ...(event.receivedAt === null ? [] : [{ name: 'Received', value: moment(event.receivedAt) }]),
    { name: 'Recorded', value: moment(event.recordedAt) },
    { name: 'How', value: howOf(event) },
    { name: 'Language', value: event.language },
    { name: 'Notice version', value: event.noticeVersion },
    {
      name: 'Counts until',
      value: event.expiresAt === null ? 'withdrawn' : moment(event.expiresAt),
    },
    ...(event.present === '' ? [] : [{ name: 'Present', value: event.present }]),
    ...(event.guardian
      ? [
          {
            name: 'Given for the person by',
            value: `${event.guardian.name} (${event.guardian.relation}; ${event.guardian.authority})`,
          },
        ]
      : []),
    ...(event.separate ? [{ name: 'Separate', value: 'for this purpose alone' }] : []),
    { name: 'Evidence', value: event.evidence === '' ? null : event.evidence },
  ]);

const fieldTable = ({ fields }: Receipt): Html =>
  table({
    caption: 'What the record holds; a gap is named and not filled.',
    columns: [
      { title: 'Field', heads: true, cell: (row: Receipt['fields'][number]) => wordsOf(row.field) },
      {
        title: 'Value',
        cell: ({ values, required }) =>
          values === null
            ? required
              ? null
              : 'none'
            : values.length === 0
              ? 'none'
              : values.join('; '),
      },
    ],
    rows: fields,
  });

const eventTable = (events: readonly RecordedEvent[]): Html =>
  table({
    caption: 'In the order in which they were recorded.',
    columns: [
      { title: 'Taken', heads: true, cell: (event: RecordedEvent) => moment(event.at) },
      { title: 'Decision', cell: ({ type }) => type },
      { title: 'How', cell: howOf },
      { title: 'Notice', cell: ({ noticeVersion }) => noticeVersion },
    ],
    rows: events,
  });

/** `storageLocations` → `Storage locations`. */
const wordsOf = (field: string): string => {
  const words = field.replace(/([A-Z])/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
