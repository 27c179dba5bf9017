import { describe, expect, it } from 'vitest';
import type { AccessData } from '../../../main/governance/index.ts';
import {
  accessPackCounts,
  accessPackFiles,
  accessPackPage,
} from '../../../main/reports/accessPack.ts';

const AT = '2026-11-23T09:00:00.000Z';
const HOSTILE = '<script>alert("1")</script> & </pre> <img src=x onerror=1>';

const data = (changes: Partial<AccessData> = {}): AccessData => ({
  request: { requestId: 'req_1', receivedOn: '2026-11-01', dueOn: '2026-12-01' },
  collectedAt: AT,
  person: { identifiers: [{ scheme: 'record', value: 'NHC-1' }], knownSince: AT, state: 'active' },
  documents: [
    {
      name: `${HOSTILE}.txt`,
      collection: 'Notes',
      kind: 'original',
      category: 'health',
      language: 'es',
      importedAt: AT,
      sha256: 'a'.repeat(64),
      metadata: { ward: HOSTILE },
      text: `\n  Indented.\n\n${HOSTILE}\n  张伟`,
      withheld: 0,
      labels: [{ start: 0, end: 4, label: HOSTILE, annotator: 'gold', text: HOSTILE }],
    },
  ],
  parts: [
    {
      what: 'labels',
      columns: ['document', 'label'],
      rows: [
        ['a', HOSTILE],
        ['b', null],
      ],
    },
    { what: 'importedLabels', columns: ['document'], rows: [['shown with the text']] },
  ],
  consents: [
    {
      at: AT,
      recordedAt: AT,
      type: 'given',
      purposeId: 'pur_1',
      purpose: HOSTILE,
      noticeVersion: '1',
      channel: 'paper',
      evidence: HOSTILE,
      expiresAt: null,
      actor: 'usr_1',
    },
  ],
  purposes: [
    {
      purposeId: 'pur_1',
      parentId: null,
      depth: 0,
      name: 'Research',
      description: '',
      operations: ['read', 'train'],
      categories: ['health'],
      basis: { article6: '6(1)(a)', article9: '9(2)(a)', piplSeparateConsent: true },
      needsConsent: true,
      noticeVersion: '1',
      retentionDays: 1,
      state: 'active',
      declaredAt: AT,
      consent: 'given',
    },
  ],
  uses: {
    decisions: [{ at: AT, purpose: 'Research', operation: 'train', reach: 'collection' }],
    total: 12,
    snapshots: [{ name: 'Frozen', at: AT, purpose: 'Research', documents: 1 }],
    models: [{ name: 'Tagger', at: AT, documents: 1 }],
  },
  redaction: { redacted: 0, kinds: [], kept: 0, undecided: 0 },
  recipients: [
    {
      exitId: 'exi_1',
      at: AT,
      kind: 'report',
      actor: 'usr_1',
      recipient: HOSTILE,
      partyId: null,
      country: 'DE',
      ground: 'home',
      toSubject: false,
      subjects: 1,
      purpose: null,
      sha256: 'b'.repeat(64),
      bytes: 1,
      auditSeq: 3,
    },
  ],
  ...changes,
});

describe('the access pack', () => {
  it('counts what it holds', () => {
    expect(accessPackCounts(data())).toEqual({
      documents: 1,
      annotations: 3,
      consents: 1,
      uses: 14,
      recipients: 1,
    });
  });

  it('runs nothing and fetches nothing, whatever the texts say', () => {
    const page = accessPackPage(data());
    expect(page).not.toMatch(/<script|<img|<link|<iframe/i);
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
    expect(page).toContain("default-src 'none'");
    expect(page.match(/<\/pre>/g)).toHaveLength(1);
    expect(page).toMatch(/<html lang="en">/);
  });

  it('shows the text as it is, in its own language', () => {
    const page = accessPackPage(data());
    // A browser drops the first line feed of a pre; the text's own follows it.
    expect(page).toContain('<div lang="es" dir="auto"><pre>\n\n  Indented.\n\n');
    expect(page).toContain('\n  张伟</pre>');
  });

  it('names purposes with basis, uses, models, recipients and rights, and leaves no gap silent', () => {
    const page = accessPackPage(data());
    for (const expected of [
      'Art. 6(1)(a), Art. 9(2)(a), PIPL Art. 29',
      '1 day',
      'a collection with your texts in it',
      'Frozen',
      'Tagger',
      'Article 17',
      'Article 77',
      '1 of 12',
    ]) {
      expect(page, expected).toContain(expected);
    }
    // Nobody has said who the controller is.
    expect(page).toContain('MISSING');
    expect(page).not.toContain('shown with the text');
  });

  it('says so where there is nothing', () => {
    const page = accessPackPage(
      data({
        documents: [],
        parts: [],
        consents: [],
        purposes: [],
        recipients: [],
        uses: { decisions: [], total: 0, snapshots: [], models: [] },
      }),
    );
    for (const expected of [
      'No purpose has been declared',
      'No decision of yours',
      'No use is recorded',
      'Nothing about you has left',
    ]) {
      expect(page).toContain(expected);
    }
  });

  it('comes with the same for machines, byte for byte the same for the same data', () => {
    const [page, json] = accessPackFiles(data());
    expect([page?.name, json?.name]).toEqual(['access-pack.html', 'access-pack.json']);
    const pack = JSON.parse(json?.content ?? '') as {
      documents: { text: string }[];
      parts: unknown[];
    };
    expect(pack.documents[0]?.text).toBe(data().documents[0]?.text);
    expect(pack.parts).toHaveLength(2);
    const reordered = Object.fromEntries(Object.entries(data()).reverse()) as unknown as AccessData;
    expect(accessPackFiles(reordered)).toEqual([page, json]);
  });
});
