// The state of a consent as the fold says it and as the lists and the gate ask for it in SQL: one rule. On
// random histories, ages, terms and sites both must name the same state for every person.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { consentJoin, consentStateSql } from '../../../../main/governance/gate/gateSql.ts';
import { createConsentRules } from '../../../../main/governance/consent/consentRules.ts';
import { CONSENT_AGES } from '../../../../shared/domain/consentAge.ts';
import { CONSENT_STATES, consentAt, type ConsentEvent } from '../../../../shared/domain/consent.ts';
import type { LegalBasis } from '../../../../shared/domain/purpose.ts';
import { createHouse, type House } from '../house.ts';

let house: House;
beforeAll(async () => {
  house = await createHouse();
});
afterAll(() => house.dispose());

// A short calendar around the days on which people of the birth dates below come of age.
const instant = fc
  .tuple(fc.integer({ min: 27, max: 33 }), fc.constantFrom('00:00:00.000', '13:30:00.000'))
  .map(([day, time]) => `${new Date(Date.UTC(2026, 1, day)).toISOString().slice(0, 10)}T${time}Z`);
const event = fc.record({
  type: fc.constantFrom(
    'given' as const,
    'given' as const,
    'refused' as const,
    'withdrawn' as const,
  ),
  at: instant,
  noticeVersion: fc.constantFrom('1', '1', '1', '2'),
  expiresAt: fc.option(instant, { freq: 4 }),
  byGuardian: fc.boolean(),
  separate: fc.boolean(),
  conditional: fc.boolean(),
  confirmedAt: fc.option(instant),
});
const birthDate = fc.option(
  fc.constantFrom('2010-03-01', '2012-02-29', '2013-03-02', '2008-02-29', '1990-01-01'),
);
const worlds = fc.record({
  events: fc.array(event, { maxLength: 4 }),
  birthDate,
  now: instant,
  piplSeparateConsent: fc.boolean(),
  country: fc.option(fc.constantFrom(...Object.keys(CONSENT_AGES), 'BR')),
  own: fc.option(fc.integer({ min: 13, max: 18 }), { freq: 3 }),
  guardianLapses: fc.boolean(),
});

it('is the same in the fold and in SQL on 1,500 random histories', () => {
  const { db } = house.store;
  const rules = createConsentRules(house);
  const seen = new Set<string>();
  fc.assert(
    fc.property(worlds, (world) => {
      house.store.transaction(() => {
        const basis: LegalBasis = {
          article6: '6(1)(a)',
          article9: '9(2)(a)',
          piplSeparateConsent: world.piplSeparateConsent,
        };
        const purposeId = house.random.newId('purpose');
        const subjectId = house.random.newId('subject');
        db.run('DELETE FROM subject_birth');
        db.run("DELETE FROM site WHERE name IN ('country', 'home')");
        if (world.country !== null) {
          db.run("INSERT INTO site (name, value) VALUES ('country', ?)", [world.country]);
        }
        rules.set({ age: world.own, guardianLapses: world.guardianLapses });
        db.run('INSERT INTO purpose (id, name, body, declared_at, actor) VALUES (?, ?, ?, ?, ?)', [
          ...[purposeId, purposeId, JSON.stringify({ basis }), world.now, 'usr_1'],
        ]);
        db.run('INSERT INTO subject (id, created_at, ref_key) VALUES (?, ?, ?)', [
          ...[subjectId, world.now, Buffer.alloc(32)],
        ]);
        if (world.birthDate !== null) {
          db.run('INSERT INTO subject_birth (subject_id, birth_date) VALUES (?, ?)', [
            ...[subjectId, world.birthDate],
          ]);
        }
        for (const each of world.events) insert(subjectId, purposeId, each);
        const bySql = db.get<{ state: string }>(
          `SELECT ${consentStateSql('@purpose', '@notice', '@now')} AS state FROM subject s
           ${consentJoin('s.id', '@purpose', '@now')} WHERE s.id = @subject`,
          { purpose: purposeId, notice: '1', now: world.now, subject: subjectId },
        )?.state;
        const { state } = consentAt(world.events, world.now, {
          ...rules.terms({ noticeVersion: '1', basis }),
          birthDate: world.birthDate,
        });
        expect(bySql).toBe(state);
        seen.add(state);
      });
    }),
    { numRuns: 1500, seed: 20261124 },
  );
  // The histories must reach every state, or agreement would prove little.
  expect([...seen].sort()).toEqual([...CONSENT_STATES].sort());
});

function insert(subjectId: string, purposeId: string, event: ConsentEvent): void {
  const { db } = house.store;
  const flag = (value: boolean): number => (value ? 1 : 0);
  const { lastInsertRowid } = db.run(
    `INSERT INTO consent_event (subject_id, purpose_id, type, at, recorded_at, actor, notice_version, channel, expires_at,
       guardian, separate, conditional) VALUES (?, ?, ?, ?, ?, 'usr_1', ?, 'paper', ?, ?, ?, ?)`,
    [
      ...[subjectId, purposeId, event.type, event.at, event.at, event.noticeVersion],
      ...[event.expiresAt, flag(event.byGuardian), flag(event.separate), flag(event.conditional)],
    ],
  );
  if (event.confirmedAt !== null) {
    db.run(
      "INSERT INTO consent_confirmation (consent_seq, at, actor, ground) VALUES (?, ?, 'usr_1', '')",
      [Number(lastInsertRowid), event.confirmedAt],
    );
  }
}
