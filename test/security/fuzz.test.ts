// Random input at every procedure of a real core with real data: it may be refused, never crash, never end
// in INTERNAL, and never tell a page where things lie.
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Server } from '../../main/ipc/server.ts';
import {
  COMMON_ERRORS,
  contract,
  PROCEDURE_NAMES,
  type Client,
  type ProcedureName,
} from '../../shared/contract/index.ts';
import { inputOf } from '../fakes/inputs.ts';
import { createHouse, fillHouse } from './house.ts';

const RUNS = Number(process.env.CLOISTER_FUZZ_RUNS ?? 30);
const SEED = Number(process.env.CLOISTER_FUZZ_SEED ?? 20261123);
/** These change who is signed in; they have tests of their own in test/unit/ipc. */
const LIFECYCLE: readonly ProcedureName[] = ['vault.create', 'vault.unlock', 'vault.lock'];
/** Each of these scans or rekeys the whole vault: fewer, not none. */
const HEAVY: readonly ProcedureName[] = [
  'request.erase',
  'request.access',
  'deid.run',
  'audit.verify',
  'audit.export',
  'backup.create',
  'backup.drill',
  'vault.rekey',
];

describe('random input', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloister-fuzz-'));
  let server: Server;
  let page: Client;
  let terminal: Client;
  let identifiers: string[] = [];

  beforeAll(async () => {
    const house = createHouse(join(folder, 'vault'));
    server = house.server;
    page = house.connect('page');
    terminal = house.connect('terminal');
    identifiers = await fillHouse(terminal);
  });
  afterAll(async () => {
    await server?.lock();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(PROCEDURE_NAMES.filter((name) => !LIFECYCLE.includes(name)))('at %s', async (name) => {
    const allowed: readonly string[] = [...contract[name].errors, ...COMMON_ERRORS];
    await fc.assert(
      fc.asyncProperty(inputOf(name, identifiers), async (input) => {
        const result = await page.call(name, input as never);
        if (result.ok) return;
        const { code, message } = result.error;
        const stack = code === 'INTERNAL' ? stackOf(result.error.correlationId) : '';
        expect(code, `${message}\n${stack}`).not.toBe('INTERNAL');
        expect(allowed, `${name} answered ${code}: ${message}`).toContain(code);
        expect(JSON.stringify(result.error)).not.toContain(folder);
      }),
      {
        numRuns: HEAVY.includes(name) ? Math.ceil(RUNS / 5) : RUNS,
        seed: SEED,
        endOnFailure: true,
      },
    );
  });

  it('leaves a vault whose log is whole', async () => {
    const result = await terminal.call('audit.verify', {});
    expect(result).toMatchObject({ ok: true, value: { intact: true } });
  });

  const stackOf = (correlationId: string): string =>
    server
      .session()
      ?.vault.store.db.get<{ stack: string }>(
        'SELECT stack FROM incident WHERE correlation_id = ?',
        [correlationId],
      )?.stack ?? '';
});
