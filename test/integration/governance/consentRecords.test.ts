// Asking a person, the record, the receipt and the notices over real rooms: every answer is held against the
// contract's own schema, the receipt against the terms of the Data Privacy Vocabulary.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { breachesHandlers } from '../../../main/ipc/handlers/breaches.ts';
import { consentRecordsHandlers } from '../../../main/ipc/handlers/consentRecords.ts';
import { exitsHandlers } from '../../../main/ipc/handlers/exits.ts';
import type { AuditNote, CallContext } from '../../../main/ipc/handlers/types.ts';
import { createReportArchive } from '../../../main/reports/reportArchive.ts';
import { createReportRepository } from '../../../main/reports/reportRepository.ts';
import { contract, type OutputOf } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createHouse, declare, person, TESTER, type House } from '../../unit/governance/house.ts';

type Served = ReturnType<typeof consentRecordsHandlers> &
  ReturnType<typeof exitsHandlers> &
  ReturnType<typeof breachesHandlers>;
type Name = keyof Served;

let house: House;
let archive: ReturnType<typeof createReportArchive>;
let handlers: Served;
let notes: AuditNote[];

beforeEach(async () => {
  house = await createHouse();
  notes = [];
  const { store, clock, random, governance } = house;
  archive = createReportArchive({
    ...{ store, clock, random },
    repository: createReportRepository(store.db),
  });
  const deps = {
    ...{ store, clock, random, governance },
    staff: { nameOf: () => 'Steward S' },
    reports: { archive },
  };
  handlers = {
    ...consentRecordsHandlers(deps),
    ...exitsHandlers(deps),
    ...breachesHandlers(deps),
  };
});
afterEach(() => house.dispose());

async function call<N extends Name>(name: N, input: unknown): Promise<OutputOf<N>> {
  const context = {
    session: { actor: TESTER, vault: house.test.vault },
    client: 'page',
    changed: () => undefined,
    note: (note: AuditNote) => void notes.push(note),
  } as unknown as CallContext;
  const handler = handlers[name] as (input: unknown, context: CallContext) => unknown;
  const result = (await handler(contract[name].input.parse(input), context)) as
    { ok: true; value: unknown } | { ok: false; error: { code: string } };
  if (!result.ok) throw new Error(result.error.code);
  return contract[name].output.parse(result.value) as never;
}

const record = (
  purposeId: string,
  subjectId: string,
  changes: Partial<Parameters<House['governance']['consent']['record']>[1]> = {},
) =>
  unwrap(
    house.governance.consent.record(TESTER, {
      purposeId,
      subjects: { subjectIds: [subjectId] },
      decision: 'given',
      channel: 'paper',
      evidence: 'Binder 7, sheet 12',
      expiresAt: null,
      ...changes,
    }),
  );

/** Controller and notice, as a steward enters them once. */
function register(purposeId: string): void {
  const { governance } = house;
  governance.calendar.setCountry('DE');
  unwrap(
    governance.register.parties.set(TESTER, undefined, {
      role: 'controller',
      name: 'Klinikum am See',
      address: 'Seestraße 1',
      contact: 'privacy@example.org',
      country: 'DE',
    }),
  );
  unwrap(
    governance.notices.publish(TESTER, {
      purposeId,
      version: '1',
      language: 'de',
      title: 'Ihre Arztbriefe',
      text: 'Wir bitten um Ihre Einwilligung.',
    }),
  );
}

describe('the record of a consent', () => {
  it('looks its fields up and says what is missing instead of inventing it', async () => {
    const { purposeId } = declare(house);
    const subjectId = person(house, 'NHC-1');
    record(purposeId, subjectId);
    const bare = await call('consent.show', { subject: { key: 'NHC-1' }, purposeId });
    const valueOf = (shown: typeof bare, field: string) =>
      shown.fields.find((each) => each.field === field)?.values;
    expect(valueOf(bare, 'controllers')).toBeNull();
    expect(valueOf(bare, 'notice')).toBeNull();
    expect(valueOf(bare, 'recipients')).toEqual([]);
    expect(bare.missing).toBeGreaterThan(5);

    register(purposeId);
    const full = await call('consent.show', { subject: { subjectId }, purposeId });
    expect(full.recordId).toBe(bare.recordId);
    expect(full.missing).toBeLessThan(bare.missing);
    expect(valueOf(full, 'controllers')).toEqual(['Klinikum am See']);
    expect(valueOf(full, 'jurisdiction')).toEqual(['DE']);
    expect(valueOf(full, 'notice')?.[0]).toBe('Ihre Arztbriefe (1)');
    expect(full.events).toHaveLength(1);
  });

  it('keeps every mandatory field of the standard, in its sections', async () => {
    const { purposeId } = declare(house);
    const subjectId = person(house, 'NHC-1');
    record(purposeId, subjectId);
    const { fields } = await call('consent.show', { subject: { subjectId }, purposeId });
    const named = (section: string): string[] =>
      fields.filter((each) => each.section === section).map(({ field }) => field);
    expect(named('header')).toEqual(['schemaVersion', 'recordId', 'principalId']);
    // ISO/IEC TS 27560:2023, 6.3.4, as far as mandatory; then what the GDPR adds.
    for (const field of [
      ...['notice', 'language', 'purpose', 'piiInformation', 'controllers', 'storageLocations'],
      ...['retentionPeriod', 'jurisdiction', 'recipients', 'withdrawalMethod', 'piiType'],
      ...['lawfulBasis', 'collectionMethod', 'processingMethod', 'processingLocations'],
      ...['geographicRestrictions', 'rights', 'specialCategory', 'authority'],
    ]) {
      expect(named('processing')).toContain(field);
    }
    expect(named('parties')).toContain('controller');
  });

  it('keeps how the form came in: language, guardian, dates apart from each other', async () => {
    const { purposeId } = declare(house);
    const subjectId = person(house, 'NHC-1');
    const guardian = {
      name: 'Eva Beispiel',
      relation: 'parent',
      authority: 'Parental responsibility',
    } as const;
    record(purposeId, subjectId, {
      at: '2026-11-01T10:00:00Z',
      receivedAt: '2026-11-05T08:00:00Z',
      language: 'de',
      method: 'written',
      present: 'Nurse N',
      guardian,
      separate: true,
    });
    const { events } = await call('consent.show', { subject: { subjectId }, purposeId });
    expect(events[0]).toMatchObject({
      ...{ at: '2026-11-01T10:00:00.000Z', receivedAt: '2026-11-05T08:00:00.000Z' },
      recordedAt: house.clock.now(),
      ...{ language: 'de', method: 'written', present: 'Nurse N', guardian, separate: true },
      actor: 'Steward S',
    });
  });

  it('refuses a form that arrived before it was signed, and a notice nobody ever gave', () => {
    const { purposeId } = declare(house);
    const subjects = { subjectIds: [person(house, 'NHC-1')] };
    const refused = (changes: object): string => {
      const result = house.governance.consent.record(TESTER, {
        ...{ purposeId, subjects, decision: 'given', channel: 'paper', evidence: '' },
        expiresAt: null,
        ...changes,
      });
      return result.ok ? 'ok' : result.error.code;
    };
    expect(refused({ at: '2026-11-05T00:00:00Z', receivedAt: '2026-11-04T00:00:00Z' })).toBe(
      'BAD_INPUT',
    );
    expect(refused({ noticeVersion: '7' })).toBe('BAD_INPUT');
    unwrap(house.governance.purposes.renewNotice(TESTER, purposeId, '2'));
    expect(refused({ noticeVersion: '1' })).toBe('ok');
    expect(house.governance.consent.status(subjects.subjectIds[0] ?? '', purposeId).state).toBe(
      'lapsed',
    );
  });
});

describe('asking somebody on screen', () => {
  it('brings the text in their language and says whether they may decide alone', async () => {
    const { purposeId } = declare(house);
    const subjectId = person(house, 'NHC-1');
    register(purposeId);
    const asked = await call('consent.prepare', {
      subject: { subjectId },
      purposeId,
      language: 'de',
    });
    expect(asked.notice).toMatchObject({ language: 'de', title: 'Ihre Arztbriefe' });
    expect(asked).toMatchObject({ needsGuardian: false, age: 16, languages: ['de'] });
    await call('subject.setBirth', { subject: { subjectId }, birthDate: '2015-03-02' });
    const child = await call('consent.prepare', { subject: { subjectId }, purposeId });
    expect(child.needsGuardian).toBe(true);
    record(purposeId, subjectId);
    expect(house.governance.consent.status(subjectId, purposeId).state).toBe('guardianMissing');
    expect(house.governance.gate.verdictOn(subjectId, purposeId)).toEqual({
      step: 'basis',
      reason: 'consentGuardianMissing',
    });
  });

  it('counts a conditional consent only once somebody confirmed that it was free', async () => {
    const { purposeId } = declare(house);
    const subjectId = person(house, 'NHC-1');
    const confirm = { subject: { subjectId }, purposeId, ground: 'Care did not depend on it.' };
    await expect(call('consent.confirm', confirm)).rejects.toThrow('CONFLICT');
    record(purposeId, subjectId, { conditional: true });
    expect(house.governance.gate.verdictOn(subjectId, purposeId)?.reason).toBe(
      'consentConditional',
    );
    expect(await call('consent.confirm', confirm)).toEqual({ state: 'given' });
    await expect(call('consent.confirm', confirm)).rejects.toThrow('CONFLICT');
    expect(house.governance.gate.verdictOn(subjectId, purposeId)).toBeNull();
  });

  it('asks for a consent of its own where the PIPL does', () => {
    const { purposeId } = declare(house, {
      basis: { article6: '6(1)(a)', article9: '9(2)(a)', piplSeparateConsent: true },
    });
    const subjectId = person(house, 'NHC-1');
    record(purposeId, subjectId);
    expect(house.governance.gate.verdictOn(subjectId, purposeId)?.reason).toBe(
      'consentNotSeparate',
    );
    record(purposeId, subjectId, { separate: true });
    expect(house.governance.gate.verdictOn(subjectId, purposeId)).toBeNull();
  });

  it('lets the site set its own age, never a leaf that names the person', async () => {
    const rules = await call('consent.setRules', { age: 18, guardianLapses: false });
    expect(rules).toMatchObject({ age: 18, source: 'site', guardianLapses: false });
    expect(await call('consent.rules', {})).toEqual(rules);
    const subjectId = person(house, 'NHC-1');
    await call('subject.setBirth', { subject: { subjectId }, birthDate: '2009-01-01' });
    expect(JSON.stringify(notes)).not.toContain(subjectId);
  });
});

describe('the receipt', () => {
  it('is a page and JSON-LD in the terms of the vocabulary, goes with the person', async () => {
    const { purposeId } = declare(house, { retentionDays: 365 });
    const subjectId = person(house, 'NHC-1');
    register(purposeId);
    record(purposeId, subjectId, { language: 'de', method: 'written' });
    const receipt = await call('consent.receipt', { subject: { subjectId }, purposeId });
    const { files } = unwrap(archive.read(TESTER, receipt.reportId));
    expect(files.map(({ name }) => name)).toEqual([
      'consent-receipt.html',
      'consent-receipt.jsonld',
    ]);
    const json = JSON.parse(files[1]?.content ?? '') as Record<string, unknown>;
    expect(json['@context']).toMatchObject({
      dpv: 'https://w3id.org/dpv#',
      'eu-gdpr': 'https://w3id.org/dpv/legal/eu/gdpr#',
      'dpv-27560': 'https://w3id.org/dpv/schema/dpv-27560#',
      dct: 'http://purl.org/dc/terms/',
    });
    expect(json['@type']).toBe('dpv:ConsentReceipt');
    expect(json['dct:identifier']).toBe(receipt.receiptId);
    expect(json['dct:conformsTo']).toEqual({
      '@id': 'https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr',
    });
    const [inner] = json['dpv:hasRecordOfActivity'] as Record<string, never>[];
    expect(inner?.['@type']).toBe('dpv:ConsentRecord');
    expect(inner?.['dct:conformsTo']).toEqual({
      '@id': 'https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr',
    });
    for (const term of [
      ...['dct:identifier', 'dct:created', 'dct:language', 'dpv:hasDataSubject'],
      ...['dpv:hasDataController', 'dpv:hasJurisdiction', 'dpv:hasApplicableLaw', 'dpv:hasNotice'],
      ...['dpv:hasProcess', 'dpv:hasConsentControl', 'dpv:hasRight', 'dpv:hasConsentStatus'],
    ]) {
      expect(inner).toHaveProperty([term]);
    }
    const process = inner?.['dpv:hasProcess'] as unknown as Record<string, unknown>;
    for (const term of [
      ...['dpv:hasPurpose', 'dpv:hasLegalBasis', 'dpv:hasProcessing', 'dpv:hasPersonalData'],
      ...['dpv:hasRecipient', 'dpv:hasStorageCondition', 'dpv:hasLocation'],
    ]) {
      expect(process).toHaveProperty([term]);
    }
    expect(process['dpv:hasLegalBasis']).toEqual([
      ...['dpv:ExplicitlyExpressedConsent', 'eu-gdpr:A6-1-a', 'eu-gdpr:A9-2-a'],
    ]);
    expect(inner?.['dpv:hasConsentStatus']).toMatchObject([
      { '@type': ['dpv:ConsentGiven', 'dpv:ExplicitlyExpressedConsent'] },
    ]);
    // Every term is of a vocabulary that the context names.
    const prefixes = new Set(Object.keys(json['@context'] as object));
    for (const key of termsIn(json)) {
      expect(prefixes).toContain(key.split(':')[0]);
    }
    expect(files[0]?.content).toContain('You agreed');
    expect(files[0]?.content).toContain('NHC-1');

    archive.removeOf(subjectId);
    house.store.db.run('DELETE FROM subject WHERE id = ?', [subjectId]);
    expect(house.store.db.all('SELECT 1 FROM consent_receipt')).toEqual([]);
  });

  it('is of the newest decision, a withdrawal too, and the former one stays as it was', async () => {
    const { purposeId } = declare(house);
    const subjectId = person(house, 'NHC-1');
    record(purposeId, subjectId);
    const first = await call('consent.receipt', { subject: { subjectId }, purposeId });
    house.clock.advance(1000);
    unwrap(
      house.governance.consent.withdraw(TESTER, {
        ...{ purposeId, subjects: { subjectIds: [subjectId] }, reason: '', method: 'spoken' },
      }),
    );
    const second = await call('consent.receipt', { subject: { subjectId }, purposeId });
    expect(second.page).toContain('You took your consent back');
    expect(first.page).toContain('You agreed');
    const { events } = await call('consent.show', { subject: { subjectId }, purposeId });
    expect(events.map(({ type, receipts }) => [type, receipts.length])).toEqual([
      ['given', 1],
      ['withdrawn', 1],
    ]);
  });
});

describe('notices and breaches over the wire', () => {
  it('writes the letter to a recipient, with the person while they are here', async () => {
    const { governance } = house;
    const subjectId = person(house, 'NHC-1');
    unwrap(
      governance.exits.register({
        ...{ actor: TESTER, kind: 'model', objectId: 'mdl_1', recipient: 'Study', files: [] },
        subjectIds: [subjectId],
      }),
    );
    const request = unwrap(
      governance.requests.open(TESTER, { kind: 'restriction', subject: { subjectId } }),
    );
    const { requestId } = request;
    expect(await call('exit.queueNotices', { requestId, act: 'restriction' })).toEqual({
      queued: 1,
    });
    const { items, open } = await call('exit.notices', {});
    expect(open).toBe(1);
    const noticeId = items[0]?.noticeId ?? '';
    const letterOf = async (): Promise<string> => {
      const { reportId } = await call('exit.noticeLetter', { noticeId });
      return unwrap(archive.read(TESTER, reportId)).files[0]?.content ?? '';
    };
    expect(await letterOf()).toContain('NHC-1');
    archive.removeOf(subjectId);
    house.store.db.run('DELETE FROM subject WHERE id = ?', [subjectId]);
    const after = await letterOf();
    expect(after).not.toContain('NHC-1');
    expect(after).toContain('was erased here');
    const sent = await call('exit.noticeSent', { noticeId, how: 'post', reference: '' });
    expect(sent.sent).toMatchObject({ how: 'post', by: 'Steward S' });
    expect(await call('exit.recipients', { subject: { subjectId } }).catch(String)).toContain(
      'NOT_FOUND',
    );
  });

  it('keeps a breach to its end and writes it down with what is missing', async () => {
    const { breachId } = await call('breach.open', { title: 'Stick lost' });
    const shown = await call('breach.show', { breachId });
    expect(shown.keyFacts[0]).toContain('encrypted at rest');
    const { reportId } = await call('breach.document', { breachId });
    const files = unwrap(archive.read(TESTER, reportId)).files;
    expect(files.map(({ name }) => name)).toEqual(['breach.html', 'breach.json']);
    expect(JSON.parse(files[1]?.content ?? '')).toMatchObject({
      ...{ title: 'Stick lost', effects: 'MISSING', people: 'MISSING' },
    });
    expect(files[0]?.content).toContain('MISSING');
    expect((await call('breach.list', {})).items[0]).toMatchObject({ breachId, state: 'open' });
    expect(await call('breach.count', { scope: {} })).toMatchObject({ people: 0 });
  });
});

/** Keys and values of the form `prefix:term`, dates and hashes aside. */
function termsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(termsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === '@context') return [];
    const types = key === '@type' ? [inner].flat().map(String) : [];
    return [...(key.startsWith('@') ? [] : [key]), ...types, ...termsIn(inner)];
  });
}
