// The register through the binding: what is missing is named, what is said is generated, what leaves is signed.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openNote } from '../../../main/governance/index.ts';
import type { OutputOf } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createWireHouse, type WireHouse } from './house.ts';

let house: WireHouse;
beforeEach(async () => {
  house = await createWireHouse();
});
afterEach(() => house.dispose());

const declare = async (): Promise<string> =>
  unwrap(
    await house.call('purpose.declare', {
      name: 'Research',
      description: 'Find names in letters',
      operations: ['read', 'train'],
      categories: ['health'],
      basis: { article6: '6(1)(e)', article9: '9(2)(j)' },
      retentionDays: 365,
    }),
  ).purposeId;

const enter = async (role: 'controller' | 'dpo' | 'recipient', country: string | null = 'DE') =>
  unwrap(
    await house.call('party.set', {
      role,
      name: `=cmd ${role}`,
      address: 'Seestr. 1, "Haus B"',
      contact: 'x@y.example',
      country,
    }),
  );

const factsOf = (record: OutputOf<'ropa.get'>, purposeId?: string) =>
  new Map(
    (purposeId === undefined
      ? record.common
      : (record.entries.find((entry) => entry.purposeId === purposeId)?.facts ?? [])
    ).map((fact) => [fact.key, fact]),
  );

describe('the record of processing', () => {
  it('names every gap and who fills it, and invents nothing', async () => {
    const purposeId = await declare();
    const record = unwrap(await house.call('ropa.get', {}));
    const common = factsOf(record);
    const gaps = [...common.values()].filter(({ values }) => values === null);
    expect(gaps.map(({ key, owner }) => [key, owner])).toEqual([
      ['controller', 'steward'],
      ['dpo', 'steward'],
      ['home', 'steward'],
      ['twoPersons', 'administrator'],
      ['recovery', 'administrator'],
      ['backups', 'administrator'],
      ['restoreDrill', 'administrator'],
    ]);
    const entry = factsOf(record, purposeId);
    expect(
      [...entry.values()].filter(({ values }) => values === null).map(({ key }) => key),
    ).toEqual(['subjectCategories', 'transfers', 'notice', 'source', 'necessity']);
    expect(record.missing).toBe(7 + 5);
  });

  it('says what the configuration says, each with the leaf that shows it', async () => {
    const purposeId = await declare();
    const party = await enter('controller');
    unwrap(await house.call('transfer.setHome', { country: 'DE' }));
    unwrap(
      await house.call('processing.describe', {
        purposeId,
        subjectCategories: 'Patients',
        necessity: 'Rules do not find them',
        source: 'elsewhere',
        sourceText: 'Discharge letters',
        jointControllers: '',
        instructions: '',
      }),
    );
    const record = unwrap(await house.call('ropa.get', {}));
    expect(factsOf(record).get('controller')).toMatchObject({ auditSeq: party.auditSeq });
    const entry = factsOf(record, purposeId);
    expect(entry.get('basis')?.values).toEqual(['Art. 6(1)(e) GDPR', 'Art. 9(2)(j) GDPR']);
    expect(entry.get('retention')?.values?.[0]).toBe('365 days after import');
    expect(entry.get('source')?.values).toEqual(['elsewhere', 'Discharge letters']);
    const { items } = unwrap(await house.call('audit.list', { action: 'purpose.declare' }));
    expect(entry.get('purpose')?.auditSeq).toBe(items[0]?.seq);
  });

  it('shows a recipient abroad without a safeguard as missing one', async () => {
    const purposeId = await declare();
    unwrap(await house.call('transfer.setHome', { country: 'DE' }));
    await enter('recipient', 'IN');
    const before = factsOf(unwrap(await house.call('ropa.get', {})), purposeId);
    expect(before.get('transfers')?.values).toEqual(['IN: MISSING safeguard']);
    unwrap(
      await house.call('transfer.set', {
        country: 'IN',
        safeguard: 'standardClauses',
        reference: 'Contract 7',
      }),
    );
    const after = factsOf(unwrap(await house.call('ropa.get', {})), purposeId);
    expect(after.get('transfers')?.values).toEqual(['IN: standardClauses, Contract 7']);
  });

  it('asks the processor for other things: instructions, and on whose behalf', async () => {
    const purposeId = await declare();
    const record = unwrap(await house.call('ropa.get', { form: 'processor' }));
    expect(factsOf(record).get('processor')?.values).toBeNull();
    expect([...factsOf(record, purposeId).keys()]).toEqual([
      'operations',
      'dataCategories',
      'instructions',
      'transfers',
    ]);
  });

  it('leaves through the one exit, signed over the hash of every file', async () => {
    await declare();
    await enter('controller');
    const out = unwrap(
      await house.call('ropa.export', { form: 'controller', recipient: 'Authority' }),
    );
    const [page, csv, jsonld, note] = out.files;
    expect(out.files.map(({ name }) => name)).toEqual([
      'record-controller.html',
      'record-controller.csv',
      'record-controller.jsonld',
      'record-controller.note',
    ]);
    for (const { content, sha256 } of out.files) {
      expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
    }
    const { verifierKey } = unwrap(await house.call('audit.anchor', {}));
    const text = openNote(note?.content ?? '', verifierKey);
    for (const file of [page, csv, jsonld]) {
      expect(text).toContain(`${file?.sha256} ${file?.name}\n`);
    }
    expect(openNote((note?.content ?? '').replace('.csv', '.CSV'), verifierKey)).toBeUndefined();
    const exits = unwrap(await house.call('exit.list', {}));
    expect(exits.items[0]).toMatchObject({ exitId: out.exitId, sha256: out.sha256 });
    // A name that a spreadsheet would calculate stays a name, and a quote stays in its cell.
    expect(csv?.content).toContain(`"'=cmd controller, Seestr. 1, ""Haus B"", DE, x@y.example"`);
    expect(page?.content).toContain('<span class="missing">MISSING</span>');
    const graph = JSON.parse(jsonld?.content ?? '{}') as Record<string, unknown>;
    expect(graph).toMatchObject({
      '@type': 'dpv:ROPA',
      'dpv:hasDataController': [{ '@type': 'dpv:DataController' }],
      'dpv:hasPersonalDataProcess': [
        {
          'dpv:hasLegalBasis': [{ '@id': 'eu-gdpr:A6-1-e' }, { '@id': 'eu-gdpr:A9-2-j' }],
          'dpv:hasProcessing': [{ '@type': 'dpv:Consult' }, { '@type': 'dpv:Use' }],
        },
      ],
    });
  });
});

describe('notices', () => {
  it('lists a purpose that names a version nobody published, and what its text must hold', async () => {
    const purposeId = await declare();
    const before = unwrap(await house.call('notice.list', {}));
    expect(before).toMatchObject({ items: [], missing: [{ purposeId, version: '1' }] });
    const { noticeId } = unwrap(
      await house.call('notice.publish', {
        purposeId,
        version: '1',
        language: 'de',
        title: 'Hinweis',
        text: 'Verantwortlich ist das Klinikum.',
      }),
    );
    const notice = unwrap(await house.call('notice.get', { noticeId }));
    expect(notice.elements.find(({ element }) => element === 'controller')).toEqual({
      element: 'controller',
      contained: false,
      fact: null,
    });
    // Public task: nothing to withdraw, no interests to weigh.
    expect(notice.unchecked).not.toContain('withdrawal');
    expect(notice.unchecked).not.toContain('interests');
    const checked = unwrap(
      await house.call('notice.check', { noticeId, contains: ['controller'] }),
    );
    expect(checked.unchecked).not.toContain('controller');
    expect(checked.unchecked.length).toBe(notice.unchecked.length - 1);
  });
});

describe('an assessment', () => {
  const TEXT = {
    necessity: 'No milder means',
    risks: [
      { risk: 'A name is drawn out', likelihood: 'low', severity: 'high', measure: 'Tested' },
    ],
    measures: 'Gate, roles, encryption',
    advice: '',
    views: '',
  } as const;

  it('cannot be approved empty, nor in a version that was not read, and falls back when rewritten', async () => {
    const purposeId = await declare();
    const draft = unwrap(
      await house.call('assessment.write', { purposeId, ...TEXT, risks: [...TEXT.risks] }),
    );
    expect(draft).toMatchObject({ state: 'draft', version: 1 });
    expect(await house.call('assessment.approve', { purposeId, version: 2 })).toMatchObject({
      error: { code: 'STALE_EDIT' },
    });
    unwrap(await house.call('assessment.approve', { purposeId, version: 1 }));
    unwrap(
      await house.call('assessment.write', { purposeId, ...TEXT, risks: [], measures: 'More' }),
    );
    const { items } = unwrap(await house.call('assessment.list', {}));
    expect(items[0]).toMatchObject({ state: 'draft', version: 2, approvedAt: null });
    expect(await house.call('assessment.approve', { purposeId, version: 2 })).toMatchObject({
      error: { code: 'BAD_INPUT', params: { field: 'risks' } },
    });
  });

  it('counts no approval beyond its day of review', async () => {
    const purposeId = await declare();
    unwrap(await house.call('assessment.write', { purposeId, ...TEXT, risks: [...TEXT.risks] }));
    const approved = unwrap(
      await house.call('assessment.approve', { purposeId, version: 1, reviewOn: '2020-01-01' }),
    );
    expect(approved.state).toBe('draft');
  });

  it('can be waived with a reason, and the waiver taken back', async () => {
    const purposeId = await declare();
    const waived = unwrap(
      await house.call('assessment.waive', { purposeId, reason: 'Covered by the one of 2025' }),
    );
    expect(waived).toMatchObject({ state: 'waived', waiver: 'Covered by the one of 2025' });
    expect(unwrap(await house.call('assessment.waive', { purposeId, reason: null })).state).toBe(
      'none',
    );
  });
});
