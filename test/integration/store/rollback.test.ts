// Older bytes put back under a closed vault, in every way they can be: a page, the write-ahead log, the whole
// file, the log's leaves, the header. Each is seen at the next opening, and an opening after a clean close
// never raises an alarm. Through the binding, because there a person would see it.
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHandle } from '../../../main/store/driver.ts';
import { openPages } from './pageKey.ts';
import type { Client } from '../../../shared/contract/index.ts';
import { createHouse, FOUNDER, must, type House } from '../../security/house.ts';

/** Clean openings in a row; `npm run test:soak` does a thousand. */
const OPENINGS = process.env.CLOISTER_SOAK ? 1_000 : 25;
const PAGE = 4_096;

let root: string;
let folder: string;
let house: House;
let client: Client;
const file = (name: string): string => join(folder, name);
const copy = (name: string): string => join(root, name);

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'cloister-rollback-'));
  folder = join(root, 'vault');
  house = createHouse(folder);
  client = house.connect('terminal');
  await must(client, 'vault.create', { name: 'Ward', userName: 'Ana', passphrase: FOUNDER });
  await purposes(6);
  await lock();
});
afterEach(async () => {
  await house.server.lock();
  rmSync(root, { recursive: true, force: true });
});

const lock = () => must(client, 'vault.lock', {});
const unlock = () => must(client, 'vault.unlock', { passphrase: FOUNDER });
let made = 0;

async function purposes(count: number): Promise<void> {
  for (let each = 0; each < count; each += 1) {
    made += 1;
    await must(client, 'purpose.declare', {
      name: `Purpose ${made}`,
      description: 'words '.repeat(200),
      operations: ['read'],
      basis: { article6: '6(1)(a)', article9: '9(2)(a)' },
    });
  }
}

/** What a person is told: refused in words, or looked at only. */
async function told(): Promise<string> {
  const result = await client.call('vault.unlock', { passphrase: FOUNDER });
  if (!result.ok) return result.error.code;
  const { integrity, readOnly } = result.value;
  await lock();
  return readOnly ? integrity : `open, ${integrity}`;
}
const SEEN = /^(rolledBack|broken|VAULT_DAMAGED)$/;

/** The vault as it was at its second last lock, and as it is now. */
async function twoStates(): Promise<void> {
  cpSync(folder, copy('older'), { recursive: true });
  await unlock();
  const [purpose] = (await must(client, 'purpose.list', {})).items as { purposeId: string }[];
  await must(client, 'purpose.retire', { purposeId: purpose?.purposeId, reason: 'Over.' });
  await purposes(2);
  await lock();
  cpSync(folder, copy('newer'), { recursive: true });
}
const reset = (): void => {
  rmSync(folder, { recursive: true });
  cpSync(copy('newer'), folder, { recursive: true });
};

it('sees every single older page', { timeout: 120_000 }, async () => {
  await twoStates();
  const older = readFileSync(copy('older/vault.db'));
  const newer = readFileSync(copy('newer/vault.db'));
  const pages = Math.min(older.length, newer.length) / PAGE;
  const differing = Array.from({ length: pages }, (_, page) => page).filter(
    (page) =>
      older.compare(newer, page * PAGE, (page + 1) * PAGE, page * PAGE, (page + 1) * PAGE) !== 0,
  );
  expect(differing.length).toBeGreaterThan(10);
  const unseen: string[] = [];
  for (const page of differing) {
    reset();
    const mixed = Buffer.from(newer);
    older.copy(mixed, page * PAGE, page * PAGE, (page + 1) * PAGE);
    writeFileSync(file('vault.db'), mixed);
    const answer = await told();
    if (!SEEN.test(answer)) unseen.push(`${page}: ${answer}`);
  }
  expect(unseen).toEqual([]);
});

it('sees the whole older file, alone and with the note of its own close', async () => {
  await twoStates();
  cpSync(copy('older/vault.db'), file('vault.db'));
  expect(await told()).toMatch(SEEN);
  reset();
  for (const name of ['vault.db', 'closed.json']) cpSync(copy(`older/${name}`), file(name));
  expect(await told()).toMatch(SEEN);
  reset();
  cpSync(copy('older/vault.db'), file('vault.db'));
  rmSync(file('closed.json'));
  expect(await told()).toMatch(SEEN);
});

it('sees an older write-ahead log, one that was cut, and one that was taken away', async () => {
  await unlock();
  await purposes(2);
  // A second process cannot look in; the files are what a power cut leaves.
  cpSync(folder, copy('early'), { recursive: true });
  await purposes(3);
  await must(client, 'audit.anchor', {});
  cpSync(folder, copy('late'), { recursive: true });
  await lock();
  const wal = readFileSync(copy('late/vault.db-wal'));
  expect(wal.length).toBeGreaterThan(PAGE * 4);
  const putBack = (from: string): void => {
    rmSync(folder, { recursive: true });
    cpSync(copy(from), folder, { recursive: true });
    rmSync(file('vault.db-shm'), { force: true });
  };
  putBack('late');
  expect(await told()).toBe('open, intact'); // The control: a crash is no alarm.
  putBack('late');
  rmSync(file('vault.db-wal'));
  expect(await told()).toMatch(SEEN);
  putBack('late');
  truncateSync(file('vault.db-wal'), Math.floor(wal.length / 2));
  expect(await told()).toMatch(SEEN);
  putBack('late');
  cpSync(copy('early/vault.db-wal'), file('vault.db-wal'));
  expect(await told()).toMatch(SEEN);
});

it('sees a write-ahead log beside a file that was closed cleanly', async () => {
  await unlock();
  await purposes(1);
  cpSync(file('vault.db-wal'), copy('wal'));
  await purposes(2);
  await lock();
  expect(existsSync(file('vault.db-wal'))).toBe(false);
  cpSync(copy('wal'), file('vault.db-wal'));
  expect(await told()).toMatch(SEEN);
});

describe('somebody who holds the key', () => {
  it.each([
    ['cuts the log', 'DELETE FROM audit_leaf WHERE seq > (SELECT max(seq) FROM audit_leaf) - 3'],
    ['edits a leaf', "UPDATE audit_leaf SET action = 'nothing' WHERE seq = 3"],
    ['empties a leaf', 'UPDATE audit_leaf SET body = NULL WHERE seq = 4'],
    ['edits what the log is about', "UPDATE purpose SET actor = 'nobody'"],
  ])('%s, and is seen', async (_, sql) => {
    const pages = await openPages(folder, FOUNDER);
    const handle = openHandle(file('vault.db'), pages);
    handle.exec(sql);
    handle.pragma('wal_checkpoint(TRUNCATE)');
    handle.close();
    expect(await told()).toMatch(SEEN);
  });
});

it('refuses a header of another vault, and heals a damaged one from its copy', async () => {
  const other = createHouse(copy('other'));
  const stranger = other.connect('terminal');
  await must(stranger, 'vault.create', { name: 'X', userName: 'X', passphrase: FOUNDER });
  await other.server.lock();
  cpSync(folder, copy('sound'), { recursive: true });
  for (const name of ['slots.json', 'slots.copy.json']) cpSync(copy(`other/${name}`), file(name));
  expect(await told()).toMatch(/^(WRONG_PASSPHRASE|VAULT_DAMAGED)$/);
  rmSync(folder, { recursive: true });
  cpSync(copy('sound'), folder, { recursive: true });
  appendFileSync(file('slots.json'), 'x');
  expect(await told()).toBe('open, intact');
});

it('keeps the alarm until two people have decided, and then vouches again', async () => {
  await twoStates();
  const newer = readFileSync(copy('newer/vault.db'));
  const older = readFileSync(copy('older/vault.db'));
  const page = Array.from({ length: older.length / PAGE }, (_, at) => at).findLast(
    (at) => older.compare(newer, at * PAGE, (at + 1) * PAGE, at * PAGE, (at + 1) * PAGE) !== 0,
  );
  older.copy(newer, (page ?? 0) * PAGE, (page ?? 0) * PAGE, ((page ?? 0) + 1) * PAGE);
  writeFileSync(file('vault.db'), newer);
  const first = await told();
  expect(first).toMatch(SEEN);
  expect(await told()).toBe(first);
  if (first !== 'rolledBack') return;
  await unlock();
  await must(client, 'audit.acceptHead', { reason: 'Known.', passphrase: FOUNDER, second: null });
  await lock();
  expect(await told()).toBe('open, intact');
});

it('writes down that nobody vouches for a vault that was locked', async () => {
  rmSync(file('closed.json'));
  expect(await told()).toBe('open, intact');
  await unlock();
  const { items } = await must(client, 'audit.list', { limit: 10 });
  expect((items as { action: string }[]).map(({ action }) => action)).toContain('vault.unvouched');
});

it(
  `raises no alarm in ${OPENINGS} clean openings`,
  { timeout: 60_000 + OPENINGS * 1_000 },
  async () => {
    for (let opening = 0; opening < OPENINGS; opening += 1) {
      expect(await must(client, 'vault.unlock', { passphrase: FOUNDER })).toMatchObject({
        integrity: 'intact',
        readOnly: false,
      });
      if (opening % 3 === 0) await purposes(1);
      await lock();
    }
  },
);
