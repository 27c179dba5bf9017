// The pure rule and the SQL compiled from it are one rule: on random policies, actors, people, consent
// histories and documents they must name the same verdict for every single document.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileGate } from '../../../main/governance/gateSql.ts';
import { dutiesOf, gatePurposeOf } from '../../../main/governance/policy.ts';
import { ROLES } from '../../../shared/contract/define.ts';
import type { Purpose } from '../../../shared/contract/index.ts';
import { OPERATIONS } from '../../../shared/domain/purpose.ts';
import { consentAt } from '../../../shared/domain/consent.ts';
import { decide, type GateSubject } from '../../../shared/domain/gate.ts';
import { ARTICLE_6, ARTICLE_9, needsConsent } from '../../../shared/domain/purpose.ts';
import { createHouse, putCollection, type House } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await createHouse();
});
afterAll(() => house.dispose());

// A short calendar, so that events, expiries and cuts meet on the same instant often.
const instant = fc
  .integer({ min: 0, max: 5 })
  .map((day) => `2026-03-${String(day + 1).padStart(2, '0')}T00:00:00.000Z`);
const notice = fc.constantFrom('1', '1', '2');
/** Mostly everything: the rules at the end are reached only where the ones before let through. */
const most = <T>(items: readonly T[], minLength = 0): fc.Arbitrary<T[]> =>
  fc.oneof<fc.WeightedArbitrary<T[]>[]>(
    { weight: 4, arbitrary: fc.constant([...items]) },
    { weight: 1, arbitrary: fc.subarray([...items], { minLength }) },
  );

const purposeArbitrary = fc
  .record({
    operations: most(OPERATIONS, 1),
    categories: most(['health', 'finance', 'other'] as const, 1),
    basis: fc.record({
      article6: fc.constantFrom(...ARTICLE_6),
      article9: fc.option(fc.constantFrom(...ARTICLE_9)),
      piplSeparateConsent: fc.boolean(),
    }),
    noticeVersion: notice,
    retentionDays: fc.option(fc.integer({ min: 1, max: 5 })),
    state: fc.constantFrom(
      'active' as const,
      'active' as const,
      'active' as const,
      'retired' as const,
    ),
  })
  .map((drawn): Purpose => ({
    ...drawn,
    purposeId: '',
    name: 'Drawn',
    description: '',
    needsConsent: needsConsent(drawn.basis),
    declaredAt: '2026-03-01T00:00:00.000Z',
  }));

const subjectArbitrary = fc.record({
  states: fc.array(
    fc.constantFrom('restricted', 'restrictionLifted', 'objected', 'objectionResolved', 'erasing'),
    { maxLength: 3 },
  ),
  consents: fc.array(
    fc.record({
      type: fc.constantFrom(
        'given' as const,
        'given' as const,
        'refused' as const,
        'withdrawn' as const,
      ),
      at: instant,
      noticeVersion: notice,
      expiresAt: fc.option(instant),
    }),
    { maxLength: 4 },
  ),
});
const documentArbitrary = fc.record({
  category: fc.constantFrom('health' as const, 'finance' as const, 'other' as const),
  kind: fc.constantFrom('original' as const, 'deidentified' as const),
  importedAt: instant,
  subject: fc.option(fc.nat({ max: 2 })),
});
const worldArbitrary = fc.record({
  purpose: purposeArbitrary,
  roles: most(ROLES),
  operation: fc.constantFrom(...OPERATIONS),
  now: instant,
  subjects: fc.array(subjectArbitrary, { minLength: 3, maxLength: 3 }),
  documents: fc.array(documentArbitrary, { minLength: 1, maxLength: 8 }),
});

type Subject = { states: readonly string[]; consents: Parameters<typeof consentAt>[0] };

function stateOf({ states }: Subject): GateSubject['state'] {
  const last = (on: string, off: string): boolean =>
    states.findLast((type) => type === on || type === off) === on;
  if (states.includes('erasing')) return 'erased';
  if (last('restricted', 'restrictionLifted')) return 'restricted';
  return last('objected', 'objectionResolved') ? 'objected' : 'active';
}

describe('the gate in SQL', () => {
  it('gives the verdict of the pure rule for every document of 400 random worlds', () => {
    const { db } = house.store;
    const collectionId = putCollection(house);
    const verdicts = new Map<string, number>();
    fc.assert(
      fc.property(worldArbitrary, (world) => {
        house.store.transaction(() => {
          const purpose = { ...world.purpose, purposeId: house.random.newId('purpose') };
          db.run(
            'INSERT INTO purpose (id, name, body, declared_at, actor) VALUES (?, ?, ?, ?, ?)',
            [purpose.purposeId, purpose.purposeId, '{}', world.now, 'usr_1'],
          );
          const people = world.subjects.map((subject) => {
            const id = house.random.newId('subject');
            db.run('INSERT INTO subject (id, created_at, ref_key) VALUES (?, ?, ?)', [
              id,
              world.now,
              Buffer.alloc(32),
            ]);
            for (const type of subject.states) {
              db.run(
                'INSERT INTO subject_event (subject_id, type, at, actor) VALUES (?, ?, ?, ?)',
                [id, type, world.now, 'usr_1'],
              );
            }
            for (const event of subject.consents) {
              db.run(
                `INSERT INTO consent_event (subject_id, purpose_id, type, at, recorded_at, actor, notice_version, channel, expires_at)
                 VALUES (?, ?, ?, ?, ?, 'usr_1', ?, 'paper', ?)`,
                [
                  id,
                  purpose.purposeId,
                  event.type,
                  event.at,
                  event.at,
                  event.noticeVersion,
                  event.expiresAt,
                ],
              );
            }
            return id;
          });
          const rowids = world.documents.map((document) => {
            const id = house.random.newId('document');
            const person = document.subject === null ? null : (people[document.subject] ?? null);
            return Number(
              db.run(
                `INSERT INTO document (id, collection_id, name, subject_id, category, kind, length, sha256, imported_at)
                 VALUES (?, ?, ?, ?, ?, ?, 0, '', ?)`,
                [
                  id,
                  collectionId,
                  id,
                  person,
                  document.category,
                  document.kind,
                  document.importedAt,
                ],
              ).lastInsertRowid,
            );
          });
          const gate = compileGate({
            purpose,
            roles: world.roles,
            operation: world.operation,
            now: world.now,
          });
          const bySql = db.all<{ denial: string | null }>(
            `SELECT ${gate.denial} AS denial FROM document d ${gate.joins}
             WHERE d.rowid IN (SELECT value FROM json_each(@rowids)) ORDER BY d.rowid`,
            { ...gate.params, rowids: JSON.stringify(rowids) },
          );
          const byRule = world.documents.map((document) => {
            const subject =
              document.subject === null ? undefined : world.subjects[document.subject];
            const decision = decide({
              at: world.now,
              actor: { signedIn: true, roles: world.roles },
              operation: world.operation,
              purpose: gatePurposeOf(purpose),
              allowedPurposes: [purpose.purposeId],
              document: {
                category: document.category,
                importedAt: document.importedAt,
                held: false,
                subject: subject
                  ? {
                      state: stateOf(subject),
                      consent: consentAt(subject.consents, world.now, purpose.noticeVersion).state,
                    }
                  : null,
              },
              duties: dutiesOf(world.operation, document.kind),
            });
            return decision.allow ? null : `${decision.step}:${decision.reason}`;
          });
          expect(bySql.map(({ denial }) => denial)).toEqual(byRule);
          for (const verdict of byRule)
            verdicts.set(verdict ?? 'permitted', (verdicts.get(verdict ?? 'permitted') ?? 0) + 1);
        });
      }),
      { numRuns: 400, seed: 20261123 },
    );
    // The worlds must reach every verdict, or agreement would prove little.
    expect([...verdicts.keys()].sort()).toEqual([
      'basis:article9Missing',
      'basis:categoryNotCovered',
      'basis:consentExpired',
      'basis:consentLapsed',
      'basis:consentNever',
      'basis:consentRefused',
      'basis:consentWithdrawn',
      'basis:operationNotCovered',
      'basis:subjectUnknown',
      'duty:deidentifyFirst',
      'permitted',
      'purpose:purposeRetired',
      'retention:retentionPassed',
      'role:roleLacksOperation',
      'state:erased',
      'state:objected',
      'state:restricted',
    ]);
  });
});
