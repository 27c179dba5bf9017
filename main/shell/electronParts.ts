// The parts of Electron this shell uses, as one type: the entry passes the real module, the tests a fake.
// No file of this room imports Electron at run time.
import type * as Electron from 'electron';

export type ElectronParts = Pick<
  typeof Electron,
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'MessageChannelMain'
  | 'powerMonitor'
  | 'protocol'
  | 'safeStorage'
  | 'session'
  | 'utilityProcess'
>;

export type { Electron };
