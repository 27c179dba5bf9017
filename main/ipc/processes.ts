// How one process of Cloister starts another under plain Node: by entry name, with an environment that
// holds nothing but what a program needs to run (no NODE_OPTIONS, no proxies, no tokens of the caller).
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type EntryName = 'core' | 'compute' | 'preview';

/** Development runs the sources, the product the bundle; the suffix of this very file says which. */
export const RUNS_FROM_SOURCE = import.meta.url.endsWith('.ts');

export function entryFile(name: EntryName, from: string = import.meta.url): string {
  if (from.endsWith('.ts')) return fileURLToPath(new URL(`../entries/${name}.ts`, from));
  // The bundler may have moved this module into a chunk one folder further down.
  const beside = fileURLToPath(new URL(`./${name}.js`, from));
  return existsSync(beside) ? beside : fileURLToPath(new URL(`../${name}.js`, from));
}

const KEPT_VARIABLES = new Set([
  'PATH',
  'HOME',
  'LANG',
  'LANGUAGE',
  'TMPDIR',
  'TEMP',
  'TMP',
  'TZ',
  'SYSTEMROOT',
  'WINDIR',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'CLOISTER_VAULT',
]);

/** What every process of Cloister is told, whatever its parent's environment says. */
const FIXED_VARIABLES = {
  ORT_DISABLE_TELEMETRY: '1', // ONNX Runtime reports to its maker by default since 1.29.
  HF_HUB_OFFLINE: '1',
  DO_NOT_TRACK: '1',
} as const;

export function scrubbedEnvironment(
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const kept = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      (KEPT_VARIABLES.has(entry[0].toUpperCase()) || entry[0].startsWith('LC_')),
  );
  return { ...Object.fromEntries(kept), ...FIXED_VARIABLES };
}

/** Standard output of the child is dropped into standard error: the terminal's own stays clean for results. */
export function forkEntry(
  name: EntryName,
  args: readonly string[] = [],
  file: string = entryFile(name),
): ChildProcess {
  return fork(file, [...args], {
    serialization: 'advanced',
    execArgv: [],
    env: scrubbedEnvironment(),
    stdio: ['ignore', 2, 2, 'ipc'],
  });
}
