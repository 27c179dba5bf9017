// The rule of two persons, the read-only vault and the recovery code, through the binding that page and
// terminal use, over a real vault.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openParts } from '../../../main/ipc/parts.ts';
import { createMemoryPorts } from '../../../main/ipc/ports.ts';
import { createServer, type Server } from '../../../main/ipc/server.ts';
import { createSettingsBook } from '../../../main/ipc/settings.ts';
import { createClock, createRandom } from '../../../main/platform/index.ts';
import { createVaultFiles, KDF_FLOOR } from '../../../main/store/index.ts';
import { createPortClient } from '../../../shared/contract/client.ts';
import type { Client, ClientMessage, ServerMessage } from '../../../shared/contract/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';

const FOUNDER = 'passphrase of the founder';
const SECOND = 'passphrase of the second';
const clock = createClock();
const random = createRandom(clock);

let root: string;
let folder: string;
let server: Server;
let client: Client;

const start = (): void => {
  server = createServer({
    product: { name: 'Cloister', version: '0.0.0' },
    folder,
    vaults: createVaultFiles({ clock, random, kdfCost: KDF_FLOOR }),
    clock,
    random,
    settings: createSettingsBook('en-US'),
    openParts: openParts({
      launchCompute: () => {
        throw new Error('Nothing is computed here');
      },
      appVersion: '0.0.0',
      clock,
      random,
    }),
    checkOutput: true,
  });
  const [core, outside] = createMemoryPorts<ClientMessage, ServerMessage>();
  server.attach(core, 'page');
  client = createPortClient(outside);
};
const call: Client['call'] = (name, input, options) => client.call(name, input, options);
const create = async (working: 'alone' | 'together') =>
  unwrap(
    await call('vault.create', { name: 'Ward', userName: 'Ana', passphrase: FOUNDER, working }),
  );
const addSteward = async () =>
  unwrap(await call('user.add', { name: 'Marta', roles: ['steward'], passphrase: SECOND }));
const lastActions = async (limit = 20): Promise<string[]> =>
  unwrap(await call('audit.list', { limit })).items.map(({ action }) => action);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cloister-vault-'));
  folder = join(root, 'vault');
  start();
});
afterEach(async () => {
  await server.lock();
  rmSync(root, { recursive: true, force: true });
});

describe('a vault for several people', () => {
  it('is made by an administrator who reads nothing and lets others in', async () => {
    const { user } = await create('together');
    expect(user?.roles).toEqual(['administrator']);
    expect(await call('document.read', { documentId: 'doc_00000001' } as never)).toMatchObject({
      error: { code: 'FORBIDDEN' },
    });
    await addSteward();

    const clinician = { name: 'Lin', roles: ['clinician' as const], passphrase: 'first of Lin' };
    expect(await call('user.add', clinician)).toMatchObject({ error: { code: 'ORDER_NEEDED' } });
    const order = unwrap(
      await call('order.request', {
        procedure: 'user.add',
        input: clinician,
        reason: 'Starts on Monday.',
        passphrase: FOUNDER,
      }),
    );
    expect(order.facts).toEqual({ name: 'Lin', roles: ['clinician'] });
    expect(order.approvers.map(({ name }) => name)).toEqual(['Marta']);
    expect(await call('user.add', clinician)).toMatchObject({ error: { code: 'ORDER_NEEDED' } });
    const userId = order.approvers[0]!.userId;
    unwrap(await call('order.approve', { orderId: order.orderId, userId, passphrase: SECOND }));

    const more = { ...clinician, roles: ['clinician' as const, 'steward' as const] };
    expect(await call('user.add', more)).toMatchObject({ error: { code: 'ORDER_NEEDED' } });
    unwrap(await call('user.add', clinician));
    expect(await call('user.add', { ...clinician, name: 'Lin' })).toMatchObject({ ok: false });
    expect(unwrap(await call('user.list', {})).items.map(({ name }) => name)).toEqual([
      'Ana',
      'Marta',
      'Lin',
    ]);
    expect(unwrap(await call('order.list', {})).items[0]?.state).toBe('carriedOut');
  });

  it('keeps no passphrase in an order and makes a guesser wait', async () => {
    await create('together');
    await addSteward();
    const { orderId, approvers } = unwrap(
      await call('order.request', {
        procedure: 'user.add',
        input: { name: 'Lin', roles: ['auditor'], passphrase: 'never to be stored' },
        reason: 'Audit.',
        passphrase: FOUNDER,
      }),
    );
    const page = server.session()!.vault.store.image();
    for (const bytes of page) expect(bytes.includes('never to be stored')).toBe(false);
    const codes: string[] = [];
    for (let i = 0; i < 5; i++) {
      const guess = { orderId, userId: approvers[0]!.userId, passphrase: `guess ${i}` };
      const result = await call('order.approve', guess);
      codes.push(result.ok ? 'ok' : result.error.code);
    }
    expect(codes).toContain('THROTTLED');
    expect(codes).not.toContain('ok');
  });

  it('is opened by the printed code, which says so and may give a new passphrase alone', async () => {
    await create('together');
    await addSteward();
    const { code } = unwrap(await call('recovery.make', { passphrase: FOUNDER }));
    unwrap(await call('recovery.confirm', { code }));
    const ana = unwrap(await call('vault.status', {})).user!.userId;
    unwrap(await call('vault.lock', {}));

    const status = unwrap(await call('vault.unlock', { passphrase: code.toLowerCase() }));
    expect(status).toMatchObject({ byRecoveryCode: true, user: { roles: ['administrator'] } });
    expect(await lastActions()).toContain('recovery.use');
    expect(await call('user.setRoles', { userId: ana, roles: ['steward'] })).toMatchObject({
      error: { code: 'ORDER_NEEDED' },
    });
    unwrap(await call('user.resetPassphrase', { userId: ana, passphrase: 'found again' }));
    expect(await lastActions()).toContain('order.alone');
    unwrap(await call('vault.lock', {}));
    const again = unwrap(await call('vault.unlock', { passphrase: 'found again', userId: ana }));
    expect(again.byRecoveryCode).toBe(false);
  });
});

describe('a vault that was put back to an older state', () => {
  it('is looked at, not worked in, until two people accept it', async () => {
    await create('alone');
    await addSteward();
    unwrap(await call('vault.lock', {}));
    const older = join(root, 'older.db');
    cpSync(join(folder, 'vault.db'), older);
    const ana = unwrap(await call('vault.status', {})).users[0]!.userId;
    unwrap(await call('vault.unlock', { passphrase: FOUNDER, userId: ana }));
    unwrap(await call('user.changePassphrase', { current: FOUNDER, next: FOUNDER }));
    unwrap(await call('vault.lock', {}));
    cpSync(older, join(folder, 'vault.db'));

    const opened = unwrap(await call('vault.unlock', { passphrase: FOUNDER, userId: ana }));
    expect(opened).toMatchObject({ integrity: 'rolledBack', readOnly: true });
    const size = unwrap(await call('audit.list', {})).total;
    const purpose = {
      name: 'Research',
      description: '',
      operations: ['read' as const],
      categories: ['health' as const],
      basis: { article6: '6(1)(a)' as const, article9: '9(2)(a)' as const },
      noticeVersion: '1',
      retentionDays: null,
    };
    expect(await call('purpose.declare', purpose as never)).toMatchObject({
      error: { code: 'READ_ONLY' },
    });
    expect(await call('document.read', { documentId: 'doc_00000001' } as never)).toMatchObject({
      error: { code: 'READ_ONLY' },
    });
    expect(unwrap(await call('audit.verify', {})).intact).toBe(false);
    expect(unwrap(await call('audit.list', {})).total).toBe(size);

    const reason = 'The disk was replaced from yesterday’s copy.';
    expect(
      await call('audit.acceptHead', { reason, passphrase: FOUNDER, second: null }),
    ).toMatchObject({ error: { code: 'FORBIDDEN' } });
    const marta = unwrap(await call('user.list', {})).items.find(({ name }) => name === 'Marta')!;
    const second = { userId: marta.userId, passphrase: SECOND };
    unwrap(await call('audit.acceptHead', { reason, passphrase: FOUNDER, second }));
    expect(unwrap(await call('vault.status', {}))).toMatchObject({
      integrity: 'intact',
      readOnly: false,
    });
    expect((await lastActions()).slice(0, 2)).toEqual(['audit.acceptHead', 'audit.accept']);
    expect(unwrap(await call('audit.verify', {})).intact).toBe(true);
    unwrap(await call('vault.lock', {}));
    expect(unwrap(await call('vault.unlock', { passphrase: FOUNDER, userId: ana })).integrity).toBe(
      'intact',
    );
  });
});
