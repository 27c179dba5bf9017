// Invariant 7, proven on system calls: the whole main job, in every process it starts, connects to nothing
// and listens on nothing. Only Unix sockets, which never leave the machine, may pass.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { forbiddenCalls } from './trace.ts';

const CLI = fileURLToPath(new URL('../../main/entries/cli.ts', import.meta.url));
const hasStrace = spawnSync('strace', ['-V']).status === 0;

function skips(): boolean {
  if (hasStrace) return false;
  if (process.env.CI && process.platform === 'linux') {
    throw new Error('strace is missing: install it, the claim "no network" must be proven');
  }
  process.stderr.write('SKIPPED: no strace on this machine, "no network" was not proven.\n');
  return true;
}

describe('the reader of traces', () => {
  it('sees what must not be there, and lets pass what may', () => {
    const inet =
      '7 connect(19, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("1.1.1.1")}, 16) = 0';
    const inet6 = '7 connect(19, {sa_family=AF_INET6, sin6_port=htons(443)}, 28) = -1 ENETUNREACH';
    const listening = '7 listen(20, 511) = 0';
    const datagram = '7 sendto(5, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(53)}, 16) = 1';
    const unix = '7 connect(3, {sa_family=AF_UNIX, sun_path="/run/nscd"}, 110) = -1 ENOENT';
    const pipe = '7 sendmsg(4, {msg_name=NULL, msg_iov=[{iov_base="x", iov_len=1}]}, 0) = 1';
    expect(forbiddenCalls([inet, inet6, listening, datagram].join('\n'))).toHaveLength(4);
    expect(forbiddenCalls([unix, pipe, '7 +++ exited with 0 +++'].join('\n'))).toEqual([]);
  });
});

describe.skipIf(skips())('the main job under a system call trace', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloister-trace-'));
  const trace = join(folder, 'trace');
  const home = join(folder, 'home');
  mkdirSync(home);
  const traced = (command: readonly string[]) =>
    spawnSync(
      'strace',
      [
        '-f',
        '--seccomp-bpf',
        '-s',
        '400', // Whole paths of what is started.
        '-e',
        'trace=connect,bind,listen,sendto,sendmsg,sendmmsg,execve',
        '-o',
        trace,
        ...command,
      ],
      {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
        env: { PATH: process.env.PATH, HOME: home },
      },
    );
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('would catch a connection', () => {
    const reach = "require('net').connect(9, '127.0.0.1').on('error', () => {})";
    traced([process.execPath, '-e', reach]);
    expect(forbiddenCalls(readFileSync(trace, 'utf8')).join('\n')).toContain('AF_INET');
  });

  it(
    'runs from end to end in at most 4 minutes and connects to nothing',
    { timeout: 400_000 },
    () => {
      const started = performance.now();
      const run = traced([process.execPath, CLI, 'demo', '--json']);
      const seconds = (performance.now() - started) / 1000;
      expect(run.status, run.stderr.slice(-4_000)).toBe(0);
      const calls = readFileSync(trace, 'utf8');
      expect(forbiddenCalls(calls)).toEqual([]);
      // Terminal, core and compute: the trace followed them all.
      expect(new Set(calls.match(/entries\/(cli|core|compute)\.ts/g))).toHaveLength(3);

      const result = JSON.parse(run.stdout.slice(run.stdout.lastIndexOf('\n{'))) as {
        readonly vault: string;
        readonly passphraseFile: string;
        readonly reports: readonly string[];
        readonly evaluation: { readonly exact: { readonly f1: number } };
      };
      process.stdout.write(
        `demo under strace: ${seconds.toFixed(0)} s, exact micro F1 ${result.evaluation.exact.f1.toFixed(4)}\n`,
      );
      expect(seconds).toBeLessThan(240);
      expect(result.evaluation.exact.f1).toBeGreaterThan(0.6);
      expect(statSync(result.passphraseFile).mode & 0o777).toBe(0o600);
      expect(statSync(result.vault).mode & 0o777).toBe(0o700);
      expect(result.reports.length).toBeGreaterThanOrEqual(4);
      for (const report of result.reports) expect(existsSync(report)).toBe(true);
      // Invariant 8: nothing beside the vault, no cache, no device identifier of some library.
      expect(readdirSync(home)).toEqual([]);
      expect(readdirSync(folder).sort()).toEqual(['.cloister', 'home', 'trace']);
    },
  );
});
