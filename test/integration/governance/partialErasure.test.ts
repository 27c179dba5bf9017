// Erasing a person in part: what the law keeps stays, restricted, with its ground and its day; what had to go
// is proven gone; a hold stops what it is about; an old copy of the vault is told exactly as much.
import { afterEach, describe, expect, it } from 'vitest';
import type { KeptPart } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createGovernance } from '../../../main/governance/index.ts';
import { needleForms, scanForNeedles, type Store } from '../../../main/store/index.ts';
import {
  createHouse,
  declare,
  give,
  person,
  putCollection,
  putDocument,
  TESTER,
  type House,
} from '../../unit/governance/house.ts';

const KEY = 'MRN-5500777';
const GOES = 'Sings baritone in the harbor choir on Wednesdays';
const STAYS = 'Received 2.4 Gray to the left hip on three days';

let house: House;
afterEach(() => house.dispose());

interface Filled {
  readonly subjectId: string;
  readonly requestId: string;
  readonly research: string;
  readonly records: string;
  readonly keptId: string;
  readonly copyId: string;
  readonly purposeId: string;
}

async function fill(): Promise<Filled> {
  house = await createHouse();
  const { purposeId } = declare(house);
  const subjectId = person(house, KEY);
  const other = person(house, 'MRN-1000001');
  give(house, purposeId, [subjectId, other]);
  const research = putCollection(house, 'Research');
  const records = putCollection(house, 'Treatment records');
  const derived = putCollection(house, 'Copies kept');
  const gone = putDocument(house, {
    name: 'interview 5500777',
    text: `${GOES}. ${'Filler words follow here. '.repeat(80)}`,
    subjectId,
    collectionId: research,
  });
  const keptDocument = putDocument(house, {
    name: 'radiation 5500777',
    text: `${STAYS}. ${'More of the record. '.repeat(80)}`,
    subjectId,
    collectionId: records,
  });
  // A copy without a person of its own, of a text that goes, in a collection that stays.
  const copy = putDocument(house, {
    name: 'copy',
    text: 'Sings in a choir.',
    subjectId: null,
    kind: 'deidentified',
    derivedFrom: gone.id,
    collectionId: derived,
  });
  putDocument(house, { name: 'neighbor', text: 'Nothing of note.', subjectId: other });
  const { requestId } = unwrap(
    house.governance.requests.open(TESTER, { kind: 'erasure', subject: { subjectId } }),
  );
  return {
    ...{ subjectId, requestId, research, records, purposeId },
    keptId: keptDocument.id,
    copyId: copy.id,
  };
}

const part = (changes: Partial<KeptPart> & Pick<KeptPart, 'scope'>): KeptPart => ({
  ground: 'statute',
  text: 'Radiation treatment is documented for thirty years.',
  until: '2056-01-01',
  ...changes,
});
const keepRecords = (filled: Filled, ...more: KeptPart[]): readonly string[] => {
  const { records, requestId } = filled;
  unwrap(
    house.governance.keptParts.decide(TESTER, requestId, [
      part({ scope: { of: 'collection', collectionId: records } }),
      ...more,
    ]),
  );
  return unwrap(house.governance.erasure.preview(requestId)).keep;
};
const hits = (words: string): number => scanForNeedles(house.store, needleForms(words)).hits.length;

describe('a part that stays', () => {
  it('is all that stays, restricted, and named in the certificate', async () => {
    const filled = await fill();
    const keep = keepRecords(filled);
    expect(keep).toEqual([`collection ${filled.records}: statute, until 2056-01-01`]);
    const preview = unwrap(house.governance.erasure.preview(filled.requestId));
    const count = (what: string) => preview.goes.find((each) => each.what === what)?.count;
    expect(count('documents')).toBe(1);
    expect(count('deidentified')).toBe(1);
    expect(count('identifiers')).toBe(0);
    expect(preview.stays).toContainEqual({
      what: 'documents',
      count: 1,
      ground: 'Article 17(3)(b): a period of retention set by statute, until 2056-01-01',
    });
    expect(preview.collections.map(({ name, kept }) => [name, kept])).toEqual([
      ['Copies kept', false],
      ['Research', false],
      ['Treatment records', true],
    ]);

    const certificate = unwrap(
      await house.governance.erasure.erase(TESTER, {
        requestId: filled.requestId,
        confirmation: KEY,
        keep,
        approvedBy: 'usr_00000000000000000000000002',
      }),
    );
    expect(certificate).toMatchObject({
      outcome: 'partlyErased',
      keptData: [
        {
          scope: 'collection Treatment records',
          documents: 1,
          until: '2056-01-01',
          approvedBy: 'usr_00000000000000000000000002',
        },
      ],
    });
    expect(certificate.deleted).toContainEqual({ table: 'document', rows: 2 });
    expect(certificate.deleted).toContainEqual({ table: 'consent_event', rows: 1 });
    expect(certificate.deleted.some(({ table }) => table === 'subject_identifier')).toBe(false);
    // The words of the ground lie with the data, not in what outlives it.
    expect(JSON.stringify(certificate)).not.toContain('thirty years');

    expect(hits(GOES)).toBe(0);
    expect(hits('interview 5500777')).toBe(0);
    expect(hits(STAYS)).toBeGreaterThan(0);
    expect(house.governance.subjects.byKey(KEY)).toBe(filled.subjectId);
    expect(house.governance.subjects.row(filled.subjectId)).toMatchObject({
      state: 'restricted',
      documents: 1,
    });
    give(house, filled.purposeId, [filled.subjectId]); // No consent opens what is only stored.
    const summary = unwrap(
      house.governance.gate.summary({
        actor: TESTER,
        purposeId: filled.purposeId,
        operation: 'read',
        subjectId: filled.subjectId,
      }),
    );
    expect(summary).toMatchObject({ permitted: 0, withheld: [{ reason: 'restricted', count: 1 }] });
    expect(unwrap(house.governance.requests.get(filled.requestId))).toMatchObject({
      state: 'closed',
      outcome: 'partlyErased',
    });
    const order = house.audit.list({ limit: 1, action: 'erasure.order' }).items[0]?.body;
    expect(order?.counts).toMatchObject({ documents: 2, kept: 1 });
    expect(order?.commitments?.['keep']).toMatch(/^[0-9a-f]{64}$/);
    expect(
      unwrap(await house.governance.erasureVerifier.verify(filled.requestId, [GOES])),
    ).toMatchObject({
      intact: true,
      scan: { hits: 0 },
    });
  });

  it('comes up again on its day, and can then be erased whole', async () => {
    const filled = await fill();
    const keep = keepRecords(filled);
    const { requestId, subjectId } = filled;
    unwrap(await house.governance.erasure.erase(TESTER, { requestId, confirmation: KEY, keep }));
    const { keptParts } = house.governance;
    expect(keptParts.list(false)).toMatchObject({
      due: 0,
      items: [{ subjectKey: KEY, collection: 'Treatment records', documents: 1, due: false }],
    });
    expect(keptParts.list(true).items).toEqual([]);
    house.clock.set('2056-01-01T08:00:00.000Z');
    expect(keptParts.list(true)).toMatchObject({ due: 1, items: [{ subjectId, due: true }] });

    const again = unwrap(
      house.governance.requests.open(TESTER, { kind: 'erasure', subject: { key: KEY } }),
    );
    const certificate = unwrap(
      await house.governance.erasure.erase(TESTER, {
        requestId: again.requestId,
        confirmation: KEY,
      }),
    );
    expect(certificate.outcome).toBe('erased');
    for (const words of [STAYS, KEY, 'Radiation treatment is documented for thirty years.'])
      expect(hits(words)).toBe(0);
    expect(keptParts.list(false).items).toEqual([]);
    expect(unwrap(await house.governance.erasureVerifier.verify(requestId, [])).intact).toBe(true);
  });

  it('keeps proofs of consent, and a copy of what goes without what it was made from', async () => {
    const filled = await fill();
    const copies = house.store.db.get<{ id: string }>(
      "SELECT id FROM collection WHERE name = 'Copies kept'",
    );
    const keep = keepRecords(
      filled,
      part({ scope: { of: 'consents' }, ground: 'claims' }),
      part({ scope: { of: 'collection', collectionId: copies?.id ?? '' }, ground: 'research' }),
    );
    const { requestId, subjectId } = filled;
    const certificate = unwrap(
      await house.governance.erasure.erase(TESTER, { requestId, confirmation: KEY, keep }),
    );
    expect(certificate.deleted).toContainEqual({ table: 'document', rows: 1 });
    expect(certificate.deleted.some(({ table }) => table === 'consent_event')).toBe(false);
    expect(
      house.store.db.get('SELECT subject_id, derived_from FROM document WHERE id = ?', [
        filled.copyId,
      ]),
    ).toEqual({ subject_id: subjectId, derived_from: null });
    expect(certificate.keptData?.map(({ documents }) => documents)).toEqual([1, 0, 1]);
  });

  it('stays restricted when another restriction is lifted, and is told in an access pack', async () => {
    const filled = await fill();
    const { subjectId } = filled;
    const { requests, requestActs, access, subjects } = house.governance;
    const subject = { subjectId };
    const contested = unwrap(requests.open(TESTER, { kind: 'restriction', subject })).requestId;
    unwrap(requestActs.restrict(TESTER, contested, 'accuracy'));
    const keep = keepRecords(filled);
    const { requestId } = filled;
    unwrap(await house.governance.erasure.erase(TESTER, { requestId, confirmation: KEY, keep }));

    unwrap(requestActs.noticeLifting(TESTER, contested));
    expect(unwrap(requestActs.lift(TESTER, contested)).stillRestricted).toBe(true);
    expect(subjects.row(subjectId)?.state).toBe('restricted');
    const asked = unwrap(requests.open(TESTER, { kind: 'access', subject })).requestId;
    const { documents, parts } = unwrap(access.collect(TESTER, asked));
    expect(documents.map(({ name }) => name)).toEqual(['radiation 5500777']);
    expect(parts.find(({ what }) => what === 'keptOnGround')?.rows).toEqual([
      [
        'Treatment records',
        'Article 17(3)(b): a period of retention set by statute',
        'Radiation treatment is documented for thirty years.',
        '2056-01-01',
      ],
    ]);

    // A second erasure decides anew what stays: what the first one kept is not kept by itself.
    const again = unwrap(requests.open(TESTER, { kind: 'erasure', subject })).requestId;
    const consents = part({ scope: { of: 'consents' }, ground: 'claims' });
    unwrap(house.governance.keptParts.decide(TESTER, again, [consents]));
    const second = unwrap(house.governance.erasure.preview(again));
    unwrap(
      await house.governance.erasure.erase(TESTER, {
        requestId: again,
        confirmation: KEY,
        keep: second.keep,
      }),
    );
    expect(hits(STAYS)).toBe(0);
    expect(
      house.governance.keptParts.list(false).items.map(({ part: { scope } }) => scope.of),
    ).toEqual(['consents']);
  });

  it('turns the proof red where a trace is left of what had to go', async () => {
    const filled = await fill();
    const keep = keepRecords(filled);
    house.store.db.exec('CREATE TABLE cache (value TEXT)');
    house.store.db.run('INSERT INTO cache VALUES (?)', [`Said: ${GOES.toLowerCase()}, he did.`]);
    const { requestId } = filled;
    const order = { requestId, confirmation: KEY, keep };
    const failed = await house.governance.erasure.erase(TESTER, order);
    expect(failed).toMatchObject({ error: { code: 'ERASURE_UNPROVEN' } });
    house.store.db.run('DELETE FROM cache');
    // The kept text is in many places, and is no trace.
    house.store.db.run('INSERT INTO cache VALUES (?)', [STAYS]);
    expect(unwrap(await house.governance.erasure.erase(TESTER, order)).outcome).toBe(
      'partlyErased',
    );
  });

  it('turns the proof red where what stays was not restricted', async () => {
    const filled = await fill();
    const keep = keepRecords(filled);
    const { requestId } = filled;
    const result = await house.governance.erasure.erase(
      TESTER,
      { requestId, confirmation: KEY, keep },
      (stage) => {
        if (stage === 'compacting')
          house.store.db.run("DELETE FROM subject_event WHERE type = 'restricted'");
      },
    );
    expect(result).toMatchObject({ error: { params: { where: 'restriction' } } });
  });
});

describe('what two people sign', () => {
  it('is what stays: a list that changed since is refused', async () => {
    const filled = await fill();
    const keep = keepRecords(filled);
    const { requestId } = filled;
    for (const other of [[], [...keep, ...keep]]) {
      expect(
        await house.governance.erasure.erase(TESTER, { requestId, confirmation: KEY, keep: other }),
      ).toMatchObject({ error: { code: 'CONFLICT' } });
    }
    expect(hits(GOES)).toBeGreaterThan(0);
  });

  it.each([
    [
      'BAD_INPUT',
      (f: Filled) => [
        part({ scope: { of: 'collection', collectionId: f.records }, until: '2020-01-01' }),
      ],
    ],
    ['NOT_FOUND', () => [part({ scope: { of: 'collection', collectionId: 'col_00000000' } })]],
    ['CONFLICT', () => [part({ scope: { of: 'consents' } }), part({ scope: { of: 'consents' } })]],
  ] as const)('refuses a list with %s', async (code, parts) => {
    const filled = await fill();
    expect(
      house.governance.keptParts.decide(TESTER, filled.requestId, parts(filled)),
    ).toMatchObject({ error: { code } });
  });
});

describe('a legal hold', () => {
  const hold = (collectionId: string) =>
    unwrap(
      house.governance.holds.set(TESTER, {
        caseId: 'Az 4 O 12/26',
        approver: 'Legal department',
        reason: 'A claim about the treatment is pending.',
        reviewOn: '2027-06-01',
        endsOn: null,
        subjects: null,
        collectionIds: [collectionId],
        categories: [],
      }),
    );

  it('stops an erasure, unless what it is about is kept', async () => {
    const filled = await fill();
    hold(filled.records);
    const { requestId } = filled;
    expect(unwrap(house.governance.erasure.preview(requestId)).holds).toMatchObject([
      { name: 'Az 4 O 12/26' },
    ]);
    const refused = await house.governance.erasure.erase(TESTER, { requestId, confirmation: KEY });
    expect(refused).toMatchObject({ error: { code: 'HELD' } });
    expect(unwrap(house.governance.requests.get(requestId)).state).toBe('open');

    const keep = keepRecords(filled);
    expect(unwrap(house.governance.erasure.preview(requestId)).holds).toEqual([]);
    const done = await house.governance.erasure.erase(TESTER, {
      requestId,
      confirmation: KEY,
      keep,
    });
    expect(unwrap(done).outcome).toBe('partlyErased');
  });
});

describe('a step that was left out', () => {
  const broken = async (
    spoil: (store: Store) => Partial<Store>,
    before: (filled: Filled) => void = () => undefined,
  ) => {
    const filled = await fill();
    before(filled);
    const store: Store = { ...house.store, ...spoil(house.store) };
    const governance = createGovernance({ ...house, store, scanFolders: () => [] });
    const { requestId } = filled;
    const result = await governance.erasure.erase(TESTER, { requestId, confirmation: KEY });
    expect(result).toMatchObject({ error: { code: 'ERASURE_UNPROVEN' } });
    expect(governance.erasure.certificate(requestId).ok).toBe(false);
    expect(unwrap(governance.requests.get(requestId)).state).toBe('failed');
    // The same order ends well once the step works.
    const mended = createGovernance({ ...house, scanFolders: () => [] });
    return { result, again: await mended.erasure.erase(TESTER, { requestId, confirmation: KEY }) };
  };
  /** A store whose SQL goes through, except for statements that match. */
  const without = (store: Store, pattern: RegExp): Partial<Store> => ({
    db: {
      ...store.db,
      run: (sql, params) =>
        pattern.test(sql) ? { changes: 0, lastInsertRowid: 0 } : store.db.run(sql, params),
      prepare: ((sql: string) => {
        const statement = store.db.prepare(sql);
        return pattern.test(sql)
          ? { ...statement, run: () => ({ changes: 0, lastInsertRowid: 0 }) }
          : statement;
      }) as Store['db']['prepare'],
    },
  });
  const where = (result: unknown): unknown =>
    (result as { error: { params: { where: string } } }).error.params.where;

  it('the index', async () => {
    const { result } = await broken((store) => without(store, /DELETE FROM document_search/));
    expect(where(result)).toContain('index');
  });
  it('the documents', async () => {
    const { result } = await broken((store) =>
      without(store, /DELETE FROM (document|subject) WHERE/),
    );
    expect(where(result)).toContain('image');
    expect(where(result)).toContain('rows');
  });
  it('the rebuild, where pages keep deleted bytes', async () => {
    await broken(
      (store) => ({ vacuum: () => store.checkpoint() }),
      () => house.store.db.exec('PRAGMA secure_delete=OFF'),
    );
  });
  it('the change of key', async () => {
    const { result, again } = await broken(() => ({
      rekey: () => ({ pages: 0, milliseconds: 0 }),
    }));
    expect(where(result)).toBe('key');
    expect(again.ok).toBe(true);
  });
  it('the write-ahead log', async () => {
    const { result, again } = await broken(() => ({
      checkpoint: () => undefined,
      vacuum: () => undefined,
      rekey: () => ({ pages: 0, milliseconds: 0 }),
    }));
    expect(where(result)).toContain('writeAheadLog');
    expect(again.ok).toBe(true);
  });
  it('a sealed file', async () => {
    const { result } = await broken(
      (store) => ({ sealed: { ...store.sealed, remove: () => true } }),
      ({ subjectId }) => {
        const pack = house.store.sealed.put('report', [Buffer.from('pack')]);
        house.store.db.run(
          "INSERT INTO report (id, kind, title, created_at, subject_id, actor) VALUES ('rep_1', 'accessPack', 'Pack', '', ?, '')",
          [subjectId],
        );
        house.store.db.run(
          "INSERT INTO report_file (report_id, name, media_type, sealed_id, bytes, sha256) VALUES ('rep_1', 'a', 'b', ?, 4, '')",
          [pack.id],
        );
      },
    );
    expect(where(result)).toBe('sealed');
  });
  it('the search itself', async () => {
    const { result, again } = await broken(() => ({ *image() {} }));
    expect(where(result)).toBe('search');
    expect(again.ok).toBe(true);
  });
});
