// All that the page gets of Electron: one function that asks for a port to the core. Neither `ipcRenderer`
// nor one of its events ever reaches the page.
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import { CONNECT_CHANNEL } from '../shell/channel.ts';

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
});
