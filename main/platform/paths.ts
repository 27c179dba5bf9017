// Where things lie on this machine. The vault folder is the only place Cloister chooses by itself.
import { readdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface Paths {
  /** `CLOISTER_VAULT` if set, else `~/Cloister/vault`. Absolute. */
  readonly vaultFolder: string;
}

export function createPaths(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  home: string = homedir(),
): Paths {
  return { vaultFolder: resolve(environment.CLOISTER_VAULT || join(home, 'Cloister', 'vault')) };
}

/** What this program names its folders for things that do not outlive it, outside the vault. */
export const SCRATCH_PREFIX = 'cloister-page-';

/**
 * Such folders that are there now, also those a crash left behind: where the proof of an erasure looks
 * beside the vault. Absolute.
 */
export function scratchFolders(parents: readonly string[] = ['/dev/shm', tmpdir()]): string[] {
  return parents.flatMap((parent) => {
    try {
      return readdirSync(parent)
        .filter((name) => name.startsWith(SCRATCH_PREFIX))
        .map((name) => join(parent, name));
    } catch {
      return []; // No such place on this system.
    }
  });
}
