/**
 * The whole program without a window: the built page in the system's Chromium through the preview shell, a
 * real core process, a real compute process, a vault in a folder of its own. What the page complains about
 * and every address it asks for is kept, so that a test can insist on silence.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { createChildPort, entryFile, forkEntry } from '../../main/ipc/index.ts';
import { createPageFiles } from '../../main/platform/index.ts';
import { launchBrowser, openPreviewPage, PAGE_ORIGIN } from '../../main/preview/index.ts';
import type { ClientMessage, ServerMessage } from '../../shared/contract/index.ts';

const BUILT_PAGE =
  process.env['PAGE_DIST'] ?? fileURLToPath(new URL('../../dist/renderer', import.meta.url));

export interface RealHouse {
  readonly page: Page;
  /** Console errors, uncaught errors and violations of the content policy, in order. */
  readonly complaints: readonly string[];
  /** Every address asked for that is not the page's own. */
  readonly strangers: readonly string[];
  /** As a power cut would: the core gets no chance to close anything. Resolves when it is gone. */
  killCore(): Promise<void>;
  close(): Promise<void>;
}

export interface HouseOptions {
  readonly vault: string;
  readonly chromium: string;
  readonly size?: { readonly width: number; readonly height: number };
  /** After the origin, e.g. `?theme=dark#/home`. */
  readonly address?: string;
}

export async function openRealHouse(options: HouseOptions): Promise<RealHouse> {
  const size = options.size ?? { width: 1280, height: 800 };
  const core = forkEntry('core', ['--vault', options.vault, '--client', 'page'], entryFile('core'));
  const ended = new Promise<void>((end) => core.once('exit', () => end()));
  const port = createChildPort<ServerMessage, ClientMessage>(core);
  try {
    const browser = await launchBrowser({ executable: options.chromium, headless: true, size });
    const { context } = browser;
    const complaints: string[] = [];
    const asked: string[] = [];
    context.on('request', (request) => asked.push(request.url()));
    context.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    context.on('weberror', (event) => {
      const error = event.error();
      complaints.push(error.stack ?? error.message);
    });
    const { page, refused } = await openPreviewPage(
      context,
      createPageFiles(BUILT_PAGE, PAGE_ORIGIN),
      port,
      PAGE_ORIGIN + (options.address ?? ''),
    );
    page.setDefaultTimeout(20_000);
    return {
      page,
      complaints,
      get strangers() {
        // A report is shown from memory, under the page's own origin.
        const own = asked.filter((url) => {
          const inner = url.startsWith('blob:') ? url.slice('blob:'.length) : url;
          return new URL(inner).origin === PAGE_ORIGIN;
        });
        return [...refused, ...asked.filter((url) => !own.includes(url))];
      },
      killCore() {
        core.kill('SIGKILL');
        return ended;
      },
      async close() {
        await browser.close();
        port.close();
        await ended;
      },
    };
  } catch (error) {
    await stop(core);
    throw error;
  }
}

async function stop(core: ChildProcess): Promise<void> {
  const ended = new Promise<void>((end) => core.once('exit', () => end()));
  core.kill();
  await ended;
}

/** A folder of its own, and its removal. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'cloister-journey-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}
