// The pure rule and the SQL compiled from it are one rule: on random trees of purposes, consent histories,
// holds, retention rules, duties, actors, clocks and documents they must name the same verdict for every
// single document, and the counts must be the counts of those verdicts.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConsentRules } from '../../../../main/governance/consent/consentRules.ts';
import { createGateRepository } from '../../../../main/governance/gate/gateRepository.ts';
import { compileGate } from '../../../../main/governance/gate/gateSql.ts';
import {
  dutiesOf,
  gatePurposeOf,
  type PolicyQuestion,
} from '../../../../main/governance/gate/policy.ts';
import { ROLES } from '../../../../shared/contract/define.ts';
import { consentAt, type ConsentEvent } from '../../../../shared/domain/consent.ts';
import { decide, type GateDuty, type GateSubject } from '../../../../shared/domain/gate.ts';
import { ARTICLE_6, ARTICLE_9, CATEGORIES, OPERATIONS } from '../../../../shared/domain/purpose.ts';
import { consentAlong } from '../../../../shared/domain/purposeTree.ts';
import { dateOfDocument, RETENTION_STARTS } from '../../../../shared/domain/retention.ts';
import { createHouse, putCollection, type House } from '../house.ts';

let house: House;
beforeAll(async () => {
  house = await createHouse();
});
afterAll(() => house.dispose());

// A short calendar, so that events, expiries and cuts meet on the same instant often.
const instant = fc
  .integer({ min: 0, max: 5 })
  .map((day) => `2026-03-${String(day + 1).padStart(2, '0')}T00:00:00.000Z`);
const notice = fc.constantFrom('1', '1', '1', '2');
const category = fc.constantFrom(...CATEGORIES);
/** Mostly everything: the rules at the end are reached only where the ones before let through. */
const most = <T>(items: readonly T[], minLength = 0): fc.Arbitrary<T[]> =>
  fc.oneof<fc.WeightedArbitrary<T[]>[]>(
    { weight: 4, arbitrary: fc.constant([...items]) },
    { weight: 1, arbitrary: fc.subarray([...items], { minLength }) },
  );
/** Mostly the first. */
const mostly = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.constantFrom(usual, usual, usual, usual, ...others);

const purposeArbitrary = fc.record({
  operations: most(OPERATIONS, 1),
  categories: most(CATEGORIES, 1),
  basis: fc.record({
    article6: fc.constantFrom(...ARTICLE_6),
    article9: fc.oneof(
      { weight: 3, arbitrary: fc.constant('9(2)(j)' as const) },
      fc.constantFrom(null, ...ARTICLE_9),
    ),
    piplSeparateConsent: mostly(false, true),
  }),
  noticeVersion: notice,
  retentionDays: fc.option(fc.integer({ min: 1, max: 5 }), { freq: 2 }),
  declaredAt: instant,
  retired: mostly(false, false, false, true),
});

const subjectArbitrary = fc.record({
  states: fc.array(
    fc.constantFrom('restricted', 'restrictionLifted', 'objected', 'objectionResolved', 'erasing'),
    { maxLength: 2 },
  ),
  birthDate: fc.option(fc.constantFrom('1980-05-05', '2010-03-03', '2010-03-05', '2020-01-01'), {
    freq: 2,
  }),
  consents: fc.array(
    fc.record({
      /** Which purpose of the way it is about. */
      level: fc.nat({ max: 2 }),
      type: mostly<ConsentEvent['type']>('given', 'refused', 'withdrawn'),
      at: instant,
      noticeVersion: notice,
      expiresAt: fc.option(instant, { freq: 2 }),
      byGuardian: fc.boolean(),
      separate: mostly(true, false),
      conditional: mostly(false, true),
      confirmedAt: fc.option(instant),
    }),
    { maxLength: 6 },
  ),
});

const documentArbitrary = fc.record({
  category,
  kind: fc.constantFrom('original' as const, 'deidentified' as const),
  importedAt: instant,
  date: fc.option(
    fc.constantFrom('2026-03-01', '2026-03-03T09:30:00', '2026-02-30', '3 March 2026', ''),
  ),
  collection: fc.nat({ max: 1 }),
  subject: fc.option(fc.nat({ max: 2 })),
});

const worldArbitrary = fc.record({
  /** The purpose asked for, then the ones above it. */
  way: fc.array(purposeArbitrary, { minLength: 1, maxLength: 3 }),
  allowed: mostly(0, 1, 2, 3),
  rules: fc.array(
    fc.record({
      category,
      /** Null: every purpose. */
      level: fc.option(fc.nat({ max: 2 })),
      days: fc.integer({ min: 1, max: 4 }),
      start: fc.constantFrom(...RETENTION_STARTS),
    }),
    { maxLength: 3 },
  ),
  holds: fc.array(
    fc.record({
      people: fc.uniqueArray(fc.nat({ max: 2 }), { maxLength: 2 }),
      collections: fc.uniqueArray(fc.nat({ max: 1 }), { maxLength: 1 }),
      categories: fc.uniqueArray(category, { maxLength: 1 }),
      released: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
  duties: fc.array(
    fc.record({
      name: fc.constantFrom<GateDuty['name'][]>('secondApprover', 'destination'),
      met: fc.constantFrom(true, true, true, false, null),
    }),
    { maxLength: 2 },
  ),
  roles: most(ROLES),
  operation: fc.constantFrom(...OPERATIONS),
  now: instant,
  subjects: fc.array(subjectArbitrary, { minLength: 3, maxLength: 3 }),
  documents: fc.array(documentArbitrary, { minLength: 1, maxLength: 8 }),
});

type World = typeof worldArbitrary extends fc.Arbitrary<infer T> ? T : never;

function stateOf({ states }: World['subjects'][number]): GateSubject['state'] {
  const last = (on: string, off: string): boolean =>
    states.findLast((type) => type === on || type === off) === on;
  if (states.includes('erasing')) return 'erased';
  if (last('restricted', 'restrictionLifted')) return 'restricted';
  return last('objected', 'objectionResolved') ? 'objected' : 'active';
}

const TABLES = [
  ...['hold_subject', 'hold_collection', 'hold_category', 'hold_event', 'hold', 'document'],
  ...['subject', 'retention_rule', 'purpose_event'],
];

/** Writes the world into empty tables; returns the ids given. */
function build(world: World, collections: readonly string[]) {
  const { db } = house.store;
  const insert = (table: string, row: Readonly<Record<string, string | number | null | Buffer>>) =>
    db.run(
      `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row)
        .map((name) => `@${name}`)
        .join(', ')})`,
      row,
    ).lastInsertRowid;
  const by = { actor: 'usr_1' };
  for (const table of TABLES) db.run(`DELETE FROM ${table}`);

  const purposeIds = world.way.map(() => house.random.newId('purpose'));
  for (let level = world.way.length - 1; level >= 0; level -= 1) {
    const { declaredAt, retired, ...body } = world.way[level] as World['way'][number];
    const id = purposeIds[level] as string;
    const text = JSON.stringify({ description: '', ...body });
    const parent = purposeIds[level + 1] ?? null;
    insert('purpose', {
      ...{ id, name: id, body: text, parent_id: parent, declared_at: declaredAt },
      ...by,
    });
    if (retired) insert('purpose_event', { purpose_id: id, type: 'retired', at: world.now, ...by });
  }
  for (const { level, ...rule } of world.rules) {
    const purposeId = level === null ? null : (purposeIds[level] ?? null);
    insert('retention_rule', {
      ...{ id: house.random.newId('retentionRule'), purpose_id: purposeId, ...rule },
      ...{ ground: 'law', source: 'site', set_at: world.now, ...by },
    });
  }
  const people = world.subjects.map((subject) => {
    const id = house.random.newId('subject');
    insert('subject', { id, created_at: world.now, ref_key: Buffer.alloc(32) });
    for (const type of subject.states) {
      insert('subject_event', { subject_id: id, type, at: world.now, ...by });
    }
    if (subject.birthDate !== null) {
      insert('subject_birth', { subject_id: id, birth_date: subject.birthDate });
    }
    for (const event of subject.consents) {
      const purposeId = purposeIds[event.level];
      if (purposeId === undefined) continue;
      const seq = insert('consent_event', {
        ...{ subject_id: id, purpose_id: purposeId, type: event.type, at: event.at, ...by },
        ...{ recorded_at: event.at, notice_version: event.noticeVersion, channel: 'paper' },
        ...{ expires_at: event.expiresAt, guardian: Number(event.byGuardian) },
        ...{ separate: Number(event.separate), conditional: Number(event.conditional) },
      });
      if (event.confirmedAt !== null) {
        const confirmed = { consent_seq: Number(seq), at: event.confirmedAt, ground: '' };
        insert('consent_confirmation', { ...confirmed, ...by });
      }
    }
    return id;
  });
  for (const hold of world.holds) {
    const id = house.random.newId('hold');
    insert('hold', { id, case_id: 'A', approver: 'B', set_at: world.now, ...by });
    const event = { hold_id: id, at: world.now, ...by };
    insert('hold_event', { ...event, type: 'set' });
    if (hold.released) insert('hold_event', { ...event, type: 'released' });
    for (const index of hold.people) {
      insert('hold_subject', { hold_id: id, subject_id: people[index] as string });
    }
    for (const index of hold.collections) {
      insert('hold_collection', { hold_id: id, collection_id: collections[index] as string });
    }
    for (const name of hold.categories) insert('hold_category', { hold_id: id, category: name });
  }
  const rowids = world.documents.map((document) => {
    const id = house.random.newId('document');
    const person = document.subject === null ? null : (people[document.subject] ?? null);
    return Number(
      insert('document', {
        ...{ id, name: id, subject_id: person, category: document.category, kind: document.kind },
        ...{ length: 0, sha256: '', imported_at: document.importedAt },
        collection_id: collections[document.collection] as string,
        metadata: JSON.stringify(metadataOf(document)),
      }),
    );
  });
  return { purposeIds, rowids };
}

const metadataOf = ({ date }: World['documents'][number]): Record<string, string> =>
  date === null ? {} : { date };

/** What the pure functions say, without a look at the database but for the texts of the purposes. */
function verdictsOf(world: World, question: PolicyQuestion): (string | null)[] {
  const rules = createConsentRules(house);
  const way = [question.purpose, ...question.ancestors];
  const subjects = world.subjects.map((subject): GateSubject => {
    const spoken = consentAlong(
      way.map((purpose, level) => ({
        declaredAt: purpose.declaredAt,
        status: consentAt(
          subject.consents.filter((event) => event.level === level),
          world.now,
          { ...rules.terms(purpose), birthDate: subject.birthDate },
        ),
      })),
    );
    return {
      ...{ state: stateOf(subject), consent: spoken.state, consentEndedAt: spoken.endedAt },
    };
  });
  return world.documents.map((document) => {
    const held = world.holds.some(
      (hold) =>
        !hold.released &&
        ((document.subject !== null && hold.people.includes(document.subject)) ||
          hold.collections.includes(document.collection) ||
          hold.categories.includes(document.category)),
    );
    const decision = decide({
      at: world.now,
      actor: { signedIn: true, roles: world.roles },
      operation: world.operation,
      purpose: gatePurposeOf(question),
      allowedPurposes: question.allowedPurposes,
      document: {
        ...{ category: document.category, importedAt: document.importedAt, held },
        dateOfDocument: dateOfDocument(metadataOf(document)),
        subject: document.subject === null ? null : (subjects[document.subject] ?? null),
      },
      duties: [...dutiesOf(world.operation, document.kind), ...question.duties],
    });
    return decision.allow ? null : `${decision.step}:${decision.reason}`;
  });
}

describe('the gate in SQL', () => {
  it('gives the verdict of the pure rule for every document of 1,000 random worlds', () => {
    const { db } = house.store;
    const repository = createGateRepository(house.store);
    const collections = [putCollection(house), putCollection(house, 'Elsewhere')];
    const reached = new Map<string, number>();
    fc.assert(
      fc.property(worldArbitrary, (world) => {
        house.store.transaction(() => {
          const { purposeIds, rowids } = build(world, collections);
          const { purposes, retention } = house.governance;
          const purpose = purposes.get(purposeIds[0] as string);
          if (!purpose) throw new Error('The purpose just written is not there');
          const question: PolicyQuestion = {
            ...{ purpose, ancestors: purposes.above(purpose.purposeId) },
            limits: retention.limitsOf(purpose),
            allowedPurposes: [purposeIds[world.allowed] ?? 'pur_elsewhere'],
            ...{ duties: world.duties, roles: world.roles, operation: world.operation },
            now: world.now,
          };
          const gate = compileGate(question);
          const bySql = db.all<{ denial: string | null }>(
            `SELECT ${gate.denial} AS denial FROM document d ${gate.joins}
             WHERE d.rowid IN (SELECT value FROM json_each(@rowids)) ORDER BY d.rowid`,
            { ...gate.params, rowids: JSON.stringify(rowids) },
          );
          const byRule = verdictsOf(world, question);
          expect(bySql.map(({ denial }) => denial)).toEqual(byRule);

          const counted = new Map<string | null, number>();
          for (const verdict of byRule) counted.set(verdict, (counted.get(verdict) ?? 0) + 1);
          expect(repository.counts(gate, {})).toEqual(counted);
          for (const verdict of byRule) {
            const name = verdict ?? 'permitted';
            reached.set(name, (reached.get(name) ?? 0) + 1);
          }
        });
      }),
      { numRuns: 1000, seed: 20261124 },
    );
    // The worlds must reach every verdict, or agreement would prove little.
    expect([...reached.keys()].sort()).toEqual([
      'basis:article9Missing',
      'basis:categoryNotCovered',
      'basis:consentConditional',
      'basis:consentExpired',
      'basis:consentGuardianMissing',
      'basis:consentLapsed',
      'basis:consentNever',
      'basis:consentNotSeparate',
      'basis:consentOutgrown',
      'basis:consentRefused',
      'basis:consentWithdrawn',
      'basis:operationNotCovered',
      'basis:subjectUnknown',
      'duty:deidentifyFirst',
      'duty:destination',
      'duty:secondApprover',
      'permitted',
      'purpose:purposeNotAllowed',
      'purpose:purposeRetired',
      'retention:heldPastRetention',
      'retention:retentionPassed',
      'retention:retentionUnknown',
      'role:roleLacksOperation',
      'state:erased',
      'state:objected',
      'state:restricted',
    ]);
  }, 120_000);
});
