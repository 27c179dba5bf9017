// Random input at every procedure of a real core with real data: it may be refused, never crash, never end
// in INTERNAL, and never tell a page where things lie.
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openParts } from '../../main/ipc/parts.ts';
import { createMemoryPorts } from '../../main/ipc/ports.ts';
import { createServer, type Server } from '../../main/ipc/server.ts';
import { createSettingsBook } from '../../main/ipc/settings.ts';
import { createClock, createRandom } from '../../main/platform/index.ts';
import { createVaultFiles, KDF_FLOOR } from '../../main/store/index.ts';
import { createPortClient } from '../../shared/contract/client.ts';
import {
  COMMON_ERRORS,
  contract,
  PROCEDURE_NAMES,
  type Client,
  type ClientMessage,
  type ProcedureName,
  type ServerMessage,
} from '../../shared/contract/index.ts';
import { inputOf } from '../fakes/inputs.ts';

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
    const clock = createClock();
    const random = createRandom(clock);
    server = createServer({
      product: { name: 'Cloister', version: '0.0.0' },
      folder: join(folder, 'vault'),
      vaults: createVaultFiles({ clock, random, kdfCost: KDF_FLOOR }),
      clock,
      random,
      settings: createSettingsBook('en'),
      // A compute process that dies at once: training and suggestions must fail in words.
      openParts: openParts({
        appVersion: '0.0.0',
        launchCompute: () => ({
          post: () => undefined,
          onMessage: () => undefined,
          onExit: (callback) => queueMicrotask(() => callback({ code: 1, signal: null })),
          kill: () => undefined,
        }),
      }),
      checkOutput: true,
    });
    const connect = (kind: 'page' | 'terminal'): Client => {
      const [inner, outer] = createMemoryPorts<ClientMessage, ServerMessage>();
      server.attach(inner, kind);
      return createPortClient(outer);
    };
    page = connect('page');
    terminal = connect('terminal');
    identifiers = await fill(terminal);
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

  /** A small house with something in every room; returns the identifiers that exist. */
  async function fill(client: Client): Promise<string[]> {
    const must = async <N extends ProcedureName>(name: N, input: unknown) => {
      const result = await client.call(name, input as never);
      if (!result.ok) throw new Error(`${name}: ${result.error.code} ${result.error.message}`);
      return result.value as Record<string, unknown>;
    };
    await must('vault.create', {
      name: 'Fuzz',
      userName: 'Fuzz',
      passphrase: 'correct horse battery',
    });
    const samples = fileURLToPath(new URL('../../resources/samples/dev/clinical', import.meta.url));
    const imported = await must('corpus.import', {
      source: { kind: 'path', path: samples },
      collection: { name: 'dev' },
      subjects: { by: 'pattern', pattern: '^(?:MRN|NHC|Fallnummer|病案号)[:：] ?(\\d+)' },
    });
    const purpose = await must('purpose.declare', {
      name: 'research',
      operations: ['read', 'label', 'train', 'evaluate', 'suggest', 'export', 'deidentify'],
      basis: { article6: '6(1)(a)', article9: '9(2)(a)' },
    });
    const { collectionId } = imported;
    const { purposeId } = purpose;
    await must('consent.record', { purposeId, subjects: { collectionId }, decision: 'given' });
    const project = await must('project.create', { name: 'p', purposeId, collectionId });
    const snapshot = await must('snapshot.freeze', { projectId: project.projectId, name: 's' });
    const documents = (await must('corpus.list', { limit: 3 })) as {
      items?: { documentId: string; subjectId: string }[];
    };
    const [first] = documents.items ?? [];
    const request = await must('request.open', {
      kind: 'access',
      subject: { subjectId: first?.subjectId },
    });
    return [
      imported.importId,
      collectionId,
      purposeId,
      project.projectId,
      snapshot.snapshotId,
      first?.documentId,
      first?.subjectId,
      request.requestId,
    ].map(String);
  }
});
