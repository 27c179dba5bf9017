// Which shell opens the interface, and why: the product is Electron; where its runtime was not fetched, the
// same page runs in this machine's own Chromium. The page is built first where that has not been done.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { OpenOptions } from './command.ts';
import { findChromium, findElectron } from './doctor.ts';
import { usage } from './failure.ts';
import { withoutNetwork } from './isolation.ts';
import type { Terminal } from './terminal.ts';
import { entryFile, productFolder, scrubbedEnvironment } from '../ipc/index.ts';

export type ShellChoice =
  | { readonly shell: 'electron'; readonly binary: string; readonly why: string }
  | { readonly shell: 'preview'; readonly binary: string; readonly why: string };

export function chooseShell(
  wanted: OpenOptions['shell'],
  screenshot: boolean,
  found: { readonly electron: string | undefined; readonly chromium: string | undefined },
): ShellChoice {
  const { electron, chromium } = found;
  if (wanted !== 'preview' && !screenshot && electron) {
    return { shell: 'electron', binary: electron, why: 'Opening in Electron.' };
  }
  if (wanted === 'electron') {
    throw usage(
      'The Electron runtime is not on this machine. Fetch it with "npx electron --version" where there is a network, or leave out --shell.',
      'SOURCE_NOT_FOUND',
    );
  }
  if (!chromium) {
    throw usage(
      'Neither the Electron runtime nor a Chromium is on this machine. Install Chromium, or set CLOISTER_CHROMIUM to one.',
      'SOURCE_NOT_FOUND',
    );
  }
  const why = screenshot
    ? 'Taking the picture in the Chromium of this machine.'
    : electron
      ? 'Opening in the Chromium of this machine, as asked.'
      : 'Opening in the Chromium of this machine: the Electron runtime has not been fetched.';
  return { shell: 'preview', binary: chromium, why };
}

/** Windows and macOS always have one; under Linux a browser would start unseen and never end. */
export const hasDisplay = (
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): boolean =>
  platform !== 'linux' || Boolean(environment['DISPLAY'] || environment['WAYLAND_DISPLAY']);

export async function openInterface(terminal: Terminal, options: OpenOptions): Promise<number> {
  const choice = chooseShell(options.shell, options.screenshot !== undefined, {
    electron: findElectron(),
    chromium: findChromium(),
  });
  if (options.screenshot === undefined && !hasDisplay(process.platform, process.env)) {
    throw usage(
      'There is no display here to open a window on. Take a picture with --screenshot FILE, or work from the terminal.',
      'SOURCE_NOT_FOUND',
    );
  }
  terminal.note(`${choice.why} Vault: ${options.folder}`);
  await buildPageIfStale(terminal);
  if (choice.shell === 'electron') {
    await buildShellIfStale(terminal);
    return run(choice.binary, [productFolder(), '--vault', options.folder]);
  }
  const flags: string[] = ['--vault', options.folder, '--chromium', choice.binary];
  const pass = (flag: string, value: string | undefined): void => {
    if (value !== undefined) flags.push(flag, value);
  };
  pass('--screenshot', options.screenshot);
  pass('--route', options.route);
  pass('--theme', options.theme);
  pass('--locale', options.locale);
  pass('--size', options.size);
  pass('--passphrase-file', options.passphraseFile);
  const command = withoutNetwork(process.execPath, [entryFile('preview'), ...flags]);
  terminal.note(
    command.isolated
      ? 'It runs in a network namespace of its own, in which there is no network.'
      : 'This system lets no program give up its network; Chromium is told to use none.',
  );
  return run(command.binary, command.args);
}

/** A window needs to know its display; nothing else of the caller's environment is handed on. */
function run(binary: string, args: readonly string[]): Promise<number> {
  const display = [
    'DISPLAY',
    'WAYLAND_DISPLAY',
    'XAUTHORITY',
    'XDG_RUNTIME_DIR',
    'XDG_SESSION_TYPE',
  ];
  const environment = {
    ...scrubbedEnvironment(),
    ...Object.fromEntries(
      display.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
    ),
  };
  const child = spawn(binary, args, { stdio: 'inherit', env: environment });
  const ignore = (): void => undefined; // The child hears Ctrl+C itself and ends in order.
  process.on('SIGINT', ignore);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('SIGINT', ignore);
      resolve(code ?? 1);
    });
  });
}

const newest = (path: string): number => {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
};

/** The installed product has no sources, so its page is never stale. */
async function buildPageIfStale(terminal: Terminal): Promise<void> {
  const folder = productFolder();
  const built = join(folder, 'dist', 'renderer', 'index.html');
  const sources = Math.max(newest(join(folder, 'renderer')), newest(join(folder, 'shared')));
  if (sources === 0 || (existsSync(built) && statSync(built).mtimeMs >= sources)) return;
  terminal.note('Building the page (once after each change).');
  await build(folder, 'vite.renderer.config.ts');
}

async function buildShellIfStale(terminal: Terminal): Promise<void> {
  const folder = productFolder();
  const sources = Math.max(newest(join(folder, 'main')), newest(join(folder, 'shared')));
  const built = newest(join(folder, 'dist', 'main', 'preload.cjs'));
  if (newest(join(folder, 'main')) === 0 || built >= sources) return;
  terminal.note('Building the processes (once after each change).');
  await build(folder, 'vite.main.config.ts');
  await build(folder, 'vite.preload.config.ts');
}

async function build(folder: string, config: string): Promise<void> {
  const require = createRequire(join(folder, 'package.json'));
  const vite = join(require.resolve('vite/package.json'), '..', 'bin', 'vite.js');
  const args = ['build', '--config', join(folder, 'test', 'tooling', config), '--logLevel', 'warn'];
  const code = await run(process.execPath, [vite, ...args]);
  if (code !== 0) throw usage('The page could not be built; the lines above say why.', 'INTERNAL');
}
