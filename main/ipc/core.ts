// The core process, independent of its shell: one vault folder, one server, whatever clients the host
// brings. It ends when its host does, after locking the vault.
import { createClock, createRandom } from '../platform/index.ts';
import { createVaultFiles, type VaultFiles } from '../store/index.ts';
import type { CoreHost } from './hosts.ts';
import { RUNS_FROM_SOURCE } from './processes.ts';
import { createRestoring } from './restoring.ts';
import { createServer, type Server, type ServerDeps } from './server.ts';
import { createSettingsBook } from './settings.ts';

export interface CoreDeps {
  readonly folder: string;
  readonly host: CoreHost;
  readonly openParts: ServerDeps['openParts'];
  readonly version: string;
  readonly vaults?: VaultFiles;
}

export function runCore(deps: CoreDeps): Server {
  const clock = createClock();
  const random = createRandom(clock);
  const { keyStore } = deps.host;
  const vaults = deps.vaults ?? createVaultFiles({ clock, random, keyStore });
  const restoring = createRestoring({
    files: vaults,
    folder: deps.folder,
    clock,
    random,
    appVersion: deps.version,
    launchCompute: deps.host.launchCompute,
  });
  const server = createServer({
    product: { name: 'Cloister', version: deps.version },
    folder: deps.folder,
    vaults,
    restoring,
    clock,
    random,
    settings: createSettingsBook(Intl.DateTimeFormat().resolvedOptions().locale),
    openParts: deps.openParts,
    checkOutput: RUNS_FROM_SOURCE,
  });
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    void server.lock().finally(() => process.exit(0));
  };
  deps.host.onLock(() => void server.lock());
  deps.host.onEnd(end);
  deps.host.onPlace(restoring.places.grant);
  deps.host.onClient(server.attach);
  return server;
}

/** `--vault DIR`, `--client page|terminal` and `--product VERSION`, as the shells write them. */
export function readCoreArguments(args: readonly string[]): {
  readonly folder: string | undefined;
  readonly client: 'page' | 'terminal';
  readonly version: string;
} {
  const after = (flag: string): string | undefined => {
    const at = args.indexOf(flag);
    return at < 0 ? undefined : args[at + 1];
  };
  // A core that was not told whom it serves trusts nobody.
  return {
    folder: after('--vault'),
    client: after('--client') === 'terminal' ? 'terminal' : 'page',
    version: after('--product') ?? '0.0.0',
  };
}
