// A restored backup knows people who were erased since. They never come back: the newest list of erasures
// is found and replayed before the copy has a name, or there is no restored vault.
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createBackups,
  inspectCopy,
  makeUsable,
  type Backups,
  type Restored,
} from '../../../main/governance/index.ts';
import type { KeptPart } from '../../../shared/contract/index.ts';
import { needleForms, scanForNeedles } from '../../../main/store/index.ts';
import { unwrap, type Result } from '../../../shared/kernel/result.ts';
import { TEST_PASSPHRASE } from '../../fakes/openVault.ts';
import {
  TESTER,
  createHouse,
  declare,
  furnish,
  give,
  person,
  putCollection,
  putDocument,
  type House,
} from '../../unit/governance/house.ts';

const passphrase = TEST_PASSPHRASE;
const MARKER = 'The heirloom tulip bulbs of Aunt Wilhelmina';
const KEY = 'NHC-5550123';

let house: House;
let backups: Backups;
let target: string;
let live: string;

beforeEach(async () => {
  house = await createHouse();
  live = house.test.folder;
  target = join(dirname(live), 'restored');
  backups = backupsOf(house);
  const purpose = declare(house);
  for (const [key, text] of [
    [KEY, `${MARKER} came up again. ${'Filler. '.repeat(900)}`],
    ['NHC-0000001', 'Unremarkable.'],
  ] as const) {
    const id = person(house, key);
    give(house, purpose.purposeId, [id]);
    putDocument(house, { name: `${key}.txt`, text, subjectId: id });
  }
});
afterEach(() => house.dispose());

function backupsOf({ test, store, clock, random, audit }: House): Backups {
  const { vault, files } = test;
  return createBackups({
    ...{ store, clock, random, audit, vault, files },
    log: audit,
    appVersion: '0.0.0',
  });
}

const backUp = async (): Promise<string> => unwrap(await backups.create(TESTER, {})).folder;

async function erase(key: string): Promise<void> {
  const { governance } = house;
  const { requestId } = unwrap(
    governance.requests.open(TESTER, { kind: 'erasure', subject: { key } }),
  );
  unwrap(await governance.erasure.erase(TESTER, { requestId, confirmation: key }));
}

const restore = (
  folder: string,
  known: readonly string[],
  acceptUnknown = false,
): Promise<Result<Restored>> =>
  house.test.files.restore(folder, target, { passphrase }, (vault, manifest) =>
    makeUsable(vault, manifest, furnish(vault.store, house.clock, house.random), {
      ...{ passphrase, known, acceptUnknown },
    }),
  );

const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.error.code);

/** What an opened vault says about the person: by its own rooms, and by its bytes. */
async function look(folder: string) {
  const vault = unwrap(await house.test.files.unlock(folder, { passphrase }));
  try {
    const { audit, governance } = furnish(vault.store, house.clock, house.random);
    return {
      hits: scanForNeedles(vault.store, [MARKER, KEY].flatMap(needleForms)).hits.length,
      erased: governance.subjects.wasErased('record', KEY),
      others: governance.subjects.count(),
      intact: (await audit.verify()).intact,
      anchor: audit.compareAnchor(),
      sound: vault.store.check(),
    };
  } finally {
    vault.close();
  }
}

const CLEAN = { hits: 0, erased: true, others: 1, intact: true, anchor: 'intact', sound: [] };

describe('a backup from before an erasure', { timeout: 120_000 }, () => {
  it('is restored without the person, by the list beside the living vault', async () => {
    const folder = await backUp();
    await erase(KEY);
    const restored = unwrap(await restore(folder, [live]));
    expect(restored).toMatchObject({
      replayed: { erased: 1, before: 0, absent: 0 },
      erasuresKnown: true,
      users: [{ name: 'Tester', former: false }],
    });
    expect(await look(target)).toEqual(CLEAN);
  });

  it('is restored with what was kept on a ground, and no more', async () => {
    const id = house.governance.subjects.byKey(KEY) ?? '';
    const collectionId = putCollection(house, 'Radiation records');
    const kept = 'Received 2.4 Gray to the left hip on three days';
    putDocument(house, { name: 'radiation', text: kept, subjectId: id, collectionId });
    const folder = await backUp();
    const { governance } = house;
    const subject = { subjectId: id };
    const { requestId } = unwrap(governance.requests.open(TESTER, { kind: 'erasure', subject }));
    const scope = { of: 'collection', collectionId } as const;
    const part = {
      scope,
      ground: 'statute',
      text: 'The statute asks for it.',
      until: '2056-01-01',
    };
    unwrap(governance.keptParts.decide(TESTER, requestId, [part as KeptPart]));
    const { keep } = unwrap(governance.erasure.preview(requestId));
    unwrap(await governance.erasure.erase(TESTER, { requestId, confirmation: KEY, keep }));

    // Restored after the end date too: what became of it since, a later erasure would say.
    house.clock.set('2057-01-01T08:00:00.000Z');
    expect(unwrap(await restore(folder, [live])).replayed).toMatchObject({ erased: 1 });
    const vault = unwrap(await house.test.files.unlock(target, { passphrase }));
    try {
      const copy = furnish(vault.store, house.clock, house.random).governance;
      const scan = (words: string) =>
        scanForNeedles(vault.store, needleForms(words)).hits.length > 0;
      expect([scan(MARKER), scan(kept)]).toEqual([false, true]);
      expect(copy.keptParts.list(true).items).toMatchObject([
        { subjectKey: KEY, due: true, documents: 1, part: { ground: 'statute' } },
      ]);
      expect(copy.subjects.row(copy.subjects.byKey(KEY) ?? '')?.state).toBe('restricted');
    } finally {
      vault.close();
    }
  });

  it('is restored by the list in a newer backup, when the living vault is gone', async () => {
    const folder = await backUp();
    await erase(KEY);
    const newer = await backUp();
    expect(unwrap(await restore(folder, [newer])).replayed.erased).toBe(1);
    expect(await look(target)).toEqual(CLEAN);
  });

  it('of a restored vault hands the list on', async () => {
    const first = await backUp();
    await erase(KEY);
    unwrap(await restore(first, [live]));
    const known = join(dirname(live), 'list');
    cpSync(target, known, { recursive: true });
    rmSync(target, { recursive: true });
    expect(unwrap(await restore(first, [known])).replayed.erased).toBe(1);
    expect((await look(target)).hits).toBe(0);
  });

  it('is not restored while the list is missing, older than the head, or forged', async () => {
    const folder = await backUp();
    const early = join(dirname(live), 'early');
    cpSync(folder, early, { recursive: true });
    await erase(KEY);
    const anchors = join(dirname(live), 'anchors');
    const place = (list: string | undefined): string => {
      rmSync(anchors, { recursive: true, force: true });
      cpSync(live, anchors, { recursive: true, filter: (path) => !path.endsWith('.db') });
      rmSync(join(anchors, 'erasures.json'));
      if (list !== undefined) writeFileSync(join(anchors, 'erasures.json'), list);
      return anchors;
    };
    const genuine = readFileSync(join(live, 'erasures.json'), 'utf8');
    const emptied = JSON.stringify({ ...(JSON.parse(genuine) as object), entries: [] });
    for (const list of [undefined, readFileSync(join(early, 'erasures.json'), 'utf8'), emptied]) {
      expect(codeOf(await restore(folder, [place(list)]))).toBe('ERASURES_UNKNOWN');
      // Nobody's word helps against a head that says the log went on.
      expect(codeOf(await restore(folder, [place(list)], true))).toBe('ERASURES_UNKNOWN');
      expect(existsSync(target)).toBe(false);
    }
    expect(unwrap(await restore(folder, [place(genuine)])).replayed.erased).toBe(1);
  });

  it('is restored without any list only where somebody accepts it, and the log says so', async () => {
    const folder = await backUp();
    const bare = join(dirname(live), 'bare');
    expect(codeOf(await restore(folder, [bare]))).toBe('ERASURES_UNKNOWN');
    expect(unwrap(await restore(folder, [bare], true)).erasuresKnown).toBe(false);
    const vault = unwrap(await house.test.files.unlock(target, { passphrase }));
    const { audit } = furnish(vault.store, house.clock, house.random);
    const [leaf] = audit.list({ limit: 1, action: 'backup.restore' }).items;
    expect(leaf?.body?.counts).toMatchObject({ erasuresKnown: 0, erasures: 0 });
    vault.close();
  });
});

it('a person who came and went after the backup cannot come back through it', async () => {
  const folder = await backUp();
  const late = person(house, 'NHC-777');
  putDocument(house, { name: 'late.txt', text: 'Later than the backup.', subjectId: late });
  await erase('NHC-777');
  expect(unwrap(await restore(folder, [live])).replayed).toEqual({
    ...{ erased: 0, before: 0, absent: 1 },
  });
  const vault = unwrap(await house.test.files.unlock(target, { passphrase }));
  const { governance } = furnish(vault.store, house.clock, house.random);
  expect(governance.subjects.findOrCreate('record', 'NHC-777')).toEqual({ erased: true });
  vault.close();
});

it('an erasure that was known before the backup is not repeated', async () => {
  await erase(KEY);
  const folder = await backUp();
  expect(unwrap(await restore(folder, [live])).replayed).toEqual({
    ...{ erased: 0, before: 1, absent: 0 },
  });
});

it('a restore tells whose access of former days it brings back', async () => {
  const { keys } = house.test.vault;
  const left = unwrap(await keys.add({ name: 'Left', roles: ['clinician'] }, 'another passphrase'));
  const folder = await backUp();
  unwrap(keys.remove(left.id));
  house.store.rekey();
  expect(backups.list()[0]?.formerUsers).toEqual([{ userId: left.id, name: 'Left' }]);
  const { users } = unwrap(await restore(folder, [live]));
  expect(users.map(({ name, former }) => [name, former])).toEqual([
    ['Tester', false],
    ['Left', true],
  ]);
});

it('a backup whose log was cut is not whole, and cannot be restored', async () => {
  for (let leaf = 0; leaf < 5; leaf += 1) {
    house.audit.append({ action: 'test.leaf', actor: 'system' });
  }
  house.store.db.run('DELETE FROM audit_leaf WHERE seq = 2');
  expect(codeOf(await backups.create(TESTER, {}))).toBe('AUDIT_BROKEN');
  expect(readdirSync(`${live}-backups`)).toEqual([]);
});

describe('the schedule', () => {
  const HOUR = 3_600_000;
  const plan = (folder: string, keep = 2) =>
    backups.schedule(TESTER, { folder, intervalHours: 24, keep });

  it('says when a backup is due and when it is worth a reminder', async () => {
    expect(backups.state()).toMatchObject({ policy: undefined, dueAt: undefined, overdue: false });
    unwrap(plan(join(dirname(live), 'elsewhere')));
    expect(backups.state().overdue).toBe(false);
    house.clock.advance(25 * HOUR);
    expect(backups.state().overdue).toBe(true); // Never one, and a day has gone.
    await backUp();
    house.clock.advance(30 * HOUR);
    expect(Date.parse(backups.state().dueAt ?? '')).toBeLessThan(house.clock.nowMs());
    expect(backups.state().overdue).toBe(false); // One missed turn is a closed laptop.
    house.clock.advance(20 * HOUR);
    expect(backups.state().overdue).toBe(true);
  });

  it('keeps the newest of its own and none of anybody else’s away', async () => {
    const folder = join(dirname(live), 'elsewhere');
    unwrap(plan(folder));
    const asked = await backUp();
    for (let turn = 0; turn < 4; turn += 1) {
      house.clock.advance(24 * HOUR);
      unwrap(await backups.create(TESTER, { scheduled: true }));
    }
    expect(readdirSync(folder)).toHaveLength(3);
    expect(existsSync(asked)).toBe(true);
    expect(backups.list().map(({ scheduled }) => scheduled)).toEqual([true, true, false]);
  });

  it('refuses a folder inside the vault', () => {
    expect(codeOf(plan(join(live, 'backups')))).toBe('BAD_INPUT');
  });
});

it('a backup is inspected down to the leaves of its log', async () => {
  const folder = await backUp();
  const verified = unwrap(
    await house.test.files.verifyBackup(folder, { passphrase, inspect: inspectCopy }),
  );
  expect(verified.problems).toEqual([]);
  const other = unwrap(
    await house.test.files.verifyBackup(folder, {
      passphrase,
      inspect: (copy, manifest) =>
        inspectCopy(copy, { ...manifest, log: { ...manifest.log, size: 1 } }),
    }),
  );
  expect(other.problems).toEqual([{ what: 'log', where: 'not the log of the manifest' }]);
});
