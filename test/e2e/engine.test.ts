// The engine at a terminal, with real processes: golden files without a vault; then an encoder brought into
// a vault, trained on, searched over, and handed out. Over ../shared/data/onnx-exports (skipped where that
// folder is missing).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasExports } from '../integration/compute/encoder/exports.ts';
import { baseFolder } from '../integration/compute/encoder/house.ts';
import { makeNotes } from '../integration/compute/notes.ts';

const CLI = fileURLToPath(new URL('../../main/entries/cli.ts', import.meta.url));
const EXPORTS = fileURLToPath(new URL('../../../shared/data/onnx-exports', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cloister-engine-'));
const passphraseFile = join(folder, 'passphrase');

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly notes: string;
}

function run(args: readonly string[]): Ran {
  const child = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8', cwd: folder });
  return { code: child.status, out: child.stdout, notes: child.stderr };
}
const inVault = (...args: readonly string[]): Ran =>
  run([...args, '--vault', join(folder, 'vault'), '--passphrase-file', passphraseFile]);

function json<T>(...args: readonly string[]): T {
  const ran = inVault(...args, '--json');
  expect(ran.code, ran.notes).toBe(0);
  return JSON.parse(ran.out) as T;
}

beforeAll(async () => {
  if (!hasExports) return;
  const { files } = await baseFolder('bert_tok_14');
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(join(folder, 'bert', path, '..'), { recursive: true });
    writeFileSync(join(folder, 'bert', path), bytes);
  }
  mkdirSync(join(folder, 'notes'));
  makeNotes(30, 4).forEach(({ text, spans }, index) => {
    const lines = spans.map(
      ({ start, end, label }, n) =>
        `T${n + 1}\t${label} ${start} ${end}\t${text.slice(start, end)}`,
    );
    writeFileSync(join(folder, 'notes', `${index}.txt`), text);
    writeFileSync(join(folder, 'notes', `${index}.ann`), `${lines.join('\n')}\n`);
  });
  writeFileSync(passphraseFile, 'copper meadow lantern seventeen\n', { mode: 0o600 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!hasExports)('without a vault (../shared/data/onnx-exports)', () => {
  it('meets a golden file, and says so to people, programs and scripts', () => {
    const model = join(EXPORTS, 'distilbert_17.onnx');
    const golden = join(EXPORTS, 'distilbert.golden.json');
    const parity = run(['compute', 'parity', model, golden, '--json']);
    expect(parity.code, parity.notes).toBe(0);
    const numbers = JSON.parse(parity.out) as Record<string, number>;
    expect(numbers.losses).toBeLessThan(1e-4);
    expect(numbers.gradientNorms).toBeLessThan(1e-3);
    expect(numbers.probe).toBeLessThan(1e-3);
    const inspected = run(['compute', 'inspect', model]);
    expect(inspected.code, inspected.notes).toBe(0);
    expect(inspected.out).toMatch(/its graph +can be trained/);
  });

  it('tells a file that is no model, or not there, from one that is', () => {
    writeFileSync(join(folder, 'lie.onnx'), 'not a model');
    const lie = run(['compute', 'inspect', 'lie.onnx']);
    expect(lie.code).toBe(1);
    expect(lie.out).toMatch(/as a bundle +cannot be used/);
    expect(run(['compute', 'check', 'absent.onnx']).code).toBe(3);
  });
});

describe.skipIf(!hasExports)('in a vault (../shared/data/onnx-exports)', () => {
  it('an encoder comes in, is trained on and searched over, and a model leaves as it was registered', () => {
    expect(inVault('vault', 'create', '--name', 'Ward', '--user', 'Ana').code).toBe(0);
    const imported = json<{ base: { name: string; baseId: string } }>('model', 'import', 'bert');
    expect(imported.base.name).toBe('bert');
    json('corpus', 'import', 'notes', '--collection', 'ward');
    json('purpose', 'declare', 'research', '--article6', 'e', '--article9', 'i');
    json('labeling', 'project', 'names', '--collection', 'ward');
    json('labeling', 'snapshot', 'first', '--dev', '0.3');
    const order = ['--preset', 'head', '--base', 'bert', '--max-tokens', '48', '--threads', '1'];
    const preview = json<{ sha256: string }>('train', 'preview', ...order, '--epochs', '1');
    const { model, run: trained } = json<{
      model: { modelId: string };
      run: { recipeSha256: string; base: { baseId: string } };
    }>('train', 'run', ...order, '--epochs', '1');
    expect(trained.recipeSha256).toBe(preview.sha256);
    expect(trained.base.baseId).toBe(imported.base.baseId);

    const { files } = json<{ files: { name: string; sha256: string }[] }>(
      ...['model', 'export', '--model', model.modelId],
      ...['--out', 'handed', '--recipient', 'Dr Hall'],
    );
    expect(files.map(({ name }) => name)).toContain('onnx/model.onnx');
    for (const { name, sha256 } of files) {
      const bytes = readFileSync(join(folder, 'handed', name));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }

    const { sweep } = json<{ sweep: { started: number; best: { runId: string } } }>(
      ...['sweep', 'start', ...order, '--epochs', '2', '--trials', '2', '--eta', '2'],
      ...['--vary', 'learningRate=1e-4..1e-2'],
    );
    expect(sweep.started).toBe(2);
    const shown = inVault('sweep', 'show');
    expect(shown.out, shown.notes).toMatch(/trial +learningRate +epoch 1 +epoch 2 +state/);
    const promoted = json<{ run: { runId: string } }>('sweep', 'promote', '--name', 'tuned');
    expect(promoted.run.runId).toBe(sweep.best.runId);
    const removed = inVault('model', 'remove', '--base', 'bert');
    expect(removed.code).toBe(2);
    expect(removed.notes).toContain('needed');
    expect(inVault('audit', 'verify').code).toBe(0);
  });
});
