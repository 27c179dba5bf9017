import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CHOOSE_CHANNEL, CONNECT_CHANNEL, runShell } from '../../../main/shell/index.ts';
import { isOwnUrl } from '../../../main/shell/policy.ts';
import { CONTENT_POLICY } from '../../../main/platform/index.ts';
import { createFakeElectron, FakeContents, type FakeElectron } from '../../fakes/electron.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloister-shell-'));
  mkdirSync(join(folder, 'page'));
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html>');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  vi.useRealTimers();
});

async function started(
  options: Parameters<typeof createFakeElectron>[0] = {},
): Promise<FakeElectron> {
  const fake = createFakeElectron(options);
  await runShell(fake.electron, {
    paths: {
      page: join(folder, 'page'),
      preload: '/app/preload.cjs',
      core: '/app/core.js',
      compute: '/app/compute.js',
    },
    vaultFolder: '/vaults/ward',
    version: '1.2.3',
  });
  return fake;
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('before the program is ready', () => {
  it('turns on the sandbox, the scheme and every no-network switch first', async () => {
    const { app, schemes } = await started();
    const ready = app.calls.indexOf('ready');
    expect(app.calls.indexOf('enableSandbox')).toBeLessThan(ready);
    expect(app.calls.indexOf('schemes')).toBeLessThan(ready);
    expect(app.calls.lastIndexOf('switch')).toBeLessThan(ready);
    expect(app.switches.get('host-resolver-rules')).toBe('MAP * ~NOTFOUND');
    for (const name of [
      'disable-background-networking',
      'disable-component-update',
      'disable-domain-reliability',
      'no-pings',
      'disable-breakpad',
    ]) {
      expect(app.switches.has(name)).toBe(true);
    }
    expect(schemes).toEqual([
      {
        scheme: 'cloister',
        privileges: expect.objectContaining({
          standard: true,
          secure: true,
          bypassCSP: false,
          corsEnabled: false,
          allowServiceWorkers: false,
        }),
      },
    ]);
  });

  it('leaves at once when it is not the first', async () => {
    const { app, windows, processes } = await started({ firstInstance: false });
    expect(app.calls).toEqual(['quit']);
    expect([windows.length, processes.length]).toEqual([0, 0]);
  });
});

describe('the window', () => {
  it('states every security preference and none of the forbidden ones', async () => {
    const { windows } = await started();
    const preferences = windows[0]!.options.webPreferences;
    expect(preferences).toMatchObject({
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      contextIsolation: true,
      sandbox: true,
      webviewTag: false,
      spellcheck: false,
      plugins: false,
      devTools: false,
      preload: '/app/preload.cjs',
    });
    for (const forbidden of [
      'webSecurity',
      'allowRunningInsecureContent',
      'experimentalFeatures',
      'enableBlinkFeatures',
    ]) {
      expect(preferences).not.toHaveProperty(forbidden);
    }
    expect(String(preferences['partition'])).not.toMatch(/^persist:/);
    expect(windows[0]!.urls).toEqual(['cloister://app/index.html']);
  });

  it('has developer tools only outside a release', async () => {
    const { windows } = await started({ packaged: false });
    expect(windows[0]!.options.webPreferences['devTools']).toBe(true);
  });

  it('never opens another window, attaches a webview or leaves its own pages', async () => {
    const { windows } = await started();
    const contents = windows[0]!.webContents;
    expect(contents.windowOpenHandler?.({ url: 'cloister://app/index.html' })).toEqual({
      action: 'deny',
    });
    const prevented = (event: string, url: string): boolean => {
      let stopped = false;
      contents.emit(event, { url, preventDefault: () => (stopped = true) });
      return stopped;
    };
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
      expect(prevented(event, 'cloister://app/index.html#/audit')).toBe(false);
      expect(prevented(event, 'https://cloister.invalid/')).toBe(true);
      expect(prevented(event, 'file:///etc/passwd')).toBe(true);
    }
    expect(prevented('will-attach-webview', '')).toBe(true);
  });

  it('lets a frame show a blob of the page, and the window none', async () => {
    const { windows } = await started();
    const stopped = (url: string, isMainFrame: boolean): boolean => {
      let prevented = false;
      const event = { url, isMainFrame, preventDefault: () => (prevented = true) };
      windows[0]!.webContents.emit('will-frame-navigate', event);
      return prevented;
    };
    expect(stopped('blob:cloister://app/6c1f', false)).toBe(false);
    expect(stopped('blob:cloister://app/6c1f', true)).toBe(true);
    expect(stopped('blob:https://evil.example/6c1f', false)).toBe(true);
  });

  it.each([
    ['cloister://app/index.html', true],
    ['cloister://app.evil.example/index.html', false],
    ['cloister://user@app/index.html', false],
    ['cloister://appx/', false],
    ['https://app/', false],
    ['cloister:app', false],
    ['not a url', false],
  ])('knows its own page: %s is %s', (url, own) => {
    expect(isOwnUrl(url)).toBe(own);
  });
});

describe('the session', () => {
  it('serves only its page, with the content policy', async () => {
    const { session } = await started();
    const serve = session.handled.get('cloister')!;
    const page = serve({ url: 'cloister://app/index.html', method: 'GET' });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toBe(CONTENT_POLICY);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(serve({ url: 'cloister://app/../secret.html', method: 'GET' }).status).toBe(404);
    expect(serve({ url: 'cloister://app/index.html', method: 'POST' }).status).toBe(405);
    expect(serve({ url: 'cloister://other/index.html', method: 'GET' }).status).toBe(404);
    for (const scheme of ['http', 'https']) {
      expect(
        session.handled.get(scheme)!({ url: `${scheme}://example.org/`, method: 'GET' }).status,
      ).toBe(403);
    }
  });

  it('cancels every request but its own', async () => {
    const { session } = await started();
    const cancelled = (url: string): boolean => {
      let answer = { cancel: false };
      session.beforeRequest!({ url }, (given) => (answer = given));
      return answer.cancel;
    };
    expect(cancelled('cloister://app/app.js')).toBe(false);
    expect(cancelled('blob:cloister://app/6c1f')).toBe(false);
    for (const url of [
      'https://example.org/',
      'ws://localhost:1/',
      'file:///etc/passwd',
      'blob:https://example.org/1',
      'devtools://x',
      'nonsense',
    ]) {
      expect(cancelled(url)).toBe(true);
    }
  });

  it('saves what the page made, asking where to, and downloads nothing else', async () => {
    const { session } = await started();
    const downloaded = (url: string) => {
      let stopped = false;
      let options: unknown = null;
      session.events.emit(
        'will-download',
        { preventDefault: () => (stopped = true) },
        {
          getURL: () => url,
          getFilename: () => '../card.html',
          setSaveDialogOptions: (given: unknown) => (options = given),
        },
      );
      return { stopped, options };
    };
    expect(downloaded('blob:cloister://app/6c1f')).toEqual({
      stopped: false,
      options: { defaultPath: 'card.html' },
    });
    expect(downloaded('https://example.org/x')).toEqual({ stopped: true, options: null });
  });

  it('denies permissions, devices and screens; allows copying text from the own main frame', async () => {
    const { session } = await started();
    const asked = (permission: string, requestingUrl: string, isMainFrame: boolean): boolean => {
      let granted = false;
      session.permissionRequest!(null, permission, (ok) => (granted = ok), {
        requestingUrl,
        isMainFrame,
      });
      const checked = session.permissionCheck!(null, permission, requestingUrl, {
        requestingUrl,
        isMainFrame,
      });
      expect(checked).toBe(granted);
      return granted;
    };
    expect(asked('clipboard-sanitized-write', 'cloister://app/', true)).toBe(true);
    expect(asked('clipboard-sanitized-write', 'cloister://app/', false)).toBe(false);
    expect(asked('clipboard-sanitized-write', 'https://evil.example/', true)).toBe(false);
    for (const permission of [
      'clipboard-read',
      'media',
      'geolocation',
      'notifications',
      'openExternal',
      'usb',
      'fullscreen',
    ]) {
      expect(asked(permission, 'cloister://app/', true)).toBe(false);
    }
    expect(session.device!()).toBe(false);
    let streams: object | null = null;
    session.displayMedia!(null, (given) => (streams = given));
    expect(streams).toEqual({});
    expect(session.spellChecker).toBe(false);
    expect(session.proxy).toEqual({ mode: 'direct' });
  });

  it('answers certificates and logins with nothing', async () => {
    const { app } = await started();
    let trusted: boolean | null = null;
    let stopped = 0;
    const event = { preventDefault: () => (stopped += 1) };
    app.emit('certificate-error', event, null, '', '', null, (ok: boolean) => (trusted = ok));
    app.emit('select-client-certificate', event);
    app.emit('login', event);
    expect([trusted, stopped]).toEqual([false, 3]);
  });
});

describe('the channel to the core', () => {
  it('introduces the page of its own window, and nobody else', async () => {
    const { ipcMain, windows, processes } = await started();
    const ours = windows[0]!.webContents;
    const core = processes[0]!;
    const ask = (sender: FakeContents, senderFrame: unknown, nonce: unknown = 'n1'): void => {
      ipcMain.emit(CONNECT_CHANNEL, { sender, senderFrame }, nonce);
    };
    ask(ours, ours.mainFrame);
    expect(core.posted).toEqual([{ message: { control: 'page' }, ports: [expect.anything()] }]);
    expect(ours.mainFrame.posted[0]).toEqual([CONNECT_CHANNEL, 'n1', [expect.anything()]]);

    const stranger = new FakeContents();
    ask(stranger, stranger.mainFrame); // Not our window.
    ask(ours, { url: 'cloister://app/index.html' }); // A sub-frame.
    ask(ours, null); // A frame that is gone.
    ask(ours, ours.mainFrame, { not: 'a nonce' });
    ours.mainFrame.url = 'https://evil.example/';
    ask(ours, ours.mainFrame); // Our frame, showing something else.
    expect(core.posted).toHaveLength(1);
  });

  it('lets the person choose a folder: the core learns which, the page a word for it', async () => {
    const fake = await started({ chosenFolders: ['/media/stick/backups'] });
    const ours = fake.windows[0]!.webContents;
    const choose = (sender: FakeContents, senderFrame: unknown): void => {
      fake.ipcMain.emit(CHOOSE_CHANNEL, { sender, senderFrame }, 'n1');
    };
    choose(new FakeContents(), new FakeContents().mainFrame);
    choose(ours, ours.mainFrame);
    choose(ours, ours.mainFrame); // One dialog at a time.
    await settle();
    await settle();
    const placeId = expect.stringMatching(/^plc_[0-9A-F]{26}$/);
    const answer = { nonce: 'n1', chosen: { placeId, name: 'backups' } };
    expect(ours.mainFrame.posted).toEqual([[CHOOSE_CHANNEL, answer]]);
    expect(fake.processes[0]!.posted).toEqual([
      { message: { control: 'place', placeId, path: '/media/stick/backups' }, ports: [] },
    ]);
    expect(JSON.stringify(ours.mainFrame.posted)).not.toContain('/media');
  });

  it('says so when nothing was chosen', async () => {
    const fake = await started();
    const ours = fake.windows[0]!.webContents;
    fake.ipcMain.emit(CHOOSE_CHANNEL, { sender: ours, senderFrame: ours.mainFrame }, 'n2');
    await settle();
    await settle();
    expect(ours.mainFrame.posted).toEqual([[CHOOSE_CHANNEL, { nonce: 'n2', chosen: null }]]);
  });
});

describe('the processes', () => {
  it('start with a scrubbed environment and no unsigned library', async () => {
    process.env['NODE_OPTIONS_TEST_TOKEN'] = 'secret';
    const { processes } = await started();
    delete process.env['NODE_OPTIONS_TEST_TOKEN'];
    const core = processes[0]!;
    expect([core.file, core.args]).toEqual([
      '/app/core.js',
      ['--vault', '/vaults/ward', '--product', '1.2.3'],
    ]);
    expect(core.options).toMatchObject({
      allowLoadingUnsignedLibraries: false,
      execArgv: [],
      stdio: 'ignore',
    });
    expect(core.options['env']).not.toHaveProperty('NODE_OPTIONS_TEST_TOKEN');
  });

  it('introduces compute to core by a port and tells its end', async () => {
    const { processes } = await started();
    const core = processes[0]!;
    core.emit('message', { control: 'launchCompute', id: 7 });
    const compute = processes[1]!;
    expect(compute.file).toBe('/app/compute.js');
    expect(compute.posted[0]!.ports).toHaveLength(1);
    expect(core.posted[0]!.message).toEqual({ control: 'compute', id: 7 });
    core.emit('message', { control: 'killCompute', id: 7 });
    await settle();
    expect(core.posted.at(-1)!.message).toEqual({ control: 'computeExit', id: 7, code: 0 });
  });

  it('restarts a core that dies, with growing pauses, three times, and then says so', async () => {
    vi.useFakeTimers();
    const { processes, windows, errorBoxes } = await started();
    for (const [index, pause] of [500, 1000, 2000].entries()) {
      processes[index]!.emit('exit', 1);
      await vi.advanceTimersByTimeAsync(pause - 1);
      expect(processes).toHaveLength(index + 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(processes).toHaveLength(index + 2);
    }
    expect(windows[0]!.webContents.reloads).toBe(3);
    processes[3]!.emit('exit', 1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(processes).toHaveLength(4);
    expect(errorBoxes).toHaveLength(1);
  });

  it('locks on suspend, on a locked screen and when the page dies', async () => {
    const { processes, powerMonitor, app, windows } = await started();
    powerMonitor.emit('suspend');
    powerMonitor.emit('lock-screen');
    app.emit('render-process-gone', {}, windows[0]!.webContents, { reason: 'crashed' });
    expect(processes[0]!.posted.map(({ message }) => message)).toEqual(
      Array(3).fill({ control: 'lock' }),
    );
    expect(windows[0]!.webContents.reloads).toBe(1);
  });

  it('quits only after the core has locked the vault', async () => {
    const { app, processes } = await started();
    let stopped = 0;
    app.emit('before-quit', { preventDefault: () => (stopped += 1) });
    expect([stopped, processes[0]!.killed]).toEqual([1, true]);
    await settle();
    await settle();
    expect(app.calls.at(-1)).toBe('quit');
    app.emit('before-quit', { preventDefault: () => (stopped += 1) });
    expect(stopped).toBe(1);
  });
});

describe('the sources of the shell', () => {
  const sources = (room: string): string => {
    const path = fileURLToPath(new URL(`../../../main/${room}`, import.meta.url));
    return readdirSync(path)
      .map((file) => readFileSync(join(path, file), 'utf8'))
      .join('\n');
  };
  it('hold none of the settings that weaken a window', () => {
    const text = sources('shell') + sources('entries');
    for (const key of [
      'webSecurity',
      'allowRunningInsecureContent',
      'experimentalFeatures',
      'enableBlinkFeatures',
      'allowpopups',
      'openExternal',
      'nodeIntegration: true',
      'contextIsolation: false',
      'sandbox: false',
      'file://',
    ]) {
      expect(text).not.toContain(key);
    }
  });
  it('touch the raw channel in one file', () => {
    const path = fileURLToPath(new URL('../../../main/shell', import.meta.url));
    const users = readdirSync(path).filter((file) =>
      /ipcMain\.(on|handle)/.test(readFileSync(join(path, file), 'utf8')),
    );
    expect(users).toEqual(['channel.ts']);
  });
});
