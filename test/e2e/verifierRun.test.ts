// The lines of the README by which somebody checks a log without Cloister, run as they stand there: a person
// types the passphrase, the head was kept on a stick before, the key was noted on paper.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'main/entries/cli.ts');
const PASSPHRASE = 'copper meadow lantern seventeen';

function skips(): boolean {
  const missing = ['python3', 'npm', 'sh'].filter((name) => spawnSync(name, ['--version']).error);
  if (missing.length === 0 && process.platform !== 'win32') return false;
  process.stderr.write(`SKIPPED: no ${missing.join(', ')} here, the README's check was not run.\n`);
  return true;
}

/** A terminal with a person at it, who answers the question for the passphrase. */
const PERSON = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp('sh', ['sh', '-euc', sys.argv[1]])
seen, said = b'', 0
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    seen += piece
    if seen.count(b'Passphrase: ') > said:
        said += 1
        os.write(terminal, sys.argv[2].encode() + b'\\n')
sys.stdout.buffer.write(seen)
sys.exit(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
`;

/** The block of commands after the paragraph about the verifier. */
function block(): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, commands = ''] =
    /resources\/verifier\/README\.md\)\):\n\n```sh\n([^`]+)```/.exec(readme) ?? [];
  return commands;
}

describe.skipIf(skips())('the check of a log in the README', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloister-readme-'));
  const vault = join(folder, 'vault');
  const secret = join(folder, 'passphrase');
  let key = '';

  const cloister = (...args: readonly string[]): string => {
    const run = spawnSync(
      process.execPath,
      [CLI, ...args, '--vault', vault, '--passphrase-file', secret],
      { encoding: 'utf8' },
    );
    if (run.status !== 0) throw new Error(run.stderr);
    return run.stdout;
  };
  /** In a folder that looks like the project, so that what is written lands beside the test. */
  const run = (commands: string) =>
    spawnSync('python3', ['-c', PERSON, commands, PASSPHRASE], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...{ PATH: process.env.PATH, HOME: folder, CLOISTER_VAULT: vault, VERIFIER_KEY: key },
        npm_config_update_notifier: 'false',
      },
    });

  beforeAll(() => {
    for (const name of ['main', 'shared', 'resources', 'node_modules', 'package.json']) {
      symlinkSync(join(ROOT, name), join(folder, name));
    }
    writeFileSync(secret, PASSPHRASE, { mode: 0o600 });
    cloister('vault', 'create', '--name', 'Ward 7');
    cloister(
      'corpus',
      'import',
      join(ROOT, 'resources/samples/dev/clinical'),
      '--collection',
      'dev',
    );
    key = (JSON.parse(cloister('audit', 'anchor', '--json')) as { verifierKey: string })
      .verifierKey;
    copyFileSync(join(vault, 'head.json'), join(folder, 'head.json'));
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('finds the log intact, line by line as it stands there', { timeout: 60_000 }, () => {
    const commands = block();
    expect(commands.trim().split('\n')).toHaveLength(2);
    const done = run(commands);
    expect(done.stdout).toMatch(/intact/i);
    expect(done.stdout).not.toMatch(/NOT intact|Traceback/);
    expect(done.status, done.stdout).toBe(0);
  });

  it('and not when a byte of the file was changed on the way', { timeout: 60_000 }, () => {
    const file = join(folder, 'audit.jsonl');
    const text = readFileSync(file, 'utf8');
    const at = text.indexOf('{"leaf":"') + 40;
    writeFileSync(file, text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1));
    const [, check = ''] = block().trim().split('\n');
    expect(run(check).status).toBe(1);
  });
});
