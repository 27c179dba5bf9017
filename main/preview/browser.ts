// The machine's own Chromium as a window of Cloister. It is driven over a pipe (file descriptors 3 and 4),
// so there is no debugging port anyone else could open; its profile lies in memory where the system has
// such a place, and goes when it ends.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { PAGE_ORIGIN } from './origin.ts';
import { SCRATCH_PREFIX } from '../platform/index.ts';

export interface BrowserOptions {
  readonly executable: string;
  readonly headless: boolean;
  readonly size: { readonly width: number; readonly height: number };
}

export interface Browser {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** Each switch turns off something that would talk to the outside or write to disk. */
export const CHROMIUM_SWITCHES: readonly string[] = [
  '--host-resolver-rules=MAP * ~NOTFOUND', // Resolve no name at all.
  // Every request of the browser's own ends at a proxy of a kind it does not support, before any socket.
  '--proxy-server=quic://0.0.0.0:1',
  '--proxy-bypass-list=<-loopback>',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-client-side-phishing-detection',
  '--disable-sync',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-breakpad',
  '--disable-crash-reporter',
  '--no-pings',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-spell-checking',
  '--metrics-recording-only',
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--disable-features=MediaRouter,OptimizationHints,Translate,AutofillServerCommunication,CertificateTransparencyComponentUpdater,InterestFeedContentSuggestions,DialMediaRouteProvider,NetworkTimeServiceQuerying,LensOverlay',
];

/** RAM-backed where there is one; created readable by its owner alone either way. */
export function profileParent(candidates: readonly string[] = ['/dev/shm', tmpdir()]): string {
  const usable = candidates.find((path) => {
    try {
      return statSync(path).isDirectory();
    } catch {
      return false;
    }
  });
  return usable ?? tmpdir();
}

export async function launchBrowser(options: BrowserOptions): Promise<Browser> {
  const profile = mkdtempSync(join(profileParent(), SCRATCH_PREFIX)); // Mode 0700 by contract of mkdtemp.
  const remove = (): void => rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', remove);
  try {
    const { width, height } = options.size;
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: options.executable,
      headless: options.headless,
      args: [
        ...CHROMIUM_SWITCHES,
        `--window-size=${width},${height}`,
        // As root, as in a container, Chromium's own sandbox cannot be set up.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        // A window without tabs and address, and without a warning about the switches above.
        ...(options.headless ? [] : [`--app=${PAGE_ORIGIN}/`, '--test-type']),
      ],
      viewport: options.headless ? { width, height } : null,
      serviceWorkers: 'block',
      acceptDownloads: false, // A download would be written to a temporary folder first.
      permissions: [],
      env: { PATH: process.env.PATH ?? '', HOME: profile, ...display() },
      handleSIGINT: false,
      handleSIGTERM: false,
    });
    return {
      context,
      async close() {
        await context.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

const display = (): Record<string, string> =>
  Object.fromEntries(
    ['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_RUNTIME_DIR', 'LANG'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
