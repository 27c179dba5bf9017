// Backups, restore, diagnosis and salvage through the binding: what a terminal may ask, what a page may not.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openParts } from '../../../main/ipc/parts.ts';
import { createMemoryPorts } from '../../../main/ipc/ports.ts';
import { createRestoring } from '../../../main/ipc/restoring.ts';
import { createServer, type Server } from '../../../main/ipc/server.ts';
import { createSettingsBook } from '../../../main/ipc/settings.ts';
import { createClock, createRandom } from '../../../main/platform/index.ts';
import { createVaultFiles, KDF_FLOOR } from '../../../main/store/index.ts';
import { createPortClient } from '../../../shared/contract/client.ts';
import type { Client, ClientMessage, ServerMessage } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';

const PASSPHRASE = 'correct horse battery staple';
const clock = createClock();
const random = createRandom(clock);

let root: string;
let server: Server;
let terminal: Client;
let page: Client;

const place = (name: string) => ({ kind: 'path' as const, path: join(root, name) });

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'cloister-vault-'));
  const folder = join(root, 'vault');
  const files = createVaultFiles({ clock, random, kdfCost: KDF_FLOOR });
  const launchCompute = (): never => {
    throw new Error('Nothing is computed here');
  };
  const shared = { clock, random, files, launchCompute, appVersion: '0.0.0' };
  server = createServer({
    ...{ product: { name: 'Cloister', version: '0.0.0' }, folder, vaults: files, clock, random },
    settings: createSettingsBook('en-US'),
    openParts: openParts(shared),
    restoring: createRestoring({ ...shared, folder, media: () => [join(root, 'stick')] }),
    checkOutput: true,
  });
  const connect = (client: 'page' | 'terminal'): Client => {
    const [core, outside] = createMemoryPorts<ClientMessage, ServerMessage>();
    server.attach(core, client);
    return createPortClient(outside);
  };
  terminal = connect('terminal');
  page = connect('page');
  unwrap(
    await terminal.call('vault.create', { name: 'W', userName: 'Ana', passphrase: PASSPHRASE }),
  );
});
afterEach(async () => {
  await server.lock();
  rmSync(root, { recursive: true, force: true });
});

it('makes, lists, tries out, verifies and restores a backup', { timeout: 60_000 }, async () => {
  const made = unwrap(await terminal.call('backup.create', {}));
  const folder = made.folder ?? '';
  expect(folder.startsWith(join(root, 'vault-backups'))).toBe(true);

  const drilled = unwrap(await page.call('backup.drill', { passphrase: PASSPHRASE }));
  expect(drilled).toMatchObject({ backupId: made.backupId, erasuresKnown: true });
  const listed = unwrap(await page.call('backup.list', {}));
  // The page learns that it is there and was tried out, never where.
  expect(listed.items).toMatchObject([{ present: true, folder: null, formerUsers: [] }]);
  expect(listed.items[0]?.drilledAt).not.toBeNull();
  expect(readdirSync(root).sort()).toEqual(['vault', 'vault-backups']);

  await server.lock();
  const source = { kind: 'path' as const, path: folder };
  const passphrase = PASSPHRASE;
  expect(unwrap(await terminal.call('backup.verify', { source, passphrase })).whole).toBe(true);
  const restore = { source, destination: place('restored'), passphrase };
  expect(unwrap(await terminal.call('backup.restore', restore)).replayed.erased).toBe(0);
  expect(await terminal.call('backup.restore', restore)).toMatchObject({
    error: { code: 'VAULT_EXISTS' },
  });
  const examined = unwrap(
    await terminal.call('vault.examine', { place: place('restored'), passphrase }),
  );
  expect(examined.findings.filter(({ state }) => state === 'bad')).toEqual([]);
});

it('lets a page back up to a medium, find it, judge it and restore it beside the vault', async () => {
  mkdirSync(join(root, 'stick'));
  const { media } = unwrap(await page.call('backup.find', {}));
  expect(media.map(({ name }) => name)).toEqual(['stick']);
  const { backupId } = unwrap(await page.call('backup.create', { destination: media[0]!.place }));
  unwrap(await page.call('backup.create', {}));
  const { items } = unwrap(await page.call('backup.find', {}));
  expect(items.map(({ medium, own }) => [medium, own]).sort()).toEqual([
    ['beside', true],
    ['removable', true],
  ]);
  expect(JSON.stringify(items)).not.toContain(root);
  const onStick = items.find((each) => each.backupId === backupId);
  const source = onStick!.source;

  expect(await page.call('backup.verify', { source, passphrase: 'not this' })).toMatchObject({
    error: { code: 'WRONG_PASSPHRASE' },
  });
  const stages: string[] = [];
  const verified = unwrap(
    await page.call(
      'backup.verify',
      { source, passphrase: PASSPHRASE },
      { onProgress: ({ stage }) => stages.push(stage) },
    ),
  );
  expect(verified).toMatchObject({
    whole: true,
    users: [{ name: 'Ana', former: false }],
    erasures: { complete: true, since: 0 },
  });
  const restored = unwrap(
    await page.call(
      'backup.restore',
      { source, passphrase: PASSPHRASE },
      { onProgress: ({ stage }) => stages.push(stage) },
    ),
  );
  expect(restored).toMatchObject({ served: false, folder: null, erasuresKnown: true });
  expect(restored.name).toMatch(/^vault-restored-\d{4}-\d\d-\d\d$/);
  expect([...new Set(stages)]).toEqual(['readingBack', 'copying']);
  const again = unwrap(await page.call('backup.restore', { source, passphrase: PASSPHRASE }));
  expect(again.name).toBe(`${restored.name}-2`);
  expect(readdirSync(join(root, restored.name))).toContain('vault.db');
});

it('restores in the place of a vault that is gone, and opens it there', async () => {
  unwrap(await page.call('backup.create', {}));
  await server.lock();
  rmSync(join(root, 'vault'), { recursive: true });
  const [found] = unwrap(await page.call('backup.find', {})).items;
  expect(found).toMatchObject({ own: false, vaultName: 'W' });
  const restore = { source: found!.source, passphrase: PASSPHRASE };
  // With the vault went the list of erasures: somebody has to say that they know.
  expect(await page.call('backup.restore', restore)).toMatchObject({
    error: { code: 'ERASURES_UNKNOWN' },
  });
  expect(existsSync(join(root, 'vault'))).toBe(false);
  const accepted = { ...restore, acceptUnknownErasures: true };
  expect(unwrap(await page.call('backup.restore', accepted))).toMatchObject({ served: true });
  const status = unwrap(await page.call('vault.unlock', { passphrase: PASSPHRASE }));
  expect(status).toMatchObject({ state: 'unlocked', readOnly: false });
  const { restores, items } = unwrap(await page.call('audit.heads', {}));
  expect(restores).toHaveLength(1);
  expect(items).toMatchObject([{ where: 'beside', state: 'intact' }]);
});

it('leaves nothing of a restore that was cancelled, and makes a second one wait', async () => {
  unwrap(await page.call('backup.create', {}));
  const [found] = unwrap(await page.call('backup.find', {})).items;
  const restore = { source: found!.source, passphrase: PASSPHRASE };
  const stop = new AbortController();
  const first = page.call('backup.restore', restore, {
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  expect(await terminal.call('backup.restore', restore)).toMatchObject({
    error: { code: 'CONFLICT' },
  });
  expect(await first).toMatchObject({ error: { code: 'CANCELLED' } });
  expect(readdirSync(root).sort()).toEqual(['vault', 'vault-backups']);
});

it('hands a page the exported log in parts, once, to whoever exported it', async () => {
  const exported = unwrap(await page.call('audit.export', { recipient: 'Authority' }));
  const { exitId } = exported;
  let text = '';
  for (let from: number | null = 0; from !== null;) {
    const part: { text: string; next: number | null } = unwrap(
      await page.call('audit.exportPart', { exitId, from }),
    );
    text += part.text;
    from = part.next;
  }
  expect(createHash('sha256').update(text).digest('hex')).toBe(exported.sha256);
  const gone = await page.call('audit.exportPart', { exitId, from: 0 });
  expect(gone).toMatchObject({ error: { code: 'NOT_FOUND' } });
});

it('explains a head from after the backup by the restore that the log records', async () => {
  unwrap(await page.call('backup.create', {}));
  const { checkpoint, size } = unwrap(await page.call('audit.anchor', {}));
  const [found] = unwrap(await page.call('backup.find', {})).items;
  const restore = { source: found!.source, passphrase: PASSPHRASE };
  const { name, logSize } = unwrap(await page.call('backup.restore', restore));
  await server.lock();
  rmSync(join(root, 'vault'), { recursive: true });
  renameSync(join(root, name), join(root, 'vault'));
  unwrap(await page.call('vault.unlock', { passphrase: PASSPHRASE }));
  const compared = unwrap(await page.call('audit.compare', { anchor: checkpoint }));
  expect(compared).toMatchObject({ size, restored: { logSize } });
});

it('refuses a page that names a place, and places that are not whole paths', async () => {
  const passphrase = PASSPHRASE;
  const source = place('x');
  for (const refused of [
    await page.call('backup.create', { destination: source }),
    await page.call('backup.verify', { source, passphrase }),
    await page.call('backup.restore', { source, destination: place('y'), passphrase }),
    await page.call('vault.examine', { place: source }),
    await page.call('vault.salvage', { source, destination: place('y'), passphrase }),
    await page.call('audit.export', { destination: source, recipient: 'x' }),
    await page.call('audit.verifyFile', { source }),
    await page.call('backup.schedule', {
      policy: { intervalHours: 1, keep: 1, destination: source },
    }),
  ]) {
    expect(refused).toMatchObject({ error: { code: 'FORBIDDEN' } });
  }
  const relative = { kind: 'path' as const, path: 'somewhere' };
  expect(await terminal.call('backup.create', { destination: relative })).toMatchObject({
    error: { code: 'BAD_INPUT' },
  });
  expect(existsSync('somewhere')).toBe(false);
});

it('gives the vault a new key after a backup, and says so in the log first', async () => {
  const done = unwrap(await terminal.call('vault.rekey', {}));
  expect(done.pages).toBeGreaterThan(50);
  const { items } = unwrap(await terminal.call('audit.list', { limit: 10 }));
  const actions = items.map(({ action }) => action);
  expect(actions.indexOf('vault.rekey')).toBeLessThan(actions.indexOf('vault.rekey.begin'));
  expect(unwrap(await terminal.call('backup.list', {})).items).toHaveLength(1);
});

it('writes the log into a file, registers it as an exit and finds it intact', async () => {
  const destination = place('audit.jsonl');
  const exported = unwrap(
    await terminal.call('audit.export', { destination, recipient: 'Authority' }),
  );
  expect(unwrap(await terminal.call('exit.list', {})).items).toMatchObject([
    { kind: 'auditLog', recipient: 'Authority' },
  ]);
  const verified = unwrap(
    await terminal.call('audit.verifyFile', {
      source: destination,
      anchors: [place('vault/head.json')],
      verifierKey: exported.verifierKey,
    }),
  );
  // The anchor has gone on meanwhile: the file is genuine, and older than what is known.
  expect(verified).toMatchObject({ intact: false, flaw: 'anchor' });
  const alone = unwrap(await terminal.call('audit.verifyFile', { source: destination }));
  expect(alone).toMatchObject({ intact: true, leaves: exported.leaves });
});
