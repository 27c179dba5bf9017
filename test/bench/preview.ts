/** Round trip of a call from the page in Chromium to the core and back, measured inside the page. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createChildPort, entryFile, forkEntry } from '../../main/ipc/index.ts';
import { createPageFiles } from '../../main/platform/index.ts';
import { launchBrowser, openPreviewPage, PAGE_ORIGIN } from '../../main/preview/index.ts';
import type { ClientMessage, ServerMessage } from '../../shared/contract/index.ts';
import { median, type Measure } from './report.ts';

const CHROMIUM = process.env['CLOISTER_CHROMIUM'] ?? '/usr/bin/chromium';
const PAGE = fileURLToPath(new URL('../../dist/renderer', import.meta.url));
const CALLS = 300;

export async function measurePreview(vault: string): Promise<readonly Measure[]> {
  if (!existsSync(CHROMIUM) || !existsSync(PAGE)) {
    process.stderr.write(
      'No Chromium or no built page (npm run build:page): the round trip is not measured.\n',
    );
    return [];
  }
  const core = forkEntry('core', ['--vault', vault, '--client', 'page'], entryFile('core'));
  const ended = new Promise((end) => core.once('exit', end));
  const port = createChildPort<ServerMessage, ClientMessage>(core);
  const browser = await launchBrowser({
    executable: CHROMIUM,
    headless: true,
    size: { width: 1440, height: 900 },
  });
  try {
    const files = createPageFiles(PAGE, PAGE_ORIGIN);
    const { page } = await openPreviewPage(browser.context, files, port, PAGE_ORIGIN);
    await page.locator('form').first().waitFor();
    const times = await page.evaluate(roundTrips, CALLS);
    return [
      {
        name: 'round trip page to core in the preview',
        value: median(times),
        unit: 'ms',
        bound: { most: 5 },
        note: `median of ${CALLS}, locked vault`,
      },
    ];
  } finally {
    await browser.close();
    port.close();
    await ended;
  }
}

/** Runs in the page. Ids far above the page's own, so that its client ignores the answers. */
async function roundTrips(calls: number): Promise<number[]> {
  const receive = window.__cloisterReceive!;
  const waiting = new Map<number, () => void>();
  window.__cloisterReceive = (json) => {
    const { id } = JSON.parse(json) as { id?: number };
    const done = id === undefined ? undefined : waiting.get(id);
    if (done) done();
    else receive(json);
  };
  const times: number[] = [];
  for (let i = 0; i < calls; i += 1) {
    const id = 1_000_000 + i;
    const begun = performance.now();
    await new Promise<void>((resolve) => {
      waiting.set(id, resolve);
      window.__cloisterSend!(JSON.stringify({ v: 1, id, p: 'vault.status', input: {} }));
    });
    times.push(performance.now() - begun);
  }
  window.__cloisterReceive = receive;
  return times;
}
