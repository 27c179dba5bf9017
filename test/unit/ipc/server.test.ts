import { describe, expect, it } from 'vitest';
import type { CallContext } from '../../../main/ipc/handlers/types.ts';
import { createMemoryPorts } from '../../../main/ipc/ports.ts';
import { fault } from '../../../main/platform/index.ts';
import {
  contract,
  mayCall,
  PROCEDURE_NAMES,
  ROLES,
  WIRE_VERSION,
  type ClientMessage,
  type Job,
  type ServerMessage,
} from '../../../shared/contract/index.ts';
import { failure, ok } from '../../../shared/kernel/result.ts';
import { createFakeCore } from '../../fakes/core.ts';
import { PASSPHRASE } from '../../fakes/vault.ts';

const COLLECTION = 'col_00000000000000000000000001';
const PURPOSE = 'pur_00000000000000000000000001';
const IMPORT = { format: 'auto', collection: { name: 'Notes' } } as const;
const until = (check: () => boolean) => expect.poll(check, { timeout: 2_000 }).toBe(true);

describe('a conversation', () => {
  it('greets, answers by number and refuses another version', async () => {
    const core = createFakeCore();
    const [inner, outer] = createMemoryPorts<ClientMessage, ServerMessage>();
    core.server.attach(inner, 'page');
    const heard: ServerMessage[] = [];
    outer.onMessage((message) => heard.push(message));
    outer.post({ v: WIRE_VERSION, hello: true });
    outer.post({ v: WIRE_VERSION, id: 7, p: 'vault.status', input: {} });
    outer.post({ v: 99, id: 8, p: 'vault.status', input: {} } as never);
    outer.post({ v: WIRE_VERSION, id: 9, p: 'vault.status', input: {}, extra: 1 } as never);
    outer.post('noise' as never);
    await until(() => heard.length === 4);
    expect(heard).toMatchObject([
      { hello: true, v: WIRE_VERSION, product: 'Cloister' },
      { id: 8, ok: false, error: { code: 'VERSION_MISMATCH' } },
      { id: 9, ok: false, error: { code: 'BAD_INPUT' } },
      { id: 7, ok: true, output: { state: 'absent' } },
    ]);
  });

  it('starts afresh with a new greeting: old numbers get no answer', async () => {
    const gate = Promise.withResolvers<void>();
    const core = createFakeCore({
      handlers: {
        'purpose.list': async () => {
          await gate.promise;
          return ok({ items: [] });
        },
      },
    });
    await core.unlocked();
    const [inner, outer] = createMemoryPorts<ClientMessage, ServerMessage>();
    core.server.attach(inner, 'page');
    const heard: ServerMessage[] = [];
    outer.onMessage((message) => heard.push(message));
    outer.post({ v: WIRE_VERSION, hello: true });
    outer.post({ v: WIRE_VERSION, id: 1, p: 'purpose.list', input: {} });
    outer.post({ v: WIRE_VERSION, hello: true });
    outer.post({ v: WIRE_VERSION, id: 1, p: 'vault.status', input: {} });
    await until(() => heard.length === 3);
    gate.resolve();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard.filter((message) => 'id' in message)).toMatchObject([
      { id: 1, ok: true, output: { state: 'unlocked' } },
    ]);
  });

  it('fails every pending and later call when the core is gone', async () => {
    const core = createFakeCore({
      handlers: { 'purpose.list': () => new Promise(() => undefined) },
    });
    const client = await core.unlocked();
    const pending = client.call('purpose.list', {});
    client.close();
    expect(await pending).toMatchObject({ ok: false, error: { code: 'PROCESS_RESTARTED' } });
    expect(await client.call('vault.status', {})).toMatchObject({
      ok: false,
      error: { code: 'PROCESS_RESTARTED' },
    });
  });
});

describe('what a call must pass', () => {
  it('answers LOCKED to everything but the open procedures while the vault is locked', async () => {
    const client = createFakeCore().connect();
    for (const name of PROCEDURE_NAMES.filter((each) => contract[each].roles !== 'anyone')) {
      const result = await client.call(name, {} as never);
      expect(result, name).toMatchObject({ ok: false, error: { code: 'LOCKED' } });
    }
    expect(await client.call('settings.get', {})).toMatchObject({ ok: true });
  });

  it('lets each role do what the table says and writes a leaf for each refusal', async () => {
    for (const role of ROLES) {
      const core = createFakeCore({ roles: [role] });
      const client = await core.unlocked();
      for (const name of PROCEDURE_NAMES.filter((each) => contract[each].roles !== 'anyone')) {
        core.leaves.length = 0;
        const result = await client.call(name, { nonsense: true } as never);
        const code = result.ok ? 'ok' : result.error.code;
        expect(code, `${role} ${name}`).toBe(mayCall(name, [role]) ? 'BAD_INPUT' : 'FORBIDDEN');
        const denials = core.leaves.filter((leaf) => leaf.outcome === 'denied');
        expect(denials.length, `${role} ${name}`).toBe(code === 'FORBIDDEN' ? 1 : 0);
      }
    }
  });

  it('names the field that does not fit and never its value', async () => {
    const client = createFakeCore().connect();
    const result = await client.call('vault.unlock', { passphrase: 'x'.repeat(2_000) });
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'BAD_INPUT', params: { field: 'passphrase' } },
    });
    expect(JSON.stringify(result)).not.toContain('xxx');
  });

  it('refuses what is too large or not plain data before looking at it', async () => {
    const client = await createFakeCore().unlocked();
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    for (const input of [cyclic, new Map(), { keys: Array(200_000).fill(0) }]) {
      expect(await client.call('settings.set', input as never)).toMatchObject({
        ok: false,
        error: { code: 'BAD_INPUT' },
      });
    }
  });

  it('lets the terminal name a path and the page not', async () => {
    const handlers = { 'corpus.import': () => failure('SOURCE_NOT_FOUND', 'Nothing is there.') };
    const input = { ...IMPORT, source: { kind: 'path', path: '/media/stick' } } as const;
    const page = await createFakeCore({ handlers }).unlocked('page');
    expect(await page.call('corpus.import', input)).toMatchObject({ error: { code: 'FORBIDDEN' } });
    const terminal = await createFakeCore({ handlers }).unlocked('terminal');
    expect(await terminal.call('corpus.import', input)).toMatchObject({
      error: { code: 'SOURCE_NOT_FOUND' },
    });
  });

  it('knows no procedure by an inherited name', async () => {
    const client = await createFakeCore().unlocked();
    for (const name of ['constructor', '__proto__', 'toString', 'label.guess']) {
      expect(await client.call(name as never, {} as never)).toMatchObject({
        error: { code: 'BAD_INPUT' },
      });
    }
  });
});

describe('what comes back', () => {
  it('turns a bug into INTERNAL with a number whose stack lies in the vault alone', async () => {
    const core = createFakeCore({
      handlers: {
        'purpose.list': () => {
          throw new Error('secret /home/ana/vault/vault.db');
        },
      },
    });
    const client = await core.unlocked('page');
    const result = await client.call('purpose.list', {});
    if (result.ok) throw new Error('expected a failure');
    expect(result.error.code).toBe('INTERNAL');
    expect(JSON.stringify(result)).not.toMatch(/secret|ana|\.ts/);
    const row = core.vaults
      .opened()
      ?.store.db.get<{ stack: string }>('SELECT stack FROM incident WHERE correlation_id = ?', [
        result.error.correlationId,
      ]);
    expect(row?.stack).toContain('secret');
  });

  it('shows the page no path, whatever a handler wrote; the terminal sees it', async () => {
    const handlers = {
      'purpose.list': () =>
        failure('DISK_FULL', 'No room in /home/ana/Cloister/vault/vault.db, see 6(1)/9(2).', {
          file: '/home/ana/Cloister/vault.db',
        }),
    };
    const page = await createFakeCore({ handlers }).unlocked('page');
    expect(await page.call('purpose.list', {})).toMatchObject({
      error: { message: 'No room in … see 6(1)/9(2).', params: { file: '…' } },
    });
    const terminal = await createFakeCore({ handlers }).unlocked('terminal');
    expect(JSON.stringify(await terminal.call('purpose.list', {}))).toContain('/home/ana');
  });

  it('carries a Fault thrown deep inside as its failure', async () => {
    const client = await createFakeCore({
      handlers: {
        'purpose.list': () => {
          throw fault('DISK_FULL', 'The disk is full.', { file: 'vault.db' });
        },
      },
    }).unlocked();
    expect(await client.call('purpose.list', {})).toMatchObject({ error: { code: 'DISK_FULL' } });
  });

  it('never lets an output through that the table does not describe', async () => {
    const client = await createFakeCore({
      handlers: { 'purpose.list': () => ok({ items: [], path: '/x' }) as never },
    }).unlocked();
    expect(await client.call('purpose.list', {})).toMatchObject({ error: { code: 'INTERNAL' } });
  });

  it('writes a leaf for what was done, with the notes of the handler, and none for plain queries', async () => {
    const core = createFakeCore({
      handlers: {
        'purpose.retire': (_, context) => {
          context.note({ object: PURPOSE, counts: { documents: 3 } });
          return ok({} as never);
        },
        'purpose.list': () => ok({ items: [] }),
      },
    });
    const client = await core.unlocked();
    await client.call('purpose.list', {});
    await client.call('purpose.retire', { purposeId: PURPOSE, reason: '' });
    expect(core.leaves).toMatchObject([
      { action: 'purpose.retire', level: 'full', object: PURPOSE, counts: { documents: 3 } },
    ]);
  });

  it('gives no text out when its leaf cannot be written', async () => {
    const core = createFakeCore({
      handlers: { 'report.read': () => ok({ mediaType: 'text/plain', content: 'a name' }) },
      onAudit(entry) {
        if (entry.action === 'report.read') throw fault('DISK_FULL', 'The disk is full.');
      },
    });
    const client = await core.unlocked();
    const result = await client.call('report.read', {
      reportId: 'rep_00000000000000000000000001',
      file: 'a',
    });
    expect(result).toMatchObject({ ok: false, error: { code: 'DISK_FULL' } });
  });
});

describe('time', () => {
  it('ends a slow query at its deadline and tells its handler', async () => {
    let signal: AbortSignal | undefined;
    const client = await createFakeCore({
      timeouts: { queryMs: 20, commandMs: 20 },
      handlers: {
        'purpose.list': (_, context) => {
          signal = context.signal;
          return new Promise(() => undefined);
        },
      },
    }).unlocked();
    expect(await client.call('purpose.list', {})).toMatchObject({ error: { code: 'TIMEOUT' } });
    expect(signal?.aborted).toBe(true);
  });

  it('answers a cancelled query at once', async () => {
    const client = await createFakeCore({
      handlers: { 'purpose.list': () => new Promise(() => undefined) },
    }).unlocked();
    const stop = new AbortController();
    const pending = client.call('purpose.list', {}, { signal: stop.signal });
    setTimeout(() => stop.abort(), 10);
    expect(await pending).toMatchObject({ error: { code: 'CANCELLED' } });
  });
});

describe('jobs', () => {
  /** Runs until it is stopped, like a training loop that looks at its signal at every step. */
  const endless = async (context: CallContext) => {
    context.title('Notes');
    for (let done = 0; !context.signal.aborted; done += 1) {
      context.progress({ stage: 'reading', done, total: null, unit: 'files', etaSeconds: null });
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return failure('CANCELLED', 'Cancelled. The good rows are kept.');
  };
  const core = (roles = ROLES) =>
    createFakeCore({
      roles,
      handlers: { 'corpus.import': (_, context) => endless(context) },
    });
  const input = { ...IMPORT, source: { kind: 'intake', intakeId: 'itk_00000001' } } as const;

  it('tells its number, reports at most ten times a second, and stops by its number', async () => {
    const client = await core().unlocked();
    let jobId = '';
    let reports = 0;
    const started = performance.now();
    const pending = client.call('corpus.import', input, {
      onJob: (id) => (jobId = id),
      onProgress: () => (reports += 1),
    });
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect(await client.call('job.cancel', { jobId })).toMatchObject({ ok: true });
    expect(await pending).toMatchObject({ error: { code: 'CANCELLED' } });
    expect(reports).toBeGreaterThan(1);
    expect(reports).toBeLessThanOrEqual(Math.ceil((performance.now() - started) / 100) + 1);
    const list = await client.call('job.list', {});
    expect(list.ok && list.value.items).toMatchObject([
      { jobId, state: 'cancelled', title: 'Notes', keeps: 'goodRows' },
    ]);
    expect(await client.call('job.cancel', { jobId })).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
  });

  it('goes on when the client that started it leaves', async () => {
    const one = core();
    const first = await one.unlocked();
    void first.call('corpus.import', input);
    const second = one.connect();
    const heard: Job[] = [];
    second.on('job.changed', (job) => heard.push(job));
    await until(() => heard.some((job) => job.state === 'running'));
    first.close();
    await until(() => heard.filter((job) => job.progress).length > 3);
    const jobId = heard[0]?.jobId ?? '';
    await second.call('job.cancel', { jobId });
    await until(() => heard.at(-1)?.state === 'cancelled');
  });

  it('goes on while the vault is locked, for nobody to see; the same person finds it again', async () => {
    const one = core();
    const client = await one.unlocked();
    const heard: Job[] = [];
    client.on('job.changed', (job) => heard.push(job));
    const pending = client.call('corpus.import', input);
    await until(() => heard.length > 0);
    await client.call('vault.lock', {});
    expect(await pending).toMatchObject({ error: { code: 'LOCKED' } });
    expect(await client.call('job.list', {})).toMatchObject({ error: { code: 'LOCKED' } });
    const before = heard.length;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(heard.length).toBe(before);
    expect(one.vaults.closedTimes()).toBe(0);

    expect(await client.call('vault.unlock', { passphrase: 'wrong' })).toMatchObject({
      error: { code: 'WRONG_PASSPHRASE' },
    });
    expect(
      await client.call('vault.unlock', { passphrase: PASSPHRASE, userId: 'usr_someoneelse' }),
    ).toMatchObject({ error: { code: 'VAULT_IN_USE' } });
    await client.call('vault.unlock', { passphrase: PASSPHRASE });
    const list = await client.call('job.list', {});
    expect(list.ok && list.value.items).toMatchObject([{ state: 'running' }]);

    await client.call('vault.lock', {});
    await client.call('vault.unlock', { passphrase: PASSPHRASE });
    await client.call('job.cancel', { jobId: heard[0]?.jobId ?? '' });
    await until(() => heard.at(-1)?.state === 'cancelled');
    expect(one.vaults.closedTimes()).toBe(0);
  });

  it('keeps the vault open no longer than it runs', async () => {
    const done = Promise.withResolvers<void>();
    const one = createFakeCore({
      handlers: { 'deid.run': () => done.promise.then(() => failure('NOT_FOUND', 'Gone.')) },
    });
    const client = await one.unlocked();
    void client.call('deid.run', { collectionId: COLLECTION, purposeId: PURPOSE, mode: 'type' });
    await client.call('vault.lock', {});
    expect(one.vaults.closedTimes()).toBe(0);
    done.resolve();
    await until(() => one.vaults.closedTimes() === 1);
  });

  it('is interrupted when the shell locks, and so marked', async () => {
    const one = core();
    const client = await one.unlocked();
    void client.call('corpus.import', input);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await one.server.lock();
    expect(one.vaults.closedTimes()).toBe(1);
    await client.call('vault.unlock', { passphrase: PASSPHRASE });
    const list = await client.call('job.list', {});
    expect(list.ok && list.value.items).toMatchObject([{ state: 'interrupted' }]);
  });

  it('that does not stop is written down as interrupted all the same', async () => {
    const one = createFakeCore({
      lockPatienceMs: 30,
      handlers: { 'deid.run': () => new Promise(() => undefined) },
    });
    const client = await one.unlocked();
    void client.call('deid.run', { collectionId: COLLECTION, purposeId: PURPOSE, mode: 'type' });
    await new Promise((resolve) => setTimeout(resolve, 10));
    await one.server.lock();
    await client.call('vault.unlock', { passphrase: PASSPHRASE });
    const list = await client.call('job.list', {});
    expect(list.ok && list.value.items).toMatchObject([{ state: 'interrupted' }]);
  });

  it('left running by a crash is interrupted at the next unlock', async () => {
    const one = core();
    const client = await one.unlocked();
    await client.call('vault.lock', {});
    const { db } = (one.vaults.opened() ?? { store: undefined }).store ?? {};
    expect(db).toBeUndefined();
    await client.call('vault.unlock', { passphrase: PASSPHRASE });
    one.vaults
      .opened()
      ?.store.db.run(
        "INSERT INTO job VALUES ('job_00000009', 'train.run', 'x', 'running', '2026-01-01T00:00:00.000Z', NULL, NULL, 'checkpoint', NULL, 'usr_1')",
      );
    await client.call('vault.lock', {});
    await client.call('vault.unlock', { passphrase: PASSPHRASE });
    const list = await client.call('job.list', {});
    expect(list.ok && list.value.items).toMatchObject([{ state: 'interrupted' }]);
  });
});

describe('signing in', () => {
  it('counts refused passphrases into the leaf of the next unlock', async () => {
    const core = createFakeCore();
    const client = await core.unlocked();
    await client.call('vault.lock', {});
    for (const passphrase of ['a', 'b']) {
      expect(await client.call('vault.unlock', { passphrase })).toMatchObject({
        error: { code: 'WRONG_PASSPHRASE' },
      });
    }
    await client.call('vault.unlock', { passphrase: PASSPHRASE });
    expect(core.leaves.at(-1)).toMatchObject({
      action: 'vault.unlock',
      counts: { refusedAttempts: 2 },
    });
  });

  it('asks for the passphrase again even when the vault is open', async () => {
    const client = await createFakeCore().unlocked();
    expect(await client.call('vault.unlock', { passphrase: 'wrong' })).toMatchObject({
      error: { code: 'WRONG_PASSPHRASE' },
    });
    expect(await client.call('vault.unlock', { passphrase: PASSPHRASE })).toMatchObject({
      ok: true,
      value: { state: 'unlocked', user: { name: 'Ana' } },
    });
  });

  it('makes a guesser wait while a job keeps the vault open', async () => {
    const core = createFakeCore({ handlers: { 'deid.run': () => new Promise(() => undefined) } });
    const client = await core.unlocked();
    void client.call('deid.run', { collectionId: COLLECTION, purposeId: PURPOSE, mode: 'type' });
    await client.call('vault.lock', {});
    const attempt = async (passphrase: string) => {
      const result = await client.call('vault.unlock', { passphrase });
      return result.ok ? 'open' : result.error.code;
    };
    for (const guess of ['a', 'b', 'c']) expect(await attempt(guess)).toBe('WRONG_PASSPHRASE');
    expect(await attempt(PASSPHRASE)).toBe('THROTTLED');
    core.clock.advance(2_000);
    expect(await attempt('d')).toBe('WRONG_PASSPHRASE');
    core.clock.advance(2_000);
    expect(await attempt(PASSPHRASE)).toBe('THROTTLED');
    core.clock.advance(2_000);
    expect(await attempt(PASSPHRASE)).toBe('open');
  });

  it('tells every client when the state changes, and nothing else to a locked one', async () => {
    const core = createFakeCore({
      handlers: {
        'purpose.list': (_, context) => {
          context.changed('purposes', 'purposes');
          return ok({ items: [] });
        },
      },
    });
    const other = core.connect('page');
    const states: string[] = [];
    const scopes: unknown[] = [];
    other.on('vault.changed', ({ state }) => states.push(state));
    other.on('data.changed', (payload) => scopes.push(payload.scopes));
    await other.call('vault.status', {});
    const client = await core.unlocked();
    await client.call('purpose.list', {});
    await client.call('vault.lock', {});
    await until(() => states.length === 2 && scopes.length === 1);
    expect(states).toEqual(['unlocked', 'locked']);
    expect(scopes).toEqual([['purposes']]);
  });

  it('locks behind a page that has fallen silent, never behind a terminal that waits for a job', async () => {
    for (const [kind, locked] of [
      ['page', true],
      ['terminal', false],
    ] as const) {
      const core = createFakeCore({ idleCheckMs: 5 });
      await core.unlocked(kind);
      core.clock.advance(29 * 60_000);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(core.server.session(), kind).toBeDefined();
      core.clock.advance(2 * 60_000);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(core.server.session() === undefined, kind).toBe(locked);
    }
  });

  it('remembers settings per person, and speaks the last language when locked', async () => {
    const client = await createFakeCore().unlocked();
    await client.call('settings.set', { locale: 'zh', lockAfterMinutes: 5 });
    await client.call('vault.lock', {});
    expect(await client.call('settings.get', {})).toMatchObject({ value: { locale: 'zh' } });
    expect(await client.call('vault.status', {})).toMatchObject({
      value: { state: 'locked', lockAfterMinutes: 5 },
    });
    expect(await client.call('settings.set', { locale: 'de' })).toMatchObject({
      error: { code: 'LOCKED' },
    });
  });
});
