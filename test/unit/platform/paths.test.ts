import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SCRATCH_PREFIX, createPaths, scratchFolders } from '../../../main/platform/index.ts';

describe('paths', () => {
  it('puts the vault below the home folder', () => {
    expect(createPaths({}, '/home/ana').vaultFolder).toBe(join('/home/ana', 'Cloister', 'vault'));
  });

  it('lets the environment name another folder, made absolute', () => {
    expect(createPaths({ CLOISTER_VAULT: 'ward/vault' }).vaultFolder).toBe(resolve('ward/vault'));
    expect(createPaths({ CLOISTER_VAULT: '' }, '/h').vaultFolder).toBe(
      join('/h', 'Cloister', 'vault'),
    );
  });

  it('finds the scratch folders that a crash left, and no one else’s', () => {
    const parent = mkdtempSync(join(tmpdir(), 'cloister-test-'));
    try {
      mkdirSync(join(parent, `${SCRATCH_PREFIX}abc`));
      mkdirSync(join(parent, 'other'));
      expect(scratchFolders([join(parent, 'missing'), parent])).toEqual([
        join(parent, `${SCRATCH_PREFIX}abc`),
      ]);
    } finally {
      rmSync(parent, { recursive: true, force: true });
    }
  });
});
