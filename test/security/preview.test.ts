// The preview shell against a page that misbehaves: every control has a case that must fail and one that
// must pass.
import { execFileSync, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChildPort, forkEntry } from '../../main/ipc/index.ts';
import { createPageFiles } from '../../main/platform/index.ts';
import {
  launchBrowser,
  openPreviewPage,
  PAGE_ORIGIN,
  type Browser,
  type PreviewPage,
} from '../../main/preview/index.ts';
import type { ClientMessage, ServerMessage } from '../../shared/contract/index.ts';
import { CHROMIUM, skipsWithoutChromium } from '../fakes/chromium.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

describe.skipIf(skipsWithoutChromium())('the preview', () => {
  const exports = mkdtempSync(join(tmpdir(), 'cloister-export-'));
  let core: ChildProcess;
  let browser: Browser;
  let opened: PreviewPage;
  let page: Page;

  beforeAll(async () => {
    core = forkEntry('core', ['--client', 'page'], path('../fakes/coreEntry.ts'));
    browser = await launchBrowser({
      executable: CHROMIUM ?? '',
      headless: true,
      size: { width: 800, height: 600 },
    });
    opened = await openPreviewPage(
      browser.context,
      createPageFiles(path('../fixtures/page'), PAGE_ORIGIN),
      createChildPort<ServerMessage, ClientMessage>(core),
      PAGE_ORIGIN,
      { exportFolder: exports },
    );
    page = opened.page;
    await page.getByText('connected').waitFor();
  });
  afterAll(async () => {
    rmSync(exports, { recursive: true, force: true });
    await browser?.close();
    if (core?.connected) core.disconnect();
  });

  const ask = (procedure: string, input: unknown): Promise<unknown> =>
    page.evaluate(
      ([p, i]) =>
        (globalThis as unknown as { ask(p: unknown, i: unknown): Promise<unknown> }).ask(p, i),
      [procedure, input] as const,
    );

  it('carries calls and answers over the pipe', async () => {
    expect(await ask('vault.status', {})).toMatchObject({ ok: true, output: { state: 'absent' } });
    expect(await ask('vault.status', { extra: 1 })).toMatchObject({
      ok: false,
      error: { code: 'BAD_INPUT' },
    });
  });

  it('makes a round trip in at most 5 ms (median)', async () => {
    const times = await page.evaluate(async () => {
      const { ask } = globalThis as unknown as { ask(p: string, i: unknown): Promise<unknown> };
      const spent: number[] = [];
      for (let call = 0; call < 300; call += 1) {
        const start = performance.now();
        await ask('settings.get', {});
        spent.push(performance.now() - start);
      }
      return spent.sort((a, b) => a - b);
    });
    const median = times[150] ?? Infinity;
    process.stdout.write(`preview round trip: median ${median.toFixed(2)} ms of ${times.length}\n`);
    expect(median).toBeLessThanOrEqual(5);
  });

  it('treats the page as a page, whatever it says it is', async () => {
    await ask('vault.create', { name: 'v', userName: 'u', passphrase: 'p' });
    expect(
      await ask('corpus.import', {
        source: { kind: 'path', path: '/etc' },
        collection: { name: 'c' },
      }),
    ).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
  });

  it('reaches no other address, by no way a page has', async () => {
    const results = await page.evaluate(async () => {
      const attempt = (act: () => Promise<unknown>): Promise<string> =>
        act().then(
          () => 'reached',
          () => 'refused',
        );
      const byElement = (tag: string, attribute: string) => () =>
        new Promise((resolve, reject) => {
          const element = document.createElement(tag);
          element.addEventListener('load', resolve);
          element.addEventListener('error', reject);
          setTimeout(reject, 2_000);
          element.setAttribute(attribute, 'https://example.com/x');
          document.body.append(element);
        });
      return Promise.all([
        attempt(() => fetch('https://example.com/')),
        attempt(() => fetch('http://127.0.0.1:80/')),
        attempt(byElement('img', 'src')),
        attempt(byElement('link', 'href')),
        attempt(
          () =>
            new Promise((resolve, reject) => {
              const socket = new WebSocket('wss://example.com/');
              socket.addEventListener('open', resolve);
              socket.addEventListener('error', reject);
              socket.addEventListener('close', reject);
            }),
        ),
      ]);
    });
    expect(results).toEqual(['refused', 'refused', 'refused', 'refused', 'refused']);
    expect(await page.evaluate(() => fetch('./icon.svg').then((answer) => answer.status))).toBe(
      200,
    );
  });

  it('runs no inline script and builds no markup from text', async () => {
    const outcome = await page.evaluate(() => {
      const script = document.createElement('script');
      let sink = 'allowed';
      try {
        script.text = 'globalThis.injected = true';
        document.body.append(script);
        document.body.insertAdjacentHTML('beforeend', '<b>markup</b>');
      } catch {
        sink = 'refused';
      }
      return { sink, injected: 'injected' in globalThis };
    });
    expect(outcome).toEqual({ sink: 'refused', injected: false });
  });

  it('opens no second window and is led nowhere else', async () => {
    await page.evaluate(() => {
      window.open('https://example.com/');
      window.open('about:blank');
    });
    await page.waitForTimeout(300);
    await expect
      .poll(() => browser.context.pages().map((each) => each === page), { timeout: 5_000 })
      .toEqual([true]);
    await page.evaluate(() => {
      location.href = 'https://example.com/away';
    });
    await expect
      .poll(() => page.url(), { timeout: 5_000 })
      .toMatch(/^https:\/\/cloister\.invalid\//);
    await page.getByText('connected').waitFor();
    expect(await ask('settings.get', {})).toMatchObject({ ok: true });
  });

  it('saves what the page hands over, piece by piece, and downloads nothing', async () => {
    await page.evaluate(() => {
      const link = (href: string, name: string): void => {
        const anchor = document.createElement('a');
        anchor.href = href;
        anchor.download = name;
        anchor.click();
      };
      link('data:text/plain,stranger', 'stranger.txt');
      link(URL.createObjectURL(new Blob(['made by a link'])), 'link.txt');
      const { __cloisterSave: hand } = globalThis as unknown as {
        __cloisterSave(piece: string): void;
      };
      const piece = (id: number, name: string, text: string, last: boolean): void =>
        hand(JSON.stringify({ id, name, chunk: btoa(text), last }));
      piece(1, 'card.html', 'the ', false);
      piece(2, '../../etc/half.txt', 'never whole', false);
      piece(1, 'card.html', 'card', true);
      hand('no piece');
    });
    const saved = join(exports, 'card.html');
    await expect.poll(() => existsSync(saved), { timeout: 5_000 }).toBe(true);
    expect(readFileSync(saved, 'utf8')).toBe('the card');
    expect(statSync(saved).mode & 0o777).toBe(0o600);
    await page.reload();
    await page.getByText('connected').waitFor();
    await expect.poll(() => readdirSync(exports), { timeout: 5_000 }).toEqual(['card.html']);
  });

  it('hears no frame inside the page', async () => {
    const answered = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const frame = document.createElement('iframe');
          frame.src = URL.createObjectURL(new Blob(['<p>frame</p>'], { type: 'text/html' }));
          frame.addEventListener('load', () => {
            const inner = frame.contentWindow as unknown as Record<string, unknown>;
            inner.__cloisterReceive = () => resolve('answered');
            (inner.__cloisterSend as ((json: string) => void) | undefined)?.(
              JSON.stringify({ v: 1, id: 999_999, p: 'settings.get', input: {} }),
            );
            setTimeout(() => resolve('silence'), 300);
          });
          document.body.append(frame);
        }),
    );
    expect(answered).toBe('silence');
  });

  it('is granted no camera, place or notification', async () => {
    const answers = await page.evaluate(() =>
      Promise.all([
        navigator.mediaDevices?.getUserMedia({ audio: true }).then(
          () => 'granted',
          () => 'denied',
        ),
        new Promise((resolve) =>
          navigator.geolocation.getCurrentPosition(
            () => resolve('granted'),
            () => resolve('denied'),
          ),
        ),
        Notification.requestPermission(),
      ]),
    );
    expect(answers).toEqual(['denied', 'denied', 'denied']);
  });

  it.skipIf(process.platform !== 'linux')('listens on no port, in no process', () => {
    const inodes = socketInodes(descendants(process.pid));
    const listening = ['tcp', 'tcp6'].flatMap((name) =>
      readFileSync(`/proc/net/${name}`, 'utf8')
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter((fields) => fields[3] === '0A' && inodes.has(fields[9] ?? '')),
    );
    expect(listening).toEqual([]);
    expect(inodes.size).toBeGreaterThan(0); // The reader sees sockets at all.
  });

  it.skipIf(process.platform !== 'linux')(
    'leaves its profile in memory and takes it along',
    async () => {
      const parents = ['/dev/shm', '/tmp'].filter(existsSync);
      const profiles = (): string[] =>
        parents.flatMap((parent) =>
          readdirSync(parent)
            .filter((name) => name.startsWith('cloister-page-'))
            .map((name) => `${parent}/${name}`),
        );
      const mine = await launchBrowser({
        executable: CHROMIUM ?? '',
        headless: true,
        size: { width: 400, height: 300 },
      });
      const during = profiles();
      expect(during.length).toBeGreaterThan(0);
      for (const folder of during) expect(statSync(folder).mode & 0o777).toBe(0o700);
      await mine.close();
      expect(profiles().length).toBe(during.length - 1);
    },
  );
});

function descendants(root: number): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const found = [root];
  for (const parent of found) {
    found.push(...table.filter(([, ppid]) => ppid === parent).map(([pid]) => pid));
  }
  return found.filter((pid) => pid !== root);
}

function socketInodes(pids: readonly number[]): Set<string> {
  const inodes = new Set<string>();
  for (const pid of pids) {
    try {
      for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
        const target = readlinkSync(`/proc/${pid}/fd/${descriptor}`);
        const match = /^socket:\[(\d+)\]$/.exec(target);
        if (match?.[1]) inodes.add(match[1]);
      }
    } catch {
      // The process has ended, or a descriptor was closed meanwhile.
    }
  }
  return inodes;
}
