// Starts core and compute as utility processes and introduces them by message ports; what they say to each
// other never passes through here. A core that dies is started again with growing pauses, three times;
// then a plain dialog says so, because a program that restarts for ever hides a fault.
import { answerKeyStore, type FromCore, type ToCore } from '../ipc/index.ts';
import type { KeyStore } from '../platform/index.ts';
import type { Electron, ElectronParts } from './electronParts.ts';

const RESTARTS = 3;
const FIRST_PAUSE_MS = 500;
/** A core that ran this long before it died starts with a clean slate. */
const STEADY_MS = 5 * 60_000;

export interface ProcessesDeps {
  readonly electron: Pick<ElectronParts, 'utilityProcess' | 'MessageChannelMain'>;
  readonly entries: { readonly core: string; readonly compute: string };
  readonly coreArguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly keyStore: KeyStore;
  readonly nowMs: () => number;
  readonly later: (ms: number, act: () => void) => void;
  /** After a restart: every page needs a new port. */
  readonly onCoreRestart: () => void;
  readonly onGiveUp: () => void;
}

export interface Processes {
  connectPage(port: Electron.MessagePortMain): void;
  lock(): void;
  /** The page was told a word for a folder somebody chose; the core learns which folder it is. */
  grant(placeId: string, path: string): void;
  /** Resolves when the core has locked the vault and ended. */
  end(): Promise<void>;
}

export function createProcesses(deps: ProcessesDeps): Processes {
  const { utilityProcess, MessageChannelMain } = deps.electron;
  const computes = new Map<number, Electron.UtilityProcess>();
  let restarts = 0;
  let ending = false;
  let startedMs = 0;
  let core = start();

  function start(): Electron.UtilityProcess {
    startedMs = deps.nowMs();
    const child = fork('core', deps.coreArguments);
    child.on('message', (message: unknown) => serve(child, message as FromCore));
    child.once('exit', () => ended(child));
    return child;
  }

  function fork(name: 'core' | 'compute', args: readonly string[]): Electron.UtilityProcess {
    return utilityProcess.fork(deps.entries[name], [...args], {
      serviceName: `Cloister ${name}`,
      env: { ...deps.environment },
      execArgv: [],
      stdio: 'ignore', // What a process prints could hold text.
      allowLoadingUnsignedLibraries: false,
    });
  }

  function serve(from: Electron.UtilityProcess, message: FromCore): void {
    if (from !== core) return;
    switch (message.control) {
      case 'launchCompute':
        return launchCompute(message.id);
      case 'killCompute':
        return void computes.get(message.id)?.kill();
      case 'keyStore':
        return void answer(from, message);
    }
  }

  /** To the core that asked: its successor counts its questions from one again. */
  async function answer(
    from: Electron.UtilityProcess,
    { id, ask }: Extract<FromCore, { control: 'keyStore' }>,
  ): Promise<void> {
    const found = await answerKeyStore(deps.keyStore, ask);
    const message: ToCore = { control: 'keyStore', id, answer: found };
    if (from === core) from.postMessage(message);
  }

  function launchCompute(id: number): void {
    const child = fork('compute', []);
    computes.set(id, child);
    const { port1, port2 } = new MessageChannelMain();
    child.postMessage({ control: 'core' }, [port2]);
    tell({ control: 'compute', id }, [port1]);
    child.once('exit', (code) => {
      computes.delete(id);
      tell({ control: 'computeExit', id, code });
    });
  }

  function tell(message: ToCore, ports: readonly Electron.MessagePortMain[] = []): void {
    core.postMessage(message, [...ports]);
  }

  function ended(which: Electron.UtilityProcess): void {
    if (which !== core || ending) return;
    for (const compute of computes.values()) compute.kill();
    computes.clear();
    if (deps.nowMs() - startedMs > STEADY_MS) restarts = 0;
    if (restarts === RESTARTS) return deps.onGiveUp();
    restarts += 1;
    deps.later(FIRST_PAUSE_MS * 2 ** (restarts - 1), () => {
      if (ending) return;
      core = start();
      deps.onCoreRestart();
    });
  }

  return {
    connectPage: (port) => tell({ control: 'page' }, [port]),
    lock: () => tell({ control: 'lock' }),
    grant: (placeId, path) => tell({ control: 'place', placeId, path }),
    end() {
      if (ending) return Promise.resolve();
      ending = true;
      return new Promise((resolve) => {
        core.once('exit', () => resolve());
        if (!core.kill()) resolve(); // SIGTERM: the core locks first. Already gone otherwise.
      });
    },
  };
}
