// What this machine offers and what is missing, before anything goes wrong: runtime, native parts,
// browser, memory. Needs no vault.
import { constants, accessSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { Outcome } from './command.ts';
import { bytes, table } from './text.ts';

export interface Finding {
  readonly what: string;
  readonly state: 'good' | 'limited' | 'missing';
  readonly detail: string;
}

/** Below it the native SQLite package crashes instead of failing. */
const NODE_FLOOR = 22;

export function examine(): readonly Finding[] {
  const require = createRequire(import.meta.url);
  const major = Number(process.versions.node.split('.')[0]);
  return [
    {
      what: 'Node',
      state: major >= NODE_FLOOR ? 'good' : 'missing',
      detail: `${process.versions.node}${major >= NODE_FLOOR ? '' : `; ${NODE_FLOOR} or newer is needed: run through npm, which brings its own`}`,
    },
    native(require, 'encrypted SQLite', 'better-sqlite3-multiple-ciphers'),
    native(require, 'ONNX Runtime', 'onnxruntime-node'),
    electronFinding(require),
    chromiumFinding(),
    {
      what: 'processors and memory',
      state: availableParallelism() >= 2 && totalmem() > 3.5 * 2 ** 30 ? 'good' : 'limited',
      detail: `${availableParallelism()} cores, ${bytes(freemem())} free of ${bytes(totalmem())}`,
    },
  ];
}

/** Finds the package without loading it: a broken native library would take this process along. */
function native(require: NodeJS.Require, what: string, name: string): Finding {
  try {
    const manifest = packageManifest(require.resolve(name), name);
    return { what, state: 'good', detail: `${name} ${manifest.version}` };
  } catch {
    return { what, state: 'missing', detail: `${name} is not installed: run npm ci` };
  }
}

function packageManifest(entry: string, name: string): { readonly version: string } {
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version: string };
    if (manifest.name === name) return manifest;
  }
  throw new Error(`No manifest of ${name}`);
}

function electronFinding(require: NodeJS.Require): Finding {
  const found = findElectron(require);
  return found
    ? { what: 'Electron runtime', state: 'good', detail: found }
    : {
        what: 'Electron runtime',
        state: 'limited',
        detail: 'not fetched; the interface opens in the Chromium of this machine',
      };
}

/** The runtime is fetched apart from the package; its launcher notes the path when it is there. */
export function findElectron(
  require: NodeJS.Require = createRequire(import.meta.url),
): string | undefined {
  try {
    const folder = dirname(require.resolve('electron/package.json'));
    const note = join(folder, 'path.txt');
    const name = existsSync(note)
      ? readFileSync(note, 'utf8').trim()
      : process.platform === 'win32'
        ? 'electron.exe'
        : process.platform === 'darwin'
          ? 'Electron.app/Contents/MacOS/Electron'
          : 'electron';
    const binary = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), name);
    accessSync(binary, constants.X_OK);
    return binary;
  } catch {
    return undefined;
  }
}

const CHROMIUM_NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge',
];
const CHROMIUM_PLACES = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

export function findChromium(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const named = environment.CLOISTER_CHROMIUM;
  const onPath = (environment.PATH ?? '')
    .split(process.platform === 'win32' ? ';' : ':')
    .flatMap((folder) => CHROMIUM_NAMES.map((name) => join(folder, name)));
  return [...(named ? [named] : []), ...onPath, ...CHROMIUM_PLACES].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether the fonts for the Chinese interface are there; without them a picture shows boxes. */
export function hasChineseFont(folders = ['/usr/share/fonts', '/usr/local/share/fonts']): boolean {
  return folders.some((folder) => {
    try {
      return readdirSync(folder, { recursive: true }).some((name) =>
        /cjk|wqy|sourcehan/i.test(String(name)),
      );
    } catch {
      return false;
    }
  });
}

function chromiumFinding(): Finding {
  const found = findChromium();
  if (!found) {
    return {
      what: 'Chromium',
      state: 'limited',
      detail:
        'none found; needed for the preview and for browser tests (set CLOISTER_CHROMIUM to one)',
    };
  }
  const fonts = process.platform !== 'linux' || hasChineseFont();
  return {
    what: 'Chromium',
    state: fonts ? 'good' : 'limited',
    detail: fonts ? found : `${found}; no font for Chinese (Debian: fonts-noto-cjk)`,
  };
}

export function describeFindings(findings: readonly Finding[]): Outcome {
  return {
    json: findings,
    text: table(
      ['what', 'state', 'detail'],
      findings.map(({ what, state, detail }) => [what, state, detail]),
    ),
    exitCode: findings.some(({ state }) => state === 'missing') ? 1 : 0,
  };
}
