// The terminal as people use it: real processes, a real vault, a real model; and what goes wrong, each with
// its sentence, its exit code, and nothing lost.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock, createRandom } from '../../main/platform/index.ts';
import { createVaultFiles } from '../../main/store/index.ts';
import { unwrap } from '../../shared/kernel/result.ts';
import { CHROMIUM, skipsWithoutChromium } from '../fakes/chromium.ts';

const CLI = fileURLToPath(new URL('../../main/entries/cli.ts', import.meta.url));
const SAMPLES = fileURLToPath(new URL('../../resources/samples', import.meta.url));
const PATTERN = '^(?:MRN|NHC|Fallnummer|病案号)[:：] ?(\\d+)';
const PASSPHRASE = 'copper meadow lantern seventeen';

const folder = mkdtempSync(join(tmpdir(), 'cloister-terminal-'));
const vault = join(folder, 'vault');
const passphraseFile = join(folder, 'passphrase');

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly notes: string;
}

function cloister(args: readonly string[], input?: string): Ran {
  const run = spawnSync(
    process.execPath,
    [CLI, ...args, '--vault', vault, '--passphrase-file', passphraseFile],
    { encoding: 'utf8', cwd: folder, ...(input !== undefined && { input }) },
  );
  return { code: run.status, out: run.stdout, notes: run.stderr };
}

function json<T>(...args: readonly string[]): T {
  const run = cloister([...args, '--json']);
  expect(run.code, run.notes).toBe(0);
  return JSON.parse(run.out) as T;
}

beforeAll(() => {
  writeFileSync(passphraseFile, `${PASSPHRASE}\n`, { mode: 0o600 });
  expect(cloister(['vault', 'create', '--name', 'Ward', '--user', 'Ana']).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the terminal', () => {
  it('does the main job command by command', () => {
    const imported = json<{ documents: { added: number }; collectionId: string }>(
      'corpus',
      'import',
      join(SAMPLES, 'dev', 'clinical'),
      '--collection',
      'ward',
      '--subject-pattern',
      PATTERN,
    );
    expect(imported.documents.added).toBe(32);
    const again = json<{ documents: { added: number; unchanged: number } }>(
      'corpus',
      'import',
      join(SAMPLES, 'dev', 'clinical'),
      '--collection',
      'ward',
      '--subject-pattern',
      PATTERN,
    );
    expect(again.documents).toMatchObject({ added: 0, unchanged: 32 });

    json('purpose', 'declare', 'research', '--article6', 'a', '--article9', 'a');
    const before = json<{ permitted: number }>('gate', 'summary', '--operation', 'train');
    expect(before.permitted).toBe(0);
    const recorded = json<{ recorded: number }>('consent', 'record', '--collection', 'ward');
    expect(recorded.recorded).toBeGreaterThan(5);
    const after = json<{ permitted: number }>('gate', 'summary', '--operation', 'train');
    expect(after.permitted).toBe(32);

    const deid = json<{ findings: number }>(
      'deid',
      'run',
      '--mode',
      'type',
      '--collection',
      'ward',
    );
    expect(deid.findings).toBeGreaterThan(100);
    json('labeling', 'project', 'names', '--collection', 'ward');
    json('labeling', 'snapshot', 'first', '--dev', '0.3');
    const trained = json<{ model: { state: string } }>('train', 'run', '--epochs', '2');
    expect(trained.model.state).toBe('valid');
    const evaluation = cloister(['evaluate', 'run']);
    expect(evaluation.code, evaluation.notes).toBe(0);
    expect(evaluation.out).toMatch(/precision +recall +f1-score +support/);
    expect(evaluation.out).toContain('weighted avg');
    const suggested = cloister(
      ['suggest', '-'],
      'MRN: 4411093\nDear Ms Hartley, we saw you on 3 May 2024.',
    );
    expect(suggested.code, suggested.notes).toBe(0);

    json('report', 'write');
    const reports = json<{ reportId: string; kind: string }[]>('report', 'list');
    const card = reports.find(({ kind }) => kind === 'modelCard');
    const out = join(folder, 'card');
    expect(
      cloister(['report', 'export', card?.reportId ?? '', '--out', out, '--recipient', 'Board'])
        .code,
    ).toBe(0);
    const page = readFileSync(
      join(out, readdirSync(out).find((n) => n.endsWith('.html')) ?? ''),
      'utf8',
    );
    expect(page).toContain('<html');
    expect(page).not.toMatch(/(src|href)="?https?:/); // Self-contained.
  });

  it('answers, erases, and refuses the model that learned from the person', () => {
    const { items } = json<{ items: { subjectKey: string | null }[] }>(
      'corpus',
      'list',
      '--collection',
      'ward',
    );
    const person = items.find(({ subjectKey }) => subjectKey)?.subjectKey ?? '';
    const pack = join(folder, 'pack');
    expect(cloister(['request', 'access', person, '--out', pack]).code).toBe(0);
    expect(readFileSync(join(pack, readdirSync(pack)[0] ?? ''), 'utf8')).toContain(person);

    const mistyped = cloister(['request', 'erase', person, '--confirm', 'yes']);
    expect(mistyped.code).toBe(2);
    expect(mistyped.notes).toContain('CONFIRMATION_MISMATCH');
    const preview = json<{ confirmation: string }>('request', 'erase', person, '--preview');
    const erased = json<{ scan: { hits: number }; models: unknown[] }>(
      'request',
      'erase',
      person,
      '--confirm',
      preview.confirmation,
    );
    expect(erased.scan.hits).toBe(0);
    const refused = cloister(['suggest', '-'], 'A text.');
    expect(refused.code).toBe(4);
    expect(refused.notes).toContain('MODEL_BLOCKED');
    const verified = cloister(['audit', 'verify']);
    expect(verified.code).toBe(0);
    expect(verified.out).toContain('The audit log is whole');
  });
});

describe('trouble', () => {
  it('a wrong passphrase is said so', () => {
    const wrong = join(folder, 'wrong');
    writeFileSync(wrong, 'not it\n', { mode: 0o600 });
    const run = spawnSync(
      process.execPath,
      [CLI, 'vault', 'info', '--vault', vault, '--passphrase-file', wrong],
      { encoding: 'utf8' },
    );
    expect(run.status).toBe(5);
    expect(run.stderr).toContain('WRONG_PASSPHRASE');
    expect(run.stdout).toBe('');
  });

  it('no vault, or one where another was wanted, is said so', () => {
    const nowhere = spawnSync(
      process.execPath,
      [CLI, 'vault', 'info', '--vault', join(folder, 'none'), '--passphrase-file', passphraseFile],
      { encoding: 'utf8' },
    );
    expect(nowhere.status).toBe(3);
    expect(nowhere.stderr).toContain('NOT_A_VAULT');
    const twice = cloister(['vault', 'create']);
    expect(twice.code).toBe(2);
    expect(twice.notes).toContain('VAULT_EXISTS');
  });

  it('bad files are named by file and line while the good ones go in', () => {
    const notes = join(folder, 'bad');
    mkdirSync(notes);
    writeFileSync(join(notes, 'good.txt'), 'Dear Ms Hartley.');
    writeFileSync(join(notes, 'good.ann'), 'T1\tNAME 8 15\tHartley\n');
    writeFileSync(join(notes, 'range.txt'), 'Short.');
    writeFileSync(join(notes, 'range.ann'), 'T1\tNAME 0 5\tShort\nT2\tNAME 90 99\tnowhere\n');
    writeFileSync(join(notes, 'lost.ann'), 'T1\tNAME 0 4\tLost\n');
    writeFileSync(join(notes, 'broken.txt'), Buffer.from([0x41, 0xff, 0xfe, 0x00, 0xd8, 0x42]));
    const run = cloister(['corpus', 'import', notes, '--collection', 'bad', '--format', 'brat']);
    expect(run.code, run.notes).toBe(0);
    expect(run.out).toMatch(/range\.ann:2\b.*error|range\.ann:2\b.*warning/);
    expect(run.out).toContain('lost.ann');
    expect(run.out).not.toContain(folder);
    const { items } = json<{ items: { name: string }[] }>('corpus', 'list', '--collection', 'bad');
    expect(items.map(({ name }) => name)).toContain('good');
  });

  it('a folder that is not there, and one without permission, are said so', () => {
    const missing = cloister(['corpus', 'import', join(folder, 'absent'), '--collection', 'x']);
    expect(missing.code).toBe(3);
    expect(missing.notes).toContain('SOURCE_NOT_FOUND');
    if (process.getuid?.() === 0) return; // The superuser may read everything.
    const closed = join(folder, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o000);
    const run = cloister(['corpus', 'import', closed, '--collection', 'x']);
    chmodSync(closed, 0o700);
    expect(run.code).not.toBe(0);
    expect(run.notes).toMatch(/NO_PERMISSION|SOURCE_UNREADABLE/);
  });

  it('a vault that is open elsewhere is said so, with who has it', async () => {
    const clock = createClock();
    const files = createVaultFiles({ clock, random: createRandom(clock) });
    const held = unwrap(await files.unlock(vault, { passphrase: PASSPHRASE }));
    const second = cloister(['vault', 'info']);
    held.close();
    expect(second.code).toBe(5);
    expect(second.notes).toContain('VAULT_IN_USE');
    expect(second.notes).toContain(String(process.pid));
    expect(cloister(['vault', 'info']).code).toBe(0);
  });

  it('a core that is killed ends the command with a sentence; what was stored stays, the rest goes in again', async () => {
    const many = join(folder, 'many');
    mkdirSync(many);
    const text = 'Dear Ms Hartley, we saw you on 3 May 2024. '.repeat(40);
    for (let at = 0; at < 4_000; at += 1) writeFileSync(join(many, `${at}.txt`), `${at} ${text}`);
    const run = spawn(
      process.execPath,
      [CLI, 'corpus', 'import', many, '--collection', 'many', '--vault', vault].concat(
        '--passphrase-file',
        passphraseFile,
      ),
      { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder },
    );
    let notes = '';
    run.stderr.on('data', (chunk: Buffer) => (notes += chunk.toString()));
    const code = new Promise<number | null>((resolve) => run.once('exit', resolve));
    await expect.poll(() => notes, { timeout: 60_000, interval: 20 }).toContain('Importing:');
    const core = children(run.pid ?? -1).find(({ command }) => command.includes('core.ts'));
    if (!core) throw new Error('The core was not found, or had ended already');
    process.kill(core.pid, 'SIGKILL');
    expect(await code).toBe(1);
    expect(notes).toContain('PROCESS_RESTARTED');

    const verified = cloister(['audit', 'verify']);
    expect(verified.code, verified.notes).toBe(0);
    const { documents } = json<{ documents: Record<string, number> }>(
      'corpus',
      'import',
      many,
      '--collection',
      'many',
    );
    expect((documents.added ?? 0) + (documents.unchanged ?? 0)).toBe(4_000);
  });

  it('a disk that is full is said so', () => {
    if (process.platform !== 'linux') return;
    const full = spawnSync(
      process.execPath,
      [CLI, 'vault', 'create', '--vault', '/dev/full/vault', '--passphrase-file', passphraseFile],
      { encoding: 'utf8' },
    );
    expect(full.status).not.toBe(0);
    expect(full.stderr).toMatch(/\[[A-Z_]+\]/); // A sentence with a code, not a stack.
    expect(full.stderr).not.toMatch(/ {4}at /);
  });
});

describe.skipIf(skipsWithoutChromium())('the picture', () => {
  it('is taken without a display, of an unlocked vault', () => {
    const file = join(folder, 'home.png');
    const run = cloister([
      'open',
      '--screenshot',
      file,
      '--route',
      'home',
      '--theme',
      'dark',
      '--locale',
      'zh',
      '--size',
      '1024x700',
    ]);
    expect(run.code, `${run.notes} (${CHROMIUM})`).toBe(0);
    const png = readFileSync(file);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1024, 700]);
    expect(png.length).toBeGreaterThan(20_000); // A blank page is smaller.
  });
});

function children(parent: number): { readonly pid: number; readonly command: string }[] {
  return execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => Number(match?.[2]) === parent)
    .map((match) => ({ pid: Number(match?.[1]), command: match?.[3] ?? '' }));
}
