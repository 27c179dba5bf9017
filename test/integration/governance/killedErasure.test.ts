// kill -9 between any two steps of an erasure: the next start shows the order and carries it to its end.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { ERASURE_STAGES } from '../../../main/governance/index.ts';
import { needleForms, scanForNeedles } from '../../../main/store/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createTestVault, type TestVault } from '../../fakes/openVault.ts';
import { furnish, person, putDocument, TESTER } from '../../unit/governance/house.ts';

const ERASER = fileURLToPath(new URL('./eraser.ts', import.meta.url));
const KEY = 'NHC-5550123';
const MARKER = 'The heirloom tulip bulbs of Aunt Wilhelmina';

let test: TestVault | undefined;
afterEach(() => test?.dispose());

it.each(ERASURE_STAGES)('killed before %s', async (stage) => {
  test = await createTestVault();
  const { clock, random } = test;
  const before = furnish(test.vault.store, clock, random);
  const house = { store: test.vault.store, clock, random, governance: before.governance };
  const victim = person(house, KEY);
  const other = person(house, 'NHC-0000001');
  putDocument(house, {
    name: 'victim.txt',
    text: `${MARKER} came up again. ${'Filler. '.repeat(900)}`,
    subjectId: victim,
  });
  putDocument(house, { name: 'other.txt', text: 'Unremarkable.', subjectId: other });
  const { requestId } = unwrap(
    before.governance.requests.open(TESTER, { kind: 'erasure', subject: { key: KEY } }),
  );
  test.vault.close();

  const killed = spawnSync(process.execPath, [ERASER, test.folder, requestId, KEY, stage], {
    encoding: 'utf8',
  });
  expect(killed.stderr).toBe('');
  expect(killed.signal).toBe('SIGKILL');

  const vault = await test.reopen();
  const { governance, audit } = furnish(vault.store, clock, random);
  expect(audit.compareAnchor()).not.toBe('rolledBack');
  const ordered = stage !== 'ordering';
  expect(unwrap(governance.requests.get(requestId)).state).toBe(ordered ? 'ordered' : 'open');
  expect(governance.erasure.unfinished()).toEqual(ordered ? [requestId] : []);

  // Append before act: whatever was destroyed, the order for it stood in a signed head before.
  const [order] = audit.list({ limit: 1, action: 'erasure.order' }).items;
  if (ordered) expect(audit.signedHead()?.size).toBeGreaterThan(order?.seq ?? Infinity);

  const certificate = unwrap(
    await governance.erasure.erase(TESTER, { requestId, confirmation: KEY }),
  );
  expect(certificate.scan.hits).toBe(0);
  expect(certificate.deleted).toContainEqual({ table: 'document', rows: 1 });
  const opinion = scanForNeedles(vault.store, [MARKER, KEY].flatMap(needleForms));
  expect(opinion.hits).toEqual([]);
  expect(vault.store.check()).toEqual([]);
  // What the proof looked for is itself the person's: its sealed list is gone, row and file.
  expect(vault.store.db.all('SELECT kind FROM sealed_files')).toEqual([]);
  expect(vault.store.sealed.sweep()).toBe(0);
  expect(audit.list({ limit: 10, action: 'erasure.order' }).total).toBe(1);
  expect((await audit.verify()).intact).toBe(true);
  expect(governance.subjects.row(other)?.documents).toBe(1);
});
