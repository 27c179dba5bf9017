import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsIn, importsOf, root, type Import } from './imports.ts';
import { cycles, SERVICES, violation } from './rules.ts';

const edges = ['main', 'renderer', 'shared'].flatMap((folder) => importsOf(folder));

describe('the house', () => {
  it('has imports to check, or the reader has gone blind', () => {
    expect(edges.length).toBeGreaterThan(200);
  });

  it('imports one way', () => {
    expect(edges.map(violation).filter((sentence) => sentence !== undefined)).toEqual([]);
  });

  it('imports files that exist', () => {
    const missing = edges.filter(
      (edge) => !edge.isPackage && !existsSync(join(root, edge.to.replace(/\?.*$/, ''))),
    );
    expect(missing.map((edge) => `${edge.from}:${edge.line} -> ${edge.to}`)).toEqual([]);
  });

  it('has no cycle', () => {
    expect(cycles(edges)).toEqual([]);
  });

  it('has the rooms of ARCHITECTURE.md and no others', () => {
    const folders = (path: string) =>
      readdirSync(join(root, path), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .sort();
    expect(folders('main')).toEqual(
      [...SERVICES, 'cli', 'compute', 'entries', 'ipc', 'preview', 'shell'].sort(),
    );
    expect(folders('shared')).toEqual(['contract', 'domain', 'kernel']);
    expect(folders('renderer')).toEqual([
      'app',
      'charts',
      'features',
      'messages',
      'public',
      'state',
      'transport',
      'ui',
    ]);
  });
});

describe('the rules', () => {
  const edge = (from: string, specifier: string, type = false): Import =>
    importsIn(from, `\nimport ${type ? 'type ' : ''}{ x } from '${specifier}';\n`)[0]!;

  it.each([
    [
      'an upward import',
      edge('main/governance/gate/gate.ts', '../../labeling/index.ts'),
      /stands above it/,
    ],
    [
      'a side door',
      edge('main/corpus/import.ts', '../governance/gate/gateRepository.ts'),
      /by their face/,
    ],
    [
      'a service that knows the binding',
      edge('main/store/vault.ts', '../ipc/server.ts'),
      /let main\/ipc bind it/,
    ],
    [
      'a shell that reaches a service',
      edge('main/cli/train.ts', '../training/index.ts'),
      /through the contract/,
    ],
    [
      'compute that reaches the store',
      edge('main/compute/loops/train.ts', '../../store/index.ts'),
      /opaque ids/,
    ],
    [
      'a service that reaches into compute',
      edge('main/training/run.ts', '../compute/protocol.ts'),
      /Only main\/models/,
    ],
    [
      'a page that reaches main',
      edge('renderer/app/main.ts', '../../main/store/index.ts'),
      /page is untrusted/,
    ],
    [
      'a domain that reaches the contract',
      edge('shared/domain/spans.ts', '../contract/index.ts'),
      /may import shared\/kernel/,
    ],
    ['Node in the domain', edge('shared/domain/spans.ts', 'node:fs'), /no Node/],
    ['a package in the domain', edge('shared/domain/spans.ts', 'zod'), /free of dependencies/],
    ['a socket', edge('main/platform/clock.ts', 'node:net'), /opens no socket/],
    [
      'SQLite outside the store',
      edge('main/corpus/documents.ts', 'better-sqlite3-multiple-ciphers'),
      /use the Db/,
    ],
    [
      'ONNX Runtime outside sessions',
      edge('main/compute/loops/train.ts', 'onnxruntime-node'),
      /compute\/sessions/,
    ],
    ['Electron outside the shell', edge('main/ipc/server.ts', 'electron'), /take what you need/],
    [
      'a product that leans on a test',
      edge('main/store/vault.ts', '../../test/fakes/clock.ts'),
      /lean on tests/,
    ],
  ])('refuse %s and say what to do', (_, forbidden, sentence) => {
    expect(violation(forbidden)).toMatch(sentence);
  });

  it.each([
    edge('main/reports/modelCard.ts', '../governance/index.ts'),
    edge('main/models/client.ts', '../compute/protocol.ts'),
    edge('main/ipc/services.ts', '../corpus/index.ts'),
    edge('main/entries/core.ts', '../ipc/index.ts'),
    edge('main/cli/client.ts', '../ipc/index.ts'),
    edge('renderer/app/main.ts', '../../shared/contract/index.ts'),
    edge('shared/contract/define.ts', 'zod'),
    edge('main/store/driver.ts', 'better-sqlite3-multiple-ciphers'),
    edge('test/unit/x.test.ts', '../../main/store/driver.ts'),
  ])('allow $from -> $to', (allowed) => {
    expect(violation(allowed)).toBeUndefined();
  });

  it('find a cycle', () => {
    const loop = [edge('main/store/a.ts', './b.ts'), edge('main/store/b.ts', './a.ts')];
    expect(cycles(loop)).toEqual([['main/store/a.ts', 'main/store/b.ts', 'main/store/a.ts']]);
  });
});
