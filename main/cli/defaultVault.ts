// Which vault is meant when none is named: what CLOISTER_VAULT says; else the demo's vault of this folder,
// where it is newer than the person's own; else ~/Cloister/vault.
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createPaths } from '../platform/index.ts';

/** The demo keeps its vault, its passphrase and its reports here, below the folder it was run in. */
export const DEMO_FOLDER = join('.cloister', 'demo');

export function defaultVaultFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  workingFolder: string = process.cwd(),
  home?: string,
): string {
  const { vaultFolder } = createPaths(environment, ...(home === undefined ? [] : [home]));
  if (environment.CLOISTER_VAULT) return vaultFolder;
  const demo = resolve(workingFolder, DEMO_FOLDER, 'vault');
  return lastWritten(demo) > lastWritten(vaultFolder) ? demo : vaultFolder;
}

function lastWritten(folder: string): number {
  try {
    const names = readdirSync(folder);
    return Math.max(0, ...names.map((name) => statSync(join(folder, name)).mtimeMs));
  } catch {
    return 0;
  }
}
