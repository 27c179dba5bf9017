// Invariant 8, proven on system calls: during import, de-identification, labeling data, training, reports,
// an access pack, an erasure and the lock, no process of the tree writes a word of the test patients into any
// file but where a person asked for an export. Files that are gone at the end count too: every write is read.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createFinder, needleForms } from '../../main/store/index.ts';
import { withoutNetwork } from '../../main/cli/isolation.ts';
import { skipsWithoutChromium } from '../fakes/chromium.ts';
import { completed, forbiddenCalls, reachedCalls } from './trace.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const CLI = path('../../main/entries/cli.ts');
const PAGE_ACTS = path('./pageActs.ts');
const PAGE = process.env['PAGE_DIST']
  ? join(process.env['PAGE_DIST'], 'index.html')
  : path('../../dist/renderer/index.html');
const hasStrace = spawnSync('strace', ['-V']).status === 0;

/** Words that stand nowhere on this machine but in the notes of the test patients. */
const MARKERS = ['QUOKKAMARK', '8807766554'];
/** In the trace: written to a file, not handed from process to process; or opened to be written. */
const INTERESTING = `${MARKERS.join('|')}|O_WRONLY|O_RDWR|O_CREAT|creat\\(|(connect|bind|listen)(\\(| resumed)`;

function skips(): boolean {
  if (hasStrace) return false;
  if (process.env.CI && process.platform === 'linux') {
    throw new Error('strace is missing: install it, "nothing leaks" must be proven');
  }
  process.stderr.write('SKIPPED: no strace on this machine, "nothing leaks" was not proven.\n');
  return true;
}

/** Writes of a marker into something that is neither a pipe nor a socket nor below an allowed folder. */
export function leaks(trace: string, allowed: readonly string[]): string[] {
  return trace.split('\n').flatMap((line) => {
    const [, target] = /\b(?:write|pwrite64|writev|pwritev2?)\(\d+<([^>]*)>/.exec(line) ?? [];
    if (target === undefined || !MARKERS.some((marker) => line.includes(marker))) return [];
    if (/^(pipe|socket|UNIX|UNIX-STREAM|anon_inode):/.test(target)) return [];
    if (allowed.some((folder) => target.startsWith(`${folder}/`))) return [];
    return [target];
  });
}

/** Every path the tree opened to write and that is a file now. */
function writtenFiles(trace: string, cwd: string): string[] {
  const found = new Set<string>();
  for (const [, name] of trace.matchAll(/(?:openat|open|creat)\((?:[^",]*, )?"([^"]+)"[^)]*/g)) {
    const full = resolve(cwd, name ?? '');
    if (!/^\/(proc|sys|dev)\//.test(full) && isFile(full)) found.add(full);
  }
  return [...found];
}

const isFile = (file: string): boolean =>
  statSync(file, { throwIfNoEntry: false })?.isFile() === true;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter(isFile);
}

const find = createFinder(MARKERS.flatMap((marker) => needleForms(marker)));
function holdsMarker(file: string): boolean {
  let hit = false;
  find([readFileSync(file)], () => {
    hit = true;
  });
  return hit;
}

describe('the reader of writes', () => {
  it('sees a marker in a file and lets pass what goes from process to process', () => {
    const line = (target: string): string => `7 write(4<${target}>, "x QUOKKAMARK y", 14) = 14`;
    expect(leaks(line('/tmp/sort'), [])).toEqual(['/tmp/sort']);
    expect(leaks(line('/tmp/gone (deleted)'), [])).toEqual(['/tmp/gone (deleted)']);
    expect(leaks(line('/out/report.html'), ['/out'])).toEqual([]);
    expect(leaks(line('pipe:[7]'), [])).toEqual([]);
    expect(leaks(line('UNIX-STREAM:[1->2]'), [])).toEqual([]);
    expect(leaks('7 write(4</tmp/sort>, "nothing", 7) = 7', [])).toEqual([]);
  });
});

describe.skipIf(skips())('a vault at work under a system call trace', () => {
  const root = mkdtempSync(join(tmpdir(), 'cloister-leaks-'));
  const folder = (name: string): string => {
    const made = join(root, name);
    mkdirSync(made, { recursive: true });
    return made;
  };
  const [home, temp, work, notes] = ['home', 'temp', 'work', 'notes'].map(folder) as [
    ...[string, string, string, string],
  ];
  const vault = join(work, 'vault');
  const destination = `${vault}.reports`;
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  function traced(name: string, command: readonly string[]) {
    const file = join(root, `${name}.trace`);
    const filter = `|grep -aE '${INTERESTING.replaceAll("'", '')}' > '${file}'`;
    const calls =
      'trace=write,pwrite64,writev,pwritev,pwritev2,open,openat,creat,connect,bind,listen,execve';
    const run = spawnSync(
      'strace',
      [
        '-f',
        '-yy',
        '--seccomp-bpf',
        '-s',
        '70000',
        '-e',
        calls,
        '-e',
        'signal=none',
        '-o',
        filter,
        ...command,
      ],
      {
        cwd: work,
        encoding: 'utf8',
        maxBuffer: 256 * 1024 * 1024,
        env: {
          ...{ PATH: process.env.PATH, HOME: home, TMPDIR: temp },
          ...(process.env.PAGE_DIST && { PAGE_DIST: process.env.PAGE_DIST }),
        },
      },
    );
    return { run, trace: existsSync(file) ? readFileSync(file, 'utf8') : '' };
  }

  function expectClean(trace: string): void {
    expect(leaks(trace, [destination])).toEqual([]);
    const left = [
      ...writtenFiles(trace, work),
      ...filesBelow(home),
      ...filesBelow(temp),
      ...filesBelow(work),
    ];
    const allowed = (file: string): boolean =>
      file.startsWith(`${destination}/`) || file.startsWith(`${notes}/`);
    expect(left.filter((file) => !allowed(file) && holdsMarker(file))).toEqual([]);
    // Crash dumps would be found wherever they lie: none were made.
    expect(left.filter((file) => /\.(dmp|core)$|\/core(\.\d+)?$/.test(file))).toEqual([]);
  }

  it('would catch a temporary file that is gone at the end', () => {
    const script = `const fs = require('fs'); fs.writeFileSync('${temp}/x', 'QUOKKAMARK'); fs.rmSync('${temp}/x')`;
    const { trace } = traced('control', [process.execPath, '-e', script]);
    expect(leaks(trace, [])).toEqual([`${temp}/x`]);
  });

  it('imports, trains, reports, erases and locks without a trace', { timeout: 400_000 }, () => {
    writeNotes(join(notes, 'train', 'brat'), 24);
    writeNotes(join(notes, 'dev', 'brat'), 8);
    const command = ['demo', '--data', notes, '--preset', 'quick', '--vault', vault, '--json'];
    const { run, trace } = traced('demo', [process.execPath, CLI, ...command]);
    expect(run.status, run.stderr.slice(-4_000)).toBe(0);
    expect(new Set(trace.match(/vault\.db/g)).size).toBe(1); // The trace followed the core.
    expectClean(trace);
    expect(forbiddenCalls(trace)).toEqual([]);
    expect(readdirSync(home)).toEqual([]);
    expect(readdirSync(temp)).toEqual([]);
    expect(readdirSync(work).sort()).toEqual(['vault', 'vault.passphrase', 'vault.reports']);
    // Else the notes never were in there, and nothing was shown.
    expect(trace).toMatch(/QUOKKAMARK/);
  });

  it.skipIf(skipsWithoutChromium() || !existsSync(PAGE))(
    'reads, imports, hands out and locks at the page without a trace, and reaches no network',
    { timeout: 300_000 },
    () => {
      writeNotes(join(notes, 'more'), 3);
      const acts = [PAGE_ACTS, vault, `${vault}.passphrase`, join(notes, 'more'), MARKERS[0] ?? ''];
      const { binary, args, isolated } = withoutNetwork(process.execPath, acts);
      const { run, trace } = traced('page', [binary, ...args]);
      expect(run.status, run.stderr.slice(-4_000)).toBe(0);
      expect(run.stdout).toContain('done');
      expectClean(trace);
      // The files that were handed out, and nothing beside them.
      expect(readdirSync(home).sort()).toEqual(['evaluation.html', 'evaluation.json']);
      expect(readdirSync(temp)).toEqual([]);
      if (isolated) expect(reachedCalls(trace)).toEqual([]);
      else {
        // Chromium asks the routing table about IPv6; connecting a datagram socket sends nothing.
        const others = forbiddenCalls(completed(trace)).filter((line) => !/<UDPv6:/.test(line));
        expect(others).toEqual([]);
        process.stderr.write('No network namespace here: Chromium was told to use no network.\n');
      }
    },
  );
});

/** Brat notes in which every patient carries the markers, in text, label and record number. */
function writeNotes(into: string, count: number): void {
  mkdirSync(into, { recursive: true });
  for (let note = 0; note < count; note += 1) {
    const name = `QUOKKAMARK${note} Zanzibar`;
    const head = `NHC: 8807766554${String(note).padStart(3, '0')}\nPaciente: `;
    const text = `${head}${name}\nAcude por dolor desde hace ${note} semanas. Vive en Madrid. ${name} niega fiebre. ${'La exploración es normal. '.repeat(8)}`;
    writeFileSync(join(into, `note-${note}.txt`), text);
    const start = head.length;
    const again = text.indexOf(name, start + 1);
    const span = (id: number, label: string, from: number, length: number): string =>
      `T${id}\t${label} ${from} ${from + length}\t${text.slice(from, from + length)}\n`;
    writeFileSync(
      join(into, `note-${note}.ann`),
      span(1, 'NOMBRE', start, name.length) +
        span(2, 'NOMBRE', again, name.length) +
        span(3, 'TERRITORIO', text.indexOf('Madrid'), 6),
    );
  }
}
