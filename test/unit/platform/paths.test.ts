import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPaths } from '../../../main/platform/index.ts';

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
});
