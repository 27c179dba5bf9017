/**
 * A fake of the parts of Electron that the shell uses. It records what it was told and lets a test play the
 * events; it decides nothing by itself.
 */
import { EventEmitter } from 'node:events';
import type { ElectronParts } from '../../main/shell/index.ts';

export class FakePort extends EventEmitter {
  readonly posted: unknown[] = [];
  other: FakePort | null = null;
  postMessage(message: unknown): void {
    this.posted.push(message);
  }
  start(): void {}
  close(): void {}
}

export class FakeProcess extends EventEmitter {
  readonly posted: { readonly message: unknown; readonly ports: readonly unknown[] }[] = [];
  killed = false;
  readonly file: string;
  readonly args: readonly string[];
  readonly options: Record<string, unknown>;
  constructor(file: string, args: readonly string[], options: Record<string, unknown>) {
    super();
    this.file = file;
    this.args = args;
    this.options = options;
  }
  postMessage(message: unknown, ports: readonly unknown[] = []): void {
    this.posted.push({ message, ports });
  }
  kill(): boolean {
    if (this.killed) return false;
    this.killed = true;
    queueMicrotask(() => this.emit('exit', 0));
    return true;
  }
}

export class FakeContents extends EventEmitter {
  windowOpenHandler: ((details: unknown) => { action: string }) | null = null;
  reloads = 0;
  readonly mainFrame: {
    url: string;
    posted: unknown[][];
    postMessage: (...all: unknown[]) => void;
  };
  constructor(url = 'cloister://app/index.html') {
    super();
    const posted: unknown[][] = [];
    this.mainFrame = { url, posted, postMessage: (...all) => void posted.push(all) };
  }
  setWindowOpenHandler(handler: (details: unknown) => { action: string }): void {
    this.windowOpenHandler = handler;
  }
  reload(): void {
    this.reloads += 1;
  }
}

/** A key store whose state a test changes under the program. */
export interface FakeSafeStorage {
  available: boolean;
  backend: string;
  /** What the system encrypts under; another one opens nothing that was made before. */
  key: string;
  shouldReEncrypt: boolean;
  fails: boolean;
  readonly calls: string[];
}

const boxed = (key: string, text: string): Buffer =>
  Buffer.from(`${key}\n${Buffer.from(text, 'utf8').toString('hex')}`);

function createSafeStorage(fake: FakeSafeStorage): object {
  const called = async (name: string): Promise<void> => {
    fake.calls.push(name);
    await Promise.resolve();
    if (fake.fails) throw new Error('The keyring does not answer');
  };
  return {
    isAsyncEncryptionAvailable: async () => {
      await called('isAsyncEncryptionAvailable');
      return fake.available;
    },
    getSelectedStorageBackend: () => fake.backend,
    encryptStringAsync: async (text: string) => {
      await called('encryptStringAsync');
      return boxed(fake.key, text);
    },
    decryptStringAsync: async (box: Buffer) => {
      await called('decryptStringAsync');
      const [key, hex = ''] = box.toString('utf8').split('\n');
      if (key !== fake.key) throw new Error('The box does not open');
      const result = Buffer.from(hex, 'hex').toString('utf8');
      return { result, shouldReEncrypt: fake.shouldReEncrypt };
    },
  };
}

export interface FakeSession {
  readonly events: EventEmitter;
  readonly handled: Map<string, (request: { url: string; method: string }) => Response>;
  beforeRequest:
    ((details: { url: string }, callback: (answer: { cancel: boolean }) => void) => void) | null;
  permissionRequest:
    | ((
        contents: unknown,
        permission: string,
        callback: (ok: boolean) => void,
        details: unknown,
      ) => void)
    | null;
  permissionCheck:
    ((contents: unknown, permission: string, origin: string, details: unknown) => boolean) | null;
  device: (() => boolean) | null;
  displayMedia: ((request: unknown, callback: (streams: object) => void) => void) | null;
  spellChecker: boolean;
  proxy: unknown;
}

export interface FakeElectron {
  readonly electron: ElectronParts;
  readonly app: EventEmitter & {
    readonly switches: Map<string, string | undefined>;
    readonly calls: string[];
  };
  readonly ipcMain: EventEmitter;
  readonly powerMonitor: EventEmitter;
  readonly processes: FakeProcess[];
  readonly windows: {
    readonly options: { readonly webPreferences: Record<string, unknown> };
    readonly webContents: FakeContents;
    readonly urls: string[];
  }[];
  readonly session: FakeSession;
  readonly schemes: unknown[];
  readonly errorBoxes: string[][];
  readonly menus: unknown[];
  readonly safeStorage: FakeSafeStorage;
}

export function createFakeElectron(
  options: {
    readonly packaged?: boolean;
    readonly firstInstance?: boolean;
    readonly userData?: string;
    /** What the person picks in a dialog for folders; none closes it. */
    readonly chosenFolders?: string[];
  } = {},
): FakeElectron {
  const { packaged = true, firstInstance = true, userData = '/profile' } = options;
  const { chosenFolders = [] } = options;
  const switches = new Map<string, string | undefined>();
  const calls: string[] = [];
  const schemes: unknown[] = [];
  const processes: FakeProcess[] = [];
  const windows: FakeElectron['windows'] = [];
  const errorBoxes: string[][] = [];
  const menus: unknown[] = [];
  const safeStorage: FakeSafeStorage = {
    available: true,
    backend: 'gnome_libsecret',
    key: 'of this account',
    shouldReEncrypt: false,
    fails: false,
    calls: [],
  };
  const app = Object.assign(new EventEmitter(), {
    switches,
    calls,
    isPackaged: packaged,
    enableSandbox: () => void calls.push('enableSandbox'),
    requestSingleInstanceLock: () => firstInstance,
    quit: () => void calls.push('quit'),
    whenReady: () => {
      calls.push('ready');
      return Promise.resolve();
    },
    getLocale: () => 'de-AT',
    getPath: (name: string) => (name === 'userData' ? userData : `/nowhere/${name}`),
    commandLine: {
      appendSwitch: (name: string, value?: string) => {
        calls.push('switch');
        switches.set(name, value);
      },
    },
  });
  const session: FakeSession = {
    events: new EventEmitter(),
    handled: new Map(),
    beforeRequest: null,
    permissionRequest: null,
    permissionCheck: null,
    device: null,
    displayMedia: null,
    spellChecker: true,
    proxy: null,
  };
  const realSession = {
    on: (name: string, listener: (...all: unknown[]) => void) => session.events.on(name, listener),
    protocol: {
      handle: (scheme: string, handler: (request: { url: string; method: string }) => Response) =>
        void session.handled.set(scheme, handler),
    },
    webRequest: {
      onBeforeRequest: (listener: FakeSession['beforeRequest']) =>
        void (session.beforeRequest = listener),
    },
    setPermissionRequestHandler: (handler: FakeSession['permissionRequest']) =>
      void (session.permissionRequest = handler),
    setPermissionCheckHandler: (handler: FakeSession['permissionCheck']) =>
      void (session.permissionCheck = handler),
    setDevicePermissionHandler: (handler: FakeSession['device']) => void (session.device = handler),
    setDisplayMediaRequestHandler: (handler: FakeSession['displayMedia']) =>
      void (session.displayMedia = handler),
    setSpellCheckerEnabled: (on: boolean) => void (session.spellChecker = on),
    setSpellCheckerDictionaryDownloadURL: () => undefined,
    setProxy: (proxy: unknown) => {
      session.proxy = proxy;
      return Promise.resolve();
    },
  };
  class BrowserWindow extends EventEmitter {
    readonly webContents = new FakeContents();
    readonly urls: string[] = [];
    readonly options: { webPreferences: Record<string, unknown> };
    constructor(given: { webPreferences: Record<string, unknown> }) {
      super();
      this.options = given;
      windows.push(this);
      app.emit('web-contents-created', {}, this.webContents);
    }
    loadURL(url: string): Promise<void> {
      this.urls.push(url);
      return Promise.resolve();
    }
    isMinimized(): boolean {
      return false;
    }
    focus(): void {
      calls.push('focus');
    }
    show(): void {}
    restore(): void {}
  }
  const ipcMain = new EventEmitter();
  const powerMonitor = new EventEmitter();
  const electron = {
    app,
    BrowserWindow,
    ipcMain,
    powerMonitor,
    dialog: {
      showErrorBox: (...words: string[]) => void errorBoxes.push(words),
      showOpenDialog: () =>
        Promise.resolve({ canceled: chosenFolders.length === 0, filePaths: chosenFolders }),
    },
    Menu: {
      buildFromTemplate: (template: unknown) => template,
      setApplicationMenu: (menu: unknown) => void menus.push(menu),
    },
    MessageChannelMain: class {
      readonly port1 = new FakePort();
      readonly port2 = new FakePort();
      constructor() {
        this.port1.other = this.port2;
        this.port2.other = this.port1;
      }
    },
    protocol: {
      registerSchemesAsPrivileged: (given: unknown[]) => {
        calls.push('schemes');
        schemes.push(...given);
      },
    },
    safeStorage: createSafeStorage(safeStorage),
    session: { fromPartition: () => realSession },
    utilityProcess: {
      fork: (file: string, args: string[], given: Record<string, unknown>) => {
        const child = new FakeProcess(file, args, given);
        processes.push(child);
        return child;
      },
    },
  } as unknown as ElectronParts;
  return {
    electron,
    app,
    ipcMain,
    powerMonitor,
    processes,
    windows,
    session,
    schemes,
    errorBoxes,
    menus,
    safeStorage,
  };
}
