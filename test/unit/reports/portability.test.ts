// What a person takes along, held against the rules of the formats, written down here by hand.
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { AccessData } from '../../../main/governance/index.ts';
import { fhirBundle } from '../../../main/reports/fhir.ts';
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

type Json = Readonly<Record<string, unknown>>;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Required elements, cardinalities and required value sets of FHIR R4 4.0.1 for what is written here. */
const CHECKS: Readonly<Record<string, (resource: Json) => void>> = {
  Patient(patient) {
    for (const each of patient['identifier'] as Json[]) expect(each['value']).toMatch(/\S/);
  },
  Consent(consent) {
    const statuses = ['draft', 'proposed', 'active', 'rejected', 'inactive', 'entered-in-error'];
    expect(statuses).toContain(consent['status']);
    expect(consent['scope']).toBeTypeOf('object');
    expect((consent['category'] as Json[]).length).toBeGreaterThan(0);
    expect(consent['patient']).toHaveProperty('reference');
    expect(consent['policy'] ?? consent['policyRule']).toBeDefined(); // ppc-1
    expect(consent['dateTime']).toMatch(DATE_TIME);
    const provision = consent['provision'] as { type: string; period?: Record<string, string> };
    expect(['deny', 'permit']).toContain(provision.type);
    const { start = '', end = '9' } = provision.period ?? {};
    expect(start <= end).toBe(true); // per-1
  },
  DocumentReference(reference) {
    expect(['current', 'superseded', 'entered-in-error']).toContain(reference['status']);
    expect(reference['date']).toMatch(DATE_TIME);
    const content = reference['content'] as { attachment: Record<string, string> }[];
    expect(content.length).toBeGreaterThan(0);
    for (const { attachment } of content) {
      expect(attachment['contentType']).toMatch(/^[^\s/]+\/[^\s;]+(;\s*\S+)?$/); // att-1
      expect(Buffer.from(attachment['data'] ?? '', 'base64').toString('utf8')).toBe(TEXT);
    }
  },
};

describe('the FHIR bundle', () => {
  const bundle = fhirBundle(DATA, portableTexts(DATA));

  it('keeps the rules of every resource in it', () => {
    expect(bundle).toMatchObject({ resourceType: 'Bundle', type: 'collection' });
    expect(bundle.timestamp).toMatch(DATE_TIME);
    const kinds = bundle.entry.map(({ resource }) => resource.resourceType);
    expect(kinds).toEqual(['Patient', 'Consent', 'Consent', 'DocumentReference']);
    for (const { resource } of bundle.entry) {
      CHECKS[resource.resourceType]?.(resource as unknown as Json);
    }
  });

  it('refers only to what is in it, under names that occur once', () => {
    const urls = bundle.entry.map(({ fullUrl }) => fullUrl);
    expect(new Set(urls).size).toBe(urls.length); // bdl-7
    for (const url of urls) {
      expect(url).toMatch(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    }
    const references = [...JSON.stringify(bundle).matchAll(/"reference":"([^"]+)"/g)];
    expect(references.length).toBe(3);
    for (const [, target] of references) expect(urls).toContain(target);
    expect(JSON.stringify(bundle)).not.toMatch(/:(""|null|\[\]|\{\})/); // Nothing empty: FHIR JSON.
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
