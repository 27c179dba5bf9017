// The Electron shell: one window, one vault, the processes behind it. It knows neither SQL nor tensors nor
// a word of a text; it opens, introduces, locks and closes.
import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { scrubbedEnvironment } from '../ipc/index.ts';
import { serveConnect } from './channel.ts';
import type { Electron, ElectronParts } from './electronParts.ts';
import { hardenApp, hardenBeforeReady, hardenSession } from './hardening.ts';
import { menuTemplate, menuWords } from './menu.ts';
import { createSafeStorageKeyStore } from './keyStore.ts';
import { PAGE_URL, webPreferences } from './policy.ts';
import { createProcesses, type Processes } from './processes.ts';

export interface ShellPaths {
  /** The built page. */
  readonly page: string;
  /** One CommonJS file: a sandboxed preload cannot import modules. */
  readonly preload: string;
  readonly core: string;
  readonly compute: string;
}

export interface ShellOptions {
  readonly paths: ShellPaths;
  readonly vaultFolder: string;
  readonly version: string;
}

export async function runShell(electron: ElectronParts, options: ShellOptions): Promise<void> {
  const { app, BrowserWindow, dialog, Menu, powerMonitor } = electron;
  const release = app.isPackaged;
  // A second start brings the window to the front; two shells on one vault would fight over its lock.
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  hardenBeforeReady(electron);
  hardenApp(electron);
  let window: Electron.BrowserWindow | undefined;
  let processes: Processes | undefined = undefined;

  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('window-all-closed', () => app.quit());
  let ended = false;
  app.on('before-quit', (event) => {
    if (ended || !processes) return;
    event.preventDefault(); // Until the vault is locked.
    void processes.end().finally(() => {
      ended = true;
      app.quit();
    });
  });

  await app.whenReady();
  const preferences = webPreferences(options.paths.preload, release);
  const session = electron.session.fromPartition(preferences.partition ?? '');
  await hardenSession(session, { page: options.paths.page, release });

  processes = createProcesses({
    electron,
    entries: options.paths,
    coreArguments: ['--vault', options.vaultFolder, '--product', options.version],
    environment: scrubbedEnvironment(),
    // Beside the profile, not beside the vault: whoever takes the folder back must not take this back too.
    keyStore: createSafeStorageKeyStore(electron.safeStorage, {
      folder: join(app.getPath('userData'), 'key-store'),
      platform: process.platform,
    }),
    nowMs: Date.now,
    later: (ms, act) => void setTimeout(act, ms),
    // The page notices the closed port by itself; reloading gives it a new one and a clean state.
    onCoreRestart: () => window?.webContents.reload(),
    onGiveUp: () =>
      dialog.showErrorBox(
        'Cloister',
        'The part of the program that keeps the vault has stopped four times in a row. What was stored is safe. Close Cloister, start it again, and if it happens again, restore the last backup to another folder and compare.',
      ),
  });
  const { lock, connectPage, grant } = processes;
  serveConnect(electron, {
    isOurs: (contents) => contents === window?.webContents,
    introduce: connectPage,
    async chooseFolder() {
      const asked = { properties: ['openDirectory' as const, 'createDirectory' as const] };
      const { canceled, filePaths } = window
        ? await dialog.showOpenDialog(window, asked)
        : await dialog.showOpenDialog(asked);
      const [path] = filePaths;
      if (canceled || path === undefined) return null;
      const placeId = `plc_${randomBytes(13).toString('hex').toUpperCase()}`;
      grant(placeId, path);
      return { placeId, name: basename(path) };
    },
  });
  powerMonitor.on('suspend', lock);
  powerMonitor.on('lock-screen', lock);
  app.on('render-process-gone', (_event, contents, { reason }) => {
    if (contents !== window?.webContents || reason === 'clean-exit') return;
    lock(); // Whatever made the page die, it dies without an open vault behind it.
    contents.reload();
  });

  Menu.setApplicationMenu(
    Menu.buildFromTemplate(
      menuTemplate(menuWords(app.getLocale()), {
        mac: process.platform === 'darwin',
        release,
        lock,
      }),
    ),
  );
  window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 1024,
    minHeight: 700,
    show: false,
    title: 'Cloister',
    backgroundColor: '#faf9f6',
    webPreferences: preferences,
  });
  window.once('ready-to-show', () => window?.show());
  window.once('closed', () => (window = undefined));
  await window.loadURL(PAGE_URL);
}
