/**
 * The built page in the machine's own Chromium, served by interception at one host with the product's
 * content policy (no port listens), talking to a stub core over a binding: the same pipe the preview uses.
 */
import type * as Axe from 'axe-core';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { createPageFiles } from '../../main/platform/index.ts';
import type { ClientMessage, ServerMessage } from '../../shared/contract/index.ts';
import { createStubCore, type Scenario, type StubCore } from '../fakes/stub/core.ts';

export const ORIGIN = 'https://cloister.invalid';
/** The built page; PAGE_DIST names another build of it. */
const DIST =
  process.env['PAGE_DIST'] ?? fileURLToPath(new URL('../../dist/renderer', import.meta.url));

export function chromiumPath(): string | null {
  const wished = process.env['CHROMIUM'];
  const places = wished
    ? [wished]
    : ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return places.find((place) => existsSync(place)) ?? null;
}

/** True where browser tests must be skipped; says so in one loud line. In CI a missing browser fails. */
export function browserMissing(): boolean {
  if (chromiumPath() !== null || process.env['CI']) return false;
  process.stderr.write(
    '\nBROWSER TESTS SKIPPED: no Chromium found. Install it or set CHROMIUM.\n\n',
  );
  return true;
}

export async function launch(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === null) throw new Error('No Chromium found. Install it or set CHROMIUM.');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--font-render-hinting=none',
    ],
  });
}

export interface OpenOptions {
  readonly scenario?: Scenario;
  readonly route?: string;
  readonly theme?: 'light' | 'dark' | 'contrast';
  readonly locale?: 'en' | 'zh' | 'de';
  /** Which active purpose is chosen, from 1; 0 chooses none. */
  readonly purpose?: number;
  readonly size?: { readonly width: number; readonly height: number };
  /** The page's clock stands under `page.clock`. */
  readonly clock?: boolean;
  /** Scripts of the test itself; the content policy does not apply to them. */
  readonly script?: string;
  /** 2 for pictures of documents; 1 elsewhere. */
  readonly scale?: number;
}

export interface OpenPage {
  readonly page: Page;
  readonly stub: StubCore;
  /** Errors and policy violations the page reported. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export async function openPage(browser: Browser, options: OpenOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: options.size ?? { width: 1440, height: 900 },
    deviceScaleFactor: options.scale ?? 1,
    reducedMotion: 'reduce',
    permissions: ['clipboard-write'],
  });
  await serve(context);
  if (options.script) await context.addInitScript({ content: options.script });
  const page = await context.newPage();
  if (options.clock) await page.clock.install();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));

  const send = (message: ServerMessage) => {
    const json = JSON.stringify(message);
    page
      .evaluate(
        (text) =>
          (window as unknown as { __cloisterReceive(json: string): void }).__cloisterReceive(text),
        json,
      )
      .catch(() => undefined); // The page is gone.
  };
  const stub = createStubCore(options.scenario ?? 'full', send);
  await page.exposeFunction('__cloisterSend', (json: string) => {
    stub.receive(JSON.parse(json) as ClientMessage);
  });
  const flags = new URLSearchParams();
  if (options.theme) flags.set('theme', options.theme);
  if (options.purpose !== 0) flags.set('purpose', String(options.purpose ?? 1));
  if (options.locale) flags.set('locale', options.locale);
  await page.goto(`${ORIGIN}/index.html?${flags}#${options.route ?? '/home'}`);
  await page.waitForSelector('main');
  return { page, stub, complaints, close: () => context.close() };
}

/** The product's own way of serving the page: the same files, headers and refusals. */
async function serve(context: BrowserContext): Promise<void> {
  const answer = createPageFiles(DIST, ORIGIN);
  await context.route('**/*', (route) => {
    const request = route.request();
    if (new URL(request.url()).origin !== ORIGIN) return route.abort();
    const { status, headers, body } = answer({ method: request.method(), url: request.url() });
    return route.fulfill({ status, headers: { ...headers }, body });
  });
}

/** Goes to a room as a link would. */
export async function goTo(page: Page, route: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to;
  }, route);
  await page.waitForTimeout(60);
  await settled(page);
}

/** What axe-core finds, one line per rule. Its source goes in beside the page, not through its policy. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof Axe };
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
    );
  });
}

/** Controls that stick out of the window or of the box that clips them, and sideways scrolling of the page. */
export function clippedControls(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways');
    for (const element of document.querySelectorAll<HTMLElement>(
      'button, input, select, textarea, a[href], [role=radio], [role=tab]',
    )) {
      const rect = element.getBoundingClientRect();
      if (rect.width <= 1 || rect.height <= 1 || !element.checkVisibility()) continue;
      if (element.matches('.skip')) continue;
      let left = 0;
      let right = innerWidth;
      for (let box = element.parentElement; box; box = box.parentElement) {
        const { overflowX } = getComputedStyle(box);
        if (overflowX === 'auto' || overflowX === 'scroll') break; // It can be brought into sight.
        if (overflowX === 'visible') continue;
        const clip = box.getBoundingClientRect();
        left = Math.max(left, clip.left);
        right = Math.min(right, clip.right);
      }
      if (rect.left < left - 1 || rect.right > right + 1) {
        const name = element.textContent?.trim() || element.getAttribute('aria-label') || '';
        found.push(`${element.tagName.toLowerCase()} “${name}” ${rect.left}-${rect.right}`);
      }
    }
    return found;
  });
}

/** Waits until nothing is loading: no skeleton, fonts ready. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () => document.querySelector('.loading') === null && document.fonts.status === 'loaded',
  );
  await page.waitForTimeout(120);
}
