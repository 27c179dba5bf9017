// kill -9 while people work: labeling, import, migration, change of key, backup. Whatever was acknowledged is
// there afterwards, the vault always opens and is sound, its log verifies, and what looks like a backup is
// one. A few kills of each kind by default; `npm run test:soak` does a thousand in all.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inspectCopy } from '../../../main/governance/index.ts';
import { KDF_FLOOR, createVaultFiles, type OpenVault } from '../../../main/store/index.ts';
import { migrations } from '../../../main/store/migrations/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { TEST_PASSPHRASE } from '../../fakes/openVault.ts';
import { openRooms, roomsOver, type OpenRooms } from '../../fakes/rooms.ts';
import { createDice, pause, startChild, startScript } from '../store/process.ts';
import { slowMigration } from '../store/slowMigration.ts';

/** Of each of the five kinds. */
const KILLS = Number(process.env.CLOISTER_SOAK ?? 4);
const TIMEOUT = 120_000 + KILLS * 8_000;
const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const NOTES = 12;
const passphrase = TEST_PASSPHRASE;

let rooms: OpenRooms;
let folder: string;
let notes: string;
let backups: string;

beforeEach(async () => {
  rooms = await openRooms();
  folder = rooms.vault.folder;
  notes = join(dirname(folder), 'notes');
  backups = join(dirname(folder), 'backups');
  mkdirSync(notes);
  mkdirSync(backups);
  for (let note = 0; note < NOTES; note += 1) {
    const text = `NHC: ${note}\n${'words and more words '.repeat(60)}`;
    writeFileSync(join(notes, `note-${note}.txt`), text);
  }
});
afterEach(() => rooms.vault.dispose());

const unlock = async (): Promise<OpenVault> =>
  unwrap(await rooms.vault.files.unlock(folder, { passphrase }));

async function killDuring(kind: string, mostMs: number, seed: number): Promise<readonly string[]> {
  const child = startScript(WORKER, [kind, folder, passphrase, notes, backups]);
  await child.ready();
  await pause(createDice(seed)() * mostMs);
  return child.kill();
}

/** What must hold after every kill, whatever was going on. */
async function expectSound(vault: OpenVault): Promise<void> {
  expect(vault.store.check()).toEqual([]);
  expect(vault.store.db.all('PRAGMA foreign_key_check')).toEqual([]);
  const { audit } = roomsOver(vault, rooms.vault.clock, rooms.vault.random);
  expect(await audit.verify()).toMatchObject({ intact: true });
  expect(['intact', 'unknown']).toContain(audit.compareAnchor());
}

const wordsOf = (lines: readonly string[], kind: string): string[][] =>
  lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.split(' ').slice(1));

/** Rows that were acknowledged, of every round so far. */
function expectNotes(vault: OpenVault, acknowledged: readonly string[]): void {
  for (const key of acknowledged) {
    expect(vault.store.db.get('SELECT 1 AS there FROM setting WHERE user_id = ?', [key])).toEqual({
      there: 1,
    });
  }
}

it('killed during labeling', { timeout: TIMEOUT }, async () => {
  const { collectionId } = await rooms.bring(notes, 'Notes');
  unwrap(
    rooms.labeling.projects.create(rooms.actor, {
      ...{ name: 'Names', purposeId: rooms.purpose(), collectionId, adoptImported: false },
      labels: [{ id: 'NAME', name: 'Name', key: '1', color: 0, pattern: 'solid', guideline: '' }],
    }),
  );
  rooms.vault.vault.close();
  let acknowledged = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const marks = wordsOf(await killDuring('label', 300, 1_000 + round), 'label');
    const vault = await unlock();
    for (const [, annotationId = ''] of marks) {
      expect(
        vault.store.db.get('SELECT 1 AS there FROM annotation_event WHERE annotation_id = ?', [
          annotationId,
        ]),
      ).toEqual({ there: 1 });
    }
    acknowledged += marks.length;
    await expectSound(vault);
    vault.close();
  }
  expect(acknowledged).toBeGreaterThan(0);
});

it('killed during an import', { timeout: TIMEOUT }, async () => {
  rooms.vault.vault.close();
  let acknowledged = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const imports = wordsOf(await killDuring('import', 600, 2_000 + round), 'import');
    const vault = await unlock();
    for (const [collectionId = '', documents] of imports) {
      expect(documents).toBe(String(NOTES));
      expect(
        vault.store.db.get('SELECT count(*) AS n FROM document WHERE collection_id = ?', [
          collectionId,
        ]),
      ).toEqual({ n: NOTES });
    }
    acknowledged += imports.length;
    await expectSound(vault);
    vault.close();
  }
  expect(acknowledged).toBeGreaterThan(0);
});

it('killed during a migration', { timeout: TIMEOUT }, async () => {
  await rooms.bring(notes, 'Notes');
  rooms.vault.vault.close();
  const older = migrations.at(-1)?.id ?? 0;
  const newer = createVaultFiles({
    ...rooms.vault,
    kdfCost: KDF_FLOOR,
    migrations: [...migrations, slowMigration],
  });
  for (let round = 0; round < KILLS; round += 1) {
    const copy = join(dirname(folder), 'migrated');
    cpSync(folder, copy, { recursive: true });
    const child = startChild('migrate', copy);
    await child.ready();
    await pause(createDice(3_000 + round)() * 500);
    await child.kill();
    const opened = await rooms.vault.files.unlock(copy, { passphrase });
    const vault = opened.ok ? opened.value : unwrap(await newer.unlock(copy, { passphrase }));
    const made = vault.store.db.all(`SELECT name FROM sqlite_schema WHERE name LIKE 'slow%'`);
    expect([vault.info().schemaVersion, made.length]).toEqual(
      opened.ok ? [older, 0] : [slowMigration.id, 3],
    );
    expect(vault.store.db.get('SELECT count(*) AS n FROM document')).toEqual({ n: NOTES });
    expect(vault.store.check()).toEqual([]);
    vault.close();
    rmSync(copy, { recursive: true });
  }
});

it('killed during a change of key', { timeout: TIMEOUT }, async () => {
  await rooms.bring(notes, 'Notes');
  rooms.vault.vault.close();
  const acknowledged: string[] = [];
  for (let round = 0; round < KILLS; round += 1) {
    const lines = await killDuring('rekey', 300, 4_000 + round);
    acknowledged.push(...wordsOf(lines, 'note').map(([key = '']) => key));
    const vault = await unlock();
    expectNotes(vault, acknowledged);
    await expectSound(vault);
    vault.close();
    const header = JSON.parse(readFileSync(join(folder, 'slots.json'), 'utf8')) as {
      readonly slots: readonly { readonly keys: readonly unknown[] }[];
    };
    expect(header.slots.map(({ keys }) => keys.length)).toEqual([1]);
  }
  expect(acknowledged.length).toBeGreaterThan(0);
});

it('killed during a backup', { timeout: TIMEOUT }, async () => {
  await rooms.bring(notes, 'Notes');
  rooms.vault.vault.store.sealed.put('weights', [Buffer.alloc(2_000_000, 7)]);
  rooms.vault.vault.close();
  const acknowledged: string[] = [];
  let made = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const lines = await killDuring('backup', 700, 5_000 + round);
    acknowledged.push(...wordsOf(lines, 'note').map(([key = '']) => key));
    const vault = await unlock();
    expectNotes(vault, acknowledged);
    await expectSound(vault);
    vault.close();
    // Whatever looks like a backup is whole, and every acknowledged one is among them.
    const found = rooms.vault.files.listBackups(backups).map((each) => each.folder);
    const visible = readdirSync(backups).filter((name) => !name.startsWith('.'));
    expect(found.map((each) => each.slice(backups.length + 1)).sort()).toEqual(visible.sort());
    for (const [path = ''] of wordsOf(lines, 'backup')) expect(found).toContain(path);
    for (const path of found) {
      const verified = await rooms.vault.files.verifyBackup(path, {
        passphrase,
        inspect: inspectCopy,
      });
      expect(unwrap(verified).problems).toEqual([]);
      rmSync(path, { recursive: true });
    }
    made += found.length;
    // At most one unfinished piece: the next backup takes away what the last kill left.
    expect(readdirSync(backups).length).toBeLessThanOrEqual(1);
  }
  expect(made).toBeGreaterThan(0);
});
