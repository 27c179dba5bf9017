import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { foldRequest } from '../../../../main/governance/requests/requests.ts';
import { unwrap } from '../../../../shared/kernel/result.ts';
import { createHouse, declare, give, person, putDocument, TESTER, type House } from '../house.ts';

let house: House;
beforeEach(async () => {
  house = await createHouse();
});
afterEach(() => house.dispose());

describe('a request', () => {
  it('is opened with its deadline, answered once, and listed', () => {
    const { requests } = house.governance;
    const ana = person(house, 'NHC-1');
    const access = unwrap(
      requests.open(TESTER, {
        kind: 'access',
        subject: { key: 'NHC-1' },
        receivedOn: '2026-10-31',
      }),
    );
    expect(access).toEqual({
      requestId: access.requestId,
      kind: 'access',
      subjectId: ana,
      subjectKey: 'NHC-1',
      receivedOn: '2026-10-31',
      dueOn: '2026-11-30',
      extendedAt: null,
      identity: null,
      closedAt: null,
      state: 'open',
      outcome: null,
      inForce: false,
    });
    const erasure = unwrap(requests.open(TESTER, { kind: 'erasure', subject: { subjectId: ana } }));
    expect(erasure).toMatchObject({ receivedOn: '2026-11-23', dueOn: '2026-12-23' });
    expect(requests.unanswered(10).map(({ requestId }) => requestId)).toEqual([
      access.requestId,
      erasure.requestId,
    ]);

    expect(requests.requireOpen(access.requestId, 'erasure')).toMatchObject({
      error: { code: 'CONFLICT' },
    });
    const pack = { reportId: 'rep_1', sha256: 'a'.repeat(64) };
    expect(unwrap(requests.closeAccess(TESTER, access.requestId, pack))).toMatchObject({
      state: 'closed',
      closedAt: house.clock.now(),
      outcome: 'answered',
    });
    expect(requests.closeAccess(TESTER, access.requestId, pack)).toMatchObject({
      error: { code: 'REQUEST_CLOSED' },
    });
    expect(house.governance.access.collect(TESTER, access.requestId)).toMatchObject({
      error: { code: 'REQUEST_CLOSED' },
    });

    const first = requests.list({ cursor: null, limit: 1 });
    expect([first.total, first.items[0]?.requestId]).toEqual([2, erasure.requestId]);
    const second = requests.list({ cursor: first.next, limit: 1 });
    expect([second.next, second.items[0]?.requestId]).toEqual([null, access.requestId]);
  });

  it('stands in the list by the day it is due, the answered ones after it', () => {
    const { requests, requestActs } = house.governance;
    person(house, '1');
    const open = (receivedOn: string): string =>
      unwrap(requests.open(TESTER, { kind: 'access', subject: { key: '1' }, receivedOn }))
        .requestId;
    const [late, early, extended, taken, answered] = [
      '2026-11-20',
      '2026-11-02',
      '2026-10-31',
      '2026-11-05',
      '2026-11-06',
    ].map(open) as [string, string, string, string, string];
    unwrap(requestActs.extend(TESTER, extended, 'number'));
    unwrap(requestActs.close(TESTER, taken, 'takenBack'));
    unwrap(requestActs.close(TESTER, answered, 'answeredElsewhere'));
    const expected = [early, late, extended, answered, taken];
    for (const limit of [1, 2, 3, 10]) {
      const seen: string[] = [];
      for (let cursor: string | null = null; ;) {
        const page: ReturnType<typeof requests.list> = requests.list({ cursor, limit });
        seen.push(...page.items.map(({ requestId }) => requestId));
        if ((cursor = page.next) === null) break;
      }
      expect(seen).toEqual(expected);
    }
    expect(requests.unanswered(10).map(({ requestId }) => requestId)).toEqual([
      early,
      late,
      extended,
    ]);
  });

  it('is not opened for nobody, for one of two, or in the future', () => {
    const { requests } = house.governance;
    person(house, '17', 'record');
    person(house, '17', 'customer');
    for (const key of ['nobody', '17']) {
      expect(requests.open(TESTER, { kind: 'access', subject: { key } })).toMatchObject({
        error: { code: 'NOT_FOUND' },
      });
    }
    person(house, '18');
    expect(
      requests.open(TESTER, { kind: 'access', subject: { key: '18' }, receivedOn: '2026-11-24' }),
    ).toMatchObject({ error: { code: 'BAD_INPUT' } });
    expect(requests.get('req_none')).toMatchObject({ error: { code: 'NOT_FOUND' } });
    expect(requests.list({ cursor: null, limit: 10 }).total).toBe(0);
  });

  it('is what its events add up to', () => {
    const fold = (...types: Parameters<typeof foldRequest>[0][number]['type'][]) =>
      foldRequest(
        types.map((type, at) => ({ type, at: String(at), body: '{"outcome":"erased"}' })),
        '2026-12-23',
      ).state;
    expect(fold()).toBe('open');
    expect(fold('ordered', 'step', 'step')).toBe('ordered');
    expect(fold('ordered', 'step', 'failed')).toBe('failed');
    expect(fold('ordered', 'step', 'failed', 'step')).toBe('failed');
    expect(fold('ordered', 'failed', 'certificate', 'closed')).toBe('closed');
  });
});

describe('what an access request is answered with', () => {
  it('holds texts, labels, copies, consents, uses and recipients of that person alone', () => {
    const { governance } = house;
    const purpose = declare(house);
    const [ana, ben] = ['NHC-1', 'NHC-2'].map((key) => person(house, key)) as [string, string];
    give(house, purpose.purposeId, [ana, ben]);
    const note = putDocument(house, { name: 'ana.txt', text: 'Ana has asthma.', subjectId: ana });
    putDocument(house, {
      name: 'ana*.txt',
      text: '[NAME] has asthma.',
      subjectId: ana,
      kind: 'deidentified',
      derivedFrom: note.id,
    });
    putDocument(house, { name: 'ben.txt', text: 'Ben is well.', subjectId: ben });
    house.store.db.run(
      "INSERT INTO source_span (document_rowid, ordinal, start, end, label, annotator) VALUES (?, 0, 8, 14, 'DISEASE', 'gold')",
      [note.rowid],
    );
    const ask = { actor: TESTER, purposeId: purpose.purposeId, operation: 'read' } as const;
    house.clock.advance(1_000);
    unwrap(governance.gate.open({ ...ask, documentIds: [note.id] }));
    unwrap(governance.gate.open({ ...ask, operation: 'train' }));
    unwrap(governance.gate.open({ ...ask, subjectId: ben }));
    const exit = {
      actor: TESTER,
      kind: 'report',
      objectId: 'rep_1',
      recipient: 'Ethics board',
      files: [{ name: 'a', sha256: 'b'.repeat(64), bytes: 3 }],
    };
    unwrap(governance.exits.register({ ...exit, subjectIds: [ana] }));
    unwrap(governance.exits.register({ ...exit, recipient: 'Somebody else', subjectIds: [ben] }));
    governance.follow({
      name: 'labeling',
      access: (subjectId) => [
        { what: 'labels', columns: ['document'], rows: subjectId === ana ? [['ana.txt']] : [] },
      ],
    });

    const { requestId } = unwrap(
      governance.requests.open(TESTER, { kind: 'access', subject: { subjectId: ana } }),
    );
    const data = unwrap(governance.access.collect(TESTER, requestId));
    expect(data.person).toEqual({
      identifiers: [{ scheme: 'record', value: 'NHC-1' }],
      knownSince: '2026-11-23T09:00:00.000Z',
      state: 'active',
    });
    expect(
      data.documents.map(({ name, kind, text, labels }) => [name, kind, text, labels]),
    ).toEqual([
      [
        'ana.txt',
        'original',
        'Ana has asthma.',
        [{ start: 8, end: 14, label: 'DISEASE', annotator: 'gold', text: 'asthma' }],
      ],
      ['ana*.txt', 'deidentified', '[NAME] has asthma.', []],
    ]);
    expect(data.parts).toContainEqual({
      what: 'labels',
      columns: ['document'],
      rows: [['ana.txt']],
    });
    expect(data.consents.map(({ type, purpose: name }) => [type, name])).toEqual([
      ['given', 'Research'],
    ]);
    expect(data.purposes.map(({ name, consent }) => [name, consent])).toEqual([
      ['Research', 'given'],
    ]);
    expect(data.uses.decisions.map(({ operation, reach }) => [operation, reach])).toEqual([
      ['train', 'everything'],
      ['read', 'person'],
    ]);
    expect(data.uses.total).toBe(2);
    expect(data.recipients.map(({ recipient }) => recipient)).toEqual(['Ethics board']);
    expect(JSON.stringify(data)).not.toContain('Ben is well');
    // The collecting itself is a use, and shows in the next answer.
    expect(unwrap(governance.access.collect(TESTER, requestId)).uses.total).toBe(3);
  });
});

describe('an exit', () => {
  it('is in the register and in the signed log before anything is handed out', async () => {
    const { exits } = house.governance;
    const files = [
      { name: 'b.json', sha256: '2'.repeat(64), bytes: 20 },
      { name: 'a.html', sha256: '1'.repeat(64), bytes: 10 },
    ];
    const exit = {
      actor: TESTER,
      kind: 'modelCard',
      objectId: 'rep_1',
      purpose: 'Audit',
      files,
      subjectIds: [],
    };
    expect(exits.register({ ...exit, recipient: '  ' })).toMatchObject({
      error: { code: 'BAD_INPUT' },
    });
    const { exitId, auditSeq } = unwrap(exits.register({ ...exit, recipient: ' Dr. Weber ' }));
    const [entry] = exits.list({ cursor: null, limit: 10 }).items;
    expect(entry).toMatchObject({
      exitId,
      recipient: 'Dr. Weber',
      purpose: 'Audit',
      bytes: 30,
      auditSeq,
    });
    expect(house.audit.leaf(auditSeq)?.body).toMatchObject({
      action: 'exit.register',
      object: { type: 'exit', id: exitId },
      commitments: { contents: entry?.sha256 },
    });
    expect(house.audit.signedHead()?.size).toBe(auditSeq + 1);
    // The same contents have the same hash in whatever order they are named.
    unwrap(exits.register({ ...exit, files: files.toReversed(), recipient: 'Dr. Weber' }));
    const hashes = exits.list({ cursor: null, limit: 10 }).items.map(({ sha256 }) => sha256);
    expect(new Set(hashes).size).toBe(1);
    expect((await house.audit.verify()).intact).toBe(true);
  });
});
