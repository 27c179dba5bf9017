// A core process with a vault in memory, for tests of the shells that fork one.
import '../../main/ipc/noNetwork.ts';
import { readCoreArguments, runCore } from '../../main/ipc/core.ts';
import { createForkHost } from '../../main/ipc/hosts.ts';
import { ok } from '../../shared/kernel/result.ts';
import { completeHandlers } from './core.ts';
import { createFakeVaults } from './vault.ts';

const { folder, client, version } = readCoreArguments(process.argv.slice(2));
runCore({
  folder: folder ?? '/nowhere',
  host: createForkHost(client),
  version,
  vaults: createFakeVaults(),
  openParts: () => ({
    handlers: completeHandlers({ 'purpose.list': () => ok({ items: [] }) }),
    audit: () => undefined,
    dual: { clear: () => ok(null), settle: () => undefined },
    integrity: 'intact',
    dispose: () => undefined,
  }),
});
