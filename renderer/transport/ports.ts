/**
 * The two ways a shell introduces the page to the core. Electron's preload hands over a MessagePort;
 * the preview carries JSON over the debugging pipe through one function in each direction. The page
 * picks by what it finds and never asks which shell it is.
 */
import type { ClientMessage, Port, ServerMessage } from '../../shared/contract/index.ts';

type PagePort = Port<ServerMessage, ClientMessage>;

/** A word for a folder that the core understands, and the folder's name for the person. */
export interface ChosenFolder {
  readonly placeId: string;
  readonly name: string;
}

/** Null in a shell without a dialog for folders. */
export const folderDialog = (): (() => Promise<ChosenFolder | null>) | null => {
  const bridge = window.cloister;
  return bridge ? () => bridge.chooseFolder() : null;
};

declare global {
  interface Window {
    readonly cloister?: {
      /** Electron: asks for a port, which arrives as a message event. */
      connect(): Promise<void>;
      /** Electron: a dialog; null where nothing was chosen. */
      chooseFolder(): Promise<ChosenFolder | null>;
    };
    /** Preview: page to core, one JSON message. */
    __cloisterSend?: (message: string) => unknown;
    /** Preview: core to page, one JSON message. Defined by the page. */
    __cloisterReceive?: (message: string) => void;
    /** Preview: the core is gone. Defined by the page. */
    __cloisterClose?: () => void;
  }
}

export async function openPort(): Promise<PagePort | null> {
  if (window.cloister) return electronPort(window.cloister);
  if (window.__cloisterSend) return pipePort(window.__cloisterSend);
  return null;
}

function electronPort(bridge: NonNullable<Window['cloister']>): Promise<PagePort> {
  return new Promise((resolve, reject) => {
    const onMessage = (event: MessageEvent) => {
      const data = event.data as { cloister?: unknown } | null;
      const port = event.ports[0];
      // Only the preload of this very window may introduce a port.
      if (event.source !== window || data?.cloister !== 'port' || !port) return;
      window.removeEventListener('message', onMessage);
      resolve(wrap(port));
    };
    window.addEventListener('message', onMessage);
    bridge.connect().catch(reject);
  });
}

function wrap(port: MessagePort): PagePort {
  return {
    post: (message) => port.postMessage(plain(message)),
    onMessage(listener) {
      port.addEventListener('message', (event) => listener(event.data as ServerMessage));
      port.start();
    },
    onClose: (listener) => port.addEventListener('close', listener),
    close: () => port.close(),
  };
}

function pipePort(send: (message: string) => unknown): PagePort {
  const listeners = new Set<(message: ServerMessage) => void>();
  const closed = new Set<() => void>();
  window.__cloisterClose = () => {
    for (const listener of closed) listener();
  };
  window.__cloisterReceive = (json) => {
    const message = JSON.parse(json) as ServerMessage;
    for (const listener of listeners) listener(message);
  };
  return {
    post: (message) => void send(JSON.stringify(message)),
    onMessage: (listener) => void listeners.add(listener),
    onClose: (listener) => void closed.add(listener),
    close: () => listeners.clear(),
  };
}

/** Reactive proxies cannot be cloned across a port; messages are plain data by contract. */
const plain = <T>(message: T): T => JSON.parse(JSON.stringify(message)) as T;
