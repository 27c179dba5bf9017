// One page of the preview: its files by interception, its calls over the debugging pipe. Whatever is not
// the page's own origin is refused before it leaves the browser.
import type { BrowserContext, Page, Route } from 'playwright-core';
import type { ClientMessage, Port, ServerMessage } from '../../shared/contract/index.ts';
import type { createPageFiles } from '../platform/index.ts';
import { createSaver, downloadFolder } from './downloads.ts';
import { isOwnUrl } from './origin.ts';
import { openPagePipe } from './pipe.ts';

/** One message; the largest is a document's text with its spans. */
const MAX_MESSAGE_CHARACTERS = 64 * 1024 * 1024;

export interface PreviewPage {
  readonly page: Page;
  /** What was refused, for tests and for the curious. */
  readonly refused: readonly string[];
}

export async function openPreviewPage(
  context: BrowserContext,
  files: ReturnType<typeof createPageFiles>,
  port: Port<ServerMessage, ClientMessage>,
  address: string,
  options: { readonly exportFolder?: string } = {},
): Promise<PreviewPage> {
  const refused: string[] = [];
  await context.route('**/*', (route) => serve(route, files, refused));
  await context.routeWebSocket(/.*/, (socket) => {
    refused.push(socket.url());
    void socket.close();
  });
  const page = context.pages()[0] ?? (await context.newPage());

  const pipe = await openPagePipe(context, page);
  pipe.onMessage((json) => {
    if (json.length > MAX_MESSAGE_CHARACTERS) return;
    const message = parsed(json);
    if (message !== undefined) port.post(message as ClientMessage);
  });
  const saver = createSaver(() => options.exportFolder ?? downloadFolder());
  pipe.onPiece(saver.take);
  pipe.onLeft(saver.forget);
  port.onMessage((message) => pipe.send(JSON.stringify(message)));
  port.onClose(() => pipe.close());

  context.on('page', (other) => {
    if (other !== page) void other.close(); // No second window.
  });
  page.on('framenavigated', (frame) => {
    const leaving = frame === page.mainFrame() && !isOwnUrl(frame.url());
    if (leaving && frame.url() !== 'about:blank') {
      refused.push(frame.url());
      void page.goto(address);
    }
  });
  page.on('dialog', (dialog) => void dialog.dismiss());
  page.on('download', (download) => {
    refused.push(download.url()); // What the page hands out goes over the pipe.
    void download.cancel();
  });
  await page.goto(address);
  return { page, refused };
}

async function serve(
  route: Route,
  files: ReturnType<typeof createPageFiles>,
  refused: string[],
): Promise<void> {
  const request = route.request();
  const url = request.url();
  if (!isOwnUrl(url)) {
    refused.push(url);
    await route.abort('blockedbyclient');
    return;
  }
  const { status, headers, body } = files({ method: request.method(), url });
  await route.fulfill({ status, headers, body });
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
