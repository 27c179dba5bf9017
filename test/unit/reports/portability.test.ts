// What a person takes along, held against the rules of the formats.
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { AccessData } from '../../../main/governance/index.ts';
import { fhirBundle } from '../../../main/reports/fhir.ts';
import { fhirProblems } from '../../fakes/fhirR4.ts';
import {
  portabilityFiles,
  portableItems,
  portableTexts,
} from '../../../main/reports/portability.ts';

const AT = '2026-11-23T09:00:00.000Z';
const TEXT = 'Ana said "well",\r\nand left — 你好.';

const document = (name: string, changes: Partial<AccessData['documents'][number]> = {}) => ({
  name,
  collection: 'Notes',
  kind: 'original' as const,
  category: 'health',
  language: 'en',
  importedAt: AT,
  sha256: 'a'.repeat(64),
  metadata: {},
  text: TEXT,
  withheld: 0,
  labels: [{ start: 0, end: 3, label: 'NAME', annotator: 'gold', text: 'Ana' }],
  ...changes,
});

const purpose = (consent: string, category: 'health' | 'finance') => ({
  purposeId: `pur_${category}0000`,
  parentId: null,
  depth: 0,
  name: `Research on ${category}`,
  description: '',
  operations: ['train' as const],
  categories: [category],
  basis: { article6: '6(1)(a)' as const, article9: '9(2)(a)' as const, piplSeparateConsent: false },
  needsConsent: true,
  noticeVersion: '1',
  retentionDays: null,
  state: 'active' as const,
  declaredAt: AT,
  consent,
});

const decision = (
  type: 'given' | 'refused' | 'withdrawn',
  purposeId: string,
  expiresAt: string | null = null,
) => ({
  ...{ at: AT, recordedAt: AT, type, purposeId, purpose: purposeId, noticeVersion: '1' },
  ...{ channel: 'paper' as const, evidence: '', expiresAt, actor: 'usr_1' },
});

const DATA: AccessData = {
  request: { requestId: 'req_00000001', receivedOn: '2026-11-20', dueOn: '2026-12-21' },
  collectedAt: AT,
  person: { identifiers: [{ scheme: 'record', value: '4411' }], knownSince: AT, state: 'active' },
  documents: [
    document('a.txt'),
    document('a*.txt', { kind: 'deidentified', text: '[NAME] left', labels: [] }),
    document('bank.txt', { category: 'finance', language: null }),
  ],
  parts: [],
  consents: [
    decision('given', 'pur_health0000', '2027-11-23T09:00:00.000Z'),
    decision('given', 'pur_finance0000'),
    decision('withdrawn', 'pur_finance0000'),
  ],
  purposes: [purpose('given', 'health'), purpose('withdrawn', 'finance')],
  uses: { decisions: [], total: 0, snapshots: [], models: [] },
  recipients: [],
  redaction: { redacted: 0, kinds: [], kept: 0, undecided: 0 },
};

type Json = Record<string, unknown>;
const at = (bundle: Json, entry: number): Json =>
  (bundle['entry'] as { resource: Json }[])[entry]?.resource ?? {};

describe('portable data', () => {
  it('holds what was provided on a consent in force, and only names what was derived', () => {
    expect(portableTexts(DATA).map(({ name }) => name)).toEqual(['a.txt']);
    const items = portableItems(DATA);
    expect(items.filter(({ kind }) => kind === 'text').map(({ value }) => value)).toEqual([TEXT]);
    for (const { origin, value } of items) expect(origin === 'derived').toBe(value === '');
    expect(JSON.stringify(portabilityFiles(DATA))).not.toContain('[NAME] left');
  });

  it('says the same in JSON and in CSV, whatever characters a text holds', () => {
    const [json, csv] = portabilityFiles(DATA);
    const rows: unknown = parse(csv?.content ?? '', { columns: true });
    const { items } = JSON.parse(json?.content ?? '') as { items: unknown };
    expect(rows).toEqual(items);
    expect(rows).toEqual(portableItems(DATA));
  });
});

const SPOILED: readonly (readonly [problem: string, spoil: (bundle: Json) => unknown])[] = [
  ['Bundle(Bundle).type: missing', (b: Json) => void delete b['type']],
  ['not in the value set', (b: Json) => void (at(b, 1)['status'] = 'given')],
  ['Consent).scope: missing', (b: Json) => void delete at(b, 1)['scope']],
  ['category: an empty list', (b: Json) => void (at(b, 1)['category'] = [])],
  ['ppc-1', (b: Json) => void delete at(b, 1)['policyRule']],
  ['ppc-2', (b: Json) => void delete at(b, 1)['patient']],
  ['no dateTime', (b: Json) => void (at(b, 1)['dateTime'] = '23.11.2026')],
  ['status: missing', (b: Json) => void delete at(b, 3)['status']],
  ['content: missing', (b: Json) => void delete at(b, 3)['content']],
  ['no instant', (b: Json) => void (at(b, 3)['date'] = '2026-11-23')],
  ['not an element of Patient', (b: Json) => void (at(b, 0)['ward'] = '7')],
  ['no resource type', (b: Json) => void (at(b, 0)['resourceType'] = 'Person')],
  ['not in the bundle', (b: Json) => void (at(b, 1)['patient'] = { reference: 'urn:uuid:0' })],
  [
    'bdl-7',
    (b: Json) => {
      const [first, second] = b['entry'] as Json[];
      if (first && second) second['fullUrl'] = first['fullUrl'];
    },
  ],
];

describe('the FHIR bundle', () => {
  const made = () => JSON.parse(JSON.stringify(fhirBundle(DATA, portableTexts(DATA)))) as Json;
  const bundle = fhirBundle(DATA, portableTexts(DATA));

  it('is valid R4, and holds what was provided alone', () => {
    expect(fhirProblems(made())).toEqual([]);
    const kinds = bundle.entry.map(({ resource }) => resource.resourceType);
    expect(kinds).toEqual(['Patient', 'Consent', 'Consent', 'DocumentReference']);
    for (const { resource } of bundle.entry) {
      expect(resource.meta.tag).toEqual([{ code: 'provided', display: 'Provided by the person' }]);
    }
    const [content] = bundle.entry.flatMap(({ resource }) =>
      'content' in resource ? resource.content : [],
    );
    expect(Buffer.from(content?.attachment.data ?? '', 'base64').toString('utf8')).toBe(TEXT);
  });

  it('is valid for a person without numbers, an empty text, a language left open, a text with gaps', () => {
    const data: AccessData = {
      ...DATA,
      person: { ...DATA.person, identifiers: [] },
      consents: [decision('given', 'pur_health0000')],
      documents: [
        document('empty', { text: '', language: null }),
        document('gaps', { text: 'Seen by [withheld: name].', withheld: 1 }),
      ],
    };
    const partial = fhirBundle(data, portableTexts(data));
    expect(fhirProblems(JSON.parse(JSON.stringify(partial)))).toEqual([]);
    const labels = partial.entry.map(({ resource }) =>
      'security' in resource.meta ? resource.meta.security?.[0]?.code : undefined,
    );
    expect(labels).toEqual([undefined, undefined, undefined, 'REDACTED']);
  });

  // A validator that lets everything through would agree with anything.
  it.each(SPOILED)('would be refused: %s', (problem, spoil) => {
    const spoiled = made();
    spoil(spoiled);
    expect(fhirProblems(spoiled).join('\n')).toContain(problem);
  });

  it('says of each consent what holds now', () => {
    const consents = bundle.entry.flatMap(({ resource }) =>
      'policyRule' in resource ? [[resource.status, resource.provision.type]] : [],
    );
    expect(consents).toEqual([
      ['active', 'permit'],
      ['inactive', 'deny'],
    ]);
  });
});
