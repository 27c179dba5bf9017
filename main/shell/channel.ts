// The only door between page and shell: one channel that says "connect me to the core". The sender must be
// the main frame of a window we opened, showing our own page. Raw `ipcMain` is used nowhere else.
import type { Electron, ElectronParts } from './electronParts.ts';
import { isOwnUrl } from './policy.ts';

export const CONNECT_CHANNEL = 'cloister:connect';

export interface ConnectDeps {
  readonly isOurs: (contents: Electron.WebContents) => boolean;
  /** Hands the other end of the port to the core. */
  readonly introduce: (port: Electron.MessagePortMain) => void;
}

export function serveConnect(
  { ipcMain, MessageChannelMain }: Pick<ElectronParts, 'ipcMain' | 'MessageChannelMain'>,
  deps: ConnectDeps,
): void {
  ipcMain.on(CONNECT_CHANNEL, (event, nonce: unknown) => {
    if (!isTrusted(event, deps) || typeof nonce !== 'string' || nonce.length > 100) return;
    const { port1, port2 } = new MessageChannelMain();
    deps.introduce(port1);
    event.senderFrame?.postMessage(CONNECT_CHANNEL, nonce, [port2]);
  });
}

function isTrusted(event: Electron.IpcMainEvent, { isOurs }: ConnectDeps): boolean {
  const { sender, senderFrame } = event;
  return (
    senderFrame !== null &&
    isOurs(sender) &&
    senderFrame === sender.mainFrame &&
    isOwnUrl(senderFrame.url)
  );
}
