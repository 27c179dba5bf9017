// The core process: all services over one vault. Started by a shell, never by a person.
import '../ipc/noNetwork.ts';
import { readCoreArguments, runCore } from '../ipc/core.ts';
import { createElectronHost, createForkHost, type ElectronParent } from '../ipc/hosts.ts';
import { openParts } from '../ipc/parts.ts';
import { createPaths } from '../platform/index.ts';

const { folder, client, version } = readCoreArguments(process.argv.slice(2));
const { parentPort } = process as { readonly parentPort?: ElectronParent };
const host = parentPort ? createElectronHost(parentPort) : createForkHost(client);
runCore({
  folder: folder ?? createPaths().vaultFolder,
  host,
  openParts: openParts({
    launchCompute: host.launchCompute,
    keyStore: host.keyStore,
    appVersion: version,
  }),
  version,
});
