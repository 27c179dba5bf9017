// Where things lie on this machine. The vault folder is the only place Cloister chooses by itself.
import { homedir } from 'node:os';
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
