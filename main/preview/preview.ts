// The preview shell: a core process, a Chromium, one page between them. It ends when the window is closed,
// or after the picture; the core locks the vault when its channel closes.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ClientMessage, ServerMessage } from '../../shared/contract/index.ts';
import { createChildPort, entryFile, forkEntry } from '../ipc/index.ts';
import { createPageFiles } from '../platform/index.ts';
import { launchBrowser } from './browser.ts';
import { PAGE_ORIGIN } from './origin.ts';
import { openPreviewPage } from './page.ts';
import { takePicture } from './picture.ts';

export interface PreviewOptions {
  readonly folder: string;
  readonly executable: string;
  /** The built page. */
  readonly pageFolder: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly headless: boolean;
  readonly picture: PictureOptions | undefined;
  readonly version: string;
  /** Another core, for tests. */
  readonly coreEntry?: string;
}

export interface PictureOptions {
  readonly file: string;
  readonly route: string;
  readonly theme: string | undefined;
  readonly locale: string | undefined;
  readonly passphrase: string | undefined;
}

export const DEFAULT_SIZE = { width: 1440, height: 900 };

/** Returns the process's exit code. */
export async function runPreview(options: PreviewOptions): Promise<number> {
  const args = ['--vault', options.folder, '--client', 'page', '--product', options.version];
  const core = forkEntry('core', args, options.coreEntry ?? entryFile('core'));
  const coreEnded = new Promise<number>((end) => core.once('exit', (code) => end(code ?? 1)));
  const port = createChildPort<ServerMessage, ClientMessage>(core);
  try {
    const browser = await launchBrowser(options);
    try {
      const { picture } = options;
      const files = createPageFiles(options.pageFolder, PAGE_ORIGIN);
      const { page } = await openPreviewPage(browser.context, files, port, addressOf(picture));
      if (picture) {
        await takePicture(page, picture);
        return 0;
      }
      const closed = new Promise<number>((end) => page.once('close', () => end(0)));
      const stopped = new Promise<number>((end) => {
        process.once('SIGINT', () => end(0));
        process.once('SIGTERM', () => end(0));
      });
      // Without a core the window stays and says what happened and that nothing is lost; where nobody sees
      // a window there is nothing to wait for.
      if (options.headless) return await Promise.race([closed, stopped, coreEnded]);
      await Promise.race([closed, stopped]);
      return core.exitCode === null && core.signalCode === null ? 0 : 1;
    } finally {
      await browser.close();
    }
  } finally {
    port.close();
    await coreEnded;
  }
}

/** Flags of a picture travel in the address, where the page looks for them. */
export function addressOf(picture: PictureOptions | undefined): string {
  const url = new URL(PAGE_ORIGIN);
  if (!picture) return url.href;
  if (picture.theme) url.searchParams.set('theme', picture.theme);
  if (picture.locale) url.searchParams.set('locale', picture.locale);
  url.hash = `/${picture.route.replace(/^[#/]+/, '')}`;
  return url.href;
}

export function readPreviewArguments(
  args: readonly string[],
  product: { readonly folder: string; readonly version: string },
): PreviewOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      vault: { type: 'string' },
      chromium: { type: 'string' },
      screenshot: { type: 'string' },
      route: { type: 'string' },
      theme: { type: 'string' },
      locale: { type: 'string' },
      size: { type: 'string' },
      'passphrase-file': { type: 'string' },
      headless: { type: 'boolean' },
    },
  });
  const { vault, chromium } = values;
  if (vault === undefined || chromium === undefined) {
    throw new Error('The preview is started by "cloister open", which tells it vault and browser');
  }
  const file = values['passphrase-file'];
  return {
    folder: vault,
    executable: chromium,
    pageFolder: join(product.folder, 'dist', 'renderer'),
    version: product.version,
    size: readSize(values.size),
    headless:
      values.headless === true ||
      values.screenshot !== undefined ||
      (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY),
    picture:
      values.screenshot === undefined
        ? undefined
        : {
            file: resolve(values.screenshot),
            route: values.route ?? 'home',
            theme: values.theme,
            locale: values.locale,
            passphrase:
              file === undefined ? undefined : readFileSync(file, 'utf8').split(/\r?\n/, 1)[0],
          },
  };
}

export function readSize(text: string | undefined): PreviewOptions['size'] {
  const match = /^(\d{3,5})x(\d{3,5})$/.exec(text ?? '');
  return match ? { width: Number(match[1]), height: Number(match[2]) } : DEFAULT_SIZE;
}
