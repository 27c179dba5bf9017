// The only doors between page and shell: "connect me to the core", and "let the person choose a folder",
// which is answered with a word for it, never with its place. The sender must be the main frame of a window
// we opened, showing our own page. Raw `ipcMain` is used nowhere else.
import type { Electron, ElectronParts } from './electronParts.ts';
import { isOwnUrl } from './policy.ts';

export const CONNECT_CHANNEL = 'cloister:connect';
export const CHOOSE_CHANNEL = 'cloister:choose';

export interface ChosenFolder {
  readonly placeId: string;
  /** Without the folders above it. */
  readonly name: string;
}

export interface ConnectDeps {
  readonly isOurs: (contents: Electron.WebContents) => boolean;
  /** Hands the other end of the port to the core. */
  readonly introduce: (port: Electron.MessagePortMain) => void;
  /** Null where nothing was chosen. */
  readonly chooseFolder: () => Promise<ChosenFolder | null>;
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
  let choosing = false;
  ipcMain.on(CHOOSE_CHANNEL, (event, nonce: unknown) => {
    if (!isTrusted(event, deps) || typeof nonce !== 'string' || nonce.length > 100) return;
    if (choosing) return; // One dialog at a time, whatever a page asks for.
    choosing = true;
    void deps
      .chooseFolder()
      .catch(() => null)
      .then((chosen) => {
        choosing = false;
        event.senderFrame?.postMessage(CHOOSE_CHANNEL, { nonce, chosen });
      });
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
