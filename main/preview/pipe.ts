// Messages between one page and this process over the debugging pipe, without Playwright's own bindings:
// they wait for an acknowledgement of every message, which triples the time of a round trip.
// Only the main frame's own script world is heard: neither a frame nor an injected world gets through.
import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import { isOwnUrl } from './origin.ts';

/** The page calls the first with a JSON text; the page defines the other two. */
export const SEND = '__cloisterSend';
export const RECEIVE = '__cloisterReceive';
export const CLOSE = '__cloisterClose';
/** The page calls it with one piece of a file. */
export const SAVE = '__cloisterSave';

export interface PagePipe {
  send(json: string): void;
  /** Tells the page that nobody will answer any more. */
  close(): void;
  onMessage(listener: (json: string) => void): void;
  onPiece(listener: (json: string) => void): void;
  /** The page was left or loaded anew. */
  onLeft(listener: () => void): void;
}

interface ContextCreated {
  readonly context: {
    readonly id: number;
    readonly origin: string;
    readonly auxData?: { readonly isDefault?: boolean; readonly frameId?: string };
  };
}

export async function openPagePipe(context: BrowserContext, page: Page): Promise<PagePipe> {
  const session: CDPSession = await context.newCDPSession(page);
  const { frameTree } = await session.send('Page.getFrameTree');
  const heard: Readonly<Record<string, Set<(json: string) => void>>> = {
    [SEND]: new Set(),
    [SAVE]: new Set(),
  };
  const leavers = new Set<() => void>();
  /** The script world of the page itself; undefined while it loads or is somewhere else. */
  let world: number | undefined;

  session.on('Runtime.executionContextCreated', ({ context: created }: ContextCreated) => {
    if (!created.auxData?.isDefault || created.auxData.frameId !== frameTree.frame.id) return;
    world = isOwnUrl(created.origin) ? created.id : undefined;
  });
  session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
    if (executionContextId === world) world = undefined;
  });
  session.on('Runtime.executionContextsCleared', () => {
    world = undefined;
    for (const listener of leavers) listener();
  });
  session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
    if (executionContextId !== world) return;
    for (const listener of heard[name] ?? []) listener(payload);
  });
  await session.send('Runtime.enable');
  for (const name of Object.keys(heard)) await session.send('Runtime.addBinding', { name });

  function tell(expression: string): void {
    if (world === undefined) return; // Nobody is there; the next page greets anew.
    session
      .send('Runtime.evaluate', { expression, contextId: world, silent: true })
      .catch(() => undefined); // Reloading or closed meanwhile.
  }

  return {
    send: (json) => tell(`globalThis.${RECEIVE}?.(${JSON.stringify(json)})`),
    close: () => tell(`globalThis.${CLOSE}?.()`),
    onMessage: (listener) => void heard[SEND]?.add(listener),
    onPiece: (listener) => void heard[SAVE]?.add(listener),
    onLeft: (listener) => void leavers.add(listener),
  };
}
