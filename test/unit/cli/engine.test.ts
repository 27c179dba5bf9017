// What people write after --vary, --preset and --data, and what becomes of it before anything runs.
import { describe, expect, it } from 'vitest';
import { runCli } from '../../../main/cli/program.ts';
import { parseDimension } from '../../../main/cli/commands/sweeps.ts';
import type { Workbench } from '../../../main/ipc/index.ts';
import { failure, ok } from '../../../shared/kernel/result.ts';
import { createFakeTerminal } from '../../fakes/terminal.ts';

/** Runs a command that must not touch a vault. */
async function engine(
  args: readonly string[],
  bench: Partial<Workbench>,
  terminal = createFakeTerminal(),
) {
  let closed = false;
  const code = await runCli(args, {
    terminal,
    connect: () => {
      throw new Error('A vault was asked for');
    },
    defaultVault: () => '/nowhere',
    open: () => Promise.resolve(0),
    workbench: () => Promise.resolve({ ...bench, close: () => (closed = true) } as Workbench),
    version: '0',
  });
  return { code, terminal, closed };
}

const parity = (withinBounds: boolean) => ({
  kind: 'parity' as const,
  steps: 40,
  losses: withinBounds ? 1e-7 : 3e-4,
  gradientNorms: 1e-6,
  probe: 1e-6,
  bounds: { losses: 1e-4, gradientNorms: 1e-3, probe: 1e-3 },
  withinBounds,
});

describe('what is varied', () => {
  it.each([
    ['learningRate=1e-5..1e-3', { kind: 'log', setting: 'learningRate', low: 1e-5, high: 1e-3 }],
    ['warmup=0..0.2', { kind: 'uniform', setting: 'warmup', low: 0, high: 0.2 }],
    ['weightDecay=1e-4..1e-1:log', { kind: 'log', setting: 'weightDecay', low: 1e-4, high: 0.1 }],
    ['mode.rank=4,8, 16', { kind: 'choice', setting: 'mode.rank', values: [4, 8, 16] }],
    [
      'schedule=linear,cosine',
      { kind: 'choice', setting: 'schedule', values: ['linear', 'cosine'] },
    ],
    ['crf=true,false', { kind: 'choice', setting: 'crf', values: [true, false] }],
  ])('%s', (text, expected) => {
    expect(parseDimension(text)).toEqual(expected);
  });

  it.each(['colour=1..2', 'learningRate', '=3'])('is refused: %s', (text) => {
    expect(() => parseDimension(text)).toThrow(/varies nothing known/);
  });
});

describe('the engine without a vault', () => {
  it('compares with a golden file, and fails above the bounds', async () => {
    const good = await engine(['compute', 'parity', 'm.onnx', 'g.json'], {
      parity: () => Promise.resolve(ok(parity(true))),
    });
    expect(good.code).toBe(0);
    expect(good.terminal.written[0]).toMatch(/losses, relative +1\.00e-7 +1e-4 +within/);
    expect(good.closed).toBe(true);
    const bad = await engine(['compute', 'parity', 'm.onnx', 'g.json', '--json'], {
      parity: () => Promise.resolve(ok(parity(false))),
    });
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.terminal.written[0] ?? '')).toMatchObject({ withinBounds: false });
  });

  it('says in a sentence and an exit code what went wrong, and ends its processes', async () => {
    const { code, terminal, closed } = await engine(['compute', 'inspect', 'x'], {
      inspect: () => Promise.resolve(failure('SOURCE_NOT_FOUND', 'There is no file "x".')),
    });
    expect(code).toBe(3);
    expect(terminal.notes.join('\n')).toContain('There is no file "x". [SOURCE_NOT_FOUND]');
    expect(closed).toBe(true);
  });

  it('trains on folders without asking for a vault, and Ctrl+C reaches it', async () => {
    let seen: unknown;
    const terminal = createFakeTerminal();
    const { code } = await engine(
      ['train', 'run', '--data', 'a', '--dev', 'b', '--recipe', 'r.json', '--out', 'o'],
      {
        train(order, { signal }) {
          seen = order;
          setImmediate(() => terminal.interrupt());
          return new Promise((resolve) =>
            signal.addEventListener('abort', () =>
              resolve(failure('CANCELLED', 'Cancelled. The checkpoint is in the folder.')),
            ),
          );
        },
      },
      terminal,
    );
    expect(code).toBe(9);
    expect(seen).toMatchObject({ data: 'a', dev: 'b', out: 'o', format: 'auto', resume: false });
    expect(terminal.notes.join('\n')).toContain('The checkpoint is in the folder');
  });

  it('wants the folders and a format it knows', async () => {
    const args = ['train', 'run', '--data', 'a', '--recipe', 'r.json'];
    expect((await engine(args, {})).code).toBe(2);
    expect((await engine([...args, '--out', 'o', '--format', 'docx'], {})).code).toBe(2);
  });

  it('has help with examples', async () => {
    for (const args of [
      ['compute', 'inspect'],
      ['compute', 'parity'],
      ['compute', 'check'],
      ['train', 'run'],
      ['model', 'import'],
      ['model', 'export'],
      ['sweep', 'start'],
      ['sweep', 'promote'],
    ]) {
      const { code, terminal } = await engine([...args, '--help'], {});
      expect(code, args.join(' ')).toBe(0);
      expect(terminal.written.join('\n')).toContain(`cloister ${args.join(' ')}`);
    }
  });
});
