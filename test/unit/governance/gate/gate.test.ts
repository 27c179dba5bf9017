import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../../../main/governance/index.ts';
import type { Operation } from '../../../../shared/domain/purpose.ts';
import { unwrap } from '../../../../shared/kernel/result.ts';
import {
  createHouse,
  declare,
  give,
  person,
  putCollection,
  putDocument,
  TESTER,
  withdraw,
  type House,
} from '../house.ts';

let house: House;
beforeEach(async () => {
  house = await createHouse();
});
afterEach(() => house.dispose());

const ask = (
  purposeId: string,
  changes: {
    operation?: Operation;
    actor?: Actor;
    collectionId?: string;
    documentIds?: string[];
    subjectId?: string;
  } = {},
) => ({
  actor: TESTER,
  purposeId,
  operation: 'read' as Operation,
  ...changes,
});

const decisions = () =>
  house.store.db.all<{
    allowed: number;
    denied: string;
    subject_id: string | null;
    collection_id: string | null;
    policy_sha256: string;
    purpose_id: string;
  }>(
    'SELECT allowed, denied, subject_id, collection_id, policy_sha256, purpose_id FROM gate_decision ORDER BY id',
  );

describe('a reader', () => {
  it('holds exactly the permitted documents and says why others are withheld', () => {
    const purpose = declare(house);
    const [ana, ben, eve] = ['1', '2', '3'].map((value) => person(house, value)) as [
      string,
      string,
      string,
    ];
    const first = putDocument(house, { name: 'a', text: 'Ana’s note', subjectId: ana });
    putDocument(house, { name: 'b', text: 'Ben’s note', subjectId: ben });
    putDocument(house, { name: 'c', text: 'nobody’s note' });
    const last = putDocument(house, { name: 'd', text: 'Eve’s note', subjectId: eve });
    give(house, purpose.purposeId, [ana, eve]);

    const reader = unwrap(house.governance.gate.open(ask(purpose.purposeId)));
    expect(reader.ids()).toEqual([first.id, last.id]);
    expect(reader.permitted).toBe(2);
    expect(reader.withheld).toEqual([
      { step: 'basis', reason: 'consentNever', count: 1 },
      { step: 'basis', reason: 'subjectUnknown', count: 1 },
    ]);
    expect(unwrap(reader.read(first.id))).toEqual({
      documentId: first.id,
      rowid: first.rowid,
      name: 'a',
      subjectId: ana,
      language: 'en',
      category: 'health',
      kind: 'original',
      text: 'Ana’s note',
      sha256: createHash('sha256').update('Ana’s note').digest('hex'),
      metadata: {},
    });
    expect([...reader.batches(1)].map((batch) => batch.map(({ name }) => name))).toEqual([
      ['a'],
      ['d'],
    ]);
    expect(decisions()).toEqual([
      expect.objectContaining({
        allowed: 2,
        denied: '{"basis:consentNever":1,"basis:subjectUnknown":1}',
        policy_sha256: reader.policySha256,
        purpose_id: purpose.purposeId,
      }),
    ]);
  });

  it('denies from the next read on after a withdrawal, also when it is already open', () => {
    const purpose = declare(house);
    const [ana, ben] = ['1', '2'].map((value) => person(house, value)) as [string, string];
    const first = putDocument(house, { name: 'a', text: 'A', subjectId: ana });
    const second = putDocument(house, { name: 'b', text: 'B', subjectId: ben });
    give(house, purpose.purposeId, [ana, ben]);
    const reader = unwrap(house.governance.gate.open(ask(purpose.purposeId)));
    const batches = reader.batches(1);
    const batch = batches.next();
    expect(batch.done ? [] : batch.value.map(({ name }) => name)).toEqual(['a']);

    withdraw(house, purpose.purposeId, [ben]);

    expect(reader.read(second.id)).toMatchObject({
      ok: false,
      error: { code: 'GATE_DENIED', params: { step: 'basis', reason: 'consentWithdrawn' } },
    });
    expect(batches.next().done).toBe(true);
    expect(reader.recheck().lost).toEqual([
      { documentId: second.id, step: 'basis', reason: 'consentWithdrawn' },
    ]);
    expect(reader.read(first.id).ok).toBe(true);
    // Opening, the read that failed, the batch that came out empty, the re-check.
    expect(decisions().map(({ allowed }) => allowed)).toEqual([2, 0, 0, 1]);
  });

  it('gives back what consent allows again, and what was not permitted when it was opened', () => {
    const purpose = declare(house);
    const ana = person(house, '1');
    const note = putDocument(house, { name: 'a', text: 'A', subjectId: ana });
    const reader = unwrap(house.governance.gate.open(ask(purpose.purposeId)));
    expect(reader.ids()).toEqual([]);
    expect(reader.read(note.id).ok).toBe(false);
    give(house, purpose.purposeId, [ana]);
    expect(reader.read(note.id).ok).toBe(true);
    // Opening, the denial, and a decision of its own for what the opening had not covered.
    expect(decisions().map(({ allowed, subject_id }) => [allowed, subject_id])).toEqual([
      [0, null],
      [0, null],
      [1, ana],
    ]);
  });

  it('keeps to its question', () => {
    const purpose = declare(house, {
      basis: { article6: '6(1)(e)', article9: '9(2)(j)', piplSeparateConsent: false },
    });
    const elsewhere = putCollection(house, 'Elsewhere');
    const inside = putDocument(house, { name: 'a', text: 'A' });
    const outside = putDocument(house, { name: 'b', text: 'B', collectionId: elsewhere });
    const reader = unwrap(
      house.governance.gate.open(ask(purpose.purposeId, { collectionId: putCollection(house) })),
    );
    expect(reader.ids()).toEqual([inside.id]);
    expect(reader.read(outside.id)).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    expect(reader.read('doc_unknown')).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    const one = unwrap(
      house.governance.gate.open(ask(purpose.purposeId, { documentIds: [outside.id] })),
    );
    expect(one.ids()).toEqual([outside.id]);
  });

  it('shows in the register whose text a question about one document was', () => {
    const purpose = declare(house);
    const ana = person(house, '1');
    const note = putDocument(house, { name: 'a', text: 'A', subjectId: ana });
    give(house, purpose.purposeId, [ana]);
    unwrap(house.governance.gate.open(ask(purpose.purposeId, { documentIds: [note.id] })));
    expect(decisions()[0]).toMatchObject({ subject_id: ana, allowed: 1 });
  });

  it('treats a de-identified copy as its person’s', () => {
    const purpose = declare(house);
    const ana = person(house, '1');
    const original = putDocument(house, { name: 'a', text: 'Ana', subjectId: ana });
    const copy = putDocument(house, {
      name: 'a*',
      text: '[NAME]',
      subjectId: ana,
      kind: 'deidentified',
      derivedFrom: original.id,
    });
    give(house, purpose.purposeId, [ana]);
    const reader = unwrap(house.governance.gate.open(ask(purpose.purposeId)));
    expect(reader.read(copy.id).ok).toBe(true);
    withdraw(house, purpose.purposeId, [ana]);
    expect(reader.read(copy.id).ok).toBe(false);
    // Only the copy may leave; the original waits for its de-identification.
    give(house, purpose.purposeId, [ana]);
    const leaving = unwrap(
      house.governance.gate.open(ask(purpose.purposeId, { operation: 'export' })),
    );
    expect(leaving.ids()).toEqual([copy.id]);
    expect(leaving.withheld).toEqual([{ step: 'duty', reason: 'deidentifyFirst', count: 1 }]);
  });

  it('reports an erased person’s document as lost', () => {
    const purpose = declare(house, {
      basis: { article6: '6(1)(e)', article9: '9(2)(j)', piplSeparateConsent: false },
    });
    const ana = person(house, '1');
    const note = putDocument(house, { name: 'a', text: 'A', subjectId: ana });
    const reader = unwrap(house.governance.gate.open(ask(purpose.purposeId)));
    house.store.db.run('DELETE FROM subject WHERE id = ?', [ana]);
    expect(reader.recheck().lost).toEqual([
      { documentId: note.id, step: 'state', reason: 'erased' },
    ]);
  });
});

describe('a question as a whole', () => {
  it('is refused for a role without the operation, and the refusal is registered', () => {
    const purpose = declare(house);
    const auditor: Actor = { ...TESTER, roles: ['auditor', 'administrator'] };
    expect(house.governance.gate.open(ask(purpose.purposeId, { actor: auditor }))).toMatchObject({
      ok: false,
      error: { code: 'GATE_DENIED', params: { step: 'role', reason: 'roleLacksOperation' } },
    });
    expect(decisions()).toEqual([
      expect.objectContaining({ allowed: 0, denied: '{"role:roleLacksOperation":1}' }),
    ]);
    // Counts may be seen: everything withheld.
    putDocument(house, { name: 'a', text: 'A' });
    expect(
      unwrap(house.governance.gate.summary(ask(purpose.purposeId, { actor: auditor }))),
    ).toMatchObject({
      permitted: 0,
      withheld: [{ step: 'role', reason: 'roleLacksOperation', count: 1 }],
    });
  });

  it('is refused for an operation the purpose does not cover, a retired purpose, an unknown one', () => {
    const purpose = declare(house, { operations: ['read'] });
    const { gate, purposes } = house.governance;
    expect(gate.open(ask(purpose.purposeId, { operation: 'train' }))).toMatchObject({
      ok: false,
      error: { code: 'GATE_DENIED', params: { step: 'basis', reason: 'operationNotCovered' } },
    });
    const reader = unwrap(gate.open(ask(purpose.purposeId)));
    const note = putDocument(house, { name: 'a', text: 'A' });
    unwrap(purposes.retire(TESTER, purpose.purposeId, 'the study ended'));
    for (const result of [
      gate.open(ask(purpose.purposeId)),
      gate.summary(ask(purpose.purposeId)),
      gate.compile(ask(purpose.purposeId)),
      reader.read(note.id),
    ]) {
      expect(result).toMatchObject({ ok: false, error: { code: 'PURPOSE_RETIRED' } });
    }
    expect(gate.open(ask('pur_unknown'))).toMatchObject({
      ok: false,
      error: { code: 'NOT_FOUND' },
    });
  });

  it('has a policy hash that changes with the policy and with nothing else', () => {
    const purpose = declare(house);
    const { gate, purposes } = house.governance;
    const hash = (): string => unwrap(gate.summary(ask(purpose.purposeId))).policySha256;
    const before = hash();
    give(house, purpose.purposeId, [person(house, '1')]);
    house.clock.advance(86_400_000);
    expect(hash()).toBe(before);
    unwrap(purposes.renewNotice(TESTER, purpose.purposeId, '2'));
    expect(hash()).not.toBe(before);
    expect(before).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('search', () => {
  const find = (purposeId: string, query: string) =>
    unwrap(house.governance.gate.search(ask(purposeId), query));

  it('finds permitted texts only, by any piece of three characters or by a word of two', () => {
    const purpose = declare(house);
    const [ana, ben] = ['1', '2'].map((value) => person(house, value)) as [string, string];
    const mine = putDocument(house, {
      name: 'a',
      text: 'Vorhofflimmern. 患者张伟，男，头痛。 50% "worse"',
      subjectId: ana,
    });
    putDocument(house, { name: 'b', text: 'Vorhofflimmern. 患者张伟，头痛。', subjectId: ben });
    give(house, purpose.purposeId, [ana]);
    for (const query of ['flimmern', 'VORHOF', '患者张', '头痛', '张', '50%', '"worse"']) {
      expect(find(purpose.purposeId, query), query).toEqual([mine.id]);
    }
    for (const query of ['nowhere', '%', '_', '', '痛头']) {
      expect(find(purpose.purposeId, query), query).toEqual(query === '%' ? [mine.id] : []);
    }
    withdraw(house, purpose.purposeId, [ana]);
    expect(find(purpose.purposeId, 'flimmern')).toEqual([]);
  });

  it('follows a corrected text', () => {
    const purpose = declare(house, {
      basis: { article6: '6(1)(e)', article9: '9(2)(j)', piplSeparateConsent: false },
    });
    const note = putDocument(house, { name: 'a', text: 'aspirin daily' });
    house.governance.texts.replace(note.rowid, 'apixaban daily');
    expect(find(purpose.purposeId, 'aspirin')).toEqual([]);
    expect(find(purpose.purposeId, 'apixaban')).toEqual([note.id]);
  });
});

describe('size', () => {
  it('opens and counts 100,000 documents of 20,000 people in seconds, and denies one in milliseconds', () => {
    const purpose = declare(house);
    const { db } = house.store;
    const collectionId = putCollection(house);
    house.store.transaction(() => {
      const subject = db.prepare('INSERT INTO subject (id, created_at, ref_key) VALUES (?, ?, ?)');
      const consent = db.prepare(
        `INSERT INTO consent_event (subject_id, purpose_id, type, at, recorded_at, actor, notice_version, channel) VALUES (?, ?, ?, ?, ?, 'usr_1', '1', 'paper')`,
      );
      const document = db.prepare(
        `INSERT INTO document (id, collection_id, name, subject_id, category, kind, length, sha256, imported_at) VALUES (?, ?, ?, ?, 'health', 'original', 0, '', ?)`,
      );
      const text = db.prepare('INSERT INTO document_text (document_rowid, text) VALUES (?, ?)');
      for (let index = 0; index < 20_000; index += 1) {
        const id = `sub_${index}`;
        subject.run([id, house.clock.now(), Buffer.alloc(32)]);
        for (let event = 0; event < 3; event += 1) {
          consent.run([
            id,
            purpose.purposeId,
            event === 2 && index % 4 === 0 ? 'withdrawn' : 'given',
            `2026-0${event + 1}-01T00:00:00.000Z`,
            '2026-01-01T00:00:00.000Z',
          ]);
        }
        for (let note = 0; note < 5; note += 1) {
          const { lastInsertRowid } = document.run([
            `doc_${index}_${note}`,
            collectionId,
            `${index}_${note}`,
            id,
            house.clock.now(),
          ]);
          text.run([lastInsertRowid, 'x']);
        }
      }
    });
    const timed = <T>(act: () => T): readonly [T, number] => {
      const started = performance.now();
      const value = act();
      return [value, performance.now() - started];
    };
    const [reader, openMs] = timed(() =>
      unwrap(house.governance.gate.open(ask(purpose.purposeId))),
    );
    const [summary, summaryMs] = timed(() =>
      unwrap(house.governance.gate.summary(ask(purpose.purposeId))),
    );
    expect(reader.permitted).toBe(75_000);
    expect(summary).toMatchObject({
      permitted: 75_000,
      withheld: [{ reason: 'consentWithdrawn', count: 25_000 }],
    });
    withdraw(house, purpose.purposeId, ['sub_1']);
    const [denied, denyMs] = timed(() => reader.read('doc_1_0'));
    expect(denied.ok).toBe(false);
    const [read, batchesMs] = timed(() =>
      [...reader.batches(1_000)].reduce((sum, batch) => sum + batch.length, 0),
    );
    expect(read).toBe(74_995);
    // Bounds are ten times what two loaded cores need: they catch a query per row, not a slow machine.
    expect({ openMs, summaryMs, denyMs, batchesMs }).toSatisfy(
      (ms: { openMs: number; summaryMs: number; denyMs: number; batchesMs: number }) =>
        ms.openMs < 10_000 && ms.summaryMs < 10_000 && ms.denyMs < 100 && ms.batchesMs < 30_000,
    );
    process.stdout.write(
      `gate, 100,000 documents: open ${openMs.toFixed(0)} ms, summary ${summaryMs.toFixed(0)} ms, first deny ${denyMs.toFixed(1)} ms, all batches ${batchesMs.toFixed(0)} ms\n`,
    );
  });
});
