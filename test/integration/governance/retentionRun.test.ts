// Deletion runs, from the list a person saw to the proof: what goes along, what a hold set meanwhile keeps,
// what a kill -9 leaves, and that a broken step turns the proof red.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../main/governance/index.ts';
import { needleForms, scanForNeedles } from '../../../main/store/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createFakeClock, type FakeClock } from '../../fakes/clock.ts';
import { createTestVault, type TestVault } from '../../fakes/openVault.ts';
import {
  declare,
  furnish,
  give,
  person,
  putCollection,
  putDocument,
  TESTER,
  withdraw,
} from '../../unit/governance/house.ts';

const RETAINER = fileURLToPath(new URL('./retainer.ts', import.meta.url));
const OLD = '2015-01-01T00:00:00.000Z';
const MARKER = 'The heirloom tulip bulbs of Aunt Wilhelmina';

let test: TestVault | undefined;
afterEach(() => test?.dispose());

async function furnished(fixed?: FakeClock) {
  test = await createTestVault(fixed && { clock: fixed });
  const { clock, random } = test;
  const { store } = test.vault;
  const house = { store, clock, random, ...furnish(store, clock, random) };
  const purpose = declare(house, { retentionDays: 365 });
  return { house, purpose, retention: house.governance.retention };
}
type Furnished = Awaited<ReturnType<typeof furnished>>['house'];

const old = (house: Furnished, name: string, changes: object = {}) =>
  putDocument(house, {
    ...{ name, text: `${MARKER}, note ${name}. ${'Filler. '.repeat(300)}`, importedAt: OLD },
    ...changes,
  });
const report = () => 'rep_00000001';
const run = (house: Furnished, documents: number, watch: object = {}) =>
  house.governance.retention.runs.run(TESTER, { documents }, { report, ...watch });
const left = ({ store }: Pick<Furnished, 'store'>) =>
  store.db
    .all<{ name: string }>('SELECT name FROM document ORDER BY rowid')
    .map(({ name }) => name);
const holdOn = (house: Furnished, subjectIds: readonly string[]) =>
  unwrap(
    house.governance.holds.set(TESTER, {
      ...{ caseId: 'LG 1/26', approver: 'Legal', reason: '', reviewOn: '2027-01-01', endsOn: null },
      ...{ subjects: { subjectIds }, collectionIds: [], categories: [] },
    }),
  ).hold;

describe('the preview', () => {
  it('names what goes by what decides, what goes along, and what a hold keeps', async () => {
    const { house, purpose, retention } = await furnished();
    const [ana, ben] = ['1', '2'].map((value) => person(house, value)) as [string, string];
    const note = old(house, 'a', { subjectId: ana });
    old(house, 'copy', { subjectId: ana, kind: 'deidentified', derivedFrom: note.id });
    old(house, 'b', { subjectId: ben });
    old(house, 'money', { category: 'finance' });
    putDocument(house, { name: 'new', text: 'new', subjectId: ana });
    putDocument(house, {
      ...{ name: 'soon', text: 'soon', subjectId: ana },
      importedAt: new Date(house.clock.nowMs() - 350 * 86_400_000).toISOString(),
    });
    const { holdId } = holdOn(house, [ben]);

    const preview = retention.due.preview();
    expect(preview.due).toEqual([
      {
        ...{ category: 'health', ruleId: null, purposeId: purpose.purposeId, purpose: 'Research' },
        ...{ days: 365, start: 'import', ground: '', documents: 2, subjects: 1 },
        ...{ firstDueOn: '2016-01-01', lastDueOn: '2016-01-01' },
      },
    ]);
    expect(preview.held).toEqual([
      { holdId, caseId: 'LG 1/26', reviewOn: '2027-01-01', documents: 1 },
    ]);
    expect(preview.totals).toEqual({ due: 2, held: 1, soon: 1, undated: 0 });
    expect(retention.due.reminder()).toBe(3);
    const names = (which: 'due' | 'held' | 'soon' | 'undated') =>
      retention.due.list({ which, cursor: null, limit: 10 }).items.map(({ name }) => name);
    expect([names('due'), names('held'), names('soon')]).toEqual([['a', 'copy'], ['b'], ['soon']]);
    const [first, second] = [1, 1].reduce<string[]>((seen) => {
      const cursor = seen.length === 0 ? null : (seen.at(-1) ?? null);
      const page = retention.due.list({ which: 'due', cursor, limit: 1 });
      return [...seen, page.next ?? 'end'];
    }, []);
    expect([first === 'end', second]).toEqual([false, 'end']);
    // Released: due at once, shown as such.
    unwrap(house.governance.holds.release(TESTER, holdId, 'settled'));
    expect(retention.due.preview().totals).toMatchObject({ due: 3, held: 0 });
  });

  it('counts from the date of the document, says where there is none, and from the end of consent', async () => {
    const clock = createFakeClock();
    const { house, purpose, retention } = await furnished(clock);
    const rule = { category: 'health' as const, purposeId: purpose.purposeId, ground: 'protocol' };
    const [ana, ben] = ['1', '2'].map((value) => person(house, value)) as [string, string];
    const dated = putDocument(house, { name: 'dated', text: 'x', subjectId: ana });
    putDocument(house, { name: 'undated', text: 'y', subjectId: ben });
    house.store.db.run('UPDATE document SET metadata = ? WHERE rowid = ?', [
      ...['{"date":"2019-05-05"}', dated.rowid],
    ]);
    unwrap(retention.setRule(TESTER, { ...rule, days: 30, start: 'documentDate' }));
    expect(retention.due.preview().totals).toEqual({ due: 1, held: 0, soon: 0, undated: 1 });
    unwrap(retention.setRule(TESTER, { ...rule, days: 30, start: 'consentEnd' }));
    give(house, purpose.purposeId, [ana, ben]);
    expect(retention.due.preview().totals).toEqual({ due: 0, held: 0, soon: 0, undated: 0 });
    withdraw(house, purpose.purposeId, [ana]);
    expect(retention.due.preview().totals).toMatchObject({ due: 0, soon: 1 });
    clock.advance(30 * 86_400_000);
    expect(retention.due.list({ which: 'due', cursor: null, limit: 5 }).items).toMatchObject([
      { name: 'dated', purpose: 'Research' },
    ]);
  });
});

describe('a deletion run', () => {
  it('deletes what was looked at, with copies, index and packs, and proves it on bytes', async () => {
    const { house, purpose, retention } = await furnished();
    const ana = person(house, '1');
    give(house, purpose.purposeId, [ana]);
    const note = old(house, 'winter-note.txt', { subjectId: ana });
    const copies = putCollection(house, 'Copies');
    putDocument(house, {
      ...{ name: 'copy', text: `${MARKER} again`, subjectId: ana, collectionId: copies },
      ...{ kind: 'deidentified', derivedFrom: note.id },
    });
    putDocument(house, {
      name: 'stays',
      text: 'Nothing of note, said the doctor.',
      subjectId: ana,
    });
    const sealed = house.store.sealed.put('report', [Buffer.from(MARKER)]);
    house.store.db.run(
      `INSERT INTO report (id, kind, title, created_at, subject_id, actor) VALUES ('rep_1', 'accessPack', 'Pack', ?, ?, 'usr_1')`,
      [house.clock.now(), ana],
    );
    house.store.db.run(
      `INSERT INTO report_file (report_id, name, media_type, sealed_id, bytes, sha256) VALUES ('rep_1', 'a', 'b', ?, 1, '')`,
      [sealed.id],
    );
    const lost: unknown[] = [];
    house.governance.onConsentLost((ids, purposeId, ground) => {
      lost.push([ids, purposeId, ground]);
      return 2;
    });
    house.store.db.exec(`
      INSERT INTO project (id, name, purpose_id, collection_id, labels, created_at, actor)
        SELECT 'prj_1', 'P', '${purpose.purposeId}', collection_id, '[]', imported_at, 'usr_1' FROM document LIMIT 1;
      INSERT INTO snapshot (id, name, project_id, purpose_id, policy_sha256, manifest_sha256, summary, created_at, actor)
        VALUES ('snp_1', 'S', 'prj_1', '${purpose.purposeId}', '', '', '{}', '', 'usr_1');
      INSERT INTO snapshot_document (snapshot_id, position, document_rowid, split, text_sha256, spans)
        VALUES ('snp_1', 0, ${note.rowid}, 'train', '', '[]');`);

    expect(retention.due.preview()).toMatchObject({
      totals: { due: 1 },
      along: { copies: 1, snapshotEntries: 1, accessPacks: 1 },
    });
    expect(await run(house, 2)).toMatchObject({ error: { code: 'CONFLICT' } });
    const reported: RunRecord[] = [];
    const done = unwrap(
      await run(house, 1, { report: (each: RunRecord) => (reported.push(each), 'rep_00000002') }),
    );
    expect(done).toMatchObject({
      ...{ state: 'done', ordered: 1, deleted: 1, copies: 1, skipped: [], staleModels: 2 },
      ...{ reportId: 'rep_00000002', scan: { hits: 0, documents: 1 } },
    });
    expect(done.rows).toEqual(
      expect.arrayContaining([
        { table: 'document', rows: 2 },
        { table: 'snapshot_document', rows: 1 },
        { table: 'search', rows: 2 },
        { table: 'report', rows: 1 },
      ]),
    );
    expect(reported).toMatchObject([{ state: 'done', completedAt: done.completedAt }]);
    expect(lost).toEqual([[[ana], purpose.purposeId, 'retention']]);
    expect(left(house)).toEqual(['stays']);
    const opinion = scanForNeedles(house.store, [MARKER, 'winter-note.txt'].flatMap(needleForms));
    expect(opinion.hits).toEqual([]);
    expect(house.store.db.all('SELECT kind FROM sealed_files')).toEqual([]);
    for (const action of ['retention.order', 'retention.done']) {
      expect(house.audit.list({ limit: 10, action }).total, action).toBe(1);
    }
    expect((await house.audit.verify()).intact).toBe(true);
    expect(house.governance.subjects.row(ana)?.documents).toBe(1);
  });

  it('asks again for every batch: a hold set meanwhile keeps the rest', async () => {
    const { house, retention } = await furnished();
    const people = Array.from({ length: 450 }, (_, index) => person(house, `p${index}`));
    for (const [index, subjectId] of people.entries()) {
      putDocument(house, { name: `n${index}`, text: `t${index}`, subjectId, importedAt: OLD });
    }
    let batches = 0;
    const done = unwrap(
      await run(house, 450, {
        onStage(stage: string) {
          if (stage !== 'deleting') return;
          batches += 1;
          if (batches === 2) holdOn(house, [people[449]!, people[1]!]);
        },
      }),
    );
    expect(done).toMatchObject({ deleted: 449, skipped: [{ reason: 'held', count: 1 }] });
    expect(left(house)).toEqual(['n449']);
    expect(retention.due.preview().totals).toMatchObject({ due: 0, held: 1 });
  });

  it('stops between two batches and goes on; meanwhile no other run begins', async () => {
    const { house, retention } = await furnished();
    for (let index = 0; index < 250; index += 1) old(house, `n${index}`);
    const controller = new AbortController();
    let batches = 0;
    const stopped = await run(house, 250, {
      signal: controller.signal,
      onStage(stage: string) {
        if (stage === 'deleting' && (batches += 1) === 2) controller.abort();
      },
    });
    expect(stopped).toMatchObject({ error: { code: 'CANCELLED' } });
    expect(left(house)).toHaveLength(50);
    const [shown] = retention.runs.list({ cursor: null, limit: 5 }).items;
    expect(shown).toMatchObject({ state: 'interrupted', deleted: 200 });
    expect(await run(house, 50)).toMatchObject({ error: { code: 'CONFLICT' } });
    const done = unwrap(await retention.runs.run(TESTER, { runId: shown!.runId }, { report }));
    expect(done).toMatchObject({ state: 'done', deleted: 250 });
    expect(left(house)).toEqual([]);
  });

  it('is not done while a trace is found', async () => {
    const { house, retention } = await furnished();
    old(house, 'a');
    // A step that forgets: the text lies on in a table of another kind.
    const forgetful = await run(house, 1, {
      onStage(stage: string) {
        if (stage === 'compacting') {
          house.store.db.run("INSERT INTO setting (user_id, value) VALUES ('x', ?)", [
            `${MARKER}, note a. ${'Filler. '.repeat(300)}`,
          ]);
        }
      },
    });
    expect(forgetful).toMatchObject({ error: { code: 'ERASURE_UNPROVEN' } });
    const [shown] = retention.runs.list({ cursor: null, limit: 5 }).items;
    expect(shown).toMatchObject({ state: 'unproven', completedAt: null });
    house.store.db.run("DELETE FROM setting WHERE user_id = 'x'");
    expect(
      unwrap(await retention.runs.run(TESTER, { runId: shown!.runId }, { report })).state,
    ).toBe('done');
  });
});

it.each([
  ['deleting', 0],
  ['deleting', 1],
  ['compacting', 0],
  ['rekeying', 0],
  ['proving', 0],
  ['closing', 0],
])(
  'killed before %s, pass %i: the next start shows the run and carries it to its end',
  async (stage, passes) => {
    const { house } = await furnished();
    const { clock, random, folder } = test!;
    for (let index = 0; index < 220; index += 1) old(house, `n${index}`);
    test!.vault.close();
    const killed = spawnSync(process.execPath, [RETAINER, folder, '220', stage, String(passes)], {
      encoding: 'utf8',
    });
    expect(killed.stderr).toBe('');
    expect(killed.signal).toBe('SIGKILL');

    const vault = await test!.reopen();
    const { governance, audit } = furnish(vault.store, clock, random);
    const [shown] = governance.retention.runs.list({ cursor: null, limit: 5 }).items;
    expect(shown).toMatchObject({ state: 'interrupted', ordered: 220 });
    // Append before act: the order stood in a signed head before anything was destroyed.
    expect(audit.signedHead()?.size).toBeGreaterThan(shown!.orderLeaf);
    const done = unwrap(
      await governance.retention.runs.run(TESTER, { runId: shown!.runId }, { report }),
    );
    expect(done).toMatchObject({ state: 'done', deleted: 220, scan: { hits: 0 } });
    expect(left(vault)).toEqual([]);
    expect(scanForNeedles(vault.store, needleForms(MARKER)).hits).toEqual([]);
    expect(vault.store.db.all('SELECT kind FROM sealed_files')).toEqual([]);
    expect(vault.store.sealed.sweep()).toBe(0);
    expect(vault.store.check()).toEqual([]);
  },
);
