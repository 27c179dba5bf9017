// Electron's main process. Runs from the bundle only: `npm run build` puts the entries side by side.
import '../ipc/noNetwork.ts';
import * as electron from 'electron';
import { fileURLToPath } from 'node:url';
import { createPaths } from '../platform/index.ts';
import { runShell } from '../shell/index.ts';

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const flag = process.argv.indexOf('--vault');

await runShell(electron, {
  paths: {
    page: beside('../renderer'),
    preload: beside('./preload.cjs'),
    core: beside('./core.js'),
    compute: beside('./compute.js'),
  },
  vaultFolder: (flag < 0 ? undefined : process.argv[flag + 1]) ?? createPaths().vaultFolder,
  version: electron.app.getVersion(),
});
