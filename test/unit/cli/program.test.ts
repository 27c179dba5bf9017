import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runCli } from '../../../main/cli/program.ts';
import type { Handlers } from '../../../main/ipc/handlers/types.ts';
import { failure, ok } from '../../../shared/kernel/result.ts';
import { createFakeCore, type FakeCore } from '../../fakes/core.ts';
import { createFakeTerminal, type FakeTerminal } from '../../fakes/terminal.ts';
import { PASSPHRASE } from '../../fakes/vault.ts';

const folders: string[] = [];
const scratch = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'cloister-cli-'));
  folders.push(folder);
  return folder;
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly terminal: FakeTerminal;
  readonly core: FakeCore;
  readonly vault: string;
}

/** Runs one command against a core with the given handlers; the vault exists and is locked. */
async function cloister(
  args: readonly string[],
  handlers: Partial<Handlers> = {},
  answers: readonly string[] = [PASSPHRASE],
): Promise<Ran> {
  const core = createFakeCore({ handlers });
  await (await core.unlocked()).call('vault.lock', {});
  const terminal = createFakeTerminal(answers);
  let vault = '';
  const code = await runCli(args, {
    terminal,
    connect(folder) {
      vault = folder;
      const client = core.connect('terminal');
      return {
        client,
        close() {
          client.close();
          return core.server.lock().then(() => undefined);
        },
      };
    },
    defaultVault: () => '/default/vault',
    open: () => Promise.resolve(0),
    workbench: () => Promise.reject(new Error('No test asked for the engine')),
    version: '1.2.3',
  });
  return { code, terminal, core, vault };
}

const PURPOSE = {
  purposeId: 'pur_00000001',
  parentId: null,
  depth: 0,
  name: 'research',
  description: '',
  operations: ['read' as const],
  categories: ['health' as const],
  basis: { article6: '6(1)(a)' as const, article9: null, piplSeparateConsent: false },
  needsConsent: true,
  noticeVersion: '1',
  retentionDays: null,
  state: 'active' as const,
  declaredAt: '2026-11-23T09:00:00.000Z',
};

describe('the command line', () => {
  it('prints the result on standard output and nothing else there', async () => {
    const { code, terminal } = await cloister(['purpose', 'list'], {
      'purpose.list': () => ok({ items: [PURPOSE] }),
    });
    expect(code).toBe(0);
    expect(terminal.written).toHaveLength(1);
    expect(terminal.written[0]).toMatch(/^purpose +state +basis/);
    expect(terminal.written[0]).toContain('research  active  6(1)(a)');
  });

  it('prints JSON that a program can read', async () => {
    const { terminal } = await cloister(['purpose', 'list', '--json'], {
      'purpose.list': () => ok({ items: [PURPOSE] }),
    });
    expect(JSON.parse(terminal.written.join(''))).toEqual([PURPOSE]);
  });

  it.each([
    ['wrong passphrase', ['purpose', 'list'], {}, ['wrong'], 5, 'WRONG_PASSPHRASE'],
    [
      'gate denied',
      ['purpose', 'list'],
      { 'purpose.list': () => failure('GATE_DENIED', 'The gate said no.') },
      [PASSPHRASE],
      4,
      'GATE_DENIED',
    ],
    [
      'nothing of that name',
      ['gate', 'summary', '--purpose', 'x'],
      {
        'purpose.list': () => ok({ items: [PURPOSE] }),
      },
      [PASSPHRASE],
      3,
      'NOT_FOUND',
    ],
    [
      'contract refuses the input',
      ['evaluate', 'run', '--model', 'm', '--split', 'all'],
      {
        'model.list': () => ok({ items: [MODEL] }),
      },
      [PASSPHRASE],
      2,
      'BAD_INPUT',
    ],
  ] as const)(
    'ends with the class of the failure: %s',
    async (_, args, handlers, answers, exit, code) => {
      const ran = await cloister(args, handlers as Partial<Handlers>, answers);
      expect(ran.terminal.notes.join('\n')).toContain(`[${code}]`);
      expect(ran.code).toBe(exit);
      expect(ran.terminal.written).toEqual([]);
    },
  );

  it('has help with examples for every command, and fails on an unknown one', async () => {
    for (const args of [['--help'], ['consent', '--help'], ['consent', 'record', '--help']]) {
      const { code, terminal } = await cloister(args);
      expect(code, args.join(' ')).toBe(0);
      expect(terminal.written.join('\n')).toContain('Usage: cloister');
    }
    const { terminal } = await cloister(['consent', 'record', '--help']);
    expect(terminal.written.join('\n')).toContain('cloister consent record --purpose research');
    expect((await cloister(['vault', 'explode'])).code).toBe(2);
    expect((await cloister(['corpus', 'import', 'x'])).code).toBe(2); // --collection is missing
    expect((await cloister(['--version'])).terminal.written).toEqual(['1.2.3']);
  });

  it('takes no passphrase from the command line', async () => {
    const { code } = await cloister(['purpose', 'list', '--passphrase', PASSPHRASE]);
    expect(code).toBe(2);
  });

  it('takes the passphrase from a file or a descriptor', async () => {
    const file = join(scratch(), 'passphrase');
    writeFileSync(file, `${PASSPHRASE}\n`, { mode: 0o644 });
    const handlers = { 'purpose.list': () => ok({ items: [] }) };
    const fromFile = await cloister(['purpose', 'list', '--passphrase-file', file], handlers, []);
    expect(fromFile.code).toBe(0);
    expect(fromFile.terminal.notes.join()).toContain('Set its mode to 600');
    const fromFd = await cloister(['purpose', 'list', '--passphrase-fd', '3'], handlers);
    expect(fromFd.code).toBe(0);
    const nobody = await cloister(['purpose', 'list'], handlers, []);
    expect(nobody.code).toBe(2);
  });

  it('asks twice for a new passphrase and stops when they differ', async () => {
    const differ = await cloister(['vault', 'create', '--vault', '/new'], {}, ['one', 'two']);
    expect(differ.code).toBe(2);
    expect(differ.terminal.notes.join()).toContain('differ');
    const same = await cloister(['vault', 'create', '--vault', '/new'], {}, ['one', 'one']);
    expect(same.vault).toBe('/new');
    expect(same.terminal.notes.join()).toContain('VAULT_EXISTS');
  });
});

const MODEL = {
  modelId: 'mdl_00000001',
  name: 'm',
  runId: 'run_00000001',
  architecture: 'tagger',
  task: 'spans' as const,
  labels: ['NAME'],
  createdAt: '2026-11-23T09:00:00.000Z',
  sizeBytes: 1,
  sha256: 'a'.repeat(64),
  state: 'valid' as const,
  stateReason: null,
  purposeId: 'pur_00000001',
  purpose: 'research',
  snapshotId: 'snp_00000001',
  snapshot: 's',
  subjects: 1,
  documents: 1,
};

describe('commands', () => {
  it('records consent for the first column of a file', async () => {
    const file = join(scratch(), 'keys.csv');
    writeFileSync(file, '\ufeffnumber;decision\r\n"441";yes\n442,yes\n441,again\n\n');
    let heard: unknown;
    const { code, terminal } = await cloister(['consent', 'record', '--keys-file', file], {
      'purpose.list': () => ok({ items: [PURPOSE] }),
      'consent.record'(input) {
        heard = input.subjects;
        return ok({ recorded: 1, unchanged: 0, unknownKeys: ['442'] });
      },
    });
    expect(code).toBe(0);
    expect(heard).toEqual({ keys: ['441', '442'] });
    expect(terminal.written.join()).toContain('Unknown here: 442');
  });

  it('imports a table of decisions row by row and names the bad ones', async () => {
    const file = join(scratch(), 'consents.csv');
    writeFileSync(
      file,
      [
        '\ufeffNumber;Purpose;Decision;Date;Channel;Evidence;Expires',
        '441;research;given;2026-11-20;paper;"binder 7; page 2, left";2027-11-20',
        '442;research;withdrawn;2026-11-21;;;',
        '443;research;perhaps;;;A, B;',
        '444;research;given;2026-02-30;;;',
        '445;Nothing;given;;;;',
        '446;research;refused;;verbal;;',
      ].join('\r\n'),
    );
    const heard: unknown[] = [];
    const told = { recorded: 1, unchanged: 0, unknownKeys: [] };
    const { code, terminal } = await cloister(['consent', 'import', file, '--json'], {
      'purpose.list': () => ok({ items: [PURPOSE] }),
      'consent.record'(input) {
        heard.push([input.subjects, input.decision, input.at, input.evidence, input.expiresAt]);
        const isKnown = JSON.stringify(input.subjects).includes('441');
        return ok(isKnown ? told : { recorded: 0, unchanged: 0, unknownKeys: ['446'] });
      },
      'consent.withdraw'(input) {
        heard.push([input.subjects, input.reason]);
        return ok({ ...told, staleModels: 0 });
      },
    });
    expect(code).toBe(7);
    expect(heard).toEqual([
      [
        { keys: ['441'] },
        'given',
        '2026-11-20T00:00:00.000Z',
        'binder 7; page 2, left',
        '2027-11-20T00:00:00.000Z',
      ],
      [{ keys: ['442'] }, '2026-11-21'],
      [{ keys: ['446'] }, 'refused', undefined, '', null],
    ]);
    const said = JSON.parse(terminal.written.join('\n')) as { recorded: number; bad: object[] };
    expect(said.recorded).toBe(2);
    expect(said.bad).toMatchObject([
      { line: 4, field: 'decision' },
      { line: 5, field: 'date' },
      { line: 6, field: 'purpose' },
      { line: 7, field: 'number' },
    ]);
  });

  it('takes over how a form came in: language, notice, guardian, both dates', async () => {
    const file = join(scratch(), 'forms.csv');
    writeFileSync(
      file,
      [
        'number,purpose,decision,date,received,method,language,notice,guardian,relation,authority,separate,conditional',
        '441,research,given,2026-11-01,2026-11-05,written,de,2,Eva B,parent,Custody,yes,',
        '442,research,given,2026-11-01,,shouted,,,,,,,',
        '443,research,given,2026-11-01,,,,,Eva B,parent,,,',
        '444,research,given,2026-11-01,,,,,,parent,Custody,,',
        '445,research,given,2026-11-01,,,Deutsch!,,,,,,',
        '446,research,given,2026-11-01,,,,,,,,maybe,',
      ].join('\n'),
    );
    const heard: unknown[] = [];
    const { code, terminal } = await cloister(['consent', 'import', file, '--json'], {
      'purpose.list': () => ok({ items: [PURPOSE] }),
      'consent.record'(input) {
        heard.push(input);
        return ok({ recorded: 1, unchanged: 0, unknownKeys: [] });
      },
    });
    expect(code).toBe(7);
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({
      at: '2026-11-01T00:00:00.000Z',
      receivedAt: '2026-11-05T00:00:00.000Z',
      ...{ method: 'written', language: 'de', noticeVersion: '2', separate: true },
      conditional: false,
      guardian: { name: 'Eva B', relation: 'parent', authority: 'Custody' },
    });
    const said = JSON.parse(terminal.written.join('\n')) as { bad: object[] };
    expect(said.bad).toMatchObject([
      { line: 3, field: 'method' },
      { line: 4, field: 'authority' },
      { line: 5, field: 'guardian' },
      { line: 6, field: 'language' },
      { line: 7, field: 'separate' },
    ]);
  });

  it('asks for a typed confirmation before erasing, and shows what goes and stays', async () => {
    const request = {
      requestId: 'req_00000001',
      kind: 'erasure' as const,
      subjectId: 'sub_00000001',
      subjectKey: '441',
      receivedOn: '2026-11-23',
      dueOn: '2026-12-23',
      extendedAt: null,
      identity: null,
      closedAt: null,
      state: 'open' as const,
      outcome: null,
      inForce: false,
    };
    let confirmed = '';
    const handlers: Partial<Handlers> = {
      'request.list': () => ok({ items: [], next: null, total: 0 }),
      'request.open': () => ok(request),
      'request.previewErasure': () =>
        ok({
          subjectId: 'sub_00000001',
          subjectKey: '441',
          goes: [{ what: 'documents' as const, count: 2 }],
          stays: [{ what: 'auditLeaves' as const, count: 5, ground: 'Art. 17(3)(b)' }],
          models: [],
          recipients: [],
          collections: [],
          keep: [],
          holds: [],
          backups: { count: 0, newestAt: null, endsOn: null },
          confirmation: 'erase 441',
        }),
      'request.erase'(input) {
        confirmed = input.confirmation;
        return failure('CONFIRMATION_MISMATCH', 'The confirmation differs. Nothing was erased.');
      },
    };
    const ran = await cloister(['request', 'erase', '441'], handlers, [PASSPHRASE, 'erase 442']);
    expect(confirmed).toBe('erase 442');
    expect(ran.code).toBe(2);
    const shown = ran.terminal.notes.join('\n');
    expect(shown).toContain('documents');
    expect(shown).toContain('Art. 17(3)(b)');
    expect(ran.terminal.asked.at(-1)).toContain('"erase 441"');
    const batch = await cloister(['request', 'erase', '441'], handlers);
    expect(batch.code).toBe(2);
    expect(batch.terminal.notes.join('\n')).toContain('--confirm "erase 441"');
  });

  it('writes an exported report under its bare name', async () => {
    const out = join(scratch(), 'new', 'folder');
    const ran = await cloister(
      ['report', 'export', 'rep_00000001', '--out', out, '--recipient', 'Board', '--json'],
      {
        'report.export': () =>
          ok({
            exitId: 'exi_00000001',
            files: [
              {
                name: '../../card.html',
                mediaType: 'text/html',
                content: '<p>card</p>',
                sha256: 'a'.repeat(64),
              },
            ],
          }),
      },
    );
    expect(ran.code).toBe(0);
    expect(readFileSync(join(out, 'card.html'), 'utf8')).toBe('<p>card</p>');
  });

  it('exits with the integrity class when the audit log was changed', async () => {
    const ran = await cloister(['audit', 'verify'], {
      'audit.verify': () =>
        ok({
          intact: false,
          size: 9,
          root: 'b'.repeat(64),
          checkpoint: 'note',
          signedBy: 'key',
          verifiedAt: '2026-11-23T09:00:00.000Z',
          firstBroken: { seq: 4, what: 'leafHash' },
          knownHead: null,
        }),
    });
    expect(ran.code).toBe(10);
    expect(ran.terminal.written.join()).toContain('leaf 4, leafHash');
  });

  it('stops a job on Ctrl+C and says what is kept', async () => {
    const core = createFakeCore({
      handlers: {
        'corpus.import': async (_, context) => {
          context.progress({
            stage: 'reading',
            done: 1,
            total: 2,
            unit: 'files',
            etaSeconds: null,
          });
          terminal.interrupt();
          await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
          return failure('CANCELLED', 'Cancelled. 1 note was stored and is kept.');
        },
      },
    });
    const terminal = createFakeTerminal([PASSPHRASE]);
    await (await core.unlocked()).call('vault.lock', {});
    const code = await runCli(['corpus', 'import', '/notes', '--collection', 'c'], {
      terminal,
      connect: () => {
        const client = core.connect('terminal');
        return { client, close: () => Promise.resolve(client.close()) };
      },
      defaultVault: () => '/v',
      workbench: () => Promise.reject(new Error('No test asked for the engine')),
      open: () => Promise.resolve(0),
      version: '0',
    });
    expect(code).toBe(9);
    expect(terminal.notes.join('\n')).toContain('1 note was stored and is kept');
  });
});
