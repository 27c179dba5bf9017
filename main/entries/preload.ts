// All that the page gets of Electron: a function that asks for a port to the core, and one that lets the
// person choose a folder. Neither `ipcRenderer` nor one of its events ever reaches the page.
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import { CHOOSE_CHANNEL, CONNECT_CHANNEL, type ChosenFolder } from '../shell/channel.ts';

contextBridge.exposeInMainWorld('cloister', {
  connect(): Promise<void> {
    const nonce = crypto.randomUUID();
    return new Promise((resolve) => {
      const onPort = (event: IpcRendererEvent, answered: unknown): void => {
        const [port] = event.ports;
        if (answered !== nonce || !port) return;
        ipcRenderer.removeListener(CONNECT_CHANNEL, onPort);
        window.postMessage({ cloister: 'port', nonce }, location.origin, [port]);
        resolve();
      };
      ipcRenderer.on(CONNECT_CHANNEL, onPort);
      ipcRenderer.send(CONNECT_CHANNEL, nonce);
    });
  },
  chooseFolder(): Promise<ChosenFolder | null> {
    const nonce = crypto.randomUUID();
    return new Promise((resolve) => {
      const onAnswer = (
        _event: IpcRendererEvent,
        answer: { readonly nonce: unknown; readonly chosen: ChosenFolder | null },
      ): void => {
        if (answer.nonce !== nonce) return;
        ipcRenderer.removeListener(CHOOSE_CHANNEL, onAnswer);
        resolve(answer.chosen);
      };
      ipcRenderer.on(CHOOSE_CHANNEL, onAnswer);
      ipcRenderer.send(CHOOSE_CHANNEL, nonce);
    });
  },
});
